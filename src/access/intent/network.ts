import { IntendedAccess, IntendedEdge, IntendedEnd, IntendedPorts, QUARANTINE_LABEL } from '../../values/grammar/intended-access';
import { AddressGroup } from '../network/address-groups';
import { addressesText, AddressSet, addressText, intersectionOfAddresses, isNoAddress } from '../network/address-sets';
import { NetworkModel } from '../network/model';
import { Direction } from '../network/policy';
import { differenceOfPorts, isNoPort, portsText, PROTOCOLS } from '../network/port-sets';
import { Connections } from '../network/reach';
import { workloadsOf } from '../network/workload-map';
import { Labels, Manifest } from '../objects';
import { Snapshot } from '../snapshot/snapshot';
import { Workload } from '../workload';
import { Difference } from './difference';
import { isOf, meantFor } from './scopes';
import { NetworkPopulation, networkPopulation } from './witnesses';

type Fields = Readonly<Record<string, unknown>>;
const TYPES = { ingress: 'Ingress', egress: 'Egress' } as const;
/** As many workloads as a message names. */
const MOST_NAMES = 3;
const NONE: Connections = { allowed: { TCP: [], UDP: [], SCTP: [], other: false }, unknown: { TCP: [], UDP: [], SCTP: [], other: false } };

/**
 * Compares the NetworkPolicies of a snapshot with what is meant, each direction by itself: an edge has two halves, and a half that is wider
 * than meant is found even if the other one still refuses.
 */
export function networkDifferences(snapshot: Snapshot, access: IntendedAccess): Difference[] {
  const population = networkPopulation(snapshot, access);
  return (['ingress', 'egress'] as const).flatMap((direction) => {
    const world = { ...population, podAddresses: access.scopes[0]?.mesh.podAddresses };
    const real = new NetworkModel({
      ...world,
      policies: snapshot.kind('networking.k8s.io', 'NetworkPolicy')
        .flatMap((one) => oneWay(one, direction)),
    });
    const meant = new NetworkModel({ ...world, policies: meantPolicies(population, access, direction) });
    const differing = new Set<Workload>();
    return population.workloads
      .filter((workload) => (meantFor(access, workload)?.layers.network ?? 'absent') !== 'absent')
      .flatMap((workload) => {
        const { twins } = population;
        const side = { workload, twins, direction, real, meant, path: meantFor(access, workload)?.path };
        // a twin in quarantine is looked at only if its original, which comes first, is as it is meant to be
        const found = differing.has(twins.get(workload) ?? workload) ? [] : [...betweenWorkloads(side), ...withOutside(side)];
        if (found.length > 0) {
          differing.add(workload);
        }
        return found;
      });
  });
}

/** The policy with one of its directions alone. */
function oneWay(manifest: Manifest, direction: Direction): Manifest[] {
  const spec = manifest.object.spec as Fields | undefined;
  const types: unknown = spec?.policyTypes;
  const inferred = ['Ingress', ...(Array.isArray(spec?.egress) && spec.egress.length > 0 ? ['Egress'] : [])];
  const others = direction === 'ingress' ? { egress: undefined } : { ingress: undefined };
  const kept = (Array.isArray(types) && types.length > 0 ? types : inferred)
    .filter((type) => type !== TYPES[direction === 'ingress' ? 'egress' : 'ingress']);
  return kept.length === 0 ? [] : [{ ...manifest, object: { ...manifest.object, spec: { ...spec, ...others, policyTypes: kept } } }];
}

/** What is meant, as policies of one direction: nothing for whoever is closed, everything for whoever is open, and one policy per edge. */
function meantPolicies(population: NetworkPopulation, access: IntendedAccess, direction: Direction): Manifest[] {
  const closed = access.scopes.filter(({ layers }) => layers.network === 'closed')
    .map(({ namespace, labels }) => policy(namespace, labels, direction, []));
  const open = access.scopes.filter(({ layers }) => layers.network === 'open')
    .map(({ namespace, labels }) => policy(namespace, labels, direction, [{}], NOT_QUARANTINED));
  const isolated = closedByNamespace(population, access);
  return [...closed, ...open, ...access.edges.flatMap((edge) => edgePolicies(isolated, edge, direction))];
}

function closedByNamespace({ workloads, namespaces }: NetworkPopulation, access: IntendedAccess): Map<string, Workload[]> {
  const found = new Map<string, Workload[]>([...namespaces.keys()].map((name) => [name, []]));
  workloads.filter((workload) => meantFor(access, workload)?.layers.network === 'closed')
    .forEach((workload) => found.get(workload.namespace)?.push(workload));
  return found;
}

function edgePolicies(isolated: ReadonlyMap<string, readonly Workload[]>, edge: IntendedEdge, direction: Direction): Manifest[] {
  const [own, other] = direction === 'ingress' ? [edge.to, edge.from] : [edge.from, edge.to];
  const { pods } = own;
  const peers = peersOf(other);
  if (pods === undefined || peers.length === 0 || (direction === 'egress' && edge.sourceIsForeign === true)) {
    return [];
  }
  const rule = { [direction === 'ingress' ? 'from' : 'to']: peers, ports: edge.ports.map(portOf) };
  const namespaces = pods.namespace === undefined ? [...isolated.keys()] : [pods.namespace];
  // where nothing is closed an edge closes nothing either
  const closes = (namespace: string) => isolated.get(namespace)?.some((one) => isOf(pods, one)) === true;
  return namespaces.filter(closes).map((namespace) => policy(namespace, pods.labels, direction, [rule], NOT_QUARANTINED));
}

const NOT_QUARANTINED: Fields = { matchExpressions: [{ key: QUARANTINE_LABEL, operator: 'DoesNotExist' }] };

function policy(
  namespace: string, labels: Labels | undefined, direction: Direction, rules: readonly Fields[], more: Fields = {},
): Manifest {
  const spec = { podSelector: { matchLabels: labels ?? {}, ...more }, policyTypes: [TYPES[direction]], [direction]: rules };
  return {
    object: { apiVersion: 'networking.k8s.io/v1', kind: 'NetworkPolicy', metadata: { name: 'meant', namespace }, spec },
    origin: {},
  };
}

function peersOf({ pods, addresses = [] }: IntendedEnd): Fields[] {
  if (pods !== undefined) {
    const named = pods.namespace === undefined ? {} : { matchLabels: { 'kubernetes.io/metadata.name': pods.namespace } };
    return [{ namespaceSelector: named, podSelector: { matchLabels: pods.labels ?? {} } }];
  }
  return addresses.map(({ cidr, except }) => ({ ipBlock: { cidr, ...(except.length === 0 ? {} : { except }) } }));
}

function portOf({ protocol, first, last }: IntendedPorts): Fields {
  return { protocol, port: first, ...(last === first ? {} : { endPort: last }) };
}

/** One workload, seen from one of its sides. */
interface Side {
  readonly workload: Workload;
  readonly twins: NetworkPopulation['twins'];
  readonly direction: Direction;
  readonly real: NetworkModel;
  readonly meant: NetworkModel;
  readonly path?: string;
}

/** Workloads with the same access are compared and told once. */
function betweenWorkloads(side: Side): Difference[] {
  const [is, should] = [side.real, side.meant].map((model) => byOther(model, side));
  const groups = new Map<Connections, Map<Connections, Workload[]>>();
  for (const other of new Set([...is.keys(), ...should.keys()])) {
    const [one, two] = [is.get(other) ?? NONE, should.get(other) ?? NONE];
    const known = groups.get(one) ?? new Map<Connections, Workload[]>();
    groups.set(one, known);
    const others = known.get(two) ?? [];
    known.set(two, others);
    others.push(other);
  }
  return [...groups].flatMap(([one, known]) => [...known].flatMap(([two, others]) => (
    compared({ ...side, is: one, should: two, end: () => ({ workload: others[0] }), others: () => listed(others, side) }))));
}

/** Workloads that are shown come before those that may be there; the order of objects never shows. */
function listed(others: readonly Workload[], { twins }: Side): string {
  const originals = others.filter((other) => !twins.has(other));
  const names = (originals.length === 0 ? others : originals)
    .map(({ id, kind }) => ({ id, key: `${kind === 'Hypothetical' ? 1 : 0} ${id}` }))
    .sort((a, b) => (a.key < b.key ? -1 : 1)).map(({ id }) => id);
  const more = names.length - MOST_NAMES;
  return more <= 0 ? names.join(', ') : `${names.slice(0, MOST_NAMES).join(', ')} and ${more} more`;
}

function byOther(model: NetworkModel, { workload, direction }: Side): Map<Workload, Connections> {
  const edges = direction === 'ingress' ? model.ingressOf(workload) : model.egressOf(workload);
  return new Map(edges.flatMap(({ from, to, connections }) => (
    workloadsOf(direction === 'ingress' ? from : to).map((other) => [other, connections] as const))));
}

function withOutside(side: Side): Difference[] {
  const [is, should] = [side.real, side.meant].map((model): AddressGroup[] => model.outside(side.workload, side.direction));
  return is.flatMap((a) => should.flatMap((b) => {
    const shared = intersectionOfAddresses(a.addresses, b.addresses);
    if (isNoAddress(shared)) {
      return [];
    }
    const end = () => anAddress(shared);
    return compared({ ...side, others: () => addressesText(shared), end, is: a.connections, should: b.connections });
  }));
}

function anAddress(set: AddressSet): { readonly address: string } {
  const family = set[4].length > 0 ? 4 : 6;
  return { address: addressText({ family, value: set[family][0].first }) };
}

interface Pair extends Side {
  readonly is: Connections;
  readonly should: Connections;
  /** the other ends in words, and one of them */
  readonly others: () => string;
  readonly end: () => { readonly workload: Workload } | { readonly address: string };
}

function compared(pair: Pair): Difference[] {
  const { workload, direction, is, should, path } = pair;
  const half = direction === 'ingress' ? 'admits' : 'may send';
  const about = (kind: Difference['kind'], ports: Connections['allowed'], text: string): Difference[] => {
    if (isNoPort(ports)) {
      return [];
    }
    const [from, to] = direction === 'ingress' ? [pair.others(), workload.id] : [workload.id, pair.others()];
    return [{ layer: 'network', kind, from, to, witness: portsText(ports), text, path, ...(kind === 'excess' ? decider(pair) : {}) }];
  };
  return [
    ...about('missing', differenceOfPorts(should.allowed, is.allowed), `no NetworkPolicy ${half} it`),
    ...about('excess', differenceOfPorts(is.allowed, should.allowed), `a NetworkPolicy ${half} it, or none refuses it`),
    ...about('unknown', differenceOfPorts(is.unknown, should.unknown), 'it depends on addresses that are not known'),
  ];
}

/** What lets through too much: the policy, rule and clause of the first port. */
function decider({ real, workload, direction, end, is, should }: Pair): Partial<Difference> {
  const excess = differenceOfPorts(is.allowed, should.allowed);
  const protocol = PROTOCOLS.find((one) => excess[one].length > 0) ?? 'TCP';
  const [from, to] = direction === 'ingress' ? [end(), { workload }] : [{ workload }, end()];
  const { steps } = real.verdict({ from, to, protocol, port: excess[protocol][0]?.first ?? 1 });
  const step = steps.find(({ object, outcome }) => object !== undefined && outcome === 'pass');
  return step === undefined ? {} : { object: step.object, clause: step.clause };
}
