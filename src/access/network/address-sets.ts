import { canonicalAddress, parseAddress } from '../../values/grammar/cidrs';
import { Address, AddressRange, rangeOf } from '../addresses';
import { atoms, difference, equalIntervals, holds, intersection, Intervals, union } from './intervals';

/** Addresses of both families as intervals. */
export interface AddressSet {
  readonly 4: Intervals<bigint>;
  readonly 6: Intervals<bigint>;
}

export type Family = 4 | 6;

export const FAMILIES: readonly Family[] = [4, 6];
export const NO_ADDRESSES: AddressSet = { 4: [], 6: [] };
export const ALL_ADDRESSES: AddressSet = { 4: [{ first: 0n, last: 2n ** 32n - 1n }], 6: [{ first: 0n, last: 2n ** 128n - 1n }] };

/** The addresses of one range. */
export function setOfRange({ family, first, last }: AddressRange): AddressSet {
  return { ...NO_ADDRESSES, [family]: [{ first, last }] };
}

/** The addresses of a CIDR but for those of the exceptions; texts that are no CIDR hold none. */
export function setOfBlock(cidr: string, except: readonly string[] = []): AddressSet {
  return except.reduce((left, hole) => differenceOfAddresses(left, setOfText(hole)), setOfText(cidr));
}

/** The addresses that one of the sets holds. */
export function unionOfAddresses(a: AddressSet, b: AddressSet): AddressSet {
  return { 4: union(a[4], b[4]), 6: union(a[6], b[6]) };
}

/** The addresses that both sets hold. */
export function intersectionOfAddresses(a: AddressSet, b: AddressSet): AddressSet {
  return { 4: intersection(a[4], b[4]), 6: intersection(a[6], b[6]) };
}

/** The addresses that the first set holds and the second one does not. */
export function differenceOfAddresses(a: AddressSet, b: AddressSet): AddressSet {
  return { 4: difference(a[4], b[4]), 6: difference(a[6], b[6]) };
}

/** Whether the set holds the address. */
export function hasAddress(set: AddressSet, { family, value }: Address): boolean {
  return holds(set[family], value);
}

/** Whether two sets hold the same addresses. */
export function equalAddresses(a: AddressSet, b: AddressSet): boolean {
  return equalIntervals(a[4], b[4]) && equalIntervals(a[6], b[6]);
}

/** Whether the set holds no address. */
export function isNoAddress(set: AddressSet): boolean {
  return set[4].length === 0 && set[6].length === 0;
}

/** The parts of the whole that the sets cannot tell apart any further. */
export function addressAtoms(whole: AddressSet, sets: readonly AddressSet[]): AddressRange[] {
  return FAMILIES.flatMap((family) => atoms(whole[family], sets.map((set) => set[family])).map((range) => ({ family, ...range })));
}

/** The one text of a set: ranges by their first and last addresses, `none` for the empty set. */
export function addressesText(set: AddressSet): string {
  const ranges = FAMILIES.flatMap((family) => set[family].map(({ first, last }) => {
    const start = addressText({ family, value: first });
    return first === last ? start : `${start}-${addressText({ family, value: last })}`;
  }));
  return ranges.join(',') || 'none';
}

/** The canonical text of an address. */
export function addressText({ family, value }: Address): string {
  const [size, count, radix, separator] = family === 4 ? [256n, 4, 10, '.'] as const : [65536n, 8, 16, ':'] as const;
  const parts = Array.from({ length: count }, (_, i) => (value / size ** BigInt(count - 1 - i) % size).toString(radix)).join(separator);
  const address = parseAddress(parts);
  return address === undefined ? parts : canonicalAddress(address);
}

function setOfText(cidr: string): AddressSet {
  const range = rangeOf(cidr);
  return range === undefined ? NO_ADDRESSES : setOfRange(range);
}
