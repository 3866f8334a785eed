import { subsetNameProblem } from './destinations';
import { checkExportTo } from './export-to';
import { entriesAt, messageAt, messagesAt, Opinion, textAt, textsAt, WebhookCheck } from './opinion';
import { checkSelector } from './targets';
import { labelProblems, wildcardDomainProblem } from './texts';
import { checkTrafficPolicy } from './traffic-policy';

/** What the webhook says of a DestinationRule. */
export const checkDestinationRule: WebhookCheck = (spec, { namespace }, opinion) => {
  opinion.errorIf(wildcardDomainProblem(textAt(spec, 'host')));
  checkTrafficPolicy(messageAt(spec, 'trafficPolicy'), namespace, opinion);
  const names = new Set<string>();
  for (const subset of messagesAt(spec, 'subsets')) {
    const name = textAt(subset, 'name');
    opinion.errorIf(names.has(name) ? `duplicate subset names: ${name}` : undefined);
    names.add(name);
    opinion.errorIf(subsetNameProblem(name));
    labelProblems(entriesAt(subset, 'labels')).forEach((problem) => opinion.error(problem));
    // warnings about subsets are lost in istiod
    const inner = new Opinion();
    checkTrafficPolicy(messageAt(subset, 'trafficPolicy'), namespace, inner);
    opinion.takeErrors(inner);
  }
  checkExportTo(namespace, textsAt(spec, 'exportTo'), opinion, { ownOnly: spec.workloadSelector !== undefined });
  checkSelector(messageAt(spec, 'workloadSelector'), opinion);
};
