import { ztunnelPolicies } from '../ambient/bind';
import { policyCondition, ztunnelFacts } from '../ambient/match';
import { ZtunnelGroup, ZtunnelMatch, ZtunnelPolicy } from '../ambient/policy';
import { attaches, AttachmentCase, expandedPrincipals, haveSoundWildcards, seenPath, StringMatch, takesBehind, takesIdentity, takesText } from '../authorization/tables';
import { evaluate } from '../condition';
import { PathNormalization } from '../mesh-settings';
import { Case, CaseResult, RowResult, tally } from './case-file';
import { manifestsOf, meshOf } from './world-of-case';
import { effectiveMtls } from '../mtls/effective';
import { labels, list, mapping, mappings, text } from '../snapshot/fields';


/** One row with what was expected and what is given. */
function row(index: number, expect: unknown, given: unknown): RowResult {
  return { row: index, expect, given, agrees: same(expect, given) };
}

/** Whether two plain values are equal, whatever the order of their fields. */
export function same(a: unknown, b: unknown): boolean {
  return JSON.stringify(sorted(a)) === JSON.stringify(sorted(b));
}

function sorted(value: unknown): unknown {
  if (Array.isArray(value)) {
    return value.map(sorted);
  }
  return value !== null && typeof value === 'object'
    ? Object.fromEntries(Object.entries(value).sort(([x], [y]) => (x < y ? -1 : 1)).map(([key, inner]) => [key, sorted(inner)])) : value;
}

/** Request paths in, paths that policies see out. */
export function runPathCase(one: Case): CaseResult {
  return tally(one, mappings(one.rows).map((fields, i) => {
    const expect = fields.reject === undefined ? { out: fields.out } : { reject: fields.reject };
    return row(i, expect, seenPath(String(fields.in).split('#')[0], String(one.mode) as PathNormalization, meshOf(one).istio));
  }));
}

/** Principals as written, and as a proxy compares them; the order does not matter. */
export function runTrustDomainCase(one: Case): CaseResult {
  const unique = (values: readonly string[]) => [...new Set(values)].sort();
  return tally(one, mappings(one.rows).map(({ principals, expanded }, i) => (
    row(i, unique(list(expanded).map(String)), unique(expandedPrincipals(list(principals).map(String), meshOf(one)))))));
}

/** Whether a policy attaches to a proxy. */
export function runAttachmentCase(one: Case): CaseResult {
  return tally(one, [row(0, one.expect, attaches(one as unknown as AttachmentCase, meshOf(one)))]);
}

/** What PeerAuthentications make a workload accept that all of them select. */
export function runEffectiveMtlsCase(one: Case): CaseResult {
  const manifests = manifestsOf(one);
  const wanted = Object.assign({}, ...manifests.map(({ object }) => labels(mapping(mapping(object.spec).selector).matchLabels)));
  const { mode, ports } = effectiveMtls(manifests, { namespace: 'my-ns', labels: wanted }, meshOf(one));
  return tally(one, [row(0, one.expect, { mode, ports: Object.fromEntries(ports) })]);
}

/** Facts about single values. */
export function runFactCase(one: Case, needsMtls?: (one: Case, object: string) => boolean | undefined): CaseResult {
  return tally(one, mappings(one.rows).map((fields, i) => {
    if (fields.valid !== undefined) {
      return row(i, fields.valid, haveSoundWildcards(list(fields.values).map(String)));
    }
    if (fields.needsMtls !== undefined) {
      return row(i, fields.needsMtls, needsMtls?.(one, String(fields.object)));
    }
    const given = fields.prefix === undefined
      ? takesIdentity(String(fields.field), String(fields.value), String(fields.identity), text(fields.policyNamespace))
      : takesBehind(String(fields.prefix), String(fields.value), String(fields.identity));
    return row(i, fields.matches, given);
  }));
}

/** Whether a matcher of ztunnel takes a text. */
export function runStringCase(one: Case): CaseResult {
  return tally(one, mappings(one.rows)
    .map((fields, i) => row(i, fields.matches, takesText(fields.match as StringMatch, String(fields.value)))));
}

/** Whether a policy as ztunnel gets it matches connections. */
export function runZtunnelMatchCase(one: Case): CaseResult {
  const condition = policyCondition({ groups: groupsOf(mapping(one.policy).rules) });
  return tally(one, mappings(one.connections).map((connection, i) => row(i, connection.matches, evaluate(condition, ztunnelFacts({
    identity: text(connection.identity), source: text(connection.src), destination: text(connection.dst), port: Number(connection.port),
  })))));
}

/** Lists in lists, as ztunnel's own tests write a policy: groups of clauses of matches. */
function groupsOf(rules: unknown): ZtunnelGroup[] {
  return list(rules).map((clauses) => ({ rules: list(clauses).map((matches) => ({ matches: list(matches) as ZtunnelMatch[] })) }));
}

/** What istiod sends to ztunnel for the most specific of the objects. */
export function runZtunnelTranslationCase(one: Case): CaseResult {
  const manifests = manifestsOf(one).map((manifest) => ({
    ...manifest,
    object: {
      ...manifest.object,
      metadata: { ...manifest.object.metadata, namespace: manifest.object.metadata.namespace ?? 'default' },
    },
  }));
  const sent = ztunnelPolicies(manifests, meshOf(one)).sent.find(({ name }) => name !== 'istio_converted_static_strict');
  const anywhere = one.objects.every(({ metadata }) => metadata.namespace === undefined);
  return tally(one, [row(0, one.ztunnel ?? null, sent === undefined ? null : sentForm(sent, anywhere))]);
}

/** As protobuf writes it as JSON: what is the default is left out, and so is the namespace of objects that have none. */
function sentForm({ action, groups, name, namespace, scope }: ZtunnelPolicy, anywhere: boolean): unknown {
  return {
    ...(action === 'DENY' ? { action } : {}),
    groups: groups.map(({ rules }) => ({ rules: rules.map(({ matches }) => ({ matches })) })),
    name,
    ...(anywhere ? {} : { namespace }),
    scope,
  };
}
