import { IConstruct } from 'constructs';
import { HostRegistry } from './host-registry';
import { LabelSelector } from '../resources/label-selector';
import { NetworkPolicyPeer } from '../resources/network-policy-peer';
import { Cidr } from '../values/cidr';
import { ExternalHost } from '../values/external-host';
import { Port } from '../values/port';

/**
 * Whatever may be the source of a grant: a workload, an ingress gateway, every workload of a namespace, any identity of the mesh.
 *
 * Get one from a `Workload`, `mesh.ingressGateway(name)`, `mesh.prometheus()`, `namespace.everyWorkload(reason)` or
 * `mesh.anyIdentity(reason)`. The interface is not meant to be implemented elsewhere.
 */
export interface IPeer {
  /** How the peer is called in annotations, recorded grants and messages, for example `shop/web`. */
  readonly peerName: string;
  /** @internal */
  _asPeer(): PeerFacts;
}

/** Pods as the network layer sees them: of one namespace or of all, with labels or all of them. */
export interface PodsOfPeer {
  readonly namespace?: string;
  readonly podLabels?: { readonly [key: string]: string };
}

/** What the layers need to know about a peer. Labels may be read from objects of the app, so `pods` is called only at synth. */
export interface PeerFacts {
  readonly name: string;
  /** Values for `principals` of an AuthorizationPolicy. Never empty. */
  readonly principals: string[];
  readonly pods: () => PodsOfPeer;
  /** The construct, when it lies in a tree: a grant must not cross clusters. */
  readonly scope?: IConstruct;
  /** Writes the peer's own half of an edge to `target`; absent when somebody else owns the peer. */
  readonly grantEgress?: (edge: EgressEdge) => void;
  /** The external hosts of the peer's namespace; present where `grantEgress` is. */
  readonly externalHosts?: () => HostRegistry;
  /** Who owns the peer when it is somebody else, for example `the owner of namespace monitoring`. */
  readonly owner?: string;
  /** Why such a wide peer is admitted; becomes the reason of the grant. */
  readonly wideReason?: string;
}

/** The target of an edge as its source has to know it: pods of the cluster, or addresses. */
export interface EgressEdge {
  readonly target: string;
  /** The pods of the target; absent when it is known by its addresses. */
  readonly pods?: () => PodsOfPeer;
  /** The addresses of the target when it is no pods. */
  readonly addresses?: Cidr[];
  readonly ports: () => Port[];
  /** The host that the source's proxy has to know, and its namespace. */
  readonly host?: { readonly namespace: string; readonly name: string };
  /** The host outside of the mesh that the namespace of the source has to define. */
  readonly external?: ExternalHost;
  readonly reason: string;
}

/** The pods of a peer as a policy in `namespace` has to name them. */
export function networkPeer(pods: PodsOfPeer, namespace: string): NetworkPolicyPeer {
  const selector = pods.podLabels === undefined ? LabelSelector.all() : LabelSelector.labels(pods.podLabels);
  if (pods.namespace === undefined) {
    return NetworkPolicyPeer.podsInNamespaces(LabelSelector.all(), selector);
  }
  return pods.namespace === namespace ? NetworkPolicyPeer.pods(selector) : NetworkPolicyPeer.podsInNamespace(pods.namespace, selector);
}
