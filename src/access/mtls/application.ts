import { ServicePortApplication } from '../../values/grammar/app-protocols';
import { compileSidecars, Sidecars } from '../egress/sidecars';
import { MeshSettings } from '../mesh-settings';
import { groupOf, Labels, Manifest, ObjectRef, refOf, refText } from '../objects';
import { labels, list, mapping, mappings, text } from '../snapshot/fields';
import { Service, ServicePort, TransportProtocol, Workload } from '../workload';
import { namespaceOf, olderFirst } from './precedence';
import { applicationOfProtocol, PortProtocol, protocolNamed, protocolOfPort } from './protocols';
import { selectorIndex, SelectorIndex } from './selector-index';

/** What a workload's proxy takes one of its ports for. */
export interface PortApplication {
  /** `undefined`: nothing here can tell */
  readonly application?: ServicePortApplication;
  /** the Service, ServiceEntry or Sidecar that says so; without one the port is passed through and sniffed */
  readonly object?: ObjectRef;
  readonly text: string;
}

/** The declarations of ports in a mesh, ready to be asked about many workloads. */
export interface PortApplications {
  of(workload: Workload, port: number): PortApplication;
}

/** A port as one object declares it. */
interface Declared {
  readonly target: number | string;
  readonly transport: TransportProtocol;
  readonly protocol: PortProtocol;
}

/** A Service or ServiceEntry as far as it declares ports of pods. */
interface Declaring {
  readonly object: ObjectRef;
  readonly hostname: string;
  readonly createdAt?: string;
  readonly namespace: string;
  readonly selector?: Labels;
  readonly addresses: readonly string[];
  readonly ports: readonly Declared[];
}

/** Indexes what declares ports: Services, ServiceEntries that select pods, and Sidecars with `ingress`. */
export function compileApplications({ services, manifests, mesh }: {
  readonly services: readonly Service[];
  readonly manifests: readonly Manifest[];
  readonly mesh: MeshSettings;
}): PortApplications {
  const declaring = [...services.flatMap((service) => ofService(service, mesh)), ...manifests.flatMap(ofServiceEntry)]
    .sort((a, b) => olderFirst({ ...a, name: a.hostname }, { ...b, name: b.hostname }));
  const selecting = selectorIndex(declaring.flatMap((item) => (
    item.selector === undefined ? [] : [{ namespace: item.namespace, selector: item.selector, item }])));
  const byAddress = new Map<string, Declaring[]>();
  for (const item of declaring) {
    item.addresses.forEach((address) => byAddress.set(address, [...byAddress.get(address) ?? [], item]));
  }
  const sidecars = compileSidecars(manifests, mesh);
  // many ports of one workload are asked for in a row
  let last: { readonly workload: Workload; readonly found: readonly Declaring[] } | undefined;
  const declarations = (workload: Workload) => {
    if (last?.workload !== workload) {
      last = { workload, found: declarationsFor(workload, selecting, byAddress) };
    }
    return last.found;
  };
  return { of: (workload, port) => fromSidecar(sidecars, workload, port, mesh) ?? fromServices(declarations(workload), workload, port) };
}

/** Decides what one workload's proxy takes a port for. */
export function applicationOfPort(applications: PortApplications, workload: Workload, port: number): PortApplication {
  return applications.of(workload, port);
}

function declarationsFor(
  workload: Workload, selecting: SelectorIndex<Declaring>, byAddress: ReadonlyMap<string, readonly Declaring[]>,
): readonly Declaring[] {
  const selected = selecting.selecting(workload.namespace, workload.labels);
  const addressed = byAddress.size === 0 ? [] : workload.addresses.flatMap((address) => byAddress.get(address) ?? [])
    .filter((item) => item.namespace === workload.namespace && !selected.includes(item));
  return addressed.length === 0 ? selected
    : [...selected, ...addressed].sort((a, b) => olderFirst({ ...a, name: a.hostname }, { ...b, name: b.hostname }));
}

/** Of several declarations of one port the first one counts. */
function fromServices(declaring: readonly Declaring[], workload: Workload, port: number): PortApplication {
  for (const { object, ports } of declaring) {
    const declared = ports.find((candidate) => numberOf(candidate, workload) === port);
    if (declared !== undefined) {
      const application = applicationOfProtocol(declared.protocol);
      return { application, object, text: `${refText(object)} declares port ${port}: ${application}` };
    }
  }
  return { application: ServicePortApplication.SNIFFED, text: `no Service declares port ${port}: passed through and sniffed` };
}

function numberOf({ target, transport }: Declared, workload: Workload): number | undefined {
  return typeof target === 'number' ? target : workload.ports.find(({ name, protocol }) => name === target && protocol === transport)?.number;
}

/** A Sidecar with `ingress` replaces what Services declare. */
function fromSidecar(sidecars: Sidecars, workload: Workload, port: number, mesh: MeshSettings): PortApplication | undefined {
  const sidecar = workload.mode === 'sidecar' ? sidecars.of(workload) : undefined;
  const ingress = sidecar === undefined ? [] : list(mapping(sidecar.object.spec).ingress);
  if (sidecar === undefined || ingress.length === 0) {
    return undefined;
  }
  const object = refOf(sidecar);
  if (mesh.flags.PILOT_ALLOW_SIDECAR_SERVICE_INBOUND_LISTENER_MERGE === true) {
    return { object, text: `${refText(object)} is merged with Services by a switch of istiod` };
  }
  const listener = mappings(ingress).find((candidate) => mapping(candidate.port).number === port);
  if (listener === undefined) {
    return { application: ServicePortApplication.SNIFFED, object, text: `${refText(object)} lists its ports, and ${port} is none: passed through and sniffed` };
  }
  const bound = listener.captureMode === 'NONE' || text(listener.bind) !== undefined;
  const ends = listener.tls !== undefined && mesh.flags.ENABLE_TLS_ON_SIDECAR_INGRESS === true;
  return bound || ends
    ? { object, text: `${refText(object)} gives port ${port} ${ends ? 'TLS of its own' : 'a listener of its own'}` }
    : { application: applicationOfProtocol(protocolNamed(mapping(listener.port).protocol)), object, text: `${refText(object)} declares port ${port}` };
}

function ofService(service: Service, mesh: MeshSettings): Declaring[] {
  if (service.selector === undefined || Object.keys(service.selector).length === 0) {
    return [];
  }
  return [{
    object: { kind: 'Service', namespace: service.namespace, name: service.name, origin: service.origin },
    hostname: `${service.name}.${service.namespace}.svc.${mesh.clusterDomain}`,
    createdAt: service.createdAt,
    namespace: service.namespace,
    selector: service.selector,
    addresses: [],
    ports: service.ports.map(ofServicePort),
  }];
}

function ofServicePort(port: ServicePort): Declared {
  return { target: port.targetPort, transport: port.protocol, protocol: protocolOfPort(port) };
}

function ofServiceEntry(manifest: Manifest): Declaring[] {
  const { object } = manifest;
  if (object.kind !== 'ServiceEntry' || groupOf(object.apiVersion) !== 'networking.istio.io') {
    return [];
  }
  const spec = mapping(object.spec);
  const selector = labels(mapping(spec.workloadSelector).labels);
  const addresses = mappings(spec.endpoints).flatMap(({ address }) => text(address) ?? []);
  const ports = mappings(spec.ports).flatMap(({ number, targetPort, protocol }): Declared[] => {
    const target = typeof targetPort === 'number' && targetPort !== 0 ? targetPort : number;
    return typeof target === 'number' ? [{ target, transport: 'TCP', protocol: protocolNamed(protocol) }] : [];
  });
  const usable = Object.keys(selector).length > 0 || addresses.length > 0;
  return usable ? list(spec.hosts).filter((host) => typeof host === 'string').map((hostname) => ({
    object: refOf(manifest),
    hostname,
    createdAt: object.metadata.creationTimestamp,
    namespace: namespaceOf(object.metadata),
    selector: Object.keys(selector).length > 0 ? selector : undefined,
    addresses,
    ports,
  })) : [];
}
