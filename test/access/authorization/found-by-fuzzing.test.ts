import * as fs from 'node:fs';
import * as path from 'node:path';
import { replay } from './recorded-cases';

const ROOT = path.join(__dirname, '../../..');
const { casesOf } = jest.requireActual<any>(path.join(ROOT, 'oracle/lib/cases'));
const { verdicts } = JSON.parse(fs.readFileSync(path.join(ROOT, 'test/conformance/fuzz-policies.json'), 'utf8'));

test('what fuzzing found is decided as Envoy decided it', async () => {
  const cases: { readonly id: string }[] = casesOf('fuzz/policies');
  const replayed = (await Promise.all(cases.map((one) => replay(one, verdicts[one.id])))).flat();
  const wrong = replayed.filter(({ decided, recorded }) => decided !== recorded);
  expect(wrong.map(({ text, decided, recorded, verdict }) => `${text}: decided ${decided} (${verdict.reason}), recorded ${recorded}`)).toEqual([]);
  expect(cases.map(({ id }) => id).sort()).toEqual(Object.keys(verdicts).sort());
});
