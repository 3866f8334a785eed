import {
  anyPathProblem, CONDITION_KEYS, conditionGrammar, hostPatternProblem, isIdentityKey, methodPatternProblem,
  namespacePatternProblem, principalPatternProblem, requestPrincipalProblem, serviceAccountProblem, trustDomainPatternProblem,
} from './authorization-grammar';
import { AuthorizationOperation } from './authorization-operation';
import { AuthorizationSource } from './authorization-source';
import { ipBlockProblem } from './host-grammar';
import { checkPortNumber, checkTexts, Expectation, Grammar, requireNonEmpty } from './validation';
import * as security from '../../imports/security.istio.io';
import { invalid } from '../values/errors';

/**
 * A condition on an attribute of the connection or request.
 *
 * @see https://istio.io/latest/docs/reference/config/security/conditions/
 */
export interface AuthorizationCondition {
  /**
   * The attribute: `source.ip`, `remote.ip`, `source.namespace`, `source.principal`, `source.serviceAccount`, `source.trustDomain`,
   * `destination.ip`, `destination.port`, `connection.sni`, `request.headers[NAME]`, `request.auth.principal`, `request.auth.audiences`,
   * `request.auth.presenter`, `request.auth.claims[NAME]` (nested: `[A][B]`), or `experimental.envoy.filters.FILTER[KEY]`.
   */
  readonly key: string;

  /**
   * Any of these values. Texts may begin or end with one `*`. A claim matches a string or an element of a list of strings, never a number
   * or boolean.
   *
   * @default - no value is asked for
   */
  readonly values?: string[];

  /**
   * None of these values. It also holds when the attribute is absent: no token, no such header, no mutual TLS.
   *
   * @default - no value is excluded
   */
  readonly notValues?: string[];
}

/**
 * A rule: who, what, and under which conditions.
 *
 * `from`, `to` and every entry of `when` must hold (AND). The entries of `from` are alternatives (OR), and so are the entries of `to`.
 */
export interface AuthorizationRule {
  /**
   * Who calls: any of these sources.
   *
   * @default - anybody, also without an identity
   */
  readonly from?: AuthorizationSource[];

  /**
   * What is asked for: any of these operations.
   *
   * @default - everything
   */
  readonly to?: AuthorizationOperation[];

  /**
   * Conditions that must all hold.
   *
   * @default - none
   */
  readonly when?: AuthorizationCondition[];
}

/** What a CUSTOM policy cannot know. */
const IDENTITY_FIELDS = ['principals', 'namespaces', 'serviceAccounts', 'trustDomains', 'requestPrincipals'];

const ADDRESS: Expectation = { allowed: 'an IP address or a CIDR without host bits', fix: 'correct the address' };
const PATTERN = 'a text, or a text with one "*" at its beginning or end, or "*"';

const TEXT_FIELDS: { [field: string]: [Grammar, Expectation] } = {
  principals: [principalPatternProblem, { allowed: `TRUST-DOMAIN/ns/NAMESPACE/sa/ACCOUNT, or ${PATTERN}`, fix: 'correct the identity' }],
  requestPrincipals: [requestPrincipalProblem, {
    allowed: '"*", ISSUER/SUBJECT, ISSUER/*, ISSUER/PREFIX*, */SUBJECT or *SUFFIX/SUBJECT', fix: 'correct issuer and subject',
  }],
  namespaces: [namespacePatternProblem, { allowed: 'the name of a namespace, with "*" in any place', fix: 'correct the namespace' }],
  serviceAccounts: [serviceAccountProblem, {
    allowed: 'NAME (in the namespace of the policy) or NAMESPACE/NAME',
    fix: 'name the accounts one by one, or use principals for a pattern',
  }],
  trustDomains: [trustDomainPatternProblem, { allowed: PATTERN, fix: 'correct the trust domain' }],
  ipBlocks: [ipBlockProblem, ADDRESS],
  remoteIpBlocks: [ipBlockProblem, ADDRESS],
  hosts: [hostPatternProblem, { allowed: PATTERN, fix: 'correct the host' }],
  methods: [methodPatternProblem, { allowed: 'a method in upper case, or "*"', fix: 'correct the method' }],
  paths: [anyPathProblem, {
    allowed: 'a path as it is after normalisation, with one "*" at its beginning or end or with "{*}" and "{**}" segments, or "*"',
    fix: 'correct the path',
  }],
};

/**
 * Refuses a rule that the API server or istiod refuses, and one with a value that never matches or that stands for everything by mistake.
 */
export function checkRule(where: string, rule: AuthorizationRule, isCustom: boolean): void {
  if (rule.from === undefined && rule.to === undefined && rule.when === undefined) {
    throw invalid(`${where} restricts nothing`, rule, 'from, to or when', 'use addUnrestrictedRule() if every request is meant');
  }
  requireNonEmpty(`${where}.from`, rule.from, 'an empty list would mean anybody: leave from out if that is meant');
  requireNonEmpty(`${where}.to`, rule.to, 'an empty list would mean everything: leave to out if that is meant');
  requireNonEmpty(`${where}.when`, rule.when, 'leave when out if there is no condition');
  if (rule.from !== undefined && rule.from.length > 512) {
    throw invalid(`${where}.from has too many sources`, rule.from.length, 'up to 512',
      'put several values into one source, or define several rules');
  }
  rule.from?.forEach((source, i) => checkSource(`${where}.from[${i}]`, source, isCustom));
  rule.to?.forEach((operation, i) => checkOperation(`${where}.to[${i}]`, operation));
  rule.when?.forEach((condition, i) => checkCondition(`${where}.when[${i}]`, condition, isCustom));
}

/** The rule as it is written. */
export function toKubeRule(rule: AuthorizationRule): security.AuthorizationPolicySpecRules {
  return {
    from: rule.from?.map((source) => ({ source })),
    to: rule.to?.map((operation) => ({
      operation: { ...operation, ports: operation.ports?.map(String), notPorts: operation.notPorts?.map(String) },
    })),
    when: rule.when,
  };
}

function checkSource(where: string, source: AuthorizationSource, isCustom: boolean): void {
  requireFields(where, source, 'anybody, also without an identity');
  for (const [field, values] of Object.entries(source)) {
    if (isCustom && IDENTITY_FIELDS.includes(positive(field)) && values !== undefined) {
      throw invalid(`${where}.${field} cannot be used with the action CUSTOM, which is decided before identities and tokens are looked at`,
        values, 'ipBlocks and remoteIpBlocks', 'restrict identities in an ALLOW or DENY policy beside it');
    }
    checkTextField(where, field, values);
  }
  checkServiceAccounts(where, source);
}

function checkServiceAccounts(where: string, source: AuthorizationSource): void {
  for (const list of [source.serviceAccounts, source.notServiceAccounts]) {
    if (list === undefined) {
      continue;
    }
    if (list.length > 16) {
      throw invalid(`${where} names too many serviceAccounts`, list.length, 'up to 16 per source', 'divide them among several sources');
    }
    const clash = source.principals ?? source.notPrincipals ?? source.namespaces ?? source.notNamespaces;
    if (clash !== undefined) {
      throw invalid(`${where} combines serviceAccounts with principals or namespaces`, clash, 'one way to name the identity',
        'name the accounts as NAMESPACE/NAME, or use principals for all of them');
    }
  }
}

function checkOperation(where: string, operation: AuthorizationOperation): void {
  requireFields(where, operation, 'everything');
  const { ports, notPorts, ...texts } = operation;
  for (const [field, numbers] of Object.entries({ ports, notPorts })) {
    requireNonEmpty(`${where}.${field}`, numbers, 'leave it out if all ports are meant');
    numbers?.forEach((number, i) => checkPortNumber(`${where}.${field}[${i}]`, number));
  }
  Object.entries(texts).forEach(([field, values]) => checkTextField(where, field, values));
}

function checkCondition(where: string, condition: AuthorizationCondition, isCustom: boolean): void {
  const grammar = conditionGrammar(condition.key);
  if (grammar === undefined) {
    throw invalid(`${where}.key is no attribute that Istio knows, so that it would skip the whole rule`, condition.key, CONDITION_KEYS,
      'correct the key');
  }
  if (isCustom && isIdentityKey(condition.key)) {
    throw invalid(`${where}.key cannot be used with the action CUSTOM, which is decided before identities and tokens are looked at`,
      condition.key, 'attributes of addresses and of the request', 'restrict identities in an ALLOW or DENY policy beside it');
  }
  if (condition.values === undefined && condition.notValues === undefined) {
    throw invalid(`${where} compares ${condition.key} with nothing, so that it would always hold`, condition, 'values or notValues',
      'add values');
  }
  const expectation = { allowed: `a value of ${condition.key} that can match`, fix: 'correct the value' };
  checkTexts(`${where}.values`, condition.values, grammar, expectation);
  checkTexts(`${where}.notValues`, condition.notValues, grammar, expectation);
}

function checkTextField(where: string, field: string, values: string[] | undefined): void {
  const rule = TEXT_FIELDS[positive(field)];
  if (rule === undefined) {
    throw invalid(`${where} has a field that Istio does not know, so that it would be dropped`, field, Object.keys(TEXT_FIELDS).join(', '),
      'correct the name of the field');
  }
  checkTexts(`${where}.${field}`, values, ...rule);
}

function requireFields(where: string, fields: object, meaning: string): void {
  if (Object.values(fields).every((value) => value === undefined)) {
    throw invalid(`${where} restricts nothing`, fields, 'one field at least', `leave the list out if it is meant to stand for ${meaning}`);
  }
}

/** The name of a field without its `not`. */
function positive(field: string): string {
  return field.startsWith('not') ? field[3].toLowerCase() + field.slice(4) : field;
}
