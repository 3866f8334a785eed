import { defineRule } from '../rule';
import { deployedPorts } from './services-of';

/** Services lead to one port of a workload by different numbers. */
export const conflictingPorts = defineRule({
  id: 'workload/conflicting-ports',
  severity: 'warning',
  effect: 'the proxy has one listener for the port of the pod: the protocol and the settings of the oldest Service count for all of them',
  fix: 'use one number in all Services that lead to the port, or separate ports of the pod',
  aliases: ['IST0137'],
}, (snapshot) => deployedPorts(snapshot).flatMap(({ manifest, ports }) => {
  const byTarget = new Map<string, Map<number, string>>();
  for (const { service, fields: { port, targetPort } } of ports) {
    if (typeof port === 'number') {
      const target = targetPort === undefined || targetPort === null || targetPort === 0 || targetPort === '' ? String(port) : String(targetPort);
      byTarget.set(target, (byTarget.get(target) ?? new Map<number, string>()).set(port, service));
    }
  }
  return [...byTarget].filter(([, numbers]) => numbers.size > 1).map(([target, numbers]) => ({
    manifest,
    path: 'metadata.name',
    message: `port ${target} of the pods is ${[...numbers].map(([number, service]) => `${number} in ${service}`).sort().join(' and ')}`,
  }));
}));
