import { UNLISTED } from '../snapshot/hypothetical';
import { namespacesOf } from '../snapshot/namespaces';
import { Snapshot } from '../snapshot/snapshot';
import { Workload } from '../workload';

/** most of them that are made for one namespace */
const MOST = 64;

/**
 * Pods that nothing shows and that policies of two layers speak of: NetworkPolicies by their labels, AuthorizationPolicies by their
 * account.
 * Each pair of labels and account of one namespace may be one pod, so there is a stand-in for it.
 */
export class StandIns {
  /** by the stand-in for the labels: those that have these labels and an account as well */
  public readonly withAccount: ReadonlyMap<Workload, readonly Workload[]>;
  /** namespaces with workloads that objects tell of; where there is none, those in which objects lie */
  public readonly shown: ReadonlySet<string>;
  private readonly sources = new Map<Workload, Workload>();

  public constructor(snapshot: Snapshot) {
    const people = snapshot.workloads.filter(({ kind }) => kind !== 'Hypothetical').map(({ namespace }) => namespace);
    this.shown = new Set(people.length > 0 ? people : namespacesOf(snapshot.manifests).keys());
    const hypothetical = snapshot.workloads.filter(({ kind }) => kind === 'Hypothetical');
    const accounts = new Map<string, Workload[]>();
    hypothetical.filter(({ serviceAccount }) => serviceAccount !== UNLISTED).forEach((one) => (
      accounts.set(one.namespace, [...accounts.get(one.namespace) ?? [], one])));
    this.withAccount = new Map(hypothetical.filter(({ serviceAccount, labels }) => serviceAccount === UNLISTED
      && Object.keys(labels).length > 0)
      .map((one) => [one, (accounts.get(one.namespace) ?? []).slice(0, MOST)
        .map(({ serviceAccount }) => named(one, serviceAccount))] as const)
      .filter(([, made]) => made.length > 0));
  }

  /** A workload as a client: one that policies name by its identity may have one, whatever is told of its namespace. */
  public asSource(workload: Workload): Workload {
    if (workload.kind !== 'Hypothetical' || workload.serviceAccount === UNLISTED || workload.mode !== 'none') {
      return workload;
    }
    const known = this.sources.get(workload) ?? { ...workload, mode: 'gateway' };
    this.sources.set(workload, known);
    return known;
  }
}

function named(one: Workload, serviceAccount: string): Workload {
  return { ...one, id: `${one.namespace}/${one.name.slice(0, -1)}, account ${serviceAccount})`, name: `${one.name.slice(0, -1)}, account ${serviceAccount})`, serviceAccount };
}
