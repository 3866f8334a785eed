import { HttpRequest, Token } from '../question';
import { SeenRequest } from './arrival';

/** Where a provider looks for tokens. */
export interface TokenPlaces {
  readonly headers: readonly { readonly name: string; readonly prefix: string }[];
  readonly params: readonly string[];
  readonly cookies: readonly string[];
}

/** Where tokens are looked for when a rule names no place. */
export const DEFAULT_PLACES: TokenPlaces = { headers: [{ name: 'authorization', prefix: 'Bearer ' }], params: ['access_token'], cookies: [] };

/** A token that was found, and how to take it away. */
export interface FoundToken {
  readonly text: string;
  readonly remove: (seen: SeenRequest) => void;
}

const MARK = 'zt-token-';

/** A text that stands for a token in a request; the grammar of tokens lets it through. */
const standIn = (index: number) => `${MARK}${index}`;

/** The token that a text stands for. */
export function tokenOf(text: string, tokens: readonly Token[]): Token | undefined {
  const match = new RegExp(`^${MARK}(\\d+)$`).exec(text);
  return match === null ? undefined : tokens[Number(match[1])];
}

/** Puts the tokens of a request where they travel: into headers, the query, and one cookie header. */
export function carryTokens(request: HttpRequest): HttpRequest {
  const headers = [...request.headers];
  const cookies: string[] = [];
  let { path } = request;
  request.tokens.forEach(({ in: place, name, prefix = '' }, index) => {
    if (place === 'header') {
      headers.push([name, prefix + standIn(index)]);
    } else if (place === 'cookie') {
      cookies.push(`${name}=${standIn(index)}`);
    } else {
      const [target, fragment] = path.split('#', 2);
      path = `${target}${target.includes('?') ? '&' : '?'}${encodeURIComponent(name)}=${standIn(index)}${fragment === undefined ? '' : `#${fragment}`}`;
    }
  });
  if (cookies.length > 0) {
    headers.push(['cookie', cookies.join('; ')]);
  }
  return { ...request, path, headers };
}

const NO_TOKEN_CHARACTERS = /^[^A-Za-z0-9\-_.]*/;

/** Decides which tokens a provider sees, in the order in which Envoy judges them: the last place first. */
export function findTokens(seen: SeenRequest, places: TokenPlaces): FoundToken[] {
  const inHeaders = sortedBy(places.headers, ({ name, prefix }) => name + prefix).flatMap(({ name, prefix }) => (seen.lines.get(name) ?? [])
    .filter((value) => value.includes(prefix))
    .map((value) => ({ text: afterPrefix(value, prefix), remove: (from: SeenRequest) => { from.lines.delete(name); } })));
  const params = queryOf(seen.path);
  const inParams = sortedBy(places.params, (name) => name).flatMap((name) => {
    const value = params.find(([key]) => key === name)?.[1];
    return value === undefined ? [] : [{ text: value, remove: (from: SeenRequest) => { from.path = withoutParameter(from.path, name); } }];
  });
  const cookies = (seen.lines.get('cookie') ?? []).flatMap((line) => line.split(';')).map((pair) => pair.trim());
  const inCookies = sortedBy(places.cookies, (name) => name).flatMap((name) => {
    const pair = cookies.find((one) => one.startsWith(`${name}=`));
    return pair === undefined ? [] : [{ text: pair.slice(name.length + 1).replace(/^"(.*)"$/, '$1'), remove: () => {} }];
  });
  return [...inHeaders, ...inParams, ...inCookies].reverse();
}

function sortedBy<T>(items: readonly T[], key: (item: T) => string): T[] {
  return [...items].sort((a, b) => (key(a) < key(b) ? -1 : key(a) > key(b) ? 1 : 0));
}

/** After the prefix, wherever it stands, everything from the first character that a token may have. */
function afterPrefix(value: string, prefix: string): string {
  if (prefix === '') {
    return value;
  }
  const rest = value.slice(value.indexOf(prefix) + prefix.length).replace(NO_TOKEN_CHARACTERS, '');
  return rest === '' ? value : rest;
}

function queryOf(path: string): [string, string][] {
  const query = path.indexOf('?');
  return query < 0 ? [] : path.slice(query + 1).split('&').filter((pair) => pair !== '').map((pair) => {
    const [name, ...value] = pair.split('=');
    return [decoded(name), decoded(value.join('='))];
  });
}

function decoded(text: string): string {
  return text.replace(/%([0-9a-f]{2})/gi, (_, hex: string) => String.fromCharCode(Number.parseInt(hex, 16)));
}

function withoutParameter(path: string, name: string): string {
  const rest = queryOf(path).filter(([key]) => key !== name).map(([key, value]) => `${encodeURIComponent(key)}=${encodeURIComponent(value)}`);
  return path.slice(0, path.indexOf('?')) + (rest.length === 0 ? '' : `?${rest.join('&')}`);
}
