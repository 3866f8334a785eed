import { AccessModel } from '../model/access-model';
import { targetPortOf, World } from '../model/world';
import { HttpRequest, Question, Source, Target, Token, VerdictKind } from '../question';
import { mapping, mappings, text } from '../snapshot/fields';
import { protocolOf } from '../snapshot/services';
import { Service, Workload } from '../workload';
import { Case, CaseResult, RowResult, tally } from './case-file';
import { snapshotOfCase } from './world-of-case';

type Fields = Readonly<Record<string, unknown>>;

/** What a refusal is, where a source does not say how it refuses. */
const REFUSALS: readonly VerdictKind[] = ['http-403', 'http-401', 'http-404', 'http-400', 'connection-reset', 'dropped'];

/** Answers the queries of a case of the kind `access`. */
export function runAccessCase(one: Case): CaseResult {
  const model = new AccessModel(snapshotOfCase(one));
  return tally(one, mappings(one.queries).map((query, index) => answerQuery(model, query, index)));
}

/** Answers one query, with whether the answer is the expected one. */
export function answerQuery(model: AccessModel, query: Fields, index: number): RowResult {
  const expect = text(query.expect);
  const question = questionOf(model.world, query);
  if (typeof question === 'string') {
    return { query: index, verdict: 'unknown', reason: question, trail: [], ...(expect === undefined ? {} : { expect, agrees: false }) };
  }
  const { verdict, reason, trail, ifProvidersAgree } = model.verdict(question);
  return {
    query: index,
    verdict,
    reason,
    ...(expect === undefined ? {} : { expect, agrees: agrees(expect, verdict) }),
    ...(ifProvidersAgree === undefined ? {} : { ifProvidersAgree }),
    trail,
  };
}

/** Whether a verdict is what a case expects: `deny` is any refusal, and what nothing of the mesh looks at is let through. */
export function agrees(expect: string, verdict: VerdictKind): boolean {
  if (expect === 'deny') {
    return REFUSALS.includes(verdict);
  }
  return expect === verdict || (expect === 'allow' && verdict === 'not-captured');
}

/** The question that a query asks, or why it asks none. */
export function questionOf(world: World, query: Fields): Question | string {
  const [from, to, conn] = [mapping(query.from), mapping(query.to), mapping(query.conn)];
  const source = sourceOf(world, from);
  const target = targetOf(world, to, conn);
  if (typeof source === 'string' || typeof target === 'string') {
    return typeof source === 'string' ? source : target as string;
  }
  const app = text(to.app);
  const http = query.http === undefined ? undefined : requestOf(mapping(query.http));
  return {
    from: source,
    to: target,
    protocol: protocolOf(to.protocol),
    speaks: http !== undefined ? (app === 'grpc' || app === 'http2' ? 'http2' : 'http') : app === 'https' || app === 'tls' ? 'tls' : 'tcp',
    http,
    given: {
      ...(typeof conn.mtls === 'boolean' && !isAddressAlone(from, conn) ? { mtls: conn.mtls } : {}),
      ...(conn.principal === undefined ? {} : { principal: text(conn.principal) }),
      ...(conn.sni === undefined ? {} : { sni: text(conn.sni) }),
      ...(sourceIp(from, conn) === undefined ? {} : { sourceIp: sourceIp(from, conn) }),
    },
    providers: mapping(query.extAuthz) as Question['providers'],
  };
}

/** Plaintext from an address is what follows anyway. */
function isAddressAlone(from: Fields, conn: Fields): boolean {
  return from.workload === undefined && conn.mtls === false;
}

function sourceIp(from: Fields, conn: Fields): string | undefined {
  return text(conn.sourceIp) ?? (from.workload === undefined ? text(from.ip) : undefined);
}

function sourceOf({ snapshot }: World, from: Fields): Source | string {
  if (from.workload !== undefined) {
    const workload = snapshot.workloads.find(({ id }) => id === from.workload);
    return workload === undefined ? `there is no workload ${String(from.workload)}` : { workload };
  }
  const ip = text(from.ip);
  return from.node === true ? { nodeLocal: true } : ip === undefined ? 'the query does not say from where' : { address: ip };
}

function targetOf(world: World, to: Fields, conn: Fields): Target | string {
  const port = Number(to.port);
  if (to.serviceEntry !== undefined) {
    const [namespace, name] = String(to.serviceEntry).split('/');
    const host = world.registry.entries
      .find(({ object }) => object.kind === 'ServiceEntry' && object.namespace === namespace && object.name === name)?.hostname;
    return { host: host ?? name, port, serviceEntry: { namespace, name } };
  }
  if (to.workload === undefined) {
    return typeof to.ip === 'string' ? { address: to.ip, port } : typeof to.host === 'string' ? { host: to.host, port }
      : 'the query does not say where to';
  }
  const workload = world.snapshot.workloads.find(({ id }) => id === to.workload);
  if (workload === undefined) {
    return `there is no workload ${String(to.workload)}`;
  }
  const said = typeof to.servicePort === 'number' ? to.servicePort : undefined;
  const service = conn.via === 'pod-ip' ? undefined : dialled(world, workload, port, conn, said);
  const servicePort = said ?? service?.ports.find((one) => targetPortOf(service, one.port, workload) === port)?.port;
  return { workload, port, ...(service === undefined ? {} : { service, servicePort }) };
}

/** The Service that leads to the port of the pod: the one that is named, else the first; none where the pod itself is dialled. */
function dialled(world: World, workload: Workload, port: number, conn: Fields, servicePort: number | undefined): Service | undefined {
  const services = world.servicesOf(workload)
    .filter((one) => conn.service === undefined || `${one.namespace}/${one.name}` === conn.service);
  const leads = (one: Service, to: number) => targetPortOf(one, to, workload) === port;
  if (servicePort !== undefined) {
    return services.find((one) => leads(one, servicePort)) ?? services.find((one) => one.ports.some((each) => each.port === servicePort));
  }
  return conn.via === 'service' ? services.find((one) => one.ports.some((each) => leads(one, each.port))) : undefined;
}

function requestOf(http: Fields): HttpRequest {
  const headers = Array.isArray(http.headers) ? http.headers as [string, string][]
    : Object.entries(mapping(http.headers)).flatMap(([name, value]) => [value].flat().map((line) => [name, String(line)] as const));
  return {
    method: text(http.method) ?? 'GET',
    path: text(http.path) ?? '/',
    host: text(http.host) ?? '',
    headers,
    tokens: mappings(http.tokens).map((token): Token => ({
      in: token.in === 'query' || token.in === 'cookie' ? token.in : 'header',
      name: text(token.name) ?? 'Authorization',
      ...(typeof token.prefix === 'string' ? { prefix: token.prefix } : {}),
      claims: mapping(token.claims),
      state: (text(token.state) ?? 'valid') as Token['state'],
    })),
  };
}
