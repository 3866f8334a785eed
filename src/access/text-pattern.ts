/**
 * Which characters a repeated part takes: `any` every one, `segment` every one but `/`, `template` those of a `{*}` of Envoy, `templates`
 * those of a `{**}`, and `only:` the one character that follows it.
 */
export type RepeatKind = 'any' | 'segment' | 'template' | 'templates' | `only:${string}`;

/** One part of a pattern: a literal text, or any number of characters of a kind. */
export type PatternPart =
  | { readonly literal: string }
  | { readonly repeat: RepeatKind; readonly atLeast: 0 | 1 }
  | { readonly choice: readonly (readonly PatternPart[])[] };

/** What a text has to look like, whole: parts in a row. */
export interface TextPattern {
  /** as the policy writes it */
  readonly text: string;
  readonly parts: readonly PatternPart[];
  /** ASCII letters of both cases are the same */
  readonly ignoreCase?: boolean;
}

const ANY = { repeat: 'any', atLeast: 0 } as const;
const SOMETHING = { repeat: 'any', atLeast: 1 } as const;
/** What `{*}` and `{**}` of Envoy take; other raw characters have been percent-encoded by normalisation, but for brackets. */
const TEMPLATE = "A-Za-z0-9\\-._~%!$&'()*+,;:@=";
const CLASSES = { any: '[\\s\\S]', segment: '[^/]', template: `[${TEMPLATE}]`, templates: `[${TEMPLATE}/]` } as const;

function classOf(kind: RepeatKind): string {
  return kind in CLASSES ? CLASSES[kind as keyof typeof CLASSES] : escaped(kind.slice('only:'.length));
}

const takers = new Map<RepeatKind, RegExp>();

/** Whether a character is one of those that a repeated part takes. */
export function takesCharacter(kind: RepeatKind, character: string): boolean {
  const taker = takers.get(kind) ?? new RegExp(`^${classOf(kind)}$`);
  takers.set(kind, taker);
  return taker.test(character);
}

/** How Istio reads most strings of a policy: a `*` alone, at the beginning or else at the end is a wildcard. */
export function stringPattern(text: string, around: { readonly before?: string; readonly ignoreCase?: boolean } = {}): TextPattern {
  const { before = '', ignoreCase } = around;
  return { text, parts: stringParts(text, before), ...(ignoreCase === true ? { ignoreCase } : {}) };
}

function stringParts(text: string, before: string): PatternPart[] {
  if (text === '*') {
    return before === '' ? [SOMETHING] : [{ literal: before }, SOMETHING];
  }
  if (text.startsWith('*')) {
    return before === '' ? [ANY, { literal: text.slice(1) }] : [{ literal: before }, ANY, { literal: text.slice(1) }];
  }
  return text.endsWith('*') ? [{ literal: before + text.slice(0, -1) }, ANY] : [{ literal: before + text }];
}

/** The pattern that one text alone satisfies. */
export function exactPattern(text: string): TextPattern {
  return { text, parts: [{ literal: text }] };
}

const compiled = new WeakMap<TextPattern, (value: string) => boolean>();

/** Whether the whole value satisfies the pattern. */
export function matchesPattern(pattern: TextPattern, value: string): boolean {
  let test = compiled.get(pattern);
  if (test === undefined) {
    test = compile(pattern);
    compiled.set(pattern, test);
  }
  return test(value);
}

function compile({ parts, ignoreCase }: TextPattern): (value: string) => boolean {
  const [first] = parts;
  if (parts.length === 1 && 'literal' in first && ignoreCase !== true) {
    return (value) => value === first.literal;
  }
  const expression = new RegExp(`^(?:${source(parts)})$`, ignoreCase === true ? 'i' : '');
  return (value) => expression.test(value);
}

function source(parts: readonly PatternPart[]): string {
  return parts.map((part) => {
    if ('literal' in part) {
      return escaped(part.literal);
    }
    if ('choice' in part && part.choice.length === 0) {
      return '(?!)';
    }
    return 'choice' in part ? `(?:${part.choice.map(source).join('|')})` : `${classOf(part.repeat)}${part.atLeast === 0 ? '*' : '+'}`;
  }).join('');
}

function escaped(literal: string): string {
  return literal.replace(/[.*+?^${}()|[\]\\/]/g, '\\$&');
}
