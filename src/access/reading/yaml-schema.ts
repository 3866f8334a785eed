import { FAILSAFE_SCHEMA, Schema, Type } from 'js-yaml';
import { EMPTY_ITEM } from './empty-items';
import { plainScalar } from './plain-scalars';

/** What stands for a merge key until the mapping is complete; no text of YAML holds this character. */
const MERGE_MARK = '\u0000<<';

export class NotJson extends Error {
}

/** Reads the text of a scalar that JSON can hold, or throws. */
function scalar(text: string): unknown {
  const value = text === EMPTY_ITEM ? null : plainScalar(text);
  if (typeof value === 'number' && !Number.isFinite(value)) {
    throw new NotJson(`${text} is no number of JSON; Kubernetes refuses it: quote it if it is meant as text`);
  }
  return value;
}

let merges = 0;

/** Plain scalars, all in one type: js-yaml tries one type after another. */
const PLAIN = new Type('tag:zero-trust,2026:plain', {
  kind: 'scalar',
  resolve: (text: string | null) => text !== null,
  // every merge key is another key, so that none is lost
  construct: (text: string) => text === '<<' ? `${MERGE_MARK}${merges += 1}` : scalar(text),
});

function tagged(name: string, accepts: (value: unknown) => boolean): Type {
  const read = (text: string | null) => plainScalar(text ?? '');
  return new Type(`tag:yaml.org,2002:${name}`, { kind: 'scalar', resolve: (text) => accepts(read(text)), construct: (text) => scalar(text ?? '') });
}

const isNumber = (value: unknown) => typeof value === 'number';

/** Tags that nobody declared carry no meaning for Kubernetes: what they stand at is read without them. */
function ignored(prefix: string): Type[] {
  return (['scalar', 'sequence', 'mapping'] as const).map((kind) =>
    new Type(prefix, { kind, multi: true, resolve: () => true, construct: (data) => kind === 'scalar' ? data ?? '' : data }));
}

/** How clients of Kubernetes read YAML, as a schema of js-yaml. */
export const KUBERNETES_SCHEMA: Schema = FAILSAFE_SCHEMA.extend({
  implicit: [PLAIN],
  explicit: [
    tagged('bool', (value) => typeof value === 'boolean'),
    tagged('int', (value) => isNumber(value) && Number.isInteger(value)),
    tagged('float', isNumber),
    tagged('null', (value) => value === null),
    new Type('tag:yaml.org,2002:timestamp', { kind: 'scalar', resolve: (text) => text !== null }),
    new Type('tag:yaml.org,2002:binary', { kind: 'scalar', resolve: (text) => text !== null, construct: (text) => Buffer.from(text, 'base64').toString() }),
    ...ignored('!'),
    ...ignored('tag:'),
  ],
});

/** Whether the key was written `<<` without quotes. */
export function isMerge(key: string): boolean {
  return key.startsWith(MERGE_MARK);
}

/** The text as it was written: a value `<<` is text. */
export function unmarked(text: string): string {
  return isMerge(text) ? '<<' : text;
}
