/**
 * What the naive evaluator is asked: a world and queries, in the shape of the published cases of kind `access`.
 * It shares nothing with the library on purpose: a mistake in what both read would be a mistake of both.
 */

/** A Kubernetes object as plain JSON. */
export type Manifest = any;

export interface NaivePort {
  readonly name?: string;
  readonly port: number;
  readonly protocol: string;
  readonly app?: string;
}

export interface NaiveWorkload {
  readonly id: string;
  readonly namespace: string;
  readonly name: string;
  readonly labels: Record<string, string>;
  readonly serviceAccount: string;
  readonly ip: string;
  readonly mode: 'sidecar' | 'ambient' | 'none' | 'gateway' | 'waypoint';
  readonly ports: readonly NaivePort[];
}

export interface NaiveMesh {
  readonly trustDomain?: string;
  readonly trustDomainAliases?: readonly string[];
  readonly rootNamespace?: string;
  readonly pathNormalization?: string;
  readonly numTrustedProxies?: number;
  readonly enableAutoMtls?: boolean;
  /** What istiod got when it fetched the keys of an address; absent: keys that verify. */
  readonly jwks?: Record<string, string>;
  readonly extensionProviders?: readonly { readonly name: string; readonly api?: string }[];
  readonly flags?: Record<string, any>;
  readonly [key: string]: any;
}

export interface NaiveWorld {
  readonly mesh?: NaiveMesh;
  readonly objects: readonly Manifest[];
  readonly workloads: readonly NaiveWorkload[];
}

export interface NaiveToken {
  readonly in: 'header' | 'query' | 'cookie';
  readonly name?: string;
  readonly prefix?: string;
  readonly token?: string;
  readonly state: string;
  readonly claims: Record<string, any>;
  /** Whose key signed it, where that is not the issuer that it claims. */
  readonly signer?: string;
}

/** Lines of headers: as an object when no name is there twice, else line by line. */
export type NaiveHeaders = Record<string, string> | readonly (readonly [string, string])[];

export interface NaiveHttp {
  readonly method: string;
  readonly path: string;
  readonly host: string;
  readonly headers?: NaiveHeaders;
  readonly tokens?: readonly NaiveToken[];
}

export interface NaiveConnection {
  readonly mtls: boolean | 'auto';
  readonly principal?: string;
  readonly via?: string;
  readonly sourceIp?: string;
  readonly remoteIp?: string;
  readonly sni?: string;
  readonly service?: string;
  readonly originOutside?: boolean;
  /** TLS that the client started on its own, without the protocols that proxies of a mesh offer. */
  readonly ownTls?: boolean;
}

export interface NaiveQuery {
  readonly id?: string;
  readonly from: { readonly workload?: string; readonly outside?: boolean; readonly external?: boolean; readonly ip?: string };
  readonly to: {
    readonly workload?: string;
    readonly ip?: string;
    readonly serviceEntry?: string;
    readonly waypoint?: string;
    readonly port: number;
    readonly servicePort?: number;
    readonly protocol?: string;
    readonly app?: string;
    /** Whether the application itself takes TLS that no proxy ended. */
    readonly takesTls?: boolean;
    readonly backend?: { readonly workload: string; readonly port: number };
  };
  readonly conn: NaiveConnection;
  readonly http?: NaiveHttp;
  readonly extAuthz?: Record<string, string>;
}

export type NaiveVerdict =
  'allow' | 'http-403' | 'http-401' | 'http-400' | 'http-404' | 'connection-reset' | 'dropped' | 'unknown';

/** A question that this evaluator does not answer; better none than a guess. */
export class NotModelled extends Error {}

/** A policy that no proxy takes: Envoy ends, or refuses its listener. */
export class RefusedByProxy extends Error {}

export function rootNamespace(world: NaiveWorld): string {
  return world.mesh?.rootNamespace ?? 'istio-system';
}

export function trustDomain(world: NaiveWorld): string {
  return world.mesh?.trustDomain ?? 'cluster.local';
}

/** Objects of a kind: the older first, then by name and namespace, as istiod goes through them. */
export function objectsOfKind(world: NaiveWorld, kind: string): Manifest[] {
  const key = (object: Manifest) => `${object.metadata.name}.${namespaceOf(object)}`;
  const created = (object: Manifest) => Date.parse(object.metadata.creationTimestamp ?? '1970-01-01T00:00:00Z');
  return world.objects.filter((object) => object.kind === kind)
    .sort((a, b) => created(a) - created(b) || (key(a) < key(b) ? -1 : 1));
}

export function namespaceOf(object: Manifest): string {
  return object.metadata.namespace ?? 'default';
}

export function workloadOf(world: NaiveWorld, id: string): NaiveWorkload {
  const found = world.workloads.find((workload) => workload.id === id);
  if (found === undefined) {
    throw new NotModelled(`there is no workload ${id}`);
  }
  return found;
}

/** Whether labels hold every pair that is wanted; nothing wanted is held by all. */
export function holdsLabels(labels: Record<string, string>, wanted: Record<string, string> | undefined): boolean {
  return Object.entries(wanted ?? {}).every(([key, value]) => labels[key] === value);
}

/** An absent list, null and an empty list are the same to those who read the API as protocol buffers. */
export function listOf<T = any>(list: readonly T[] | null | undefined): readonly T[] {
  return list ?? [];
}

export function headerLines(headers: NaiveHeaders | undefined): readonly (readonly [string, string])[] {
  if (headers === undefined) {
    return [];
  }
  return Array.isArray(headers) ? headers : Object.entries(headers as Record<string, string>);
}
