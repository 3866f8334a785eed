import { ApiObject } from 'cdk8s';
import { IConstruct } from 'constructs';
import { ServiceAccountRef } from './service-account-ref';
import { servicePortProblems, serviceSelects } from './service-ports';
import { WorkloadInternals } from './workload-internals';
import { Cluster } from '../synth/cluster';
import { Grants } from '../synth/grants';

const WORKLOADS = Symbol.for('cdk8s-zero-trust.workloads');

interface Registered {
  readonly workload: WorkloadInternals;
  readonly account: ServiceAccountRef;
}

/**
 * Makes a workload known to its cluster, so that faults between workloads, and between them and other objects, are found once the app is
 * complete.
 */
export function registerWorkload(workload: WorkloadInternals, account: ServiceAccountRef): void {
  const cluster = Cluster.of(workload) as IConstruct & { [WORKLOADS]?: Registered[] };
  if (cluster[WORKLOADS] === undefined) {
    const all: Registered[] = [];
    Object.defineProperty(cluster, WORKLOADS, { value: all });
    Grants.of(workload)._addCheck('workloads', () => [...sharedAccounts(all), ...overlaps(all), ...services(cluster, all)]);
  }
  cluster[WORKLOADS]!.push({ workload, account });
  workload.node.addValidation({ validate: () => workload._pods.problems(workload.serviceAccountName, workload.namespaceName) });
}

function sharedAccounts(all: Registered[]): string[] {
  const groups = groupBy(all, ({ workload }) => `${workload.namespaceName}/${workload.serviceAccountName}`);
  return [...groups].filter(([, group]) => group.length > 1 && group.some(({ account }) => account.sharedReason === undefined))
    .map(([account, group]) => `${group.map(({ workload }) => workload.node.path).join(' and ')} run under one ServiceAccount, ${account}: `
      + 'whatever is granted to one of them is granted to all; give each its own account, or name it with ServiceAccountRef.shared(name, { reason })');
}

/** Policies add up per pod, so pods that two workloads select have the access of both. */
function overlaps(all: Registered[]): string[] {
  const messages: string[] = [];
  for (const group of groupBy(all, ({ workload }) => workload.namespaceName).values()) {
    for (const [i, a] of group.entries()) {
      const b = group.find((other, j) => j !== i && selects(a.workload, other.workload) && (j > i || !selects(other.workload, a.workload)));
      if (b !== undefined) {
        messages.push(`the labels of ${a.workload.peerName} (${a.workload.node.path}) also select the pods of ${b.workload.peerName} (${b.workload.node.path}), `
          + 'so those pods would have the access of both; give each workload a label value of its own');
      }
    }
  }
  return messages;
}

function selects(a: WorkloadInternals, b: WorkloadInternals): boolean {
  const labels = b._pods.labels();
  const selector = Object.entries(a._pods.selector());
  return selector.length > 0 && selector.every(([key, value]) => labels[key] === value);
}

function services(cluster: IConstruct, all: Registered[]): string[] {
  const found = cluster.node.findAll()
    .filter((c): c is ApiObject => ApiObject.isApiObject(c) && c.kind === 'Service' && c.apiVersion === 'v1' && Cluster.of(c) === cluster)
    .map((service) => service.toJson());
  return found.flatMap((service) => all.filter(({ workload }) => serviceSelects(service, workload.namespaceName, workload._pods))
    .flatMap(({ workload }) => servicePortProblems(service, workload.peerName, workload._pods)));
}

function groupBy<T>(items: T[], keyOf: (item: T) => string): Map<string, T[]> {
  const groups = new Map<string, T[]>();
  for (const item of items) {
    groups.set(keyOf(item), [...(groups.get(keyOf(item)) ?? []), item]);
  }
  return groups;
}
