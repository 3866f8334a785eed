import { inBlock } from './addresses';
import { Arrival, bytesOf, sourceIpOf } from './arrival';
import { Destination, endpointTls } from './client';
import { gatewayVerdict } from './gateway';
import { naiveNetwork } from './network-policy';
import { servicePortsOf } from './ports';
import { sidecarVerdict } from './sidecar';
import { askedOf, waypointVerdict } from './waypoint';
import { waypointFor } from './waypoints-of';
import {
  listOf, Manifest, namespaceOf, NaiveQuery, NaiveVerdict, NaiveWorkload,
  NaiveWorld, NotModelled, objectsOfKind, trustDomain, workloadOf,
} from './world';
import { ztunnelAllows } from './ztunnel';

const TUNNEL_PORT = 15008;

/** Who reaches whom with what, from the packets to the tokens. */
export function naiveVerdict(world: NaiveWorld, query: NaiveQuery): NaiveVerdict {
  const client = query.from.workload === undefined ? undefined : workloadOf(world, query.from.workload);
  const { to } = query;
  if (to.waypoint !== undefined) {
    return waypointVerdict(world, workloadOf(world, to.waypoint), query, arrivalAt(world, client, undefined, query), askedOf(query));
  }
  const from = client ?? { ip: sourceIpOf(query, client) };
  if (to.workload === undefined) {
    if (to.ip === undefined) {
      throw new NotModelled('a destination that is neither a workload nor an address');
    }
    return naiveNetwork(world, from, { ip: to.ip }, to.protocol ?? 'TCP', to.port) ? 'allow' : 'dropped';
  }
  const server = workloadOf(world, to.workload);
  const wirePort = isTunnelled(world, client, server, query) ? TUNNEL_PORT : to.port;
  if (!naiveNetwork(world, from, server, to.protocol ?? 'TCP', wirePort)) {
    return 'dropped';
  }
  return serverVerdict(world, client, server, query);
}

function serverVerdict(world: NaiveWorld, client: NaiveWorkload | undefined, server: NaiveWorkload, query: NaiveQuery): NaiveVerdict {
  const arrival = arrivalAt(world, client, server, query);
  switch (server.mode) {
    case 'sidecar': return sidecarVerdict(world, server, query, arrival);
    case 'gateway': return behindGateway(world, server, query, gatewayVerdict(world, server, query, arrival), arrival.sourceIp);
    case 'ambient': return ambientVerdict(world, client, server, query, arrival);
    // whoever has no proxy cannot end the TLS of a mesh
    case 'none': return arrival.tls === 'mesh' ? 'connection-reset' : 'allow';
    default: throw new NotModelled(`a server of mode ${server.mode}`);
  }
}

function behindGateway(
  world: NaiveWorld, gateway: NaiveWorkload, query: NaiveQuery, verdict: NaiveVerdict, sourceIp: string,
): NaiveVerdict {
  const { backend } = query.to;
  if (verdict !== 'allow' || backend === undefined) {
    return verdict;
  }
  const onwards = { ...query, from: { workload: gateway.id }, to: { ...query.to, backend: undefined, ...backend, servicePort: undefined } };
  // the gateway adds whom it was called by at the end of the addresses
  return naiveVerdict(world, { ...onwards, conn: { mtls: 'auto', remoteIp: sourceIp } });
}

function ambientVerdict(
  world: NaiveWorld, client: NaiveWorkload | undefined, server: NaiveWorkload, query: NaiveQuery, arrival: Arrival,
): NaiveVerdict {
  if ((query.to.protocol ?? 'TCP') !== 'TCP') {
    return 'allow';
  }
  const passed = waypointFor(world, client, server, query);
  if (passed !== undefined && arrival.tls === 'mesh') {
    const verdict = waypointVerdict(world, passed.waypoint, query, arrival, passed.asked);
    if (verdict !== 'allow') {
      return verdict;
    }
  }
  const identity = passed !== undefined && arrival.tls === 'mesh' ? identityOf(world, passed.waypoint) : arrival.principal;
  const sourceIp = passed === undefined ? arrival.sourceIp : passed.waypoint.ip;
  const seen = { identity: arrival.tls === 'mesh' ? identity : undefined, sourceIp, ip: server.ip, port: query.to.port };
  return ztunnelAllows(world, server, seen) ? 'allow' : 'connection-reset';
}

export function identityOf(world: NaiveWorld, { namespace, serviceAccount }: NaiveWorkload): string {
  return `${trustDomain(world)}/ns/${namespace}/sa/${serviceAccount}`;
}

/** What arrives, as the query says it or as the proxy of the client does it. */
function arrivalAt(world: NaiveWorld, client: NaiveWorkload | undefined, server: NaiveWorkload | undefined, query: NaiveQuery): Arrival {
  const { mtls, ownTls, principal, sni } = query.conn;
  const common = { bytes: bytesOf(query), sourceIp: sourceIpOf(query, client), sni };
  const identity = principal ?? (client === undefined ? undefined : identityOf(world, client));
  if (ownTls === true) {
    return { ...common, tls: 'own', principal };
  }
  const tls = mtls === 'auto' ? sentBy(world, client, server, query) : mtls ? 'mtls' : 'plaintext';
  switch (tls) {
    case 'mtls': return { ...common, tls: 'mesh', principal: identity, sni: sni ?? sniOf(query, server) };
    case 'plaintext': return { ...common, tls: bytesAreTls(query) ? 'own' : 'none' };
    default: return { ...common, tls: 'own' };
  }
}

/** An application that speaks TLS itself, within nothing else. */
function bytesAreTls({ to }: NaiveQuery): boolean {
  return to.app === 'https' || to.app === 'tls';
}

function sniOf({ to }: NaiveQuery, server: NaiveWorkload | undefined): string {
  return `outbound_.${to.servicePort ?? to.port}_._.${server?.name}.${server?.namespace}.svc.cluster.local`;
}

function sentBy(world: NaiveWorld, client: NaiveWorkload | undefined, server: NaiveWorkload | undefined, query: NaiveQuery): string {
  if (client === undefined || client.mode === 'none') {
    return 'plaintext';
  }
  // nobody but a waypoint is asked without a server, and tunnels lead to both
  if (server === undefined || server.mode === 'ambient') {
    return 'mtls';
  }
  if (client.mode === 'ambient' || client.mode === 'waypoint') {
    return server.mode === 'sidecar' && world.mesh?.flags?.ISTIO_META_ENABLE_HBONE === true ? 'mtls' : 'plaintext';
  }
  const destination = destinationOf(world, server, query);
  return destination === undefined ? 'plaintext' : endpointTls(world, client, destination, server, query.to.port);
}

/** The host that was asked for. Whoever asks for the address of a pod asks for no host, unless one is declared for it. */
function destinationOf(world: NaiveWorld, server: NaiveWorkload, { to, conn }: NaiveQuery): Destination | undefined {
  if (conn.via === 'pod-ip') {
    const entry = objectsOfKind(world, 'ServiceEntry').find(({ spec }) =>
      listOf<string>(spec.addresses).some((block) => inBlock(server.ip, block))
      && listOf<Manifest>(spec.ports).some(({ number }) => number === to.port));
    if (entry === undefined) {
      return undefined;
    }
    const external = (entry.spec.location ?? 'MESH_EXTERNAL') === 'MESH_EXTERNAL';
    return { host: entry.spec.hosts[0], namespace: namespaceOf(entry), port: to.port, external };
  }
  const all = servicePortsOf(world, server, to.port)
    .filter(({ service }) => conn.service === undefined || conn.service === `${namespaceOf(service)}/${service.metadata.name}`);
  const found = all.find(({ port }) => port.port === to.servicePort) ?? (to.servicePort === undefined ? all[0] : undefined);
  if (found === undefined) {
    return undefined;
  }
  const { service, port } = found;
  const namespace = namespaceOf(service);
  return { host: `${service.metadata.name}.${namespace}.svc.cluster.local`, namespace, port: port.port, external: false };
}

function isTunnelled(world: NaiveWorld, client: NaiveWorkload | undefined, server: NaiveWorkload, query: NaiveQuery): boolean {
  return server.mode === 'ambient' && (query.to.protocol ?? 'TCP') === 'TCP'
    && (query.conn.mtls === true || (query.conn.mtls === 'auto' && sentBy(world, client, server, query) === 'mtls'));
}

