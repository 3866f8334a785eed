import { Manifest } from '../objects';
import { Service, ServicePort, Workload } from '../workload';
import { fieldsOf, listOf } from './fields';
import { NO_PORTS, portsOf, PortSets, unionOfPorts } from './port-sets';

/** A port of a Service that something outside of the cluster is led to. */
interface Backend {
  readonly namespace: string;
  readonly service: string;
  /** number or name of the port of the Service; undefined: all of them */
  readonly port?: number | string;
  /** the port is a target port, as Routes write it, or a port of the Service */
  readonly isTarget: boolean;
}

/** The ports of each workload to which Ingresses and Routes lead, whatever policies say. */
export function exposedPorts(
  manifests: readonly Manifest[], services: readonly Service[], workloads: readonly Workload[],
): Map<Workload, PortSets> {
  const exposed = new Map<Workload, PortSets>();
  for (const backend of manifests.flatMap(backendsOf)) {
    for (const service of services.filter(({ namespace, name }) => namespace === backend.namespace && name === backend.service)) {
      for (const workload of workloads.filter((one) => isBehind(service, one))) {
        const ports = service.ports.filter((port) => isMeant(backend, port)).map((port) => targetPorts(port, workload));
        exposed.set(workload, ports.reduce(unionOfPorts, exposed.get(workload) ?? NO_PORTS));
      }
    }
  }
  return exposed;
}

function backendsOf({ object }: Manifest): Backend[] {
  const namespace = object.metadata.namespace ?? 'default';
  const spec = fieldsOf(object.spec, 'spec', []) ?? {};
  if (object.kind === 'Ingress') {
    const rules = itemsOf(spec.rules).flatMap((rule) => itemsOf(fieldsOf(rule.http, 'http', [])?.paths));
    return [...rules.map(({ backend }) => backend), spec.defaultBackend].flatMap((backend) => ingressBackend(backend, namespace));
  }
  if (object.kind === 'Route') {
    const port = fieldsOf(spec.port, 'port', [])?.targetPort;
    return [spec.to, ...itemsOf(spec.alternateBackends)].flatMap((to): Backend[] => {
      const { name } = fieldsOf(to, 'to', []) ?? {};
      return typeof name === 'string' ? [{ namespace, service: name, isTarget: true, ...(isPort(port) ? { port } : {}) }] : [];
    });
  }
  return [];
}

function ingressBackend(value: unknown, namespace: string): Backend[] {
  const service = fieldsOf(fieldsOf(value, 'backend', [])?.service, 'service', []) ?? {};
  const { number, name } = fieldsOf(service.port, 'port', []) ?? {};
  const port = isPort(number) ? number : name;
  return typeof service.name === 'string' ? [{ namespace, service: service.name, isTarget: false, ...(isPort(port) ? { port } : {}) }] : [];
}

function itemsOf(value: unknown): Readonly<Record<string, unknown>>[] {
  return (listOf(value, 'list', []) ?? []).map((item) => fieldsOf(item, 'item', []) ?? {});
}

function isPort(value: unknown): value is number | string {
  return typeof value === 'number' || typeof value === 'string';
}

function isBehind({ namespace, selector = {} }: Service, workload: Workload): boolean {
  const labels = Object.entries(selector);
  return labels.length > 0 && namespace === workload.namespace && labels.every(([key, value]) => workload.labels[key] === value);
}

function isMeant({ port, isTarget }: Backend, { port: number, name, targetPort }: ServicePort): boolean {
  return port === undefined || port === name || (isTarget ? port === targetPort : port === number);
}

function targetPorts({ protocol, targetPort }: ServicePort, { ports }: Workload): PortSets {
  const numbers = typeof targetPort === 'number' ? [targetPort]
    : ports.filter((port) => port.name === targetPort && port.protocol === protocol).map(({ number }) => number);
  return numbers.map((number) => portsOf(protocol, [{ first: number, last: number }])).reduce(unionOfPorts, NO_PORTS);
}

/** Stands for ingress controllers that nobody shows: a pod of another namespace, of which no label is known. */
export const INGRESS_CONTROLLER: Workload = {
  id: 'ingress-controller/ingress-controller',
  namespace: 'ingress-controller',
  name: 'ingress-controller',
  kind: 'Hypothetical',
  labels: {},
  annotations: {},
  serviceAccount: 'default',
  addresses: [],
  mode: 'none',
  hostNetwork: false,
  ports: [],
};
