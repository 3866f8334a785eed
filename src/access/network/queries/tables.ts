/** How sets of connections of one kind are compared; NetworkPolicies have sets of ports, other layers sets of requests. */
export interface SetAlgebra<S> {
  contains(outer: S, inner: S): boolean;
  /** whether something is in both */
  meets(a: S, b: S): boolean;
}

/** What one set of policies lets pass between the peers that it is compared over. */
export interface PeerTable<S> {
  readonly name: string;
  /** one for each ordered pair of different peers, in an order that all compared tables share */
  readonly cells: readonly S[];
  /** for each cell, between whom: `from => to` */
  readonly pairs: readonly string[];
  /** for each cell, what its ends are: differences are told apart by that */
  readonly kinds: readonly string[];
  /** for each cell, whether some policy of the set restricts it; the others pass because nobody says anything */
  readonly restricted: readonly boolean[];
  /** for each cell, as much of it as policies decide where they restrict it; left out: all of it */
  readonly decided?: readonly S[];
}

/**
 * Whether the inner set of policies lets nothing pass that the outer one does not; with `restricted`, as far as policies of the inner one
 * decide.
 */
export function isContained<S>(outer: PeerTable<S>, inner: PeerTable<S>, algebra: SetAlgebra<S>, restricted = false): boolean {
  return inner.cells.every((cell, i) => (
    restricted ? !inner.restricted[i] || algebra.contains(outer.cells[i], decidedIn(inner, i)) : algebra.contains(outer.cells[i], cell)));
}

function decidedIn<S>({ cells, decided }: PeerTable<S>, index: number): S {
  return (decided ?? cells)[index];
}

/** Whether two sets of policies let the same pass. */
export function isEquivalent<S>(a: PeerTable<S>, b: PeerTable<S>, algebra: SetAlgebra<S>): boolean {
  return isContained(a, b, algebra) && isContained(b, a, algebra);
}

/** Pairs that let different things pass. */
export function unequalPairs<S>(tables: readonly PeerTable<S>[], algebra: SetAlgebra<S>): [PeerTable<S>, PeerTable<S>][] {
  return tables.flatMap((a, i) => tables.slice(i + 1).filter((b) => !isEquivalent(a, b, algebra))
    .map((b): [PeerTable<S>, PeerTable<S>] => [a, b]));
}

/** Which of the others let nothing pass that the first one does not. */
export function containedInFirst<S>([first, ...others]: readonly PeerTable<S>[], algebra: SetAlgebra<S>): PeerTable<S>[] {
  return others.filter((other) => isContained(first, other, algebra));
}

/** Which of the others let something pass by a policy that the first one refuses. */
export function notPermitted<S>([first, ...others]: readonly PeerTable<S>[], algebra: SetAlgebra<S>): PeerTable<S>[] {
  return others.filter((other) => !isContained(first, other, algebra, true));
}

/** Which of the others let something pass by a policy that the first one lets pass too. */
export function notForbidden<S>([first, ...others]: readonly PeerTable<S>[], algebra: SetAlgebra<S>): PeerTable<S>[] {
  return others.filter((other) => other.cells.some((_, i) => other.restricted[i] && algebra.meets(first.cells[i], decidedIn(other, i))));
}

/** Whether the other set lets something pass between peers that both restrict and that the first one refuses. */
export function isExtendedBy<S>(first: PeerTable<S>, other: PeerTable<S>, algebra: SetAlgebra<S>): boolean {
  return other.cells.some((_, i) => first.restricted[i] && other.restricted[i] && !algebra.contains(first.cells[i], decidedIn(other, i)));
}

/** Which of the others extend what the first one lets pass. */
export function interferingWithFirst<S>([first, ...others]: readonly PeerTable<S>[], algebra: SetAlgebra<S>): PeerTable<S>[] {
  return others.filter((other) => isExtendedBy(first, other, algebra));
}

/** Ordered pairs of which the second one extends what the first one lets pass. */
export function interferingPairs<S>(tables: readonly PeerTable<S>[], algebra: SetAlgebra<S>): [PeerTable<S>, PeerTable<S>][] {
  return tables.flatMap((first) => tables.filter((other) => other !== first && isExtendedBy(first, other, algebra))
    .map((other): [PeerTable<S>, PeerTable<S>] => [first, other]));
}

/** In which kinds of pairs something is lost, and in which something is gained. */
export function changedKinds<S>(
  before: PeerTable<S>, after: PeerTable<S>, algebra: SetAlgebra<S>,
): { readonly change: 'lost' | 'gained'; readonly kind: string }[] {
  const kinds = [...new Set(before.kinds)];
  const has = (outer: PeerTable<S>, inner: PeerTable<S>) => kinds.filter((kind) => inner.cells
    .some((cell, i) => inner.kinds[i] === kind && !algebra.contains(outer.cells[i], cell)));
  return [
    ...has(after, before).map((kind) => ({ change: 'lost' as const, kind })), ...has(before, after).map((kind) => ({ change: 'gained' as const, kind })),
  ];
}

/** In which directions two sets contain each other: 3 both, 2 the second one contains the first, 1 the first one contains the second. */
export function waysOfContainment<S>([first, second]: readonly PeerTable<S>[], algebra: SetAlgebra<S>): number {
  return (isContained(second, first, algebra) ? 2 : 0) + (isContained(first, second, algebra) ? 1 : 0);
}
