import { HttpRequest } from '../question';

/** Header lines by their name in lower case; what a proxy joins is one line. */
export type HeaderLines = Map<string, string[]>;

/** Headers that Envoy keeps as one value: repeated lines are joined with a comma before anything is matched. */
const INLINE = new Set(['accept', 'accept-encoding', 'access-control-request-headers', 'access-control-request-method', 'authorization', 'cache-control',
  'connection', 'content-encoding', 'content-length', 'content-type', 'expect', 'grpc-timeout', 'if-match', 'if-modified-since', 'if-none-match',
  'if-range', 'if-unmodified-since', 'keep-alive', 'origin', 'pragma', 'proxy-connection', 'referer', 'te', 'transfer-encoding', 'upgrade', 'user-agent',
  'via', 'x-client-trace-id', 'x-forwarded-client-cert', 'x-forwarded-for', 'x-forwarded-host', 'x-forwarded-port', 'x-forwarded-proto', 'x-request-id']);

/** What concerns one connection; it ends at the proxy. */
const HOP_BY_HOP = ['connection', 'keep-alive', 'proxy-connection', 'te', 'transfer-encoding', 'upgrade'];

/** Decides the header lines that policies see of those that a client sends. */
export function headerLines(request: HttpRequest, { http2, joined }: { readonly http2: boolean; readonly joined: boolean }): HeaderLines {
  const lines: HeaderLines = new Map();
  for (const [name, raw] of request.headers) {
    const key = name.toLowerCase();
    const known = lines.get(key);
    // over HTTP/2 blanks at the ends are part of the value
    const value = http2 ? raw : raw.replace(/^[ \t]+|[ \t]+$/g, '');
    const one = joined || INLINE.has(key) || key.startsWith('x-envoy-');
    if (known === undefined) {
      lines.set(key, [value]);
    } else if (key === 'cookie' && http2) {
      known[0] = withLine(known[0], value, '; ');
    } else if (one) {
      known[0] = withLine(known[0], value, ',');
    } else {
      known.push(value);
    }
  }
  if (!isWebsocket(lines)) {
    HOP_BY_HOP.filter((name) => name !== 'te' || lines.get('te')?.[0] !== 'trailers').forEach((name) => lines.delete(name));
  }
  return lines;
}

/** An empty line adds nothing, not even what stands between two of them. */
function withLine(known: string, line: string, between: string): string {
  return [known, line].filter((one) => one !== '').join(between);
}

function isWebsocket(lines: HeaderLines): boolean {
  return lines.get('upgrade')?.[0].toLowerCase() === 'websocket' && /(^|,)\s*upgrade\s*(,|$)/i.test(lines.get('connection')?.[0] ?? '');
}
