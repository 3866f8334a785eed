import { isAddressText, prefixOf } from '../go-addresses';

const WILDCARD_LABEL = /^(?:\*|(?:\*|\*-)?[a-zA-Z0-9](?:[-a-zA-Z0-9]*[a-zA-Z0-9])?)$/;
const ONE_LABEL = '[a-zA-Z0-9](?:[-a-zA-Z0-9]*[a-zA-Z0-9])?';
const TAG = new RegExp(String.raw`^(${ONE_LABEL}(?:\.${ONE_LABEL})*/)?((?:[A-Za-z0-9][-A-Za-z0-9_.]*)?[A-Za-z0-9])$`);
const LABEL = new RegExp(`^${ONE_LABEL}$`);
const TAG_VALUE = /^(?:(?:[A-Za-z0-9][-A-Za-z0-9_.]*)?[A-Za-z0-9])?$/;
const MILLISECOND = 1_000_000n;

/** The prefix of addresses that are sockets. */
export const UNIX = 'unix://';

/** Whether a text is a DNS label of Istio's kind: letters of both cases. */
export function isLabel(text: string): boolean {
  return text.length <= 63 && LABEL.test(text);
}

/** What is wrong with a fully qualified name, or `undefined`. */
export function fqdnProblem(name: string): string | undefined {
  return lengthProblem(name) ?? labelsProblem(name);
}

/** What is wrong with a name that may begin with a wildcard, or `undefined`. */
export function wildcardDomainProblem(name: string): string | undefined {
  const [first] = name.split('.', 1);
  const length = lengthProblem(name);
  if (length !== undefined) {
    return length;
  }
  if (first.length > 63 || !WILDCARD_LABEL.test(first)) {
    return `domain name "${name}" invalid (label "${first}" invalid)`;
  }
  return name.includes('.') ? labelsProblem(name.slice(first.length + 1)) : undefined;
}

function lengthProblem(name: string): string | undefined {
  return name === '' ? 'empty domain name not allowed' : Buffer.byteLength(name) > 255 ? `domain name "${name}" too long (max 255)` : undefined;
}

function labelsProblem(name: string): string | undefined {
  const labels = name.split('.');
  const top = labels.at(-1)!;
  if (/^[+-]?\d+$/.test(top)) {
    return `domain name "${name}" invalid (top level domain "${top}" cannot be all-numeric)`;
  }
  // the last one may be empty, as in "istio.io."
  const bad = labels.find((label, i) => !(i === labels.length - 1 && label === '') && !isLabel(label));
  return bad === undefined ? undefined : `domain name "${name}" invalid (label "${bad}" invalid)`;
}

/** What is wrong with a wildcard that is not a whole label, or `undefined`. */
export function partialWildcardProblem(host: string): string | undefined {
  return host.includes('*') && host.length !== 1 && !host.startsWith('*.') ? `partial wildcard "${host}" not allowed` : undefined;
}

/** Whether a host begins with a wildcard. */
export function isWildcarded(host: string): boolean {
  return host.startsWith('*');
}

/** Whether two hosts have a name in common. */
export function hostsOverlap(a: string, b: string): boolean {
  if (!isWildcarded(a) && !isWildcarded(b)) {
    return a === b;
  }
  return isWildcarded(a) && (!isWildcarded(b) || a.length < b.length) ? b.endsWith(a.slice(1)) : a.endsWith(b.slice(1));
}

/** Whether every name of the inner host is one of the outer host. */
export function hostWithin(inner: string, outer: string): boolean {
  if (isWildcarded(inner)) {
    return isWildcarded(outer) && inner.length >= outer.length && inner.endsWith(outer.slice(1));
  }
  return isWildcarded(outer) ? inner.endsWith(outer.slice(1)) : inner === outer;
}

/** What is wrong with labels, one problem each. */
export function labelProblems(labels: readonly [string, unknown][]): string[] {
  return labels.flatMap(([key, value]) => {
    const found = TAG.exec(key);
    const sound = found !== null && (found[1] ?? '').length - 1 <= 253 && found[2].length <= 63;
    return [...(sound ? [] : [`invalid tag key: "${key}"`]), ...(TAG_VALUE.test(String(value)) ? [] : [`invalid tag value: "${String(value)}"`])];
  });
}

/** What is wrong with the number of a port, or `undefined`. */
export function portProblem(port: number): string | undefined {
  return port >= 1 && port <= 65535 ? undefined : `port number ${port} must be in the range 1..65535`;
}

/** What is wrong with the name of a port, or `undefined`. */
export function portNameProblem(name: string): string | undefined {
  return isLabel(name) ? undefined : `invalid port name: ${name}`;
}

/** What is wrong with a duration in nanoseconds, or `undefined`. */
export function durationProblem(nanoseconds: bigint): string | undefined {
  if (nanoseconds < MILLISECOND) {
    return 'duration must be greater than 1ms';
  }
  return nanoseconds % MILLISECOND === 0n ? undefined : 'only durations to ms precision are supported';
}

/** What is wrong with the path of a socket, or `undefined`. */
export function socketProblem(path: string): string | undefined {
  if (path === '') {
    return 'unix address must not be empty';
  }
  return path.startsWith('@') || (path.startsWith('/') && !path.endsWith('/')) ? undefined : `${path} is not an absolute path to a file`;
}

/** What is wrong with an address, or `undefined`. */
export function addressProblem(text: string): string | undefined {
  return isAddressText(text) ? undefined : `${text} is not a valid IP`;
}

/** What is wrong with an address or CIDR, or `undefined`. */
export function subnetProblem(text: string): string | undefined {
  if (text.split('/').length !== 2) {
    return addressProblem(text);
  }
  return prefixOf(text) === undefined ? `${text} is not a valid CIDR block` : undefined;
}
