import { InboundGuards, inboundGuards } from './authorization-guards';
import { IngressGuards } from './ingress-guards';
import { bothGuards, RequestSet } from './request-sets';
import { PolicySources } from '../../authorization/compile';
import { intersectionOfPorts, portsOf } from '../../network/port-sets';
import { comparedPairs, NetworkConfig, networkTable, Peer, PeerPair } from '../../network/queries/network-tables';
import { PeerTable } from '../../network/queries/tables';
import { Connections } from '../../network/reach';

/** A named set of policies of every layer over some workloads. */
export interface AccessConfig extends NetworkConfig {
  /** policies of the mesh; left out where there are none, then no proxy is thought of */
  readonly mesh?: PolicySources;
  readonly ingress?: IngressGuards;
}

const guards = new WeakMap<PolicySources, InboundGuards>();

/** What the proxies of a set ask, compiled once. */
export function guardsOf(sources: PolicySources): InboundGuards {
  const known = guards.get(sources) ?? inboundGuards(sources);
  guards.set(sources, known);
  return known;
}

/** Tables of what several sets let pass through all their layers. */
export function accessTablesOf(configs: readonly AccessConfig[]): PeerTable<RequestSet>[] {
  const blocks = configs.flatMap(({ mesh, workloads }) => (mesh === undefined ? [] : guardsOf(mesh).blocks(workloads)));
  const pairs = comparedPairs(configs, blocks);
  return configs.map((config, i) => accessTable(config, pairs, i));
}

function accessTable(config: AccessConfig, pairs: readonly PeerPair[], index: number): PeerTable<RequestSet> {
  const table = networkTable(config, pairs, index);
  const inbound = config.mesh === undefined ? undefined : guardsOf(config.mesh);
  const own = pairs.map((pair) => pair.in[index]);
  const cells = own.map((pair, i): RequestSet => (
    pair === undefined ? { ports: table.cells[i] } : guarded(table.cells[i], pair, inbound, config.ingress)));
  return {
    ...table,
    cells,
    restricted: own.map((pair, i) => table.restricted[i] || (pair !== undefined && inbound?.restricts(pair.to) === true)),
    // the mesh has a say in TCP alone
    decided: cells.map((cell, i) => (table.restricted[i] ? cell : { ...cell, ports: tcpAlone(cell.ports) })),
  };
}

function tcpAlone({ allowed, unknown }: Connections): Connections {
  const [some, perhaps] = [allowed, unknown].map(({ TCP }) => portsOf('TCP', TCP));
  return { allowed: some, unknown: perhaps };
}

function guarded(
  ports: Connections, { from, to }: { readonly from: Peer; readonly to: Peer }, inbound?: InboundGuards, ingress?: IngressGuards,
): RequestSet {
  const asked = ingress?.of(from, to);
  return {
    ports: asked === undefined ? ports
      : { allowed: intersectionOfPorts(ports.allowed, asked.ports), unknown: intersectionOfPorts(ports.unknown, asked.ports) },
    guard: bothGuards(inbound?.of(from, to), asked?.guard),
  };
}
