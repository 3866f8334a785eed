import { parseIpBlock } from '../values/grammar/cidrs';

/** An IP address as a number of its family. */
export interface Address {
  readonly family: 4 | 6;
  readonly value: bigint;
}

/** All addresses from the first to the last one, of one family. */
export interface AddressRange {
  readonly family: 4 | 6;
  readonly first: bigint;
  readonly last: bigint;
}

/** Reads a CIDR or a single address, or answers `undefined`. */
export function rangeOf(text: string): AddressRange | undefined {
  const block = parseIpBlock(text);
  if (block === undefined) {
    return undefined;
  }
  const bytes = block.network.toByteArray();
  const first = bytes.reduce((value, byte) => value * 256n + BigInt(byte), 0n);
  return { family: bytes.length === 4 ? 4 : 6, first, last: first + 2n ** BigInt(bytes.length * 8 - block.prefixLength) - 1n };
}

/** Reads a single address, or answers `undefined`. */
export function addressOf(text: string): Address | undefined {
  const range = text.includes('/') ? undefined : rangeOf(text);
  return range === undefined ? undefined : { family: range.family, value: range.first };
}

/** Whether the address lies in the range. */
export function inRange(range: AddressRange, address: Address): boolean {
  return range.family === address.family && range.first <= address.value && address.value <= range.last;
}
