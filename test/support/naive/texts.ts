/** Patterns of AuthorizationPolicy. */

export type TextMatcher = (text: string) => boolean;

/** `*` is anything but nothing; a star at an end is a prefix or a suffix, the one in front first; else the text itself. */
export function textMatcher(value: string): TextMatcher {
  if (value === '*') {
    return (text) => text.length > 0;
  }
  if (value.startsWith('*')) {
    return (text) => text.endsWith(value.slice(1));
  }
  if (value.endsWith('*')) {
    return (text) => text.startsWith(value.slice(0, -1));
  }
  return (text) => text === value;
}

export function quoted(text: string): string {
  return text.replace(/[.*+?^${}()|[\]\\/-]/g, '\\$&');
}

/** Every star stands for anything, wherever it is. */
export function withStars(text: string, star = '.*'): string {
  return text.split('*').map(quoted).join(star);
}

/** The whole text, and dots for line ends as well. */
export function wholly(expression: string): TextMatcher {
  const regexp = new RegExp(`^(?:${expression})$`, 's');
  return (text) => regexp.test(text);
}
