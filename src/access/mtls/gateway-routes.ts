import { Truth } from '../condition';
import { destinationOf, RouteDestination } from '../egress/mesh-routes';
import { MeshSettings } from '../mesh-settings';
import { groupOf, Manifest, ObjectRef, refOf } from '../objects';
import { BoundServer, commonHosts } from './gateway-servers';
import { namespaceOf, olderManifestFirst } from './precedence';
import { matchesHttpRoute, matchesVirtualService, RoutedRequest, RoutingServer } from './route-match';
import { isCovered, texts } from '../egress/registry';
import { mapping, mappings, text } from '../snapshot/fields';

type Fields = Readonly<Record<string, unknown>>;

/** What a router does with what it takes. */
export type RouteAction = 'destinations' | 'redirect' | 'direct' | 'error' | 'unknown';

/** One route: what it takes and where it leads. */
export interface GatewayRoute {
  readonly object: ObjectRef;
  readonly action: RouteAction;
  /** of an answer that the gateway gives itself */
  readonly status?: number;
  readonly destinations: readonly RouteDestination[];
  readonly always: boolean;
  readonly takes: (request: RoutedRequest) => Truth;
}

/** A route of an object that may serve several gateways. */
interface SharedRoute extends Omit<GatewayRoute, 'takes'> {
  /** of several objects of one host the highest comes first */
  readonly rank: readonly number[];
  readonly takes: (request: RoutedRequest, server: RoutingServer) => Truth;
}

/** Routes of one object: which hosts, at which gateways. */
interface RouteSet {
  readonly hosts: readonly string[];
  readonly namespace: string;
  readonly http: readonly SharedRoute[];
  readonly tls: readonly { readonly hosts: readonly string[]; readonly route: GatewayRoute }[];
  readonly tcp: readonly GatewayRoute[];
  readonly isAt: (server: BoundServer) => boolean;
}

/** Finds the routes of a server. */
export interface GatewayRoutes {
  /** by host, as Envoy's virtual hosts */
  http(server: readonly BoundServer[]): ReadonlyMap<string, readonly GatewayRoute[]>;
  /** the first that takes a server name, where TLS is passed through */
  passing(server: BoundServer, sni: string | undefined): GatewayRoute | undefined;
  tcp(server: BoundServer): GatewayRoute | undefined;
}

/** Reads VirtualServices and HTTPRoutes. */
export function compileGatewayRoutes(manifests: readonly Manifest[], mesh: MeshSettings): GatewayRoutes {
  const grants = manifests.filter(({ object }) => object.kind === 'ReferenceGrant' && groupOf(object.apiVersion) === 'gateway.networking.k8s.io');
  const sets = [...manifests].sort(olderManifestFirst).flatMap((manifest): RouteSet[] => {
    const group = groupOf(manifest.object.apiVersion);
    return manifest.object.kind === 'VirtualService' && group === 'networking.istio.io' ? [ofVirtualService(manifest, mesh)]
      : manifest.object.kind === 'HTTPRoute' && group === 'gateway.networking.k8s.io' ? [ofHttpRoute(manifest, grants, mesh)] : [];
  });
  const setsAt = (server: BoundServer) => sets.flatMap((set) => {
    const own = server.hosts.filter(({ owner }) => owner === '*' || owner === set.namespace || owner === '?').map(({ host }) => host);
    return set.isAt(server) ? [{ set, hosts: commonHosts(own, set.hosts) }] : [];
  });
  const known = new Map<string, ReadonlyMap<string, readonly GatewayRoute[]>>();
  return {
    http: (servers) => {
      const key = JSON.stringify(servers.map(({ api, namespace, gateway, section, port, hosts, podNamespace, httpsRedirect }) => (
        [api, namespace, gateway, section, port, hosts, podNamespace, httpsRedirect])));
      const hosts = known.get(key) ?? virtualHosts(servers, setsAt);
      known.set(key, hosts);
      return hosts;
    },
    passing: (server, sni) => setsAt(server).flatMap(({ set, hosts }) => (hosts.length === 0 ? [] : set.tls))
      .find(({ hosts }) => hosts.some((host) => isCovered(sni ?? '', host)))?.route,
    tcp: (server) => setsAt(server).flatMap(({ set, hosts }) => (hosts.length === 0 ? [] : set.tcp))[0],
  };
}

/** Several objects may say something of one host; routes that take everything come last. */
function virtualHosts(
  servers: readonly BoundServer[], setsAt: (server: BoundServer) => readonly { set: RouteSet; hosts: readonly string[] }[],
): Map<string, GatewayRoute[]> {
  const found = new Map<string, (GatewayRoute & Pick<SharedRoute, 'rank'>)[]>();
  for (const server of servers) {
    for (const { set, hosts } of setsAt(server)) {
      const routes = set.http.map((route) => ({ ...route, takes: (request: RoutedRequest) => route.takes(request, routing(server)) }));
      hosts.forEach((host) => found.set(host, [...found.get(host) ?? [], ...routes]));
    }
    server.hosts.filter(() => server.httpsRedirect).forEach(({ host }) => found.set(host, found.get(host) ?? []));
  }
  const redirecting = servers.filter(({ httpsRedirect }) => httpsRedirect);
  return new Map([...found].map(([host, routes]) => {
    const redirects = redirecting.find((server) => server.hosts.some((own) => isCovered(host, own.host)));
    return [host, redirects === undefined ? sorted(routes) : [toHttps(redirects)]];
  }));
}

function routing({ namespace, gateway, port }: BoundServer): RoutingServer {
  return { gateway: `${namespace}/${gateway}`, port };
}

function sorted(routes: readonly (GatewayRoute & Pick<SharedRoute, 'rank'>)[]): GatewayRoute[] {
  const ranked = [...routes].sort((a, b) => a.rank.reduce((order, value, i) => order || b.rank[i] - value, 0));
  return [...ranked.filter(({ always }) => !always), ...ranked.filter(({ always }) => always)];
}

function toHttps({ object }: BoundServer): GatewayRoute {
  return { object, action: 'redirect', status: 301, destinations: [], always: true, takes: () => true };
}

// VirtualServices keep their order: equal ranks
const UNRANKED = [0, 0, 0, 0, 0];

function ofVirtualService(manifest: Manifest, mesh: MeshSettings): RouteSet {
  const { metadata, spec: said } = manifest.object;
  const spec = mapping(said);
  const namespace = namespaceOf(metadata);
  const gateways = gatewayNames(spec.gateways, namespace);
  const object = refOf(manifest);
  const shown = texts(spec.exportTo);
  const visible = shown.length > 0 ? shown : mesh.defaultExportTo?.virtualService ?? ['*'];
  return {
    hosts: texts(spec.hosts),
    namespace,
    http: mappings(spec.http).map((route) => ofHttp(route, object, namespace, mesh)),
    tls: mappings(spec.tls).flatMap((route) => mappings(route.match).map((match) => (
      { hosts: texts(match.sniHosts), route: plainRoute(route, object, namespace, mesh) }))),
    tcp: mappings(spec.tcp).map((route) => plainRoute(route, object, namespace, mesh)),
    isAt: (server) => server.api === 'istio' && gateways.includes(`${server.namespace}/${server.gateway}`)
      && (visible.includes('*') || visible.includes(server.podNamespace) || (visible.includes('.') && server.podNamespace === namespace)),
  };
}

/** Gateways by namespace and name; one without a namespace is in that of the object. */
function gatewayNames(names: unknown, namespace: string): string[] {
  return texts(names).map((name) => (name.includes('/') ? name : `${namespace}/${name}`));
}

function ofHttp(route: Fields, object: ObjectRef, namespace: string, mesh: MeshSettings): SharedRoute {
  const matches = mappings(route.match).map((match) => ({ ...match, gateways: gatewayNames(match.gateways, namespace) }));
  const status = mapping(route.directResponse).status;
  const action = route.delegate !== undefined ? 'unknown' : route.redirect !== undefined ? 'redirect' : route.directResponse !== undefined ? 'direct' : 'destinations';
  return {
    ...plainRoute(route, object, namespace, mesh),
    action,
    status: typeof status === 'number' ? status : undefined,
    always: matches.length === 0,
    rank: UNRANKED,
    takes: (request, server) => matches.length === 0 || disjunction(matches.map((match) => matchesVirtualService(match, request, server))),
  };
}

function plainRoute(route: Fields, object: ObjectRef, namespace: string, mesh: MeshSettings): GatewayRoute {
  const weighted = mappings(route.route);
  const used = weighted.length === 1 ? weighted : weighted.filter(({ weight }) => weight !== 0);
  return { object, action: 'destinations', always: true, takes: () => true, destinations: used.flatMap((one) => destinationOf(one, namespace, mesh)) };
}

function ofHttpRoute(manifest: Manifest, grants: readonly Manifest[], mesh: MeshSettings): RouteSet {
  const { metadata, spec: said } = manifest.object;
  const spec = mapping(said);
  const namespace = namespaceOf(metadata);
  const hosts = texts(spec.hostnames);
  const parents = mappings(spec.parentRefs).filter(({ kind }) => kind === undefined || kind === 'Gateway');
  return {
    hosts: hosts.length === 0 ? ['*'] : hosts,
    namespace,
    http: mappings(spec.rules).flatMap((rule) => ofRule(rule, manifest, grants, mesh)),
    tls: [],
    tcp: [],
    isAt: (server) => server.api === 'kubernetes' && parents.some((parent) => parent.name === server.gateway
      && (text(parent.namespace) ?? namespace) === server.namespace
      && (parent.sectionName === undefined || parent.sectionName === server.section)
      && (parent.port === undefined || parent.port === server.port)),
  };
}

function ofRule(rule: Fields, manifest: Manifest, grants: readonly Manifest[], mesh: MeshSettings): SharedRoute[] {
  const namespace = namespaceOf(manifest.object.metadata);
  const redirects = mappings(rule.filters).some(({ type }) => type === 'RequestRedirect');
  const refs = mappings(rule.backendRefs).filter(({ weight }) => weight !== 0);
  const granted = refs.filter((ref) => (ref.kind === undefined || ref.kind === 'Service') && isGranted(text(ref.namespace) ?? namespace, namespace, String(ref.name), grants));
  const destinations = granted.map((ref): RouteDestination => ({
    host: `${String(ref.name)}.${text(ref.namespace) ?? namespace}.svc.${mesh.clusterDomain}`,
    port: typeof ref.port === 'number' ? ref.port : undefined,
  }));
  const matches = mappings(rule.matches);
  return (matches.length === 0 ? [{}] : matches).map((match) => ({
    object: refOf(manifest),
    action: redirects ? 'redirect' : destinations.length === 0 ? 'error' : 'destinations',
    status: redirects ? 302 : destinations.length === 0 ? 500 : undefined,
    destinations,
    always: false,
    takes: (request) => matchesHttpRoute(match, request),
    rank: rankOf(match),
  }));
}

/** The order of the Gateway API: exact paths, longer prefixes, a method, more headers, more parameters. */
function rankOf(match: Fields): number[] {
  const { type, value } = mapping(match.path);
  const kind = type === 'Exact' ? 3 : type === 'RegularExpression' ? 1 : 2;
  return [kind, (text(value) ?? '/').length, match.method === undefined ? 0 : 1, mappings(match.headers).length, mappings(match.queryParams).length];
}

function isGranted(target: string, from: string, name: string, grants: readonly Manifest[]): boolean {
  return target === from || grants.some(({ object }) => namespaceOf(object.metadata) === target
    && mappings(mapping(object.spec).from).some((source) => source.kind === 'HTTPRoute' && source.namespace === from)
    && mappings(mapping(object.spec).to).some((to) => to.kind === 'Service' && (to.name === undefined || to.name === name)));
}

function disjunction(parts: readonly Truth[]): Truth {
  return parts.includes(true) ? true : parts.includes(undefined) ? undefined : false;
}
