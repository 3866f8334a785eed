import { NetworkModel, NetworkWorld } from '../../../src/access/network/model';
import { Manifest } from '../../../src/access/objects';
import { ContainerPort, Workload } from '../../../src/access/workload';

/** A pod; whatever a test does not care about is plain. */
export function pod(id: string, more: Partial<Workload> = {}): Workload {
  const [namespace, name] = id.split('/');
  return {
    id,
    namespace,
    name,
    kind: 'Pod',
    labels: { app: name },
    annotations: {},
    serviceAccount: 'default',
    addresses: [],
    mode: 'none',
    hostNetwork: false,
    ports: [],
    ...more,
  };
}

export function tcp(number: number, name?: string): ContainerPort {
  return { number, protocol: 'TCP', ...(name === undefined ? {} : { name }) };
}

/** A NetworkPolicy `namespace/name` with anything as its spec, as manifests of others may have. */
export function policy(id: string, spec: unknown): Manifest {
  const [namespace, name] = id.split('/');
  return { object: { apiVersion: 'networking.k8s.io/v1', kind: 'NetworkPolicy', metadata: { name, namespace }, spec }, origin: {} };
}

export function model(workloads: readonly Workload[], policies: readonly Manifest[], more: Partial<NetworkWorld> = {}): NetworkModel {
  return new NetworkModel({ workloads, policies, namespaces: new Map(), ...more });
}

/** What a model says of TCP between two pods. */
export function says(of: NetworkModel, from: Workload, to: Workload, port: number): boolean | undefined {
  return of.verdict({ from: { workload: from }, to: { workload: to }, protocol: 'TCP', port }).allowed;
}
