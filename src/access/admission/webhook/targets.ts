import type { Message } from './decode';
import { entriesAt, messageAt, messagesAt, Opinion, textAt } from './opinion';

const TARGETS = ['core/Service', 'networking.istio.io/ServiceEntry', 'gateway.networking.k8s.io/Gateway', 'gateway.networking.k8s.io/GatewayClass'];

/** Checks how a policy says what it applies to. */
export function checkAttachment(spec: Message, opinion: Opinion): void {
  const target = messageAt(spec, 'targetRef');
  const targets = messagesAt(spec, 'targetRefs');
  const ways = [messageAt(spec, 'selector') !== undefined, target !== undefined, targets.length > 0].filter(Boolean).length;
  if (ways > 1) {
    opinion.error('only one of targetRefs or workloadSelector can be set');
  }
  checkSelector(messageAt(spec, 'selector'), opinion);
  [...(target === undefined ? [] : [target]), ...targets].forEach((one) => checkTarget(one, opinion));
}

function checkTarget(target: Message, opinion: Opinion): void {
  const [group, kind] = [textAt(target, 'group'), textAt(target, 'kind')];
  if (textAt(target, 'name') === '') {
    opinion.error('targetRef name must be set');
  }
  if (textAt(target, 'namespace') !== '') {
    opinion.error('targetRef namespace must not be set; cross namespace referencing is not supported');
  }
  if (!TARGETS.includes(`${group === '' ? 'core' : group}/${kind}`)) {
    opinion.error(`targetRef must be to one of ${TARGETS.join(', ')} but was ${group}/${kind}`);
  }
}

/** Checks a selector with `matchLabels`. */
export function checkSelector(selector: Message | undefined, opinion: Opinion): void {
  if (selector !== undefined) {
    checkLabels(entriesAt(selector, 'matchLabels'), opinion);
    if (entriesAt(selector, 'matchLabels').length === 0) {
      opinion.warn('workload selector specified without labels');
    }
  }
}

/** Checks a selector with `labels`. Answers whether the rest is looked at. */
export function checkWorkloadSelector(selector: Message | undefined, what: string, opinion: Opinion): boolean {
  const labels = entriesAt(selector, 'labels');
  const before = opinion.errors.length;
  checkLabels(labels, opinion);
  if (opinion.errors.length > before) {
    return false;
  }
  if (selector !== undefined && labels.length === 0) {
    opinion.warn(`${what}: workload selector specified without labels, will be applied to all services in namespace`);
  }
  return true;
}

function checkLabels(labels: readonly [string, unknown][], opinion: Opinion): void {
  for (const [key, value] of labels) {
    if (key === '') {
      opinion.error(`empty key is not supported in selector: "${key}=${String(value)}"`);
    }
    if (key.includes('*') || String(value).includes('*')) {
      opinion.error(`wildcard is not supported in selector: "${key}=${String(value)}"`);
    }
  }
}
