import { PatternPart, RepeatKind, takesCharacter, TextPattern } from '../text-pattern';

/** Reads a text character by character; the states are numbers and a text is accepted when a set of them holds an accepting one. */
export interface Automaton {
  readonly start: readonly number[];
  readonly accepting: ReadonlySet<number>;
  /** the characters that lead from these states to others than characters that nothing names do */
  named(states: readonly number[]): readonly string[];
  /** the states after one more character, sorted and each once */
  step(states: readonly number[], character: string): readonly number[];
}

type Edge = { readonly character?: string; readonly kind?: RepeatKind; readonly to: number };

/** The automaton that accepts exactly the texts that satisfy a pattern. */
export function automatonOf(pattern: TextPattern): Automaton {
  const builder = new Builder(pattern.ignoreCase === true);
  const end = builder.state();
  const start = builder.sequence(pattern.parts, end);
  return builder.finish(start, end);
}

class Builder {
  private readonly edges: Edge[][] = [];
  private readonly silent: number[][] = [];

  public constructor(private readonly ignoreCase: boolean) {}

  public state(): number {
    this.silent.push([]);
    return this.edges.push([]) - 1;
  }

  /** States that read the parts and go on at `next`; answers the first of them. */
  public sequence(parts: readonly PatternPart[], next: number): number {
    return [...parts].reverse().reduce((to, part) => this.part(part, to), next);
  }

  private part(part: PatternPart, next: number): number {
    if ('literal' in part) {
      return [...part.literal].reverse().reduce((to, character) => this.edge({ character, to }), next);
    }
    if ('choice' in part) {
      const fork = this.state();
      this.silent[fork].push(...part.choice.map((option) => this.sequence(option, next)));
      return fork;
    }
    const loop = this.state();
    this.edges[loop].push({ kind: part.repeat, to: loop });
    this.silent[loop].push(next);
    return part.atLeast === 0 ? loop : this.edge({ kind: part.repeat, to: loop });
  }

  private edge(edge: Edge): number {
    const from = this.state();
    this.edges[from].push(edge);
    return from;
  }

  public finish(start: number, end: number): Automaton {
    const closures = this.silent.map((_, state) => this.closure(state));
    const named = this.edges.map((edges) => edges.flatMap(({ character }) => (character === undefined ? [] : this.bothCases(character))));
    return {
      start: closures[start],
      accepting: new Set([end]),
      named: (states) => states.flatMap((state) => named[state]),
      step: (states, character) => {
        const reached = new Set<number>();
        for (const state of states) {
          for (const edge of this.edges[state]) {
            if (this.takes(edge, character)) {
              closures[edge.to].forEach((to) => reached.add(to));
            }
          }
        }
        return [...reached].sort((a, b) => a - b);
      },
    };
  }

  private bothCases(character: string): string[] {
    return this.ignoreCase ? [character.toLowerCase(), character.toUpperCase()] : [character];
  }

  private takes({ character, kind }: Edge, read: string): boolean {
    if (character === undefined) {
      return takesCharacter(kind!, read);
    }
    return character === read || (this.ignoreCase && character.toLowerCase() === read.toLowerCase());
  }

  private closure(state: number): number[] {
    const reached = new Set([state]);
    for (const from of reached) {
      this.silent[from].forEach((to) => reached.add(to));
    }
    return [...reached].sort((a, b) => a - b);
  }
}

/** All characters that the literals of a pattern name. */
export function literalCharacters({ parts, ignoreCase }: TextPattern): Set<string> {
  const found = new Set<string>();
  const visit = (list: readonly PatternPart[]) => list.forEach((part) => {
    if ('literal' in part) {
      [...part.literal].forEach((c) => (ignoreCase === true ? [c, c.toLowerCase(), c.toUpperCase()] : [c]).forEach((x) => found.add(x)));
    } else if ('choice' in part) {
      part.choice.forEach(visit);
    } else if (part.repeat.startsWith('only:')) {
      found.add(part.repeat.slice('only:'.length));
    }
  });
  visit(parts);
  return found;
}
