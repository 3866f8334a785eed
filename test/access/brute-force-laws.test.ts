import * as fc from 'fast-check';
import { questionOf } from '../../src/access/cases/access-case';
import { snapshotOfCase } from '../../src/access/cases/world-of-case';
import { AccessModel } from '../../src/access/model/access-model';
import { Manifest, NaiveWorld } from '../support/naive/world';
import { arbitraryAmbientWorld, arbitraryNetworkWorld, arbitrarySidecarWorld, NaiveCase } from '../support/naive/worlds';

/** The verdicts of a world, without what its objects are called. */
function verdictsOf(world: NaiveWorld, queries: NaiveCase['queries']): string[] {
  const model = new AccessModel(snapshotOfCase({ name: 'law', kind: 'access', queries: [], ...world } as never));
  return queries.map((query) => {
    const question = questionOf(model.world, query as never);
    return typeof question === 'string' ? question : model.verdict(question).verdict;
  });
}

const ANY: fc.Arbitrary<NaiveCase> = fc.oneof(arbitraryNetworkWorld(), arbitrarySidecarWorld(), arbitraryAmbientWorld());
const RUNS = { numRuns: 60, seed: 2 };

/** Changes of a world that change no verdict of it. */
function assertLaw(change: (objects: readonly Manifest[]) => Manifest[], cases = ANY): void {
  fc.assert(fc.property(cases, ({ world, queries }) => {
    const changed = verdictsOf({ ...world, objects: change(world.objects) }, queries);
    expect(changed).toEqual(verdictsOf(world, queries));
  }), RUNS);
}

const POLICIES = ['AuthorizationPolicy', 'NetworkPolicy', 'RequestAuthentication'];
const isPolicy = ({ kind }: Manifest) => POLICIES.includes(kind);

function withName(object: Manifest, name: string): Manifest {
  return { ...object, metadata: { ...object.metadata, name } };
}

/** Every policy several times, once for each rule. */
function onePerRule(object: Manifest): Manifest[] {
  const rules = object.kind === 'AuthorizationPolicy' ? object.spec.rules ?? [] : [];
  return rules.length < 2 ? [object]
    : rules.map((rule: unknown, i: number) => (
      { ...withName(object, `${object.metadata.name}-${i}`), spec: { ...object.spec, rules: [rule] } }));
}

/** Rules of policies that are alike in all else, in one of them. */
function merged(objects: readonly Manifest[]): Manifest[] {
  const key = ({ metadata: { name, creationTimestamp, ...metadata }, spec: { rules, ...spec } }: Manifest) => (
    JSON.stringify([metadata, spec]));
  const groups = new Map<string, Manifest>();
  for (const object of objects.filter(({ kind, spec }) => kind === 'AuthorizationPolicy' && (spec.rules ?? []).length > 0)) {
    const known = groups.get(key(object));
    const rules = [...known?.spec.rules ?? [], ...object.spec.rules];
    groups.set(key(object), { ...known ?? object, spec: { ...(known ?? object).spec, rules } });
  }
  return [...objects.filter(({ kind, spec }) => kind !== 'AuthorizationPolicy' || (spec.rules ?? []).length === 0), ...groups.values()];
}

const ELSEWHERE: Manifest[] = [
  { apiVersion: 'v1', kind: 'Namespace', metadata: { name: 'elsewhere', labels: {} } },
  { apiVersion: 'networking.k8s.io/v1', kind: 'NetworkPolicy', metadata: { name: 'closed', namespace: 'elsewhere' }, spec: { podSelector: {} } },
  { apiVersion: 'security.istio.io/v1', kind: 'AuthorizationPolicy', metadata: { name: 'closed', namespace: 'elsewhere' }, spec: {} },
  {
    apiVersion: 'security.istio.io/v1',
    kind: 'PeerAuthentication',
    metadata: { name: 'strict', namespace: 'elsewhere' },
    spec: { mtls: { mode: 'STRICT' } },
  },
  {
    apiVersion: 'security.istio.io/v1',
    kind: 'RequestAuthentication',
    metadata: { name: 'tokens', namespace: 'elsewhere' },
    spec: { jwtRules: [{ issuer: 'idp' }] },
  },
  {
    apiVersion: 'networking.istio.io/v1',
    kind: 'DestinationRule',
    metadata: { name: 'plain', namespace: 'elsewhere' },
    spec: { host: '*', trafficPolicy: { tls: { mode: 'DISABLE' } } },
  },
  { apiVersion: 'v1', kind: 'Service', metadata: { name: 's', namespace: 'elsewhere' }, spec: { selector: { app: 'a' }, ports: [{ port: 80 }] } },
];

describe('the verdicts of the access model', () => {
  test('do not depend on the order of objects', () => {
    const shuffled = ANY.chain((one) => fc.shuffledSubarray([...one.world.objects], { minLength: one.world.objects.length })
      .map((objects) => ({ ...one, shuffled: objects })));
    fc.assert(fc.property(shuffled, ({ world, queries, shuffled: objects }) => {
      expect(verdictsOf({ ...world, objects }, queries)).toEqual(verdictsOf(world, queries));
    }), RUNS);
  });

  test('do not change when an object is there twice', () => {
    assertLaw((objects) => objects.flatMap((object) => [object, object]));
  });

  test('do not depend on the names of policies', () => {
    assertLaw((objects) => objects.map((object, i) => (isPolicy(object) ? withName(object, `renamed-${i}`) : object)));
  });

  test('are the same for one policy of two rules and two policies of one', () => {
    assertLaw((objects) => objects.flatMap(onePerRule), arbitrarySidecarWorld({ custom: false }));
    assertLaw((objects) => objects.flatMap(onePerRule), arbitraryAmbientWorld());
  });

  test('are the same for policies that differ in their rules alone, and all their rules in one', () => {
    assertLaw(merged, arbitrarySidecarWorld({ custom: false }));
    assertLaw(merged, arbitraryAmbientWorld());
  });

  test('do not change by what is in a namespace of its own', () => {
    assertLaw((objects) => [...objects, ...ELSEWHERE]);
    assertLaw((objects) => [...ELSEWHERE, ...objects]);
  });
});
