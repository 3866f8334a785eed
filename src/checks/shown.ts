import { Manifest } from '../access/objects';
import { namespacesOf } from '../access/snapshot/namespaces';
import { Snapshot } from '../access/snapshot/snapshot';
import { Workload } from '../access/workload';

/** The workloads that objects tell of, without those that merely stand for what policies speak of. */
export function shownWorkloads({ workloads }: Snapshot): readonly Workload[] {
  return workloads.filter(({ kind }) => kind !== 'Hypothetical');
}

/** Workloads by where they are. */
export function byNamespace(workloads: readonly Workload[]): (namespace: string) => readonly Workload[] {
  const groups = new Map<string, Workload[]>();
  for (const workload of workloads) {
    const group = groups.get(workload.namespace);
    if (group === undefined) {
      groups.set(workload.namespace, [workload]);
    } else {
      group.push(workload);
    }
  }
  return (namespace) => groups.get(namespace) ?? [];
}

/** The namespaces that exist or that some object lies in; being named by a policy is no proof. */
export function shownNamespaces({ manifests }: Snapshot): ReadonlySet<string> {
  return new Set(namespacesOf(manifests).keys());
}

/** Whether an object is a part of Istio or was made by its gateway controller: not what users write. */
export function isIstios({ object: { metadata } }: Manifest): boolean {
  const labels = metadata.labels ?? {};
  return labels.istio !== undefined || labels.release === 'istio' || labels['gateway.istio.io/managed'] !== undefined;
}

/** Labels as people write them in selectors. */
export function labelsText(labels: Readonly<Record<string, string>>): string {
  return Object.entries(labels).map(([key, value]) => `${key}=${value}`).sort().join(',');
}
