import { addressOf } from '../addresses';
import { HttpRequest } from '../question';

/** The parts of a request as the codec of a proxy reads them, or the answer that it gives instead. */
export type ReadTarget =
  | { readonly target: string; readonly host: string; readonly scheme?: 'http' | 'https'; readonly unrouted?: string }
  | { readonly answer: 'http-400' | 'http-403' | 'http-404'; readonly text: string }
  | { readonly unknown: string };

/** Methods that Envoy reads over HTTP/1; every other one is answered with 400. */
const METHODS = new Set([
  'ACL', 'BIND', 'CHECKOUT', 'CONNECT', 'COPY', 'DELETE', 'GET', 'HEAD', 'LINK', 'LOCK', 'MERGE', 'MKACTIVITY', 'MKCALENDAR',
  'MKCOL', 'MOVE', 'MSEARCH', 'NOTIFY', 'OPTIONS', 'PATCH', 'POST', 'PROPFIND', 'PROPPATCH', 'PURGE', 'PUT', 'REBIND', 'REPORT', 'SEARCH',
  'SOURCE', 'SUBSCRIBE', 'TRACE', 'UNBIND', 'UNLINK', 'UNLOCK', 'UNSUBSCRIBE',
]);

/** Decides what Envoy makes of method, target and authority before any filter sees them. */
export function readTarget(request: HttpRequest, http2: boolean): ReadTarget {
  const { method, host } = request;
  // over HTTP/1 what stands around the target belongs to nothing
  const path = http2 ? request.path : request.path.replace(/^[ \t\r]+|[ \t\r]+$/g, '');
  if (http2) {
    return method === 'CONNECT' ? { unknown: 'CONNECT over HTTP/2' } : readTarget2(path, host);
  }
  if (refusedUpgrade(request)) {
    return { answer: 'http-403', text: 'the proxy upgrades connections to websocket alone' };
  }
  if (!METHODS.has(method)) {
    return { answer: 'http-400', text: `${method} is no method that the proxy knows over HTTP/1` };
  }
  if (!/^[\x21-\x7e]+$/.test(path) || !/^[\x21\x24-\x2e\x30-\x3b=@-[\]_a-z~]*$/.test(host)) {
    return { answer: 'http-400', text: 'the path or the host holds a character that may not be sent raw' };
  }
  if (request.headers.some(([name, value]) => name.toLowerCase() === 'content-length' && !/^\d+$/.test(value.trim()))) {
    return { answer: 'http-400', text: 'the content length is no number' };
  }
  if (method === 'CONNECT') {
    return isAuthority(path) && /:\d+$/.test(path) ? { target: '', host: path, unrouted: 'CONNECT has no route' }
      : { answer: 'http-400', text: 'CONNECT names a host and a port' };
  }
  if (path === '*' && method === 'OPTIONS') {
    return { answer: 'http-404', text: 'the proxy routes paths, not *' };
  }
  return path.startsWith('/') ? { target: path, host } : absolute(path);
}

function readTarget2(path: string, host: string): ReadTarget {
  if (path === '*') {
    return { answer: 'http-404', text: 'the proxy routes paths, not *' };
  }
  return /^\/[\x21-\x7e]*$/.test(path) ? { target: path, host }
    : { unknown: 'nobody has seen what the proxy does with such a path over HTTP/2' };
}

/** The authority of the target wins over the header. */
function absolute(path: string): ReadTarget {
  const match = /^(https?):\/\/(?:[^/?#@]*@)?([^/?#@]+)([^]*)$/i.exec(path);
  if (match === null) {
    return { answer: 'http-400', text: 'the target is neither a path nor a URL' };
  }
  const [, scheme, host, rest] = match;
  if (!isAuthority(host) || /^[#@]/.test(rest)) {
    return { answer: 'http-400', text: 'the URL names no host that the proxy reads' };
  }
  return rest.startsWith('?')
    ? { answer: 'http-404', text: 'the proxy routes paths, and the URL has none' }
    : { target: rest.startsWith('/') ? rest : `/${rest}`, host, scheme: scheme.toLowerCase() === 'https' ? 'https' : 'http' };
}

/** A host of letters, digits, dots and dashes, or an IPv6 address in brackets, with a port or without one. */
function isAuthority(text: string): boolean {
  const match = /^(?:[a-z0-9.-]+|\[([0-9a-f:.]+)\])(?::(\d+))?$/i.exec(text);
  return match !== null && (match[1] === undefined || addressOf(match[1]) !== undefined) && Number(match[2] ?? 0) <= 65535;
}

const SCHEME = /^[a-z][a-z0-9+.-]*:\/\//i;

/** Whether a port that is sniffed takes the first line of a plaintext request for HTTP; any other is bytes to it. */
export function isSniffedAsHttp({ method, path: sent }: HttpRequest): boolean {
  const path = sent.replace(/^[ \t\r\v\f]+|[ \t\r\v\f]+$/g, '');
  if (!/^[\x21-\x7e]+$/.test(path)) {
    return false;
  }
  if (/^[/*]/.test(path)) {
    return true;
  }
  const afterScheme = path.replace(SCHEME, '');
  const host = afterScheme.split(/[/?]/)[0];
  return (method === 'CONNECT' || SCHEME.test(path)) && /^[\w!$%&'()*+,\-.:;=@[\]~]*$/.test(host) && !host.includes('@@');
}

/** A connection that is to become something else is refused unless that is websocket; what HTTP/2 offers is no upgrade. */
function refusedUpgrade({ headers }: HttpRequest): boolean {
  const values = (name: string) => headers.filter(([header]) => header.toLowerCase() === name)
    .map(([, value]) => value.trim().toLowerCase());
  const upgrades = values('upgrade');
  const connection = values('connection').flatMap((value) => value.split(',')).map((value) => value.trim());
  return upgrades.length > 0 && connection.includes('upgrade') && !['websocket', 'h2c'].includes(upgrades.join(','));
}
