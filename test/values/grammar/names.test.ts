import {
  dnsLabelProblem, dnsSubdomainProblem, labelKeyProblem, labelValueProblem, portNameProblem, serviceAccountNameProblem,
} from '../../../src/values/grammar/names';

const long = (n: number): string => 'a'.repeat(n);

test.each<[string, (value: string) => string | undefined, string[], string[]]>([
  ['DNS labels', dnsLabelProblem, ['a', '0', 'a-b', 'a--b', long(63)], ['', '-a', 'a-', 'A', 'a.b', 'a_b', 'a\n', long(64)]],
  [
    'DNS subdomains', dnsSubdomainProblem,
    ['a', 'a.b', 'a-1.b.c', `${long(250)}.cc`], ['', '.', 'a.', '.a', 'a..b', 'A.b', 'a_b', 'a.-b', long(254), '*.a'],
  ],
  ['service accounts', serviceAccountNameProblem, ['web', 'a.b'], ['', 'Web', 'a/b', '*']],
  [
    'label keys', labelKeyProblem,
    ['app', 'A_b.c-1', 'app.kubernetes.io/name', `x/${long(63)}`], ['', '/', 'a/', '/a', 'a/b/c', '-a', 'a b', 'A.com/x', `x/${long(64)}`],
  ],
  ['label values', labelValueProblem, ['', 'a', 'A_b.c-1', long(63)], ['not ok', '-a', 'a-', 'a*', 'a/b', long(64), 'é']],
  ['port names', portNameProblem, ['http', '8a', 'a-b'], ['', '80', 'a--b', 'A', '-a', long(16)]],
])('%s are told from other texts', (_, problem, good, bad) => {
  expect(good.map((value) => [value, problem(value)])).toEqual(good.map((value) => [value, undefined]));
  expect(bad.filter((value) => problem(value) === undefined)).toEqual([]);
});
