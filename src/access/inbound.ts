import { ServedService } from './authorization/attach';
import { AuthorizationModel, compileAuthorization, PolicySources, proxyOf } from './authorization/compile';
import { Authenticated, decideChain, ProviderAnswers } from './authorization/decide';
import { Facts } from './condition';
import { MeshSettings } from './mesh-settings';
import { compilePeerAuthentications, EffectiveMtls, modeOfPort, PeerAuthentications } from './mtls/effective';
import { inboundChain } from './mtls/inbound-chain';
import { HttpRequest, Step, Verdict, VerdictKind } from './question';
import { ConnectionFacts, factsOf, SeenRequest, seenRequest, Viewpoint } from './requests/arrival';
import { isSniffedAsHttp } from './requests/target';
import { carryTokens } from './requests/token-places';
import { judgeTokens } from './requests/tokens';
import { Workload } from './workload';
import { ServicePortApplication } from '../values/grammar/app-protocols';

/** The filter chain that took a connection, where something else than the protocol of a port decides that: at a gateway. */
export interface TakenChain {
  readonly chain: 'http' | 'tcp' | 'raw' | 'reset' | 'unknown';
  /** whether the certificate of the client counts as its identity */
  readonly authenticated: boolean;
  readonly text: string;
}

/** A connection, and a request on it, as they reach a proxy. */
export interface Arrival {
  /** as the proxy sees it: of the pod at a sidecar, of the gateway's pod at a gateway, of the Service at a waypoint */
  readonly port: number;
  /** what the Services say of that port; at a gateway the chain of the listener that took the connection */
  readonly taken: ServicePortApplication | TakenChain;
  readonly client: ArrivingClient;
  readonly request?: HttpRequest;
  /** the local address of the connection */
  readonly destination?: string;
  /** what authorizers answer if they are asked */
  readonly answers?: ProviderAnswers;
}

export interface ArrivingClient {
  readonly speaks: 'http' | 'http2' | 'tcp';
  readonly tls: boolean;
  /** of its certificate, without `spiffe://` */
  readonly principal?: string;
  /** names of hosts in its certificate, and its subject: identities only at a gateway that trusts other authorities */
  readonly otherNames?: readonly string[];
  readonly alpn?: readonly string[];
  readonly sni?: string;
  readonly address?: string;
}

/** Everything that the proxy of a workload enforces on what reaches it, ready for any number of requests. */
export interface InboundModel {
  readonly workload: Workload;
  readonly kind: 'sidecar' | 'gateway' | 'waypoint';
  readonly mesh: MeshSettings;
  readonly authorization: AuthorizationModel;
  /** of a sidecar */
  readonly mtls: EffectiveMtls;
}

const peers = new WeakMap<PolicySources, PeerAuthentications>();

/** Compiles what the proxy of a workload enforces; at a waypoint for the Service that is addressed, or for pods if none is. */
export function compileInbound(sources: PolicySources, workload: Workload, service?: ServedService): InboundModel {
  const known = peers.get(sources) ?? compilePeerAuthentications(sources.kind('security.istio.io', 'PeerAuthentication'), sources.mesh);
  peers.set(sources, known);
  return {
    workload,
    kind: workload.mode === 'gateway' || workload.mode === 'waypoint' ? workload.mode : 'sidecar',
    mesh: sources.mesh,
    authorization: compileAuthorization(sources, proxyOf(workload, service)),
    mtls: known.of(workload),
  };
}

/** A verdict, and the request as the filters pass it on to the routes of the proxy. */
export interface InboundVerdict extends Verdict {
  readonly passed?: { readonly request: SeenRequest; readonly claims?: Facts['claims'] };
}

/** Decides what becomes of a connection or request that reaches a proxy. */
export function inboundVerdict(model: InboundModel, { request: sent, ...rest }: Arrival): InboundVerdict {
  // a token in the query is a part of the first line, by which sniffed ports know HTTP
  const arrival: Arrival = { ...rest, ...(sent === undefined ? {} : { request: carryTokens(sent) }) };
  const where = model.kind === 'sidecar' ? 'destination' : model.kind;
  const { refusals, unreadable } = model.authorization;
  const chain = chainOf(model, arrival);
  const mtls: Step[] = [...model.kind === 'sidecar' ? model.mtls.steps : [], {
    layer: 'mtls', where, outcome: chain.chain === 'reset' ? 'refuse' : chain.chain === 'unknown' ? 'unknown' : 'pass', text: chain.text,
  }];
  if (refusals.length > 0) {
    return verdict('unknown', `Envoy does not take the configuration: ${refusals[0]}`, mtls);
  }
  if (chain.chain === 'reset' || chain.chain === 'unknown') {
    return verdict(chain.chain === 'reset' ? 'connection-reset' : 'unknown', chain.text, mtls);
  }
  if (unreadable !== undefined && chain.chain === 'http') {
    return verdict('unknown', `no API server stores a RequestAuthentication that applies: ${unreadable}`, mtls);
  }
  return chain.chain === 'http' ? httpVerdict(model, arrival, chain, mtls) : tcpVerdict(model, arrival, chain, mtls);
}

function verdict(kind: VerdictKind, reason: string, trail: readonly Step[], ifProvidersAgree: readonly string[] = []): Verdict {
  return { verdict: kind, reason, trail, ...(ifProvidersAgree.length === 0 ? {} : { ifProvidersAgree }), protocol: 'TCP' };
}

function chainOf({ kind, mtls, mesh }: InboundModel, { port, taken, client, request }: Arrival): TakenChain {
  if (typeof taken !== 'string') {
    return taken;
  }
  const speaks = client.speaks === 'tcp' ? 'tcp' : 'http';
  if (kind === 'waypoint') {
    const chain = taken === ServicePortApplication.SNIFFED ? speaks : taken;
    return { chain, authenticated: client.principal !== undefined, text: 'mutual TLS of the tunnel' };
  }
  const trustDomain = client.principal?.split('/')[0];
  // who sends odd request lines in plaintext is taken for one who speaks something else
  const isOdd = client.speaks === 'http' && !client.tls && request !== undefined && !isSniffedAsHttp(request);
  const offered = { tls: client.tls, alpn: client.alpn, trustDomain, speaks: isOdd ? 'tcp' : speaks } as const;
  return inboundChain({ port, mode: modeOfPort(mtls, port), application: taken, client: offered, mesh });
}

function viewpoint({ mesh, kind }: InboundModel, { client }: Arrival): Viewpoint {
  return { mesh, kind, http2: client.speaks === 'http2' };
}

function connectionFacts({ kind, mtls }: InboundModel, { port, client, destination }: Arrival, chain: TakenChain): ConnectionFacts {
  // a sidecar does not look into TLS where it takes none
  const reads = client.tls && !(kind === 'sidecar' && modeOfPort(mtls, port) === 'DISABLE');
  return {
    port,
    identities: chain.authenticated ? identitiesOf(client) : [],
    sni: reads ? client.sni?.toLowerCase() : undefined,
    encrypted: client.tls && chain.chain !== 'raw' && kind !== 'waypoint',
    peer: client.address,
    destination,
  };
}

function identitiesOf({ principal, otherNames = [] }: ArrivingClient): string[] {
  return principal === undefined ? [...otherNames] : [`spiffe://${principal}`, ...otherNames];
}

function tcpVerdict(model: InboundModel, arrival: Arrival, chain: TakenChain, mtls: readonly Step[]): Verdict {
  const facts = factsOf(connectionFacts(model, arrival, chain), undefined, viewpoint(model, arrival));
  const decision = decideChain(model.authorization.tcp, 'tcp', { facts, answers: arrival.answers, where: mtls[mtls.length - 1].where });
  return verdict(decision.verdict, decision.reason, [...mtls, ...decision.steps], decision.ifProvidersAgree);
}

function httpVerdict(model: InboundModel, arrival: Arrival, chain: TakenChain, mtls: readonly Step[]): InboundVerdict {
  const where = mtls[mtls.length - 1].where;
  const { request, client } = arrival;
  if (client.speaks === 'tcp' || request === undefined) {
    return verdict('http-400', 'the port takes HTTP alone', [...mtls, { layer: 'identity', where, outcome: 'refuse', text: 'no HTTP' }]);
  }
  const connection = connectionFacts(model, arrival, chain);
  const view = viewpoint(model, arrival);
  const seen = seenRequest(request, connection, view);
  if ('answer' in seen) {
    const outcome = seen.answer === 'unknown' ? 'unknown' : 'refuse';
    return verdict(seen.answer, seen.text, [...mtls, { layer: 'identity', where, outcome, text: seen.text }]);
  }
  const policies = model.authorization.http;
  const decision = decideChain(policies, 'http', {
    facts: factsOf(connection, seen.seen, view),
    authenticate: policies.tokens.length === 0 ? undefined : () => authenticate(model, seen.seen, request, connection, view, where),
    answers: arrival.answers,
    where,
  });
  if (decision.verdict === 'allow' && seen.unrouted !== undefined) {
    return verdict('http-404', seen.unrouted, [...mtls, ...decision.steps]);
  }
  const result = verdict(decision.verdict, decision.reason, [...mtls, ...decision.steps], decision.ifProvidersAgree);
  return decision.verdict === 'allow' ? { ...result, passed: { request: seen.seen, claims: decision.claims } } : result;
}

function authenticate(
  model: InboundModel, seen: SeenRequest, request: HttpRequest, connection: ConnectionFacts, view: Viewpoint, where: Step['where'],
): Authenticated {
  const { answer, claims, text, provider } = judgeTokens(model.authorization.http.tokens, seen, request);
  const outcome = answer === 'pass' ? 'pass' : answer === 'unknown' ? 'unknown' : 'refuse';
  const step: Step = {
    layer: 'user', where, outcome, text, ...(provider === undefined ? {} : { object: provider.object, clause: `jwtRules[${provider.rule}]` }),
  };
  return answer === 'pass' ? { facts: factsOf(connection, seen, view, claims), step } : { answer, step };
}
