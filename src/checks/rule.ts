import { Finding, Severity } from './finding';
import { Manifest, refOf } from '../access/objects';
import { Snapshot } from '../access/snapshot/snapshot';

/** One thing that can be wrong with the objects of a cluster. */
export interface Rule {
  /** `area/name`; it never changes */
  readonly id: string;
  /** of its findings, unless one says otherwise */
  readonly severity: Severity;
  /** what it means at run time */
  readonly effect: string;
  /** what to do about it */
  readonly fix: string;
  /** what istioctl (IST…) and Kiali (KIA…) call it */
  readonly aliases: readonly string[];
  find(snapshot: Snapshot): readonly Finding[];
}

/** What a rule has found; the rest of the finding is the same for all of the rule. */
export interface Found {
  readonly manifest: Manifest;
  readonly path: string;
  readonly message: string;
  readonly severity?: Severity;
  /** those of the rule that name exactly this; all of them unless it is said */
  readonly aliases?: readonly string[];
}

/** A rule from what it means and from the function that looks for it. */
export function defineRule(meaning: Omit<Rule, 'find'>, look: (snapshot: Snapshot) => readonly Found[]): Rule {
  const { id } = meaning;
  return {
    ...meaning,
    find: (snapshot) => look(snapshot).map(({ manifest, path, message, severity = meaning.severity, aliases = meaning.aliases }) => (
      { rule: id, severity, object: refOf(manifest), path, message, aliases })),
  };
}
