import { CASES, OF_OTHER_VERSIONS, RECORDED, replay, Replayed } from './recorded-cases';

const disagreements = (replayed: readonly Replayed[]) => replayed.filter(({ decided, recorded }) => decided !== recorded)
  .map(({ text, decided, recorded, verdict: { reason } }) => `${text}: decided ${decided} (${reason}), recorded ${recorded}`);

test('every request that was sent to Envoy is decided as Envoy decided it', async () => {
  const replayed = (await Promise.all(CASES.map((one) => replay(one, RECORDED[one.id])))).flat();
  expect(disagreements(replayed)).toEqual([]);
  expect(replayed.length).toBeGreaterThan(8400);
});

/** What the next Envoy does anew; no Istio that the model knows comes with it. */
const ONLY_IN_THE_NEXT = ['targets/header-of-a-provider-that-is-not-asked', 'targets/methods#5'];

// the lines of Istio that come with these versions of Envoy
test.each([['1.38.3', '1.30', []], ['1.40.0', '1.32', ONLY_IN_THE_NEXT]])('what Envoy %s decides differently is decided for Istio %s', async (envoy, istio, but) => {
  const expected = (id: string) => OF_OTHER_VERSIONS[id]?.[envoy] ?? RECORDED[id];
  const replayed = (await Promise.all(CASES.map(async (one) => ({ id: one.id, all: await replay(one, expected(one.id), istio) }))));
  const differing = replayed.filter(({ all }) => disagreements(all).length > 0);
  expect(differing.filter(({ id }) => !(but as string[]).includes(id)).flatMap(({ all }) => disagreements(all))).toEqual([]);
  expect(differing.map(({ id }) => id).sort()).toEqual([...but].sort());
});
