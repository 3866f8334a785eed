import { decideZtunnel } from '../ambient/match';
import { EnforcementPoint, NetworkLeg, pathOf, PathTarget, principalOf } from '../ambient/path';
import { EgressAnswer, egressVerdict } from '../egress/egress';
import { Arrival, ArrivingClient, InboundVerdict, inboundVerdict, TakenChain } from '../inbound';
import { nextHop } from './next-hop';
import { isCaptured } from '../mtls/capture';
import { clientTls, ClientTls, endpointOf } from '../mtls/client';
import { modeOfPort } from '../mtls/effective';
import { gatewayChain, gatewayRoute } from '../mtls/gateway-chain';
import { inboundChain } from '../mtls/inbound-chain';
import { ObjectRef, refOf, refText } from '../objects';
import { Question, Source, Step, Verdict, VerdictKind } from '../question';
import { Workload } from '../workload';
import { World } from './world';

/** A verdict that ends the way of a connection. */
class Ended extends Error {
  public constructor(public readonly verdict: VerdictKind, public readonly reason: string) {
    super(reason);
  }
}

/** As many gateways in a row as anybody has; more is a circle. */
const MOST_HOPS = 4;

/** Decides one question: layer by layer, in the order in which the engines see the connection. */
export function decide(world: World, question: Question, hops = 0): Verdict {
  return new Way(world, question, hops).verdict();
}

class Way {
  private readonly trail: Step[] = [];
  private readonly providers = new Set<string>();
  private uncaptured = false;

  public constructor(private readonly world: World, private readonly question: Question, private readonly hops: number) {}

  public verdict(): Verdict {
    const { protocol } = this.question;
    const common = () => ({ trail: this.trail, protocol, ...(this.providers.size === 0 ? {} : { ifProvidersAgree: [...this.providers] }) });
    try {
      const reason = 'workload' in this.question.to ? this.toPod() : this.toOutside();
      return { verdict: this.uncaptured ? 'not-captured' : 'allow', reason, ...common() };
    } catch (error) {
      if (error instanceof Ended) {
        return { verdict: error.verdict, reason: error.reason, ...common() };
      }
      throw error;
    }
  }

  /** Addresses and hosts outside: the proxy of the client, and the network. */
  private toOutside(): string {
    const { to, from, protocol, speaks, http } = this.question;
    const address = 'address' in to ? to.address : undefined;
    const client = 'workload' in from ? from.workload : undefined;
    if (client !== undefined && protocol === 'TCP' && this.question.given?.mtls === undefined) {
      const host = 'host' in to ? to.host : http?.host;
      this.takeEgress(egressVerdict(this.world.egress, { client, host, address, port: to.port, speaks: speaks === 'http2' ? 'http' : speaks }));
    }
    if (address !== undefined) {
      this.network({ from: 'source', to: 'destination', port: to.port }, { address });
    }
    if (client?.mode === 'ambient' && 'host' in to && to.serviceEntry !== undefined) {
      return this.throughWaypoint(client, to.serviceEntry);
    }
    return this.trail.at(-1)?.text ?? 'no policy refuses it';
  }

  private throughWaypoint(client: Workload, entry: { readonly namespace: string; readonly name: string }): string {
    const { to, protocol } = this.question;
    const known = this.world.registry.entries.find(({ object }) => object.kind === 'ServiceEntry' && object.name === entry.name && object.namespace === entry.namespace);
    const manifest = this.world.snapshot.kind('networking.istio.io', 'ServiceEntry')
      .find(({ object: { metadata } }) => metadata.name === entry.name && metadata.namespace === entry.namespace);
    const target: PathTarget = {
      kind: 'ServiceEntry', ...entry, labels: manifest?.object.metadata.labels ?? {}, headless: known === undefined, port: to.port,
    };
    return this.walk(pathOf({ source: { workload: client }, target, port: to.port, protocol }, { mesh: this.world.snapshot.mesh, waypoints: this.world.waypoints }), undefined);
  }

  private toPod(): string {
    const { to, from, protocol } = this.question;
    if (!('workload' in to)) {
      throw new Error('not a pod');
    }
    const { workload, port, service } = to;
    if (protocol !== 'TCP') {
      this.network({ from: 'source', to: 'destination', port }, { workload });
      this.uncaptured = workload.mode !== 'none';
      return this.uncaptured ? `the mesh does not carry ${protocol}; the network layer alone decides` : this.trail.at(-1)!.text;
    }
    const client = 'workload' in from ? from.workload : undefined;
    const answer = client === undefined || this.question.given?.mtls !== undefined ? undefined : this.egress(client, workload);
    const known = service !== undefined && answer?.way !== 'passed-through';
    const target = known ? {
      kind: 'Service' as const,
      namespace: service.namespace,
      name: service.name,
      labels: service.labels,
      headless: service.clusterIP === 'None',
      port: to.servicePort ?? port,
    } : undefined;
    const path = pathOf({ source: from, destination: workload, target, port, protocol }, { mesh: this.world.snapshot.mesh, waypoints: this.world.waypoints });
    return this.walk(path, workload);
  }

  /** What the proxy of a sidecar client does; others have none that refuses. */
  private egress(client: Workload, destination: Workload): EgressAnswer | undefined {
    const { to, speaks, http } = this.question;
    if (client.mode !== 'sidecar' || !('workload' in to)) {
      return undefined;
    }
    const entry = to.service === undefined ? undefined : this.world.entryOf(to.service);
    const answer = egressVerdict(this.world.egress, {
      client,
      host: to.service === undefined ? http?.host : entry?.hostname,
      address: to.service === undefined ? destination.addresses[0] : undefined,
      port: to.servicePort ?? to.port,
      speaks: speaks === 'http2' ? 'http' : speaks,
    });
    this.takeEgress(answer);
    return answer;
  }

  private takeEgress(answer: EgressAnswer): void {
    this.trail.push(...answer.steps);
    if (answer.verdict !== 'allow') {
      throw new Ended(answer.verdict, answer.reason);
    }
  }

  private walk(path: ReturnType<typeof pathOf>, destination: Workload | undefined): string {
    if (path.unknown !== undefined) {
      throw new Ended('unknown', path.unknown);
    }
    if (path.refused !== undefined) {
      throw new Ended('connection-reset', path.refused);
    }
    const legs = [...path.legs];
    let reason = path.reason;
    const takeLeg = (to: NetworkLeg['to']) => {
      const leg = legs[0]?.to === to ? legs.shift() : undefined;
      if (leg !== undefined) {
        const waypoint = path.points.find((point) => point.at === 'waypoint')?.waypoint;
        const end = to === 'waypoint' && waypoint !== undefined ? this.world.podsOf(waypoint) : destination;
        if (end !== undefined) {
          this.network(leg, { workload: end }, waypoint === undefined || leg.from === 'source' ? undefined : this.world.podsOf(waypoint));
        }
      }
    };
    for (const point of path.points.filter(({ at }) => at !== 'source-ztunnel')) {
      takeLeg(point.at === 'waypoint' ? 'waypoint' : 'destination');
      reason = this.enforce(point, path.mayBypass) ?? reason;
    }
    takeLeg('destination');
    this.requireUnderstanding();
    return this.afterwards(destination, path.points.length === 0) ?? reason;
  }

  /** A mesh workload that nothing of the mesh guards on this port is worth a word of its own. */
  private afterwards(destination: Workload | undefined, noPoint: boolean): string | undefined {
    this.uncaptured ||= noPoint && destination !== undefined && destination.mode !== 'none';
    return this.uncaptured ? 'nothing of the mesh sees the connection; the network layer alone decides' : undefined;
  }

  private network({ port, sourceAddresses }: NetworkLeg, to: { readonly workload: Workload } | { readonly address: string }, by?: Workload): void {
    const { protocol, given } = this.question;
    const from: Source = by !== undefined ? { workload: by } : sourceAddresses !== undefined ? { nodeLocal: true } : this.question.from;
    const { allowed, steps } = this.world.network.verdict({ from: withAddress(from, given?.sourceIp), to, protocol, port });
    this.trail.push(...steps);
    const ends = [...('workload' in from ? [from.workload] : []), ...('workload' in to ? [to.workload] : [])];
    const foreign = this.world.snapshot.unmodelled.find(({ layer, concerns }) => layer === 'network' && ends.some(concerns));
    if (foreign !== undefined) {
      const ref = refOf(foreign.manifest);
      this.trail.push({ layer: 'network', where: 'destination', outcome: 'unknown', object: ref, text: `${refText(ref)} is of a kind that is not modelled` });
      throw new Ended('unknown', `${refText(ref)} may let packets through or refuse them`);
    }
    if (allowed !== true) {
      const last = steps.find(({ outcome }) => outcome === (allowed === undefined ? 'unknown' : 'refuse'));
      throw new Ended(allowed === undefined ? 'unknown' : 'dropped', last?.text ?? 'NetworkPolicies do not let it pass');
    }
  }

  private enforce(point: EnforcementPoint, mayBypass: string | undefined): string | undefined {
    if (point.at === 'destination-ztunnel') {
      return this.atZtunnel(point, mayBypass);
    }
    if (point.at === 'waypoint') {
      return this.atProxy(point, this.world.podsOf(point.waypoint!));
    }
    const workload = point.workload!;
    if (point.at === 'destination-sidecar') {
      const captured = isCaptured(workload, point.port);
      if (captured === undefined) {
        throw new Ended('unknown', `whether the proxy of ${workload.id} takes port ${point.port} cannot be told from its annotations`);
      }
      if (!captured) {
        this.uncaptured = true;
        this.trail.push({ layer: 'mtls', where: 'destination', outcome: 'skip', text: `the proxy of ${workload.id} does not take port ${point.port}` });
        return undefined;
      }
    }
    return this.atProxy(point, workload);
  }

  private atZtunnel({ workload, peer, port, from }: EnforcementPoint, mayBypass: string | undefined): string {
    const { given } = this.question;
    const identity = given?.mtls === false ? undefined : from === 'source' ? given?.principal ?? peer : peer;
    const connection = { identity, port, destination: workload!.addresses[0], source: from === 'source' ? given?.sourceIp ?? this.sourceAddress() : undefined };
    const { outcome, policy, group, text } = decideZtunnel(this.world.ztunnelOf(workload!), connection);
    const object: ObjectRef | undefined = policy === undefined ? undefined
      : { kind: policy.name.startsWith('converted_') || policy.name.startsWith('istio_converted') ? 'PeerAuthentication' : 'AuthorizationPolicy', namespace: policy.namespace, name: policy.name };
    this.trail.push({ layer: 'identity', where: 'destination', outcome, object, rule: group, text });
    if (outcome === 'pass') {
      return text;
    }
    const open = outcome === 'unknown' || mayBypass !== undefined;
    throw new Ended(open ? 'unknown' : 'connection-reset', outcome === 'refuse' && mayBypass !== undefined ? mayBypass : text);
  }

  private sourceAddress(): string | undefined {
    const { from } = this.question;
    return 'address' in from ? from.address : 'workload' in from && from.workload.addresses.length === 1 ? from.workload.addresses[0] : undefined;
  }

  private atProxy(point: EnforcementPoint, workload: Workload): string {
    const foreign = this.world.snapshot.unmodelled.find(({ layer, concerns }) => layer === 'proxy' && concerns(workload));
    const target = point.at === 'waypoint' && point.target !== undefined && point.target.kind !== 'Workload'
      ? { kind: point.target.kind, namespace: point.target.namespace, name: point.target.name } : undefined;
    const client = this.arriving(point);
    const decided = inboundVerdict(this.world.inboundOf(workload, target), this.arrival(point, workload, client));
    this.trail.push(...decided.trail);
    decided.ifProvidersAgree?.forEach((name) => this.providers.add(name));
    if (foreign !== undefined) {
      const ref = refOf(foreign.manifest);
      this.trail.push({ layer: 'identity', where: 'destination', outcome: 'unknown', object: ref, text: `${refText(ref)} changes what the proxy does` });
      throw new Ended('unknown', `${refText(ref)} may change what the proxy of ${workload.id} does`);
    }
    if (decided.verdict !== 'allow') {
      throw new Ended(decided.verdict, decided.reason);
    }
    this.requireTermination(point, workload, client);
    return point.at === 'destination-gateway' ? this.route(point, workload, decided) : decided.reason;
  }

  /** A port that ends no TLS hands the mesh's TLS to the application, which cannot read it. */
  private requireTermination({ at, port }: EnforcementPoint, workload: Workload, client: ArrivingClient): void {
    const { application } = this.world.applications.of(workload, port);
    if (at !== 'destination-sidecar' || !client.tls || client.principal === undefined || application === undefined) {
      return;
    }
    const { mesh } = this.world.snapshot;
    const mode = modeOfPort(this.world.inboundOf(workload).mtls, port);
    const known = { tls: true, alpn: client.alpn, trustDomain: client.principal.split('/')[0], speaks: client.speaks === 'tcp' ? 'tcp' as const : 'http' as const };
    if (inboundChain({ port, mode, application, client: known, mesh }).chain === 'raw') {
      throw new Ended('connection-reset', `port ${port} ends no TLS, so the application gets the TLS of the mesh`);
    }
  }

  /** Pods without a proxy get what the proxy of the client sends. */
  private requireUnderstanding(): void {
    const { to, given } = this.question;
    if (!('workload' in to) || to.workload.mode !== 'none' || given?.mtls !== undefined) {
      return;
    }
    const sent = this.sent();
    if (sent?.sends === 'mesh-mtls' || sent?.sends === 'nothing') {
      throw new Ended('connection-reset', sent.sends === 'nothing' ? sent.text : `${sent.text}; nothing there ends the mutual TLS of the mesh`);
    }
    if (sent?.sends === 'other-tls' && this.question.speaks !== 'tls') {
      throw new Ended('unknown', `${sent.text}; whether the server speaks TLS is not shown`);
    }
  }

  /** What the proxy of the client sends, where it has one that decides. */
  private sent(): ClientTls | undefined {
    const { from, to } = this.question;
    if (!('workload' in from) || !('workload' in to) || from.workload.mode === 'none') {
      return undefined;
    }
    const sent = clientTls(this.world.clients, {
      client: from.workload,
      entry: to.service === undefined ? undefined : this.world.entryOf(to.service),
      port: to.servicePort ?? to.port,
      endpoint: endpointOf(to.workload, to.port),
    });
    this.trail.push({ layer: 'mtls', where: 'source', outcome: sent.sends === 'nothing' ? 'refuse' : 'pass', object: sent.object, text: sent.text });
    return sent;
  }

  private arrival(point: EnforcementPoint, workload: Workload, client: ArrivingClient): Arrival {
    const { http, providers, to } = this.question;
    const service = 'workload' in to ? to.service : undefined;
    const destination = point.at === 'waypoint' && point.target?.kind !== 'Workload' ? service?.clusterIP : workload.addresses[0];
    return { port: point.port, taken: this.taken(point, workload, client), client, request: http, destination, answers: providers };
  }

  private taken(point: EnforcementPoint, workload: Workload, client: ArrivingClient): Arrival['taken'] {
    if (point.at === 'destination-gateway') {
      return this.listener(point, workload, client);
    }
    if (point.at === 'waypoint') {
      return this.applicationAtWaypoint(point);
    }
    const { application, text } = this.world.applications.of(workload, point.port);
    return application ?? { chain: 'unknown', authenticated: false, text };
  }

  /** A waypoint reads the ports of the Service, or of the Services of the pod that is called. */
  private applicationAtWaypoint({ target, port, workload }: EnforcementPoint): Arrival['taken'] {
    const { to } = this.question;
    const pod = 'workload' in to ? to.workload : workload;
    const said = target?.kind === 'ServiceEntry' ? undefined : 'workload' in to ? to.port : port;
    if (pod === undefined || said === undefined) {
      return this.question.http === undefined ? tcpChain('a ServiceEntry') : httpChain('a ServiceEntry');
    }
    const { application, text } = this.world.applications.of(pod, said);
    return application ?? { chain: 'unknown', authenticated: false, text };
  }

  private listener(point: EnforcementPoint, workload: Workload, client: ArrivingClient): TakenChain {
    const { speaks } = this.question;
    if (this.world.gateways.servers.of(workload).length === 0) {
      const text = 'no Gateway for these pods is shown; taken for one that listens at this port';
      return { ...(speaks === 'tcp' || speaks === 'tls' ? tcpChain(text) : httpChain(text)), authenticated: client.tls && client.principal !== undefined };
    }
    const certificate = client.principal === undefined ? undefined : { trusted: true, names: [`spiffe://${client.principal}`] };
    const asked = { tls: client.tls, sni: client.sni, certificate, speaks: client.speaks === 'tcp' ? 'tcp' as const : 'http' as const };
    return gatewayChain(this.world.gateways, workload, point.port, asked);
  }

  /** What a connection is when it arrives at a proxy. */
  private arriving(point: EnforcementPoint): ArrivingClient {
    const { from, speaks, given, to } = this.question;
    const address = point.from === 'source' ? given?.sourceIp ?? this.sourceAddress() : undefined;
    const inner = speaks === 'tls' ? 'tcp' : speaks;
    const mesh = (principal: string, sni?: string): ArrivingClient => ({
      speaks: inner, tls: true, principal, alpn: [inner === 'tcp' ? 'istio' : inner === 'http2' ? 'istio-h2' : 'istio-http/1.1'], sni: given?.sni ?? sni, address,
    });
    const plain: ArrivingClient = { speaks: inner, tls: speaks === 'tls', sni: given?.sni, address };
    if (point.transport === 'tunnel') {
      return point.peer === undefined ? plain : mesh(point.from === 'source' ? given?.principal ?? point.peer : point.peer);
    }
    if (given?.mtls !== undefined) {
      return given.mtls ? mesh(given.principal ?? this.identity()) : plain;
    }
    if (point.transport === 'plaintext' || !('workload' in from) || !('workload' in to)) {
      return plain;
    }
    const sent = this.sent();
    switch (sent?.sends) {
      case 'nothing': throw new Ended('connection-reset', sent.text);
      case 'mesh-mtls': return mesh(this.identity(), sent.sni);
      case 'other-tls': return { speaks: 'tcp', tls: true, address };
      default: return plain;
    }
  }

  private identity(): string {
    const { from } = this.question;
    return 'workload' in from ? principalOf(from.workload, this.world.snapshot.mesh) : '';
  }

  /** A gateway passes on what it lets in: the next connection is a question of its own. */
  private route(point: EnforcementPoint, workload: Workload, decided: InboundVerdict): string {
    if (decided.passed === undefined || this.world.gateways.servers.of(workload).length === 0) {
      return decided.reason;
    }
    if (this.hops >= MOST_HOPS) {
      throw new Ended('unknown', 'the routes of gateways lead in a circle');
    }
    const { request, claims } = decided.passed;
    const chain = gatewayChain(this.world.gateways, workload, point.port, { tls: false, speaks: 'http' });
    const secured = chain.chain === 'reset'
      ? gatewayChain(this.world.gateways, workload, point.port, { tls: true, sni: this.arriving(point).sni, speaks: 'http', certificate: { trusted: true, names: [] } }) : chain;
    const [path, query] = split(request.path);
    const headers = [...request.lines].flatMap(([name, lines]) => lines.map((line) => [name, line] as const));
    const answer = gatewayRoute(this.world.gateways, secured, { host: request.host, path, query, method: request.method, headers, claims });
    this.trail.push({ layer: 'identity', where: 'gateway', outcome: answer.outcome === 'destinations' ? 'pass' : 'refuse', object: answer.object, text: answer.text });
    switch (answer.outcome) {
      case 'http-404': throw new Ended('http-404', answer.text);
      case 'destinations': break;
      case 'unknown': throw new Ended('unknown', answer.text);
      default: return `the gateway answers by itself: ${answer.text}`;
    }
    const next = nextHop(this.world, workload, answer.destinations, this.question);
    if (next === undefined) {
      return 'the route leads to nobody who is shown';
    }
    const verdict = decide(this.world, next, this.hops + 1);
    this.trail.push(...verdict.trail);
    verdict.ifProvidersAgree?.forEach((name) => this.providers.add(name));
    if (verdict.verdict !== 'allow' && verdict.verdict !== 'not-captured') {
      throw new Ended(verdict.verdict, verdict.reason);
    }
    return verdict.reason;
  }
}

function withAddress(from: Source, address: string | undefined): Source {
  return 'workload' in from && from.workload.addresses.length === 0 && address !== undefined ? { workload: { ...from.workload, addresses: [address] } } : from;
}

function split(target: string): [path: string, query?: string] {
  const at = target.indexOf('?');
  return at < 0 ? [target] : [target.slice(0, at), target.slice(at + 1)];
}

function httpChain(text: string): TakenChain {
  return { chain: 'http', authenticated: true, text };
}

function tcpChain(text: string): TakenChain {
  return { chain: 'tcp', authenticated: true, text };
}
