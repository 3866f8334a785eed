import { Arrival, namesOf } from './arrival';
import { servicePortsOf } from './ports';
import { behindChain } from './sidecar';
import { textMatcher } from './texts';
import {
  holdsLabels, listOf, Manifest, namespaceOf, NaiveQuery, NaiveVerdict,
  NaiveWorkload, NaiveWorld, NotModelled, objectsOfKind,
} from './world';

interface Server {
  readonly gateway: Manifest;
  readonly server: Manifest;
}

/** A gateway of Istio's own kind: its servers end TLS, or pass it through, before policies are asked. */
export function gatewayVerdict(world: NaiveWorld, gateway: NaiveWorkload, query: NaiveQuery, arrival: Arrival): NaiveVerdict {
  const { port, servicePort } = query.to;
  const servers = serversOf(world, gateway, port, servicePort);
  if (world.mesh?.defaultConfig?.connectionSettings !== undefined) {
    throw new NotModelled('profiles of connections');
  }
  if (servers.length === 0) {
    throw new NotModelled(`the gateway has no server at ${port}`);
  }
  const isPlain = servers.every(({ server }) => server.port.protocol.toUpperCase() === 'HTTP');
  const chosen = servers.length === 1 || isPlain ? servers[0] : servers.find(({ server }) => coversHost(server.hosts, arrival.sni ?? ''));
  if (chosen === undefined) {
    return 'connection-reset';
  }
  const { protocol, tls } = { protocol: chosen.server.port.protocol.toUpperCase(), tls: chosen.server.tls };
  const there = { arrival, ip: gateway.ip, port };
  if (protocol === 'TCP' || tls?.mode === 'PASSTHROUGH') {
    const known = protocol === 'TCP' || (arrival.tls !== 'none' && isPassed(world, chosen, arrival.sni ?? ''));
    return known ? behindChain(world, gateway, query, { ...there, layer: 'tcp', names: [], secure: false }) : 'connection-reset';
  }
  if (protocol === 'HTTP' ? arrival.tls !== 'none' : !isAdmitted(tls, arrival)) {
    return 'connection-reset';
  }
  const names = protocol === 'HTTP' ? [] : namesFor(tls, arrival);
  const verdict = behindChain(world, gateway, query, { ...there, layer: 'http', names, secure: protocol !== 'HTTP' });
  return verdict === 'allow' ? routed(world, isPlain ? servers : [chosen], query) : verdict;
}

/** Servers are written with the port of the Service before the gateway, where there is one. */
function serversOf(world: NaiveWorld, gateway: NaiveWorkload, port: number, servicePort: number | undefined): Server[] {
  const numbers = servicePort === undefined ? servicePortsOf(world, gateway, port).map((one) => one.port.port) : [servicePort];
  return objectsOfKind(world, 'Gateway').filter((one) => one.apiVersion.startsWith('networking.istio.io/'))
    .filter((one) => holdsLabels(gateway.labels, one.spec.selector))
    .flatMap((one) => listOf<Manifest>(one.spec.servers).map((server) => ({ gateway: one, server })))
    .filter(({ server }) => (numbers.length === 0 ? server.port.number === port : numbers.includes(server.port.number)));
}

function namesFor(tls: Manifest, { principal }: Arrival): readonly string[] {
  return tls.mode === 'SIMPLE' ? [] : namesOf(principal);
}

/** Whether the handshake succeeds. Whoever signs for the gateway is trusted, whatever the trust domain. */
function isAdmitted(tls: Manifest, arrival: Arrival): boolean {
  const { principal } = arrival;
  if (arrival.tls === 'none') {
    return false;
  }
  switch (tls.mode) {
    case 'SIMPLE': return true;
    case 'OPTIONAL_MUTUAL': return true;
    case 'MUTUAL': return principal !== undefined && hasName(tls.subjectAltNames, principal);
    case 'ISTIO_MUTUAL': return principal !== undefined;
    default: throw new NotModelled(`TLS of mode ${tls.mode} at a gateway`);
  }
}

/** Subjects are no alternative names. */
function hasName(wanted: string[] | undefined, principal: string): boolean {
  return listOf(wanted).length === 0
    || (!principal.startsWith('subject:') && namesOf(principal).some((name) => listOf(wanted).includes(name)));
}

function coversHost(hosts: string[], name: string): boolean {
  return hosts.some((host) => textMatcher(host.split('/').pop() as string)(name.toLowerCase()));
}

function servicesOf(world: NaiveWorld, { gateway }: Server): Manifest[] {
  const full = `${namespaceOf(gateway)}/${gateway.metadata.name}`;
  return objectsOfKind(world, 'VirtualService').filter((one) => listOf<string>(one.spec.gateways)
    .some((name) => (name.includes('/') ? name : `${namespaceOf(one)}/${name}`) === full));
}

function isPassed(world: NaiveWorld, server: Server, sni: string): boolean {
  return servicesOf(world, server).flatMap((one) => listOf<Manifest>(one.spec.tls))
    .flatMap((route) => listOf<Manifest>(route.match)).some((match) => coversHost(match.sniHosts, sni));
}

function routed(world: NaiveWorld, chosen: Server[], { http }: NaiveQuery): NaiveVerdict {
  if (chosen.some(({ server }) => server.tls?.httpsRedirect === true)) {
    throw new NotModelled('a redirection to HTTPS');
  }
  const host = (http?.host ?? '').split(':')[0];
  const routes = chosen.filter(({ server }) => coversHost(server.hosts, host))
    .flatMap((one) => servicesOf(world, one)).filter((one) => coversHost(one.spec.hosts, host));
  if (routes.some((one) => listOf<Manifest>(one.spec.http).some((route) => JSON.stringify(route.match ?? []).includes('@request.auth')))) {
    throw new NotModelled('routes by claims of a token');
  }
  return routes.length === 0 ? 'http-404' : 'allow';
}
