import { addressAtoms, AddressSet, ALL_ADDRESSES, NO_ADDRESSES, setOfRange, unionOfAddresses } from './address-sets';
import { blocksOf, pairReach, World } from './ends';
import { Direction } from './policy';
import { Member } from './population';
import { portsText } from './port-sets';
import { Connections, connectionsOfReach } from './reach';

/** Addresses with the same access. */
export interface AddressGroup {
  readonly addresses: AddressSet;
  readonly connections: Connections;
}

/** What passes between a pod and every address that belongs to no pod; addresses without any access are a group too. */
export function addressGroups(world: World, pivot: Member, direction: Direction): AddressGroup[] {
  const blocks = blocksOf(pivot.policies[direction], direction);
  const ranges = addressAtoms(ALL_ADDRESSES, blocks);
  const connectionsWith = ({ family, first }: (typeof ranges)[number]): Connections => {
    const outside = { address: { family, value: first } };
    return connectionsOfReach(direction === 'ingress' ? pairReach(world, outside, pivot.end) : pairReach(world, pivot.end, outside));
  };
  if (blocks.length === 0) {
    // no policy tells one address from another
    return [{ addresses: ALL_ADDRESSES, connections: connectionsWith(ranges[0]) }];
  }
  const groups = new Map<string, AddressGroup>();
  for (const range of ranges) {
    const connections = connectionsWith(range);
    const text = `${portsText(connections.allowed)}|${portsText(connections.unknown)}`;
    const addresses = unionOfAddresses(groups.get(text)?.addresses ?? NO_ADDRESSES, setOfRange(range));
    groups.set(text, { addresses, connections });
  }
  return [...groups.values()];
}
