import * as fs from 'node:fs';
import * as path from 'node:path';
import { pod, policy } from './worlds';
import { NetworkModel } from '../../../src/access/network/model';
import { hasPort } from '../../../src/access/network/port-sets';
import { compilePolicy } from '../../../src/access/network/read-policy';
import { Labels } from '../../../src/access/objects';
import { Source } from '../../../src/access/question';
import { TransportProtocol } from '../../../src/access/workload';

interface World {
  readonly namespaces: readonly { readonly name: string; readonly labels: Labels }[];
  readonly pods: readonly {
    readonly id: string;
    readonly labels: Labels;
    readonly ip: string;
    readonly ports: readonly { readonly name?: string; readonly port: number; readonly protocol?: TransportProtocol }[];
  }[];
  readonly policies: readonly { readonly name?: string; readonly in: string }[];
}
type Case = { readonly id: string };
type End = Exclude<Source, { nodeLocal: true }>;

const ROOT = path.join(__dirname, '..', '..', '..');
const { casesOf } = jest.requireActual<{ casesOf(topic: string): Case[] }>(path.join(ROOT, 'oracle/lib/cases'));
const { packRows } = jest.requireActual<{ packRows(rows: string[]): string }>(path.join(ROOT, 'oracle/lib/pack'));
const { worldOf, EXTERNALS, PORTS } = jest.requireActual<{
  EXTERNALS: string[];
  PORTS: { port: number; protocol: TransportProtocol }[];
  worldOf(one: Case): World;
}>(path.join(ROOT, 'oracle/suites/network-policies'));
const recorded = (topic: string) => JSON.parse(fs.readFileSync(path.join(ROOT, 'test/conformance', `${topic}.json`), 'utf8')).verdicts;

function modelOf({ namespaces, pods, policies }: World) {
  const workloads = pods.map(({ id, labels, ip, ports }) => pod(id, {
    labels, addresses: [ip], ports: ports.map(({ name, port, protocol = 'TCP' }) => ({ name, number: port, protocol })),
  }));
  const objects = policies.map(({ name, in: namespace, ...spec }, i) => policy(`${namespace}/${name ?? `policy-${i}`}`, spec));
  const labelled = new Map(namespaces.map(({ name, labels }) => [name, labels]));
  return { workloads, model: new NetworkModel({ workloads, policies: objects, namespaces: labelled }) };
}

function matrix(model: NetworkModel, sources: readonly End[], destinations: readonly End[]) {
  const found = sources.map((from) => destinations.map((to) => model.connections(from, to)));
  return Object.fromEntries(PORTS.map(({ port, protocol }) => [`${protocol}/${port}`, packRows(found.map((row) => row.map(
    ({ allowed, unknown }) => (hasPort(unknown, protocol, port) ? '?' : hasPort(allowed, protocol, port) ? '1' : '0')).join('')))]));
}

describe('worlds that other engines were asked about', () => {
  const verdicts = recorded('network-policies');
  const groups = new Map<string, Case[]>();
  casesOf('network-policies').forEach((one) => groups.set(one.id.split('#')[0], [...groups.get(one.id.split('#')[0]) ?? [], one]));

  test('are many', () => {
    expect([...groups.values()].flat()).toHaveLength(Object.keys(verdicts).length);
  });

  test.each([...groups])('%s: every pair on every port is decided the same', (_, cases) => {
    for (const one of cases) {
      const { workloads, model } = modelOf(worldOf(one));
      const pods = workloads.map((workload) => ({ workload }));
      const outside = EXTERNALS.map((address) => ({ address }));
      const said = { inside: matrix(model, [...pods, ...outside], pods), outside: matrix(model, pods, outside) };
      expect([one.id, said]).toEqual([one.id, verdicts[one.id]]);
    }
  });
});

describe('what the API server stores and refuses', () => {
  interface Admission extends Case { readonly object: { readonly kind: string; readonly apiVersion?: string; readonly metadata?: object } }
  const verdicts = recorded('validity');
  // Not the model's: namespaces, annotations and metadata that does nothing. `status` is what older servers print.
  const others = /^names-and-namespaces\/(object-of-a-namespace|annotation|unknown-field-of-metadata)|^network-policy\/status$/;
  const cases = (casesOf('validity') as Admission[]).filter(({ id, object }) => object.kind === 'NetworkPolicy' && !others.test(id));

  test.each(cases.map((one) => [one.id, one] as const))('%s', (id, { object }) => {
    const whole = { apiVersion: 'networking.k8s.io/v1', ...object, metadata: { name: 'it', namespace: 'foo', ...object.metadata } };
    const { problems } = compilePolicy({ object: whole, origin: {} });
    expect([id, problems.length === 0]).toEqual([id, verdicts[id].create === 201]);
  });
});
