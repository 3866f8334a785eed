import * as fs from 'node:fs';
import * as path from 'node:path';
import { ServedService } from '../../../src/access/authorization/attach';
import {
  Arrival, ArrivingClient, compileInbound, InboundModel, InboundVerdict, inboundVerdict, TakenChain,
} from '../../../src/access/inbound';
import { MeshSettings } from '../../../src/access/mesh-settings';
import { compileApplications, PortApplications } from '../../../src/access/mtls/application';
import {
  compileGateways, gatewayChain, GatewayClient, gatewayConnection, gatewayRoute, Gateways,
} from '../../../src/access/mtls/gateway-chain';
import { KubeObject, Manifest } from '../../../src/access/objects';
import { HttpRequest, Token } from '../../../src/access/question';
import { completeMesh, meshSettings } from '../../../src/access/snapshot/mesh-config';
import { snapshotOf } from '../../../src/access/snapshot/snapshot';
import { Workload } from '../../../src/access/workload';
import { applicationOf, ServicePortApplication } from '../../../src/values/grammar/app-protocols';

const ROOT = path.join(__dirname, '../../..');
const { casesOf, filled } = jest.requireActual<any>(path.join(ROOT, 'oracle/lib/cases'));
const { objectsOf, requestsOf, targetOf } = jest.requireActual<any>(path.join(ROOT, 'oracle/lib/policy-case'));

const recorded = (file: string) => JSON.parse(fs.readFileSync(path.join(ROOT, 'test/conformance', `${file}.json`), 'utf8')).verdicts;

/** What Envoy answered, by case; of older versions what is different. */
export const RECORDED: Record<string, string> = recorded('policies');
export const OF_OTHER_VERSIONS: Record<string, Record<string, string>> = recorded('envoy-versions');

/** All cases that have been asked. */
export const CASES: readonly any[] = casesOf('policies').filter((one: any) => RECORDED[one.id] !== undefined);

const ADDRESS = '127.88.0.1';
// any key will do: which tokens are signed by it is said by the tokens
const KEYS = JSON.stringify({ keys: [{ kty: 'RSA', n: 'AQAB', e: 'AQAB' }] });

function meshOf(written: Readonly<Record<string, any>>, istio: string): MeshSettings {
  const authorizers = (written.extensionProviders ?? []).map(({ name, ...api }: any) => ({
    name, api: api.envoyExtAuthzGrpc === undefined ? 'http' : 'grpc', service: Object.values<any>(api)[0].service,
  }));
  return completeMesh(meshSettings(written), {
    istio,
    extensionProviders: authorizers,
    edgeGateways: written.defaultConfig?.connectionSettings?.profile === 'EDGE',
    // what nobody listens on is not fetched
    jwks: { 'https://127.0.0.1:1/jwks': 'unreachable' },
  });
}

interface Prepared {
  readonly one: any;
  readonly target: any;
  readonly model: InboundModel;
  readonly applications: PortApplications;
  readonly gateways: Gateways;
  readonly manifests: readonly Manifest[];
  readonly requests: readonly any[];
}

async function prepared(written: any, istio: string): Promise<Prepared> {
  const one = filled(written, { address: ADDRESS });
  const target = targetOf(one, ADDRESS);
  const objects: KubeObject[] = await objectsOf(one, target, async () => KEYS);
  const manifests = objects.map((object) => ({ object, origin: {} }));
  const mesh = meshOf({ ...one.common.mesh, ...one.mesh }, istio);
  const workload: Workload = {
    id: `${target.namespace}/${target.name}`,
    kind: 'Pod',
    annotations: {},
    addresses: [target.ip],
    hostNetwork: false,
    namespace: target.namespace,
    name: target.name,
    labels: target.labels,
    serviceAccount: target.serviceAccount,
    mode: target.kind,
    ports: target.ports.map((port: any) => ({ number: port.number, protocol: 'TCP' })),
  };
  const snapshot = snapshotOf(manifests, { mesh, workloads: [workload], hypothetical: false });
  const service = target.kind === 'waypoint' ? servedAt(objects) : undefined;
  return {
    one,
    target,
    manifests,
    requests: requestsOf(one, target),
    model: compileInbound(snapshot, workload, service),
    applications: compileApplications({ services: snapshot.services, manifests, mesh }),
    gateways: compileGateways({ manifests, services: snapshot.services, mesh }),
  };
}

/** Which Service or ServiceEntry has the address that requests are sent to; none where they are sent to a pod. */
function servedAt(objects: readonly KubeObject[]): ServedService | undefined {
  const found = objects.find(({ kind, spec }) => (kind === 'Service' && spec.clusterIP === ADDRESS)
    || (kind === 'ServiceEntry' && (spec.addresses ?? []).includes(ADDRESS)));
  return found === undefined ? undefined
    : { kind: found.kind as ServedService['kind'], namespace: found.metadata.namespace!, name: found.metadata.name };
}

/** What the Services say of a port that a waypoint is asked at. */
function servedPort(objects: readonly KubeObject[], port: number): ServicePortApplication {
  const served = servedAt(objects);
  const owner = objects.find(({ kind, metadata }) => kind === served?.kind && metadata.name === served.name);
  const found = (owner?.spec.ports ?? []).find((one: any) => (one.port ?? one.number) === port);
  const said = found?.appProtocol ?? (found?.number === undefined ? undefined : found.protocol);
  return found === undefined ? ServicePortApplication.SNIFFED : applicationOf(said, found.name);
}

const ALPN: Record<string, Record<string, string[]>> = {
  'mesh': { http: ['istio-http/1.1'], http2: ['istio-h2'], grpc: ['istio-h2'], tcp: ['istio'] },
  'plain-tls': { http: ['http/1.1'], http2: ['h2'], grpc: ['h2'], tcp: [] },
};

/** `dns:` and `subject:` are certificates without an identity of a mesh. */
function certificateOf(principal: string | null): Pick<ArrivingClient, 'principal' | 'otherNames'> {
  const [, kind, name] = /^(dns|subject):(.*)$/.exec(principal ?? '') ?? [];
  return kind === undefined ? { principal: principal ?? undefined } : { otherNames: [kind === 'dns' ? name : `CN=${name}`] };
}

function clientOf({ from, protocol, tls, host, port, sni }: any): ArrivingClient {
  const name = host.split(':')[0];
  return {
    speaks: protocol === 'grpc' ? 'http2' : protocol,
    tls: tls !== 'none',
    ...(tls === 'none' ? {} : certificateOf(from.principal)),
    alpn: ALPN[tls]?.[protocol],
    sni: tls === 'none' ? undefined : sni ?? (tls === 'mesh' ? `outbound_.${port}_._.${name}` : name),
    address: from.ip ?? '127.0.0.1',
  };
}

function tokenOf({ in: place, issuer, state, name, prefix, claims, without }: any): Token {
  const header = name ?? 'Authorization';
  const names: Record<string, string> = { header, query: name ?? 'access_token', cookie: name ?? 'token' };
  // the oracle signs with the times of the moment it asks
  const all: Record<string, unknown> = { iss: issuer, iat: 1, exp: 32503680000, ...claims, ...(state === 'expired' ? { exp: 2 } : {}) };
  const kept = Object.fromEntries(Object.entries(all).filter(([claim]) => !without.includes(claim)));
  return {
    in: place,
    name: names[place],
    prefix: prefix ?? (header.toLowerCase() === 'authorization' ? 'Bearer ' : ''),
    claims: kept,
    // the keys are those of the issuer that the case names, whatever the token says
    state: state === 'garbage' ? 'malformed' : kept.iss !== issuer || state === 'forged' ? 'forged' : 'valid',
  };
}

function requestOf({ method, path: target, host, headers, tokens, protocol }: any): HttpRequest | undefined {
  return protocol === 'tcp' ? undefined : { method, path: target, host, headers, tokens: tokens.map(tokenOf) };
}

/** What the authorizers of the cases say: no to x-ext-authz: deny; the one that is told nothing of it, never. */
function answersOf({ headers }: any): Record<string, 'ok' | 'denied'> {
  const denied = headers.some(([name, value]: [string, string]) => name.toLowerCase() === 'x-ext-authz' && value === 'deny');
  return { http: denied ? 'denied' : 'ok', grpc: denied ? 'denied' : 'ok', deaf: 'ok' };
}

function takenBy(
  { model, applications, gateways, manifests }: Prepared, client: ArrivingClient, port: number,
): ServicePortApplication | TakenChain {
  if (model.kind === 'gateway') {
    return gatewayChain(gateways, model.workload, port, gatewayClient(client));
  }
  return model.kind === 'waypoint' ? servedPort(manifests.map(({ object }) => object), port)
    : applications.of(model.workload, port).application!;
}

/** Who signed the certificates of the cases is trusted by their gateways. */
function gatewayClient({ speaks, tls, sni, principal, otherNames }: ArrivingClient): GatewayClient {
  const names = [...principal === undefined ? [] : [`spiffe://${principal}`], ...otherNames ?? []];
  const certificate = names.length === 0 ? undefined : { trusted: true, names };
  return { tls, sni: sni?.toLowerCase(), certificate, speaks: speaks === 'tcp' ? 'tcp' : 'http' };
}

/** What the router of a gateway makes of a request that its filters let pass. */
function routed(
  { model, gateways }: Prepared, taken: any, { passed, verdict }: InboundVerdict, client: ArrivingClient,
): string {
  if (model.kind !== 'gateway' || verdict !== 'allow') {
    return verdict;
  }
  if (passed === undefined) {
    return gatewayConnection(gateways, taken, gatewayClient(client)).outcome === 'destinations' ? 'allow' : 'connection-reset';
  }
  const { request: { host, path: seen, method, lines }, claims } = passed;
  const headers = [...lines].flatMap(([name, values]) => values.map((value) => [name, value] as const));
  const answer = gatewayRoute(gateways, taken, { host, path: seen.split('?')[0], method, headers, claims });
  return answer.outcome === 'destinations' ? 'allow' : answer.status === undefined ? answer.outcome : `http-${answer.status}`;
}

/** One request of a case, what is decided about it, and what Envoy answered. */
export interface Replayed {
  readonly text: string;
  readonly decided: string;
  readonly verdict: InboundVerdict;
  readonly recorded: string;
}

/** The words of the oracle for the verdicts of the model. */
const WORDS: Record<string, string> = { 'connection-reset': 'reset', 'unknown': 'rejected' };
// the banner of a server that speaks first leaks before the refusal of a connection
const known = (verdict: string) => (verdict === 'banner-reset' ? 'reset' : verdict);

/** Decides every request of a case. */
export async function replay(one: any, expected: string, istio = '1.31'): Promise<Replayed[]> {
  const ready = await prepared(one, istio);
  const answers = expected === 'rejected' ? ready.requests.map(() => 'rejected') : expected.split(' ');
  return ready.requests.map((request, i) => {
    const client = clientOf(request);
    const taken = takenBy(ready, client, request.port);
    const arrival: Arrival = {
      port: request.port, taken, client, request: requestOf(request), destination: ADDRESS, answers: answersOf(request),
    };
    const verdict = inboundVerdict(ready.model, arrival);
    const outcome = routed(ready, taken, verdict, client);
    return {
      text: `${one.id} request ${i}: ${JSON.stringify(request)}`,
      decided: WORDS[outcome] ?? outcome.replace(/^http-/, ''),
      verdict,
      recorded: known(answers[i]),
    };
  });
}
