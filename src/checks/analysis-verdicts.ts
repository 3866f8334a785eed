import { analyzerVerdicts } from './analyzers';
import { kialiVerdicts } from './kiali';
import { UpstreamVerdict } from './upstream';
import { MeshSettings } from '../access/mesh-settings';
import { KubeObject } from '../access/objects';
import { snapshotOf } from '../access/snapshot/snapshot';
import { parsePrincipal } from '../values/grammar/principals';

/** What is known of a cluster beside the objects. */
export interface KnownFacts {
  readonly mesh?: Partial<MeshSettings>;
  /** namespaces that exist */
  readonly namespaces?: readonly string[];
  /** service accounts that exist, as `trust-domain/ns/NAMESPACE/sa/ACCOUNT` */
  readonly serviceAccounts?: readonly string[];
}

/**
 * What `istioctl analyze` or Kiali says of the objects, in their own codes and levels: one of their analyzers or checkers by the name of
 * its type, or all that are known here. Throws for one that is not: silence would be taken for its answer.
 */
export function analysisVerdicts(
  objects: readonly KubeObject[], gate: 'analyze' | 'kiali', analyzer?: string, facts: KnownFacts = {},
): UpstreamVerdict[] {
  const manifests = [...objects, ...factObjects(facts)].map((object) => ({ object, origin: {} }));
  const snapshot = snapshotOf(manifests, { mesh: facts.mesh });
  const verdicts = gate === 'analyze' ? analyzerVerdicts(snapshot, analyzer) : kialiVerdicts(snapshot, analyzer);
  if (verdicts === undefined) {
    throw new Error(`no rule stands for ${gate === 'analyze' ? 'the analyzer' : 'the checker'} ${analyzer}`);
  }
  return verdicts;
}

function factObjects({ namespaces = [], serviceAccounts = [] }: KnownFacts): KubeObject[] {
  return [
    ...namespaces.map((name) => ({ apiVersion: 'v1', kind: 'Namespace', metadata: { name } })),
    ...serviceAccounts.map(parsePrincipal).flatMap((identity) => (identity === undefined ? [] : [
      { apiVersion: 'v1', kind: 'ServiceAccount', metadata: { name: identity.serviceAccount, namespace: identity.namespace } },
    ])),
  ];
}
