import { IConstruct } from 'constructs';
import { DeclaredPods, ObjectPods, Pods } from './pods';
import { invalid } from '../values/errors';
import { labelKeyProblem, labelValueProblem, serviceAccountNameProblem } from '../values/grammar/names';
import { Port, TransportProtocol } from '../values/port';

/** Where the proxy of a pod listens for itself; connections to them never pass a policy. */
const PROXY_PORTS = [15000, 15001, 15004, 15006, 15008, 15020, 15021, 15053, 15090];

export type PodLabels = { readonly [key: string]: string };

export function checkedName(name: string): string {
  const problem = serviceAccountNameProblem(name);
  if (problem !== undefined) {
    throw invalid(
      `the workload name is not usable (${problem})`,
      name,
      'a DNS name of lower case letters, digits and "-"',
      'pass workloadName if the construct id has to stay',
    );
  }
  return name;
}

/** How the pods of a workload are known. */
export interface PodsSource {
  readonly podLabels?: PodLabels;
  readonly apiObject?: IConstruct;
}

/** The pods of an object, or those that carry labels: by default the one with the name of the workload. */
export function podsOf(peerName: string, workloadName: string, ports: Port[], { podLabels, apiObject }: PodsSource): Pods {
  return apiObject === undefined
    ? new DeclaredPods(checkedPodLabels(peerName, podLabels ?? { 'app.kubernetes.io/name': workloadName }), [...ports])
    : new ObjectPods(apiObject, [...ports]);
}

export function checkedPorts(workload: string, ports: Port[]): Port[] {
  const wrong = ports.find((p) => p.number === undefined || p.endNumber !== undefined);
  if (wrong !== undefined) {
    throw invalid(
      `a port of ${workload} has no single number`,
      String(wrong),
      'single ports by number',
      'ranges and names are for NetworkPolicy alone; list each port',
    );
  }
  const own = ports.find((p) => p.transport === TransportProtocol.TCP && PROXY_PORTS.includes(p.number!));
  if (own !== undefined) {
    throw invalid(`a port of ${workload} is one of the proxy itself, on which no rule holds`, String(own), `other ports than ${PROXY_PORTS.join(', ')}`,
      'let the container listen on another port; for merged metrics see the hole metrics and allowMetricsFrom');
  }
  const twice = ports.find((p, i) => ports.some((q, j) => j < i && q._isSameNumber(p)));
  if (twice !== undefined) {
    throw invalid(`${workload} declares a port twice`, String(twice), 'each port once', 'remove one of the declarations');
  }
  return [...ports];
}

export function checkedPodLabels(workload: string, labels: PodLabels): PodLabels {
  if (Object.keys(labels).length === 0) {
    throw invalid(
      `${workload} has no pod labels: its policies would hold for the whole namespace`,
      labels,
      'at least one label',
      'name labels that its pods carry and no others of the namespace',
    );
  }
  for (const [key, value] of Object.entries(labels)) {
    const problem = labelKeyProblem(key) ?? labelValueProblem(value);
    if (problem !== undefined) {
      throw invalid(`a pod label of ${workload} is not usable (${problem})`, { [key]: value }, 'a label such as app: orders', 'look at `kubectl get pods --show-labels`');
    }
  }
  return { ...labels };
}
