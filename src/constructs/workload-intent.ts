import { IConstruct } from 'constructs';
import { Enforcement } from './enforcement';
import { intendedAddresses, intendedEdge, intendedLayers, intendedMesh } from './intent';
import { EgressEdge } from './peer';
import { WorkloadInternals } from './workload-internals';
import { Grants } from '../synth/grants';
import { IntendedEnd, IntendedLayers } from '../values/grammar/intended-access';

/** Records an edge to a host outside of the mesh. */
export function intendExternal(scope: IConstruct, from: () => IntendedEnd, edge: EgressEdge): void {
  const { external, addresses = [], reason } = edge;
  if (external !== undefined) {
    const hostPorts = external.port.number === undefined ? [] : [external.port.number];
    const to = { name: edge.target, host: external.host, hostPorts, addresses: intendedAddresses(addresses) };
    Grants.of(scope)._intend(() => [intendedEdge(from(), to, 'mesh', scope.node.path, { ports: edge.ports(), reason })]);
  }
}

/** Records that the access of a workload has to be as recorded, on the layers that are written for it. */
export function intendWorkload(workload: WorkloadInternals, enforcement: Enforcement): void {
  Grants.of(workload)._addScope(() => ({
    namespace: workload.namespaceName,
    labels: workload._pods.selector(),
    layers: layersOf(workload, enforcement),
    plaintextPorts: workload._record.plaintext.map(({ number }) => number),
    mesh: intendedMesh(workload.namespace.mesh.facts),
    path: workload.node.path,
  }));
}

/** In a namespace whose baseline somebody else owns, a layer is closed where a policy of this app closes it. */
function layersOf(workload: WorkloadInternals, enforcement: Enforcement): IntendedLayers {
  const settings = workload.namespace._settings;
  const deviates = enforcement !== settings.enforcement;
  const layers = intendedLayers(settings.layers, enforcement, deviates ? 'open' : 'absent');
  if (settings.owned) {
    return layers;
  }
  const { networkPolicy, authorizationPolicy, peerAuthentication, sidecar } = workload._objects;
  const written = (object: object | undefined, state: IntendedLayers['network']) => (object === undefined ? 'absent' : state);
  return {
    network: written(networkPolicy, layers.network),
    mtls: written(peerAuthentication, layers.mtls),
    identity: written(authorizationPolicy, layers.identity),
    egress: written(sidecar, layers.egress),
  };
}
