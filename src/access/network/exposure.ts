import { KubeObject, Manifest } from '../objects';
import { namespacesOf } from '../snapshot/namespaces';
import { servicesOf } from '../snapshot/services';
import { workloadsOf } from '../snapshot/workloads';
import { Workload } from '../workload';
import { addressText } from './address-sets';
import { fieldsOf, listOf } from './fields';
import { exposedPorts, INGRESS_CONTROLLER } from './ingress-controllers';
import { NetworkModel } from './model';
import { Direction, DIRECTIONS } from './policy';
import { intersectionOfPorts, isEveryPort, isNoPort, PortSets, PROTOCOLS } from './port-sets';
import { workloadsOf as membersOf } from './workload-map';

/** One end of a connection in a closed list: a workload, a range of addresses outside, or whatever brings requests in from there. */
export type ListedPeer =
  | { readonly workload: string; readonly kind: string }
  | { readonly ipRange: readonly [first: string, last: string] }
  | { readonly ingressController: true };

/** Everything, nothing, or ranges of ports by protocol. */
export type ListedPorts = 'all' | 'none' | { readonly [protocol: string]: readonly (readonly [number, number])[] };

export interface ListedConnection {
  readonly from: ListedPeer;
  readonly to: ListedPeer;
  readonly allow: ListedPorts;
}

/** How the access of two ends differs between two sets of objects. */
export interface ListedChange {
  readonly type: 'added' | 'removed' | 'changed';
  readonly from: ListedPeer;
  readonly to: ListedPeer;
  readonly before: ListedPorts;
  readonly after: ListedPorts;
}

/**
 * Everything that may pass between the workloads of some objects, IPv4 addresses outside, and ingress controllers, as a closed list.
 * Blocks of addresses are read as addresses outside of the cluster, and a workload with itself is left out.
 */
export function connectionsOf(objects: readonly KubeObject[]): ListedConnection[] {
  const { model, workloads, exposed, peerOf } = exposureOf(objects);
  const inside = workloads.flatMap((to) => model.ingressOf(to).flatMap(({ from, connections }) => membersOf(from)
    .map((source) => listed(peerOf(source), peerOf(to), connections.allowed))));
  const outside = workloads.flatMap((workload) => DIRECTIONS.flatMap((direction) => outsideOf(model, workload, direction)
    .map(({ range, ports }) => (direction === 'ingress' ? listed(range, peerOf(workload), ports) : listed(peerOf(workload), range, ports)))));
  const controllers = [...exposed].map(([to, ports]) => {
    const { allowed } = model.connections({ workload: INGRESS_CONTROLLER }, { workload: to });
    return listed({ ingressController: true }, peerOf(to), intersectionOfPorts(ports, allowed));
  });
  const all = [...inside, ...outside, ...controllers].filter(({ from, to, allow }) => allow !== 'none' && peerText(from) !== peerText(to));
  return [...new Map(all.map((one) => [`${peerText(one.from)} ${peerText(one.to)}`, one])).values()];
}

/** What changed between two sets of objects, pair by pair; ranges of addresses are cut where either side cuts them. */
export function connectionDiff(before: readonly KubeObject[], after: readonly KubeObject[]): ListedChange[] {
  const lists = [before, after].map((objects) => connectionsOf(objects));
  const cuts = new Map<string, RangePeer[]>();
  lists.flat().forEach((one) => rangesOf(one).forEach((range) => cuts.set(pairText(one), [...cuts.get(pairText(one)) ?? [], range])));
  const [old, fresh] = lists.map((list) => new Map(list.flatMap((one) => cutAt(one, cuts.get(pairText(one)) ?? []))
    .map((one) => [`${peerText(one.from)} ${peerText(one.to)}`, one])));
  return [...new Set([...old.keys(), ...fresh.keys()])].flatMap((key) => changeOf(old.get(key), fresh.get(key)));
}

function changeOf(was: ListedConnection | undefined, is: ListedConnection | undefined): ListedChange[] {
  const either = was ?? is;
  if (either === undefined || JSON.stringify(was?.allow) === JSON.stringify(is?.allow)) {
    return [];
  }
  const type = was === undefined ? 'added' : is === undefined ? 'removed' : 'changed';
  return [{ type, from: either.from, to: either.to, before: was?.allow ?? 'none', after: is?.allow ?? 'none' }];
}

function exposureOf(objects: readonly KubeObject[]) {
  const manifests: Manifest[] = objects.map((object) => ({ object: withoutNode(object), origin: {} }));
  const namespaces = namespacesOf(manifests);
  const workloads = workloadsOf(manifests, namespaces, () => 'none').map((workload) => ({ ...workload, hostNetwork: false, addresses: [] }));
  const model = new NetworkModel({ workloads, namespaces, policies: manifests, podAddresses: [], hostBits: 'cleared' });
  const owners = new Map(manifests.flatMap(ownerOf));
  const peerOf = ({ id, namespace, name, kind }: Workload): ListedPeer => owners.get(id) ?? { workload: `${namespace}/${name}`, kind };
  return { model, workloads, exposed: exposedPorts(manifests, servicesOf(manifests), workloads), peerOf };
}

/** Pods that a node runs by itself are owned by nobody that would start others of their kind. */
function withoutNode(object: KubeObject): KubeObject {
  const metadata: KubeObject['metadata'] & { readonly ownerReferences?: unknown } = object.metadata;
  const owners = fieldsOf((listOf(metadata.ownerReferences, 'ownerReferences', []) ?? [])[0], 'owner', []);
  return owners?.kind === 'Node' ? { ...object, metadata: { ...metadata, ownerReferences: [] } as KubeObject['metadata'] } : object;
}

/** Closed lists call a pod by its owner, even where its labels set it apart from other pods of that owner. */
function ownerOf({ object }: Manifest): [string, ListedPeer][] {
  const metadata: KubeObject['metadata'] & { readonly ownerReferences?: unknown } = object.metadata;
  const { kind, name } = fieldsOf((listOf(metadata.ownerReferences, 'ownerReferences', []) ?? [])[0], 'owner', []) ?? {};
  const namespace = metadata.namespace ?? 'default';
  return object.kind === 'Pod' && typeof kind === 'string' ? [[`${namespace}/${metadata.name}`, { workload: `${namespace}/${String(name)}`, kind }]] : [];
}

function outsideOf(model: NetworkModel, workload: Workload, direction: Direction): { range: RangePeer; ports: PortSets }[] {
  return model.outside(workload, direction).flatMap(({ addresses, connections }) => addresses[4].map(({ first, last }) => ({
    range: { ipRange: [addressText({ family: 4, value: first }), addressText({ family: 4, value: last })] }, ports: connections.allowed,
  })));
}

function listed(from: ListedPeer, to: ListedPeer, ports: PortSets): ListedConnection {
  return { from, to, allow: listedPorts(ports) };
}

/** The form of a set of ports in closed lists, which know nothing but protocols with ports. */
export function listedPorts(ports: PortSets): ListedPorts {
  if (isEveryPort(ports)) {
    return 'all';
  }
  const named = PROTOCOLS.filter((protocol) => ports[protocol].length > 0)
    .map((protocol) => [protocol, ports[protocol].map(({ first, last }) => [first, last] as const)] as const);
  return isNoPort({ ...ports, other: false }) ? 'none' : Object.fromEntries(named);
}

function peerText(peer: ListedPeer): string {
  return JSON.stringify(peer);
}

type RangePeer = Extract<ListedPeer, { ipRange: unknown }>;

function rangesOf({ from, to }: ListedConnection): RangePeer[] {
  return [from, to].filter((peer) => 'ipRange' in peer);
}

/** Equal for all ranges of one workload in one direction. */
function pairText({ from, to }: ListedConnection): string {
  return [from, to].map((peer) => ('ipRange' in peer ? 'range' : peerText(peer))).join(' ');
}

/** A connection with a range, once for each part into which the other ranges cut it. */
function cutAt(one: ListedConnection, cuts: readonly RangePeer[]): ListedConnection[] {
  const side = 'ipRange' in one.from ? 'from' : 'ipRange' in one.to ? 'to' : undefined;
  if (side === undefined) {
    return [one];
  }
  const [first, last] = (one[side] as RangePeer).ipRange.map(numberOf);
  const starts = [...new Set([first, ...cuts.flatMap(({ ipRange }) => [numberOf(ipRange[0]), numberOf(ipRange[1]) + 1])])]
    .filter((start) => first <= start && start <= last).sort((a, b) => a - b);
  return starts.map((start, i) => ({ ...one, [side]: { ipRange: [textOf(start), textOf((starts[i + 1] ?? last + 1) - 1)] } }));
}

function numberOf(address: string): number {
  return address.split('.').reduce((value, part) => value * 256 + Number(part), 0);
}

function textOf(value: number): string {
  return addressText({ family: 4, value: BigInt(value) });
}
