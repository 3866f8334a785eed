import { all, Condition, FALSE, not, TRUE } from '../../condition';
import { MeshSettings } from '../../mesh-settings';
import { holds } from '../../network/intervals';
import {
  containsPorts, differenceOfPorts, EVERY_PORT, intersectionOfPorts, isNoPort, PortRange, PortSets, portsText, unionOfPorts,
} from '../../network/port-sets';
import { PORT_ALGEBRA } from '../../network/queries/network-tables';
import { SetAlgebra } from '../../network/queries/tables';
import { Connections } from '../../network/reach';
import { RequestDimensions } from '../dimensions';
import { requestText } from '../request-text';
import { simplify, Solution, solve } from '../solve';

/** What is asked of everything on some TCP ports: of requests, and of bytes that are none. */
export interface GuardedPorts extends PortRange {
  readonly http: Condition;
  readonly tcp: Condition;
}

/** What a proxy asks on TCP: parts that hold every port once, in order. */
export type Guard = readonly GuardedPorts[];

/** What passes from one peer to another: ports, and where a proxy looks at TCP, the requests and bytes that it lets on. */
export interface RequestSet {
  readonly ports: Connections;
  readonly guard?: Guard;
}

const CHAINS = ['http', 'tcp'] as const;
const OPEN: Guard = EVERY_PORT.map((range) => ({ ...range, http: TRUE, tcp: TRUE }));

/** What two guards in a row let on. */
export function bothGuards(a: Guard | undefined, b: Guard | undefined): Guard | undefined {
  if (a === undefined || b === undefined) {
    return a ?? b;
  }
  return slices([a, b]).map(({ first, last }) => {
    const [one, other] = [partAt(a, first), partAt(b, first)];
    const both = (chain: 'http' | 'tcp') => simplify(all([one[chain], other[chain]]), () => undefined);
    return { first, last, http: both('http'), tcp: both('tcp') };
  });
}

/**
 * Compares what passes over all requests there can be: one set holds another if no request is in the other alone. What cannot be decided
 * may pass or not.
 */
export function requestAlgebra(mesh: MeshSettings): SetAlgebra<RequestSet> {
  const never = impossibleIn(mesh);
  return {
    contains: (outer, inner) => (outer.guard === undefined && inner.guard === undefined ? PORT_ALGEBRA.contains(outer.ports, inner.ports)
      : containsPorts(withoutTcp(outer.ports.allowed), withoutTcp(possible(inner.ports)))
        && points(outer, inner).every(({ port, chain }) => never(mayPass(inner, port, chain), surelyPasses(outer, port, chain)))),
    meets: (a, b) => (a.guard === undefined && b.guard === undefined ? PORT_ALGEBRA.meets(a.ports, b.ports)
      : !isNoPort(intersectionOfPorts(withoutTcp(possible(a.ports)), withoutTcp(possible(b.ports))))
        || points(a, b).some(({ port, chain }) => !never(all([mayPass(a, port, chain), mayPass(b, port, chain)]), FALSE))),
  };
}

/** Something that the inner set lets pass and the outer one may not, in words. */
export function requestBeyond(outer: RequestSet, inner: RequestSet, mesh: MeshSettings): string | undefined {
  const ports = differenceOfPorts(possible(inner.ports), outer.ports.allowed);
  const bare = outer.guard === undefined && inner.guard === undefined ? ports : withoutTcp(ports);
  if (!isNoPort(bare)) {
    return portsText(bare);
  }
  for (const { port, chain } of points(outer, inner)) {
    const { found, unknown } = search(all([mayPass(inner, port, chain), not(surelyPasses(outer, port, chain))]), mesh);
    if (found !== undefined || unknown.length > 0) {
      return `${found === undefined ? unknown.join(', ') : requestText(found, chain).request} on tcp/${port}`;
    }
  }
  return undefined;
}

/** Decides whether surely nothing satisfies the one condition and not the other; each pair once. */
function impossibleIn(mesh: MeshSettings): (wanted: Condition, unless: Condition) => boolean {
  const known = new WeakMap<Condition, WeakMap<Condition, boolean>>();
  return (wanted, unless) => {
    const answers = known.get(wanted) ?? new WeakMap<Condition, boolean>();
    known.set(wanted, answers);
    const answer = answers.get(unless) ?? hasNone(all([wanted, not(unless)]), mesh);
    answers.set(unless, answer);
    return answer;
  };
}

/** Whether surely no request at all satisfies a condition. */
function hasNone(condition: Condition, mesh: MeshSettings): boolean {
  const { found, unknown } = search(condition, mesh);
  return found === undefined && unknown.length === 0;
}

function search(condition: Condition, mesh: MeshSettings): Solution {
  const dimensions = new RequestDimensions(mesh);
  return solve(condition, (leaf) => dimensions.of(leaf));
}

/** All ports that the sets tell apart, on both kinds of chains. */
function points(a: RequestSet, b: RequestSet): { readonly port: number; readonly chain: 'http' | 'tcp' }[] {
  return slices([a, b].flatMap(({ ports: { allowed, unknown }, guard = OPEN }) => [allowed.TCP, unknown.TCP, guard]))
    .flatMap(({ first }) => CHAINS.map((chain) => ({ port: first, chain })));
}

function mayPass(set: RequestSet, port: number, chain: 'http' | 'tcp'): Condition {
  return holds(set.ports.unknown.TCP, port) ? guardAt(set, port, chain) : surelyPasses(set, port, chain);
}

function surelyPasses(set: RequestSet, port: number, chain: 'http' | 'tcp'): Condition {
  return holds(set.ports.allowed.TCP, port) ? guardAt(set, port, chain) : FALSE;
}

function guardAt({ guard }: RequestSet, port: number, chain: 'http' | 'tcp'): Condition {
  return guard === undefined ? TRUE : partAt(guard, port)[chain];
}

function partAt(guard: Guard, port: number): GuardedPorts {
  return guard.find(({ first, last }) => first <= port && port <= last)!;
}

/** All TCP ports, cut where one of the lists of ranges begins or ends. */
export function slices(ranges: readonly (readonly PortRange[])[]): PortRange[] {
  const [{ first: lowest, last: highest }] = EVERY_PORT;
  const starts = new Set([lowest, ...ranges.flat().flatMap(({ first, last }) => [first, last + 1])]);
  const sorted = [...starts].filter((start) => start <= highest).sort((a, b) => a - b);
  return sorted.map((first, i) => ({ first, last: (sorted[i + 1] ?? highest + 1) - 1 }));
}

function possible({ allowed, unknown }: Connections): PortSets {
  return unionOfPorts(allowed, unknown);
}

function withoutTcp(ports: PortSets): PortSets {
  return { ...ports, TCP: [] };
}
