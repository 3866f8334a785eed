/** How a mesh rewrites paths before policies see them. */
export type PathNormalization = 'NONE' | 'BASE' | 'MERGE_SLASHES' | 'DECODE_AND_MERGE_SLASHES';

/** An authorizer that CUSTOM policies can name. */
export interface ExtensionProvider {
  readonly name: string;
  /** `other` is a provider of another kind (tracing, logs): no authorizer */
  readonly api: 'grpc' | 'http' | 'other';
  /** where it is: a host name, or `namespace/host`; a provider without one is taken for sound */
  readonly service?: string;
}

/** What the mesh configuration decides about traffic; the defaults are those of Istio. */
export interface MeshSettings {
  /** `1.31`: major and minor version */
  readonly istio: string;
  readonly trustDomain: string;
  readonly trustDomainAliases: readonly string[];
  readonly rootNamespace: string;
  readonly clusterDomain: string;
  readonly pathNormalization: PathNormalization;
  readonly outboundTrafficPolicy: 'ALLOW_ANY' | 'REGISTRY_ONLY';
  readonly extensionProviders: readonly ExtensionProvider[];
  readonly numTrustedProxies: number;
  /** gateways take what `connectionSettings: {profile: EDGE}` gives them */
  readonly edgeGateways?: boolean;
  readonly autoMtls: boolean;
  /** to whom objects are shown that do not say it; to everybody where this says nothing either */
  readonly defaultExportTo?: { readonly [kind in 'service' | 'destinationRule' | 'virtualService']?: readonly string[] };
  /** by URL, whether istiod gets the keys; a URL that is not named here is fetched */
  readonly jwks: Readonly<Record<string, 'ok' | 'unreachable' | 'timeout'>>;
  /** switches of istiod by their name */
  readonly flags: Readonly<Record<string, boolean | string | number>>;
}

export const DEFAULT_MESH: MeshSettings = {
  istio: '1.31',
  trustDomain: 'cluster.local',
  trustDomainAliases: [],
  rootNamespace: 'istio-system',
  clusterDomain: 'cluster.local',
  pathNormalization: 'BASE',
  outboundTrafficPolicy: 'ALLOW_ANY',
  extensionProviders: [],
  numTrustedProxies: 0,
  autoMtls: true,
  jwks: {},
  flags: {},
};
