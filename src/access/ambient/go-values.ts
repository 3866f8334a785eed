import * as ipaddr from 'ipaddr.js';
import { parseIpBlock } from '../../values/grammar/cidrs';

/** A boolean as Go's strconv reads it, or `undefined` for anything else. */
export function parseBool(value: string | undefined): boolean | undefined {
  if (value === undefined) {
    return undefined;
  }
  return ['1', 't', 'T', 'TRUE', 'true', 'True'].includes(value) ? true
    : ['0', 'f', 'F', 'FALSE', 'false', 'False'].includes(value) ? false : undefined;
}

/** A port as istiod reads it for ztunnel, or `undefined`: then the value is dropped. */
export function parsePort(value: string): number | undefined {
  return /^\d+$/.test(value) && Number(value) <= 65535 ? Number(value) : undefined;
}

/** A block of addresses as istiod reads it for ztunnel, as `address/length`, or `undefined`: then the value is dropped. */
export function parseAddressBlock(value: string): string | undefined {
  const text = withoutDottedTail(value.includes('/') ? value : value.replace(/%.+$/, ''));
  const block = parseIpBlock(text);
  return block === undefined ? undefined : `${text.split('/')[0].toLowerCase()}/${block.prefixLength}`;
}

/** Go reads `::1.2.3.4`, the old form of IPv4 in IPv6, as the sixteen bytes it stands for. */
function withoutDottedTail(value: string): string {
  const match = /^(::)(\d+\.\d+\.\d+\.\d+)(\/.*)?$/.exec(value);
  if (match === null || !ipaddr.IPv4.isValidFourPartDecimal(match[2])) {
    return value;
  }
  const [a, b, c, d] = match[2].split('.').map(Number);
  return `::${(a * 256 + b).toString(16)}:${(c * 256 + d).toString(16)}${match[3] ?? ''}`;
}
