import { MeshSettings, PathNormalization } from '../mesh-settings';
import { quirksOf } from './versions';

/** What a proxy makes of the path of a request, its query included, or the answer that it gives instead. */
export type SeenPath = { readonly path: string } | { readonly answer: 'http-400' | 'http-307'; readonly text: string };

/** How a proxy rewrites paths. */
export interface PathRules {
  readonly mode: PathNormalization;
  readonly resolvesParameters: boolean;
  /** escaped slashes are answered with a redirect to the path without them */
  readonly redirects?: boolean;
}

/** The rules of the proxies of a mesh. */
export function pathRules(mesh: MeshSettings, kind: 'sidecar' | 'gateway' | 'waypoint'): PathRules {
  const { resolvesParameters } = quirksOf(mesh.istio);
  return kind === 'gateway' && mesh.edgeGateways === true
    ? { mode: mesh.pathNormalization === 'NONE' ? 'NONE' : 'MERGE_SLASHES', redirects: true, resolvesParameters }
    : { mode: mesh.pathNormalization, resolvesParameters };
}

/** Decides which path policies compare, in the order of Envoy: fragment, escaped slashes, dot segments and escapes, repeated slashes. */
export function normalizePath(target: string, { mode, redirects, resolvesParameters }: PathRules): SeenPath {
  const withoutFragment = target.split('#', 1)[0];
  const [path, query] = cut(withoutFragment);
  const unescapes = mode === 'DECODE_AND_MERGE_SLASHES' || redirects === true;
  const unescaped = unescapes ? path.replace(/%2f/gi, '/').replace(/%5c/gi, '\\') : path;
  const canonical = mode === 'NONE' ? unescaped : canonicalPath(resolvesParameters ? withoutParametersOfDots(unescaped) : unescaped);
  if (canonical === undefined) {
    return { answer: 'http-400', text: 'the path holds %00' };
  }
  if (redirects === true && unescaped !== path) {
    return { answer: 'http-307', text: 'the gateway redirects paths with escaped slashes to the path without them' };
  }
  const merges = mode === 'MERGE_SLASHES' || mode === 'DECODE_AND_MERGE_SLASHES' || redirects === true;
  return { path: (merges ? mergedSlashes(canonical) : canonical) + query };
}

/** The path without the query, which no policy sees but in `request.headers[:path]`. */
export function withoutQuery(path: string): string {
  return cut(path)[0];
}

function cut(path: string): [path: string, query: string] {
  const query = path.indexOf('?');
  return query < 0 ? [path, ''] : [path.slice(0, query), path.slice(query)];
}

/** `..;x` and `.;x` count as `..` and `.`, written raw and between slashes. */
function withoutParametersOfDots(path: string): string {
  return path.replace(/\/(\.{1,2});[^/]*/g, '/$1');
}

const UNRESERVED = /^[-._~A-Za-z0-9]$/;
/** raw characters that become percent-escapes */
const ESCAPED = /^["<>^`{|}]$/;

/**
 * The canonical form of the URL library of Envoy: backslashes are slashes, escapes of unreserved characters are decoded, dot segments are
 * resolved, the slashes beside them with them. `undefined` for `%00`.
 */
function canonicalPath(path: string): string | undefined {
  const segments: string[] = [];
  const raw = path.slice(1).split(/[/\\]/);
  for (const [i, text] of raw.entries()) {
    const segment = canonicalSegment(text);
    if (segment === undefined) {
      return undefined;
    }
    if (segment === '..') {
      segments.pop();
    }
    if (segment !== '.' && segment !== '..') {
      segments.push(segment);
    } else if (i === raw.length - 1) {
      segments.push('');
    }
  }
  return `/${segments.join('/')}`;
}

function canonicalSegment(text: string): string | undefined {
  if (/%00/.test(text)) {
    return undefined;
  }
  return text.replace(/%([0-9a-f]{2})|./gi, (part, hex?: string) => {
    if (hex !== undefined) {
      const character = String.fromCharCode(Number.parseInt(hex, 16));
      return UNRESERVED.test(character) ? character : part;
    }
    return ESCAPED.test(part) ? `%${part.charCodeAt(0).toString(16).toUpperCase()}` : part;
  });
}

/** Slashes in a row become one; a path of slashes alone becomes two of them, not one. */
function mergedSlashes(path: string): string {
  if (!path.includes('//')) {
    return path;
  }
  return `/${path.split('/').filter((segment) => segment !== '').join('/')}${path.endsWith('/') ? '/' : ''}`;
}
