import { Manifest } from '../objects';

/** What decides which of several objects counts: when it was created, and its name. */
export interface Created {
  readonly createdAt?: string;
  readonly name: string;
  readonly namespace: string;
}

/** Which of two objects comes first for istiod: the older one, then by name; one without a time does not exist yet and is the youngest. */
export function olderFirst(a: Created, b: Created): number {
  return instant(a) - instant(b) || compareTexts(a.name, b.name) || compareTexts(a.namespace, b.namespace);
}

/** The order of two objects by `olderFirst`. */
export function olderManifestFirst(a: Manifest, b: Manifest): number {
  return olderFirst(createdOf(a), createdOf(b));
}

/** Orders texts by their characters, as Go does. */
export function compareTexts(a: string, b: string): number {
  return a < b ? -1 : a > b ? 1 : 0;
}

function createdOf({ object: { metadata } }: Manifest): Created {
  return { createdAt: metadata.creationTimestamp, name: metadata.name, namespace: namespaceOf(metadata) };
}

/** The namespace of an object that has one; `default` where it says none. */
export function namespaceOf(metadata: { readonly namespace?: string }): string {
  return metadata.namespace ?? 'default';
}

// a number, not Infinity: two of them are subtracted
const NOT_YET = Number.MAX_SAFE_INTEGER;

function instant({ createdAt }: Created): number {
  const time = typeof createdAt === 'string' ? Date.parse(createdAt) : Number.NaN;
  return Number.isNaN(time) ? NOT_YET : time;
}
