import { MeshSettings, PathNormalization } from '../mesh-settings';
import { TextPattern } from '../text-pattern';
import { automatonOf, literalCharacters } from './automaton';
import { TextDomain } from './text-classes';

/** Any text at all, the empty one included. */
export const ANY_TEXT: TextDomain = { name: 'text', start: '', step: () => '', accepts: () => true, characters: [], named: () => [] };

/** Any text but the empty one. */
export const SOME_TEXT: TextDomain = { name: 'some', start: 'empty', step: () => 'some', accepts: (state) => state === 'some', characters: [], named: () => [] };

/** Methods as Envoy lets them in: upper case letters and a few signs; a method in lower case is answered with 400. */
export const METHOD: TextDomain = {
  name: 'method',
  start: 'empty',
  step: (_, character) => (/[A-Z0-9_-]/.test(character) ? 'some' : undefined),
  accepts: (state) => state === 'some',
  characters: ['Z'],
  named: () => ['Z'],
};

/** The texts that satisfy a pattern. */
export function textsOf(name: string, pattern: TextPattern): TextDomain {
  const automaton = automatonOf(pattern);
  const states = new Map<string, readonly number[]>();
  const key = (reached: readonly number[]) => {
    const text = reached.join();
    states.set(text, reached);
    return text;
  };
  return {
    name,
    start: key(automaton.start),
    characters: [...literalCharacters(pattern)],
    named: (state) => automaton.named(states.get(state)!),
    step: (state, character) => {
      const next = automaton.step(states.get(state)!, character);
      return next.length === 0 ? undefined : key(next);
    },
    accepts: (state) => states.get(state)!.some((one) => automaton.accepting.has(one)),
  };
}

/** The identities that the authority of a mesh hands out, of every trust domain that a handshake lets through. */
export function identityDomain({ trustDomain, trustDomainAliases }: MeshSettings): TextDomain {
  const domains = [trustDomain, ...trustDomainAliases];
  const name = { repeat: 'segment', atLeast: 1 } as const;
  return textsOf(`identities of ${domains.join(' ')}`, {
    text: 'identities',
    parts: [{ literal: 'spiffe://' }, { choice: domains.map((domain) => [{ literal: domain }]) }, { literal: '/ns/' }, name, { literal: '/sa/' }, name],
  });
}

/** separators, dots and parameters of segments, and the digits of an escape that stays as it is */
const PATH_CHARACTERS = ['/', '.', '%', '2', '5', ';'];
const HEX = /[0-9A-Fa-f]/;
/** what stays encoded: everything that is neither a letter, a digit nor one of `-._~` */
const staysEncoded = (hex: string) => !/[-._~A-Za-z0-9]/.test(String.fromCharCode(Number.parseInt(hex, 16))) && hex !== '00';

/**
 * Paths as policies see them, after the normalisation of the mesh: nothing that it would still change. The state is the beginning of the
 * current segment, as long as it may become one that is resolved, or of an escape.
 */
export function pathDomain(mode: PathNormalization): TextDomain {
  const normalised = mode !== 'NONE';
  const merged = mode === 'MERGE_SLASHES' || mode === 'DECODE_AND_MERGE_SLASHES';
  const step = (state: string, character: string) => (isPathCharacter(character, normalised)
    ? stepPath(state, character, { normalised, merged, decoded: mode === 'DECODE_AND_MERGE_SLASHES' }) : undefined);
  return {
    name: `path ${mode}`,
    start: 'start',
    step: (state, character) => {
      if (state === 'start' || state === 'root') {
        return beginPath(state, character, merged) ?? (state === 'start' ? undefined : step('segment:', character));
      }
      return step(state, character);
    },
    accepts: (state) => !state.includes('%') && state !== 'start' && !(normalised && isResolved(state)),
    characters: PATH_CHARACTERS,
    named: () => PATH_CHARACTERS,
  };
}

/** A path begins with a slash. Paths of slashes alone are merged to two of them, not to one (seen in Envoy 1.39). */
function beginPath(state: string, character: string, merged: boolean): string | undefined {
  if (character !== '/') {
    return undefined;
  }
  return state === 'start' ? 'root' : merged ? 'slashes' : undefined;
}

function isPathCharacter(character: string, normalised: boolean): boolean {
  return character > ' ' && character < '\u007f' && character !== '?' && character !== '#' && !(normalised && character === '\\');
}

/** States are `segment:` with up to three characters of the segment, `inside`, and either with an escape that is not complete. */
function stepPath(state: string, character: string, mode: { normalised: boolean; merged: boolean; decoded: boolean }): string | undefined {
  if (state === 'slashes') {
    return undefined;
  }
  const percent = state.indexOf('%');
  if (percent >= 0) {
    const escape = state.slice(percent + 1) + character;
    if (!HEX.test(character)) {
      return undefined;
    }
    if (escape.length < 2) {
      return state + character;
    }
    const slash = /^(2f|5c)$/i.test(escape);
    return (mode.normalised && !staysEncoded(escape)) || escape === '00' || (mode.decoded && slash) ? undefined : 'inside';
  }
  if (character === '%') {
    return `${state}%`;
  }
  if (character === '/') {
    return (mode.merged && state === 'segment:') || (mode.normalised && isResolved(state)) ? undefined : 'segment:';
  }
  if (state === 'inside') {
    return state;
  }
  const segment = state.slice('segment:'.length) + character;
  return /^\.{1,2}$/.test(segment) || /^\.{1,2};$/.test(segment) ? `segment:${segment}` : 'inside';
}

/** `.` and `..`, also with a parameter, do not survive normalisation. */
function isResolved(state: string): boolean {
  return /^segment:\.{1,2}(;|$)/.test(state);
}
