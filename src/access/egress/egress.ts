import { addressOf, inRange, rangeOf } from '../addresses';
import { MeshSettings } from '../mesh-settings';
import { selectorIndex } from '../mtls/selector-index';
import { Manifest, ObjectRef, refText } from '../objects';
import { Step, VerdictKind } from '../question';
import { Service, Workload } from '../workload';
import { compileMeshRoutes, MeshRoute, MeshRoutes } from './mesh-routes';
import { isCapturedOutbound } from './outbound-capture';
import { compileRegistry, isCovered, portOf, Registry, RegistryEntry, RegistryPort } from './registry';
import { egressScope, EgressScope, entryNamed } from './scope';
import { compileSidecars, Sidecars } from './sidecars';

/** A call as the application makes it. */
export interface EgressCall {
  readonly client: Workload;
  /** the authority of a request or the server name of TLS; Services by any of their names */
  readonly host?: string;
  /** that is dialled, where it is known; else the address of the host */
  readonly address?: string;
  readonly port: number;
  readonly speaks: 'http' | 'tls' | 'tcp';
}

/** What the proxy of the client does with a call. */
export interface EgressAnswer {
  readonly verdict: Extract<VerdictKind, 'allow' | 'connection-reset' | 'unknown'>;
  /** `known` goes to the endpoints of `entry`, everything else that is allowed to the address that was dialled, as it is */
  readonly way: 'known' | 'passed-through' | 'not-captured' | 'refused' | 'unknown';
  readonly entry?: RegistryEntry;
  /** the VirtualService that chooses among subsets or hosts */
  readonly route?: MeshRoute;
  readonly reason: string;
  readonly steps: readonly Step[];
}

/** All that decides what proxies let out, ready to be asked about many calls. */
export interface Egress {
  readonly mesh: MeshSettings;
  readonly registry: Registry;
  readonly routes: MeshRoutes;
  /** hosts by what a listener for them asks for */
  readonly listeners: Listeners;
  /** what the proxy of the workload knows */
  readonly scopeOf: (client: Workload) => EgressScope;
}

interface Listeners {
  readonly wildcards: readonly RegistryEntry[];
  readonly byAddress: ReadonlyMap<string, readonly RegistryEntry[]>;
  readonly blocks: readonly RegistryEntry[];
  /** by port: hosts without an address, which are taken whatever is dialled */
  readonly anywhere: ReadonlyMap<number, readonly RegistryEntry[]>;
  /** Services without an address of their own, by the addresses of their pods */
  readonly headlessAt: (address: string) => readonly RegistryEntry[];
}

/** Indexes Sidecars, Services, ServiceEntries and VirtualServices. */
export function compileEgress({ services, manifests, workloads, mesh, registry = compileRegistry({ services, manifests, mesh }) }: {
  readonly services: readonly Service[];
  readonly manifests: readonly Manifest[];
  readonly workloads: readonly Workload[];
  readonly mesh: MeshSettings;
  readonly registry?: Registry;
}): Egress {
  const scopes = scopesBy(compileSidecars(manifests, mesh), mesh);
  return { mesh, registry, routes: compileMeshRoutes(manifests, mesh), scopeOf: scopes, listeners: listenersOf(registry, workloads) };
}

function scopesBy(sidecars: Sidecars, mesh: MeshSettings): Egress['scopeOf'] {
  const known = new Map<Manifest | undefined, Map<string, EgressScope>>();
  const scopeOf = (client: Workload): EgressScope => {
    const sidecar = client.mode === 'sidecar' ? sidecars.of(client) : undefined;
    const scopes = known.get(sidecar) ?? new Map<string, EgressScope>();
    known.set(sidecar, scopes);
    const scope = scopes.get(client.namespace) ?? egressScope(client.namespace, sidecar, mesh);
    scopes.set(client.namespace, scope);
    return scope;
  };
  const ofClients = new WeakMap<Workload, EgressScope>();
  return (client) => {
    const scope = ofClients.get(client) ?? scopeOf(client);
    ofClients.set(client, scope);
    return scope;
  };
}

function listenersOf({ entries }: Registry, workloads: readonly Workload[]): Listeners {
  const byAddress = new Map<string, RegistryEntry[]>();
  const anywhere = new Map<number, RegistryEntry[]>();
  const add = <K>(map: Map<K, RegistryEntry[]>, key: K, entry: RegistryEntry) => map.set(key, [...map.get(key) ?? [], entry]);
  for (const entry of entries) {
    entry.addresses.filter((address) => !address.includes('/')).forEach((address) => add(byAddress, address, entry));
    if (entry.kind === 'ServiceEntry' && entry.addresses.length === 0) {
      entry.ports.filter(({ protocol }) => protocol === 'TCP' || protocol === 'UNKNOWN').forEach(({ number }) => add(anywhere, number, entry));
    }
  }
  return {
    wildcards: entries.filter(({ hostname }) => hostname.startsWith('*')).sort((a, b) => b.hostname.length - a.hostname.length),
    byAddress,
    anywhere,
    blocks: entries.filter(({ addresses }) => addresses.some((address) => address.includes('/'))),
    headlessAt: headlessBy(entries, workloads),
  };
}

/** Asked where a call names the address of a pod, so counted when that happens first. */
function headlessBy(entries: readonly RegistryEntry[], workloads: readonly Workload[]): Listeners['headlessAt'] {
  let counted: Map<string, RegistryEntry[]> | undefined;
  const count = (): Map<string, RegistryEntry[]> => {
    const selecting = selectorIndex(entries.flatMap((entry) => (isHeadless(entry) && entry.selector !== undefined
      ? [{ namespace: entry.namespace, selector: entry.selector, item: entry }] : [])));
    const found = new Map<string, RegistryEntry[]>();
    workloads.forEach(({ namespace, labels, addresses }) => addresses.forEach((address) => (
      found.set(address, [...found.get(address) ?? [], ...selecting.selecting(namespace, labels)]))));
    return found;
  };
  return (address) => {
    counted ??= count();
    return counted.get(address) ?? [];
  };
}

function isHeadless({ kind, resolution }: RegistryEntry): boolean {
  return kind === 'Service' && resolution === 'passthrough';
}

/** Decides what the proxy of a client does with a call; NetworkPolicy is not asked. */
export function egressVerdict(egress: Egress, made: EgressCall): EgressAnswer {
  const call = withAddress(made);
  const { client, port, address } = call;
  if (client.mode === 'none') {
    return allow('not-captured', 'the client has no proxy');
  }
  const scope = egress.scopeOf(client);
  if (client.mode !== 'sidecar') {
    return withoutScope(egress, scope, call);
  }
  const captured = isCapturedOutbound(client, port, address);
  if (captured === false) {
    return allow('not-captured', 'annotations of the pod keep the call away from its proxy');
  }
  const answer = throughProxy(egress, scope, call);
  return captured === undefined && answer.verdict !== 'allow'
    ? unknown('annotations of the pod exclude addresses, and the one that is dialled is not known') : answer;
}

/** A host that is an address is dialled, and an address stands for the host of a request that names none. */
function withAddress(call: EgressCall): EgressCall {
  const host = call.host ?? (call.speaks === 'http' ? call.address : undefined);
  // most hosts are names, and reading them as addresses costs
  const literal = host !== undefined && /^[\d[]|:.*:/.test(host) ? withoutPort(host) : undefined;
  return { ...call, host, address: call.address ?? (literal !== undefined && addressOf(literal) !== undefined ? literal : undefined) };
}

/** ztunnel heeds neither Sidecars nor `exportTo` nor the mode of the mesh; a gateway sends what is routed and nothing else. */
function withoutScope({ registry, mesh }: Egress, scope: EgressScope, { client, host }: EgressCall): EgressAnswer {
  const named = host === undefined ? [] : hostnames(host, client, mesh);
  const ambient = client.mode === 'ambient';
  const [entry] = named.flatMap((name) => (ambient ? registry.named(name)[0] : entryNamed(registry, scope, name)) ?? []);
  return entry !== undefined ? allow('known', `${entry.hostname} is known`, entry)
    : ambient ? allow('passed-through', 'ztunnel passes everything through') : unknown('a gateway sends what its routes say, and nothing else');
}

function throughProxy(egress: Egress, scope: EgressScope, call: EgressCall): EgressAnswer {
  const names = namesOf(egress, scope, call);
  const { entry, doubt } = takenBy(egress, scope, { ...call, names });
  const routed = entry === undefined ? names : [entry.hostname];
  const route = routed.map((name) => egress.routes.of(call.client.namespace, name)).find((found) => found !== undefined);
  if (route !== undefined && (entry === undefined || route.more || route.destinations.some(({ host }) => host !== entry.hostname))) {
    return { ...unknown(`${refText(route.object)} routes ${routed[0]}`, route.object), route, entry };
  }
  if (entry !== undefined) {
    return { ...allow('known', `${scope.text}; ${entry.hostname} is known on port ${call.port}`, entry), ...(route === undefined ? {} : { route }) };
  }
  if (doubt !== undefined) {
    return unknown(doubt, scope.sidecar);
  }
  return otherwise(scope, call);
}

/** Nothing that the proxy knows takes the call. */
function otherwise(scope: EgressScope, { host, address, port, speaks }: EgressCall): EgressAnswer {
  const what = `${host ?? address ?? 'the address'}:${port}`;
  switch (scope.unknownHosts) {
    case 'ALLOW_ANY': return allow('passed-through', `${scope.text}; ${what} is not known and passed through`);
    case 'egress-proxy': return unknown(`${scope.text}; ${what} is sent to an egress proxy`, scope.sidecar);
    default: {
      const text = `${scope.text}; the proxy does not know ${what}${speaks === 'http' ? ' (requests may be answered with 502)' : ''}`;
      return { verdict: 'connection-reset', way: 'refused', reason: text, steps: [step('refuse', text, scope.sidecar)] };
    }
  }
}

/** A call with all names that its host stands for. */
interface NamedCall extends EgressCall {
  readonly names: readonly string[];
}

/** The names of a host, and what the ExternalName Services among them stand for. */
function namesOf({ registry, mesh }: Egress, scope: EgressScope, { client, host }: EgressCall): string[] {
  const names = host === undefined ? [] : hostnames(host, client, mesh);
  for (const name of names) {
    const target = registry.named(name).find(({ externalName }) => externalName !== undefined)?.externalName;
    const entry = target === undefined ? undefined : entryNamed(registry, scope, target);
    if (target !== undefined && !names.includes(target) && (entry === undefined || scope.knowsAlias(entry, name))) {
      // the list grows while it is walked: an alias may stand for another one
      names.push(target);
    }
  }
  return names;
}

/** The host whose listener takes the call, or a doubt whether one does. */
function takenBy(egress: Egress, scope: EgressScope, call: NamedCall): { readonly entry?: RegistryEntry; readonly doubt?: string } {
  let doubt: string | undefined;
  for (const candidate of candidates(egress, scope, call)) {
    const port = portOf(candidate, call.port);
    const known = port === undefined ? 'not' : scope.knows(candidate, port);
    const takes = port === undefined || known === 'not' ? false : isTaken(egress, candidate, port, call);
    if (takes === true && known === 'known') {
      return { entry: candidate };
    }
    if (takes !== false) {
      doubt ??= `${candidate.hostname} may take calls of port ${call.port}, which depends on what is not shown`;
    }
  }
  return { doubt };
}

/** Whose listener might take the call: by its name, then by its address, then whatever takes all of a port. */
function candidates({ registry, listeners }: Egress, scope: EgressScope, { names, address, port }: NamedCall): RegistryEntry[] {
  const byName = names.flatMap((name) => entryNamed(registry, scope, name) ?? []);
  const wildcards = listeners.wildcards.filter((entry) => names.some((name) => isCovered(name, entry.hostname)));
  // pods behind such a Service have names of their own
  const headless = names.flatMap((name) => registry.named(name.slice(name.indexOf('.') + 1)).filter(isHeadless));
  const byAddress = address === undefined ? []
    : [...listeners.byAddress.get(address) ?? [], ...listeners.blocks, ...listeners.headlessAt(address)];
  return [...byName, ...headless, ...wildcards, ...byAddress, ...listeners.anywhere.get(port) ?? []];
}

/** Whether the listener of a host takes the call; `undefined` if that depends on addresses that the mesh may allocate. */
function isTaken(egress: Egress, entry: RegistryEntry, { protocol }: RegistryPort, call: NamedCall): boolean | undefined {
  const { host, address, names, speaks } = call;
  const named = names.some((name) => isCovered(name, entry.hostname) || (entry.resolution === 'passthrough' && name.endsWith(`.${entry.hostname}`)))
    || (host !== undefined && entry.addresses.includes(withoutPort(host)));
  if (protocol === 'UDP' || entry.resolution === 'alias') {
    return false;
  }
  if (protocol === 'HTTP') {
    return speaks === 'http' && named;
  }
  if (entry.kind === 'Service' || entry.addresses.length > 0) {
    return address === undefined ? named : isAddressed(egress, entry, address, named);
  }
  if (protocol === 'TLS') {
    return speaks === 'tls' && named;
  }
  return entry.resolution === 'passthrough' || (named && address === undefined) ? true : undefined;
}

/** A Service whose address no manifest shows has the one that its name resolves to. */
function isAddressed({ listeners }: Egress, entry: RegistryEntry, address: string, named: boolean): boolean {
  if (entry.kind === 'Service' && entry.addresses.length === 0) {
    return isHeadless(entry) ? listeners.headlessAt(address).includes(entry) : named;
  }
  const dialled = addressOf(address);
  return entry.addresses.some((text) => {
    const range = rangeOf(text);
    return text === address || (range !== undefined && dialled !== undefined && inRange(range, dialled));
  });
}

/** The full names that a host may stand for, as the DNS of the client's cluster completes them; the longest last. */
export function hostnames(host: string, { namespace }: { readonly namespace: string }, { clusterDomain }: MeshSettings): string[] {
  const lower = withoutPort(host).toLowerCase();
  const name = lower.endsWith('.') ? lower.slice(0, -1) : lower;
  switch (name.split('.').length) {
    case 1: return [name, `${name}.${namespace}.svc.${clusterDomain}`];
    case 2: return [name, `${name}.svc.${clusterDomain}`];
    case 3: return name.endsWith('.svc') ? [name, `${name}.${clusterDomain}`] : [name];
    default: return [name];
  }
}

function withoutPort(host: string): string {
  return !host.includes(':') && !host.startsWith('[') ? host : host.replace(/^\[(.*)\](:\d+)?$/, '$1').replace(/^([^:]*):\d+$/, '$1');
}

function allow(way: 'known' | 'passed-through' | 'not-captured', reason: string, entry?: RegistryEntry): EgressAnswer {
  return { verdict: 'allow', way, entry, reason, steps: [step(way === 'not-captured' ? 'skip' : 'pass', reason, entry?.object)] };
}

function unknown(reason: string, object?: ObjectRef): EgressAnswer {
  return { verdict: 'unknown', way: 'unknown', reason, steps: [step('unknown', reason, object)] };
}

function step(outcome: Step['outcome'], text: string, object?: ObjectRef): Step {
  return { layer: 'egress', where: 'source', outcome, object, text };
}
