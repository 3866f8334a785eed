import * as fc from 'fast-check';
import { naiveVerdict } from './verdict';
import { NotModelled } from './world';
import { arbitraryAmbientWorld, arbitraryNetworkWorld, arbitrarySidecarWorld, NaiveCase } from './worlds';

const SAMPLE = { numRuns: 40, seed: 1 };

/** Every verdict of a sample, with how often it was given. */
function verdictsOf(cases: fc.Arbitrary<NaiveCase>): Map<string, number> {
  const counts = new Map<string, number>();
  for (const { world, queries } of fc.sample(cases, SAMPLE)) {
    for (const query of queries) {
      const verdict = answer(world, query);
      counts.set(verdict, (counts.get(verdict) ?? 0) + 1);
    }
  }
  return counts;
}

function answer(...[world, query]: Parameters<typeof naiveVerdict>): string {
  try {
    return naiveVerdict(world, query);
  } catch (error) {
    if (error instanceof NotModelled) {
      return 'not modelled';
    }
    throw error;
  }
}

describe('random worlds', () => {
  test.each([
    ['of networks', arbitraryNetworkWorld(), ['allow', 'dropped']],
    ['of sidecars', arbitrarySidecarWorld(), ['allow', 'connection-reset', 'http-401', 'http-403']],
    ['of sidecars that no webhook saw', arbitrarySidecarWorld({ unchecked: true }), ['allow', 'connection-reset', 'http-403']],
    ['of ambient', arbitraryAmbientWorld(), ['allow', 'connection-reset']],
    ['of ambient that no webhook saw', arbitraryAmbientWorld({ unchecked: true }), ['allow', 'connection-reset']],
  ])('%s are decided, each way often', (_, cases, expected) => {
    const counts = verdictsOf(cases);
    const all = [...counts.values()].reduce((sum, count) => sum + count, 0);
    expect([...counts.keys()]).toEqual(expect.arrayContaining(expected));
    expect((counts.get('not modelled') ?? 0) / all).toBeLessThan(0.02);
    expect((counts.get('allow') ?? 0) / all).toBeLessThan(0.9);
  });

  test('leave out what is switched off', () => {
    const without = { tokens: false, http: false, destinationRules: false, peerAuthentications: false, networkPolicies: false };
    const kinds = fc.sample(arbitrarySidecarWorld(without), SAMPLE).flatMap(({ world }) => world.objects.map(({ kind }) => kind));
    expect([...new Set(kinds)].sort()).toEqual(['AuthorizationPolicy', 'Namespace', 'Service']);
  });
});
