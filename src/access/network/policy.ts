import { ObjectRef } from '../objects';
import { TransportProtocol } from '../workload';
import { AddressSet } from './address-sets';
import { LabelSelector } from './label-selectors';
import { Reach } from './reach';

/** Whose connections a policy is about: those that arrive, or those that leave. */
export type Direction = 'ingress' | 'egress';

export const DIRECTIONS: readonly Direction[] = ['ingress', 'egress'];

/** Pods by the labels of their namespace and their own. */
export interface PodsPeer {
  readonly is: 'pods';
  /** the field that says so: `ingress[0].from[1]` */
  readonly clause: string;
  /** undefined: the namespace of the policy */
  readonly namespaces?: LabelSelector;
  readonly pods: LabelSelector;
  /** equal for peers that match the same, the namespace of the policy included */
  readonly key: string;
}

/** Addresses, those of pods included. */
export interface BlockPeer {
  readonly is: 'block';
  readonly clause: string;
  readonly addresses: AddressSet;
  /** the block and its exceptions; equal for blocks that are written the same */
  readonly key: string;
}

export type Peer = PodsPeer | BlockPeer;

/** Ports of one protocol: a range, or whichever number the destination pod gives the name. */
export interface PortClause {
  readonly clause: string;
  readonly protocol: TransportProtocol;
  readonly name?: string;
  readonly first: number;
  readonly last: number;
}

/** One rule: lets a connection pass if one of the peers and one of the ports match. */
export interface NetworkRule {
  readonly index: number;
  /** `ingress[0]` */
  readonly clause: string;
  /** undefined: everybody, outside included */
  readonly peers?: readonly Peer[];
  /** undefined: everything that is IP */
  readonly ports?: readonly PortClause[];
  /** what the rule opens whoever the destination is */
  readonly open: Reach;
  /** the clauses that mean something else at each destination */
  readonly named: readonly PortClause[];
}

/** A NetworkPolicy as it acts once it is stored. */
export interface CompiledPolicy {
  readonly ref: ObjectRef;
  readonly namespace: string;
  readonly selector: LabelSelector;
  /** the rules of each direction in which the policy isolates; undefined: it does not touch that direction */
  readonly rules: { readonly [direction in Direction]?: readonly NetworkRule[] };
  /** the blocks of addresses that rules name */
  readonly blocks: { readonly [direction in Direction]: readonly AddressSet[] };
  /** why the API server refuses the object, so that nobody can tell what it will do; empty for sound ones */
  readonly problems: readonly string[];
}

/** A text that is equal for clauses that match the same. */
export function portKey({ protocol, name, first, last }: PortClause): string {
  return `${protocol}/${name ?? (first === last ? first : `${first}-${last}`)}`;
}

/** The rules of a policy in one direction; one that the API server refuses has none that anybody could rely on. */
export function actingRules({ problems, rules }: CompiledPolicy, direction: Direction): readonly NetworkRule[] {
  return problems.length > 0 ? NO_RULES : rules[direction] ?? NO_RULES;
}

const NO_RULES: readonly NetworkRule[] = [];
