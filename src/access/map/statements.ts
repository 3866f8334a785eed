import { all, any, Condition, FALSE, not } from '../condition';
import { AccessModel } from '../model/access-model';
import { World } from '../model/world';
import { atoms, Intervals } from '../network/intervals';
import { hasPort, PortSets, PROTOCOLS } from '../network/port-sets';
import { refText } from '../objects';
import { Source } from '../question';
import { RequestDimensions } from '../relation/dimensions';
import { requestText } from '../relation/request-text';
import { solve } from '../relation/solve';
import { TooManyClasses } from '../relation/text-classes';
import { tokenWorlds } from '../relation/token-worlds';
import { TokenProvider } from '../requests/tokens';
import { TransportProtocol, Workload } from '../workload';
import { accessMap } from './access-map';
import { AccessEdge } from './edges';
import { Passage, passagesTo } from './passages';
import { commonPorts, portClasses, portsOfInterest } from './ports-of-interest';
import { bounded, junction, reasonsIn } from './settle';

/** What a source may send to a destination, ready to be compared. */
export interface Access {
  readonly world: World;
  readonly parts: readonly AccessPart[];
}

/** What may be sent to ports that nothing tells apart. */
interface AccessPart {
  readonly protocol: TransportProtocol;
  readonly ports: Intervals<number>;
  readonly speaks: 'http' | 'tcp';
  readonly condition: Condition;
  readonly tokens: readonly TokenProvider[];
  /** the policies that are asked, for errors */
  readonly policies: readonly string[];
}

/** The answer to a statement: proved over so many classes, refuted by a connection or request, or undecided. */
export type Answer =
  | { readonly holds: true; readonly examined: number }
  | { readonly holds: false; readonly witness: string }
  | { readonly holds: undefined; readonly why: readonly string[] };

/** Everything that a source may send to a workload. */
export function access({ world }: AccessModel, source: Source, destination: Workload): Access {
  const { allowed, unknown } = world.network.connections(source, { workload: destination });
  const { http, tcp } = world.inboundOf(destination).authorization;
  const conditions = [http, tcp].flatMap(({ allow = [], deny, custom }) =>
    [...allow, ...deny, ...custom.flatMap(({ rules, dryRules }) => [...rules, ...dryRules])])
    .map(({ condition }) => condition);
  const own = destination.mode === 'ambient' ? [world.ztunnelOf(destination).admitted] : [];
  const told = portsOfInterest(world, destination, commonPorts(world), [...conditions, ...own]);
  const bounds = [allowed, unknown].flatMap(({ TCP }) => TCP.flatMap(({ first, last }) => [first, last]));
  const classes = portClasses([{ first: 1, last: 65535 }], [...new Set([...told, ...bounds])].sort((a, b) => a - b))
    .flatMap(({ ports }) => ports.map((range) => ({ port: range.first, ports: [range] })));
  const parts = classes.flatMap(({ port, ports }) => (['http', 'tcp'] as const).flatMap((speaks): AccessPart[] => {
    const passages = passagesTo(world, source, destination, port).filter((one) => one.speaks === speaks);
    return passages.map((passage) => partOf(world, passage, ports, source, destination, { allowed, unknown }));
  }));
  const others = PROTOCOLS.filter((protocol) => protocol !== 'TCP').flatMap((protocol) => [
    ...ofNetwork(protocol, allowed[protocol], all([])), ...ofNetwork(protocol, unknown[protocol], { is: 'unknown', why: ADDRESSES }),
  ]);
  return { world, parts: [...parts, ...others] };
}

const ADDRESSES = 'NetworkPolicies ask for addresses that are not known';

function ofNetwork(protocol: TransportProtocol, ports: Intervals<number>, condition: Condition): AccessPart[] {
  return ports.length === 0 ? [] : [{ protocol, ports, speaks: 'tcp', condition, tokens: [], policies: [] }];
}

function partOf(
  world: World, { speaks, gates, unknown, legs }: Passage, ports: Intervals<number>, source: Source, destination: Workload,
  direct: { readonly allowed: PortSets; readonly unknown: PortSets },
): AccessPart {
  const network = legs.map((leg): Condition => {
    const own = leg.from === source && leg.to === destination;
    const sets = own ? direct : world.network.connections(leg.from, { workload: leg.to });
    return hasPort(sets.allowed, 'TCP', leg.port) ? all([]) : hasPort(sets.unknown, 'TCP', leg.port) ? { is: 'unknown', why: ADDRESSES } : FALSE;
  });
  const condition = all([
    ...network,
    ...unknown.map((why): Condition => ({ is: 'unknown', why })),
    ...gates.flatMap(({ admitted, refused }) => [admitted, ...refused.map((one) => not(one))]),
  ]);
  const policies = [...new Set(gates.flatMap((gate) => gate.rules().map(({ policy }) => refText(policy))))];
  return { protocol: 'TCP', ports, speaks, condition, tokens: gates.flatMap(({ tokens }) => tokens), policies };
}

/** Whether one access holds nothing that the other one does not hold too. */
export function isContained(inner: Access, outer: Access): Answer {
  let examined = 0;
  const open = new Set<string>();
  for (const protocol of PROTOCOLS) {
    for (const speaks of ['http', 'tcp'] as const) {
      const [a, b] = [inner, outer].map(({ parts }) => parts.filter((part) => part.protocol === protocol && part.speaks === speaks));
      for (const { first } of atoms([{ first: 1, last: 65535 }], [...a, ...b].map(({ ports }) => ports))) {
        const [some, others] = [a, b].map((parts) => parts
          .filter(({ ports }) => ports.some((range) => range.first <= first && first <= range.last)));
        const found = some.length === 0 ? { examined: 1 } : witness(inner.world, some, others, open);
        if (found.text !== undefined) {
          return { holds: false, witness: `${protocol.toLowerCase()}/${first}: ${found.text}` };
        }
        examined += found.examined;
      }
    }
  }
  return open.size > 0 ? { holds: undefined, why: [...open].sort() } : { holds: true, examined };
}

/** A request that some parts admit and the others do not. */
function witness(
  { snapshot: { mesh } }: World, some: readonly AccessPart[], others: readonly AccessPart[], open: Set<string>,
): { readonly text?: string; readonly examined: number } {
  const [is, other] = [some, others].map((parts) => any(parts.map(({ condition }) => condition)));
  let examined = 0;
  const sure = junction('all', [bounded(is, false), bounded(not(other), false)]);
  const possible = junction('all', [bounded(is, true), bounded(not(other), true)]);
  try {
    for (const world of tokenWorlds([...some, ...others].flatMap(({ tokens }) => tokens))) {
      const ask = (condition: Condition) => {
        const dimensions = new RequestDimensions(mesh);
        return solve(all([world.within(condition), world.within(world.accepted)]), (leaf) => dimensions.of(leaf));
      };
      const solution = ask(sure);
      examined += solution.examined;
      if (solution.found !== undefined) {
        const { request } = requestText(solution.found, some[0].speaks, world.issuer);
        return { text: request, examined };
      }
      if (ask(possible).found !== undefined) {
        [is, other].forEach((condition) => reasonsIn(condition).forEach((why) => open.add(why)));
      }
    }
    return { examined };
  } catch (error) {
    if (error instanceof TooManyClasses) {
      const policies = [...new Set([...some, ...others].flatMap((part) => part.policies))];
      throw new TooManyClasses(`${policies.join(', ')}: ${error.message}`);
    }
    throw error;
  }
}

/** Whether two accesses are the same; a witness is in one of them alone. */
export function areEqual(a: Access, b: Access): Answer {
  const [there, back] = [isContained(a, b), isContained(b, a)];
  const failed = [there, back].find(({ holds }) => holds === false) ?? [there, back].find(({ holds }) => holds === undefined);
  return failed ?? { holds: true, examined: [there, back].reduce((sum, one) => sum + (one.holds === true ? one.examined : 0), 0) };
}

/** Whether nothing at all passes. */
export function isEmpty(one: Access): Answer {
  return isContained(one, { world: one.world, parts: [] });
}

/** Whether nobody reaches a workload but the sources that are named; the witness is an edge of somebody else. */
export function onlyFrom(model: AccessModel, destination: Workload, allowed: readonly string[]): Answer {
  const { edges, groups } = accessMap(model, { to: (id) => id === destination.id });
  const isAllowed = (name: string): boolean => allowed.includes(name)
    || (groups.find(({ id }) => id === name)?.of.every(isAllowed) ?? false)
    || allowed.some((one) => one.endsWith('/*') && name.startsWith(one.slice(0, -1)));
  const others = edges.filter(({ to, from }) => to === destination.id && !isAllowed(from));
  const sure = others.find(({ unknown }) => unknown === undefined);
  if (sure !== undefined) {
    return { holds: false, witness: edgeText(sure) };
  }
  return others.length > 0 ? { holds: undefined, why: [...new Set(others.flatMap(({ unknown = [] }) => unknown))].sort() }
    : { holds: true, examined: edges.length };
}

function edgeText({ from, to, ports }: AccessEdge): string {
  return `${from} -> ${to} ${ports.map(({ protocol, first, last }) => `${protocol.toLowerCase()}/${first === last ? first : `${first}-${last}`}`).join(',')}`;
}
