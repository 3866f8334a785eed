import { Pods } from './pods';
import { applicationOf, ServicePortApplication } from '../values/grammar/app-protocols';
import { ApplicationProtocol, Port } from '../values/port';

/**
 * What is wrong between the declared ports of a workload and a Service of its pods: Istio decides from the Service whether a port carries
 * HTTP, and on a port that it takes for TCP every rule with routes is dropped.
 */
export function servicePortProblems(service: any, workload: string, pods: Pods): string[] {
  const where = `Service ${service.metadata?.namespace}/${service.metadata?.name}`;
  return (service.spec?.ports ?? []).flatMap((port: any) => {
    const target = targetNumber(port, pods);
    const declared = pods.ports().find((p) => p.number === target && p.transport === (port.protocol ?? 'TCP'));
    const seen = applicationOf(port.appProtocol, port.name);
    return declared === undefined ? [] : disagreement(`port ${port.name ?? port.port} of ${where}`, workload, declared, seen);
  });
}

/** Whether a Service selects the pods. */
export function serviceSelects(service: any, namespace: string, pods: Pods): boolean {
  const selector = Object.entries(service.spec?.selector ?? {});
  if (service.metadata?.namespace !== namespace || selector.length === 0) {
    return false;
  }
  const labels = pods.labels();
  return selector.every(([key, value]) => labels[key] === value);
}

function targetNumber(port: any, pods: Pods): number | undefined {
  const target = port.targetPort ?? port.port;
  return typeof target === 'string' ? pods.portNumber(target) : target;
}

const IN_WORDS: Record<ServicePortApplication, string> = {
  [ServicePortApplication.HTTP]: 'carries HTTP',
  [ServicePortApplication.TCP]: 'is plain TCP',
  [ServicePortApplication.SNIFFED]: 'is guessed from the first bytes',
};

function disagreement(where: string, workload: string, declared: Port, seen: ServicePortApplication): string[] {
  if (declared.application === ApplicationProtocol.UNDECLARED || declared.transport !== 'TCP') {
    return [];
  }
  const wanted = declared.isHttp ? ServicePortApplication.HTTP : ServicePortApplication.TCP;
  if (seen === wanted) {
    return [];
  }
  return [`${where} says that the port ${IN_WORDS[seen]}, but ${workload} declares ${declared}; `
    + `set appProtocol: ${declared.application} in the Service, or declare what the port really carries`];
}
