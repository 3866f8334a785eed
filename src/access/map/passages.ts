import { applicationOf, ServicePortApplication } from '../../values/grammar/app-protocols';
import { decideZtunnel, ztunnelFacts } from '../ambient/match';
import { EnforcementPoint, principalOf } from '../ambient/path';
import { decide, leafTruth, TRUE } from '../condition';
import { compileInbound } from '../inbound';
import { World } from '../model/world';
import { PortApplication } from '../mtls/application';
import { isCaptured } from '../mtls/capture';
import { modeOfPort } from '../mtls/effective';
import { gatewayChain } from '../mtls/gateway-chain';
import { InboundClient, inboundChain } from '../mtls/inbound-chain';
import { refText, refOf } from '../objects';
import { Source } from '../question';
import { Workload } from '../workload';
import { Gate, gateOf, OPEN_GATE, Seen } from './proxy-gate';
import { isPresumed, Speech, Travel, travel, waysTo } from './ways';

/** What guards an edge in the layers that no NetworkPolicy decides. */
export interface MeshGuards {
  readonly mtls: 'STRICT' | 'PERMISSIVE' | 'DISABLE' | 'none';
  /** a list of ALLOW rules, DENY rules alone, or nothing */
  readonly identity: 'allow' | 'deny' | 'none';
  readonly egress: 'REGISTRY_ONLY' | 'ALLOW_ANY' | 'none';
}

/** One way through: what each point on it asks of the requests, or of the bytes where it takes no requests. */
export interface Passage {
  readonly speaks: 'http' | 'tcp';
  readonly gates: readonly Gate[];
  readonly guards: MeshGuards;
  /** why it may be closed all the same */
  readonly unknown: readonly string[];
  /** the ends of the legs that NetworkPolicy sees, if they are others than client and destination on the port itself */
  readonly legs: readonly Leg[];
}

export interface Leg {
  readonly from: Source;
  readonly to: Workload;
  readonly port: number;
}

/** A way that is closed; thrown often, so it is made once. */
const CLOSED = new Error('closed');

/** All ways in which a client gets through to a port of a workload, but for NetworkPolicies. */
export function passagesTo(world: World, client: Source, destination: Workload, port: number): Passage[] {
  const application = destination.mode === 'sidecar' ? applicationAt(world, destination, port).application : ServicePortApplication.SNIFFED;
  return speechesFor(destination, application).flatMap((speech) => waysTo(world, client, destination, port).flatMap((way) => {
    try {
      return passage(world, client, destination, { port, speech, travelled: travel(world, client, destination, { port, way, speech }) });
    } catch (error) {
      if (error === CLOSED) {
        return [];
      }
      throw error;
    }
  }));
}

/** What a proxy takes a port for: where neither pods nor Services are shown, what is told of the workload stands for them. */
function applicationAt(world: World, workload: Workload, port: number): PortApplication {
  const found = world.applications.of(workload, port);
  const said = found.object === undefined && isPresumed(world, workload) ? workload.ports.find(({ number, protocol }) => number === port && protocol === 'TCP')?.app : undefined;
  return said === undefined ? found : { application: applicationOf(said), text: `${workload.id} is said to speak ${said}` };
}

/** HTTP ports answer nothing else, and on a port of bytes it does not matter what the bytes are. */
function speechesFor(destination: Workload, application: ServicePortApplication | undefined): readonly Speech[] {
  if (destination.mode === 'sidecar' && application === ServicePortApplication.HTTP) {
    return ['http'];
  }
  const withTls = destination.mode === 'gateway' ? ['tls' as const] : [];
  return application === ServicePortApplication.TCP ? ['tcp', ...withTls] : ['http', 'tcp', ...withTls];
}

interface Call {
  readonly port: number;
  readonly speech: Speech;
  readonly travelled: Travel;
}

function passage(world: World, client: Source, destination: Workload, call: Call): Passage[] {
  const { path, egress, sent } = call.travelled;
  if (path.refused !== undefined || egress === 'refused') {
    return [];
  }
  const unknown = [
    ...(typeof egress === 'object' ? [egress.unknown] : []),
    ...(path.unknown === undefined ? [] : [path.unknown]),
    ...(path.mayBypass === undefined ? [] : [path.mayBypass]),
    ...foreign(world, client, destination, path.points),
  ];
  if (destination.mode === 'none' && sent !== undefined && path.points.every(({ at }) => at === 'source-ztunnel')) {
    if (sent.sends === 'mesh-mtls' || sent.sends === 'nothing') {
      return [];
    }
    unknown.push(...(sent.sends === 'other-tls' && call.speech !== 'tls' ? [`${sent.text}; whether the server speaks TLS is not shown`] : []));
  }
  const enforced = path.points.filter(({ at }) => at !== 'source-ztunnel').map((point) => enforcement(world, client, point, call));
  const gates = enforced.flatMap(({ gate }) => gate);
  const chains = new Set(enforced.flatMap(({ chain }) => chain ?? []));
  const speaks = chains.has('http') ? 'http' : chains.has('tcp') ? 'tcp' : call.speech === 'http' ? 'http' : 'tcp';
  const waypoint = path.points.find(({ at }) => at === 'waypoint')?.waypoint;
  const between = waypoint === undefined ? undefined : world.podsOf(waypoint);
  return [{
    speaks,
    gates,
    guards: {
      mtls: enforced.at(-1)?.mtls ?? 'none',
      identity: gates.some(({ guard }) => guard === 'allow') ? 'allow' : gates.some(({ guard }) => guard === 'deny') ? 'deny' : 'none',
      egress: egressOf(world, client),
    },
    unknown: [...unknown, ...enforced.flatMap((one) => one.unknown)],
    legs: path.legs.map(({ from, to, port, sourceAddresses }) => ({
      from: from === 'waypoint' ? { workload: between! } : sourceAddresses !== undefined ? { nodeLocal: true } : client,
      to: to === 'waypoint' ? between! : destination,
      port,
    })),
  }];
}

function egressOf(world: World, client: Source): MeshGuards['egress'] {
  if (!('workload' in client) || client.workload.mode !== 'sidecar') {
    return 'none';
  }
  return world.egress.scopeOf(client.workload).unknownHosts === 'ALLOW_ANY' ? 'ALLOW_ANY' : 'REGISTRY_ONLY';
}

/** Objects that the model does not follow and that may change what happens. */
function foreign(world: World, client: Source, destination: Workload, points: Travel['path']['points']): string[] {
  const { unmodelled } = world.snapshot;
  if (unmodelled.length === 0) {
    return [];
  }
  const ends = [destination, ...('workload' in client ? [client.workload] : [])];
  const proxies = points.flatMap(({ at, workload, waypoint }) => (
    at === 'waypoint' && waypoint !== undefined ? [world.podsOf(waypoint)] : at === 'destination-ztunnel' || workload === undefined ? [] : [workload]));
  return unmodelled.filter(({ layer, concerns }) => (layer === 'network' ? ends : proxies).some(concerns))
    .map(({ manifest, layer }) => `${refText(refOf(manifest))} ${layer === 'network' ? 'may let packets through or refuse them' : 'may change what the proxy does'}`);
}

interface Enforced {
  readonly gate: readonly Gate[];
  readonly chain?: 'http' | 'tcp';
  readonly mtls: MeshGuards['mtls'];
  readonly unknown: readonly string[];
}

function enforcement(world: World, client: Source, point: EnforcementPoint, call: Call): Enforced {
  switch (point.at) {
    case 'destination-ztunnel': return atZtunnel(world, client, point);
    case 'waypoint': return atWaypoint(world, client, point, call);
    case 'destination-gateway': return atGateway(world, client, point, call);
    default: return atSidecar(world, client, point, call);
  }
}

function peersOf(client: Source, { from }: EnforcementPoint): readonly string[] {
  return from === 'waypoint' ? [] : 'workload' in client ? client.workload.addresses : 'address' in client ? [client.address] : [];
}

function atZtunnel(world: World, client: Source, { workload, peer, port, from }: EnforcementPoint): Enforced {
  const compiled = world.ztunnelOf(workload!);
  const sources = peersOf(client, { from } as EnforcementPoint);
  const source = sources.length === 1 ? sources[0] : undefined;
  const { outcome, text } = decideZtunnel(compiled, { identity: peer, port, destination: workload!.addresses[0], source });
  if (outcome === 'refuse') {
    throw CLOSED;
  }
  const plain = decide(compiled.admitted, (leaf) => leafTruth(leaf, ztunnelFacts({ port })));
  return {
    gate: [{ ...OPEN_GATE, guard: compiled.allow.length > 0 ? 'allow' : compiled.deny.length > 0 ? 'deny' : 'none' }],
    mtls: plain === false ? 'STRICT' : 'PERMISSIVE',
    unknown: outcome === 'unknown' ? [text] : [],
  };
}

/** Who the client is at a proxy, and how it arrives there. */
interface Arriving {
  readonly principal?: string;
  readonly tls: InboundClient;
  readonly sni?: string;
}

function arriving(world: World, client: Source, point: EnforcementPoint, { speech, travelled: { sent } }: Call): Arriving {
  const speaks = speech === 'http' ? 'http' : 'tcp';
  const mesh = (principal: string, sni?: string): Arriving => ({
    principal, sni, tls: { tls: true, alpn: [speaks === 'http' ? 'istio-http/1.1' : 'istio'], trustDomain: principal.split('/')[0], speaks },
  });
  const plain: Arriving = { tls: { tls: speech === 'tls', speaks } };
  if (point.transport === 'tunnel') {
    return point.peer === undefined ? plain : mesh(point.peer);
  }
  if (point.transport === 'plaintext' || !('workload' in client)) {
    return plain;
  }
  switch (sent?.sends) {
    case 'nothing': throw CLOSED;
    case 'mesh-mtls': return mesh(principalOf(client.workload, world.snapshot.mesh), sent.sni);
    case 'other-tls': return { tls: { tls: true, speaks: 'tcp' } };
    default: return plain;
  }
}

/** What has been decided for the workload that was looked at last. */
interface Decided {
  readonly workload: Workload;
  readonly byClient: Map<string, Enforced | undefined>;
}

const atSidecars = new WeakMap<World, Decided>();

/** Many clients arrive alike at one workload, so that each of these is decided once. */
function atSidecar(world: World, client: Source, point: EnforcementPoint, call: Call): Enforced {
  const workload = point.workload!;
  const arrived = arriving(world, client, point, call);
  const peers = peersOf(client, point);
  const key = `${point.port} ${arrived.principal} ${arrived.tls.tls} ${arrived.tls.speaks} ${arrived.sni} ${peers.join()}`;
  let last = atSidecars.get(world);
  if (last?.workload !== workload) {
    last = { workload, byClient: new Map() };
    atSidecars.set(world, last);
  }
  const decided = last.byClient;
  if (!decided.has(key)) {
    decided.set(key, sidecarGate(world, point, arrived, peers));
  }
  const enforced = decided.get(key);
  if (enforced === undefined) {
    throw CLOSED;
  }
  return enforced;
}

/** What a sidecar asks of a connection; `undefined` where it takes none. */
function sidecarGate(world: World, point: EnforcementPoint, arrived: Arriving, peers: readonly string[]): Enforced | undefined {
  const { port } = point;
  const workload = point.workload!;
  const captured = isCaptured(workload, port);
  if (captured !== true) {
    const unknown = captured === undefined ? [`whether the proxy of ${workload.id} takes port ${port} cannot be told from its annotations`] : [];
    return { gate: [OPEN_GATE], mtls: 'none', unknown };
  }
  const inbound = world.inboundOf(workload);
  const { mesh } = world.snapshot;
  const { application, text } = applicationAt(world, workload, port);
  const mode = modeOfPort(inbound.mtls, port);
  if (application === undefined) {
    return { gate: [], mtls: mode, unknown: [text] };
  }
  const { chain, authenticated } = inboundChain({ port, mode, application, client: arrived.tls, mesh });
  // TLS of the mesh that nothing ends reaches an application that cannot read it
  if (chain === 'reset' || (chain === 'raw' && arrived.principal !== undefined)) {
    return undefined;
  }
  const seen = seenAt(world, peers, point, { principal: authenticated ? arrived.principal : undefined, sni: arrived.sni, anySni: chain === 'raw' });
  const found = proxied(inbound, chain === 'raw' ? 'tcp' : chain, arrived.tls.speaks, seen);
  return found === undefined ? undefined : { ...found, mtls: mode };
}

function seenAt(world: World, peers: readonly string[], point: EnforcementPoint, who: Pick<Seen, 'principal' | 'sni' | 'anySni'>, destinations?: readonly string[]): Seen {
  return {
    principal: who.principal === undefined ? undefined : `spiffe://${who.principal}`,
    sni: who.sni,
    anySni: who.anySni,
    peers,
    destinations: destinations ?? point.workload?.addresses ?? [],
    port: point.port,
    kind: point.at === 'waypoint' ? 'waypoint' : point.at === 'destination-gateway' ? 'gateway' : 'sidecar',
    numTrustedProxies: world.snapshot.mesh.numTrustedProxies,
  };
}

function proxied(
  { authorization }: ReturnType<typeof compileInbound>, chain: 'http' | 'tcp', speaks: 'http' | 'tcp', seen: Seen,
): Pick<Enforced, 'gate' | 'chain' | 'unknown'> | undefined {
  if (chain === 'http' && speaks === 'tcp') {
    return undefined;
  }
  if (authorization.refusals.length > 0) {
    return { gate: [], chain, unknown: [`Envoy does not take the configuration: ${authorization.refusals[0]}`] };
  }
  const unknown = authorization.unreadable === undefined || chain === 'tcp' ? []
    : [`no API server stores a RequestAuthentication that applies: ${authorization.unreadable}`];
  const gate = gateOf(authorization[chain], chain, seen);
  const closed = (gate.admitted.is === 'constant' && !gate.admitted.value) || gate.refused.includes(TRUE);
  return closed ? undefined : { gate: [gate], chain, unknown };
}

function orClosed<T>(found: T | undefined): T {
  if (found === undefined) {
    throw CLOSED;
  }
  return found;
}

function atWaypoint(world: World, client: Source, point: EnforcementPoint, call: Call): Enforced {
  const { target, waypoint, workload } = point;
  const served = target === undefined || target.kind === 'Workload' ? undefined : { kind: target.kind, namespace: target.namespace, name: target.name };
  const pods = world.podsOf(waypoint!);
  const inbound = world.inboundOf(pods, served);
  const arrived = arriving(world, client, point, call);
  const destination = workload ?? call.travelled.path.points.find((one) => one.workload !== undefined)?.workload;
  const application = destination === undefined ? undefined : applicationAt(world, destination, call.port).application;
  if (application === undefined) {
    return { gate: [], mtls: 'STRICT', unknown: ['what the waypoint takes the port for is not known'] };
  }
  const chain = application === ServicePortApplication.SNIFFED ? arrived.tls.speaks : application === ServicePortApplication.HTTP ? 'http' : 'tcp';
  const { service } = call.travelled.way;
  const seen = seenAt(world, peersOf(client, point), point, { principal: arrived.principal, anySni: false },
    service?.clusterIP === undefined ? [] : [service.clusterIP]);
  return { ...orClosed(proxied(inbound, chain, arrived.tls.speaks, seen)), mtls: 'STRICT' };
}

function atGateway(world: World, client: Source, point: EnforcementPoint, call: Call): Enforced {
  const workload = point.workload!;
  const arrived = arriving(world, client, point, call);
  const servers = world.gateways.servers.of(workload);
  const inbound = world.inboundOf(workload);
  const seen = (authenticated: boolean) => seenAt(world, peersOf(client, point), point, {
    principal: authenticated ? arrived.principal
      : undefined,
    sni: arrived.sni,
    anySni: arrived.tls.tls && arrived.principal === undefined,
  });
  const enter = (chain: 'http' | 'tcp', authenticated: boolean): Enforced => (
    { ...orClosed(proxied(inbound, chain, call.speech === 'tls' && chain === 'http' ? 'http' : arrived.tls.speaks, seen(authenticated))), mtls: 'none' });
  if (servers.length === 0) {
    return enter(call.speech === 'http' ? 'http' : 'tcp', arrived.principal !== undefined);
  }
  const here = servers.filter(({ podPort }) => podPort === point.port);
  const certificate = arrived.principal === undefined ? undefined : { trusted: true, names: [`spiffe://${arrived.principal}`] };
  // a client that speaks TLS of its own may ask for any server
  const names = arrived.tls.tls && arrived.principal === undefined ? here.flatMap(({ hosts }) => hosts.map(({ host }) => host.replace('*', 'x'))) : [arrived.sni];
  const chains = names.map((sni) => gatewayChain(world.gateways, workload, point.port, { tls: arrived.tls.tls, sni, certificate, speaks: call.speech === 'http' ? 'http' : 'tcp' }));
  const open = chains.find(({ chain }) => chain === 'http') ?? chains.find(({ chain }) => chain === 'tcp');
  if (open !== undefined && (open.chain === 'http' || open.chain === 'tcp')) {
    return enter(open.chain, open.authenticated);
  }
  const unsure = chains.find(({ chain }) => chain === 'unknown')
    ?? (here.some(({ tls }) => tls === 'MUTUAL') && arrived.tls.tls ? { text: 'the gateway asks for a certificate of an authority that no manifest shows' } : undefined);
  if (unsure === undefined) {
    throw CLOSED;
  }
  return { gate: [], mtls: 'none', unknown: [unsure.text] };
}
