import { PatternPart, TextPattern } from '../text-pattern';

/** A template as Envoy reads it, or why Envoy does not take the listener that holds it. */
export type ReadTemplate = { readonly pattern: TextPattern } | { readonly refused: string };

/** Whether istiod takes a path for a template. */
export function isTemplate(path: string): boolean {
  return path.includes('{*}') || path.includes('{**}');
}

const LONGEST = 256;
const MOST_VARIABLES = 5;
const LITERAL = /^[A-Za-z0-9\-._~%!$&'()*+,;:@=]+$/;
const VARIABLE = /^\{([A-Za-z][A-Za-z0-9_]{0,15})(?:=([^}]+))?\}/;

const ONE = { repeat: 'template', atLeast: 1 } as const;
const REST = { repeat: 'templates', atLeast: 0 } as const;
const NEVER: PatternPart = { choice: [] };

/** One piece of a template in the language of Envoy. */
type Piece = { readonly is: 'one' | 'rest' } | { readonly is: 'slash' } | { readonly is: 'literal'; readonly text: string };

class Refused extends Error {}

/**
 * Decides which paths a template means: `{*}` is `*`, `{**}` is `**`, and a `*` behind other characters of a segment repeats the last of
 * them.
 */
export function readTemplate(path: string): ReadTemplate {
  const template = path.replaceAll('{*}', '*').replaceAll('{**}', '**');
  try {
    if (template.length > LONGEST) {
      throw new Refused(`a template of more than ${LONGEST} characters`);
    }
    if (!/^\/[\x21-\x7e]*$/.test(template)) {
      throw new Refused('a template that does not begin with a slash');
    }
    const pieces = piecesOf(template, new Set());
    check(pieces);
    return { pattern: { text: path, parts: pieces.flatMap(partsOf) } };
  } catch (error) {
    if (error instanceof Refused) {
      return { refused: `${error.message}: ${path}` };
    }
    throw error;
  }
}

function piecesOf(template: string, variables: Set<string>, inVariable = false): Piece[] {
  const pieces: Piece[] = [];
  let rest = template;
  while (rest !== '') {
    const [more, length] = piece(rest, variables);
    const isVariable = rest.startsWith('{');
    pieces.push(...more);
    rest = rest.slice(length);
    if (isVariable && rest.startsWith('*')) {
      throw new Refused('a template with a variable that is repeated, which is not modelled');
    }
    if (!isVariable && ['one', 'rest'].includes(more[0].is) && rest !== '' && !rest.startsWith('/')) {
      return [...pieces, suffix(rest, inVariable)];
    }
  }
  return pieces;
}

/** What stands right behind an operator ends the template, and slashes are none of it. */
function suffix(text: string, inVariable: boolean): Piece {
  if (inVariable || !LITERAL.test(text)) {
    throw new Refused('a template with more than a literal behind an operator');
  }
  // its star would repeat the operator, and of two of them nothing is made
  return { is: 'literal', text: text.startsWith('*') ? `*${text}` : text };
}

function piece(rest: string, variables: Set<string>): [Piece[], number] {
  if (rest.startsWith('**')) {
    return [[{ is: 'rest' }], 2];
  }
  if (rest.startsWith('*')) {
    return [[{ is: 'one' }], 1];
  }
  if (rest.startsWith('/')) {
    return [[{ is: 'slash' }], 1];
  }
  if (rest.startsWith('{')) {
    return variable(rest, variables);
  }
  const [text] = /^[^/{]+/.exec(rest)!;
  if (!LITERAL.test(text)) {
    throw new Refused('a template with a character that Envoy takes for none of a path');
  }
  return [[{ is: 'literal', text }], text.length];
}

/** `{name}` is one segment, `{name=pattern}` what the pattern says. */
function variable(rest: string, variables: Set<string>): [Piece[], number] {
  const match = VARIABLE.exec(rest);
  if (match === null || variables.has(match[1]) || variables.size === MOST_VARIABLES) {
    throw new Refused('a template with braces that are no operator');
  }
  variables.add(match[1]);
  return [match[2] === undefined ? [{ is: 'one' }] : piecesOf(match[2], variables, true), match[0].length];
}

function check(pieces: readonly Piece[]): void {
  const rest = pieces.findIndex(({ is }) => is === 'rest');
  if (rest >= 0 && pieces.slice(rest + 1).some(({ is }) => is === 'one' || is === 'rest')) {
    throw new Refused('a template with an operator after {**}');
  }
  if (pieces.some(({ is }, i) => is === 'slash' && pieces[i + 1]?.is === 'slash')) {
    throw new Refused('a template with an empty segment');
  }
}

function partsOf(one: Piece): PatternPart[] {
  switch (one.is) {
    case 'one': return [ONE];
    case 'rest': return [REST];
    case 'slash': return [{ literal: '/' }];
    case 'literal': return one.text.includes('**') ? [NEVER] : quantified(one.text);
  }
}

/** Envoy puts the literal into a regular expression in which a star stays one. */
function quantified(text: string): PatternPart[] {
  return [...text.matchAll(/([^])\*|[^*]+?(?=[^]\*|$)/g)].map(([whole, repeated]) => (
    repeated === undefined ? { literal: whole } : { repeat: `only:${repeated}` as const, atLeast: 0 as const }));
}
