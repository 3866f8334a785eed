import * as fc from 'fast-check';
import { pathDomain, ANY_TEXT, METHOD } from '../../../src/access/relation/domains';
import { textClasses, TextDomain } from '../../../src/access/relation/text-classes';
import { matchesPattern, stringPattern, TextPattern } from '../../../src/access/text-pattern';

/** Texts over a, b and the separator, up to four characters. */
const SMALL: TextDomain = {
  name: 'small',
  start: '0',
  characters: ['a', 'b'],
  named: () => ['a', 'b'],
  step: (state, character) => ('ab/'.includes(character) && state !== '4' ? String(Number(state) + 1) : undefined),
  accepts: () => true,
};

function everyText(alphabet: string, length: number): string[] {
  const shorter = length === 0 ? [] : everyText(alphabet, length - 1);
  return length === 0 ? [''] : ['', ...shorter.flatMap((text) => [...alphabet].map((c) => text + c)), ...shorter];
}

const word = fc.string({ unit: fc.constantFrom('a', 'b', '/'), maxLength: 3 });
const part = fc.oneof(
  word.map((literal) => ({ literal })),
  fc.record({ repeat: fc.constantFrom('any' as const, 'segment' as const), atLeast: fc.constantFrom(0 as const, 1 as const) }),
  fc.array(word.map((literal) => [{ literal }]), { minLength: 1, maxLength: 2 }).map((choice) => ({ choice })),
);
const pattern: fc.Arbitrary<TextPattern> = fc.record({
  text: fc.constant('p'),
  parts: fc.array(part, { maxLength: 3 }),
  ignoreCase: fc.boolean(),
});

const vectors = (patterns: TextPattern[], texts: string[]) => new Set(texts
  .map((text) => patterns.map((p) => matchesPattern(p, text)).join()));

describe('classes of texts', () => {
  const texts = [...new Set(everyText('ab/', 4))];

  test('are exactly the combinations of matches that some text has', () => {
    fc.assert(fc.property(fc.array(pattern, { maxLength: 4 }), (patterns) => {
      const classes = textClasses(patterns, SMALL);
      expect(new Set(classes.map(({ matches }) => matches.join()))).toEqual(vectors(patterns, texts));
      expect(classes).toHaveLength(new Set(classes.map(({ matches }) => matches.join())).size);
    }), { numRuns: 300 });
  });

  test('come with a witness that has just these matches', () => {
    fc.assert(fc.property(fc.array(pattern, { maxLength: 4 }), (patterns) => {
      for (const { witness, matches } of textClasses(patterns, ANY_TEXT)) {
        expect(patterns.map((p) => matchesPattern(p, witness))).toEqual(matches);
      }
    }), { numRuns: 300 });
  });

  test('have short witnesses that people can read', () => {
    const classes = textClasses(['/api/*', '*/admin', '/health'].map((text) => stringPattern(text)), pathDomain('BASE'));
    expect(classes.map(({ witness }) => witness).sort()).toEqual(['/', '/admin', '/api/', '/api/admin', '/health']);
  });

  test('of methods hold no lower case', () => {
    expect(textClasses([stringPattern('get')], METHOD).filter(({ matches }) => matches[0])).toEqual([]);
    expect(textClasses([stringPattern('GET')], METHOD).filter(({ matches }) => matches[0])).toEqual([{ witness: 'GET', matches: [true] }]);
  });

  test.each([
    // the rows of the table of path normalisation in Istio's documentation, by what is left of a path
    ['BASE', '/a/../b', false], ['BASE', '/a/./b', false], ['BASE', '/a//b', true], ['BASE', '/%2e', false], ['BASE', '/%41', false],
    ['BASE', '/%2f', true], ['BASE', '/a\\b', false], ['BASE', '/..a', true], ['BASE', '/a;b', true],
    ['MERGE_SLASHES', '/a//b', false], ['MERGE_SLASHES', '/a/', true], ['MERGE_SLASHES', '/%2f', true], ['MERGE_SLASHES', '//', true],
    ['DECODE_AND_MERGE_SLASHES', '/%2F', false], ['DECODE_AND_MERGE_SLASHES', '/%5c', false], ['DECODE_AND_MERGE_SLASHES', '/a%20b', true],
    ['NONE', '/a/../b', true], ['NONE', '/a//b', true],
  ] as const)('in %s the path %s can be what policies see: %s', (mode, path, possible) => {
    const found = textClasses([stringPattern(path)], pathDomain(mode)).some(({ matches }) => matches[0]);
    expect(found).toBe(possible);
  });
});
