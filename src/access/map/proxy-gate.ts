import { addressOf, inRange } from '../addresses';
import { ChainPolicies } from '../authorization/compile';
import { CompiledRule } from '../authorization/translate';
import { Condition, FALSE, Leaf, TRUE } from '../condition';
import { TokenProvider } from '../requests/tokens';
import { matchesPattern } from '../text-pattern';
import { constant, junction, reasonsIn, settle } from './settle';

/** What is known of a connection where policies look at it. */
export interface Seen {
  /** of a verified client, with `spiffe://` */
  readonly principal?: string;
  /** undefined: not known, or none */
  readonly sni?: string;
  /** whether the client may put any name there */
  readonly anySni?: boolean;
  /** the addresses that the peer may have; empty: nobody knows */
  readonly peers: readonly string[];
  readonly destinations: readonly string[];
  readonly port: number;
  readonly kind: 'sidecar' | 'gateway' | 'waypoint';
  readonly numTrustedProxies: number;
}

/** What one enforcement point asks of the requests of one connection. */
export interface Gate {
  readonly admitted: Condition;
  readonly refused: readonly Condition[];
  readonly tokens: readonly TokenProvider[];
  /** authorizers that can still refuse */
  readonly providers: readonly string[];
  /** whether a list of ALLOW rules guards it, or nothing, or DENY rules alone */
  readonly guard: 'allow' | 'deny' | 'none';
  /** the rules that decide, for people to look them up */
  readonly rules: () => readonly CompiledRule[];
}

/** A point that asks nothing. */
export const OPEN_GATE: Gate = { admitted: TRUE, refused: [], tokens: [], providers: [], guard: 'none', rules: () => [] };

/** Decides what the filters of a proxy ask of requests on a connection, once all that is known of the connection is put in. */
export function gateOf(policies: ChainPolicies, chain: 'http' | 'tcp', seen: Seen): Gate {
  const { allow, deny, custom, tokens } = policies;
  const known = answers(seen, chain === 'http' && tokens.some(({ hasKeys }) => hasKeys));
  const certain = tokens.every(({ issuer }) => issuer !== '');
  const settled = (rules: readonly CompiledRule[]) => rules.map(({ condition }) => tidy(settle(condition, known, seen.port), certain));
  const asked = custom.filter(({ effect }) => effect === 'asks');
  const refused = [
    ...settled(deny),
    ...custom.filter(({ effect }) => effect === 'refuses').flatMap(({ rules }) => settled(rules)),
    ...asked.flatMap(({ dryRules }) => settled(dryRules)),
  ].filter((condition) => condition !== FALSE);
  return {
    admitted: allow === undefined ? TRUE : junction('any', settled(rulesFor(allow, seen.principal))),
    refused,
    tokens: chain === 'http' ? tokens : [],
    providers: asked.filter(({ rules }) => settled(rules).some((condition) => condition !== FALSE)).map(({ provider }) => provider),
    rules: () => [...rulesFor(allow ?? [], seen.principal), ...deny, ...custom.flatMap(({ rules }) => rules)]
      .filter(({ condition }) => settle(condition, known, seen.port) !== FALSE),
    guard: allow !== undefined ? 'allow' : deny.length > 0 ? 'deny' : 'none',
  };
}

interface RuleIndex {
  readonly byPrincipal: ReadonlyMap<string, readonly CompiledRule[]>;
  readonly general: readonly CompiledRule[];
}

const indexes = new WeakMap<readonly CompiledRule[], RuleIndex>();
const NO_RULES: readonly CompiledRule[] = [];

/** The rules that a client may satisfy: most of them name whom they are for, so that they need not be asked for everybody. */
function rulesFor(rules: readonly CompiledRule[], principal: string | undefined): readonly CompiledRule[] {
  if (rules.length < 4) {
    return rules;
  }
  let index = indexes.get(rules);
  if (index === undefined) {
    index = indexOf(rules);
    indexes.set(rules, index);
  }
  const own = principal === undefined ? NO_RULES : index.byPrincipal.get(principal) ?? NO_RULES;
  return [...index.general, ...own];
}

function indexOf(rules: readonly CompiledRule[]): RuleIndex {
  const byPrincipal = new Map<string, CompiledRule[]>();
  const general: CompiledRule[] = [];
  for (const rule of rules) {
    const named = namedPrincipals(rule.condition);
    if (named === undefined) {
      general.push(rule);
    }
    new Set(named).forEach((principal) => {
      const known = byPrincipal.get(principal);
      if (known === undefined) {
        byPrincipal.set(principal, [rule]);
      } else {
        known.push(rule);
      }
    });
  }
  return { byPrincipal, general };
}

/** The principals one of which a client must have; `undefined` if there is no such list. */
export function namedPrincipals(condition: Condition): readonly string[] | undefined {
  switch (condition.is) {
    case 'text': {
      const [part] = condition.pattern.parts;
      return condition.field === 'principal' && condition.pattern.parts.length === 1 && 'literal' in part ? [part.literal] : undefined;
    }
    case 'any': {
      const parts = condition.of.map(namedPrincipals);
      return parts.every((part) => part !== undefined) ? parts.flat() : undefined;
    }
    case 'all': return condition.of.map(namedPrincipals).find((part) => part !== undefined);
    default: return undefined;
  }
}

/** Headers that proxies write, so that nobody can tell beforehand what the policy finds in them. */
const WRITTEN = /^header:(:path|:scheme|x-request-id|x-forwarded-.*|x-envoy-.*)$/;

function answers(seen: Seen, withTokens: boolean): (leaf: Leaf) => Condition {
  return (leaf) => {
    switch (leaf.is) {
      case 'port': return constant(leaf.number === seen.port);
      case 'claim': return withTokens ? leaf : FALSE;
      case 'text': return textAnswer(leaf, seen);
      case 'address': return addressAnswer(leaf, seen);
      default: return leaf;
    }
  };
}

function textAnswer(leaf: Extract<Leaf, { is: 'text' }>, { principal, sni, anySni }: Seen): Condition {
  const { field, pattern } = leaf;
  if (field === 'principal') {
    return constant(principal !== undefined && matchesPattern(pattern, principal));
  }
  if (field === 'sni') {
    return anySni === true ? { is: 'unknown', why: 'it depends on the server name of TLS' } : constant(sni !== undefined && matchesPattern(pattern, sni.toLowerCase()));
  }
  return WRITTEN.test(field) ? { is: 'unknown', why: `proxies write the header ${field.slice('header:'.length)}` } : leaf;
}

function addressAnswer(leaf: Extract<Leaf, { is: 'address' }>, { peers, destinations, kind, numTrustedProxies }: Seen): Condition {
  if (leaf.of === 'remote' && !(kind === 'gateway' && numTrustedProxies === 0)) {
    return leaf;
  }
  const candidates = leaf.of === 'destination' ? destinations : peers;
  const inside = candidates.map(addressOf).map((address) => address !== undefined && inRange(leaf.range, address));
  return inside.length === 0 || inside.some((one) => one !== inside[0])
    ? { is: 'unknown', why: `it depends on the ${leaf.of === 'destination' ? 'address of the destination' : 'address of the source'}` } : constant(inside[0]);
}

/** Tokens always have an issuer where each rule for tokens names one: then what is asked beside says it all. */
function tidy(condition: Condition, certain: boolean): Condition {
  if (!certain || condition.is === 'constant') {
    return condition;
  }
  switch (condition.is) {
    case 'all': {
      const parts = condition.of.map((part) => tidy(part, certain));
      if (parts.every((part, i) => part === condition.of[i] && part.is !== 'claim')) {
        return condition;
      }
      const others = parts.filter((part) => !isAnyIssuer(part));
      return others.length < parts.length && others.some(({ is }) => is === 'claim') ? junction('all', others) : junction('all', parts);
    }
    case 'any': {
      const parts = condition.of.map((part) => tidy(part, certain));
      return parts.every((part, i) => part === condition.of[i]) ? condition : junction('any', parts);
    }
    case 'not': return { ...condition, of: tidy(condition.of, certain) };
    default: return condition;
  }
}

function isAnyIssuer(condition: Condition): boolean {
  return condition.is === 'claim' && condition.path.length === 1 && condition.path[0] === 'iss' && condition.pattern.parts.length === 1
    && 'repeat' in condition.pattern.parts[0] && condition.pattern.parts[0].repeat === 'any';
}

/** Why a gate leaves something open. */
export function openReasons({ admitted, refused }: Gate): string[] {
  return [...refused.reduce((found, condition) => reasonsIn(condition, found), reasonsIn(admitted))];
}
