import * as fc from 'fast-check';
import { all, any, Condition, evaluate, Facts, not, TextField } from '../../../src/access/condition';
import { DEFAULT_MESH } from '../../../src/access/mesh-settings';
import { RequestDimensions } from '../../../src/access/relation/dimensions';
import { solve } from '../../../src/access/relation/solve';
import { stringPattern } from '../../../src/access/text-pattern';

const FIELDS: TextField[] = ['method', 'path', 'header:x-a'];
const TEXTS: Record<string, string[]> = { 'method': ['GET', 'P*', '*T'], 'path': ['/a', '/a/*', '*/b', '*'], 'header:x-a': ['x', 'x*', '*'] };

const leaf: fc.Arbitrary<Condition> = fc.constantFrom(...FIELDS).chain((field) => fc.constantFrom(...TEXTS[field])
  .map((text): Condition => ({ is: 'text', field, pattern: stringPattern(text) })));
const condition: fc.Arbitrary<Condition> = fc.letrec<{ node: Condition }>((tie) => ({
  node: fc.oneof({ depthSize: 'small', withCrossShrink: true }, leaf, fc.array(tie('node'), { minLength: 1, maxLength: 3 }).map((of) => all(of)),
    fc.array(tie('node'), { minLength: 1, maxLength: 3 }).map((of) => any(of)), tie('node').map((of) => not(of))),
})).node;

const METHODS = ['GET', 'POST', 'PUT', 'HEAD', 'PT', 'T'];
const PATHS = ['/', '/a', '/a/', '/a/b', '/c/b', '/c', '/b'];
const HEADERS = [[], ['x'], ['xy'], ['z'], ['x', 'z'], ['']];

/** Every request of a small world. */
const requests: Facts[] = METHODS.flatMap((method) => PATHS.flatMap((path) => HEADERS.map((lines): Facts => (
  { texts: new Map<TextField, string[]>([['method', [method]], ['path', [path]], ['header:x-a', lines]]), addresses: {}, port: 80 }))));

function solveRequest(wanted: Condition) {
  const dimensions = new RequestDimensions(DEFAULT_MESH);
  return solve(wanted, (one) => dimensions.of(one));
}

describe('the search for a request', () => {
  test('finds one wherever enumeration finds one, and its witness really satisfies the condition', () => {
    fc.assert(fc.property(condition, (wanted) => {
      const { found } = solveRequest(wanted);
      const exists = requests.some((facts) => evaluate(wanted, facts) === true);
      if (exists) {
        expect(found).toBeDefined();
      }
      if (found !== undefined) {
        const texts = new Map<TextField, readonly string[]>([
          ['method', [found.get('method') as string ?? 'GET']],
          ['path', [found.get('path') as string ?? '/']],
          ['header:x-a', found.get('header:x-a') as string[] ?? []],
        ]);
        expect(evaluate(wanted, { texts, addresses: {}, port: 80 })).toBe(true);
      }
    }), { numRuns: 500 });
  });

  test('finds nothing where two conditions exclude each other, and says how many classes it looked at', () => {
    const get: Condition = { is: 'text', field: 'method', pattern: stringPattern('GET') };
    const post: Condition = { is: 'text', field: 'method', pattern: stringPattern('POST') };
    const { found, examined } = solveRequest(all([get, post]));
    expect(found).toBeUndefined();
    expect(examined).toBe(3);
    expect(solveRequest(all([get, not(post)])).found?.get('method')).toBe('GET');
  });

  test('lets a header with several lines satisfy two exact values at once, and a path never', () => {
    const both = (field: TextField, ...texts: string[]) => all(texts.map((text): Condition => ({ is: 'text', field, pattern: stringPattern(text) })));
    expect(solveRequest(both('header:x-a', 'x', 'y')).found?.get('header:x-a')).toEqual(['x', 'y']);
    expect(solveRequest(both('path', '/x', '/y')).found).toBeUndefined();
  });

  test('names what it could not decide instead of a guess', () => {
    const { found, unknown } = solveRequest(all([{ is: 'unknown', why: 'an EnvoyFilter' }, { is: 'text', field: 'method', pattern: stringPattern('GET') }]));
    expect(found).toBeUndefined();
    expect(unknown).toEqual(['an EnvoyFilter']);
  });
});
