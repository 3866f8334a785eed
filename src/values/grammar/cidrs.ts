import * as ipaddr from 'ipaddr.js';

/** A block of addresses: the network address and how many of its leading bits count. An address is a block with all of its bits. */
export interface IpBlock {
  readonly network: ipaddr.IPv4 | ipaddr.IPv6;
  readonly prefixLength: number;
}

/**
 * Reads a CIDR or a single address as Istio and Kubernetes do, or answers `undefined`. Host bits are cleared; forms that parsers disagree
 * about (leading zeros, shortened or hexadecimal IPv4, zone ids) are not addresses.
 */
export function parseIpBlock(value: string): IpBlock | undefined {
  const [addressText, lengthText, ...rest] = value.split('/');
  const address = parseAddress(addressText);
  if (address === undefined || rest.length > 0) {
    return undefined;
  }
  const prefixLength = lengthText === undefined ? bits(address) : parseLength(lengthText, bits(address));
  return prefixLength === undefined ? undefined : { network: masked(address, prefixLength), prefixLength };
}

/** Reads a single address, IPv4 in four decimal parts or IPv6 without a zone, or answers `undefined`. */
export function parseAddress(value: string): ipaddr.IPv4 | ipaddr.IPv6 | undefined {
  if (ipaddr.IPv4.isValidFourPartDecimal(value)) {
    return ipaddr.IPv4.parse(value);
  }
  if (!value.includes(':') || value.includes('%') || !ipaddr.IPv6.isValid(value) || !hasSoundTail(value)) {
    return undefined;
  }
  // ipaddr.js reads the obsolete "::1.2.3.4" as an IPv4-mapped address, which it is not
  return value.startsWith('::') && value.includes('.') && value.lastIndexOf(':') === 1 ? undefined : ipaddr.IPv6.parse(value);
}

/**
 * The one text of a block that every consumer reads the same way: lower case, no host bits, no leading zeros, IPv6 as RFC 5952 writes it.
 */
export function canonicalCidr(block: IpBlock): string {
  return `${canonicalAddress(block.network)}/${block.prefixLength}`;
}

/** The canonical text of an address. */
export function canonicalAddress(address: ipaddr.IPv4 | ipaddr.IPv6): string {
  return address instanceof ipaddr.IPv6 ? address.toRFC5952String() : address.toString();
}

/** Whether every address of the inner block belongs to the outer one; blocks of different families share nothing. */
export function blockContains(outer: IpBlock, inner: IpBlock): boolean {
  return outer.network.kind() === inner.network.kind()
    && outer.prefixLength <= inner.prefixLength
    && inner.network.match(outer.network, outer.prefixLength);
}

/** Whether two blocks have an address in common: blocks nest or are apart. */
export function blocksOverlap(a: IpBlock, b: IpBlock): boolean {
  return blockContains(a, b) || blockContains(b, a);
}

/** A block without some blocks inside of it. */
export interface HoledBlock {
  readonly block: IpBlock;
  readonly except: IpBlock[];
}

/** Whether every address of the inner block belongs to the outer one, decided part by part, down to the size of the smallest exception. */
export function coversAll(outer: HoledBlock, inner: HoledBlock, part: IpBlock = inner.block): boolean {
  if (inner.except.some((hole) => blockContains(hole, part))) {
    return true;
  }
  if (blockContains(outer.block, part) && !outer.except.some((hole) => blocksOverlap(hole, part))) {
    return true;
  }
  const divided = [outer.block, ...outer.except, ...inner.except]
    .some((block) => block.prefixLength > part.prefixLength && blockContains(part, block));
  return divided && halves(part).every((half) => coversAll(outer, inner, half));
}

function halves({ network, prefixLength }: IpBlock): IpBlock[] {
  const bytes = network.toByteArray();
  const upper = bytes.map((byte, i) => (i === Math.floor(prefixLength / 8) ? byte + 2 ** (7 - prefixLength % 8) : byte));
  return [bytes, upper].map((half) => ({ network: ipaddr.fromByteArray(half), prefixLength: prefixLength + 1 }));
}

/** Whether the block writes an IPv4 address as IPv6 (`::ffff:10.0.0.1`), which no packet in a cluster carries. */
export function isIpv4Mapped(block: IpBlock): boolean {
  return block.network instanceof ipaddr.IPv6 && block.prefixLength >= 96 && block.network.isIPv4MappedAddress();
}

/** What is wrong with a CIDR, with the corrected text where there is one. */
export function cidrProblem(value: string): string | undefined {
  if (!value.includes('/')) {
    const single = parseIpBlock(value);
    return single === undefined ? 'is not a CIDR' : `has no prefix length; the single address is "${canonicalCidr(single)}"`;
  }
  const block = parseIpBlock(value);
  return block === undefined ? unreadableProblem(value) : mappedProblem(block) ?? textProblem(value, block);
}

/** What is wrong with a single IP address, with the corrected text where there is one. */
export function addressProblem(value: string): string | undefined {
  if (value.includes('/')) {
    return 'is a CIDR, not a single address';
  }
  const block = parseIpBlock(value);
  if (block === undefined) {
    return unreadableProblem(value);
  }
  const canonical = canonicalAddress(block.network);
  return mappedProblem(block) ?? (value === canonical ? undefined : `is not in its canonical form "${canonical}"`);
}

function textProblem(value: string, block: IpBlock): string | undefined {
  const canonical = canonicalCidr(block);
  if (value === canonical) {
    return undefined;
  }
  const address = parseAddress(value.split('/')[0]);
  return address !== undefined && canonicalAddress(address) !== canonicalAddress(block.network)
    ? `has bits set beyond its prefix length; the network is "${canonical}"`
    : `is not in its canonical form "${canonical}"`;
}

function mappedProblem(block: IpBlock): string | undefined {
  if (!isIpv4Mapped(block) || !(block.network instanceof ipaddr.IPv6)) {
    return undefined;
  }
  const corrected = `${block.network.toIPv4Address().toString()}/${block.prefixLength - 96}`;
  return `is an IPv4 address written as IPv6, which no packet carries; the IPv4 form is "${corrected}"`;
}

function unreadableProblem(value: string): string {
  const withoutZone = value.replace(/%[^/]*/, '');
  if (withoutZone !== value && parseIpBlock(withoutZone) !== undefined) {
    return `has a zone id, which means something on one node only; without it: "${withoutZone}"`;
  }
  const withoutZeros = value.split('/').map((part) => part.split('.').map(trimZeros).join('.')).join('/');
  if (withoutZeros !== value && parseIpBlock(withoutZeros) !== undefined) {
    return `has leading zeros, which some parsers read as octal; without them: "${withoutZeros}"`;
  }
  return value.includes('/') ? 'is not a CIDR' : 'is not an IP address';
}

function trimZeros(part: string): string {
  return /^0\d+$/.test(part) ? String(Number(part)) : part;
}

function parseLength(text: string, longest: number): number | undefined {
  const length = Number(text);
  return /^\d+$/.test(text) && String(length) === text && length <= longest ? length : undefined;
}

/** The dotted end of an IPv6 address must be plain decimal: ipaddr.js would also take hexadecimal and octal parts. */
function hasSoundTail(value: string): boolean {
  return !value.includes('.') || ipaddr.IPv4.isValidFourPartDecimal(value.slice(value.lastIndexOf(':') + 1));
}

function bits(address: ipaddr.IPv4 | ipaddr.IPv6): number {
  return address.toByteArray().length * 8;
}

function masked(address: ipaddr.IPv4 | ipaddr.IPv6, prefixLength: number): ipaddr.IPv4 | ipaddr.IPv6 {
  return ipaddr.fromByteArray(address.toByteArray().map((byte, i) => {
    const kept = Math.min(Math.max(prefixLength - 8 * i, 0), 8);
    return byte - byte % 2 ** (8 - kept);
  }));
}
