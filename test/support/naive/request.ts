import { headerLines, NaiveHttp, NaiveToken } from './world';

/** A request as it goes through the filters of a proxy; filters take things away and add some. */
export interface Request {
  readonly method: string;
  readonly host: string;
  target: string;
  lines: (readonly [string, string])[];
  readonly http2: boolean;
  readonly scheme: 'http' | 'https';
  /** The texts that stand for tokens, with what they are. */
  readonly tokens: ReadonlyMap<string, NaiveToken>;
  /** The claims of the token that was accepted last. */
  payload?: Record<string, any>;
}

/** The headers whose lines Envoy keeps as one. */
const INLINE = ['accept', 'user-agent', 'referer', 'origin', 'content-type', 'cache-control', 'authorization', 'via', 'x-forwarded-host',
  'x-request-id', 'if-match', 'accept-encoding', 'content-encoding', 'x-forwarded-proto', 'x-forwarded-port', 'x-forwarded-for',
  'grpc-timeout'];

/** A request with its tokens in place, each as a text of its own. */
export function requestOf(http: NaiveHttp, app: string, secure: boolean): Request {
  const tokens = new Map((http.tokens ?? []).map((token, i) => [`token.number.${i}`, token]));
  const lines = headerLines(http.headers).map(([name, value]) => [name.toLowerCase(), value.trim()] as const);
  const cookies: string[] = [];
  let target = http.path;
  for (const [text, token] of tokens) {
    if (token.in === 'query') {
      target = withParameter(target, token.name ?? 'access_token', text);
    } else if (token.in === 'cookie') {
      cookies.push(`${token.name ?? 'token'}=${text}`);
    } else {
      lines.push([(token.name ?? 'authorization').toLowerCase(), `${prefixOf(token)}${text}`]);
    }
  }
  if (cookies.length > 0) {
    lines.push(['cookie', cookies.join('; ')]);
  }
  const http2 = app === 'http2' || app === 'grpc';
  return { ...authority(target, http.host), method: http.method, lines, http2, scheme: secure ? 'https' : 'http', tokens };
}

/** A target in absolute form says the host itself, whatever the header says. */
function authority(target: string, host: string): { target: string; host: string } {
  const absolute = /^https?:\/\/([^/?#]*)(.*)$/i.exec(target);
  return absolute === null ? { target, host } : { target: absolute[2] === '' ? '/' : absolute[2], host: absolute[1] };
}

function prefixOf({ prefix, name }: NaiveToken): string {
  return prefix ?? (name === undefined || name.toLowerCase() === 'authorization' ? 'Bearer ' : '');
}

function withParameter(target: string, name: string, value: string): string {
  const [path, ...fragment] = target.split('#');
  return [`${path}${path.includes('?') ? '&' : '?'}${encodeURIComponent(name)}=${value}`, ...fragment].join('#');
}

/** The values of a header one by one, as a policy meets them; undefined if there is none. */
export function valuesOf(request: Request, name: string): string[] | undefined {
  const lower = name.toLowerCase();
  switch (lower) {
    case ':authority': case 'host': return [request.host];
    case ':method': return [request.method];
    case ':scheme': return [request.scheme];
    case ':path': return [request.target];
    default: break;
  }
  const values = request.lines.filter(([own]) => own === lower).map(([, value]) => value);
  if (values.length === 0) {
    return undefined;
  }
  if (lower === 'cookie') {
    return request.http2 ? [values.join('; ')] : values;
  }
  return INLINE.includes(lower) ? [values.join(',')] : values;
}

/** All lines of a header as one text, as those see it who look for tokens and addresses. */
export function joinedValue(request: Request, name: string): string | undefined {
  const values = request.lines.filter(([own]) => own === name.toLowerCase()).map(([, value]) => value);
  return values.length === 0 ? undefined : values.join(',');
}

export function parameterOf(request: Request, name: string): string | undefined {
  const [, query = ''] = request.target.split('#')[0].split(/\?(.*)/s);
  const found = query.split('&').map((pair) => pair.split('=')).find(([key]) => decodeURIComponent(key) === name);
  return found?.[1];
}

export function withoutParameter(target: string, name: string): string {
  const [path, query = ''] = target.split(/\?(.*)/s);
  const left = query.split('&').filter((pair) => pair !== '' && decodeURIComponent(pair.split('=')[0]) !== name);
  return left.length === 0 ? path : `${path}?${left.join('&')}`;
}
