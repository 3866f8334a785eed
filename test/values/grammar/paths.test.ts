import { isPathTemplate, parsePathTemplate, pathProblem } from '../../../src/values/grammar/paths';

test.each([
  ['/a/{*}', true], ['/{**}', true], ['{*}', true], ['/a/{**}/b', true], ['/a{*}', false], ['/{id}', false], ['/a/*', false],
])('%s is a template: %p, because a whole segment decides', (path, template) => {
  expect(isPathTemplate(path)).toBe(template);
});

test('a template is read segment by segment', () => {
  expect(parsePathTemplate('/a/{*}/{**}/b'))
    .toEqual([{ kind: 'literal', text: 'a' }, { kind: 'one' }, { kind: 'rest' }, { kind: 'literal', text: 'b' }]);
  expect(parsePathTemplate('/{*}/')).toEqual([{ kind: 'one' }, { kind: 'literal', text: '' }]);
});

test('every percent-escape of an unreserved character is refused, every other printable one but the slashes is accepted', () => {
  for (let code = 1; code < 256; code++) {
    const escape = `%${code.toString(16).padStart(2, '0')}`;
    const character = String.fromCharCode(code);
    const rewritten = /[-._~A-Za-z0-9/\\]/.test(character);
    expect([escape, pathProblem(`/x${escape}y`) !== undefined]).toEqual([escape, rewritten]);
  }
});
