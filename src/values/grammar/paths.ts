import { matchesStringPattern, parseStringPattern, textProblem } from './strings';

/** One part of a path template: a literal segment, `{*}` (one segment) or `{**}` (any rest). */
export type TemplateSegment = { readonly kind: 'literal'; readonly text: string } | { readonly kind: 'one' } | { readonly kind: 'rest' };

const ONE = '{*}';
const REST = '{**}';
const LONGEST_TEMPLATE = 256;
const RAW_IN_PATHS = /^[A-Za-z0-9\-._~!$&'()+,;:@=%/[\]*{}]$/;
const RAW_IN_TEMPLATES = /^[A-Za-z0-9\-._~!$&'()+,;:@=%]+$/;

/** Whether Istio reads the path as a template: it does as soon as one whole segment is `{*}` or `{**}`. */
export function isPathTemplate(value: string): boolean {
  return value.split('/').some((segment) => segment === ONE || segment === REST);
}

/** The segments of a template, without the leading `/`; a trailing `/` is a last, empty literal. */
export function parsePathTemplate(value: string): TemplateSegment[] {
  return value.replace(/^\//, '').split('/').map((segment) => {
    switch (segment) {
      case ONE: return { kind: 'one' };
      case REST: return { kind: 'rest' };
      default: return { kind: 'literal', text: segment };
    }
  });
}

/** Whether a normalised path satisfies a pattern of a policy. */
export function matchesPath(pattern: string, path: string): boolean {
  if (!isPathTemplate(pattern)) {
    return matchesStringPattern(parseStringPattern(pattern), path);
  }
  const parts = parsePathTemplate(pattern).map((segment) => {
    switch (segment.kind) {
      case 'one': return '[^/]+';
      case 'rest': return '.*';
      case 'literal': return segment.text.replace(/[.*+?^${}()|[\]\\]/g, '\\$&');
    }
  });
  return new RegExp(`^/${parts.join('/')}$`).test(path);
}

/** Paths of which a pattern holds the shortest, an ordinary one and a deep one. */
export function pathWitnesses(pattern: string): string[] {
  if (isPathTemplate(pattern)) {
    return ['', 'z', 'z/z'].map((rest) => pattern.replaceAll(ONE, 'z').replace(REST, rest));
  }
  const { kind } = parseStringPattern(pattern);
  const text = pattern.replace('*', '');
  switch (kind) {
    case 'suffix': return [`/z${text}`, `/z/z${text}`];
    case 'prefix': return [text, `${text}z`, `${text}z/z`];
    default: return [text];
  }
}

/**
 * What is wrong with a path of a policy. Istio accepts nearly every text here; what is refused would never match a path as Envoy normalises
 * it, would match more than it says, or would make Envoy abort.
 */
export function pathProblem(value: string): string | undefined {
  return shapeProblem(value) ?? characterProblem(value) ?? escapeProblem(value) ?? segmentProblem(value)
    ?? (value.includes('{') || value.includes('}') ? templateProblem(value) : undefined);
}

function shapeProblem(value: string): string | undefined {
  const text = textProblem(value);
  if (text !== undefined) {
    return text;
  }
  if (/^\*+$/.test(value)) {
    return 'is only a wildcard, which means every path';
  }
  if (!value.startsWith('/') && !value.startsWith('*')) {
    return value.startsWith('{')
      ? 'is a template that does not begin with "/": Istio accepts it and Envoy aborts'
      : 'does not begin with "/", so that it never matches';
  }
  if (value.includes(ONE) || value.includes(REST)) {
    return undefined;
  }
  const literal = value.startsWith('*') ? value.slice(1) : value.endsWith('*') ? value.slice(0, -1) : value;
  return literal.includes('*')
    ? 'has a "*" that Istio takes literally, because only one "*" at the very beginning or the very end is a wildcard'
    : undefined;
}

function characterProblem(value: string): string | undefined {
  if (value.includes('?')) {
    return 'has a "?", but the query is cut off before paths are compared';
  }
  if (value.includes('#')) {
    return 'has a "#", but the fragment is cut off before paths are compared';
  }
  if (value.includes('\\')) {
    return 'has a "\\", which is normalised to "/" before paths are compared';
  }
  const bad = [...value].find((c) => !RAW_IN_PATHS.test(c));
  if (bad === undefined) {
    return undefined;
  }
  return `has the character ${JSON.stringify(bad)}, which arrives percent-encoded or never; write it as "${percentEncoded(bad)}"`;
}

function escapeProblem(value: string): string | undefined {
  for (const [index, escape] of percentSigns(value)) {
    if (!/^%[0-9A-Fa-f]{2}$/.test(escape)) {
      return `has a "%" at position ${index} that begins no percent-escape, which Envoy answers with 400`;
    }
    const code = Number.parseInt(escape.slice(1), 16);
    if (code === 0) {
      return 'has "%00", which Envoy answers with 400';
    }
    const character = String.fromCharCode(code);
    if (/[-._~A-Za-z0-9]/.test(character)) {
      return `has "${escape}", which is decoded to "${character}" before paths are compared`;
    }
    if (character === '/' || character === '\\') {
      return `has "${escape}", which is decoded before paths are compared where the mesh decodes slashes`;
    }
  }
  return undefined;
}

function segmentProblem(value: string): string | undefined {
  if (value.includes('//')) {
    return 'has an empty segment ("//"), which is merged before paths are compared where the mesh merges slashes';
  }
  const dots = value.split('/').slice(1).find((segment) => ['.', '..'].includes(segment.split(';')[0]));
  return dots === undefined ? undefined : `has the segment "${dots}", which is resolved before paths are compared`;
}

function templateProblem(value: string): string | undefined {
  if (!isPathTemplate(value)) {
    return 'has braces, but only the whole segments "{*}" and "{**}" are templates';
  }
  if (value.length > LONGEST_TEMPLATE) {
    return `is a template of more than ${LONGEST_TEMPLATE} characters, which Envoy rejects together with the listener`;
  }
  const segments = parsePathTemplate(value);
  const literals = segments.flatMap((segment) => (segment.kind === 'literal' ? [segment.text] : []));
  if (literals.some((text) => text.includes('*'))) {
    return 'mixes a template with other wildcards, which Istio rejects';
  }
  const bad = literals.find((text) => text !== '' && !RAW_IN_TEMPLATES.test(text));
  if (bad !== undefined) {
    return `has the segment "${bad}", but a template holds whole "{*}" and "{**}" segments and plain characters only`;
  }
  const rest = segments.findIndex((segment) => segment.kind === 'rest');
  return rest >= 0 && segments.slice(rest + 1).some((segment) => segment.kind !== 'literal')
    ? 'has a template operator after "{**}", which must be the last one'
    : undefined;
}

function percentSigns(value: string): [number, string][] {
  return [...value].flatMap((c, i): [number, string][] => (c === '%' ? [[i, value.slice(i, i + 3)]] : []));
}

function percentEncoded(character: string): string {
  return [...Buffer.from(character)].map((byte) => `%${byte.toString(16).toUpperCase().padStart(2, '0')}`).join('');
}

const GRPC_SERVICE = /^[A-Za-z_][A-Za-z0-9_]*(\.[A-Za-z_][A-Za-z0-9_]*)*$/;
const GRPC_METHOD = /^([A-Za-z_][A-Za-z0-9_]*|\*)$/;

/** What is wrong with the path of gRPC calls: `/package.Service/Method`, or `/package.Service/*` for all methods of a service. */
export function grpcPathProblem(value: string): string | undefined {
  if (!value.startsWith('/')) {
    return 'does not begin with "/", so that it never matches';
  }
  const [service, method, ...more] = value.slice(1).split('/');
  return GRPC_SERVICE.test(service) && GRPC_METHOD.test(method ?? '') && more.length === 0 ? undefined : 'is not the path of a gRPC method';
}
