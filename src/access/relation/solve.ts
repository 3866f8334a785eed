import { Condition, decide, FALSE, Leaf, not, all, any, TRUE } from '../condition';
import { TooManyClasses } from './text-classes';

/** One property of a request that is still open, and the values that the conditions in play can tell apart. */
export interface Dimension {
  readonly id: string;
  /** every combination of answers to the leaves of this dimension that some request gives, each with a value that shows it */
  choices(leaves: readonly Leaf[]): readonly Choice[];
}

/** One class of values of a dimension. */
export interface Choice {
  /** what to put into the request: the shortest value of the class */
  readonly witness: unknown;
  /** by leaf, in the order asked for, whether it holds */
  readonly holds: readonly boolean[];
}

/** A request, as one choice per dimension that mattered. */
export type Assignment = ReadonlyMap<string, unknown>;

/** The answer of a search: a request that satisfies the condition, none after so many classes, or what could not be decided. */
export interface Solution {
  readonly found?: Assignment;
  /** classes of requests that were looked at */
  readonly examined: number;
  /** reasons why some classes are neither satisfied nor refused */
  readonly unknown: readonly string[];
}

const MOST_CLASSES = 1_000_000;

/**
 * Searches for a request that satisfies a condition: dimension by dimension over the classes of its values, never by sampling. A condition
 * without a solution holds for no request at all.
 */
export function solve(condition: Condition, dimensionOf: (leaf: Leaf) => Dimension): Solution {
  const search = new Search(dimensionOf);
  const found = search.run(simplify(condition, () => undefined), new Map());
  return { found, examined: search.examined, unknown: [...search.unknown] };
}

class Search {
  public examined = 0;
  public readonly unknown = new Set<string>();

  public constructor(private readonly dimensionOf: (leaf: Leaf) => Dimension) {}

  public run(condition: Condition, chosen: Map<string, unknown>): Assignment | undefined {
    if (condition.is === 'constant') {
      this.count();
      return condition.value ? new Map(chosen) : undefined;
    }
    const leaf = firstOpen(condition);
    if (leaf === undefined) {
      this.count();
      unknownReasons(condition).forEach((why) => this.unknown.add(why));
      return undefined;
    }
    const dimension = this.dimensionOf(leaf);
    const leaves = [...leavesOf(condition)].filter((other) => other.is !== 'constant' && other.is !== 'unknown' && this.dimensionOf(other).id === dimension.id);
    const seen = new Set<string>();
    for (const choice of dimension.choices(leaves)) {
      const vector = choice.holds.join();
      if (!seen.has(vector)) {
        seen.add(vector);
        const answers = new Map(leaves.map((other, i) => [other, choice.holds[i]]));
        const found = this.run(simplify(condition, (other) => answers.get(other)), new Map(chosen).set(dimension.id, choice.witness));
        if (found !== undefined) {
          return found;
        }
      }
    }
    return undefined;
  }

  private count(): void {
    this.examined += 1;
    if (this.examined > MOST_CLASSES) {
      throw new TooManyClasses(`more than ${MOST_CLASSES} classes of requests have to be looked at`);
    }
  }
}

/** The condition with what is known put in; leaves without an answer stay. */
export function simplify(condition: Condition, answer: (leaf: Leaf) => boolean | undefined): Condition {
  switch (condition.is) {
    case 'all':
    case 'any': return simplifyJunction(condition.is, condition.of, answer, condition.at);
    case 'not': {
      const inner = simplify(condition.of, answer);
      return inner.is === 'constant' ? constant(!inner.value) : not(inner, condition.at);
    }
    case 'constant':
    case 'unknown': return condition;
    default: {
      const truth = answer(condition);
      return truth === undefined ? condition : constant(truth);
    }
  }
}

function simplifyJunction(is: 'all' | 'any', parts: readonly Condition[], answer: (leaf: Leaf) => boolean | undefined, at?: string): Condition {
  const decisive = is === 'any';
  const kept: Condition[] = [];
  for (const part of parts) {
    const simple = simplify(part, answer);
    if (simple.is !== 'constant') {
      kept.push(simple);
    } else if (simple.value === decisive) {
      return constant(decisive);
    }
  }
  if (kept.length === 0) {
    return constant(!decisive);
  }
  return kept.length === 1 ? kept[0] : is === 'all' ? all(kept, at) : any(kept, at);
}

const constant = (value: boolean): Condition => (value ? TRUE : FALSE);

/** The leaves of a condition, each object once. */
export function leavesOf(condition: Condition, found: Set<Leaf> = new Set()): Set<Leaf> {
  switch (condition.is) {
    case 'all':
    case 'any': condition.of.forEach((part) => leavesOf(part, found)); break;
    case 'not': leavesOf(condition.of, found); break;
    default: found.add(condition);
  }
  return found;
}

function firstOpen(condition: Condition): Leaf | undefined {
  return [...leavesOf(condition)].find((leaf) => leaf.is !== 'unknown' && leaf.is !== 'constant');
}

function unknownReasons(condition: Condition): string[] {
  return decide(condition, (leaf) => (leaf.is === 'constant' ? leaf.value : undefined)) === undefined
    ? [...leavesOf(condition)].flatMap((leaf) => (leaf.is === 'unknown' ? [leaf.why] : [])) : [];
}
