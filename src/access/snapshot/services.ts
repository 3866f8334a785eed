import { Manifest } from '../objects';
import { selects, Service, ServicePort, TransportProtocol, Workload } from '../workload';
import { labels, mapping, mappings, text } from './fields';

/** The Services among the objects. */
export function servicesOf(manifests: readonly Manifest[]): Service[] {
  return manifests.filter(({ object }) => object.kind === 'Service' && object.apiVersion === 'v1').map(service);
}

/** Services that are taken to be there: where annotations tell of pods that are not shown, their Services are not shown either. */
export function presumedServices(declared: readonly Workload[], shown: readonly Service[]): Service[] {
  return declared.filter(({ mode, ports, namespace, labels: own }) => mode !== 'none' && ports.length > 0
    && !shown.some((one) => one.namespace === namespace && one.selector !== undefined && selects(one.selector, own)))
    .map(({ namespace, name, labels: own, ports, origin }) => ({
      namespace,
      name,
      labels: {},
      annotations: {},
      selector: own,
      type: 'ClusterIP',
      ports: ports.map(({ number, protocol, app }) => ({ name: `${app ?? 'port'}-${number}`, port: number, targetPort: number, protocol })),
      origin,
    }));
}

function service({ object, origin }: Manifest): Service {
  const spec = mapping(object.spec);
  return {
    namespace: object.metadata.namespace ?? 'default',
    name: object.metadata.name,
    labels: labels(object.metadata.labels),
    annotations: labels(object.metadata.annotations),
    selector: spec.selector === undefined || spec.selector === null ? undefined : labels(spec.selector),
    type: text(spec.type) ?? 'ClusterIP',
    clusterIP: text(spec.clusterIP),
    externalName: text(spec.externalName),
    ports: mappings(spec.ports).flatMap(port),
    createdAt: object.metadata.creationTimestamp,
    origin,
  };
}

function port(spec: Readonly<Record<string, unknown>>): ServicePort[] {
  if (typeof spec.port !== 'number') {
    return [];
  }
  const target = spec.targetPort;
  return [{
    name: text(spec.name),
    port: spec.port,
    // a target of 0 or "" is the default in an API server: the Service's own port
    targetPort: (typeof target === 'number' || typeof target === 'string') && target !== 0 && target !== '' ? target : spec.port,
    protocol: protocolOf(spec.protocol),
    appProtocol: text(spec.appProtocol),
  }];
}

/** TCP unless said otherwise. */
export function protocolOf(value: unknown): TransportProtocol {
  return value === 'UDP' || value === 'SCTP' ? value : 'TCP';
}
