import { connectionDiff, connectionsOf } from '../network/exposure';
import { NetworkModel } from '../network/model';
import { KubeObject } from '../objects';
import { Source } from '../question';
import { Case, CaseResult, RowResult, tally } from './case-file';
import { same } from './small-cases';
import { snapshotOfCase } from './world-of-case';
import { list, mapping, mappings } from '../snapshot/fields';
import { protocolOf } from '../snapshot/services';

/** Pods by pods by ports: a list of rows per port, `1` for allowed. */
export function runMatrixCase(one: Case): CaseResult {
  const snapshot = snapshotOfCase(one);
  const { workloads, namespaces } = snapshot;
  const network = new NetworkModel({ workloads, namespaces, policies: snapshot.kind('networking.k8s.io', 'NetworkPolicy') });
  const { order, verdict } = mapping(one.matrix);
  const ends = list(order).map((name): Source => {
    const workload = workloads.find(({ id }) => id === name);
    return workload === undefined ? { address: String(name).replace(/^ip:/, '') } : { workload };
  });
  const matrix: Record<string, string[]> = {};
  let agree = 0;
  const disagreements: RowResult[] = [];
  for (const [name, rows] of Object.entries(mapping(verdict))) {
    const [protocol, port] = name.split('/');
    matrix[name] = ends.map((from, i) => ends.map((to, j) => {
      const allowed = network.verdict({ from, to: to as never, protocol: protocolOf(protocol), port: Number(port) }).allowed;
      const given = allowed === undefined ? '?' : allowed ? '1' : '0';
      const expect = String(list(rows)[i] ?? '')[j];
      if (expect === '0' || expect === '1') {
        agree += Number(expect === given);
        if (expect !== given) {
          disagreements.push({ port: name, from: list(order)[i], to: list(order)[j], expect, given, agrees: false });
        }
      }
      return given;
    }).join(''));
  }
  return { name: one.name, kind: one.kind, agree, disagree: disagreements.length, skipped: 0, matrix, disagreements };
}

/** All connections of a closed world. */
export function runConnectionsCase(one: Case): CaseResult {
  return comparedLists(one, mappings(one.connections), connectionsOf(one.objects), ({ from, to }) => [from, to], ['allow']);
}

/** What changed between two sets of objects. */
export function runChangesCase(one: Case): CaseResult {
  const given = connectionDiff(list(one.before) as KubeObject[], list(one.after) as KubeObject[]);
  return comparedLists(one, mappings(one.changes), given, ({ from, to }) => [from, to], ['type', 'before', 'after']);
}

/** Two lists without order: each expected item once, and nothing else. */
function comparedLists(
  one: Case, expected: readonly Readonly<Record<string, unknown>>[], given: readonly object[],
  keyOf: (item: Readonly<Record<string, unknown>>) => unknown, fields: readonly string[],
): CaseResult {
  const key = (item: object) => JSON.stringify(keyOf(item as Readonly<Record<string, unknown>>));
  const picked = (item: object | undefined) => item
    && Object.fromEntries(fields.map((field) => [field, (item as Record<string, unknown>)[field]]));
  const byKey = new Map(given.map((item) => [key(item), item]));
  const rows: RowResult[] = expected.map((item, i) => {
    const found = byKey.get(key(item));
    byKey.delete(key(item));
    return {
      row: i,
      ...mapping(keyed(item)),
      expect: picked(item),
      given: picked(found) ?? null,
      agrees: found !== undefined
      && same(picked(item), picked(found)),
    };
  });
  const extra: RowResult[] = [...byKey.values()]
    .map((item) => ({ ...mapping(keyed(item)), expect: null, given: picked(item), agrees: false }));
  return tally(one, [...rows, ...extra]);
}

function keyed(item: object): unknown {
  const { from, to } = item as { from?: unknown; to?: unknown };
  return { from, to };
}
