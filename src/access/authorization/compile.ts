import { Condition } from '../condition';
import { MeshSettings } from '../mesh-settings';
import { compareTexts, namespaceOf, olderManifestFirst } from '../mtls/precedence';
import { Manifest, ObjectRef } from '../objects';
import { TokenProvider } from '../requests/tokens';
import { Service, Workload } from '../workload';
import { GATEWAY_NAME_LABEL, isAttached, Proxy, ServedService } from './attach';
import { Authentication, readAuthentication } from './authentications';
import { Policy, readPolicy } from './policy';
import { CustomChecks, customChecks, KnownHosts } from './providers';
import { CompiledRule, TranslatedPolicy, translatePolicy } from './translate';
import { list, mapping, text } from '../snapshot/fields';

/** The part of a snapshot that authorization reads. */
export interface PolicySources {
  readonly mesh: MeshSettings;
  readonly services: readonly Service[];
  kind(group: string, kind: string): readonly Manifest[];
}

/** What the filters of one kind of chain enforce, in their order: CUSTOM, tokens, DENY, ALLOW. */
export interface ChainPolicies {
  readonly custom: readonly CustomChecks[];
  /** empty on a TCP chain and where no RequestAuthentication applies */
  readonly tokens: readonly TokenProvider[];
  /** logged, never decisive */
  readonly audit: readonly CompiledRule[];
  readonly deny: readonly CompiledRule[];
  /** undefined where no ALLOW policy applies: then everything passes; empty lets nothing pass */
  readonly allow?: readonly CompiledRule[];
  /** the ALLOW policies, also those without rules */
  readonly allowPolicies: readonly ObjectRef[];
  readonly notes: TranslatedPolicy['notes'];
}

/** The policies that a proxy enforces, ready for any number of requests. */
export interface AuthorizationModel {
  readonly http: ChainPolicies;
  readonly tcp: ChainPolicies;
  /** why Envoy does not take this configuration: what it does instead depends on what it had before */
  readonly refusals: readonly string[];
  /** a RequestAuthentication that no API server stores */
  readonly unreadable?: string;
}

interface Index {
  readonly policies: ReadonlyMap<string, readonly Policy[]>;
  readonly authentications: ReadonlyMap<string, readonly Authentication[]>;
  readonly hosts: KnownHosts;
  translated: Map<Policy, { readonly [chain in 'http' | 'tcp']?: TranslatedPolicy }>;
}

/** most policies select one workload, so that few of them are worth being remembered */
const MOST_TRANSLATED = 64;
const indexes = new WeakMap<PolicySources, Index>();

/** The proxy of a workload; of a waypoint the one that works for a Service, or for a pod if none is named. */
export function proxyOf(workload: Workload, service?: ServedService): Proxy {
  const waypoint = workload.mode === 'waypoint';
  const labels = waypoint && workload.labels[GATEWAY_NAME_LABEL] === undefined
    ? { ...workload.labels, [GATEWAY_NAME_LABEL]: workload.name } : workload.labels;
  return { namespace: workload.namespace, labels, waypoint, services: service === undefined ? [] : [service] };
}

/** Compiles the policies that apply to a proxy. */
export function compileAuthorization(sources: PolicySources, proxy: Proxy): AuthorizationModel {
  const index = indexOf(sources);
  const { mesh } = sources;
  const namespaces = [...new Set([proxy.namespace, mesh.rootNamespace, ...proxy.services.map(({ namespace }) => namespace)])];
  const policies = namespaces.flatMap((namespace) => index.policies.get(namespace) ?? [])
    .filter(({ attachment }) => isAttached(attachment, proxy, mesh));
  const authentications = namespaces.flatMap((namespace) => index.authentications.get(namespace) ?? [])
    .filter(({ attachment }) => isAttached(attachment, proxy, mesh));
  const on = (chain: 'http' | 'tcp') => policies.map((policy) => ({ policy, translated: translated(policy, chain, index, mesh) }));
  const http = on('http');
  const tokens = authentications.flatMap(({ providers }) => providers).sort((a, b) => compareTexts(a.issuer, b.issuer));
  let tcp: ChainPolicies | undefined;
  return {
    http: chainPolicies(http, tokens, 'http', mesh, index.hosts),
    // many workloads are never asked about it
    get tcp() {
      tcp = tcp ?? chainPolicies(on('tcp'), [], 'tcp', mesh, index.hosts);
      return tcp;
    },
    refusals: [...http.flatMap(({ translated: { refusals } }) => refusals), ...authentications.flatMap(({ refusals }) => refusals)],
    unreadable: authentications.find(({ unreadable }) => unreadable !== undefined)?.unreadable,
  };
}

function chainPolicies(
  applied: readonly { readonly policy: Policy; readonly translated: TranslatedPolicy }[], tokens: readonly TokenProvider[],
  chain: 'http' | 'tcp', mesh: MeshSettings, hosts: KnownHosts,
): ChainPolicies {
  const of = (action: Policy['action']) => applied.filter(({ policy }) => policy.action === action && !policy.dryRun);
  const rules = (action: Policy['action']) => of(action).flatMap(({ translated: { rules: own } }) => own);
  const allowing = of('ALLOW');
  return {
    custom: customChecks(applied.filter(({ policy }) => policy.action === 'CUSTOM'), chain, mesh, hosts),
    tokens,
    audit: rules('AUDIT'),
    deny: rules('DENY'),
    ...(allowing.length === 0 ? {} : { allow: rules('ALLOW') }),
    allowPolicies: allowing.map(({ policy }) => policy.ref),
    notes: applied.flatMap(({ translated: { notes } }) => notes),
  };
}

function translated(policy: Policy, chain: 'http' | 'tcp', index: Index, mesh: MeshSettings): TranslatedPolicy {
  const known = index.translated.get(policy);
  if (known?.[chain] !== undefined) {
    return known[chain];
  }
  const translation = translatePolicy(policy, chain, mesh);
  index.translated = index.translated.size < MOST_TRANSLATED ? index.translated : new Map();
  index.translated.set(policy, { ...known, [chain]: translation });
  return translation;
}

function indexOf(sources: PolicySources): Index {
  const known = indexes.get(sources);
  if (known !== undefined) {
    return known;
  }
  const { mesh } = sources;
  const index: Index = {
    policies: byNamespace(sources.kind('security.istio.io', 'AuthorizationPolicy').map(readPolicy)),
    authentications: byNamespace([...sources.kind('security.istio.io', 'RequestAuthentication')].sort(olderManifestFirst)
      .map((manifest) => readAuthentication(manifest, mesh))),
    hosts: knownHosts(sources),
    translated: new Map(),
  };
  indexes.set(sources, index);
  return index;
}

function byNamespace<T extends { readonly attachment: { readonly namespace: string } }>(items: readonly T[]): Map<string, T[]> {
  const map = new Map<string, T[]>();
  for (const item of items) {
    const known = map.get(item.attachment.namespace);
    if (known === undefined) {
      map.set(item.attachment.namespace, [item]);
    } else {
      known.push(item);
    }
  }
  return map;
}

function knownHosts(sources: PolicySources): KnownHosts {
  const { services, mesh } = sources;
  const hosts = new Map<string, Set<string>>();
  const add = (host: string, namespace: string) => hosts.set(host, (hosts.get(host) ?? new Set()).add(namespace));
  services.forEach(({ name, namespace }) => add(`${name}.${namespace}.svc.${mesh.clusterDomain}`, namespace));
  sources.kind('networking.istio.io', 'ServiceEntry').forEach(({ object: { metadata, spec } }) => list(mapping(spec).hosts)
    .forEach((host) => text(host) === undefined || add(host as string, namespaceOf(metadata))));
  return hosts;
}

/** The condition on one port: what it says of other ports is decided. */
export function atPort(condition: Condition, port: number): Condition {
  switch (condition.is) {
    case 'port': return { is: 'constant', value: condition.number === port, at: condition.at };
    case 'not': return { ...condition, of: atPort(condition.of, port) };
    case 'all':
    case 'any': return { ...condition, of: condition.of.map((part) => atPort(part, port)) };
    default: return condition;
  }
}
