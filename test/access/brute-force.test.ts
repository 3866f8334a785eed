import * as fc from 'fast-check';
import { BothReadings, Compared } from './two-readings';
import { arbitraryAmbientWorld, arbitraryNetworkWorld, arbitrarySidecarWorld, NaiveCase } from '../support/naive/worlds';

/** Another seed asks about other worlds: ZT_BRUTE_FORCE_SEED=7 npx jest test/access/brute-force */
const SEED = Number(process.env.ZT_BRUTE_FORCE_SEED ?? 1);
const MOST_UNKNOWN = 0.01;
const MOST_NOT_MODELLED = 0.01;

describe('the access model and a naive reading of the same world', () => {
  let pairs = 0;

  function assertSame(cases: fc.Arbitrary<NaiveCase>, numRuns: number, verdicts: readonly string[]): void {
    const all: Compared[] = [];
    fc.assert(fc.property(cases, ({ world, queries }) => {
      const readings = new BothReadings(world);
      const compared = queries.map((query) => readings.compare(query));
      all.push(...compared);
      expect(compared.filter(({ outcome }) => outcome === 'different').map(differenceText)).toEqual([]);
    }), { numRuns, seed: SEED });
    const share = (outcome: Compared['outcome']) => all.filter((one) => one.outcome === outcome).length / all.length;
    expect(share('unknown')).toBeLessThan(MOST_UNKNOWN);
    expect(share('not modelled')).toBeLessThan(MOST_NOT_MODELLED);
    expect([...new Set(all.map(({ verdict }) => verdict))]).toEqual(expect.arrayContaining([...verdicts]));
    pairs += all.length;
  }

  test('say the same of pods and NetworkPolicies', () => {
    assertSame(arbitraryNetworkWorld(), 300, ['allow', 'dropped']);
  });

  test('say the same of sidecars', () => {
    assertSame(arbitrarySidecarWorld(), 720, ['allow', 'dropped', 'connection-reset', 'http-400', 'http-401', 'http-403', 'not-captured']);
  });

  test('say the same of sidecars under policies that no webhook has seen', () => {
    assertSame(arbitrarySidecarWorld({ unchecked: true }), 260,
      ['allow', 'dropped', 'connection-reset', 'http-400', 'http-401', 'http-403', 'not-captured']);
  });

  test('say the same of pods in ambient mode', () => {
    assertSame(arbitraryAmbientWorld(), 250, ['allow', 'dropped', 'connection-reset', 'not-captured']);
  });

  test('say the same of pods in ambient mode under policies that no webhook has seen', () => {
    assertSame(arbitraryAmbientWorld({ unchecked: true }), 180, ['allow', 'connection-reset', 'not-captured']);
  });

  test('have been asked often enough', () => {
    expect(pairs).toBeGreaterThanOrEqual(20_000);
  });
});

function differenceText({ naive, verdict, reason }: Compared): string {
  return `${verdict} (${reason}), naively ${naive}`;
}
