/** Labels of a namespace, a pod or an object. */
export type Labels = Readonly<Record<string, string>>;

/** Where an object was read: a file and the line at which its document begins, or a construct. */
export interface Origin {
  readonly file?: string;
  readonly line?: number;
  readonly constructPath?: string;
}

/** The metadata that the model looks at; anything else is kept as it is. */
export interface ObjectMetadata {
  readonly name: string;
  readonly namespace?: string;
  readonly labels?: Labels;
  readonly annotations?: Labels;
  readonly creationTimestamp?: string;
}

/** One object of a cluster as plain data. Nothing but kind and name is sure: what is in the spec is read with care. */
export interface KubeObject {
  readonly apiVersion: string;
  readonly kind: string;
  readonly metadata: ObjectMetadata;
  // manifests are anybody's; each reader of a field checks what it finds
  // eslint-disable-next-line @typescript-eslint/no-explicit-any
  readonly [field: string]: any;
}

/** An object and where it was read. */
export interface Manifest {
  readonly object: KubeObject;
  readonly origin: Origin;
}

/** Which object, for people and for other programs. */
export interface ObjectRef {
  readonly kind: string;
  readonly namespace?: string;
  readonly name: string;
  readonly origin?: Origin;
}

/** The group of an API version; the core group is the empty text. */
export function groupOf(apiVersion: string): string {
  return apiVersion.includes('/') ? apiVersion.slice(0, apiVersion.indexOf('/')) : '';
}

/** The reference to an object. */
export function refOf({ object, origin }: Manifest): ObjectRef {
  return { kind: object.kind, namespace: object.metadata.namespace, name: object.metadata.name, origin };
}

/** How an object is named in texts: `NetworkPolicy shop/web`. */
export function refText({ kind, namespace, name }: ObjectRef): string {
  return `${kind} ${namespace === undefined ? '' : `${namespace}/`}${name}`;
}
