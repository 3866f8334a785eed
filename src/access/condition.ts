import { Address, AddressRange, inRange } from './addresses';
import { matchesPattern, TextPattern } from './text-pattern';

/**
 * What a policy asks of a connection or request, the way the enforcing engine evaluates it. Translations of policies make conditions;
 * everything that is said about them (a verdict, a set, a proof) is decided over this one language.
 */
export type Condition = Leaf | Junction | Negation;

/** A statement about one property. */
export type Leaf =
  | { readonly is: 'constant'; readonly value: boolean; readonly at?: string }
  /** true or false, but nothing here can tell */
  | { readonly is: 'unknown'; readonly why: string; readonly at?: string }
  /** one of the values of a text field satisfies the pattern; a field without values satisfies none */
  | { readonly is: 'text'; readonly field: TextField; readonly pattern: TextPattern; readonly at?: string }
  /** a string claim, or a string in the list of a claim, satisfies the pattern */
  | { readonly is: 'claim'; readonly path: readonly string[]; readonly pattern: TextPattern; readonly at?: string }
  | { readonly is: 'address'; readonly of: AddressField; readonly range: AddressRange; readonly text: string; readonly at?: string }
  | { readonly is: 'port'; readonly number: number; readonly at?: string };

export interface Junction {
  readonly is: 'all' | 'any';
  readonly of: readonly Condition[];
  readonly at?: string;
}

export interface Negation {
  readonly is: 'not';
  readonly of: Condition;
  readonly at?: string;
}

/**
 * `principal` is the SPIFFE URI of a verified client, without values for plaintext; `path` is normalised and without query; `host` is the
 * authority with its port; headers are `header:NAME` in lower case; `identity` is what ztunnel compares: the URI without `spiffe://`.
 */
export type TextField = 'principal' | 'identity' | 'identity-namespace' | 'identity-account' | 'sni' | 'method' | 'path' | 'host' | `header:${string}`;

/** `direct` is the TCP peer, `remote` the one that forwarded headers name, `destination` the local address. */
export type AddressField = 'direct' | 'remote' | 'destination';

/** What is known of one connection or request where a policy is enforced. */
export interface Facts {
  readonly texts: ReadonlyMap<TextField, readonly string[]>;
  /** the claims of the verified token, as Envoy stores them */
  readonly claims?: Readonly<Record<string, unknown>>;
  readonly addresses: { readonly [field in AddressField]?: Address };
  readonly port: number;
  /** whether a proxy fills a field in with something that nobody knows beforehand and that the pattern may or may not take */
  readonly unknown?: (field: TextField, pattern: TextPattern) => boolean;
}

/** `undefined` is unknown. */
export type Truth = boolean | undefined;

export const TRUE: Condition = { is: 'constant', value: true };
export const FALSE: Condition = { is: 'constant', value: false };

/** Whether all conditions hold. */
export function all(of: readonly Condition[], at?: string): Condition {
  return of.length === 1 && at === undefined ? of[0] : { is: 'all', of, at };
}

/** Whether one of the conditions holds. */
export function any(of: readonly Condition[], at?: string): Condition {
  return of.length === 1 && at === undefined ? of[0] : { is: 'any', of, at };
}

export function not(of: Condition, at?: string): Condition {
  return { is: 'not', of, at };
}

/** Decides a condition; with `leaf` anything else than facts can answer for the leaves. */
export function evaluate(condition: Condition, facts: Facts): Truth {
  return decide(condition, (leaf) => leafTruth(leaf, facts));
}

/** Decides a condition from answers to its leaves, in three values: what is unknown may still not matter. */
export function decide(condition: Condition, leaf: (leaf: Leaf) => Truth): Truth {
  switch (condition.is) {
    case 'all': return every(condition.of, leaf, false);
    case 'any': return every(condition.of, leaf, true);
    case 'not': {
      const inner = decide(condition.of, leaf);
      return inner === undefined ? undefined : !inner;
    }
    default: return leaf(condition);
  }
}

/** The first part that is `decisive` decides; otherwise one that is unknown leaves it open. */
function every(parts: readonly Condition[], leaf: (leaf: Leaf) => Truth, decisive: boolean): Truth {
  let open = false;
  for (const part of parts) {
    const truth = decide(part, leaf);
    if (truth === decisive) {
      return decisive;
    }
    open = open || truth === undefined;
  }
  return open ? undefined : !decisive;
}

/** Decides one leaf. */
export function leafTruth(leaf: Leaf, facts: Facts): Truth {
  switch (leaf.is) {
    case 'constant': return leaf.value;
    case 'unknown': return undefined;
    case 'text': return facts.unknown?.(leaf.field, leaf.pattern) === true ? undefined : facts.texts.get(leaf.field)?.some((value) => matchesPattern(leaf.pattern, value)) ?? false;
    case 'claim': return claimTexts(facts.claims, leaf.path).some((value) => matchesPattern(leaf.pattern, value));
    case 'port': return facts.port === leaf.number;
    case 'address': {
      const address = facts.addresses[leaf.of];
      return address === undefined ? undefined : inRange(leaf.range, address);
    }
  }
}

/** The strings of a claim: itself, or the strings in its list. Numbers, booleans and objects never match. */
function claimTexts(claims: Facts['claims'], path: readonly string[]): string[] {
  let value: unknown = claims;
  for (const name of path) {
    if (value === null || typeof value !== 'object' || Array.isArray(value) || !Object.hasOwn(value, name)) {
      return [];
    }
    value = (value as Record<string, unknown>)[name];
  }
  return [value].flat().filter((text) => typeof text === 'string');
}
