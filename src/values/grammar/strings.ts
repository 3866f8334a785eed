/** How Istio reads one string of a policy: the whole text, its beginning, its end, or only that there is something. */
export type StringPattern =
  | { readonly kind: 'exact'; readonly text: string }
  | { readonly kind: 'prefix'; readonly text: string }
  | { readonly kind: 'suffix'; readonly text: string }
  | { readonly kind: 'presence' };

/** Reads a pattern in the order in which Istio does; a `*` that is not at the deciding end stays part of the literal text. */
export function parseStringPattern(value: string): StringPattern {
  if (value === '*') {
    return { kind: 'presence' };
  }
  if (value.startsWith('*')) {
    return { kind: 'suffix', text: value.slice(1) };
  }
  if (value.endsWith('*')) {
    return { kind: 'prefix', text: value.slice(0, -1) };
  }
  return { kind: 'exact', text: value };
}

/** Whether a string satisfies a pattern. */
export function matchesStringPattern(pattern: StringPattern, value: string): boolean {
  switch (pattern.kind) {
    case 'presence': return value.length > 0;
    case 'prefix': return value.startsWith(pattern.text);
    case 'suffix': return value.endsWith(pattern.text);
    case 'exact': return value === pattern.text;
  }
}

/** What is wrong with a string pattern: Istio accepts every text, but takes a `*` in the middle literally, so that it never matches. */
export function stringPatternProblem(value: string): string | undefined {
  const common = textProblem(value);
  if (common !== undefined) {
    return common;
  }
  const pattern = parseStringPattern(value);
  if (pattern.kind !== 'presence' && pattern.text.includes('*')) {
    return 'has a "*" that Istio takes literally, because only one "*" at the very beginning or the very end is a wildcard';
  }
  return undefined;
}

/** What is wrong with a text that is compared literally, in a place where a `*` would be read as a wildcard. */
export function literalProblem(value: string): string | undefined {
  return textProblem(value) ?? (value.includes('*') ? 'has a "*", which Istio reads as a wildcard or never matches' : undefined);
}

/** What is wrong with any text of a policy: empty, or with control characters, which no client sends and YAML hides. */
export function textProblem(value: string): string | undefined {
  if (value === '') {
    return 'is empty';
  }
  return hasControlCharacter(value) ? 'has a control character' : undefined;
}

/** Line breaks of every alphabet count: U+0085, U+2028 and U+2029 break a line for a YAML reader too. */
function hasControlCharacter(value: string): boolean {
  return [...value].some((c) => c < ' ' || (c >= '\u007f' && c <= '\u009f') || c === '\u2028' || c === '\u2029');
}
