import { PathNormalization } from '../../../src/access/mesh-settings';
import { normalizePath, withoutQuery } from '../../../src/access/requests/path';

const MODES: readonly PathNormalization[] = ['NONE', 'BASE', 'MERGE_SLASHES', 'DECODE_AND_MERGE_SLASHES'];
const seen = (target: string, mode: PathNormalization, resolvesParameters = true) => {
  const result = normalizePath(target, { mode, resolvesParameters });
  return 'path' in result ? result.path : result.answer;
};

// the table of Istio's documentation of path normalisation, and what Envoy 1.39 was seen to do
test.each([
  ['/app/../admin', ['/app/../admin', '/admin', '/admin', '/admin']],
  ['/app/%2E./admin', ['/app/%2E./admin', '/admin', '/admin', '/admin']],
  ['/app//', ['/app//', '/app//', '/app/', '/app/']],
  ['/app//../admin', ['/app//../admin', '/app/admin', '/app/admin', '/app/admin']],
  ['/app\\admin', ['/app\\admin', '/app/admin', '/app/admin', '/app/admin']],
  ['/app/%2f', ['/app/%2f', '/app/%2f', '/app/%2f', '/app/']],
  ['/%2Fapp%5cadmin%5Cabc', ['/%2Fapp%5cadmin%5Cabc', '/%2Fapp%5cadmin%5Cabc', '/%2Fapp%5cadmin%5Cabc', '/app/admin/abc']],
  ['/xyz%30..//abc', ['/xyz%30..//abc', '/xyz0..//abc', '/xyz0../abc', '/xyz0../abc']],
  ['/app#foo', ['/app', '/app', '/app', '/app']],
  ['/a?x=/../y//z#f', ['/a?x=/../y//z', '/a?x=/../y//z', '/a?x=/../y//z', '/a?x=/../y//z']],
  ['/%00', ['/%00', 'http-400', 'http-400', 'http-400']],
  ['///', ['///', '///', '//', '//']],
  ['/..', ['/..', '/', '/', '/']],
  ['/a/x/..', ['/a/x/..', '/a/', '/a/', '/a/']],
  ['/a|b', ['/a|b', '/a%7Cb', '/a%7Cb', '/a%7Cb']],
  ['/a[b]', ['/a[b]', '/a[b]', '/a[b]', '/a[b]']],
])('%s is seen as the mode of the mesh makes it', (target, expected) => {
  expect(MODES.map((mode) => seen(target, mode))).toEqual(expected);
});

test('a parameter of a dot segment counts for the older proxies alone, and only where it is written raw', () => {
  expect([true, false].map((newer) => seen('/v1/..;a=b/x', 'BASE', newer))).toEqual(['/x', '/v1/..;a=b/x']);
  expect(seen('/v1/%2e%2e;/x', 'BASE')).toBe('/v1/..;/x');
  expect(seen('/v1/..;/x', 'NONE')).toBe('/v1/..;/x');
  expect(seen('/v1/...;/x', 'BASE')).toBe('/v1/...;/x');
});

test('a gateway of the edge profile redirects escaped slashes and nothing else', () => {
  const rules = { mode: 'BASE', resolvesParameters: true, redirects: true } as const;
  expect(normalizePath('/x/..%2fadmin', rules)).toMatchObject({ answer: 'http-307' });
  expect(normalizePath('//admin', rules)).toEqual({ path: '/admin' });
});

test('policies see no query', () => {
  expect(withoutQuery('/a?b=/c')).toBe('/a');
  expect(withoutQuery('/a')).toBe('/a');
});
