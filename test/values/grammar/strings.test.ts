import * as fc from 'fast-check';
import {
  literalProblem, matchesStringPattern, parseStringPattern, stringPatternProblem, textProblem,
} from '../../../src/values/grammar/strings';

test.each([
  ['*', { kind: 'presence' }], ['a', { kind: 'exact', text: 'a' }], ['a*', { kind: 'prefix', text: 'a' }],
  ['*a', { kind: 'suffix', text: 'a' }],
  ['a*b', { kind: 'exact', text: 'a*b' }], ['*a*', { kind: 'suffix', text: 'a*' }], ['**', { kind: 'suffix', text: '*' }],
  ['', { kind: 'exact', text: '' }],
])('%j is read as Istio does', (value, pattern) => {
  expect(parseStringPattern(value)).toEqual(pattern);
});

test.each([
  ['*', 'x', true], ['*', '', false], ['abc*', 'abc', true], ['abc*', 'abcd', true], ['abc*', 'ab', false], ['*abc', 'xabc', true],
  ['*abc', 'abcx', false],
  ['abc', 'abc', true], ['abc', 'ABC', false], ['a*b', 'axb', false], ['a*b', 'a*b', true], ['*foo*', 'xfoo', false],
  ['*foo*', 'xfoo*', true],
])('the pattern %j matches %j: %p', (pattern, value, expected) => {
  expect(matchesStringPattern(parseStringPattern(pattern), value)).toBe(expected);
});

test('a pattern without problem matches something that has no "*" in it', () => {
  const text = fc.array(fc.constantFrom('*', 'a', '/', 'b'), { minLength: 1, maxLength: 5 }).map((parts) => parts.join(''));
  fc.assert(fc.property(text, (value) => {
    const sample = value === '*' ? 'x' : value.replace(/^\*|\*$/g, '');
    expect(stringPatternProblem(value) === undefined)
      .toBe(!sample.includes('*') && matchesStringPattern(parseStringPattern(value), sample));
  }));
});

test('texts are not empty and have no control characters', () => {
  expect(textProblem('')).toBe('is empty');
  expect(textProblem('a\u0000')).toBe('has a control character');
  expect(textProblem('a é 日本 😀')).toBeUndefined();
  expect(literalProblem('')).toBe('is empty');
  expect(literalProblem('a*')).toContain('has a "*"');
  expect(literalProblem('a')).toBeUndefined();
  expect(stringPatternProblem('')).toBe('is empty');
});
