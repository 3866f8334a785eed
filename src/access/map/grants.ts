import { Condition } from '../condition';
import { World } from '../model/world';
import { refText } from '../objects';
import { MeshGuards, Passage } from './passages';
import { Gate } from './proxy-gate';
import { Requests } from './requests';
import { simplifiedRows } from './row-sets';
import { requestsOf } from './rows';
import { bounded, junction, reasonsIn } from './settle';

/** What a client may send to a port, and what guards it. */
export interface Grant {
  /** where connections that are HTTP are treated otherwise than those that are not: which of them */
  readonly speaks?: 'http' | 'tcp';
  readonly requests: Requests;
  readonly guards: MeshGuards;
  /** why nobody can tell whether these requests pass */
  readonly unknown?: readonly string[];
  /** authorizers that can still refuse */
  readonly ifProvidersAgree?: readonly string[];
  /** where rows cannot say which requests: the rules that do */
  readonly rules?: readonly string[];
  /** equal for grants that say the same of other ports */
  readonly key: string;
}

const NOTHING: Requests = [];

/** Decides what passes on one port, given the ways through and what NetworkPolicy says of each; `undefined` is unknown. */
export function grantsOf(world: World, passages: readonly (readonly [Passage, boolean | undefined])[]): Grant[] {
  const both = (['http', 'tcp'] as const).map((speaks) => ({ speaks, found: grantsFor(world, speaks, passages.filter(([passage]) => passage.speaks === speaks)) }));
  const [http, tcp] = both;
  const one = (grants: readonly Grant[]) => JSON.stringify(grants.map(({ key }) => key));
  const sniffed = passages.length > 0 && new Set(passages.map(([{ speaks }]) => speaks)).size === 2;
  if (!sniffed || one(http.found) === one(tcp.found)) {
    return http.found.length > 0 ? http.found : tcp.found;
  }
  return both.flatMap(({ speaks, found }) => found.map((grant) => ({ ...grant, speaks, key: `${speaks} ${grant.key}` })));
}

function grantsFor(world: World, speaks: 'http' | 'tcp', passages: readonly (readonly [Passage, boolean | undefined])[]): Grant[] {
  const possible = passages.filter(([, network]) => network !== false);
  if (possible.length === 0) {
    return [];
  }
  const sure = possible.filter(([passage, network]) => network === true && passage.unknown.length === 0);
  const lower = together(sure.map(([passage]) => requests(world, passage, false)));
  const open = sure.length < possible.length || possible.some(([{ gates }]) => gates.some(isOpen));
  const upper = open ? together(possible.map(([passage]) => requests(world, passage, true))) : lower;
  const grants: Grant[] = [];
  const providers = [...new Set(possible.flatMap(([{ gates }]) => gates.flatMap((gate) => gate.providers)))].sort();
  const add = (what: Requests, of: readonly (readonly [Passage, boolean | undefined])[], unknown?: readonly string[]) => {
    const rules = what === 'conditional' ? { rules: rulesOf(of.map(([passage]) => passage)) } : {};
    const said = {
      requests: what,
      ...rules,
      ...(unknown === undefined ? {} : { unknown }),
      ...(providers.length === 0 ? {} : { ifProvidersAgree: providers }),
    };
    grants.push({ ...said, guards: weakest(of.map(([{ guards }]) => guards)), key: said.requests === 'any' && unknown === undefined && providers.length === 0 ? 'any' : keyOf(speaks, said) });
  };
  if (!isNothing(lower)) {
    add(lower, sure);
  }
  if (open && !isNothing(upper) && JSON.stringify(upper) !== JSON.stringify(lower)) {
    add(upper, possible, reasonsFor(possible));
  }
  return grants;
}

const keys = { http: new WeakMap<Requests & object, string>(), tcp: new WeakMap<Requests & object, string>() };

function keyOf(speaks: 'http' | 'tcp', said: Pick<Grant, 'requests' | 'unknown' | 'ifProvidersAgree' | 'rules'>): string {
  const { requests: what } = said;
  if (typeof what === 'string' || Object.keys(said).length > 1) {
    return JSON.stringify([speaks === 'tcp' ? 'tcp' : '', said]);
  }
  const key = keys[speaks].get(what) ?? JSON.stringify([speaks === 'tcp' ? 'tcp' : '', said]);
  keys[speaks].set(what, key);
  return key;
}

function rulesOf(passages: readonly Passage[]): string[] {
  const rules = passages.flatMap(({ gates }) => gates.flatMap((gate) => gate.rules()));
  return [...new Set(rules.map(({ policy, rule }) => `${refText(policy)} rules[${rule}]`))];
}

function reasonsFor(possible: readonly (readonly [Passage, boolean | undefined])[]): string[] {
  const found = new Set<string>();
  for (const [{ unknown, gates }, network] of possible) {
    if (network === undefined) {
      found.add('NetworkPolicies ask for addresses that are not known');
    }
    unknown.forEach((why) => found.add(why));
    gates.forEach(({ admitted, refused }) => [admitted, ...refused].forEach((condition) => reasonsIn(condition, found)));
  }
  return [...found].sort();
}

function isOpen({ admitted, refused }: Gate): boolean {
  return [admitted, ...refused].some((condition) => reasonsIn(condition).size > 0);
}

function isNothing(what: Requests): boolean {
  return typeof what !== 'string' && what.length === 0;
}

/** What all gates of a way let pass if what is unknown turns out well, or badly. */
function requests(world: World, { gates, speaks }: Passage, well: boolean): Requests {
  if (gates.every(({ admitted, refused }) => admitted.is === 'constant' && admitted.value && refused.length === 0)) {
    return 'any';
  }
  const withTokens = gates.filter(({ tokens }) => tokens.some(({ hasKeys }) => hasKeys));
  if (withTokens.length > 1) {
    return 'conditional';
  }
  const admitted = junction('all', gates.map((gate) => bounded(gate.admitted, well)));
  const refused = gates.flatMap((gate) => gate.refused.map((condition) => bounded(condition, !well))).filter((condition) => !(condition.is === 'constant' && !condition.value));
  if ((admitted.is === 'constant' && !admitted.value) || refused.some((condition) => condition.is === 'constant')) {
    return NOTHING;
  }
  return speaks === 'tcp' && (admitted.is !== 'constant' || refused.length > 0) ? 'conditional'
    : refused.length === 0 && withTokens.length === 0 ? admittedRequests(world, admitted)
      : requestsOf(admitted, refused, { mesh: world.snapshot.mesh, tokens: withTokens[0]?.tokens ?? [] });
}

const written = new WeakMap<World, WeakMap<Condition, Requests>>();

/** Many rules ask for the same, in one condition. */
function admittedRequests(world: World, admitted: Condition): Requests {
  const known = written.get(world) ?? new WeakMap<Condition, Requests>();
  written.set(world, known);
  const found = known.get(admitted) ?? requestsOf(admitted, [], { mesh: world.snapshot.mesh, tokens: [] });
  known.set(admitted, found);
  return found;
}

/** What one of several ways lets pass. */
function together(ways: readonly Requests[]): Requests {
  const open = ways.filter((way) => !isNothing(way));
  if (open.length < 2) {
    return open[0] ?? NOTHING;
  }
  if (open.includes('any') || open.includes('conditional')) {
    return open.includes('any') ? 'any' : 'conditional';
  }
  return simplifiedRows(open.flatMap((way) => (typeof way === 'string' ? [] : way)));
}

const MTLS = ['none', 'DISABLE', 'PERMISSIVE', 'STRICT'] as const;
const IDENTITY = ['none', 'deny', 'allow'] as const;
const EGRESS = ['none', 'ALLOW_ANY', 'REGISTRY_ONLY'] as const;

/** Of several guards of one edge those that hold for all of it. */
export function weakest(guards: readonly MeshGuards[]): MeshGuards {
  const least = <T extends string>(order: readonly T[], of: (one: MeshGuards) => T) =>
    order[Math.min(...guards.map((one) => order.indexOf(of(one))))];
  return guards.length === 1 ? guards[0] : {
    mtls: least(MTLS, ({ mtls }) => mtls),
    identity: least(IDENTITY, ({ identity }) => identity),
    egress: least(EGRESS, ({ egress }) => egress),
  };
}
