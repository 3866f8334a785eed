import * as fs from 'node:fs';
import { createRequire } from 'node:module';
import * as path from 'node:path';
import { Manifest, NaiveHttp, NaiveQuery, NaiveToken, NaiveWorkload, NaiveWorld } from './world';

/** Cases of ours with what the engines said, as worlds and queries. */

const ROOT = path.join(__dirname, '..', '..', '..');
const load = createRequire(path.join(ROOT, 'oracle', 'ask.js'));
const { casesOf, filled } = load('./lib/cases');
const { objectsOf, policyObjects, requestsOf, targetOf } = load('./lib/policy-case');
const { worldOf, EXTERNALS, PORTS } = load('./suites/network-policies');

const ADDRESS = '127.88.0.1';
const CLIENT_ADDRESS = '127.0.0.1';

export { EXTERNALS, PORTS };

export function recorded(topic: string): Record<string, any> {
  return JSON.parse(fs.readFileSync(path.join(ROOT, 'test', 'conformance', `${topic}.json`), 'utf8')).verdicts;
}

export interface RecordedCase {
  readonly id: string;
  readonly world: NaiveWorld;
  readonly queries: readonly NaiveQuery[];
}

/** The cases of policies; `objects` wait for keys, which the naive evaluator does not need. */
export async function policyCases(): Promise<RecordedCase[]> {
  return Promise.all(casesOf('policies').map(async (written: any) => {
    const one = filled(written, { address: ADDRESS });
    const target = targetOf(one, ADDRESS);
    const objects: Manifest[] = await objectsOf(one, target, async () => undefined);
    const mesh = { ...one.common.mesh, ...one.mesh, jwks: { 'https://127.0.0.1:1/jwks': 'unreachable' } };
    const workload: NaiveWorkload = {
      id: `${target.namespace}/${target.name}`,
      namespace: target.namespace,
      name: target.name,
      labels: target.labels,
      serviceAccount: target.serviceAccount,
      ip: ADDRESS,
      mode: target.kind,
      ports: target.ports.map(({ number, name }: any) => ({ port: number, protocol: 'TCP', name })),
    };
    const behind = objects.some(({ kind, metadata }) => kind === 'Pod' && metadata.labels?.['istio.io/use-waypoint'] !== undefined);
    const queries = requestsOf(one, target).map((request: any) => queryOf(request, workload, target, { behind, objects }));
    const pod: NaiveWorkload = { ...workload, id: 'foo/w', name: 'w', labels: { app: 'w' }, mode: 'ambient' };
    return { id: one.id, world: { mesh, objects, workloads: behind ? [workload, pod] : [workload] }, queries };
  }));
}

function queryOf(request: any, workload: NaiveWorkload, target: any, around: { behind: boolean; objects: Manifest[] }): NaiveQuery {
  const { port, protocol, from, tls, sni, headers } = request;
  const isHttp = protocol !== 'tcp';
  return {
    from: { external: true, ip: from.ip ?? CLIENT_ADDRESS },
    to: { ...targetFields(workload, around), port, protocol: 'TCP', app: protocol, takesTls: true },
    conn: {
      ...(workload.mode === 'waypoint' && !around.behind ? { service: `${target.service.namespace}/${target.service.name}` } : {}),
      mtls: tls === 'mesh',
      ownTls: tls === 'plain-tls',
      principal: from.principal ?? undefined,
      sourceIp: from.ip ?? CLIENT_ADDRESS,
      sni: sniOf(request, sni),
    },
    ...(isHttp ? { http: httpOf(request) } : {}),
    extAuthz: answers(headers),
  };
}

/** A waypoint is asked for a Service or ServiceEntry that has the address, or for a pod. */
function targetFields(workload: NaiveWorkload, { behind, objects }: { behind: boolean; objects: Manifest[] }): any {
  if (workload.mode !== 'waypoint') {
    return { workload: workload.id };
  }
  const entry = objects.find(({ kind, spec }) => kind === 'ServiceEntry' && spec.addresses.includes(ADDRESS));
  const asked = entry === undefined ? {} : { serviceEntry: `${entry.metadata.namespace}/${entry.metadata.name}` };
  return { waypoint: workload.id, ip: ADDRESS, ...(behind ? { workload: 'foo/w' } : asked) };
}

function sniOf({ tls, host, port }: any, sni: string | undefined): string | undefined {
  const name = host.split(':')[0];
  if (tls === 'none') {
    return undefined;
  }
  return tls === 'mesh' ? `outbound_.${port}_._.${name}` : sni ?? name;
}

function httpOf({ method, protocol, path: target, host, headers, tokens }: any): NaiveHttp {
  const lines = protocol === 'grpc' ? [...headers, ['content-type', 'application/grpc']] : headers;
  return { method, path: target, host, headers: lines, tokens: tokens.map(tokenOf) };
}

function tokenOf({ issuer, state, claims, without, ...place }: any): NaiveToken {
  const now = Date.now() / 1000;
  const times = { iat: now - 7200, exp: now + 3600 };
  const all: Record<string, any> = { iss: issuer, ...times, ...claims };
  for (const name of without) {
    delete all[name];
  }
  const outOfTime = (typeof all.exp === 'number' && all.exp < now) || (typeof all.nbf === 'number' && all.nbf > now);
  const said = state === 'garbage' ? 'malformed' : state === 'valid' && outOfTime ? 'expired' : state;
  return { ...place, state: said, claims: all, signer: issuer };
}

/** The authorizers of the cases say no to a header, but for the one that is not told of it. */
function answers(headers: [string, string][]): Record<string, string> {
  const denied = headers.some(([name, value]) => name === 'x-ext-authz' && value === 'deny');
  return { http: denied ? 'denied' : 'ok', grpc: denied ? 'denied' : 'ok', deaf: 'ok' };
}

/** Rows of a matrix as they are recorded: lengths of runs that begin with refusals, equal rows once. */
export function unpackedRows(packed: string): string[] {
  return packed.split(';').flatMap((entry) => {
    const [, times = '1', runs] = /^(?:(\d+)x )?(.*)$/.exec(entry) as RegExpExecArray;
    const row = runs.split(' ').map((length, i) => (i % 2 === 0 ? '0' : '1').repeat(Number(length))).join('');
    return Array<string>(Number(times)).fill(row);
  });
}

/** The cases of NetworkPolicies, as worlds of pods. */
export function networkCases(): { id: string; world: NaiveWorld }[] {
  return casesOf('network-policies').map((one: any) => {
    const { namespaces, pods, policies } = worldOf(one);
    const objects = [
      ...namespaces.map(({ name, labels }: any) => ({ kind: 'Namespace', metadata: { name, labels } })),
      ...policies.map(({ name, in: namespace, ...spec }: any, i: number) => (
        { kind: 'NetworkPolicy', metadata: { name: name ?? `policy-${i}`, namespace }, spec })),
    ];
    const workloads = pods.map((pod: any) => ({ ...pod, name: pod.id, serviceAccount: 'default', mode: 'none' }));
    return { id: one.id, world: { objects, workloads } };
  });
}

/** The cases of ambient: policies around three pods. */
export function ambientCases(): { id: string; world: NaiveWorld }[] {
  const pods = [['foo', 'w', 'w'], ['foo', 'v', 'v'], ['bar', 'w', 'w']];
  const workloads = pods.map(([namespace, name, app], i): NaiveWorkload => ({
    id: `${namespace}/${name}`, namespace, name, labels: { app }, serviceAccount: name, ip: `10.1.1.${i + 1}`, mode: 'ambient', ports: [],
  }));
  return casesOf('ambient').map((one: any) => ({
    id: one.id,
    world: { mesh: { ...one.common.mesh, ...one.mesh }, objects: policyObjects(one, { namespace: 'foo', name: 'w' }), workloads },
  }));
}

/** The cases about clients: what a proxy in foo does towards a Service in bar. */
export function clientCases(): { id: string; world: NaiveWorld; host: string; port: number; subset?: string; injected: boolean }[] {
  return casesOf('client-tls').map((one: any) => {
    const pod = (namespace: string, name: string, mode: 'sidecar' | 'none', ip: string): NaiveWorkload => ({
      id: `${namespace}/${name}`, namespace, name, labels: { app: name }, serviceAccount: name, ip, mode, ports: [],
    });
    const injected = one.injected ?? true;
    const service = {
      kind: 'Service',
      metadata: { name: 'server', namespace: 'bar' },
      spec: { selector: { app: 'server' }, ports: [{ name: 'http', port: 80, targetPort: 8080 }, { name: 'tcp', port: 9000 }] },
    };
    const world = {
      mesh: { ...one.common.mesh, ...one.mesh },
      objects: [service, ...one.common.objects ?? [], ...one.objects ?? []],
      workloads: [pod('foo', 'client', 'sidecar', '10.1.1.1'), pod('bar', 'server', injected ? 'sidecar' : 'none', '10.1.1.2')],
    };
    return { id: one.id, world, host: one.host ?? 'server.bar.svc.cluster.local', port: one.port ?? 80, subset: one.subset, injected };
  });
}
