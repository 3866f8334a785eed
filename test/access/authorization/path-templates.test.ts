import { isTemplate, readTemplate } from '../../../src/access/authorization/path-templates';
import { matchesPattern } from '../../../src/access/text-pattern';

const takes = (template: string, path: string) => {
  const read = readTemplate(template);
  return 'pattern' in read ? matchesPattern(read.pattern, path) : read.refused;
};

// recorded: templates, killers; variables as Envoy's own grammar has them
test.each([
  ['/a/{*}', '/a/b', true], ['/a/{*}', '/a/', false], ['/a/{*}', '/a/b/c', false], ['/a/{*}', '/a/x*', true], ['/a/{*}', '/a/x|y', false],
  ['/a/{**}', '/a/', true], ['/a/{**}', '/a/b/c', true], ['/a/{**}', '/a', false], ['/a/{**}', '/a/x[', false],
  ['/e/{**}/f', '/e//f', true], ['/e/{**}/f', '/e/f', false],
  ['/a{*}', '/', true], ['/a{*}', '/aa', true], ['/a{*}', '/ab', false], ['/ab{*}c', '/abbc', true], ['/ab{*}c', '/ac', true],
  ['/{*}b', '/xb', true], ['/{*}b', '/b', false], ['/a{**}', '/a', false], ['/a{**}', '/', false],
  ['/{x}/{*}', '/1/2', true], ['/{x=a/*}/{*}', '/a/1/2', true], ['/{x=a/*}/{*}', '/b/1/2', false],
])('%s takes %s: %s', (template, path, expected) => {
  expect(takes(template, path)).toBe(expected);
});

test.each(['a/{*}', '{**}', '//{*}', '*/{*}', '/e/{**}/{*}', '/{**}/{**}', '/{1}/{*}', '/{x}/{x}/{*}', '/a b/{*}', '/é/{*}', `/{*}/${'a'.repeat(256)}`])(
  'Envoy does not take %s', (template) => {
    expect(readTemplate(template)).toHaveProperty('refused');
  });

test('a path is a template as soon as an operator stands anywhere in it', () => {
  expect(['/a{*}', '/{**}', '/{x}', '/*'].map(isTemplate)).toEqual([true, true, false, false]);
});
