import { Difference } from '../access/intent/difference';
import { Manifest, refOf, refText } from '../access/objects';
import { Reading } from '../access/reading/reading';

const FIX: Record<Difference['kind'], string> = {
  excess: 'take it out of that object, grant it, or say why with Proof.of(this).allowWider',
  missing: 'look for an object that was added or changed by hand, or for pods that are not as the constructs say',
  unknown: 'state the facts that decide it (the addresses of pods, for example), or accept the object with Proof.of(this).acceptUnproven',
};

/** A difference as a message of a validation: who, what, which layer, what decides, and what to do. */
export function differenceMessage(difference: Difference): string {
  const { layer, kind, from, to, witness, object, clause, path, text } = difference;
  const what = {
    excess: 'is allowed, and nobody granted it',
    missing: 'was granted, and is refused',
    unknown: 'may be allowed or not',
  }[kind];
  const decider = object === undefined
    ? text : `${text}: ${refText(object)}${clause === undefined ? '' : ` ${clause}`}${where(object.origin?.constructPath)}`;
  return `${from} -> ${to} ${what} on the ${layer} layer (${witness}); ${decider}; ${path === undefined ? '' : `recorded at ${path}; `}${FIX[kind]}`;
}

/** An object that nobody can prove anything about. */
export function unprovenMessage(manifest: Manifest, workload: string): string {
  return `${refText(refOf(manifest))}${where(manifest.origin.constructPath)} changes traffic in ways that cannot be proved, and it may concern ${workload}; `
    + 'remove it, or accept it by name with Proof.of(this).acceptUnproven(object, reason)';
}

/** What of the context could not be read, and which of its objects the app would overwrite. */
export function readingMessages({ errors }: Reading, joined: Reading): string[] {
  const clashes = joined.notes.filter(({ kind }) => kind === 'duplicate-object')
    .map(({ text }) => `the context of the proof holds an object that this app emits too: ${text}; rename one of them`);
  return [...clashes, ...unreadable(errors)];
}

function unreadable(errors: Reading['errors']): string[] {
  return errors.map(({
    origin,
    text,
  }) => `the context of the proof cannot be read: ${origin.file ?? ''}${origin.line === undefined ? '' : `:${origin.line}`}: ${text}`);
}

function where(path: string | undefined): string {
  return path === undefined ? '' : ` (${path})`;
}
