import { IngressEdge } from './access-record';
import { AllowCorsPreflightOptions, AllowPublicOptions } from './jwt-props';
import { PeerFacts } from './peer';
import { invalid, requireReason, requireValid } from '../values/errors';
import { originProblem } from '../values/grammar/origins';
import { isPathTemplate, matchesPath, parsePathTemplate, pathWitnesses } from '../values/grammar/paths';
import { HttpMatch } from '../values/http-match';
import { Port } from '../values/port';

/** Requests that are admitted without a token; they are the options of a grant. */
export interface OpenRequests {
  readonly routes: HttpMatch[];
  readonly ports?: Port[];
  readonly reason: string;
}

/** Open requests and who may send them. */
export interface OpenEdge {
  readonly peer: PeerFacts;
  readonly requests: OpenRequests;
}

export function publicRequests(service: string, path: string, options: AllowPublicOptions): OpenRequests {
  const reason = requireReason(options.reason, `the public path ${path} of ${service}`);
  const routes = [HttpMatch.of({ methods: options.methods ?? ['GET', 'HEAD'], paths: [path] })];
  if (!hasLiteral(path)) {
    throw invalid(`a public path would open nearly all of ${service} without a token`, path, 'single paths such as "/healthz"',
      'use a Workload if nothing here needs a token');
  }
  if (path.startsWith('*') || /\{\*\*\}\/./.test(path)) {
    throw invalid(`a public path of ${service} is known by its end alone, and a client can put any end behind a path that needs a token`, path,
      'paths that are known by their beginning', 'name the path, or a prefix such as "/assets/*"');
  }
  return { routes, ports: options.ports && [...options.ports], reason: `without a token: ${reason}` };
}

export function preflightRequests(service: string, options: AllowCorsPreflightOptions): OpenRequests {
  const reason = requireReason(options.reason, `CORS preflights to ${service}`);
  if (options.origins.length === 0) {
    throw invalid(`CORS preflights to ${service} are allowed for no origin`, options.origins, 'at least one origin', 'name the origin of the pages');
  }
  for (const origin of options.origins) {
    requireValid('an origin', origin, originProblem, 'origins such as "https://shop.example.com"', 'write it as the browser sends it');
  }
  const headers = [{ name: 'origin', values: options.origins }, { name: 'access-control-request-method', values: ['*'] }];
  return { routes: [HttpMatch.of({ methods: ['OPTIONS'], paths: options.paths, headers })], reason: `preflight without a token: ${reason}` };
}

/** Where a token that a grant asks for would never be asked for, because the same peer may send the same request without. */
export function swallowedTokens(service: string, open: OpenEdge[], granted: IngressEdge[]): string[] {
  const asking = granted.filter((edge) => edge.issuers.length > 0);
  return [...new Set(open.flatMap(({ peer, requests }) => asking
    .filter((edge) => includesPeer(peer, edge.peer) && sharePort(requests.ports, edge.ports()))
    .flatMap((edge) => edge.routes.filter((route) => requests.routes.some((o) => swallows(o, route))).map((route) => (
      `${requests.routes.join(', ')} of ${service} is open to ${peer.name} without a token, so the token that ${edge.peer.name} needs for ${route} `
      + 'would not be asked for; make the public path narrower, or leave the grant out')))))];
}

function hasLiteral(path: string): boolean {
  if (path === '/') {
    return true;
  }
  const literals = isPathTemplate(path) ? parsePathTemplate(path).map((s) => (s.kind === 'literal' ? s.text : '')) : path.replace('*', '').split('/');
  return literals.some((text) => text !== '');
}

function includesPeer(wide: PeerFacts, peer: PeerFacts): boolean {
  return peer.principals.some((name) => wide.principals.some((p) => p === name || (p.endsWith('*') && name.startsWith(p.slice(0, -1)))));
}

function sharePort(open: Port[] | undefined, granted: Port[]): boolean {
  return open === undefined || granted.some((port) => open.some((o) => o.number === port.number));
}

/** Whether a path of the route is open as a whole, for a method of the route. What is open only in part stays protected elsewhere. */
function swallows(open: HttpMatch, route: HttpMatch): boolean {
  const method = route.methods.length === 0 || route.methods.some((m) => open.methods.includes(m));
  const path = route.paths.some((p) => open.paths.some((o) => pathWitnesses(p).every((witness) => matchesPath(o, witness))));
  return open.headers.length === 0 && method && path;
}
