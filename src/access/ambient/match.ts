import { addressOf, rangeOf } from '../addresses';
import { all, any, Condition, evaluate, FALSE, Facts, not, TextField, TRUE, Truth } from '../condition';
import { exactPattern, TextPattern } from '../text-pattern';
import { BoundPolicies } from './bind';
import { ZtunnelAccount, ZtunnelClause, ZtunnelMatch, ZtunnelPolicy, ZtunnelText } from './policy';

/** A connection as ztunnel sees it. */
export interface ZtunnelConnection {
  /** of the peer of the tunnel, with or without `spiffe://`; none is plaintext */
  readonly identity?: string;
  readonly source?: string;
  readonly destination?: string;
  /** the port of the pod, also inside of a tunnel */
  readonly port: number;
}

const ANYTHING: TextPattern = { text: '*', parts: [{ repeat: 'any', atLeast: 0 }] };
const SOMETHING: TextPattern = { text: '*', parts: [{ repeat: 'any', atLeast: 1 }] };

/** The condition under which a policy matches a connection. */
export function policyCondition({ groups }: Pick<ZtunnelPolicy, 'groups'>): Condition {
  return any(groups.map(({ rules, at }) => all(rules.map(clauseCondition), at)));
}

/** A clause without any match asks nothing; a match without any field is skipped, so it never holds. */
function clauseCondition({ matches, at }: ZtunnelClause): Condition {
  return matches.length === 0 ? TRUE : any(matches.map(matchCondition), at);
}

function matchCondition(match: ZtunnelMatch): Condition {
  const fields = [
    ...both(match.destinationIps, match.notDestinationIps, (block) => addressCondition('destination', block)),
    ...both(match.sourceIps, match.notSourceIps, (block) => addressCondition('direct', block)),
    ...both(match.destinationPorts, match.notDestinationPorts, (number): Condition => ({ is: 'port', number })),
    ...both(match.serviceAccounts, match.notServiceAccounts, accountCondition),
    ...both(match.principals, match.notPrincipals, (text): Condition => ({ is: 'text', field: 'identity', pattern: patternOf(text) })),
    ...both(match.namespaces, match.notNamespaces, namespaceCondition),
  ];
  return fields.length === 0 ? FALSE : all(fields);
}

function both<T>(values: readonly T[] = [], notValues: readonly T[] = [], condition: (value: T) => Condition): Condition[] {
  return [
    ...(values.length === 0 ? [] : [any(values.map(condition))]),
    ...(notValues.length === 0 ? [] : [not(any(notValues.map(condition)))]),
  ];
}

function addressCondition(of: 'direct' | 'destination', text: string): Condition {
  const range = rangeOf(text);
  return range === undefined ? FALSE : { is: 'address', of, range, text };
}

function accountCondition({ namespace, serviceAccount }: ZtunnelAccount): Condition {
  return all([
    { is: 'text', field: 'identity-namespace', pattern: exactPattern(namespace) },
    { is: 'text', field: 'identity-account', pattern: exactPattern(serviceAccount) },
  ]);
}

/** ztunnel gives a connection without identity the empty namespace, and compares that. */
function namespaceCondition(text: ZtunnelText): Condition {
  const named: Condition = { is: 'text', field: 'identity-namespace', pattern: patternOf(text) };
  return fitsEmpty(text) ? any([named, not({ is: 'text', field: 'identity-namespace', pattern: ANYTHING })]) : named;
}

function fitsEmpty(text: ZtunnelText): boolean {
  return ('exact' in text && text.exact === '') || ('prefix' in text && text.prefix === '') || ('suffix' in text && text.suffix === '');
}

/** How ztunnel compares a text, as a pattern. */
export function patternOf(text: ZtunnelText): TextPattern {
  if ('exact' in text) {
    return exactPattern(text.exact);
  }
  if ('prefix' in text) {
    return { text: `${text.prefix}*`, parts: [{ literal: text.prefix }, ...ANYTHING.parts] };
  }
  return 'suffix' in text ? { text: `*${text.suffix}`, parts: [...ANYTHING.parts, { literal: text.suffix }] } : SOMETHING;
}

/** The facts that ztunnel has of a connection. An identity of another form than that of Istio cannot occur: the handshake fails before. */
export function ztunnelFacts({ identity, source, destination, port }: ZtunnelConnection): Facts {
  const uri = identity?.replace(/^spiffe:\/\//, '');
  const parts = uri === undefined ? null : /^[^/]*\/ns\/([^/]*)\/sa\/([^/]*)$/.exec(uri);
  const texts: [TextField, readonly string[]][] = uri === undefined ? [] : [['identity', [uri]]];
  if (parts !== null) {
    texts.push(['identity-namespace', [parts[1]]], ['identity-account', [parts[2]]]);
  }
  return {
    texts: new Map(texts),
    addresses: {
      ...(source === undefined ? {} : { direct: addressOf(source) }),
      ...(destination === undefined ? {} : { destination: addressOf(destination) }),
    },
    port,
  };
}

/** Decides whether one policy matches a connection, whatever its action is. */
export function ztunnelMatches(policy: Pick<ZtunnelPolicy, 'groups'>, connection: ZtunnelConnection): Truth {
  return evaluate(policyCondition(policy), ztunnelFacts(connection));
}

/** A policy of one workload, ready to be evaluated. */
export interface CompiledZtunnelPolicy {
  readonly policy: ZtunnelPolicy;
  readonly condition: Condition;
}

/** What a ztunnel decides over for one workload. */
export interface CompiledZtunnel {
  readonly deny: readonly CompiledZtunnelPolicy[];
  readonly allow: readonly CompiledZtunnelPolicy[];
  /** reasons why the policies may be others; then no answer is certain */
  readonly unknown: readonly string[];
  /** the condition under which a connection is admitted */
  readonly admitted: Condition;
}

/** Compiles the policies that are bound to a workload: DENY first, then one ALLOW has to match, unless there is none. */
export function compileZtunnel({ policies, unknown }: Pick<BoundPolicies, 'policies' | 'unknown'>): CompiledZtunnel {
  const compiled = policies.map((policy) => ({ policy, condition: policyCondition(policy) }));
  const deny = compiled.filter(({ policy }) => policy.action === 'DENY');
  const allow = compiled.filter(({ policy }) => policy.action === 'ALLOW');
  const admitted = all([
    ...unknown.map((why): Condition => ({ is: 'unknown', why })),
    not(any(deny.map(({ condition }) => condition))),
    ...(allow.length === 0 ? [] : [any(allow.map(({ condition }) => condition))]),
  ]);
  return { deny, allow, unknown, admitted };
}

/** What a ztunnel did with a connection, and which policy and group decided. */
export interface ZtunnelDecision {
  readonly outcome: 'pass' | 'refuse' | 'unknown';
  readonly policy?: ZtunnelPolicy;
  /** the group of the policy that matched */
  readonly group?: number;
  readonly text: string;
}

/** Decides a connection at the ztunnel of a workload. */
export function decideZtunnel(compiled: CompiledZtunnel, connection: ZtunnelConnection): ZtunnelDecision {
  if (compiled.unknown.length > 0) {
    return { outcome: 'unknown', text: compiled.unknown[0] };
  }
  const facts = ztunnelFacts(connection);
  const denied = firstOf(compiled.deny, facts);
  if (denied?.truth === true) {
    return { outcome: 'refuse', ...matched(denied.one, facts), text: `DENY ${nameOf(denied.one)} matches` };
  }
  if (denied !== undefined) {
    return { outcome: 'unknown', policy: denied.one.policy, text: `whether DENY ${nameOf(denied.one)} matches depends on an address that is not known` };
  }
  const allowed = firstOf(compiled.allow, facts);
  if (allowed?.truth === true) {
    return { outcome: 'pass', ...matched(allowed.one, facts), text: `ALLOW ${nameOf(allowed.one)} matches` };
  }
  if (allowed !== undefined) {
    return { outcome: 'unknown', policy: allowed.one.policy, text: `whether ALLOW ${nameOf(allowed.one)} matches depends on an address that is not known` };
  }
  return compiled.allow.length === 0 ? { outcome: 'pass', text: 'no ALLOW policy at this ztunnel' }
    : { outcome: 'refuse', policy: compiled.allow[0].policy, text: `none of ${compiled.allow.length} ALLOW policies at this ztunnel matches` };
}

/** The first policy that matches; otherwise one of which it is unknown. */
function firstOf(
  policies: readonly CompiledZtunnelPolicy[], facts: Facts,
): { readonly one: CompiledZtunnelPolicy; readonly truth: Truth } | undefined {
  const truths = policies.map((one) => ({ one, truth: evaluate(one.condition, facts) }));
  return truths.find(({ truth }) => truth === true) ?? truths.find(({ truth }) => truth === undefined);
}

function matched({ policy }: CompiledZtunnelPolicy, facts: Facts): { readonly policy: ZtunnelPolicy; readonly group: number } {
  return { policy, group: policy.groups.findIndex((group) => evaluate(policyCondition({ groups: [group] }), facts) === true) };
}

function nameOf({ policy }: CompiledZtunnelPolicy): string {
  return `${policy.namespace}/${policy.name}`;
}
