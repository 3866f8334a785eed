import type { KubeObject } from '../objects';
import { FieldNote } from './field-note';
import { definitionProblems, schemaProblems } from './schema-problems';
import { webhookProblems } from './webhook-problems';

/** What a gate says of an object, and in which words. */
export interface AdmissionVerdict {
  readonly verdict: 'valid' | 'warning' | 'error';
  readonly messages: readonly string[];
}

/**
 * What one gate says of an object: its definition (for kinds of the server itself, the server), or istiod's webhook, which has nothing
 * against kinds that it is not asked about. Kinds that no pinned schema knows are an error of the definition.
 */
export function admissionVerdict(object: KubeObject, gate: 'crd' | 'webhook'): AdmissionVerdict {
  if (gate === 'webhook') {
    const { errors, warnings } = webhookProblems(object) ?? { errors: [], warnings: [] };
    return errors.length > 0 ? { verdict: 'error', messages: errors } : { verdict: warnings.length > 0 ? 'warning' : 'valid', messages: warnings };
  }
  const problems: readonly FieldNote[] = definitionProblems(object) ?? schemaProblems(object)
    ?? [{ path: 'kind', problem: `no pinned schema knows ${object.kind} of ${object.apiVersion}` }];
  return { verdict: problems.length > 0 ? 'error' : 'valid', messages: problems.map(({ path, problem }) => `${path}: ${problem}`) };
}
