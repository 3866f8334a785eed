import { groupOf, KubeObject } from '../objects';

/** What a document is to a cluster. */
export type Identified =
  | { readonly is: 'object'; readonly object: KubeObject; readonly generated: boolean }
  | { readonly is: 'list'; readonly items: readonly unknown[] }
  | { readonly is: 'foreign'; readonly text: string }
  | { readonly is: 'wrong'; readonly text: string; readonly path?: string };

/** Groups of files that only programs on people's machines and nodes read. */
const CLIENT_GROUPS = /(?:^|\.)(?:kind\.x-k8s\.io|k3d\.io|kubeadm\.k8s\.io|config\.k8s\.io|audit\.k8s\.io)$|^skaffold$/;

type Fields = Readonly<Record<string, unknown>>;

/** Decides what a document is: an object, a list of objects, something for other programs, or an object that no cluster takes. */
export function identify(value: unknown): Identified {
  if (!isFields(value)) {
    return { is: 'foreign', text: `no Kubernetes object but ${typeof value === 'string' ? 'text' : described(value)}` };
  }
  const { apiVersion, kind } = value;
  if (typeof apiVersion === 'string' && apiVersion !== '' && typeof kind === 'string' && kind !== '') {
    // whatever its kind: clients take anything with a field `items` for a list
    return Object.hasOwn(value, 'items') ? listOf(value, apiVersion, kind) : objectOf(value, apiVersion, kind);
  }
  return withoutKind(value);
}

/** A document without kind or version: an object that lacks them, or no object at all (values of Helm, package.json). */
function withoutKind(value: Fields): Identified {
  const missing = ['apiVersion', 'kind'].filter((field) => typeof value[field] !== 'string' || value[field] === '');
  const given = missing.filter((field) => value[field] !== undefined && value[field] !== null);
  const isMeant = isFields(value.metadata) && (missing.length === 1 || isFields(value.spec));
  if (isMeant || given.some((field) => value[field] !== '' && isFields(value.metadata))) {
    return { is: 'wrong', text: `${missing.join(' and ')} must be text, got ${missing.map((field) => described(value[field])).join(' and ')}` };
  }
  return { is: 'foreign', text: 'no Kubernetes object: apiVersion and kind are not both there' };
}

/** Members of a list take kind and version from it where they have none, as lists of one kind come from the API. */
function listOf({ items }: Fields, apiVersion: string, kind: string): Identified {
  if (items !== null && !Array.isArray(items)) {
    return { is: 'wrong', text: `items of a ${kind} must be a list, got ${described(items)}`, path: 'items' };
  }
  const itemKind = kind.endsWith('List') ? kind.slice(0, -'List'.length) : '';
  const complete = (item: unknown) => isFields(item) && itemKind !== '' && isAbsent(item.kind) ? { ...item, apiVersion, kind: itemKind } : item;
  return { is: 'list', items: (items ?? []).map(complete) };
}

function objectOf(value: Fields, apiVersion: string, kind: string): Identified {
  const { metadata } = value;
  if (!isFields(metadata) && (CLIENT_GROUPS.test(groupOf(apiVersion)) || (apiVersion === 'v1' && kind === 'Config'))) {
    return { is: 'foreign', text: `a ${kind} of ${apiVersion} is read by programs, not by a cluster` };
  }
  if (!isFields(metadata)) {
    return { is: 'wrong', text: `metadata of a ${kind} must be a mapping with a name, got ${described(metadata)}`, path: 'metadata' };
  }
  return wrongMetadata(metadata, kind) ?? named(value, metadata);
}

function named(value: Fields, metadata: Fields): Identified {
  const generated = isAbsent(metadata.name);
  const name = generated ? metadata.generateName : metadata.name;
  const tidy = !generated && isTidy(metadata.labels) && isTidy(metadata.annotations) && metadata.namespace !== null && metadata.namespace !== '';
  const object = tidy ? value : { ...value, metadata: tidied({ ...metadata, name }) };
  return { is: 'object', object: object as unknown as KubeObject, generated };
}

/** Why the API server refuses the metadata before it looks at anything else. */
function wrongMetadata(metadata: Fields, kind: string): Identified | undefined {
  for (const field of ['name', 'namespace', 'generateName']) {
    if (!isAbsent(metadata[field]) && typeof metadata[field] !== 'string') {
      return { is: 'wrong', text: `metadata.${field} of a ${kind} must be text, got ${described(metadata[field])}`, path: `metadata.${field}` };
    }
  }
  if (isAbsent(metadata.name) && isAbsent(metadata.generateName)) {
    return { is: 'wrong', text: `metadata.name of a ${kind} is missing`, path: 'metadata' };
  }
  return wrongTexts(metadata, kind, 'labels') ?? wrongTexts(metadata, kind, 'annotations');
}

function wrongTexts(metadata: Fields, kind: string, field: string): Identified | undefined {
  const texts = metadata[field];
  const path = `metadata.${field}`;
  if (isNull(texts)) {
    return undefined;
  }
  if (!isFields(texts)) {
    return { is: 'wrong', text: `${path} of a ${kind} must be a mapping, got ${described(texts)}`, path };
  }
  for (const key in texts) {
    if (typeof texts[key] !== 'string' && texts[key] !== null) {
      return { is: 'wrong', text: `${path}[${key}] of a ${kind} must be text, got ${described(texts[key])}`, path: `${path}[${JSON.stringify(key)}]` };
    }
  }
  return undefined;
}

function isTidy(texts: unknown): boolean {
  if (texts === undefined) {
    return true;
  }
  for (const key in texts as Fields) {
    if ((texts as Fields)[key] === null) {
      return false;
    }
  }
  return texts !== null;
}

/** Metadata as a cluster keeps it: what is null is not there, a label that is null is empty. */
function tidied(metadata: Fields): Fields {
  return Object.fromEntries(Object.entries(metadata).filter(([field, value]) => value !== null && !(field === 'namespace' && value === ''))
    .map(([field, value]) => [field, field === 'labels' || field === 'annotations' ? withoutNulls(value as Fields) : value]));
}

function withoutNulls(texts: Fields): Fields {
  return Object.fromEntries(Object.entries(texts).map(([key, value]) => [key, value ?? '']));
}

function isFields(value: unknown): value is Fields {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}

function isNull(value: unknown): boolean {
  return value === undefined || value === null;
}

function isAbsent(value: unknown): boolean {
  return isNull(value) || value === '';
}

function described(value: unknown): string {
  if (value === undefined) {
    return 'nothing';
  }
  if (typeof value === 'object' && value !== null) {
    return Array.isArray(value) ? 'a list' : 'a mapping';
  }
  if (value === null) {
    return 'null';
  }
  // yes, no, on, off, y and n without quotes are booleans to Kubernetes
  return typeof value === 'string' ? `the text ${JSON.stringify(value)}` : `the ${typeof value} ${String(value)}: quote it`;
}
