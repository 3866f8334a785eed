import { all, any, Condition, FALSE, Junction, Leaf, not, TRUE } from '../condition';

/**
 * The condition with each leaf replaced by what is known of it, as short as that makes it. On one port, parts that speak of operations
 * alone come out alike for every connection, so that each of them is settled once.
 */
export function settle(condition: Condition, known: (leaf: Leaf) => Condition, port: number): Condition {
  switch (condition.is) {
    case 'all':
    case 'any': return isOfOperations(condition) ? settledOnce(condition, known, port) : settled(condition, known, port);
    case 'not': return negation(settle(condition.of, known, port));
    default: return known(condition);
  }
}

function settled(condition: Junction, known: (leaf: Leaf) => Condition, port: number): Condition {
  return junction(condition.is, condition.of.map((part) => settle(part, known, port)));
}

const byPort = new WeakMap<Condition, Map<number, Condition>>();

function settledOnce(condition: Junction, known: (leaf: Leaf) => Condition, port: number): Condition {
  const results = byPort.get(condition) ?? new Map<number, Condition>();
  byPort.set(condition, results);
  const result = results.get(port) ?? settled(condition, known, port);
  results.set(port, result);
  return result;
}

/** those of which that is known; they are few, because rules share them */
const operations = new WeakSet<Condition>();

/** Whether all that a condition speaks of is the port, and methods, paths and hosts, which no connection knows beforehand. */
function isOfOperations(condition: Condition): boolean {
  switch (condition.is) {
    case 'all':
    case 'any': {
      const answer = operations.has(condition) || condition.of.every(isOfOperations);
      if (answer) {
        operations.add(condition);
      }
      return answer;
    }
    case 'not': return isOfOperations(condition.of);
    case 'text': return condition.field === 'method' || condition.field === 'path' || condition.field === 'host';
    default: return condition.is === 'port';
  }
}

/** Parts that decide or do not matter are left out. */
export function junction(is: 'all' | 'any', parts: readonly Condition[]): Condition {
  const decisive = is === 'any';
  const kept: Condition[] = [];
  for (const part of parts) {
    if (part.is !== 'constant') {
      kept.push(part);
    } else if (part.value === decisive) {
      return constant(decisive);
    }
  }
  return kept.length === 0 ? constant(!decisive) : kept.length === 1 ? kept[0] : is === 'all' ? all(kept) : any(kept);
}

/** The opposite of a condition. */
export function negation(condition: Condition): Condition {
  return condition.is === 'constant' ? constant(!condition.value) : condition.is === 'not' ? condition.of : not(condition);
}

export const constant = (value: boolean): Condition => (value ? TRUE : FALSE);

/** The condition if everything that is unknown turns out well for it, or badly. */
export function bounded(condition: Condition, well: boolean): Condition {
  switch (condition.is) {
    case 'all':
    case 'any': {
      const parts = condition.of.map((part) => bounded(part, well));
      return parts.every((part, i) => part === condition.of[i]) ? condition : junction(condition.is, parts);
    }
    case 'not': {
      const inner = bounded(condition.of, !well);
      return inner === condition.of ? condition : negation(inner);
    }
    case 'unknown': return constant(well);
    default: return condition;
  }
}

/** Why parts of a condition are unknown; nothing where none is. */
export function reasonsIn(condition: Condition, found: Set<string> = new Set()): Set<string> {
  switch (condition.is) {
    case 'all':
    case 'any': condition.of.forEach((part) => reasonsIn(part, found)); break;
    case 'not': reasonsIn(condition.of, found); break;
    case 'unknown': found.add(condition.why); break;
    default:
  }
  return found;
}
