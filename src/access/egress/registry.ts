import { MeshSettings } from '../mesh-settings';
import { namespaceOf, olderFirst } from '../mtls/precedence';
import { PortProtocol, protocolNamed, protocolOfPort } from '../mtls/protocols';
import { groupOf, Labels, Manifest, ObjectRef, refOf } from '../objects';
import { labels, list, mapping, mappings, text } from '../snapshot/fields';
import { Service, TransportProtocol } from '../workload';

/** How the address behind a host is found: `passthrough` keeps the one that the client chose. */
export type Resolution = 'balanced' | 'passthrough' | 'dns' | 'dynamic-dns' | 'alias';

/** A port of a host that istiod knows. */
export interface RegistryPort {
  readonly number: number;
  readonly name?: string;
  readonly target: number | string;
  readonly transport: TransportProtocol;
  readonly protocol: PortProtocol;
}

/** An endpoint that a ServiceEntry lists. */
export interface ListedEndpoint {
  readonly address: string;
  readonly labels: Labels;
  readonly serviceAccount?: string;
  readonly ports: Readonly<Record<string, number>>;
}

/** One host that istiod knows: of a Service, or one of the hosts of a ServiceEntry. */
export interface RegistryEntry {
  readonly hostname: string;
  readonly namespace: string;
  readonly kind: 'Service' | 'ServiceEntry';
  readonly object: ObjectRef;
  readonly createdAt?: string;
  /** outside of the mesh: never mutual TLS by itself */
  readonly external: boolean;
  readonly resolution: Resolution;
  readonly ports: readonly RegistryPort[];
  /** addresses or CIDRs that lead to it */
  readonly addresses: readonly string[];
  /** namespaces that see it; `*` is everybody */
  readonly visibleTo: ReadonlySet<string>;
  readonly selector?: Labels;
  readonly endpoints: readonly ListedEndpoint[];
  readonly externalName?: string;
}

/** All hosts that istiod knows, the oldest first. */
export interface Registry {
  readonly entries: readonly RegistryEntry[];
  /** who has a host of exactly this name, Services first */
  named(hostname: string): readonly RegistryEntry[];
}

const EXPORT_TO = 'networking.istio.io/exportTo';
const RESOLUTIONS: Readonly<Record<string, Resolution>> = {
  NONE: 'passthrough', STATIC: 'balanced', DNS: 'dns', DNS_ROUND_ROBIN: 'dns', DYNAMIC_DNS: 'dynamic-dns',
};

/** Reads Services and ServiceEntries into the hosts that istiod knows. */
export function compileRegistry({ services, manifests, mesh }: {
  readonly services: readonly Service[];
  readonly manifests: readonly Manifest[];
  readonly mesh: MeshSettings;
}): Registry {
  const own = services.map((service) => ofService(service, mesh));
  const entries = [...own, ...manifests.flatMap((manifest) => ofServiceEntry(manifest, mesh))]
    .sort((a, b) => olderFirst({ ...a, name: a.hostname }, { ...b, name: b.hostname }));
  const byName = new Map<string, RegistryEntry[]>();
  for (const entry of entries) {
    const known = byName.get(entry.hostname);
    if (known === undefined) {
      byName.set(entry.hostname, [entry]);
    } else {
      known.push(entry);
    }
  }
  byName.forEach((same) => same.sort((a, b) => Number(a.kind === 'ServiceEntry') - Number(b.kind === 'ServiceEntry')));
  return { entries, named: (hostname) => byName.get(hostname) ?? [] };
}

/** Whether proxies of a namespace may see the host. */
export function isVisible({ visibleTo }: RegistryEntry, namespace: string): boolean {
  return visibleTo.has('*') || visibleTo.has(namespace);
}

/** The host of a Service in the DNS of its cluster. */
export function hostOfService({ name, namespace }: Pick<Service, 'name' | 'namespace'>, { clusterDomain }: MeshSettings): string {
  return `${name}.${namespace}.svc.${clusterDomain}`;
}

/** The port of a host by its number. */
export function portOf({ ports }: RegistryEntry, number: number): RegistryPort | undefined {
  return ports.find((port) => port.number === number);
}

/** Whether a host, which may be a wildcard, is covered by a name, which may be a wildcard. */
export function isCovered(host: string, by: string): boolean {
  if (!by.startsWith('*')) {
    return host === by;
  }
  return host.startsWith('*') ? host.length >= by.length && host.slice(1).endsWith(by.slice(1)) : host.endsWith(by.slice(1));
}

function visibility(said: readonly string[], namespace: string, standard: readonly string[] = ['*']): ReadonlySet<string> {
  const shown = said.length === 0 ? standard : said;
  // whoever is shown to everybody is; nobody else sees what "~" hides
  if (!shown.includes('*') && shown.includes('~')) {
    return new Set();
  }
  return new Set(shown.map((name) => (name === '.' ? namespace : name)));
}

function ofService(service: Service, mesh: MeshSettings): RegistryEntry {
  const { clusterIP, externalName, namespace, origin } = service;
  const alias = service.type === 'ExternalName' && externalName !== undefined && externalName !== '';
  const said = (service.annotations[EXPORT_TO] ?? '').split(',').map((name) => name.trim()).filter((name) => name !== '');
  return {
    hostname: hostOfService(service, mesh),
    namespace,
    kind: 'Service',
    object: { kind: 'Service', namespace, name: service.name, origin },
    createdAt: service.createdAt,
    external: alias,
    resolution: clusterIP === 'None' ? 'passthrough' : alias ? 'alias' : 'balanced',
    ports: service.ports.map((port) => (
      { number: port.port, name: port.name, target: port.targetPort, transport: port.protocol, protocol: protocolOfPort(port) })),
    addresses: clusterIP === undefined || clusterIP === '' || clusterIP === 'None' ? [] : [clusterIP],
    visibleTo: visibility(said, namespace, mesh.defaultExportTo?.service),
    selector: service.selector,
    endpoints: [],
    ...(alias ? { externalName } : {}),
  };
}

function ofServiceEntry(manifest: Manifest, mesh: MeshSettings): RegistryEntry[] {
  const { object } = manifest;
  if (object.kind !== 'ServiceEntry' || groupOf(object.apiVersion) !== 'networking.istio.io') {
    return [];
  }
  const spec = mapping(object.spec);
  const namespace = namespaceOf(object.metadata);
  const selector = labels(mapping(spec.workloadSelector).labels);
  const common = {
    namespace,
    kind: 'ServiceEntry' as const,
    object: refOf(manifest),
    createdAt: object.metadata.creationTimestamp,
    // the first value of the enumeration is the one that is meant where none is said
    external: spec.location !== 'MESH_INTERNAL',
    resolution: RESOLUTIONS[typeof spec.resolution === 'string' ? spec.resolution : 'NONE'] ?? 'passthrough',
    ports: mappings(spec.ports).flatMap(entryPort),
    addresses: texts(spec.addresses),
    visibleTo: visibility(texts(spec.exportTo), namespace, mesh.defaultExportTo?.service),
    selector: Object.keys(selector).length > 0 ? selector : undefined,
    endpoints: mappings(spec.endpoints).map(listedEndpoint),
  };
  return texts(spec.hosts).map((hostname) => ({ ...common, hostname }));
}

function entryPort({ number, name, targetPort, protocol }: Readonly<Record<string, unknown>>): RegistryPort[] {
  if (typeof number !== 'number') {
    return [];
  }
  const target = typeof targetPort === 'number' && targetPort !== 0 ? targetPort : number;
  return [{ number, name: text(name), target, transport: 'TCP', protocol: protocolNamed(protocol) }];
}

function listedEndpoint(fields: Readonly<Record<string, unknown>>): ListedEndpoint {
  const ports = Object.entries(mapping(fields.ports)).filter((port): port is [string, number] => typeof port[1] === 'number');
  return {
    address: text(fields.address) ?? '',
    labels: labels(fields.labels),
    serviceAccount: text(fields.serviceAccount),
    ports: Object.fromEntries(ports),
  };
}

/** The texts in a list. */
export function texts(value: unknown): readonly string[] {
  return list(value).filter((item): item is string => typeof item === 'string');
}
