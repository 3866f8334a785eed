import { IConstruct } from 'constructs';
import { AllowOptions } from './allow-options';
import { handover } from './handover';
import { intendedEdge, intendedPods, peerEnd } from './intent';
import { EgressEdge, PeerFacts, PodsOfPeer } from './peer';
import { Cluster } from '../synth/cluster';
import { Grants } from '../synth/grants';
import { IntendedEnd } from '../values/grammar/intended-access';
import { Assumption, Grant, GrantKind } from '../values/grant';
import { Port } from '../values/port';

/** An edge between two peers, as it was said at its target. */
export interface Edge {
  readonly peer: PeerFacts;
  readonly target: string;
  readonly targetPods: () => PodsOfPeer;
  /** Who owns the target when it is somebody else. */
  readonly targetOwner?: string;
  readonly ports: () => Port[];
  readonly options: AllowOptions;
  readonly reason: string;
  readonly host: EgressEdge['host'];
}

/** Writes the source's half of an edge and records the edge, with what its other owners have to do. */
export function addEdge(scope: IConstruct, edge: Edge): void {
  const { peer } = edge;
  requireSameCluster(scope, peer);
  if (peer.owner !== undefined && edge.targetOwner !== undefined) {
    throw new Error(`neither ${peer.name} nor ${edge.target} belongs to this app, so it cannot grant anything between them; one of the two has to be yours`);
  }
  peer.grantEgress?.({ target: edge.target, pods: edge.targetPods, ports: edge.ports, host: edge.host, reason: edge.reason });
  const grants = Grants.of(scope);
  grants._record(() => [{
    kind: GrantKind.GRANT,
    from: peer.name,
    to: edge.target,
    ports: edge.ports(),
    routes: edge.options.routes ?? [],
    issuers: edge.options.issuers ?? [],
    claims: edge.options.claims ?? [],
    plaintext: false,
    reason: edge.reason,
    path: scope.node.path,
  }]);
  grants._intend(() => {
    const said = { ...edge.options, ports: edge.ports(), reason: edge.reason };
    return [{ ...intendedEdge(peerEnd(peer), targetEnd(edge), 'mesh', scope.node.path, said), sourceIsForeign: peer.grantEgress === undefined }];
  });
  grants._assume(() => foreignHalves(scope, edge));
}

function targetEnd({ target, targetPods, host }: Edge): IntendedEnd {
  const known = host === undefined ? {} : { host: host.name, hostNamespace: host.namespace };
  return { name: target, pods: intendedPods(targetPods()), ...known };
}

/** Records an edge of which only one end has an identity: plaintext, and targets outside of the mesh. */
export function recordEdge(scope: IConstruct, edge: Pick<Grant, 'from' | 'to' | 'ports' | 'plaintext' | 'reason'>): void {
  Grants.of(scope)._record(() => [{ kind: GrantKind.GRANT, routes: [], issuers: [], claims: [], path: scope.node.path, ...edge }]);
}

function foreignHalves(scope: IConstruct, edge: Edge): Assumption[] {
  const { peer } = edge;
  const common = {
    from: peer.name,
    to: edge.target,
    source: peer.pods(),
    target: edge.targetPods(),
    principals: peer.principals,
    ports: edge.ports(),
    routes: edge.options.routes ?? [],
    issuers: edge.options.issuers ?? [],
    claims: edge.options.claims ?? [],
    host: edge.host,
    path: scope.node.path,
  };
  return [
    ...(peer.owner === undefined ? [] : [handover({ ...common, owner: peer.owner, side: 'source' })]),
    ...(edge.targetOwner === undefined ? [] : [handover({ ...common, owner: edge.targetOwner, side: 'target' })]),
  ];
}

/** An edge between clusters would be one that no policy of either can see. */
export function requireSameCluster(target: IConstruct, peer: PeerFacts): void {
  if (peer.scope !== undefined && Cluster.of(peer.scope) !== Cluster.of(target)) {
    throw new Error(`${peer.name} (${peer.scope.node.path}) and ${target.node.path} are in different clusters, and grants across clusters are out of scope; `
      + 'grant it to the gateway through which the traffic arrives');
  }
}
