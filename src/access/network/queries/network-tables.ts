import { Labels, Manifest } from '../../objects';
import { Source } from '../../question';
import { Workload } from '../../workload';
import { addressAtoms, AddressSet, addressText, ALL_ADDRESSES } from '../address-sets';
import { blocksOf } from '../ends';
import { NetworkModel } from '../model';
import { Direction, DIRECTIONS } from '../policy';
import { containsPorts, intersectionOfPorts, isNoPort, NO_PORTS, PortSets, unionOfPorts } from '../port-sets';
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

/** An end of a connection as one set knows it. */
export type Peer = Exclude<Source, { nodeLocal: true }>;

/** An end of a connection that several sets are compared over; a set that does not have the workload has nothing in its place. */
type SharedPeer = { readonly address: string } | { readonly id: string; readonly of: readonly (Workload | undefined)[] };

/** An ordered pair of peers, as each of the compared sets knows it. */
export interface PeerPair {
  readonly text: string;
  readonly kind: string;
  readonly in: readonly ({ readonly from: Peer; readonly to: Peer } | undefined)[];
}

const models = new WeakMap<NetworkConfig, NetworkModel>();

/** The model of one set; blocks are read as addresses outside of the cluster. */
export function modelOf(config: NetworkConfig): NetworkModel {
  const { workloads, namespaces, policies } = config;
  const model = models.get(config) ?? new NetworkModel({
    workloads: workloads.map((one) => ({ ...one, addresses: [] })), namespaces, policies, podAddresses: [], hostBits: 'cleared',
  });
  models.set(config, model);
  return model;
}

/** Tables of several sets over all their workloads, and over addresses as finely as one of them tells them apart. */
export function tablesOf(configs: readonly NetworkConfig[]): PeerTable<Connections>[] {
  const pairs = comparedPairs(configs);
  return configs.map((config, i) => networkTable(config, pairs, i));
}

/** The pairs over which sets are compared: of all their workloads, and of addresses as finely as a policy or one of the blocks tells. */
export function comparedPairs(configs: readonly NetworkConfig[], blocks: readonly AddressSet[] = []): PeerPair[] {
  const cuts = [...configs.map(modelOf).flatMap(allBlocks), ...blocks];
  const outside = addressAtoms(familiesOf(cuts), cuts)
    .map(({ family, first: value }): SharedPeer => ({ address: addressText({ family, value }) }));
  const byId = configs.map(({ workloads }) => new Map(workloads.map((one) => [one.id, one])));
  const ids = [...new Set(byId.flatMap((known) => [...known.keys()]))];
  const peers: SharedPeer[] = [...ids.map((id) => ({ id, of: byId.map((known) => known.get(id)) })), ...outside];
  return peers.flatMap((from) => peers.filter((to) => to !== from && ('id' in from || 'id' in to)).map((to): PeerPair => ({
    text: `${peerText(from)} => ${peerText(to)}`,
    kind: kindOf(from, to),
    in: configs.map((_, i) => {
      const [source, destination] = [peerIn(from, i), peerIn(to, i)];
      return source === undefined || destination === undefined ? undefined : { from: source, to: destination };
    }),
  })));
}

/** Addresses that no set tells apart are called by the first of them. */
function peerText(peer: SharedPeer): string {
  return 'address' in peer ? `${peer.address} and on` : peer.id;
}

function peerIn(peer: SharedPeer, index: number): Peer | undefined {
  const workload = 'id' in peer ? peer.of[index] : undefined;
  return 'address' in peer ? peer : workload === undefined ? undefined : { workload };
}

/** Workloads that the first set alone has are removed ones, and those that it does not have are added ones. */
function kindOf(from: SharedPeer, to: SharedPeer): string {
  const stands = [from, to].map(standOf);
  const [changed, ...rest] = [...new Set(stands)].sort();
  return rest.length === 0 || (changed === 'addresses' && rest[0] === 'workloads') ? changed : [changed, ...rest].join(' and ');
}

function standOf(peer: SharedPeer): string {
  if ('address' in peer) {
    return 'addresses';
  }
  return peer.of[0] === undefined ? 'added' : peer.of.includes(undefined) ? 'removed' : 'workloads';
}

/** What one of the compared sets lets pass. */
export function networkTable(config: NetworkConfig, pairs: readonly PeerPair[], index: number): PeerTable<Connections> {
  const model = modelOf(config);
  const own = pairs.map((pair) => pair.in[index]);
  return {
    name: config.name,
    cells: own.map((pair) => (pair === undefined ? NO_CONNECTIONS : model.connections(pair.from, pair.to))),
    pairs: pairs.map(({ text }) => text),
    kinds: pairs.map(({ kind }) => kind),
    restricted: own.map((pair) => pair !== undefined
      && (isRestricted(model, pair.from, 'egress') || isRestricted(model, pair.to, 'ingress'))),
  };
}

const NO_CONNECTIONS: Connections = { allowed: NO_PORTS, unknown: NO_PORTS };

function isRestricted(model: NetworkModel, peer: Peer, direction: Direction): boolean {
  return 'workload' in peer && model.policiesOf(peer.workload, direction).length > 0;
}

function allBlocks({ policies }: NetworkModel): AddressSet[] {
  return DIRECTIONS.flatMap((direction) => [...blocksOf(policies, direction)]);
}

/** IPv6 is looked at only where a policy names such addresses. */
function familiesOf(blocks: readonly AddressSet[]): AddressSet {
  return { 4: ALL_ADDRESSES[4], 6: blocks.some((block) => block[6].length > 0) ? ALL_ADDRESSES[6] : [] };
}
