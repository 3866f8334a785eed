import { childPath, isRecord, itemsOf, recordOf } from '../field-note';
import { checkLabelSelector, checkLabels, checkNotNegative, checkOneOf, labelProblem, Report, reportIf, textOf } from './names';
import { checkPodTemplate } from './pod';

type Check = (object: Record<string, unknown>, report: Report) => void;

/** Whether a selector as the API server reads it chooses these labels; an absent one chooses nothing, an empty one everything. */
function chooses(selector: unknown, labels: Record<string, unknown>): boolean {
  if (!isRecord(selector)) {
    return false;
  }
  const wanted = Object.entries(recordOf(selector.matchLabels));
  return wanted.every(([key, value]) => Object.hasOwn(labels, key) && textOf(labels[key]) === textOf(value))
    && itemsOf(selector.matchExpressions).map(recordOf).every(({ key, operator, values }) => {
      const has = Object.hasOwn(labels, textOf(key));
      const among = has && itemsOf(values).map(textOf).includes(textOf(labels[textOf(key)]));
      switch (operator) {
        case 'In': return among;
        case 'NotIn': return !among;
        case 'Exists': return has;
        default: return !has;
      }
    });
}

interface SelectorRules {
  readonly kind: string;
  /** a selector of nothing is reported, and only then */
  readonly emptySelector?: boolean;
  readonly restartPolicies?: readonly string[];
}

function checkSelected(spec: Record<string, unknown>, { kind, restartPolicies = ['Always'] }: SelectorRules, report: Report): void {
  const problems: [string, string][] = [];
  const { selector } = spec;
  const template = recordOf(spec.template);
  if (!isRecord(selector)) {
    report('spec.selector', 'required value');
  } else {
    checkLabelSelector(selector, 'spec.selector', (path, problem) => problems.push([path, problem]));
    problems.forEach(([path, problem]) => report(path, problem));
    if (Object.keys(recordOf(selector.matchLabels)).length + itemsOf(selector.matchExpressions).length === 0) {
      report('spec.selector', `empty selector is invalid for ${kind}`);
    }
  }
  if (problems.length === 0 && !chooses(selector, recordOf(recordOf(template.metadata).labels))) {
    report('spec.template.metadata.labels', '`selector` does not match template `labels`');
  }
  checkPodTemplate(template, 'spec.template', report);
  checkRestart(template, 'spec.template', restartPolicies, report);
}

function checkRestart(template: Record<string, unknown>, path: string, policies: readonly string[], report: Report): void {
  const policy = textOf(recordOf(template.spec).restartPolicy);
  if (!policies.includes(policy === '' ? 'Always' : policy)) {
    report(`${path}.spec.restartPolicy`, `unsupported value: ${JSON.stringify(policy)}: supported values: ${policies.map((one) => JSON.stringify(one)).join(', ')}`);
  }
}

const checkDeployment: Check = ({ spec: given }, report) => {
  const spec = recordOf(given);
  checkSelected(spec, { kind: 'deployment' }, report);
  checkNotNegative(spec, ['replicas', 'minReadySeconds', 'revisionHistoryLimit', 'progressDeadlineSeconds'], 'spec', report);
  const { type, rollingUpdate } = recordOf(spec.strategy);
  checkOneOf(type, ['Recreate', 'RollingUpdate'], 'spec.strategy.type', report);
  if (type === 'Recreate' && isRecord(rollingUpdate)) {
    report('spec.strategy.rollingUpdate', "may not be specified when strategy `type` is 'Recreate'");
  }
  const deadline = typeof spec.progressDeadlineSeconds === 'number' ? spec.progressDeadlineSeconds : 600;
  if (deadline <= Number(spec.minReadySeconds ?? 0)) {
    report('spec.progressDeadlineSeconds', 'must be greater than minReadySeconds');
  }
};

const checkReplicaSet: Check = ({ spec: given }, report) => {
  const spec = recordOf(given);
  checkSelected(spec, { kind: 'replicaset' }, report);
  checkNotNegative(spec, ['replicas', 'minReadySeconds'], 'spec', report);
};

const checkStatefulSet: Check = ({ spec: given }, report) => {
  const spec = recordOf(given);
  const claims = itemsOf(spec.volumeClaimTemplates).map((claim) => ({ name: textOf(recordOf(recordOf(claim).metadata).name) }));
  const template = recordOf(spec.template);
  const podSpec = recordOf(template.spec);
  // the controller sets host name and subdomain itself
  const volumes = [...itemsOf(podSpec.volumes).filter((volume) => !claims.some(({ name }) => name === recordOf(volume).name)), ...claims];
  const withClaims = { ...podSpec, hostname: undefined, subdomain: undefined, volumes };
  checkSelected({ ...spec, template: { ...template, spec: withClaims } }, { kind: 'statefulset' }, report);
  checkNotNegative(spec, ['replicas', 'minReadySeconds', 'revisionHistoryLimit'], 'spec', report);
  checkOneOf(spec.podManagementPolicy, ['OrderedReady', 'Parallel'], 'spec.podManagementPolicy', report);
  const { type, rollingUpdate } = recordOf(spec.updateStrategy);
  checkOneOf(type, ['RollingUpdate', 'OnDelete'], 'spec.updateStrategy', report);
  if (type === 'OnDelete' && isRecord(rollingUpdate)) {
    report('spec.updateStrategy.rollingUpdate', "only allowed for updateStrategy 'RollingUpdate'");
  }
  const retention = recordOf(spec.persistentVolumeClaimRetentionPolicy);
  ['whenDeleted', 'whenScaled'].forEach((field) => checkOneOf(retention[field], ['Retain', 'Delete'], `spec.persistentVolumeClaimRetentionPolicy.${field}`, report));
  reportIf('spec.serviceName', textOf(spec.serviceName) === '' ? undefined : labelProblem(textOf(spec.serviceName)), report);
};

const checkDaemonSet: Check = ({ spec: given }, report) => {
  const spec = recordOf(given);
  checkSelected(spec, { kind: 'daemonset' }, report);
  checkNotNegative(spec, ['minReadySeconds', 'revisionHistoryLimit'], 'spec', report);
  checkOneOf(recordOf(spec.updateStrategy).type, ['OnDelete', 'RollingUpdate'], 'spec.updateStrategy.type', report);
};

const JOB_NUMBERS = ['parallelism', 'completions', 'activeDeadlineSeconds', 'backoffLimit', 'ttlSecondsAfterFinished', 'backoffLimitPerIndex', 'maxFailedIndexes'];

function checkJobSpec(spec: Record<string, unknown>, path: string, report: Report): void {
  const template = recordOf(spec.template);
  checkPodTemplate(template, childPath(path, 'template'), report);
  checkRestart(template, childPath(path, 'template'), ['OnFailure', 'Never'], report);
  checkNotNegative(spec, JOB_NUMBERS, path, report);
  checkOneOf(spec.completionMode, ['NonIndexed', 'Indexed'], childPath(path, 'completionMode'), report, false);
  checkOneOf(spec.podReplacementPolicy, ['Failed', 'TerminatingOrFailed'], childPath(path, 'podReplacementPolicy'), report, false);
  ['backoffLimitPerIndex', 'maxFailedIndexes'].filter((field) => spec.completionMode !== 'Indexed' && typeof spec[field] === 'number')
    .forEach((field) => report(childPath(path, field), 'requires indexed completion mode'));
  if (spec.completionMode === 'Indexed' && typeof spec.completions !== 'number') {
    report(childPath(path, 'completions'), 'required value: when completion mode is Indexed');
  }
}

const GENERATED_LABEL = 'batch.kubernetes.io/controller-uid';

const checkJob: Check = ({ spec: given }, report) => {
  const spec = recordOf(given);
  if (spec.manualSelector === true) {
    checkLabelSelector(spec.selector, 'spec.selector', report);
    reportIf('spec.selector', isRecord(spec.selector) ? undefined : 'required value', report);
    if (!chooses(spec.selector, recordOf(recordOf(recordOf(spec.template).metadata).labels))) {
      report('spec.template.metadata.labels', '`selector` does not match template `labels`');
    }
  } else if (Object.keys(recordOf(recordOf(spec.selector).matchLabels)).some((key) => key !== GENERATED_LABEL)
    || itemsOf(recordOf(spec.selector).matchExpressions).length > 0) {
    report('spec.selector', '`selector` not auto-generated');
  }
  checkJobSpec(spec, 'spec', report);
};

const CRON_PART = String.raw`(?:\*|\?|[0-9A-Za-z]+(?:-[0-9A-Za-z]+)?)(?:\/[0-9]+)?`;
const CRON = new RegExp(String.raw`^(?:@(?:yearly|annually|monthly|weekly|daily|midnight|hourly)|@every \S+|${
  Array.from({ length: 5 }, () => `${CRON_PART}(?:,${CRON_PART})*`).join(String.raw`\s+`)})$`);

const checkCronJob: Check = ({ spec: given }, report) => {
  const spec = recordOf(given);
  const schedule = textOf(spec.schedule);
  reportIf('spec.schedule', schedule === '' ? 'required value' : CRON.test(schedule.trim()) ? undefined : 'must be a schedule of five fields', report);
  checkOneOf(spec.concurrencyPolicy, ['Allow', 'Forbid', 'Replace'], 'spec.concurrencyPolicy', report);
  checkNotNegative(spec, ['startingDeadlineSeconds', 'successfulJobsHistoryLimit', 'failedJobsHistoryLimit'], 'spec', report);
  const template = recordOf(spec.jobTemplate);
  checkLabels(recordOf(template.metadata).labels, 'spec.jobTemplate.metadata.labels', report);
  ['selector', 'manualSelector'].filter((field) => isRecord(recordOf(template.spec)[field]) || recordOf(template.spec)[field] === true)
    .forEach((field) => report(`spec.jobTemplate.spec.${field}`, '`selector` will be auto-generated'));
  checkJobSpec(recordOf(template.spec), 'spec.jobTemplate.spec', report);
};

/** What the API server has against workloads, by kind. */
export const WORKLOAD_CHECKS: Readonly<Record<string, Check>> = {
  Deployment: checkDeployment,
  ReplicaSet: checkReplicaSet,
  StatefulSet: checkStatefulSet,
  DaemonSet: checkDaemonSet,
  Job: checkJob,
  CronJob: checkCronJob,
};
