import { Automaton, automatonOf, literalCharacters } from './automaton';
import { TextPattern } from '../text-pattern';

/** Texts that a list of patterns cannot tell apart, with the shortest of them. */
export interface TextClass {
  readonly witness: string;
  /** by pattern, whether the texts of the class satisfy it */
  readonly matches: readonly boolean[];
}

/** Which texts there are at all: for example paths begin with a slash. A deterministic reader; `undefined` is a dead end. */
export interface TextDomain {
  /** part of the key under which classes are remembered */
  readonly name: string;
  readonly start: string;
  /** all characters that the domain tells apart */
  readonly characters: readonly string[];
  /** those that it tells apart in a state */
  named(state: string): readonly string[];
  step(state: string, character: string): string | undefined;
  accepts(state: string): boolean;
}

/** What is too much to be decided: an error, never an approximation. */
export class TooManyClasses extends Error {}

const MOST_STATES = 50_000;
const FRESH = ['z', 'x', 'q', 'y', 'w', 'v', 'k', 'j', '0', '7', '~', '_'];
/** the characters that kinds of repeated parts tell apart: the separator and one that templates do not take */
const SPECIAL = ['/', '['];

/** bounded, so that a process that compares many policies does not grow */
const MOST_REMEMBERED = 10_000;
const remembered = new Map<string, readonly TextClass[]>();

/**
 * Cuts all texts of a domain into the classes that the patterns can tell apart. Every combination of matches that some text has is there,
 * and none that no text has: the patterns are read in parallel, and each state that can be reached is visited.
 */
export function textClasses(patterns: readonly TextPattern[], domain: TextDomain): readonly TextClass[] {
  const key = [domain.name, ...patterns.map(patternKey)].join('\n');
  let classes = remembered.get(key);
  if (classes === undefined) {
    classes = explore(patterns, domain);
    if (remembered.size >= MOST_REMEMBERED) {
      remembered.clear();
    }
    remembered.set(key, classes);
  }
  return classes;
}

const keys = new WeakMap<TextPattern, string>();

/** A text that is equal for patterns that the same texts satisfy because they are written alike. */
export function patternKey(pattern: TextPattern): string {
  let key = keys.get(pattern);
  if (key === undefined) {
    key = JSON.stringify([pattern.parts, pattern.ignoreCase]);
    keys.set(pattern, key);
  }
  return key;
}

interface Reached {
  readonly text: string;
  readonly domain: string;
  readonly states: readonly (readonly number[])[];
}

function explore(patterns: readonly TextPattern[], domain: TextDomain): TextClass[] {
  const automata = patterns.map(automatonOf);
  const fresh = freshCharacter(patterns, domain);
  const seen = new Set<string>();
  const classes = new Map<string, TextClass>();
  const queue: Reached[] = [];
  const visit = (next: Reached) => {
    const key = `${next.domain}|${next.states.join('|')}`;
    if (seen.has(key)) {
      return;
    }
    if (seen.size >= MOST_STATES) {
      throw new TooManyClasses(`the patterns ${patterns.map(({ text }) => JSON.stringify(text)).join(', ')} cut texts into too many classes`);
    }
    seen.add(key);
    queue.push(next);
    if (domain.accepts(next.domain)) {
      const matches = automata.map((automaton, i) => isAccepted(automaton, next.states[i]));
      const vector = matches.join();
      classes.set(vector, classes.get(vector) ?? { witness: next.text, matches });
    }
  };
  visit({ text: '', domain: domain.start, states: automata.map(({ start }) => start) });
  // the queue grows while it is read: breadth first, so that witnesses are short
  for (const { text, domain: state, states } of queue) {
    for (const character of new Set([fresh, ...domain.named(state), ...automata.flatMap((automaton, i) => automaton.named(states[i])),
      ...SPECIAL])) {
      const next = domain.step(state, character);
      if (next !== undefined) {
        visit({ text: text + character, domain: next, states: automata.map((automaton, i) => automaton.step(states[i], character)) });
      }
    }
  }
  return [...classes.values()];
}

function isAccepted({ accepting }: Automaton, states: readonly number[]): boolean {
  return states.some((state) => accepting.has(state));
}

/** Characters that nothing names are alike, so one of them stands for all. */
function freshCharacter(patterns: readonly TextPattern[], domain: TextDomain): string {
  const named = new Set([...patterns.flatMap((pattern) => [...literalCharacters(pattern)]), ...domain.characters]);
  return FRESH.find((character) => !named.has(character)) ?? unnamed(named);
}

function unnamed(named: ReadonlySet<string>): string {
  for (let code = 0x21; ; code += 1) {
    const character = String.fromCharCode(code);
    if (!named.has(character) && !SPECIAL.includes(character)) {
      return character;
    }
  }
}
