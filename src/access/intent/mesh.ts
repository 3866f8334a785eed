import { IntendedAccess, IntendedEdge, IntendedMeshWide } from '../../values/grammar/intended-access';
import { compileEgress } from '../egress/egress';
import { compileApplications } from '../mtls/application';
import { compilePeerAuthentications } from '../mtls/effective';
import { Labels } from '../objects';
import { Snapshot } from '../snapshot/snapshot';
import { DataPlaneMode, Workload } from '../workload';
import { Difference } from './difference';
import { differencesOf } from './identity';

/** A namespace that nothing tells of: parentheses cannot be in a name. */
const ANY_NAMESPACE = '(any namespace)';

/** Compares what a mesh sets for namespaces that say nothing of their own, and for its gateways, with what is meant. */
export function meshDifferences(snapshot: Snapshot, { meshWide }: IntendedAccess): Difference[] {
  return meshWide === undefined ? [] : [
    ...mtls(snapshot, meshWide), ...identity(snapshot, meshWide), ...egress(snapshot, meshWide),
  ];
}

function mtls({ mesh, ...snapshot }: Snapshot, { layers, path }: IntendedMeshWide): Difference[] {
  const peers = compilePeerAuthentications(snapshot.kind('security.istio.io', 'PeerAuthentication'), mesh);
  const mode = peers.namespaceMode(ANY_NAMESPACE);
  return layers.mtls !== 'closed' || mode === 'STRICT' ? []
    : [{
      layer: 'mtls',
      kind: 'excess',
      from: 'plaintext',
      to: ANY_NAMESPACE,
      witness: 'any connection without mutual TLS',
      path,
      text: `the mesh says ${mode}`,
    }];
}

function identity(snapshot: Snapshot, { layers, gateways, path }: IntendedMeshWide): Difference[] {
  if (layers.identity !== 'closed') {
    return [];
  }
  const applications = compileApplications(snapshot);
  const anybody = differencesOf(snapshot,
    applications, { workload: stranger(ANY_NAMESPACE, 'any workload', {}, 'sidecar'), edges: [], open: false, path });
  return [...anybody, ...gateways.flatMap(({ name, namespace, labels, ports }) => {
    const edge: IntendedEdge = {
      from: { name: 'anybody' },
      to: { name },
      ports: ports.map((port) => ({ protocol: 'TCP', first: port, last: port })),
      requests: [],
      issuers: [],
      claims: [],
      guard: 'anybody',
      reason: '',
      path,
    };
    return differencesOf(snapshot,
      applications, { workload: stranger(namespace, name, labels, 'gateway'), edges: [edge], open: false, path });
  })];
}

function egress(snapshot: Snapshot, { layers, path }: IntendedMeshWide): Difference[] {
  const { unknownHosts } = compileEgress(snapshot).scopeOf(stranger(ANY_NAMESPACE, 'any workload', {}, 'sidecar'));
  const to = 'hosts that nobody granted';
  return layers.egress !== 'closed' || unknownHosts === 'REGISTRY_ONLY' ? []
    : [{
      layer: 'egress',
      kind: 'excess',
      from: ANY_NAMESPACE,
      to,
      witness: 'any call',
      path,
      text: `proxies of the mesh say ${unknownHosts}`,
    }];
}

function stranger(namespace: string, name: string, labels: Labels, mode: DataPlaneMode): Workload {
  return {
    id: `${namespace}/${name}`,
    namespace,
    name,
    kind: 'Hypothetical',
    labels,
    annotations: {},
    serviceAccount: '(other)',
    addresses: [],
    mode,
    hostNetwork: false,
    ports: [],
  };
}
