import { Truth } from '../condition';
import { list, mapping, mappings, text } from '../snapshot/fields';

/** A request as a gateway's router sees it. */
export interface RoutedRequest {
  readonly host: string;
  /** normalised, without query */
  readonly path: string;
  readonly query?: string;
  readonly method: string;
  readonly headers: readonly (readonly [name: string, value: string])[];
  /** of the verified token */
  readonly claims?: Readonly<Record<string, unknown>>;
}

/** The server of a gateway that took a request: the gateway by namespace and name, and the port that the server names. */
export interface RoutingServer {
  readonly gateway: string;
  readonly port: number;
}

type Fields = Readonly<Record<string, unknown>>;

const CLAIM = '@request.auth.claims';
const DECIDED = ['name', 'uri', 'method', 'authority', 'headers', 'withoutHeaders', 'queryParams', 'port', 'ignoreUriCase', 'scheme', 'statPrefix', 'gateways'];

/** Whether one match of a VirtualService takes the request; what it says of other things leaves that open. */
export function matchesVirtualService(match: Fields, request: RoutedRequest, server: RoutingServer): Truth {
  const open = Object.keys(match).some((key) => !DECIDED.includes(key)) || match.scheme !== undefined;
  const header = (name: string) => request.headers.filter(([key]) => key.toLowerCase() === name.toLowerCase()).map(([, value]) => value).join(',');
  const has = (name: string) => request.headers.some(([key]) => key.toLowerCase() === name.toLowerCase());
  const hasMatching = (name: string, value: unknown): Truth => has(name) && matchesText(mapping(value), header(name));
  const params = new URLSearchParams(request.query ?? '');
  const parts: Truth[] = [
    match.uri === undefined || matchesText(mapping(match.uri), request.path, match.ignoreUriCase === true),
    match.method === undefined || matchesText(mapping(match.method), request.method),
    match.authority === undefined || matchesText(mapping(match.authority), request.host),
    match.port === undefined || match.port === 0 || match.port === server.port,
    list(match.gateways).length === 0 || list(match.gateways).includes(server.gateway),
    ...Object.entries(mapping(match.headers)).map(([name, value]) => (
      name.startsWith(CLAIM) ? matchesClaim(name, mapping(value), request.claims) : hasMatching(name, value))),
    ...Object.entries(mapping(match.withoutHeaders)).map(([name, value]) => negated(hasMatching(name, value))),
    ...Object.entries(mapping(match.queryParams)).map(([name, value]) => params.has(name) && matchesText(mapping(value), params.get(name) ?? '')),
    open ? undefined : true,
  ];
  return conjunction(parts);
}

/** Whether one match of an HTTPRoute takes the request. */
export function matchesHttpRoute(match: Fields, request: RoutedRequest): Truth {
  const params = new URLSearchParams(request.query ?? '');
  const named = (fields: Fields, value: string | undefined): Truth => value !== undefined
    && (fields.type === 'RegularExpression' ? matchesRegex(fields.value, value) : value === fields.value);
  return conjunction([
    matchesPath(mapping(match.path), request.path),
    match.method === undefined || match.method === request.method,
    ...mappings(match.headers).map((header) => (
      named(header, request.headers.find(([name]) => name.toLowerCase() === String(header.name).toLowerCase())?.[1]))),
    ...mappings(match.queryParams).map((param) => named(param, params.get(String(param.name)) ?? undefined)),
  ]);
}

function matchesPath({ type, value }: Fields, path: string): Truth {
  const said = text(value) ?? '/';
  switch (type ?? 'PathPrefix') {
    case 'Exact': return path === said;
    case 'PathPrefix': return said === '/' || path === said.replace(/\/$/, '') || path.startsWith(`${said.replace(/\/$/, '')}/`);
    case 'RegularExpression': return matchesRegex(value, path);
    default: return undefined;
  }
}

/** One of `exact`, `prefix`, `regex`; none of them asks that something is there. */
function matchesText({ exact, prefix, regex }: Fields, value: string, ignoreCase = false): Truth {
  const fold = (said: unknown) => (ignoreCase ? String(said).toLowerCase() : String(said));
  return exact !== undefined ? fold(value) === fold(exact) : prefix !== undefined ? fold(value).startsWith(fold(prefix))
    : regex !== undefined ? matchesRegex(regex, value) : true;
}

function matchesRegex(regex: unknown, value: string): Truth {
  try {
    return new RegExp(`^(?:${String(regex)})$`).test(value);
  } catch {
    return undefined;
  }
}

/** `@request.auth.claims.group` or `@request.auth.claims[group]`: the claim, or one item of its list. */
function matchesClaim(name: string, match: Fields, claims: RoutedRequest['claims']): Truth {
  const rest = name.slice(CLAIM.length);
  const path = rest.startsWith('[') ? [...rest.matchAll(/\[([^\]]*)\]/g)].map(([, part]) => part) : rest.slice(1).split('.');
  const value = path.reduce<unknown>((inner, key) => mapping(inner)[key], claims);
  const words = [value].flat().filter((word) => typeof word === 'string')
    .flatMap((word) => (path.length === 1 && ['scope', 'permission'].includes(path[0]) && typeof value === 'string' ? word.split(' ') : [word]));
  return words.some((word) => matchesText(match, word) === true);
}

function negated(truth: Truth): Truth {
  return truth === undefined ? undefined : !truth;
}

function conjunction(parts: readonly Truth[]): Truth {
  return parts.includes(false) ? false : parts.includes(undefined) ? undefined : true;
}
