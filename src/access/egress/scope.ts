import { MeshSettings } from '../mesh-settings';
import { PortProtocol, protocolNamed } from '../mtls/protocols';
import { Manifest, ObjectRef, refOf, refText } from '../objects';
import { isCovered, isVisible, Registry, RegistryEntry, RegistryPort, texts } from './registry';
import { list, mapping, mappings } from '../snapshot/fields';

/** What becomes of calls that the proxy of a client knows no host for. */
export type UnknownHosts = 'ALLOW_ANY' | 'REGISTRY_ONLY' | 'egress-proxy';

/** Whether a host is known on a port: `perhaps` where a listener for the port lists others. */
export type Knowledge = 'known' | 'perhaps' | 'not';

/** What the proxies of one namespace know, as one Sidecar (or none) says it. */
export interface EgressScope {
  readonly unknownHosts: UnknownHosts;
  readonly sidecar?: ObjectRef;
  /** in words: what limits the proxy */
  readonly text: string;
  /** Of hosts of one name the one that counts. */
  pick(candidates: readonly RegistryEntry[]): RegistryEntry | undefined;
  knows(entry: RegistryEntry, port: RegistryPort): Knowledge;
  /** Whether a host is also known by the name of an ExternalName Service that stands for it. */
  knowsAlias(entry: RegistryEntry, alias: string): boolean;
}

/** The hosts that one egress listener imports, by their namespaces; `*` is any. */
interface Listener {
  readonly port?: number;
  readonly protocol?: PortProtocol;
  readonly ownSocket: boolean;
  readonly imported: ReadonlyMap<string, readonly string[]>;
  readonly excluded: ReadonlyMap<string, readonly string[]>;
}

const EVERYTHING: Listener = { ownSocket: false, imported: new Map([['*', ['*']]]), excluded: new Map() };

/** Reads what a Sidecar, or the mesh where there is none, lets the proxies of a namespace know. */
export function egressScope(namespace: string, sidecar: Manifest | undefined, mesh: MeshSettings): EgressScope {
  const spec = mapping(sidecar?.object.spec);
  const listeners = mappings(list(spec.egress)).map((listener) => listenerOf(listener, namespace));
  const ref = sidecar === undefined ? undefined : refOf(sidecar);
  const imports = listeners.length === 0 ? [EVERYTHING] : listeners;
  const unknownHosts = policyOf(spec.outboundTrafficPolicy, mesh);
  return {
    unknownHosts,
    sidecar: ref,
    text: `${ref === undefined ? 'the mesh' : refText(ref)} says ${unknownHosts}`,
    knows: (entry, port) => (isVisible(entry, namespace) ? knowledge(imports, entry, port) : 'not'),
    knowsAlias: (entry, alias) => imports.some((listener) => isImported(listener, entry) && isImportedAs(listener, entry, alias)),
    pick: (candidates) => (
      pick(candidates.filter((entry) => isVisible(entry, namespace) && imports.some((one) => isImported(one, entry))), namespace)),
  };
}

/** The hosts of one name that a scope could mean. */
export function entryNamed(registry: Registry, scope: EgressScope, hostname: string): RegistryEntry | undefined {
  return scope.pick(registry.named(hostname));
}

// a policy that is there without a mode has the first one of the enumeration
function policyOf(said: unknown, mesh: MeshSettings): UnknownHosts {
  if (said === undefined || said === null) {
    return mesh.outboundTrafficPolicy;
  }
  const { mode, egressProxy } = mapping(said);
  return mode !== 'ALLOW_ANY' ? 'REGISTRY_ONLY' : egressProxy === undefined || egressProxy === null ? 'ALLOW_ANY' : 'egress-proxy';
}

function listenerOf(fields: Readonly<Record<string, unknown>>, namespace: string): Listener {
  const imported = new Map<string, string[]>();
  const excluded = new Map<string, string[]>();
  for (const host of texts(fields.hosts)) {
    const parts = host.split('/');
    if (parts.length === 2) {
      const without = parts[0].startsWith('~');
      const named = without ? parts[0].slice(1) || '*' : parts[0];
      const hosts = without ? excluded : imported;
      const owner = named === '.' ? namespace : named;
      hosts.set(owner, [...hosts.get(owner) ?? [], parts[1]]);
    }
  }
  const { number, protocol } = mapping(fields.port);
  const any = typeof number !== 'number' || number === 0 || String(protocol).toUpperCase() === 'HTTP_PROXY';
  return { port: any ? undefined : number, protocol: any ? undefined : protocolNamed(protocol), ownSocket: fields.captureMode === 'NONE', imported, excluded };
}

function isImported({ imported, excluded }: Listener, { namespace, hostname }: RegistryEntry): boolean {
  const covers = (hosts: ReadonlyMap<string, readonly string[]>) => [namespace, '*']
    .some((owner) => hosts.get(owner)?.some((host) => isCovered(hostname, host)) ?? false);
  return !covers(excluded) && covers(imported);
}

/** An alias needs no import of its own: the hosts that import what it stands for have to cover its name. */
function isImportedAs({ imported }: Listener, { namespace, hostname }: RegistryEntry, alias: string): boolean {
  const owner = imported.get(namespace)?.some((host) => isCovered(hostname, host)) === true ? namespace : '*';
  return imported.get(owner)?.some((host) => isCovered(alias, host)) ?? false;
}

/** A listener for a port takes requests away from the listener for all ports, and not what is called by an address of its own. */
function knowledge(listeners: readonly Listener[], entry: RegistryEntry, port: RegistryPort): Knowledge {
  const importing = listeners.filter((listener) => isImported(listener, entry) && [undefined, port.number].includes(listener.port));
  if (importing.length === 0) {
    return 'not';
  }
  if (importing.every(({ ownSocket }) => ownSocket)) {
    return 'perhaps';
  }
  const own = importing.find((listener) => listener.port === port.number);
  if (own !== undefined) {
    return own.protocol === port.protocol && !own.ownSocket ? 'known' : 'perhaps';
  }
  const other = listeners.find((listener) => listener.port === port.number);
  if (other === undefined || (port.protocol !== 'HTTP' && (entry.kind === 'Service' || entry.addresses.length > 0))) {
    return 'known';
  }
  return port.protocol === 'HTTP' && other.protocol === 'HTTP' ? 'not' : 'perhaps';
}

/** Hosts of one name: the namespace of the client wins, then Services win over ServiceEntries, then the oldest. */
function pick(candidates: readonly RegistryEntry[], namespace: string): RegistryEntry | undefined {
  const own = candidates.filter((entry) => entry.namespace === namespace);
  const [first] = [...own.length > 0 ? own : candidates].sort((a, b) => Number(a.kind === 'ServiceEntry') - Number(b.kind === 'ServiceEntry'));
  return first;
}
