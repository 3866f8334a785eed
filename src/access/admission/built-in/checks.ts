import { itemsOf, recordOf } from '../field-note';
import { checkMetadata, checkOneOf, labelProblem, qualifiedNameProblem, Report, reportIf, subdomainProblem, textOf } from './names';
import { checkNetworkPolicy } from './network-policy';
import { checkPodSpec } from './pod';
import { checkService } from './service';
import { WORKLOAD_CHECKS } from './workloads';

const POD_SECURITY = ['enforce', 'audit', 'warn'];

function checkNamespace(object: Record<string, unknown>, report: Report): void {
  itemsOf(recordOf(object.spec).finalizers).map(textOf).forEach((name) => reportIf('spec.finalizers',
    qualifiedNameProblem(name) ?? (name.includes('/') || ['kubernetes', 'orphan', 'foregroundDeletion'].includes(name) ? undefined
      : 'name is neither a standard finalizer name nor is it fully qualified'), report));
  const labels = recordOf(recordOf(object.metadata).labels);
  POD_SECURITY.map((mode) => `pod-security.kubernetes.io/${mode}`).filter((key) => Object.hasOwn(labels, key))
    .forEach((key) => checkOneOf(textOf(labels[key]), ['privileged', 'baseline', 'restricted'], `metadata.labels[${key}]`, report, false));
}

/** CronJobs append 11 characters to their name. */
function cronJobNameProblem(name: string): string | undefined {
  return name.length > 52 ? 'must be no more than 52 characters' : subdomainProblem(name);
}

const NAMES: Readonly<Record<string, (name: string) => string | undefined>> = {
  Namespace: labelProblem, Service: labelProblem, StatefulSet: labelProblem, CronJob: cronJobNameProblem,
};

const CHECKS: Readonly<Record<string, (object: Record<string, unknown>, report: Report) => void>> = {
  ...WORKLOAD_CHECKS,
  Namespace: checkNamespace,
  NetworkPolicy: checkNetworkPolicy,
  Service: checkService,
  Pod: ({ spec }, report) => checkPodSpec(recordOf(spec), 'spec', report),
};

/** Reports what the API server has against an object of one of its own kinds whose fields have the right types. */
export function checkBuiltIn(object: Record<string, unknown>, report: Report): void {
  const kind = textOf(object.kind);
  checkMetadata(object.metadata, NAMES[kind] ?? subdomainProblem, 'metadata', report);
  CHECKS[kind]?.(object, report);
}
