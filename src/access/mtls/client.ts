import { compileRegistry, ListedEndpoint, portOf, Registry, RegistryEntry, RegistryPort } from '../egress/registry';
import { MeshSettings } from '../mesh-settings';
import { Labels, Manifest, ObjectRef, refText } from '../objects';
import { mapping, text } from '../snapshot/fields';
import { DataPlaneMode, Service, Workload } from '../workload';
import { compileDestinationRules, DestinationRules, HostRule, StatedPolicy } from './destination-rules';
import { compilePeerAuthentications, modeOfPort, PeerAuthentications } from './effective';
import { selectorIndex } from './selector-index';

/** What a proxy sends: the mesh's mutual TLS, what the application wrote, TLS of its own; `nothing` without such a port or subset. */
export type Sent = 'mesh-mtls' | 'plaintext' | 'other-tls' | 'nothing';

/** Who is behind a host: a pod, or an endpoint that a ServiceEntry lists. */
export interface Endpoint {
  readonly namespace: string;
  readonly labels: Labels;
  /** as the endpoint numbers it, not the Service */
  readonly port: number;
  readonly mode: DataPlaneMode;
  readonly serviceAccount?: string;
}

/** One call: without `entry` the proxy passes it through to the address that the client dialled. */
export interface ClientCall {
  readonly client: Workload;
  readonly entry?: RegistryEntry;
  /** of the Service */
  readonly port: number;
  readonly subset?: string;
  readonly endpoint?: Endpoint;
}

/** What the proxy of a client sends, and what decides it. */
export interface ClientTls {
  readonly sends: Sent;
  /** what the cluster is set to; `auto` leaves it to each endpoint */
  readonly cluster: 'auto' | 'mtls' | 'plaintext' | 'simple' | 'mutual' | 'none';
  readonly sni?: string;
  readonly object?: ObjectRef;
  readonly text: string;
}

/** All that decides what clients send, ready to be asked about many calls. */
export interface ClientRules {
  readonly mesh: MeshSettings;
  readonly registry: Registry;
  readonly peers: PeerAuthentications;
  readonly rules: DestinationRules;
  /** whether all pods behind a host have proxies that take mutual TLS; false if there are none */
  readonly allInMesh: (entry: RegistryEntry) => boolean;
}

const TLS_MODE = 'security.istio.io/tlsMode';

/** Indexes DestinationRules, PeerAuthentications and endpoints. */
export function compileClientRules({ services, manifests, workloads, mesh, registry, peers }: {
  readonly services: readonly Service[];
  readonly manifests: readonly Manifest[];
  readonly workloads: readonly Workload[];
  readonly mesh: MeshSettings;
  readonly registry?: Registry;
  readonly peers?: PeerAuthentications;
}): ClientRules {
  const known = registry ?? compileRegistry({ services, manifests, mesh });
  return {
    mesh,
    registry: known,
    peers: peers ?? compilePeerAuthentications(manifests, mesh),
    rules: compileDestinationRules(manifests, mesh),
    allInMesh: allInMeshBy(known, workloads),
  };
}

/** Only hosts whose endpoints the client chooses ask for all of them. */
function allInMeshBy(registry: Registry, workloads: readonly Workload[]): ClientRules['allInMesh'] {
  let counted: Map<RegistryEntry, boolean> | undefined;
  const count = (): Map<RegistryEntry, boolean> => {
    const selecting = selectorIndex(registry.entries
      .flatMap((entry) => (entry.selector === undefined ? [] : [{ namespace: entry.namespace, selector: entry.selector, item: entry }])));
    const result = new Map<RegistryEntry, boolean>();
    const add = (entry: RegistryEntry, inMesh: boolean) => result.set(entry, inMesh && result.get(entry) !== false);
    workloads.forEach((workload) => selecting.selecting(workload.namespace, workload.labels)
      .forEach((entry) => add(entry, tlsModeOf(endpointOf(workload, 0)) !== 'disabled')));
    registry.entries.forEach((entry) => entry.endpoints.forEach((listed) => add(entry, tlsModeOf(listedEndpoint(entry, listed, 0)) !== 'disabled')));
    return result;
  };
  return (entry) => {
    counted ??= count();
    return counted.get(entry) ?? false;
  };
}

/** The endpoint that a pod is. */
export function endpointOf(workload: Workload, port: number): Endpoint {
  return { namespace: workload.namespace, labels: workload.labels, port, mode: workload.mode };
}

/** The endpoint that a ServiceEntry lists. */
export function listedEndpoint({ namespace }: RegistryEntry, listed: ListedEndpoint, port: number): Endpoint {
  return { namespace, labels: listed.labels, port, mode: 'none', serviceAccount: listed.serviceAccount };
}

/** The injector labels pods with sidecars, and leaves a label that is there; of ServiceEntries an account says it as well. */
function tlsModeOf({ labels, mode, serviceAccount }: Endpoint): string {
  return labels[TLS_MODE] ?? (mode === 'sidecar' || (mode === 'none' && serviceAccount !== undefined && serviceAccount !== '') ? 'istio' : 'disabled');
}

/** Decides what the proxy of the client sends to an endpoint. */
export function clientTls(rules: ClientRules, call: ClientCall): ClientTls {
  const { client, entry } = call;
  if (client.mode === 'none') {
    return plaintext('the client has no proxy');
  }
  if (client.mode === 'ambient') {
    return fromTunnel(call);
  }
  if (entry === undefined) {
    return plaintext('the proxy passes the call through to the address that was dialled, as it is');
  }
  const port = portOf(entry, call.port);
  const rule = rules.rules.of(client, entry);
  const cluster = port === undefined ? noCluster(`${entry.hostname} has no port ${call.port}`) : clusterOf(rules, { ...call, entry, port, rule });
  return throughTunnel(rules, call, cluster) ?? ofEndpoint(rules, call, rule, cluster);
}

/** ztunnel knows pods by their addresses and no DestinationRule. */
function fromTunnel({ endpoint }: ClientCall): ClientTls {
  return endpoint !== undefined && ['ambient', 'sidecar', 'waypoint', 'gateway'].includes(endpoint.mode) && endpoint.labels[TLS_MODE] !== 'disabled'
    ? { sends: 'mesh-mtls', cluster: 'auto', text: 'ztunnel sends HBONE to whatever is in the mesh' }
    : plaintext('ztunnel sends plaintext to what is outside of the mesh');
}

/** Proxies that know the tunnel use it towards ambient pods, whatever a DestinationRule says of TLS. */
function throughTunnel({ mesh }: ClientRules, { endpoint }: ClientCall, cluster: ClientTls): ClientTls | undefined {
  return endpoint?.mode === 'ambient' && cluster.cluster !== 'none' && mesh.flags.PILOT_ENABLE_SENDING_HBONE !== false
    ? { ...cluster, sends: 'mesh-mtls', text: 'HBONE towards an ambient pod' } : undefined;
}

type ClusterCall = Omit<ClientCall, 'port' | 'entry'> & { readonly entry: RegistryEntry; readonly port: RegistryPort; readonly rule: HostRule | undefined };

/** What is set for the whole cluster. */
function clusterOf(rules: ClientRules, call: ClusterCall): ClientTls {
  const { entry, port, rule, subset } = call;
  const part = subset === undefined ? undefined : rule?.subsets.find(({ name }) => name === subset);
  if (subset !== undefined && part === undefined) {
    return noCluster(`no DestinationRule of ${entry.hostname} has a subset ${subset}`);
  }
  const base = settingsAt(rule?.policy, port.number);
  const settings = part === undefined ? base : override(base, settingsAt(part.policy, port.number));
  const stated = part === undefined ? rule?.policy : part.policy;
  const sni = `outbound_.${port.number}_.${subset ?? ''}_.${entry.hostname}`;
  return settings.tls === undefined ? automatic(rules, call, { sni, settings, chosen: isPassthrough(stated) })
    : asStated(settings.tls, { call, sni, object: settings.object });
}

/** The parts of a traffic policy that decide TLS. */
interface Settings {
  readonly tls?: Readonly<Record<string, unknown>>;
  readonly passthrough?: boolean;
  readonly object?: ObjectRef;
  readonly ofPort?: boolean;
}

/** The settings at a port stand for the whole of what is above them. */
function settingsAt(policy: StatedPolicy | undefined, port: number): Settings {
  if (policy === undefined) {
    return {};
  }
  const levels = policy.fields.portLevelSettings;
  const level = Array.isArray(levels) ? levels.map(mapping).find((candidate) => mapping(candidate.port).number === port) : undefined;
  const fields = level ?? policy.fields;
  return {
    tls: fields.tls === undefined || fields.tls === null ? undefined : mapping(fields.tls),
    passthrough: mapping(fields.loadBalancer).simple === 'PASSTHROUGH',
    object: policy.object,
    ofPort: level !== undefined,
  };
}

/** What a subset says wins field by field, at a port as a whole. */
function override(base: Settings, subset: Settings): Settings {
  if (subset.object === undefined) {
    return base;
  }
  const tls = subset.tls !== undefined || subset.ofPort === true ? subset : base;
  const passthrough = subset.passthrough === true || (subset.ofPort !== true && base.passthrough === true);
  return { tls: tls.tls, object: tls.object, passthrough };
}

function isPassthrough(policy: StatedPolicy | undefined): boolean {
  return policy !== undefined && mapping(policy.fields.loadBalancer).simple === 'PASSTHROUGH';
}

/** Nothing is said of TLS: mutual TLS where the server takes it. */
function automatic({ mesh, peers, allInMesh }: ClientRules, { client, entry }: ClusterCall, { sni, settings, chosen }: {
  readonly sni: string;
  readonly settings: Settings;
  readonly chosen: boolean;
}): ClientTls {
  if (entry.external || !mesh.autoMtls) {
    return plaintext(entry.external ? `${entry.hostname} is outside of the mesh` : 'automatic mutual TLS is switched off', settings.object);
  }
  const passthrough = entry.resolution === 'passthrough' || chosen;
  if (passthrough && !allInMesh(entry)) {
    return plaintext(`not all pods behind ${entry.hostname} are in the mesh, and clients choose among them by address`, settings.object);
  }
  if (peers.namespaceMode(entry.namespace) === 'DISABLE') {
    return plaintext(`the mode of namespace ${entry.namespace} is DISABLE`);
  }
  const original = (entry.resolution === 'passthrough' && client.mode !== 'gateway') || settings.passthrough === true;
  return original ? { sends: 'mesh-mtls', cluster: 'mtls', sni, text: `all pods behind ${entry.hostname} are in the mesh` }
    : { sends: 'mesh-mtls', cluster: 'auto', sni, text: 'automatic mutual TLS' };
}

/** What a DestinationRule says of TLS. */
function asStated(tls: Readonly<Record<string, unknown>>, { call, sni, object }: {
  readonly call: ClusterCall;
  readonly sni: string;
  readonly object?: ObjectRef;
}): ClientTls {
  const named = object === undefined ? 'a DestinationRule' : refText(object);
  const own = text(tls.sni) === undefined || tls.sni === '' ? undefined : tls.sni as string;
  const credential = text(tls.credentialName) ?? '';
  switch (tls.mode ?? 'DISABLE') {
    case 'ISTIO_MUTUAL': return { sends: 'mesh-mtls', cluster: 'mtls', sni: own ?? sni, object, text: `${named} says ISTIO_MUTUAL` };
    case 'SIMPLE':
    case 'MUTUAL': {
      if (credential !== '' && !credential.startsWith('configmap://') && call.client.mode === 'sidecar' && call.rule?.selector === undefined) {
        return plaintext(`${named} names a credential without selecting workloads: sidecars ignore it`, object);
      }
      if (tls.mode === 'MUTUAL' && credential === '' && !(isText(tls.clientCertificate) && isText(tls.privateKey))) {
        return plaintext(`${named} says MUTUAL and names no certificate`, object);
      }
      return { sends: 'other-tls', cluster: tls.mode === 'SIMPLE' ? 'simple' : 'mutual', sni: own, object, text: `${named} says ${String(tls.mode)}` };
    }
    default: return plaintext(`${named} says ${String(tls.mode ?? 'DISABLE')}`, object);
  }
}

function isText(value: unknown): boolean {
  return typeof value === 'string' && value !== '';
}

/** A cluster that is set to `auto` asks the endpoint, and the rule once more: TLS above a port counts here though not there. */
function ofEndpoint({ peers }: ClientRules, call: ClientCall, rule: HostRule | undefined, cluster: ClientTls): ClientTls {
  const { endpoint, port, subset } = call;
  if (cluster.cluster !== 'auto' || endpoint === undefined) {
    return cluster;
  }
  const part = subset === undefined ? undefined : rule?.subsets.find(({ name }) => name === subset);
  const stated = modeAt(part?.policy, port) ?? modeAt(rule?.policy, port);
  if (stated !== undefined && stated !== 'ISTIO_MUTUAL') {
    return { ...cluster, sends: 'plaintext', object: rule?.objects[0], text: 'settings of a port without TLS stand above settings with TLS: neither counts' };
  }
  if (tlsModeOf(endpoint) !== 'istio') {
    return { ...cluster, sends: 'plaintext', text: 'automatic mutual TLS: the server has no proxy that takes it' };
  }
  if (stated !== undefined) {
    return cluster;
  }
  const peer = peers.of(endpoint);
  return modeOfPort(peer, endpoint.port) === 'DISABLE'
    ? { ...cluster, sends: 'plaintext', object: peer.steps.at(-1)?.object, text: `automatic mutual TLS: port ${endpoint.port} of the server is DISABLE` } : cluster;
}

function modeAt(policy: StatedPolicy | undefined, port: number): unknown {
  if (policy === undefined) {
    return undefined;
  }
  const levels = policy.fields.portLevelSettings;
  const level = Array.isArray(levels) ? levels.map(mapping)
    .find((candidate) => mapping(candidate.port).number === port && candidate.tls !== undefined && candidate.tls !== null) : undefined;
  const tls = level?.tls ?? policy.fields.tls;
  return tls === undefined || tls === null ? undefined : mapping(tls).mode ?? 'DISABLE';
}

function plaintext(reason: string, object?: ObjectRef): ClientTls {
  return { sends: 'plaintext', cluster: 'plaintext', object, text: reason };
}

function noCluster(reason: string): ClientTls {
  return { sends: 'nothing', cluster: 'none', text: reason };
}
