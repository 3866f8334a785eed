import { Enforcement, Layer } from './enforcement';
import { MeshFacts } from './mesh-facts';
import { PeerFacts, PodsOfPeer } from './peer';
import { Cidr } from '../values/cidr';
import { ClaimRequirement } from '../values/claim-requirement';
import {
  IntendedAddresses, IntendedClaim, IntendedEdge, IntendedEnd, IntendedLayers, IntendedMesh, IntendedPods, IntendedPorts, IntendedRequests,
  IntendedState,
} from '../values/grammar/intended-access';
import { HttpMatch } from '../values/http-match';
import { JwtIssuer } from '../values/jwt-issuer';
import { Port } from '../values/port';

/** What was said about an edge, for the half that compares it with what is emitted. */
export interface SaidEdge {
  readonly ports: Port[];
  readonly routes?: HttpMatch[];
  readonly issuers?: JwtIssuer[];
  readonly claims?: ClaimRequirement[];
  readonly reason: string;
}

/** An edge as plain data. */
export function intendedEdge(from: IntendedEnd, to: IntendedEnd, guard: IntendedEdge['guard'], path: string, said: SaidEdge): IntendedEdge {
  const { ports, routes = [], issuers = [], claims = [], reason } = said;
  return {
    from,
    to,
    guard,
    path,
    reason,
    ports: ports.flatMap(intendedPorts),
    requests: routes.map(intendedRequests),
    issuers: issuers.map(({ issuer, audiences }) => ({ issuer, audiences })),
    claims: claims.map(intendedClaim),
  };
}

/** A peer as the source of an edge. */
export function peerEnd({ name, pods, principals }: PeerFacts): IntendedEnd {
  return { name, pods: intendedPods(pods()), principals };
}

/** Pods as an end of an edge. */
export function intendedPods({ namespace, podLabels }: PodsOfPeer): IntendedPods {
  return { ...(namespace === undefined ? {} : { namespace }), ...(podLabels === undefined ? {} : { labels: podLabels }) };
}

/** Blocks of addresses as an end of an edge. */
export function intendedAddresses(blocks: Cidr[]): IntendedAddresses[] {
  return blocks.map(({ block, except }) => ({ cidr: block, except }));
}

function intendedPorts({ transport, number, endNumber }: Port): IntendedPorts[] {
  return number === undefined ? [] : [{ protocol: transport, first: number, last: endNumber ?? number }];
}

function intendedRequests({ methods, paths, hosts, headers }: HttpMatch): IntendedRequests {
  return { methods, paths, hosts: hosts.flatMap((host) => host.patterns), headers };
}

function intendedClaim({ _path, values }: ClaimRequirement): IntendedClaim {
  return { path: _path, values };
}

/** The facts of a mesh that the analyser has to know. */
export function intendedMesh({ trustDomain, trustDomainAliases = [], rootNamespace, clusterDomain, pods }: MeshFacts): IntendedMesh {
  return {
    trustDomain,
    trustDomainAliases,
    rootNamespace,
    clusterDomain,
    ...(pods === undefined ? {} : { podAddresses: pods.map(({ block }) => block) }),
  };
}

/** What each layer is meant to do for pods that are in this phase. */
export function intendedLayers(layers: Layer[], enforcement: Enforcement, observedNetwork: IntendedState): IntendedLayers {
  const state = (layer: Layer, observed: IntendedState): IntendedState => (
    !layers.includes(layer) ? 'absent' : enforcement === Enforcement.ENFORCE ? 'closed' : observed);
  return {
    network: state(Layer.NETWORK, observedNetwork),
    mtls: state(Layer.MTLS, 'open'),
    identity: state(Layer.IDENTITY, 'open'),
    egress: state(Layer.EGRESS, 'open'),
  };
}
