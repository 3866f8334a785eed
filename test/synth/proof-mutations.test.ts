import { equivalenceOf, REASONS } from './equivalent-mutations';
import { Example, exampleOf } from './example-apps';
import { Mutation, mutationsOf } from './policy-mutations';
import { Difference } from '../../src/access/intent/difference';
import { accessDifferences } from '../../src/access/intent/differences';
import { egressDifferences } from '../../src/access/intent/egress';
import { identityDifferences } from '../../src/access/intent/identity';
import { mtlsDifferences } from '../../src/access/intent/mtls';
import { networkDifferences } from '../../src/access/intent/network';
import { KubeObject, refOf, refText } from '../../src/access/objects';
import { Snapshot } from '../../src/access/snapshot/snapshot';
import { IntendedAccess } from '../../src/values/grammar/intended-access';

/** The layer that an object belongs to, asked alone: the others cost time and prove nothing about it. */
const LAYERS: Record<string, (snapshot: Snapshot, access: IntendedAccess) => Difference[]> = {
  NetworkPolicy: networkDifferences,
  PeerAuthentication: mtlsDifferences,
  AuthorizationPolicy: identityDifferences,
  RequestAuthentication: identityDifferences,
  Sidecar: egressDifferences,
  ServiceEntry: egressDifferences,
  DestinationRule: egressDifferences,
};

interface Mutant {
  readonly id: string;
  readonly kind: string;
  readonly noticed: boolean;
}

/** Every mutant of every policy of an example, and whether its layer notices it. */
function mutantsOf(example: Example): Mutant[] {
  return example.manifests.flatMap((manifest, i) => {
    const differences = LAYERS[manifest.object.kind];
    const asked = new Map<string, boolean>();
    const isNoticed = ({ objects }: Mutation): boolean => {
      const key = JSON.stringify(objects);
      const known = asked.get(key);
      if (known !== undefined) {
        return known;
      }
      const changed = objects.map((object) => ({ object: object as unknown as KubeObject, origin: manifest.origin }));
      const all = [...example.manifests.slice(0, i), ...changed, ...example.manifests.slice(i + 1)];
      const noticed = differences(example.snapshot(all), example.access).length > 0;
      asked.set(key, noticed);
      return noticed;
    };
    return differences === undefined ? [] : mutationsOf(manifest.object)
      .map((mutation) => ({ id: `${refText(refOf(manifest))} ${mutation.at}`, kind: manifest.object.kind, noticed: isNoticed(mutation) }));
  });
}

describe.each(['quickstart', 'jwt-api', 'egress', 'online-boutique'])('every single change of a policy of the example %s', (name) => {
  const example = exampleOf(name);
  const mutants = mutantsOf(example);

  test('begins where nothing differs', () => {
    expect(accessDifferences(example.snapshot(example.manifests), example.access)).toEqual([]);
  });

  test('is noticed in its layer, unless it is listed as one that changes nothing', () => {
    expect(mutants.filter(({ id, noticed }) => !noticed && equivalenceOf(id, example) === undefined).map(({ id }) => id)).toEqual([]);
  });

  test('is listed as one that changes nothing only if nothing is noticed', () => {
    expect(mutants.filter(({ id, noticed }) => noticed && equivalenceOf(id, example) !== undefined)
      .map(({ id }) => `${id}: ${equivalenceOf(id, example)}`)).toEqual([]);
  });

  test('of the labels of its namespace is noticed where the mesh lets its pods go without a proxy', () => {
    const [namespace] = example.manifests.filter(({ object }) => object.kind === 'Namespace');
    const others = example.manifests.filter((manifest) => manifest !== namespace);
    const { metadata } = namespace.object;
    const without = (label: string, changed: object) => {
      const kept = Object.entries(metadata.labels ?? {}).filter(([key]) => key !== label);
      const labels = Object.fromEntries([...kept, ...Object.entries(changed)]);
      const manifest = { object: { ...namespace.object, metadata: { ...metadata, labels } }, origin: namespace.origin };
      return mtlsDifferences(example.snapshot([...others, manifest]), example.access).map(({ kind }) => kind);
    };
    const noticed = Object.keys(metadata.labels ?? {}).filter((label) => without(label, {}).includes('excess'));
    expect(noticed).toEqual(['istio-injection']);
    expect(without('istio-injection', { 'istio-injection': 'disabled' })).toContain('excess');
    expect(without('istio-injection', { 'istio-injection': 'enabled' })).toEqual([]);
  });

  test('is counted', () => {
    const counted = [...new Set(mutants.map(({ kind }) => kind))].sort().map((kind) => {
      const ofKind = mutants.filter((mutant) => mutant.kind === kind);
      return [kind, { mutants: ofKind.length, noticed: ofKind.filter(({ noticed }) => noticed).length }];
    });
    expect(Object.fromEntries(counted)).toMatchSnapshot();
    expect(new Set(mutants.map(({ id }) => id)).size).toBe(mutants.length);
  });
});

test('every reason has a name of its own', () => {
  expect(new Set(REASONS).size).toBe(REASONS.length);
});
