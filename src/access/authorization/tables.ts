import { DEFAULT_MESH, MeshSettings, PathNormalization } from '../mesh-settings';
import { Labels } from '../objects';
import { normalizePath, withoutQuery } from '../requests/path';
import { quirksOf } from '../requests/versions';
import { matchesPattern, stringPattern, TextPattern } from '../text-pattern';
import { attachmentOf, isAttached, ServedService } from './attach';
import { namespacePattern, principalPattern, serviceAccountPattern, trustDomainPattern } from './identity-patterns';
import { expandPrincipal } from './trust-domains';

/** Decides which path policies see of a request target, or that the proxy refuses it; rows of kind `path-normalization`. */
export function seenPath(
  target: string, mode: PathNormalization, istio: string = DEFAULT_MESH.istio,
): { readonly out: string } | { readonly reject: number } {
  const seen = normalizePath(target, { mode, resolvesParameters: quirksOf(istio).resolvesParameters });
  return 'path' in seen ? { out: withoutQuery(seen.path) } : { reject: Number(seen.answer.slice('http-'.length)) };
}

/** Decides which principals a proxy compares for those that a policy writes; rows of kind `trust-domain`. */
export function expandedPrincipals(
  principals: readonly string[], mesh: Pick<MeshSettings, 'trustDomain' | 'trustDomainAliases'>,
): string[] {
  return principals.flatMap((principal) => expandPrincipal(principal, mesh));
}

/** A policy and a proxy as cases of kind `attachment` write them. */
export interface AttachmentCase {
  readonly policy: { readonly namespace: string; readonly selector?: unknown; readonly targetRef?: unknown; readonly targetRefs?: unknown };
  readonly proxy: {
    readonly namespace: string;
    readonly labels?: Labels;
    readonly waypoint?: boolean;
    readonly services?: readonly ServedService[];
    readonly rootNamespace?: string;
  };
}

/** Decides whether a policy attaches to a proxy; cases of kind `attachment`. */
export function attaches({ policy, proxy }: AttachmentCase, mesh: Pick<MeshSettings, 'rootNamespace' | 'flags'> = DEFAULT_MESH): boolean {
  return isAttached(attachmentOf(policy.namespace, policy), {
    namespace: proxy.namespace, labels: proxy.labels ?? {}, waypoint: proxy.waypoint === true, services: proxy.services ?? [],
  }, { rootNamespace: proxy.rootNamespace ?? mesh.rootNamespace, flags: mesh.flags });
}

const IDENTITY_PATTERNS: Readonly<Record<string, (value: string, home: string) => TextPattern>> = {
  principals: principalPattern, namespaces: namespacePattern, serviceAccounts: serviceAccountPattern, trustDomains: trustDomainPattern,
};

/** Decides whether a value of a source field takes a certificate URI; `undefined` for a field that is none of identities. */
export function takesIdentity(field: string, value: string, identity: string, policyNamespace = 'default'): boolean | undefined {
  const pattern = IDENTITY_PATTERNS[field]?.(value, policyNamespace);
  return pattern === undefined ? undefined : matchesPattern(pattern, identity);
}

/** Decides whether a value takes a text behind something that istiod puts before it. */
export function takesBehind(prefix: string, value: string, text: string): boolean {
  return matchesPattern(value === '*' ? stringPattern(value) : stringPattern(value, { before: prefix }), text);
}

/** Decides whether all values have at most the one wildcard, at an end, that fields with checked wildcards may have. */
export function haveSoundWildcards(values: readonly string[]): boolean {
  return values.every((value) => /^(\*|\*?[^*]+|[^*]+\*)$/.test(value));
}

/** How ztunnel matches a text; rows of kind `string-match`. */
export type StringMatch =
  | { readonly exact: string } | { readonly prefix: string } | { readonly suffix: string } | { readonly presence: unknown };

/** Decides whether a matcher of ztunnel takes a text. */
export function takesText(match: StringMatch, value: string): boolean {
  if ('exact' in match) {
    return value === match.exact;
  }
  if ('prefix' in match) {
    return value.startsWith(match.prefix);
  }
  return 'suffix' in match ? value.endsWith(match.suffix) : value !== '';
}
