import { Address } from '../addresses';
import { addressAtoms, AddressSet, ALL_ADDRESSES, FAMILIES, Family } from './address-sets';
import { CompiledPolicy, Direction } from './policy';
import { Member, Population } from './population';
import { ALL_PORTS } from './port-sets';
import { bothReach, EVERYTHING, NOTHING, Reach, whicheverReach } from './reach';
import { Candidate, sideReach } from './sides';

/** What the model knows besides policies. */
export interface World {
  readonly population: Population;
  /** where pods may have addresses that are not known */
  readonly podAddresses: AddressSet;
}

/** One end of a connection: a pod, an address, a pod at one of its addresses, or a process on the node of the other end. */
export type EndOf = PlaceEnd | { readonly nodeLocal: true };

export interface PlaceEnd {
  readonly pod?: Member;
  /** a pod that the network plugin takes for its node: no pod, but addresses that may be known */
  readonly node?: Member;
  readonly address?: Address;
  /** the address as it was written */
  readonly text?: string;
}

/** How a connection may look to the policies of both its ends: what the source may be for the destination, and the other way round. */
export interface Reading {
  readonly from: PlaceEnd;
  readonly to: PlaceEnd;
  readonly sources: readonly Candidate[];
  readonly destinations: readonly Candidate[];
}

/** Everything that passes between two ends, in every way in which it may look. */
export function pairReach(world: World, from: EndOf, to: EndOf): Reach {
  if (isExempt(from, to)) {
    return EVERYTHING;
  }
  if (isPlain(from, 'egress') && isPlain(to, 'ingress')) {
    const out = sideReach(from.pod.policies.egress, 'egress', to, to.pod);
    return out === NOTHING ? NOTHING : bothReach(out, sideReach(to.pod.policies.ingress, 'ingress', from, to.pod));
  }
  const reach = whicheverReach(readingsOf(world, from as PlaceEnd, to as PlaceEnd).map(readingReach));
  // a pod in the network of its node may share that node with the other end, and traffic with the own node always passes
  return isOnNode(from) || isOnNode(to) ? { allowed: reach.allowed, possible: ALL_PORTS } : reach;
}

/** Whether an end looks the same in every reading: a pod of the pod network whose policies name no addresses. */
function isPlain(end: EndOf, direction: Direction): end is PlaceEnd & { readonly pod: Member } {
  return 'pod' in end && end.pod !== undefined && !end.pod.workload.hostNetwork && !end.pod.policies[direction].some(({ blocks }) => blocks[direction].length > 0);
}

/** Whether policies say nothing about the connection: it comes from the node itself, or it never leaves its pod. */
export function isExempt(from: EndOf, to: EndOf): boolean {
  return 'nodeLocal' in from || 'nodeLocal' in to || isSelf(from, to);
}

/** Whether both ends are one pod; two pods of one workload are not. */
export function isSelf(from: EndOf, to: EndOf): boolean {
  return 'pod' in from && 'pod' in to && from.pod !== undefined && from.pod === to.pod && from.pod.workload.kind === 'Pod';
}

/** Whether the end is a pod in the network of its node. */
export function isOnNode(end: EndOf): boolean {
  return 'pod' in end && end.pod?.workload.hostNetwork === true;
}

/** What passes if the connection looks like this. */
export function readingReach({ from, to, sources, destinations }: Reading): Reach {
  const out = policiesAt(from, 'egress');
  const into = policiesAt(to, 'ingress');
  const left = whicheverReach(destinations.map((candidate) => sideReach(out, 'egress', candidate, candidate.pod)));
  return into.length === 0 ? left : bothReach(left, whicheverReach(sources.map((candidate) => sideReach(into, 'ingress', candidate, to.pod))));
}

/** The policies that act where the connection leaves or arrives. */
export function policiesAt({ pod }: PlaceEnd, direction: Direction): readonly CompiledPolicy[] {
  return pod?.policies[direction] ?? [];
}

/** The ways in which a connection may look: by what the plugin takes pods of the node network for, and by family of addresses. */
export function readingsOf(world: World, from: PlaceEnd, to: PlaceEnd): Reading[] {
  if (!isOnNode(from) && !isOnNode(to)) {
    return familyReadings(world, from, to);
  }
  return [...familyReadings(world, from, to), ...familyReadings(world, asNode(from), asNode(to))];
}

function familyReadings(world: World, from: PlaceEnd, to: PlaceEnd): Reading[] {
  const [blocksIn, blocksOut] = [blocksOf(policiesAt(to, 'ingress'), 'ingress'), blocksOf(policiesAt(from, 'egress'), 'egress')];
  if (blocksIn.length === 0 && blocksOut.length === 0) {
    return [{ from, to, sources: [candidateOf(from)], destinations: [candidateOf(to)] }];
  }
  const families = FAMILIES.filter((family) => mayHave(world, from, family) && mayHave(world, to, family));
  return (families.length === 0 ? [undefined] : families).map((family) => ({
    from, to, sources: candidatesOf(world, from, blocksIn, family), destinations: candidatesOf(world, to, blocksOut, family),
  }));
}

/** Most network plugins see no pod here, but the addresses of a node. */
function asNode(end: PlaceEnd): PlaceEnd {
  return isOnNode(end) && end.pod !== undefined ? { ...end, pod: undefined, node: end.pod } : end;
}

function candidateOf({ pod, address }: PlaceEnd): Candidate {
  return { ...(pod === undefined ? {} : { pod }), ...(address === undefined ? {} : { address }) };
}

/** What an end may look like to policies with these blocks. */
function candidatesOf(world: World, end: PlaceEnd, blocks: readonly AddressSet[], family: Family | undefined): Candidate[] {
  if (blocks.length === 0 || end.address !== undefined) {
    return [candidateOf(end)];
  }
  const addresses = (end.pod ?? end.node)?.addresses
    ?? addressAtoms(whereabouts(world, end), blocks).map((range): Address => ({ family: range.family, value: range.first }));
  const fitting = addresses.filter((address) => family === undefined || address.family === family);
  return fitting.length === 0 ? [candidateOf(end)] : fitting.map((address) => candidateOf({ ...end, address }));
}

function mayHave(world: World, end: PlaceEnd, family: Family): boolean {
  const known = end.address === undefined ? (end.pod ?? end.node)?.addresses : [end.address];
  return known?.some((address) => address.family === family) ?? whereabouts(world, end)[family].length > 0;
}

/** Where an end may be that has no known address: nodes, and what cannot be read, anywhere. */
function whereabouts({ podAddresses }: World, { pod }: PlaceEnd): AddressSet {
  return pod === undefined || pod.workload.hostNetwork ? ALL_ADDRESSES : podAddresses;
}

/** The blocks of addresses that policies name in a direction. */
export function blocksOf(policies: readonly CompiledPolicy[], direction: Direction): readonly AddressSet[] {
  return policies.some(({ blocks }) => blocks[direction].length > 0) ? policies.flatMap(({ blocks }) => blocks[direction]) : NO_BLOCKS;
}

const NO_BLOCKS: readonly AddressSet[] = [];
