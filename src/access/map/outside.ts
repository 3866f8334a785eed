import { Condition } from '../condition';
import { World } from '../model/world';
import {
  addressAtoms, AddressSet, ALL_ADDRESSES, addressText, differenceOfAddresses, equalAddresses, FAMILIES, intersectionOfAddresses,
  isNoAddress, NO_ADDRESSES, setOfRange,
  unionOfAddresses,
} from '../network/address-sets';
import { Connections, isNoConnection } from '../network/reach';
import { Source } from '../question';
import { Destination, PortGrants } from './edges';

/** What addresses outside may send. */
export interface OutsideSource {
  readonly from: string;
  readonly except?: readonly string[];
  readonly said: PortGrants;
}

/** Addresses that belong to no pod, as groups of equal access to a workload. */
export function outsideSources(
  world: World, { workload, conditions }: Destination, grants: (client: Source, connections: Connections) => readonly PortGrants[],
): OutsideSource[] {
  const found = new Map<string, { said: PortGrants; addresses: AddressSet }>();
  const open = world.network.outside(workload, 'ingress').filter(({ connections }) => !isNoConnection(connections));
  const ranges = open.length === 0 ? [] : conditions.flatMap((condition) => rangesOf(condition));
  for (const { addresses, connections } of open) {
    for (const atom of cut(addresses, ranges)) {
      const [example] = addressAtoms(atom, []);
      const client: Source = { address: addressText({ family: example.family, value: example.first }) };
      for (const said of grants(client, connections)) {
        const known = found.get(said.key);
        found.set(said.key, { said, addresses: known === undefined ? atom : unionOfAddresses(known.addresses, atom) });
      }
    }
  }
  return [...found.values()].flatMap(({ said, addresses }) => addressNames(addresses).map((name) => ({ ...name, said })));
}

/** The parts of a set that ranges in policies tell apart. */
function cut(addresses: AddressSet, ranges: readonly AddressSet[]): AddressSet[] {
  return ranges.length === 0 ? (isNoAddress(addresses) ? [] : [addresses])
    : addressAtoms(ALL_ADDRESSES, [addresses, ...ranges]).map(setOfRange).map((atom) => intersectionOfAddresses(atom, addresses))
      .filter((atom) => !isNoAddress(atom));
}

function rangesOf(condition: Condition): AddressSet[] {
  switch (condition.is) {
    case 'all':
    case 'any': return condition.of.flatMap(rangesOf);
    case 'not': return rangesOf(condition.of);
    case 'address': return condition.of === 'destination' ? [] : [setOfRange(condition.range)];
    default: return [];
  }
}

const FEW = 6;

/** A set of addresses as CIDRs; `outside` is every address, and sets that are nearly that are said by what they leave out. */
export function addressNames(addresses: AddressSet): { readonly from: string; readonly except?: readonly string[] }[] {
  if (equalAddresses(addresses, ALL_ADDRESSES)) {
    return [{ from: 'outside' }];
  }
  const own = cidrsOf(addresses);
  const missing = cidrsOf(differenceOfAddresses(ALL_ADDRESSES, addresses));
  if (own.length <= FEW || own.length <= missing.length) {
    return own.map((from) => ({ from }));
  }
  return FAMILIES.flatMap((family) => {
    const set: AddressSet = { ...NO_ADDRESSES, [family]: addresses[family] };
    const whole: AddressSet = { ...NO_ADDRESSES, [family]: ALL_ADDRESSES[family] };
    if (isNoAddress(set)) {
      return [];
    }
    const [inside, left] = [cidrsOf(set), cidrsOf(differenceOfAddresses(whole, set))];
    return inside.length <= left.length ? inside.map((from) => ({ from })) : [{ from: family === 4 ? '0.0.0.0/0' : '::/0', ...(left.length === 0 ? {} : { except: left }) }];
  });
}

/** The fewest CIDRs that hold the same addresses. */
export function cidrsOf(addresses: AddressSet): string[] {
  return FAMILIES.flatMap((family) => addresses[family].flatMap(({ first, last }) => {
    const bits = family === 4 ? 32 : 128;
    const found: string[] = [];
    let start = first;
    while (start <= last) {
      let length = bits;
      let size = 1n;
      while (length > 0 && start % (size * 2n) === 0n && start + size * 2n - 1n <= last) {
        size *= 2n;
        length -= 1;
      }
      found.push(`${addressText({ family, value: start })}/${length}`);
      start += size;
    }
    return found;
  }));
}
