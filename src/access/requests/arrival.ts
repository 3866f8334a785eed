import { addressOf } from '../addresses';
import { Facts, TextField } from '../condition';
import { MeshSettings } from '../mesh-settings';
import { HttpRequest, VerdictKind } from '../question';
import { appendPeer, remoteAddress } from './forwarded';
import { HeaderLines, headerLines } from './headers';
import { normalizePath, pathRules, withoutQuery } from './path';
import { readTarget } from './target';
import { TextPattern } from '../text-pattern';
import { quirksOf } from './versions';

const SOME_UUID = '00000000-0000-4000-8000-000000000000';
const UUID = /^[0-9a-f]{8}-[0-9a-f]{4}-4[0-9a-f]{3}-[89ab][0-9a-f]{3}-[0-9a-f]{12}$/;

/** Who is connected to a proxy, and where. */
export interface ConnectionFacts {
  /** as the proxy sees it */
  readonly port: number;
  /** what the verified certificate says: URIs, names of hosts, the subject */
  readonly identities: readonly string[];
  readonly sni?: string;
  /** whether the connection is encrypted up to this proxy */
  readonly encrypted?: boolean;
  readonly peer?: string;
  readonly destination?: string;
}

/** A request as the filters of a proxy see it; tokens may still change it. */
export interface SeenRequest {
  readonly method: string;
  readonly host: string;
  readonly scheme: 'http' | 'https';
  /** normalised, with its query */
  path: string;
  readonly lines: HeaderLines;
}

/** `unrouted` has no route even if the filters let it pass. */
export type Seen = { readonly seen: SeenRequest; readonly unrouted?: string } | { readonly answer: VerdictKind; readonly text: string };

/** Which proxy looks, and over what. */
export interface Viewpoint {
  readonly mesh: MeshSettings;
  readonly kind: 'sidecar' | 'gateway' | 'waypoint';
  readonly http2: boolean;
}

/** Decides what of a request reaches the filters of a proxy, or what the proxy answers before. */
export function seenRequest(request: HttpRequest, connection: ConnectionFacts, { mesh, kind, http2 }: Viewpoint): Seen {
  const read = readTarget(request, http2);
  if ('unknown' in read) {
    return { answer: 'unknown', text: read.unknown };
  }
  if ('answer' in read) {
    return read;
  }
  const edge = kind === 'gateway' && mesh.edgeGateways === true;
  if (edge && request.headers.some(([name]) => name.includes('_'))) {
    return http2 ? { answer: 'connection-reset', text: 'a header name with an underscore' } : { answer: 'http-400', text: 'a header name with an underscore' };
  }
  const normalized = read.unrouted !== undefined ? { path: read.target } : normalizePath(read.target, pathRules(mesh, kind));
  if ('answer' in normalized) {
    return normalized;
  }
  const lines = headerLines(request, { http2, joined: !quirksOf(mesh.istio).matchesLines });
  const ofConnection = connection.encrypted === true ? 'https' : 'http';
  if (kind === 'gateway' && mesh.numTrustedProxies === 0) {
    lines.set('x-forwarded-proto', [read.scheme ?? ofConnection]);
  } else if (!lines.has('x-forwarded-proto')) {
    lines.set('x-forwarded-proto', [ofConnection]);
  }
  const said = lines.get('x-forwarded-proto')![0].toLowerCase();
  const scheme = read.scheme ?? (said === 'http' || said === 'https' ? said : ofConnection);
  const unrouted = said === '' ? 'without a scheme in X-Forwarded-Proto there is no route' : read.unrouted;
  return { seen: { method: request.method, host: read.host, scheme, path: normalized.path, lines }, unrouted };
}

/** Turns a connection and what is seen of a request into the facts that policies ask for. */
export function factsOf(connection: ConnectionFacts, seen: SeenRequest | undefined, { mesh, kind }: Viewpoint, claims?: Facts['claims']): Facts {
  const direct = connection.peer === undefined ? undefined : addressOf(connection.peer);
  const destination = connection.destination === undefined ? undefined : addressOf(connection.destination);
  const texts = new Map<TextField, readonly string[]>();
  const say = (field: TextField, value: string | undefined) => value === undefined || texts.set(field, [value]);
  texts.set('principal', connection.identities);
  say('sni', connection.sni);
  if (seen === undefined) {
    return { texts, addresses: { direct, remote: direct, destination }, port: connection.port };
  }
  const remote = remoteAddress(seen.lines, direct, { kind, numTrustedProxies: mesh.numTrustedProxies });
  const lines = new Map(seen.lines);
  fillIn(lines, connection, kind);
  say('method', seen.method);
  say('path', withoutQuery(seen.path));
  say('host', seen.host);
  lines.forEach((values, name) => texts.set(`header:${name}`, values));
  say('header::path', seen.path);
  say('header::scheme', seen.scheme);
  return {
    texts,
    claims,
    addresses: { direct, remote, destination },
    port: connection.port,
    unknown: (field, pattern) => field.startsWith('header:x-') && isFilledIn(field, pattern, seen, connection, kind),
  };
}

/** Headers of the mesh that clients of other proxies may not set. */
const REMOVED = ['x-envoy-internal', 'x-envoy-expected-rq-timeout-ms', 'x-envoy-decorator-operation', 'x-envoy-retry-on'];

/** What the proxy itself writes before anything is matched. */
function fillIn(lines: HeaderLines, connection: ConnectionFacts, kind: Viewpoint['kind']): void {
  REMOVED.forEach((name) => lines.delete(name));
  if (kind === 'gateway') {
    appendPeer(lines, connection.peer);
  }
  if (kind === 'gateway' || !lines.has('x-request-id')) {
    lines.set('x-request-id', [SOME_UUID]);
  }
  if (connection.identities.length === 0) {
    lines.delete('x-forwarded-client-cert');
  } else {
    lines.set('x-forwarded-client-cert', ['the certificate of the client']);
  }
}

/** Headers of which nobody knows beforehand what they hold where the policy looks. */
function isFilledIn(field: TextField, { parts }: TextPattern, { lines: sent }: SeenRequest, { identities }: ConnectionFacts, kind: Viewpoint['kind']): boolean {
  const name = field.slice('header:'.length);
  // what is there satisfies a wildcard alone
  const asksForText = parts.some((part) => 'literal' in part);
  if (name === 'x-request-id' && (kind === 'gateway' || !sent.has(name))) {
    // of the form of a UUID: a whole text of another form is not it, and no part has other characters
    const isNone = parts.some((part) => 'literal' in part && /[^0-9a-f-]/.test(part.literal));
    return asksForText && !isNone && !(parts.length === 1 && 'literal' in parts[0] && !UUID.test(parts[0].literal));
  }
  if (name === 'x-forwarded-client-cert') {
    return asksForText && identities.length > 0;
  }
  return name.startsWith('x-envoy-') && (sent.has(name) || kind === 'gateway') && !REMOVED.includes(name);
}
