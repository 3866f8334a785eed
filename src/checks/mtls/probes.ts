import { RegistryEntry } from '../../access/egress/registry';
import { Labels } from '../../access/objects';
import { Snapshot } from '../../access/snapshot/snapshot';
import { Workload } from '../../access/workload';

/** A client with a sidecar that nothing but its namespace and labels is known of. */
export function probeClient(namespace: string, labels: Labels = {}): Workload {
  return {
    id: `${namespace}/(client)`,
    namespace,
    name: '(client)',
    kind: 'Hypothetical',
    labels,
    annotations: {},
    serviceAccount: 'default',
    addresses: [],
    mode: 'sidecar',
    hostNetwork: false,
    ports: [],
  };
}

/** The port of a host that stands for any. */
export const PROBE_PORT = 80;

/** A Service that stands for any of a namespace: it has a name that no object speaks of. */
export function probeEntry(namespace: string, { mesh }: Snapshot): RegistryEntry {
  return {
    hostname: `(any).${namespace}.svc.${mesh.clusterDomain}`,
    namespace,
    kind: 'Service',
    object: { kind: 'Service', namespace, name: '(any)' },
    external: false,
    resolution: 'balanced',
    ports: [{ number: PROBE_PORT, target: PROBE_PORT, transport: 'TCP', protocol: 'HTTP' }],
    addresses: [],
    visibleTo: new Set(['*']),
    endpoints: [],
  };
}
