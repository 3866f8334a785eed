import * as fs from 'node:fs';
import * as path from 'node:path';
import { ODD_TEXTS, recordedTexts } from './odd-texts';
import { definitionProblems, schemaProblems, WayIn } from '../../../src/access/admission/schema-problems';
import { webhookProblems } from '../../../src/access/admission/webhook-problems';
import type { KubeObject } from '../../../src/access/objects';

const ROOT = path.join(__dirname, '../../..');
// eslint-disable-next-line @typescript-eslint/no-require-imports
const { casesOf } = require('../../../oracle/lib/cases');
const RECORDED = JSON.parse(fs.readFileSync(path.join(ROOT, 'test/conformance/validity.json'), 'utf8')).verdicts;

const API_VERSIONS: Record<string, string> = {
  AuthorizationPolicy: 'security.istio.io/v1',
  PeerAuthentication: 'security.istio.io/v1',
  RequestAuthentication: 'security.istio.io/v1',
  ServiceEntry: 'networking.istio.io/v1',
  DestinationRule: 'networking.istio.io/v1',
  Sidecar: 'networking.istio.io/v1',
  Gateway: 'networking.istio.io/v1',
  VirtualService: 'networking.istio.io/v1',
  Telemetry: 'telemetry.istio.io/v1',
  NetworkPolicy: 'networking.k8s.io/v1',
  Namespace: 'v1',
  Service: 'v1',
  ServiceAccount: 'v1',
  Deployment: 'apps/v1',
  StatefulSet: 'apps/v1',
};

/** What depends on the cluster that was asked: its namespaces, its range of addresses, and which versions it was given. */
const OF_THE_CLUSTER = [
  'authorization-policy-forms/other-versions#1', 'telemetry/version#1', 'services-and-workloads/service#4',
  ...[0, 1, 2, 3].map((i) => `names-and-namespaces/object-of-a-namespace-that-is-not-there#${i}`),
];

interface Answers {
  readonly create?: number;
  readonly apply?: number;
  readonly webhook?: string;
  readonly crd?: string;
}

// as oracle/suites/validity.js completes the objects of its cases
function objectOf({ kind, apiVersion = API_VERSIONS[kind], metadata, ...rest }: any): KubeObject {
  const scope = kind === 'Namespace' ? {} : { namespace: 'foo' };
  return { apiVersion, kind, metadata: { name: 'it', ...scope, ...metadata }, ...rest };
}

function statusBy(object: KubeObject, by: WayIn): number {
  const problems = schemaProblems(object, by);
  return problems === undefined ? 404 : problems[0]?.status ?? 201;
}

function webhookOf(object: KubeObject): string {
  const { errors, warnings } = webhookProblems(object)!;
  return errors.length > 0 ? 'rejects' : warnings.length > 0 ? 'warns' : 'accepts';
}

function crdOf(object: KubeObject): string {
  return definitionProblems(object)?.length === 0 ? 'accepts' : 'rejects';
}

const ANSWERS: Record<keyof Answers, (object: KubeObject) => number | string> = {
  create: (object) => statusBy(object, 'create'),
  apply: (object) => statusBy(object, 'apply'),
  webhook: webhookOf,
  crd: crdOf,
};

/** Where we say something else than the engines. */
function disagreements(cases: readonly { readonly id: string; readonly object: KubeObject; readonly recorded: Answers }[]): string[] {
  return cases.flatMap(({ id, object, recorded }) => (Object.keys(recorded) as (keyof Answers)[])
    .map((gate) => ({ gate, said: ANSWERS[gate](object) }))
    .filter(({ gate, said }) => said !== recorded[gate])
    .map(({ gate, said }) => `${id} ${gate}: engine ${recorded[gate]}, ours ${said}: ${JSON.stringify(object)}`));
}

describe('recorded admission', () => {
  const cases = casesOf('validity').map(({ id, object }: any) => ({ id, object: objectOf(object), recorded: RECORDED[id] }));

  test('of every case is ours: create, apply, webhook and definition', () => {
    expect(cases.length).toBeGreaterThan(1700);
    expect(disagreements(cases.filter(({ id }: any) => !OF_THE_CLUSTER.includes(id)))).toEqual([]);
  });

  test('differs for what the cluster decides, and for nothing else', () => {
    const others = cases.filter(({ id }: any) => OF_THE_CLUSTER.includes(id));
    expect(others).toHaveLength(OF_THE_CLUSTER.length);
    others.forEach(({ object, recorded }: any) => {
      expect(recorded.create).toBeGreaterThanOrEqual(400);
      expect([statusBy(object, 'create'), statusBy(object, 'apply')]).toEqual([201, 201]);
      expect(disagreements([{ id: '', object, recorded: { webhook: recorded.webhook ?? 'accepts' } }].filter(() => recorded.webhook !== undefined))).toEqual([]);
    });
  });

  test('of objects of all kinds with faults is ours', () => {
    const { cases: more } = JSON.parse(fs.readFileSync(path.join(__dirname, 'recorded-objects.json'), 'utf8'));
    expect(more.length).toBeGreaterThan(250);
    expect(disagreements(more.map(({ object, ...recorded }: any) => ({ id: object.kind, object, recorded })))).toEqual([]);
  });

  test.each(Object.keys(ODD_TEXTS))('of odd texts is ours: %s', (what) => {
    const letters: Record<string, string> = { accepts: 'a', warns: 'w', rejects: 'r' };
    const rows = recordedTexts()[what];
    expect(rows.length).toBeGreaterThan(20);
    expect(rows.filter(([text, ...verdicts]) => ODD_TEXTS[what](text).some((object, i) => (
      `${letters[webhookOf(object)]}${letters[crdOf(object)]}` !== verdicts[i])))).toEqual([]);
  });
});
