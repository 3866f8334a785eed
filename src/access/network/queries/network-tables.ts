import { Labels, Manifest } from '../../objects';
import { Source } from '../../question';
import { Workload } from '../../workload';
import { addressAtoms, AddressSet, addressText, ALL_ADDRESSES } from '../address-sets';
import { blocksOf } from '../ends';
import { NetworkModel } from '../model';
import { Direction, DIRECTIONS } from '../policy';
import { containsPorts, intersectionOfPorts, isNoPort, PortSets, unionOfPorts } from '../port-sets';
import { Connections } from '../reach';
import { PeerTable, SetAlgebra } from './tables';

/** A named set of NetworkPolicies over some workloads. */
export interface NetworkConfig {
  readonly name: string;
  readonly workloads: readonly Workload[];
  readonly namespaces: ReadonlyMap<string, Labels>;
  readonly policies: readonly Manifest[];
}

/** What is not known may pass or not: sets contain only what they contain for sure, and meet where they may. */
export const PORT_ALGEBRA: SetAlgebra<Connections> = {
  contains: (outer, inner) => containsPorts(outer.allowed, possible(inner)),
  meets: (a, b) => !isNoPort(intersectionOfPorts(possible(a), possible(b))),
};

function possible({ allowed, unknown }: Connections): PortSets {
  return unionOfPorts(allowed, unknown);
}

type Peer = Exclude<Source, { nodeLocal: true }>;

/** The model of one set; blocks are read as addresses outside of the cluster. */
export function modelOf({ workloads, namespaces, policies }: NetworkConfig): NetworkModel {
  return new NetworkModel({ workloads: workloads.map((one) => ({ ...one, addresses: [] })), namespaces, policies, podAddresses: [], hostBits: 'cleared' });
}

/** Tables of several sets over the workloads that all of them have, and over addresses as finely as one of them tells them apart. */
export function tablesOf(configs: readonly NetworkConfig[]): PeerTable<Connections>[] {
  const models = configs.map(modelOf);
  const [first, ...others] = configs;
  const common = first.workloads.filter(({ id }) => others.every(({ workloads }) => workloads.some((other) => other.id === id)));
  const outside = addressAtoms(familiesOf(models), models.flatMap(allBlocks))
    .map(({ family, first: value }): Peer => ({ address: addressText({ family, value }) }));
  const peers: Peer[] = [...common.map((workload) => ({ workload })), ...outside];
  const pairs = peers.flatMap((from) => peers.filter((to) => to !== from && ('workload' in from || 'workload' in to)).map((to) => [from, to] as const));
  return configs.map(({ name }, i) => ({
    name,
    cells: pairs.map(([from, to]) => models[i].connections(from, to)),
    kinds: pairs.map(([from, to]) => ('workload' in from && 'workload' in to ? 'workloads' : 'addresses')),
    restricted: pairs.map(([from, to]) => isRestricted(models[i], from, 'egress') || isRestricted(models[i], to, 'ingress')),
  }));
}

function isRestricted(model: NetworkModel, peer: Peer, direction: Direction): boolean {
  return 'workload' in peer && model.policiesOf(peer.workload, direction).length > 0;
}

function allBlocks({ policies }: NetworkModel): AddressSet[] {
  return DIRECTIONS.flatMap((direction) => [...blocksOf(policies, direction)]);
}

/** IPv6 is looked at only where a policy names such addresses. */
function familiesOf(models: readonly NetworkModel[]): AddressSet {
  const blocks = models.flatMap(allBlocks);
  return { 4: ALL_ADDRESSES[4], 6: blocks.some((block) => block[6].length > 0) ? ALL_ADDRESSES[6] : [] };
}
