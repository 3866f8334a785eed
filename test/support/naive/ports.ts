import { holdsLabels, listOf, Manifest, namespaceOf, NaiveWorkload, NaiveWorld, objectsOfKind } from './world';

export type PortProtocol = 'http' | 'tcp' | 'auto';

const HTTP = ['http', 'http2', 'grpc', 'grpc-web', 'kubernetes.io/h2c', 'kubernetes.io/ws'];
const TCP = ['tcp', 'tls', 'https', 'mongo', 'redis', 'mysql', 'udp', 'kubernetes.io/wss'];

/** What a proxy takes a port for; where nobody says, it looks at the bytes. */
export function portProtocolOf(world: NaiveWorld, workload: NaiveWorkload, port: number): PortProtocol {
  const declared = servicePortsOf(world, workload, port)[0];
  return declared === undefined ? 'auto' : protocolOf(declared.port);
}

export function protocolOf({ name, appProtocol }: Manifest): PortProtocol {
  // what is written as appProtocol wins even if nobody knows it
  const said = appProtocol ?? nameOfProtocol(name ?? '');
  const lower = said.toLowerCase();
  if (HTTP.includes(lower)) {
    return 'http';
  }
  return TCP.includes(lower) ? 'tcp' : 'auto';
}

/** `grpc-web` is a protocol of its own; else the protocol ends at the first hyphen. */
function nameOfProtocol(name: string): string {
  return /^grpc-web(-|$)/i.test(name) ? 'grpc-web' : name.split('-')[0];
}

/** The ports of Services that lead to a port of a pod, by name of the Service: the first decides. */
export function servicePortsOf(world: NaiveWorld, workload: NaiveWorkload, port: number): { service: Manifest; port: Manifest }[] {
  return objectsOfKind(world, 'Service').filter((service) => selectsPod(service, workload))
    .sort((a, b) => (a.metadata.name < b.metadata.name ? -1 : 1))
    .flatMap((service) => listOf<Manifest>(service.spec.ports)
      .filter((one) => (one.protocol ?? 'TCP') === 'TCP' && targetPortOf(one, workload) === port)
      .map((one) => ({ service, port: one })));
}

function selectsPod(service: Manifest, workload: NaiveWorkload): boolean {
  const selector = service.spec?.selector ?? {};
  return namespaceOf(service) === workload.namespace && Object.keys(selector).length > 0 && holdsLabels(workload.labels, selector);
}

function targetPortOf({ port, targetPort }: Manifest, workload: NaiveWorkload): number | undefined {
  if (typeof targetPort === 'string') {
    return workload.ports.find((own) => own.name === targetPort && own.protocol === 'TCP')?.port;
  }
  return targetPort ?? port;
}
