/** The label that takes a pod out of every policy that lets something through, so that an isolated pod is really isolated. */
export const QUARANTINE_LABEL = 'cdk8s-zero-trust/quarantine';

/** Pods as a network policy names them: of one namespace or of all, with these labels or all of them. */
export interface IntendedPods {
  readonly namespace?: string;
  readonly labels?: { readonly [key: string]: string };
}

/** A block of addresses without some blocks inside of it. */
export interface IntendedAddresses {
  readonly cidr: string;
  readonly except: readonly string[];
}

/** One end of an edge, in the words of every layer that has to know it. What a layer cannot know it by is left out. */
export interface IntendedEnd {
  readonly name: string;
  /** for the network layer; of pods and addresses the pods count there */
  readonly pods?: IntendedPods;
  /** for the network layer, and for the identity layer where the source has no identity */
  readonly addresses?: readonly IntendedAddresses[];
  /** patterns of identities, as `principals` of an AuthorizationPolicy has them */
  readonly principals?: readonly string[];
  /** for the egress layer: the host that the proxy of the source has to know */
  readonly host?: string;
  /** where that host is defined; undefined: in the namespace of the source */
  readonly hostNamespace?: string;
  /** the ports that are dialled, where the proxy has others for the host than the server */
  readonly hostPorts?: readonly number[];
}

/** Ports of a destination as its pods listen on them. */
export interface IntendedPorts {
  readonly protocol: 'TCP' | 'UDP' | 'SCTP';
  readonly first: number;
  readonly last: number;
}

/** Requests of HTTP; empty lists ask for nothing. */
export interface IntendedRequests {
  readonly methods: readonly string[];
  readonly paths: readonly string[];
  readonly hosts: readonly string[];
  readonly headers: readonly { readonly name: string; readonly values: readonly string[] }[];
}

/** A claim of the token, by the names that lead to it, and the values of which one is enough. */
export interface IntendedClaim {
  readonly path: readonly string[];
  readonly values: readonly string[];
}

/**
 * Which layers an edge has to pass at its destination: all, the network alone (a port that no proxy sees), without an identity, or whoever
 * the source is.
 */
export type IntendedGuard = 'mesh' | 'network' | 'anonymous' | 'anybody';

/** One edge that somebody allowed or that a namespace needs. */
export interface IntendedEdge {
  readonly from: IntendedEnd;
  readonly to: IntendedEnd;
  readonly ports: readonly IntendedPorts[];
  /** none: every request */
  readonly requests: readonly IntendedRequests[];
  /** none: no token is asked for */
  readonly issuers: readonly { readonly issuer: string; readonly audiences: readonly string[] }[];
  readonly claims: readonly IntendedClaim[];
  readonly guard: IntendedGuard;
  /** somebody else writes what the source may send */
  readonly sourceIsForeign?: boolean;
  readonly reason: string;
  /** the construct that recorded it */
  readonly path: string;
}

/** `closed`: refuses whatever no edge admits; `open`: admits everything on purpose, for now; `absent`: nobody says anything. */
export type IntendedState = 'closed' | 'open' | 'absent';

/** What each layer is meant to do for some pods. */
export interface IntendedLayers {
  readonly network: IntendedState;
  readonly mtls: IntendedState;
  readonly identity: IntendedState;
  readonly egress: IntendedState;
}

/** Pods whose access is meant to be as recorded: all of a namespace, or those of a workload that deviates from it. */
export interface IntendedScope {
  readonly namespace: string;
  readonly labels?: { readonly [key: string]: string };
  readonly layers: IntendedLayers;
  /** ports that are meant to accept plaintext beside mutual TLS */
  readonly plaintextPorts: readonly number[];
  readonly mesh: IntendedMesh;
  readonly path: string;
}

/** What is known of the mesh and shows in no object. */
export interface IntendedMesh {
  readonly trustDomain: string;
  readonly trustDomainAliases: readonly string[];
  readonly rootNamespace: string;
  readonly clusterDomain: string;
  /** where pods have their addresses; undefined: anywhere */
  readonly podAddresses?: readonly string[];
}

/** The pods of a gateway, and the ports on which everybody may reach them. */
export interface IntendedGateway {
  readonly name: string;
  readonly namespace: string;
  readonly labels: { readonly [key: string]: string };
  readonly ports: readonly number[];
}

/** What a mesh sets for every namespace that says nothing of its own. */
export interface IntendedMeshWide {
  readonly layers: Pick<IntendedLayers, 'mtls' | 'identity' | 'egress'>;
  /** gateways that everybody may reach on these ports all the same */
  readonly gateways: readonly IntendedGateway[];
  readonly mesh: IntendedMesh;
  readonly path: string;
}

/** Everything that one cluster is meant to admit. */
export interface IntendedAccess {
  readonly scopes: readonly IntendedScope[];
  readonly edges: readonly IntendedEdge[];
  readonly meshWide?: IntendedMeshWide;
}
