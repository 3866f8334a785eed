import { IConstruct } from 'constructs';
import { recordEdge, requireSameCluster } from './edge';
import { certificateAssumptions } from './external-host-handover';
import { PeerFacts } from './peer';
import { Grants } from '../synth/grants';
import { ExternalHost, ExternalResolution } from '../values/external-host';
import { Assumption } from '../values/grant';

/** Writes an edge to a host outside of the mesh, which is the source's half alone, and records it. */
export function addExternalEdge(scope: IConstruct, peer: PeerFacts, host: ExternalHost, reason: string): void {
  requireSameCluster(scope, peer);
  if (peer.grantEgress === undefined) {
    throw new Error(`${peer.name} does not belong to this app, so nothing can be written that lets it reach ${host.host}; `
      + `that is up to ${peer.owner ?? 'its owner'}`);
  }
  const wide = [peer.wideReason, host.wildcardReason].filter((r) => r !== undefined).map((r) => `(${r})`);
  const because = [...(reason === '' ? [] : [reason]), ...wide].join(' ');
  const known = { namespace: '.', name: host.host };
  peer.grantEgress({ target: host.host, ports: () => [host.serverPort], host: known, external: host, reason: because });
  recordEdge(scope, { from: peer.name, to: host.host, ports: [host.serverPort], plaintext: false, reason: because });
  const path = scope.node.path;
  Grants.of(scope)._assume(() => [...unboundedAssumptions(peer, host, path), ...certificateAssumptions(peer, host, path)]);
}

/** Without addresses the network layer cannot tell hosts apart, and a proxy is no boundary for the pod that it serves. */
function unboundedAssumptions(peer: PeerFacts, host: ExternalHost, path: string): Assumption[] {
  if (host.cidrs !== undefined) {
    return [];
  }
  const chosen = host._resolution === ExternalResolution.NONE ? ', at whatever address it chooses' : '';
  return [{
    owner: 'whoever owns the way out of the cluster',
    statement: `${peer.name} may send to every public address on ${host.serverPort}; only its own proxy, which a hostile pod can pass by, `
      + `holds it to ${host.host}${chosen}`,
    text: '',
    path,
  }];
}
