import { ClusterDns } from './cluster-dns';
import { DataPlane } from './data-plane';
import { MeshPodsFact, PodsFact } from './pods-fact';
import { SidecarInjection } from './sidecar-injection';
import { Cidr } from '../values/cidr';

/**
 * An ingress gateway of the installation.
 *
 * The charts name the account after the Helm release, so there is no default that would be right everywhere.
 */
export interface IngressGatewayFact extends MeshPodsFact {
  /** A name of your choice, by which `mesh.ingressGateway(name)` finds it. */
  readonly name: string;
}

/**
 * A service that the proxies themselves call: an access log or tracing collector, an external authoriser.
 */
export interface ProviderFact extends PodsFact {
  /** The provider's name in the mesh configuration; it names the objects that let traffic to it through. */
  readonly name: string;
  /** The host of its Service, fully qualified, for example `collector.telemetry.svc.cluster.local`. */
  readonly host: string;
  /** The TCP port that its pods listen on (the target port of the Service), 1 to 65535. */
  readonly number: number;
}

/**
 * Where the Kubernetes API servers are: the endpoints behind the Service `kubernetes`, which network policies see, not the Service's own
 * address.
 */
export interface ApiServerFact {
  /** Addresses or ranges of the API servers. At least one. */
  readonly addresses: Cidr[];
  /** The TCP port they listen on, usually 6443 where the Service says 443. */
  readonly number: number;
}

/**
 * What no manifest shows about a cluster and its mesh, stated once.
 *
 * Nothing here is guessed: what is left out is unknown, and whatever would need it is refused with the name of the fact.
 *
 * @see https://istio.io/latest/docs/reference/config/istio.mesh.v1alpha1/
 */
export interface MeshFacts {
  /** How traffic reaches the proxies. */
  readonly dataPlane: DataPlane;
  /** The trust domain, the first part of every identity, for example `cluster.local`. */
  readonly trustDomain: string;
  /** Other trust domains whose identities the mesh accepts as its own. @default - none */
  readonly trustDomainAliases?: string[];
  /** The namespace whose policies count for the whole mesh (`rootNamespace` of the mesh configuration). */
  readonly rootNamespace: string;
  /** The DNS suffix of Services, for example `cluster.local`. */
  readonly clusterDomain: string;
  /** How pods get their proxy: by the namespace label or by a revision. */
  readonly injection: SidecarInjection;
  /** Where cluster DNS answers. */
  readonly dns: ClusterDns;
  /** The pods of istiod. @default - pods labelled `app: istiod` in the root namespace, as the charts make them */
  readonly istiod?: PodsFact;
  /** Whether istio-cni sets up the redirection, so that pods need no privileged init container. @default - unknown */
  readonly istioCni?: boolean;
  /** Whether proxies are native sidecars (init containers that keep running). @default - unknown */
  readonly nativeSidecars?: boolean;
  /** Whether proxies answer DNS themselves (`ISTIO_META_DNS_CAPTURE`). @default - unknown */
  readonly dnsCapture?: boolean;
  /**
   * Whether istiod programs TLS hosts with a wildcard and the resolution DYNAMIC_DNS (`ENABLE_WILDCARD_HOST_SERVICE_ENTRIES_FOR_TLS`,
   * experimental and off by default). @default - unknown
   */
  readonly wildcardTlsHosts?: boolean;
  /** The network plugin by name, for the record. @default - unknown */
  readonly cni?: string;
  /** Ingress gateways. @default - none */
  readonly ingressGateways?: IngressGatewayFact[];
  /** The Prometheus that scrapes the mesh. @default - none: no namespace admits a scrape */
  readonly prometheus?: MeshPodsFact;
  /** Services that proxies report to (access log, tracing, metrics). @default - none */
  readonly telemetryProviders?: ProviderFact[];
  /** External authorisers that proxies ask (CUSTOM policies). @default - none */
  readonly authorizationProviders?: ProviderFact[];
  /** The API servers. @default - unknown: `needsKubernetesApi()` and `allowFromApiServer()` are refused */
  readonly apiServer?: ApiServerFact;
  /** Addresses of the nodes. @default - unknown */
  readonly nodes?: Cidr[];
  /**
   * Addresses of pods. @default - unknown: a plaintext grant to pods without identity is refused, for nothing would bound it on the
   * identity layer
   */
  readonly pods?: Cidr[];
  /**
   * Where kubelet probes come from when the network plugin applies policies to them. Kubernetes always admits a pod's own node, so most
   * clusters need none.
   * @default - none
   */
  readonly probeSources?: Cidr[];
}
