import { IntendedAccess, QUARANTINE_LABEL } from '../../values/grammar/intended-access';
import { Labels, Manifest, refOf, refText } from '../objects';
import { labels, list, mapping, mappings, text } from '../snapshot/fields';
import { satisfying } from '../snapshot/hypothetical';
import { Snapshot } from '../snapshot/snapshot';
import { Workload } from '../workload';

type Fields = Readonly<Record<string, unknown>>;

const NAMESPACE_NAME = 'kubernetes.io/metadata.name';
/** The account of pods that nobody runs: parentheses cannot be in a name. */
const NOBODY = '(other)';
/** More ways to satisfy one selector than anybody writes. */
const MOST_LABEL_SETS = 512;

/** Who is there, and whoever else there might be as far as NetworkPolicies and what is meant can tell them apart. */
export interface NetworkPopulation {
  readonly workloads: readonly Workload[];
  /** those in quarantine, each with the workload that it is a twin of */
  readonly twins: ReadonlyMap<Workload, Workload>;
  readonly namespaces: ReadonlyMap<string, Labels>;
}

/**
 * The workloads of a snapshot and one more for each kind of pod that a policy or an edge speaks of: policies add up, so a pod with exactly
 * the labels that a selector asks for, in a namespace with exactly the labels that are asked for, is admitted wherever anybody is whom
 * nobody meant.
 * Each workload of a closed namespace has a twin in quarantine.
 */
export function networkPopulation(snapshot: Snapshot, access: IntendedAccess): NetworkPopulation {
  const maker = new Maker(snapshot);
  snapshot.kind('networking.k8s.io', 'NetworkPolicy').forEach((manifest) => maker.addPolicy(manifest));
  for (const { namespace, labels: wanted } of access.scopes) {
    maker.add(namespace, wanted ?? {});
  }
  for (const { pods } of access.edges.flatMap(({ from, to }) => [from, to])) {
    if (pods !== undefined) {
      maker.add(pods.namespace ?? maker.addNamespace({}), pods.labels ?? {});
    }
  }
  // the default of a closed namespace is what isolates; without it a policy that leaves out a pod in quarantine leaves it open
  const closed = new Set(access.scopes.filter((scope) => scope.labels === undefined && scope.layers.network === 'closed')
    .map(({ namespace }) => namespace));
  snapshot.workloads.filter(({ namespace }) => closed.has(namespace)).forEach((workload) => maker.isolate(workload));
  return { workloads: [...maker.workloads, ...maker.twins.keys()], twins: maker.twins, namespaces: maker.namespaces };
}

class Maker {
  public readonly workloads: Workload[];
  public readonly namespaces: Map<string, Labels>;
  public readonly twins = new Map<Workload, Workload>();
  private readonly known: Set<string>;

  public constructor(snapshot: Snapshot) {
    this.workloads = [...snapshot.workloads];
    this.namespaces = new Map(snapshot.namespaces);
    this.known = new Set(snapshot.workloads.map(({ namespace, labels: own }) => `${namespace} ${nameOf(own)}`));
  }

  public addPolicy(manifest: Manifest): void {
    const { object } = manifest;
    const namespace = object.metadata.namespace ?? 'default';
    const { podSelector, ingress, egress } = mapping(object.spec);
    this.addAll([namespace], podSelector, manifest);
    const peers = [...mappings(ingress).flatMap(({ from }) => mappings(from)), ...mappings(egress).flatMap(({ to }) => mappings(to))];
    for (const peer of peers.filter(({ ipBlock }) => ipBlock === undefined)) {
      const namespaces = peer.namespaceSelector === undefined ? [namespace]
        : labelSets(peer.namespaceSelector, manifest).map((wanted) => this.addNamespace(wanted));
      this.addAll(namespaces, peer.podSelector, manifest);
    }
  }

  /** A namespace with these labels alone; the one of that name, if they name it. */
  public addNamespace(wanted: Labels): string {
    const name = wanted[NAMESPACE_NAME] ?? (Object.keys(wanted).length === 0 ? NOBODY : `(${nameOf(wanted)})`);
    if (!this.namespaces.has(name)) {
      this.namespaces.set(name, wanted);
      this.add(name, {});
    }
    return name;
  }

  public add(namespace: string, wanted: Labels): void {
    const name = nameOf(wanted);
    if (!this.known.has(`${namespace} ${name}`)) {
      this.known.add(`${namespace} ${name}`);
      const shown = name === '' ? NOBODY : `(${name})`;
      this.workloads.push({ ...POD, id: `${namespace}/${shown}`, namespace, name: shown, labels: wanted });
    }
  }

  /** The same pods, taken out of every policy that lets something through. */
  public isolate(workload: Workload): void {
    const isolated = { ...workload.labels, [QUARANTINE_LABEL]: 'true' };
    const name = `${workload.name} (in quarantine)`;
    this.twins.set({ ...workload, id: `${workload.namespace}/${name}`, name, labels: isolated, addresses: [] }, workload);
  }

  private addAll(namespaces: readonly string[], selector: unknown, manifest: Manifest): void {
    const sets = labelSets(selector, manifest);
    namespaces.forEach((namespace) => sets.forEach((wanted) => this.add(namespace, wanted)));
  }
}

const POD = {
  kind: 'Hypothetical',
  annotations: {},
  serviceAccount: NOBODY,
  addresses: [],
  mode: 'none' as const,
  hostNetwork: false,
  ports: [],
};

function nameOf(wanted: Labels): string {
  return Object.entries(wanted).map(([key, value]) => `${key}=${value}`).sort().join(',');
}

/** The smallest sets of labels that a selector accepts: one for each way to choose among the values that it lists. */
function labelSets(selector: unknown, manifest: Manifest): Labels[] {
  const expressions = mappings(mapping(selector).matchExpressions);
  const choices = expressions.filter(({ operator }) => operator === 'In');
  if (choices.length === 0) {
    return [satisfying(selector)].filter((wanted) => wanted !== undefined);
  }
  const combinations = choices.reduce<readonly (readonly Fields[])[]>((found, { key, values }) => {
    const longer = found.flatMap((chosen) => list(values).map((value) => [...chosen, { key: text(key), operator: 'In', values: [value] }]));
    if (longer.length > MOST_LABEL_SETS) {
      throw new Error(`a selector of ${refText(refOf(manifest))} can be satisfied in too many ways`);
    }
    return longer;
  }, [[]]);
  const rest = expressions.filter(({ operator }) => operator !== 'In');
  const matchLabels = labels(mapping(selector).matchLabels);
  return combinations.map((chosen) => satisfying({ matchLabels, matchExpressions: [...rest, ...chosen] }))
    .filter((wanted) => wanted !== undefined);
}
