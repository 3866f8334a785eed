import * as fs from 'node:fs';
import * as path from 'node:path';
import { Case, readCases } from '../../../src/access/cases/case-file';
import { runCase } from '../../../src/access/cases/run-case';
import { caseHooks } from '../../../src/cli/case-hooks';

/** Cases of every kind that are written for this test; each says in its notes where its expectation comes from. */
const CASES = readCases(fs.readFileSync(path.join(__dirname, 'small.json'), 'utf8'));
const KINDS = ['access', 'np-matrix', 'connlist', 'connlist-diff', 'validity', 'path-normalization', 'trust-domain', 'attachment', 'effective-mtls',
  'fact-table', 'string-match', 'ztunnel-match', 'ztunnel-translation', 'connectivity', 'manifests'];

/** The same case with everything that it expects turned into something else. */
function turned(one: Case): Case {
  const other = (value: unknown): unknown => {
    switch (typeof value) {
      case 'boolean': return !value;
      case 'number': return value + 1;
      case 'string': return `${value}-not`;
      default: return { nothing: value };
    }
  };
  const rows = (list: any[] | undefined, ...fields: string[]) => list?.map((row) => ({
    ...row, ...Object.fromEntries(fields.filter((field) => row[field] !== undefined).map((field) => [field, other(row[field])])),
  }));
  const flip = (row: string) => [...row].map((cell) => (cell === '0' ? '1' : cell === '1' ? '0' : cell)).join('');
  return {
    ...one,
    ...(one.queries === undefined ? {} : { queries: rows(one.queries, 'expect', 'expected') }),
    ...(one.matrix === undefined ? {} : {
      matrix: {
        ...one.matrix,
        verdict: Object.fromEntries(Object.entries<string[]>(one.matrix.verdict).map(([port, list]) => [port, list.map(flip)])),
      },
    }),
    ...(one.rows === undefined ? {} : {
      rows: rows(one.rows, 'out', 'reject', 'valid', 'needsMtls', 'matches')!.map((row) => (
        row.expanded === undefined ? row : { ...row, expanded: [...row.expanded, 'nobody'] })),
    }),
    ...(one.connections === undefined ? {} : { connections: rows(one.connections, 'matches', 'allow') }),
    ...(one.changes === undefined ? {} : { changes: rows(one.changes, 'type') }),
    ...(one.kind === 'ztunnel-translation' ? { ztunnel: other(one.ztunnel) } : {}),
    ...(one.expect === undefined ? {} : { expect: Array.isArray(one.expect) ? rows(one.expect, 'verdict') : other(one.expect) }),
  };
}

describe('cases', () => {
  test('are there of every kind', () => {
    expect([...new Set(CASES.map(({ kind }) => kind))].sort()).toEqual([...KINDS].sort());
  });

  test.each(CASES.map((one): [string, Case] => [one.name, one]))('%s agrees', (_, one) => {
    const { agree, disagree, skipped, problem } = runCase(one, caseHooks);
    expect([disagree, problem]).toEqual([0, undefined]);
    expect([agree > 0, skipped]).toEqual(one.kind === 'manifests' ? [false, 1] : [true, 0]);
  });

  test.each(CASES.filter(({ kind }) => kind !== 'manifests').map((one): [string, Case] => [one.name, one]))('%s disagrees with anything else', (_, one) => {
    const { agree } = runCase(one, caseHooks);
    expect(runCase(turned(one), caseHooks)).toMatchObject({ agree: 0, disagree: agree });
  });

  test('expect of what is not listed that it is not there', () => {
    const closed = CASES.find(({ name }) => name === 'connlist/closed')!;
    expect(runCase({ ...closed, connections: [] }, caseHooks)).toMatchObject({ agree: 0, disagree: 1, results: [{ expect: null }] });
  });

  test('answer cells and queries without an expectation, and count them nowhere', () => {
    const matrix = CASES.find(({ kind }) => kind === 'np-matrix')!;
    const blank = { ...matrix, matrix: { ...matrix.matrix, verdict: { 'TCP/5432': ['...', '...', '...'] } } };
    expect(runCase(blank, caseHooks)).toMatchObject({ agree: 0, disagree: 0, matrix: { 'TCP/5432': ['111', '111', '101'] } });
    const access = CASES.find(({ kind }) => kind === 'access')!;
    const open = runCase({ ...access, queries: access.queries.map(({ expect: _, ...query }: any) => query) }, caseHooks);
    expect([open.agree, open.disagree, open.results!.map(({ verdict }) => verdict)]).toEqual([0, 0, ['allow', 'http-403', 'http-403']]);
  });

  test.each([
    ['a kind that nobody knows', { name: 'x', kind: 'riddle', objects: [] }, /no kind riddle/],
    ['fields that cannot be read', { name: 'x', kind: 'validity', objects: [], expect: [{ object: 7, gate: 'crd', verdict: 'valid' }] }, undefined],
  ])('with %s disagree', (_, one, problem) => {
    const result = runCase(one as unknown as Case, caseHooks);
    expect(result.disagree).toBe(1);
    expect(result.problem ?? '').toMatch(problem ?? /^$/);
  });

  test.each([
    ['a workload that is not there', { from: { workload: 'shop/nobody' }, to: { workload: 'shop/orders', port: 8080 } }],
    ['no source', { from: {}, to: { workload: 'shop/orders', port: 8080 } }],
    ['no target', { from: { workload: 'shop/web' }, to: { port: 8080 } }],
  ])('ask nothing in a query with %s', (_, query) => {
    const access = CASES.find(({ kind }) => kind === 'access')!;
    expect(runCase({ ...access, queries: [{ ...query, conn: {}, expect: 'allow' }] }, caseHooks)).toMatchObject({ disagree: 1, results: [{ verdict: 'unknown' }] });
  });
});

describe('a case file', () => {
  test('holds one case or many', () => {
    const one = { name: 'x', kind: 'manifests' };
    expect(readCases(JSON.stringify(one))).toEqual([{ ...one, objects: [] }]);
    expect(readCases(JSON.stringify({ cases: [one, one] }))).toHaveLength(2);
  });

  test.each([['no JSON', '{'], ['no name', '{"kind": "access"}'], ['no kind', '{"cases": [{"name": "x"}]}'], ['no case', 'null']])('is refused with %s', (_, text) => {
    expect(() => readCases(text)).toThrow();
  });
});
