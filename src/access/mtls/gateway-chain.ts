import { RouteDestination } from '../egress/mesh-routes';
import { isCovered } from '../egress/registry';
import { MeshSettings } from '../mesh-settings';
import { Manifest, ObjectRef, refText } from '../objects';
import { Service, Workload } from '../workload';
import { compileGatewayRoutes, GatewayRoute, GatewayRoutes } from './gateway-routes';
import { BoundServer, compileGatewayServers, GatewayServers } from './gateway-servers';
import { RoutedRequest } from './route-match';

/** The certificate that a client shows. */
export interface ClientCertificate {
  /** whether the server trusts the authority that signed it; of ISTIO_MUTUAL that is the mesh's */
  readonly trusted: boolean | undefined;
  /** the alternative names in it: URIs and hosts */
  readonly names: readonly string[];
}

/** What arrives at a port of a gateway's pod. */
export interface GatewayClient {
  readonly tls: boolean;
  /** the server name of TLS */
  readonly sni?: string;
  readonly certificate?: ClientCertificate;
  readonly speaks: 'http' | 'tcp';
}

/** Which listener takes a connection, and whether the identity of the client is known there. */
export interface GatewayChain {
  readonly chain: 'http' | 'tcp' | 'reset' | 'unknown';
  /** whose routes are asked */
  readonly servers: readonly BoundServer[];
  readonly authenticated: boolean;
  readonly text: string;
}

/** What the router does; a policy of the gateway is asked before. */
export interface GatewayAnswer {
  readonly outcome: 'destinations' | 'http-404' | 'redirect' | 'direct' | 'error' | 'connection-reset' | 'unknown';
  readonly status?: number;
  readonly destinations: readonly RouteDestination[];
  readonly object?: ObjectRef;
  readonly text: string;
}

/** Gateways and their routes, ready to be asked about many requests. */
export interface Gateways {
  readonly servers: GatewayServers;
  readonly routes: GatewayRoutes;
}

/** Indexes Gateways, VirtualServices and HTTPRoutes. */
export function compileGateways({ manifests, services, mesh }: {
  readonly manifests: readonly Manifest[];
  readonly services: readonly Service[];
  readonly mesh: MeshSettings;
}): Gateways {
  return { servers: compileGatewayServers({ manifests, services, mesh }), routes: compileGatewayRoutes(manifests, mesh) };
}

/** Decides which listener of a gateway takes a connection. */
export function gatewayChain(gateways: Gateways, workload: Workload, port: number, client: GatewayClient): GatewayChain {
  const servers = gateways.servers.of(workload).filter(({ podPort }) => podPort === port);
  if (servers.length === 0) {
    return reset(`no Gateway listens at port ${port} of the pod`);
  }
  const first = servers[0];
  // the oldest server says whether the port is one of HTTP, of bytes or of TLS
  const secured = first.tls !== 'none';
  const same = servers.filter(({ tls, protocol }) => (tls !== 'none') === secured && (secured || protocol === first.protocol));
  if (secured !== client.tls) {
    return reset(secured ? `port ${port} takes TLS alone` : `port ${port} takes no TLS`);
  }
  if (!secured) {
    return { chain: first.protocol === 'HTTP' ? 'http' : 'tcp', servers: same, authenticated: false, text: `${refText(first.object)} listens at port ${port}` };
  }
  const named = mostSpecific(same.flatMap((server) => server.hosts.map(({ host }) => ({ host, server }))), (client.sni ?? '').toLowerCase());
  return named === undefined ? reset(`no server at port ${port} has the name ${client.sni ?? '(none)'}`) : secure(named.server, client);
}

function secure(server: BoundServer, { certificate }: GatewayClient): GatewayChain {
  const object = refText(server.object);
  const chain = server.protocol === 'HTTP' ? 'http' : 'tcp';
  const open: GatewayChain = { chain, servers: [server], authenticated: false, text: `${object}: ${server.tls}` };
  switch (server.tls) {
    case 'SIMPLE':
    case 'PASSTHROUGH': return open;
    case 'OPTIONAL_MUTUAL': return certificate === undefined ? open : verified(open, server, certificate);
    // a gateway takes every certificate of an authority that it trusts, whatever its trust domain
    case 'ISTIO_MUTUAL':
    case 'MUTUAL': return certificate === undefined ? reset(`${object} asks for a certificate`) : verified(open, server, certificate);
    default: return { ...open, chain: 'unknown' };
  }
}

function verified(open: GatewayChain, { object, subjectAltNames }: BoundServer, { trusted, names }: ClientCertificate): GatewayChain {
  if (trusted === undefined) {
    return { ...open, chain: 'unknown', text: `${refText(object)} asks for a certificate of an authority that no manifest shows` };
  }
  if (!trusted || (subjectAltNames.length > 0 && !subjectAltNames.some((name) => names.includes(name)))) {
    return reset(`${refText(object)} does not accept the certificate of the client`);
  }
  return { ...open, authenticated: true };
}

/** Decides where a request goes that a listener of HTTP took. */
export function gatewayRoute(gateways: Gateways, { servers }: GatewayChain, request: RoutedRequest): GatewayAnswer {
  if (servers.some(({ hosts }) => hosts.some(({ owner }) => owner === '?'))) {
    return unknown('a listener chooses the namespaces of its routes by labels');
  }
  const hosts = [...gateways.routes.http(servers)].map(([host, routes]) => ({ host, routes }));
  const host = request.host.toLowerCase().replace(/:\d+$/, '');
  const found = mostSpecific(hosts, host);
  if (found === undefined) {
    return { outcome: 'http-404', status: 404, destinations: [], text: `no route has the host ${host}` };
  }
  for (const route of found.routes) {
    const takes = route.takes({ ...request, host });
    if (takes === undefined) {
      return unknown(`${refText(route.object)} asks for what is not decided here`, route.object);
    }
    if (takes) {
      return answerOf(route);
    }
  }
  return { outcome: 'http-404', status: 404, destinations: [], text: `no route of the host ${found.host} takes the request` };
}

/** Decides where a connection goes that is not HTTP to the gateway. */
export function gatewayConnection(gateways: Gateways, { servers, text }: GatewayChain, { sni }: GatewayClient): GatewayAnswer {
  const [server] = servers;
  const route = server === undefined ? undefined : server.tls === 'PASSTHROUGH' ? gateways.routes.passing(server, sni) : gateways.routes.tcp(server);
  return route === undefined ? { outcome: 'connection-reset', destinations: [], text: `no route: ${text}` } : answerOf(route);
}

function answerOf({ action, status, destinations, object }: GatewayRoute): GatewayAnswer {
  return { outcome: action, status, destinations, object, text: refText(object) };
}

/** Envoy's choice among hosts: the exact one, else the longest wildcard. */
function mostSpecific<T extends { readonly host: string }>(candidates: readonly T[], host: string): T | undefined {
  return candidates.filter((candidate) => isCovered(host, candidate.host.toLowerCase()))
    .sort((a, b) => Number(a.host.startsWith('*')) - Number(b.host.startsWith('*')) || b.host.length - a.host.length)[0];
}

function reset(text: string): GatewayChain {
  return { chain: 'reset', servers: [], authenticated: false, text };
}

function unknown(text: string, object?: ObjectRef): GatewayAnswer {
  return { outcome: 'unknown', destinations: [], object, text };
}
