/**
 * Whether what was written is already in force.
 *
 * The first sync of default deny and STRICT mutual TLS onto running pods is an outage for every edge that nobody has granted yet. OBSERVE
 * lets the same objects be rolled out first: policies under `istio.io/dry-run` only log what they would refuse.
 */
export enum Enforcement {
  /**
   * Nothing is refused: AuthorizationPolicies carry `istio.io/dry-run`, mutual TLS is PERMISSIVE, outbound traffic is ALLOW_ANY, and there
   * is no NetworkPolicy, because Kubernetes knows no dry run for it.
   */
  OBSERVE = 'observe',
  /** Everything that is not granted is refused. */
  ENFORCE = 'enforce',
}

/**
 * One of the independent lines of defence. A request has to pass all layers that are taken.
 */
export enum Layer {
  /**
   * NetworkPolicy: which pods and addresses may exchange packets, on which ports. Enforced by the network plugin, with or without the mesh.
   */
  NETWORK = 'network',
  /** PeerAuthentication: who talks to a workload has to prove an identity by mutual TLS. */
  MTLS = 'mtls',
  /** AuthorizationPolicy: which identity may send which request. Needs the mTLS layer to know an identity. */
  IDENTITY = 'identity',
  /**
   * Sidecar: which hosts a proxy knows. It keeps honest workloads from other hosts; it is no boundary for a hostile one, the network layer
   * is.
   */
  EGRESS = 'egress',
}

/** All layers, the default. @internal */
export const ALL_LAYERS = [Layer.NETWORK, Layer.MTLS, Layer.IDENTITY, Layer.EGRESS];
