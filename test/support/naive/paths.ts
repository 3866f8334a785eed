import { quoted, textMatcher, TextMatcher, wholly } from './texts';
import { RefusedByProxy } from './world';

/** The path that policies see, and what is sent on; undefined if the request is refused for its path. */
export function normalizedPath(target: string, mode: string): string | undefined {
  const [withoutFragment] = target.split('#');
  const query = withoutFragment.includes('?') ? withoutFragment.slice(withoutFragment.indexOf('?')) : '';
  const path = withoutFragment.slice(0, withoutFragment.length - query.length);
  if (mode === 'NONE') {
    return path + query;
  }
  const unescaped = mode === 'DECODE_AND_MERGE_SLASHES' ? path.replace(/%2f/gi, '/').replace(/%5c/gi, '\\') : path;
  const canonical = encoded(withoutDots(decoded(unescaped.replace(/\\/g, '/'))));
  if (/%00/.test(canonical)) {
    return undefined;
  }
  const merges = mode === 'MERGE_SLASHES' || mode === 'DECODE_AND_MERGE_SLASHES';
  return (merges ? merged(canonical) : canonical) + query;
}

/** Only what may stand for itself is decoded, once. */
function decoded(path: string): string {
  return path.replace(/%([0-9a-f]{2})/gi, (escape, digits) => {
    const character = String.fromCharCode(parseInt(digits, 16));
    return /[-._~0-9A-Za-z]/.test(character) ? character : escape;
  });
}

/** What is no character of a path is written in hexadecimal. */
function encoded(path: string): string {
  return path.replace(/["<>^`{|}]/g, (character) => `%${character.charCodeAt(0).toString(16).toUpperCase()}`);
}

/** Parameters do not hide two dots from this version of Envoy. */
function withoutDots(path: string): string {
  const kept: string[] = [];
  const segments = path.slice(1).split('/');
  segments.forEach((segment, i) => {
    const last = i === segments.length - 1;
    const up = segment === '..' || segment.startsWith('..;');
    if (up) {
      kept.pop();
    }
    if (!up && segment !== '.') {
      kept.push(segment);
    } else if (last) {
      kept.push('');
    }
  });
  return `/${kept.join('/')}`;
}

/** Slashes alone end up as two of them: the one in front and the one at the end are kept each. */
function merged(path: string): string {
  if (!path.includes('//')) {
    return path;
  }
  const inner = path.split('/').filter((segment) => segment !== '').join('/');
  return `/${inner}${path.endsWith('/') ? '/' : ''}`;
}

const LITERALS = /^[a-zA-Z0-9\-._~%!$&'()+,;:@=*{}[\]]+$/;

/** A value of `paths`: a template as soon as it holds a star in braces, else a text. */
export function pathMatcher(value: string): TextMatcher {
  if (!value.includes('{*}') && !value.includes('{**}')) {
    return textMatcher(value);
  }
  refuseTemplate(value);
  const segments = segmentsOf(value);
  // a quantifier of a quantifier is no expression, and what is none matches nothing
  return segments.some((segment) => /.\*\*/.test(segment)) ? () => false : wholly(`/${segments.map(expressionOf).join('/')}`);
}

function segmentsOf(value: string): string[] {
  return value.slice(1).split('/').map((segment) => segment.replace(/\{(\*\*?)\}/g, '$1'));
}

/** Stars in front stand for characters of a path; any other reaches Envoy as a quantifier of what stands before it. */
function expressionOf(segment: string): string {
  const literal = (text: string) => text.split('*').map(quoted).join('*');
  if (segment.startsWith('**')) {
    return `[!$-;=@-Z_a-z~]*${literal(segment.slice(2))}`;
  }
  return segment.startsWith('*') ? `[!$-.0-;=@-Z_a-z~]+${literal(segment.slice(1))}` : literal(segment);
}

/** Templates that end Envoy or have its listener refused. */
function refuseTemplate(value: string): void {
  const segments = segmentsOf(value);
  const operators = segments.filter((segment) => segment === '*' || segment === '**');
  const bad = !value.startsWith('/') || value.startsWith('//') || value.length > 256
    || segments.some((segment) => segment !== '' && !LITERALS.test(segment))
    || (operators.includes('**') && operators.indexOf('**') < operators.length - 1);
  if (bad) {
    throw new RefusedByProxy(`no proxy takes the template ${value}`);
  }
}
