import { rangeOf } from '../addresses';
import { waypointOfService } from '../ambient/waypoints';
import { egressVerdict } from '../egress/egress';
import { RegistryEntry, RegistryPort } from '../egress/registry';
import { World } from '../model/world';
import { AddressGroup } from '../network/address-groups';
import { addressAtoms, addressesText, AddressSet, addressText, ALL_ADDRESSES, intersectionOfAddresses, isNoAddress, NO_ADDRESSES, setOfRange, unionOfAddresses } from '../network/address-sets';
import { normalized } from '../network/intervals';
import { hasPort, portsText } from '../network/port-sets';
import { isNoConnection } from '../network/reach';
import { Workload } from '../workload';
import { AccessEdge, EdgePorts } from './edges';
import { addressNames } from './outside';
import { MeshGuards } from './passages';
import { portClasses } from './ports-of-interest';
import { SourceName, SourceNames } from './source-names';

/** Edges that leave what is shown: to addresses and to hosts that ServiceEntries stand for. */
export interface ClientSide {
  readonly edges: readonly AccessEdge[];
  readonly notes: readonly string[];
}

interface Wanted {
  readonly from?: (id: string) => boolean;
  readonly to?: (id: string) => boolean;
}

/** What workloads may send to addresses outside and to external hosts. */
export function clientSide(world: World, names: SourceNames, { from = () => true, to = () => true }: Wanted): ClientSide {
  const groups = new Map<string, { readonly sources: Workload[]; readonly outside: readonly AddressGroup[] }>();
  for (const workload of world.snapshot.workloads.filter(({ id }) => from(id))) {
    const outside = world.network.outside(workload, 'egress').filter(({ connections }) => !isNoConnection(connections));
    if (outside.length > 0) {
      const key = traitsOf(world, workload, outside);
      const known = groups.get(key);
      if (known === undefined) {
        groups.set(key, { sources: [workload], outside });
      } else {
        known.sources.push(workload);
      }
    }
  }
  const edges = [...groups.values()].flatMap(({ sources, outside }) => {
    const named = names.of([{ among: sources, except: new Set() }]);
    const [example] = sources;
    return [...toAddresses(world, example, named, outside), ...toHosts(world, example, named, outside)];
  });
  return { edges: edges.filter((edge) => to(edge.to)), notes: [] };
}

/** What decides about calls to the outside; equal for sources that need to be looked at once. */
function traitsOf(world: World, workload: Workload, outside: readonly AddressGroup[]): string {
  const { mode, annotations, namespace } = workload;
  const said = Object.entries(annotations).filter(([key]) => key.startsWith('traffic.sidecar.istio.io/') || key.startsWith('sidecar.istio.io/'));
  const scope = mode === 'sidecar' ? world.egress.scopeOf(workload) : undefined;
  const where = scope === undefined ? '' : `${namespace} ${scope.text}`;
  const policies = world.network.policiesOf(workload, 'egress').length > 0;
  return JSON.stringify([mode, said, where, policies, outside.map(({ addresses, connections }) => (
    [addressesText(addresses), portsText(connections.allowed), portsText(connections.unknown)])), mode === 'ambient' ? namespace : '']);
}

function guardsOf(world: World, workload: Workload): MeshGuards {
  const egress = workload.mode !== 'sidecar' ? 'none' : world.egress.scopeOf(workload).unknownHosts === 'ALLOW_ANY' ? 'ALLOW_ANY' : 'REGISTRY_ONLY';
  return { mtls: 'none', identity: 'none', egress };
}

function layersOf(world: World, workload: Workload): AccessEdge['layers'] {
  return { network: world.network.policiesOf(workload, 'egress').length > 0 ? 'egress' : 'none', ...guardsOf(world, workload) };
}

interface Found {
  readonly ports: readonly EdgePorts[];
  readonly unknown?: string;
  addresses: AddressSet;
}

function toAddresses(world: World, example: Workload, named: readonly SourceName[], outside: readonly AddressGroup[]): AccessEdge[] {
  const found = new Map<string, Found>();
  const known = knownRanges(world, example);
  for (const { addresses, connections } of outside) {
    for (const atom of atomsOf(addresses, known)) {
      const [first] = addressAtoms(atom, []);
      const address = addressText({ family: first.family, value: first.first });
      const { allowed, unknown } = tcpTo(world, example, address, connections.allowed.TCP);
      const others = (['UDP', 'SCTP'] as const).flatMap((protocol) => connections.allowed[protocol].map((range) => ({ protocol, ...range })));
      const rest = connections.allowed.other ? [{ protocol: 'other' as const, first: 0, last: 0 }] : [];
      add(found, { ports: [...allowed, ...others, ...rest], addresses: atom });
      unknown.forEach(({ ports, why }) => add(found, { ports, unknown: why, addresses: atom }));
    }
  }
  return [...found.values()].flatMap(({ ports, unknown, addresses }) => addressNames(addresses)
    .flatMap(({ from: to, except }) => named.map((name): AccessEdge => ({
      ...name, to, ...(except === undefined ? {} : { toExcept: except }), ports, requests: 'any', layers: layersOf(world, example), ...(unknown === undefined ? {} : { unknown: [unknown] }),
    }))));
}

function add(found: Map<string, Found>, one: Found): void {
  if (one.ports.length > 0) {
    const key = JSON.stringify([one.ports, one.unknown]);
    const known = found.get(key);
    found.set(key, known === undefined ? one : { ...known, addresses: unionOfAddresses(known.addresses, one.addresses) });
  }
}

/** What the proxy of a client lets out to an address of which it knows no name. */
function tcpTo(world: World, client: Workload, address: string, ports: readonly { readonly first: number; readonly last: number }[]) {
  if (client.mode !== 'sidecar' || ports.length === 0) {
    return { allowed: ports.map((range): EdgePorts => ({ protocol: 'TCP', ...range })), unknown: [] };
  }
  const told = [...new Set([...world.registry.entries.filter(({ kind }) => kind === 'ServiceEntry').flatMap((entry) => entry.ports.map(({ number }) => number)),
    ...annotated(client)])].sort((a, b) => a - b);
  const allowed: { first: number; last: number }[] = [];
  const unknown = new Map<string, { first: number; last: number }[]>();
  for (const { port, ports: alike } of portClasses(ports, told)) {
    const answer = egressVerdict(world.egress, { client, address, port, speaks: 'tcp' });
    if (answer.verdict === 'allow') {
      allowed.push(...alike);
    } else if (answer.verdict === 'unknown') {
      unknown.set(answer.reason, [...unknown.get(answer.reason) ?? [], ...alike]);
    }
  }
  const asPorts = (ranges: readonly { first: number; last: number }[]) => normalized(ranges).map((range): EdgePorts => ({ protocol: 'TCP', ...range }));
  return { allowed: asPorts(allowed), unknown: [...unknown].map(([why, ranges]) => ({ why, ports: asPorts(ranges) })) };
}

function annotated({ annotations }: Workload): number[] {
  return Object.entries(annotations).filter(([key]) => key.endsWith('OutboundPorts')).flatMap(([, text]) => text.split(',').map(Number)).filter((port) => port > 0);
}

/** Addresses that the proxy of the client tells apart. */
function knownRanges(world: World, client: Workload): AddressSet[] {
  if (client.mode !== 'sidecar') {
    return [];
  }
  const said = Object.entries(client.annotations).filter(([key]) => key.endsWith('OutboundIPRanges')).flatMap(([, text]) => text.split(',').map((part) => part.trim()));
  const texts = [...said, ...world.registry.entries.flatMap(({ addresses }) => addresses)];
  return [...new Set(texts)].map(rangeOf).filter((range) => range !== undefined).map(setOfRange);
}

function atomsOf(addresses: AddressSet, known: readonly AddressSet[]): AddressSet[] {
  return known.length === 0 ? [addresses] : addressAtoms(ALL_ADDRESSES, [addresses, ...known]).map(setOfRange)
    .map((atom) => intersectionOfAddresses(atom, addresses)).filter((atom) => !isNoAddress(atom));
}

const SPEAKS = { HTTP: 'http', TLS: 'tls', TCP: 'tcp', UNKNOWN: 'tcp', UDP: 'tcp' } as const;

function toHosts(world: World, example: Workload, named: readonly SourceName[], outside: readonly AddressGroup[]): AccessEdge[] {
  if (example.mode !== 'sidecar' && example.mode !== 'ambient') {
    return [];
  }
  return world.registry.entries.filter(({ kind, selector }) => kind === 'ServiceEntry' && selector === undefined).flatMap((entry) => {
    const answers = entry.ports.map((port) => ({ port, why: reachedAt(world, example, entry, port, outside) }))
      .filter(({ why }) => why !== false);
    const groups = new Map(answers.map(({ why }) => [JSON.stringify(why), why]));
    return [...groups].flatMap(([key, why]) => {
      const ports = normalized(answers.filter((one) => JSON.stringify(one.why) === key)
        .map(({ port: { number } }) => ({ first: number, last: number })));
      return named.map((name): AccessEdge => ({
        ...name,
        to: entry.hostname,
        ports: ports.map((range) => ({ protocol: 'TCP', ...range })),
        requests: 'any',
        layers: layersOf(world, example),
        ...(typeof why === 'string' ? { unknown: [why] } : typeof why === 'object' ? { where: why.within } : {}),
      }));
    });
  });
}

/** Whether a client reaches a port of an external host: a text says why that is unknown, `within` where the host has to be. */
type Reached = boolean | string | { readonly within: readonly string[] };

function reachedAt(world: World, client: Workload, entry: RegistryEntry, port: RegistryPort, outside: readonly AddressGroup[]): Reached {
  const answer = egressVerdict(world.egress, { client, host: entry.hostname.replace('*', 'x'), port: port.number, speaks: SPEAKS[port.protocol] });
  if (answer.verdict === 'connection-reset' || (answer.verdict === 'allow' && answer.entry !== entry)) {
    return false;
  }
  const network = networkTo(entry, port, outside);
  const attached = client.mode === 'ambient' ? waypointOfService(world.waypoints, { namespace: entry.namespace, labels: {} }) : { none: '' };
  if (network !== false && !('none' in attached)) {
    return 'a waypoint may stand in the way';
  }
  return network !== false && answer.verdict === 'unknown' ? answer.reason : network;
}

/** What NetworkPolicies say of the addresses of a host, of which most are known when they are resolved. */
function networkTo({ endpoints, addresses }: RegistryEntry, { number, target }: RegistryPort,
  outside: readonly AddressGroup[]): boolean | { readonly within: readonly string[] } {
  const stated = endpoints.length > 0 ? endpoints.map(({ address }) => address) : addresses;
  const ranges = stated.map(rangeOf);
  const where = ranges.length > 0 && ranges.every((range) => range !== undefined)
    ? ranges.map((range) => setOfRange(range!)).reduce(unionOfAddresses, NO_ADDRESSES) : ALL_ADDRESSES;
  const port = typeof target === 'number' ? target : number;
  const open = outside.filter(({ connections }) => hasPort(connections.allowed, 'TCP', port) || hasPort(connections.unknown, 'TCP', port));
  const reached = open.map((group) => intersectionOfAddresses(group.addresses, where)).reduce(unionOfAddresses, NO_ADDRESSES);
  if (isNoAddress(reached)) {
    return false;
  }
  return addressesText(reached) === addressesText(where) ? true
    : { within: addressNames(reached).map(({ from, except = [] }) => (except.length === 0 ? from : `${from} except ${except.join(' ')}`)) };
}
