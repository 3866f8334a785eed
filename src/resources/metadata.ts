import { ApiObjectMetadata } from 'cdk8s';
import { checkLabelSyntax, Grammar } from './validation';
import { invalid, requireValid } from '../values/errors';
import { dnsLabelProblem, dnsSubdomainProblem, labelKeyProblem } from '../values/grammar/names';

/** The annotation that makes an AuthorizationPolicy log instead of decide; istiod refuses it on every other kind. */
export const DRY_RUN = 'istio.io/dry-run';

/**
 * The metadata of an object: named after its construct unless it says otherwise, and checked as the API server would.
 */
export function metadataOf(id: string, metadata: ApiObjectMetadata = {}, nameProblem: Grammar = dnsSubdomainProblem): ApiObjectMetadata {
  const name = requireValid('metadata.name', metadata.name ?? id, nameProblem,
    nameProblem === dnsLabelProblem ? 'up to 63 lower case letters, digits and "-" inside' : 'a DNS subdomain, up to 253 characters',
    metadata.name === undefined ? 'change the construct id, which is the name, or set metadata.name' : 'change the name');
  if (metadata.namespace !== undefined) {
    requireValid('metadata.namespace', metadata.namespace, dnsLabelProblem, 'the name of a namespace', 'correct the name');
  }
  checkLabelSyntax('metadata.labels', metadata.labels ?? {});
  for (const key of Object.keys(metadata.annotations ?? {})) {
    requireValid('a key of metadata.annotations', key, labelKeyProblem, 'an annotation key such as "example.com/owner"', 'correct the key');
  }
  if (metadata.annotations?.[DRY_RUN] !== undefined) {
    throw invalid(`the annotation ${DRY_RUN} decides whether a policy is enforced`, metadata.annotations[DRY_RUN], 'no such annotation',
      'use the property dryRun of an AuthorizationPolicy; no other kind has a dry run');
  }
  return { ...metadata, name };
}
