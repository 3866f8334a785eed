import { Finding } from './finding';
import { refText } from '../access/objects';

/** What another tool says of an object, in its own terms. */
export interface UpstreamVerdict {
  /** `Kind [namespace/]name` */
  readonly object: string;
  readonly code: string;
  readonly verdict: UpstreamLevel;
  readonly message: string;
  readonly path?: string;
}

export type UpstreamLevel = 'error' | 'warning' | 'info';

/** The level of each code, from the codes of each level. */
export function ranked(levels: Readonly<Record<UpstreamLevel, readonly string[]>>): ReadonlyMap<string, UpstreamLevel> {
  const names = Object.keys(levels) as UpstreamLevel[];
  return new Map(names.flatMap((level) => levels[level].map((code): [string, UpstreamLevel] => [code, level])));
}

/** The findings that the other tool has too, as it names and ranks them; paths are written with slashes. */
export function verdictsOf(findings: readonly Finding[], levels: ReadonlyMap<string, UpstreamLevel>): UpstreamVerdict[] {
  return findings.flatMap(({ object, aliases, message, path }) => aliases.flatMap((code): UpstreamVerdict[] => {
    const verdict = levels.get(code);
    return verdict === undefined ? [] : [{ object: refText(object), code, verdict, message, path: path.replaceAll('.', '/') }];
  }));
}
