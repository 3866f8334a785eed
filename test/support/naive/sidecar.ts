import { Arrival, isTrusted, namesOf } from './arrival';
import { Asked } from './attach';
import { isRefused, isRefusedByAuthorizers } from './authorization';
import { normalizedPath } from './paths';
import { peerModeOf } from './peer-authentication';
import { PortProtocol, portProtocolOf } from './ports';
import { joinedValue, Request, requestOf } from './request';
import { Seen } from './rules';
import { tokenRefusal } from './tokens';
import { NaiveHttp, NaiveQuery, NaiveVerdict, NaiveWorkload, NaiveWorld, NotModelled } from './world';

/** The proxy itself answers here, or nobody: neither TLS nor policies have a say. */
const NEVER_CAPTURED = [15020, 15021, 15090];
const CAPTURE_PORT = 15006;
/** HTTP/1 knows methods by name. */
const METHODS = [
  'GET', 'HEAD', 'POST', 'PUT', 'DELETE', 'CONNECT', 'OPTIONS', 'TRACE', 'PATCH',
  // of WebDAV and the like; recorded: methods, targets
  'ACL', 'BIND', 'CHECKOUT', 'COPY', 'LINK', 'LOCK', 'MERGE', 'MKACTIVITY', 'MKCALENDAR', 'MKCOL', 'MOVE', 'MSEARCH', 'NOTIFY', 'PROPFIND',
  'PROPPATCH', 'PURGE', 'REBIND', 'REPORT', 'SEARCH', 'SOURCE', 'SUBSCRIBE', 'UNBIND', 'UNLINK', 'UNLOCK', 'UNSUBSCRIBE',
];

/** A way through the listener: as which protocol the bytes are read, and whether the client's certificate was. */
interface Chain {
  readonly layer: 'http' | 'tcp';
  readonly authenticated: boolean;
}

export function sidecarVerdict(world: NaiveWorld, server: NaiveWorkload, query: NaiveQuery, arrival: Arrival): NaiveVerdict {
  const { port, protocol = 'TCP' } = query.to;
  if (protocol !== 'TCP' || NEVER_CAPTURED.includes(port)) {
    return 'allow';
  }
  if (port === CAPTURE_PORT) {
    return 'connection-reset';
  }
  const chain = chainOf(world, server, port, arrival);
  if (chain === undefined) {
    return 'connection-reset';
  }
  const names = chain.authenticated ? namesOf(arrival.principal) : [];
  const behind = { arrival, layer: chain.layer, names, secure: chain.authenticated, ip: server.ip, port };
  const verdict = behindChain(world, server, query, behind);
  // TLS of the mesh that nobody ended reaches an application that expects none
  const unreadable = arrival.tls === 'mesh' && !chain.authenticated && query.to.takesTls !== true;
  return verdict === 'allow' && unreadable ? 'connection-reset' : verdict;
}

function chainOf(world: NaiveWorld, server: NaiveWorkload, port: number, arrival: Arrival): Chain | undefined {
  const protocol = portProtocolOf(world, server, port);
  switch (peerModeOf(world, server, port)) {
    case 'STRICT': return strictChain(world, protocol, arrival);
    case 'DISABLE': return openChain(protocol, arrival);
    case 'PERMISSIVE': return arrival.tls === 'mesh' ? strictChain(world, protocol, arrival) : openChain(protocol, arrival);
  }
}

/** TLS ends here, and the client has to have a certificate of the mesh. */
function strictChain(world: NaiveWorld, protocol: PortProtocol, { tls, principal, bytes }: Arrival): Chain | undefined {
  if (tls === 'none' || !isTrusted(world, principal)) {
    return undefined;
  }
  // only proxies of the mesh say what is inside
  const inside = tls === 'mesh' ? bytes : 'tcp';
  return { layer: protocol === 'auto' ? inside : protocol, authenticated: true };
}

/** TLS does not end here: an HTTP port cannot read it, others send it on as it is. */
function openChain(protocol: PortProtocol, { tls, bytes }: Arrival): Chain | undefined {
  if (tls !== 'none') {
    return protocol === 'http' ? undefined : { layer: 'tcp', authenticated: false };
  }
  return { layer: protocol === 'auto' ? bytes : protocol, authenticated: false };
}

export interface Behind {
  readonly arrival: Arrival;
  readonly layer: 'http' | 'tcp';
  readonly names: readonly string[];
  /** Whether TLS ended at this proxy. */
  readonly secure: boolean;
  readonly ip: string;
  readonly port: number;
  readonly asked?: Asked;
}

/** The filters of a chain: CUSTOM, tokens, DENY, ALLOW. */
export function behindChain(world: NaiveWorld, proxy: NaiveWorkload, query: NaiveQuery, behind: Behind): NaiveVerdict {
  const { arrival: { sourceIp, bytes }, names, ip, port, asked } = behind;
  // names of servers are read as small letters
  const sni = behind.arrival.sni?.toLowerCase();
  if (behind.layer === 'tcp') {
    const seen: Seen = { names, sourceIp, remoteIp: sourceIp, ip, port, sni };
    return isRefusedByAuthorizers(world, proxy, seen, query, asked) || isRefused(world, proxy, seen, asked) ? 'connection-reset' : 'allow';
  }
  if (bytes === 'tcp') {
    return 'http-400';
  }
  if (query.http === undefined) {
    throw new NotModelled('HTTP is sent, and nobody says which request');
  }
  const request = requestOf(query.http, query.to.app ?? 'http', behind.secure);
  const unreadable = refusedUnread(world, query.http, request);
  if (unreadable !== undefined) {
    return unreadable;
  }
  const seen: Seen = { names, sourceIp, remoteIp: remoteIpOf(world, proxy, request, query, sourceIp), ip, port, sni, request };
  if (isRefusedByAuthorizers(world, proxy, seen, query, asked)) {
    return 'http-403';
  }
  return tokenRefusal(world, proxy, request, asked) ?? (isRefused(world, proxy, seen, asked) ? 'http-403' : 'allow');
}

/** What never gets to the filters, and the path as they see it. */
function refusedUnread(world: NaiveWorld, http: NaiveHttp, request: Request): NaiveVerdict | undefined {
  const badMethod = !request.http2 && !METHODS.includes(http.method);
  if (badMethod || /[^\x21-\x7e]/.test(request.target)) {
    return 'http-400';
  }
  if (http.method === 'CONNECT') {
    return undefined;
  }
  if (!request.target.startsWith('/')) {
    return request.target === '*' && http.method === 'OPTIONS' ? 'http-404' : 'http-400';
  }
  const path = normalizedPath(request.target, pathMode(world));
  if (path === undefined) {
    return 'http-400';
  }
  request.target = path;
  return undefined;
}

function pathMode({ mesh }: NaiveWorld): string {
  const said: any = mesh?.pathNormalization;
  const mode = typeof said === 'string' ? said : said?.normalization;
  return mode === undefined || mode === 'DEFAULT' ? 'BASE' : mode;
}

/** The address that a client is said to have: a sidecar believes the last entry, a gateway as many as it is told to. */
function remoteIpOf(world: NaiveWorld, proxy: NaiveWorkload, request: Request, { conn }: NaiveQuery, sourceIp: string): string {
  if (conn.remoteIp !== undefined) {
    return conn.remoteIp;
  }
  const entries = (joinedValue(request, 'x-forwarded-for') ?? '').split(',').map((entry) => entry.trim()).filter((entry) => entry !== '');
  const trusted = world.mesh?.defaultConfig?.gatewayTopology?.numTrustedProxies ?? world.mesh?.numTrustedProxies ?? 0;
  const back = proxy.mode === 'gateway' ? trusted : 1;
  return back === 0 ? sourceIp : entries[entries.length - back] ?? sourceIp;
}
