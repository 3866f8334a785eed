import { Case } from '../access/cases/case-file';
import { CaseHooks } from '../access/cases/run-case';
import { meshOf } from '../access/cases/world-of-case';
import { list, mapping } from '../access/snapshot/fields';
import { analysisVerdicts } from '../checks/analysis-verdicts';
import { needsMtls } from '../checks/kiali';

/** What cases ask of the checks. */
export const caseHooks: CaseHooks = {
  analysis: (one, gate) => analysisVerdicts(one.objects, gate, one.analyzer ?? one.checker, {
    mesh: meshOf(one),
    namespaces: list(one.namespaces).map(String),
    serviceAccounts: Object.values(mapping(one.serviceAccounts)).flat().map(String),
  }),
  needsMtls: (one, name) => {
    const object = objectNamed(one, name);
    return object === undefined ? undefined : needsMtls({ object, origin: {} });
  },
};

function objectNamed({ objects }: Case, name: string): Case['objects'][number] | undefined {
  return objects.find(({ kind, metadata }) => `${kind} ${metadata.namespace === undefined ? '' : `${metadata.namespace}/`}${metadata.name}` === name);
}
