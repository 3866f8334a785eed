import { all, Condition, FALSE, not, TRUE } from '../../condition';
import { MeshSettings } from '../../mesh-settings';
import { holds } from '../../network/intervals';
import { containsPorts, EVERY_PORT, intersectionOfPorts, isNoPort, PortRange, PortSets, unionOfPorts } from '../../network/port-sets';
import { PORT_ALGEBRA } from '../../network/queries/network-tables';
import { SetAlgebra } from '../../network/queries/tables';
import { Connections } from '../../network/reach';
import { RequestDimensions } from '../dimensions';
import { simplify, solve } from '../solve';

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
export const OPEN: Guard = EVERY_PORT.map((range) => ({ ...range, http: TRUE, tcp: TRUE }));

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
 * Compares what passes over all requests there can be: one set holds another if no request is in the other alone. What cannot be decided may
 * pass or not.
 */
export function requestAlgebra(mesh: MeshSettings): SetAlgebra<RequestSet> {
  const never = impossibleIn(mesh);
  const anywhere = (a: RequestSet, b: RequestSet, test: (port: number) => boolean) => slices([a.guard ?? OPEN, b.guard ?? OPEN, ...borders(a), ...borders(b)])
    .some(({ first }) => test(first));
  return {
    contains: (outer, inner) => {
      if (outer.guard === undefined && inner.guard === undefined) {
        return PORT_ALGEBRA.contains(outer.ports, inner.ports);
      }
      return containsPorts(withoutTcp(outer.ports.allowed), withoutTcp(possible(inner.ports))) && !anywhere(outer, inner, (port) => (
        CHAINS.some((chain) => !never(conditionAt(inner, port, chain, possible(inner.ports)), conditionAt(outer, port, chain, outer.ports.allowed)))));
    },
    meets: (a, b) => {
      if (a.guard === undefined && b.guard === undefined) {
        return PORT_ALGEBRA.meets(a.ports, b.ports);
      }
      return !isNoPort(intersectionOfPorts(withoutTcp(possible(a.ports)), withoutTcp(possible(b.ports)))) || anywhere(a, b, (port) => (
        CHAINS.some((chain) => !never(all([conditionAt(a, port, chain, possible(a.ports)), conditionAt(b, port, chain, possible(b.ports))]), FALSE))));
    },
  };
}

/** Decides whether surely nothing satisfies the one condition and not the other; each pair once. */
function impossibleIn(mesh: MeshSettings): (wanted: Condition, unless: Condition) => boolean {
  const known = new WeakMap<Condition, WeakMap<Condition, boolean>>();
  return (wanted, unless) => {
    if (wanted === unless && isDecided(wanted)) {
      return true;
    }
    const answers = known.get(wanted) ?? new WeakMap<Condition, boolean>();
    known.set(wanted, answers);
    const answer = answers.get(unless) ?? hasNone(all([wanted, not(unless)]), mesh);
    answers.set(unless, answer);
    return answer;
  };
}

function isDecided(condition: Condition): boolean {
  return condition.is === 'constant';
}

/** Whether no request at all satisfies a condition. */
export function hasNone(condition: Condition, mesh: MeshSettings): boolean {
  const dimensions = new RequestDimensions(mesh);
  const { found, unknown } = solve(condition, (leaf) => dimensions.of(leaf));
  return found === undefined && unknown.length === 0;
}

function conditionAt({ guard }: RequestSet, port: number, chain: 'http' | 'tcp', ports: PortSets): Condition {
  return !holds(ports.TCP, port) ? FALSE : guard === undefined ? TRUE : partAt(guard, port)[chain];
}

function partAt(guard: Guard, port: number): GuardedPorts {
  return guard.find(({ first, last }) => first <= port && port <= last)!;
}

function borders({ ports: { allowed, unknown } }: RequestSet): (readonly PortRange[])[] {
  return [allowed.TCP, unknown.TCP];
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
