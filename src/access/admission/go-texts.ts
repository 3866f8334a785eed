import { isAddressText } from './go-addresses';

const UNITS: Record<string, bigint> = {
  ns: 1n, us: 1_000n, µs: 1_000n, μs: 1_000n, ms: 1_000_000n, s: 1_000_000_000n, m: 60_000_000_000n, h: 3_600_000_000_000n,
};
const PART = /(\d*)(?:\.(\d*))?(ns|us|µs|μs|ms|s|m|h)/y;
const MOST = 2n ** 63n;

/** The nanoseconds of a duration as Go reads it (`1h30m`, `-1.5s`, `0`), or `undefined`. */
export function durationOf(text: string): bigint | undefined {
  const negative = text.startsWith('-');
  const rest = text.replace(/^[+-]/, '');
  if (rest === '0') {
    return 0n;
  }
  let total = 0n;
  PART.lastIndex = 0;
  while (PART.lastIndex < rest.length || rest === '') {
    const found = PART.exec(rest);
    if (found === null || `${found[1]}${found[2] ?? ''}` === '') {
      return undefined;
    }
    const unit = UNITS[found[3]];
    const digits = (found[2] ?? '').slice(0, 18);
    total += BigInt(found[1]) * unit + BigInt(Math.trunc(Number(digits) * (Number(unit) / 10 ** digits.length)));
  }
  return total > MOST || (total === MOST && !negative) ? undefined : negative ? -total : total;
}

/** A boolean as Go's strconv reads it, or `undefined`. */
export function booleanOf(text: string): boolean | undefined {
  if (['1', 't', 'T', 'TRUE', 'true', 'True'].includes(text)) {
    return true;
  }
  return ['0', 'f', 'F', 'FALSE', 'false', 'False'].includes(text) ? false : undefined;
}

/** What of a URL matters here. */
export interface GoUrl {
  readonly scheme: string;
  readonly port: string;
}

/** A URL as Go's `url.Parse` reads it, or `undefined`. */
export function parseUrl(text: string): GoUrl | undefined {
  return parse(text.replace(/#[\s\S]*$/, ''), false, text.includes('#') ? text.slice(text.indexOf('#') + 1) : '');
}

/** A URL as Go's `url.ParseRequestURI` reads it: absolute, or a path from the root. */
export function parseRequestUrl(text: string): GoUrl | undefined {
  return text === '' ? undefined : parse(text, true, '');
}

function parse(text: string, viaRequest: boolean, fragment: string): GoUrl | undefined {
  if (/[\x00-\x1f\x7f]/.test(text + fragment) || !hasSoundEscapes(fragment)) {
    return undefined;
  }
  if (text === '*') {
    return { scheme: '', port: '' };
  }
  const split = schemeOf(text);
  if (split === undefined) {
    return undefined;
  }
  const { scheme } = split;
  const rest = split.rest.replace(/\?[\s\S]*$/, '');
  if (!rest.startsWith('/')) {
    return relative(scheme, rest, viaRequest);
  }
  if ((scheme !== '' || (!viaRequest && !rest.startsWith('///'))) && rest.startsWith('//')) {
    const [, authority, path] = /^\/\/([^/]*)([\s\S]*)$/.exec(rest)!;
    const port = portOf(authority);
    return port !== undefined && hasSoundEscapes(path) ? { scheme, port } : undefined;
  }
  return hasSoundEscapes(rest) ? { scheme, port: '' } : undefined;
}

function relative(scheme: string, rest: string, viaRequest: boolean): GoUrl | undefined {
  if (scheme !== '') {
    return { scheme, port: '' };
  }
  return viaRequest || /^[^/]*:/.test(rest) || !hasSoundEscapes(rest) ? undefined : { scheme, port: '' };
}

function schemeOf(text: string): { readonly scheme: string; readonly rest: string } | undefined {
  const found = /^([A-Za-z][A-Za-z0-9+.-]*):([\s\S]*)$/.exec(text);
  if (found !== null) {
    return { scheme: found[1].toLowerCase(), rest: found[2] };
  }
  // a colon where a scheme could still end has nothing before it, or digits and their like first
  return text.startsWith(':') ? undefined : { scheme: '', rest: text };
}

/** The port of `user@host:port`, or `undefined` where Go refuses the whole. */
function portOf(authority: string): string | undefined {
  const at = authority.lastIndexOf('@');
  const user = at < 0 ? '' : authority.slice(0, at);
  const host = authority.slice(at + 1);
  if (!/^[A-Za-z0-9\-._:~!$&'()*+,;=%@]*$/.test(user) || !hasSoundEscapes(user)) {
    return undefined;
  }
  const bracketed = /^\[([^\]]*)\](.*)$/.exec(host);
  if (host.startsWith('[') && bracketed === null) {
    return undefined;
  }
  const port = bracketed === null ? (host.includes(':') ? host.slice(host.lastIndexOf(':')) : '') : bracketed[2];
  if (!/^(?::\d*)?$/.test(port)) {
    return undefined;
  }
  const name = bracketed === null ? host.slice(0, host.length - port.length) : bracketed[1];
  return isHostText(name, bracketed !== null) ? port.slice(1) : undefined;
}

function isHostText(name: string, bracketed: boolean): boolean {
  if (bracketed) {
    const [address, zone] = name.split(/%25([\s\S]*)/, 2);
    return address.includes(':') && isAddressText(address, { zones: false, mapped: true }) && (zone === undefined || (/^[A-Za-z0-9\-._~%!$&'()*+,;=:]+$/.test(zone) && hasSoundEscapes(zone)));
  }
  // in a host only bytes beyond ASCII may be escaped
  return !/[\x00-\x20#/?@\\^`{|}\x7f[:]/.test(name) && !/%(?![89A-Fa-f][0-9A-Fa-f])/.test(name);
}

function hasSoundEscapes(text: string): boolean {
  return !/%(?![0-9A-Fa-f]{2})/.test(text);
}

/** Host and port of `host:port` and `[host]:port` as Go splits them, or `undefined`. */
export function splitHostPort(text: string): { readonly host: string; readonly port: string } | undefined {
  const found = /^(?:\[([^[\]]*)\]|([^:[\]]*)):([^:[\]]*)$/.exec(text);
  return found === null ? undefined : { host: found[1] ?? found[2], port: found[3] };
}
