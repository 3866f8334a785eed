import { podsGrant } from './access-rules';
import { recordEdge, requireSameCluster } from './edge';
import { handover } from './handover';
import { intendedEdge, intendedPods, peerEnd } from './intent';
import { IPeer, PeerFacts, PodsOfPeer } from './peer';
import { addPlaintext } from './workload-exceptions';
import { WorkloadInternals } from './workload-internals';
import { Grants } from '../synth/grants';
import { Port } from '../values/port';

/** Lets a peer reach a port that the proxy of the target never sees: both halves of the network layer, no other. */
export function admitOnNetwork(workload: WorkloadInternals, peer: IPeer, port: Port, reason: string): void {
  const facts = namedPods(workload, peer);
  sendToPods(workload, facts, port, reason);
  workload._record.ingress.push({ peer: facts, ports: () => [port], routes: [], issuers: [], claims: [], networkOnly: true, reason });
  workload._objects.needNetwork();
  recordEdge(workload, { from: facts.name, to: workload.peerName, ports: [port], plaintext: true, reason });
  Grants.of(workload)._intend(() => {
    const target = { name: workload.peerName, pods: intendedPods(podsOf(workload)) };
    const edge = intendedEdge(peerEnd(facts), target, 'network', workload.node.path, { ports: [port], reason });
    return [{ ...edge, sourceIsForeign: facts.grantEgress === undefined }];
  });
}

/** Lets a peer that dials addresses of pods, and so has no identity, reach one port in plaintext. */
export function admitPlaintextPeer(workload: WorkloadInternals, peer: IPeer, port: Port, reason: string): void {
  const facts = namedPods(workload, peer);
  const network = () => [podsGrant(facts.pods(), workload.namespaceName, [])];
  addPlaintext(workload, { source: facts.name, port, reason, pods: facts.pods, sends: facts.grantEgress !== undefined, network });
  sendToPods(workload, facts, port, reason);
}

/** Where nobody proves an identity, the pods are all that tells a source from others. */
function namedPods(workload: WorkloadInternals, peer: IPeer): PeerFacts {
  const facts = peer._asPeer();
  if (facts.wideReason !== undefined) {
    throw new Error(`${facts.name} would reach ${workload.peerName} without any identity, so nothing but the addresses of all pods would bound it; `
      + 'name the pods of one workload, or of the Prometheus of the mesh facts');
  }
  requireSameCluster(workload, facts);
  return facts;
}

function podsOf(workload: WorkloadInternals): PodsOfPeer {
  return { namespace: workload.namespaceName, podLabels: workload._pods.selector() };
}

/** The half of the source: packets to the pods, and no host, because it dials addresses. */
function sendToPods(workload: WorkloadInternals, peer: PeerFacts, port: Port, reason: string): void {
  const pods = () => podsOf(workload);
  peer.grantEgress?.({ target: workload.peerName, pods, ports: () => [port], reason });
  if (peer.owner !== undefined) {
    Grants.of(workload)._assume(() => [handover({
      owner: peer.owner!,
      side: 'source',
      from: peer.name,
      to: workload.peerName,
      source: peer.pods(),
      target: pods(),
      principals: peer.principals,
      ports: [port],
      routes: [],
      issuers: [],
      claims: [],
      path: workload.node.path,
    })]);
  }
}
