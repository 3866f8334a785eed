import { all, any, Condition, FALSE, Leaf, not, TRUE } from '../condition';

/** The condition with each leaf replaced by what is known of it, as short as that makes it. */
export function settle(condition: Condition, known: (leaf: Leaf) => Condition): Condition {
  switch (condition.is) {
    case 'all':
    case 'any': return junction(condition.is, condition.of.map((part) => settle(part, known)));
    case 'not': return negation(settle(condition.of, known));
    default: return known(condition);
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
    case 'any': return junction(condition.is, condition.of.map((part) => bounded(part, well)));
    case 'not': return negation(bounded(condition.of, !well));
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
