import { IngressEdge } from './access-record';
import { AllowOptions } from './allow-options';
import { grantedPorts } from './grant-options';
import { AllowCorsPreflightOptions, AllowPublicOptions } from './jwt-props';
import { PeerFacts } from './peer';
import { Workload } from './workload';
import { Grants } from '../synth/grants';
import { invalid, requireReason, requireValid } from '../values/errors';
import { originProblem } from '../values/grammar/origins';
import { Grant, GrantKind } from '../values/grant';
import { HttpMatch } from '../values/http-match';

/** Requests that are admitted without a token. */
export interface OpenRequests {
  readonly routes: HttpMatch[];
  readonly ports?: AllowOptions['ports'];
  readonly reason: string;
}

/** Paths that leave nothing to protect. */
const EVERYTHING = ['*', '/*', '/{**}'];

export function publicRequests(service: string, path: string, options: AllowPublicOptions): OpenRequests {
  const reason = requireReason(options.reason, `the public path ${path} of ${service}`);
  if (EVERYTHING.includes(path)) {
    throw invalid(`a public path would open all of ${service} without a token`, path, 'single paths such as "/healthz"',
      'use a Workload if nothing here needs a token');
  }
  if (path.startsWith('*')) {
    throw invalid(`a public path of ${service} is known by its end alone, and a client can put any end behind a path that needs a token`, path,
      'paths that begin with "/"', 'name the path, or a prefix such as "/assets/*"');
  }
  const routes = [HttpMatch.of({ methods: options.methods ?? ['GET', 'HEAD'], paths: [path] })];
  return { routes, ports: options.ports, reason: `without a token: ${reason}` };
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

/** Opens requests to everybody who is granted anything else, once that is known. */
export function openToEverybodyGranted(workload: Workload, open: OpenRequests): void {
  const ports = () => grantedPorts({ ports: open.ports }, workload._pods.ports());
  const peers = () => distinct(workload._record.ingress.map((edge) => edge.peer));
  const { routes, reason } = open;
  workload._record.derived.push(() => peers().map((peer): IngressEdge => ({ peer, ports, routes, issuers: [], claims: [], reason })));
  workload._objects.needAuthorization();
  workload._objects.needNetwork();
  Grants.of(workload)._record(() => peers().map((peer): Grant => ({
    kind: GrantKind.GRANT,
    from: peer.name,
    to: workload.peerName,
    ports: ports(),
    routes,
    issuers: [],
    claims: [],
    plaintext: false,
    reason,
    path: workload.node.path,
  })));
}

/** What is wrong between requests that need no token and grants that ask for one. */
export function openProblems(workload: Workload, opened: OpenRequests[]): string[] {
  const granted = workload._record.ingress;
  const nobody = granted.length > 0 ? [] : opened.map((open) => `${open.routes.join(', ')} of ${workload.peerName} is open to nobody: `
    + 'no workload or gateway may reach the service; grant it to one, or name them in from');
  const swallowed = opened.flatMap((open) => granted.filter((edge) => edge.issuers.length > 0)
    .flatMap((edge) => edge.routes.filter((route) => open.routes.some((o) => swallows(o, route)))
      .map((route) => `${open.routes.join(', ')} of ${workload.peerName} is open without a token, so the token that ${edge.peer.name} needs for ${route} `
        + 'would never be asked for; make the public path narrower, or leave the grant out')));
  return [...nobody, ...swallowed];
}

function distinct(peers: PeerFacts[]): PeerFacts[] {
  return [...new Map(peers.map((peer) => [peer.name, peer])).values()];
}

/** Whether everything that one match admits is admitted by the other. Conservative: templates cover only themselves. */
function swallows(open: HttpMatch, route: HttpMatch): boolean {
  const inMethods = route.methods.length > 0 && route.methods.every((method) => open.methods.includes(method));
  const inPaths = route.paths.length > 0 && route.paths.every((path) => open.paths.some((o) => coversPath(o, path)));
  return open.headers.length === 0 && inMethods && inPaths;
}

function coversPath(open: string, path: string): boolean {
  const isPrefix = open.endsWith('*') && !open.includes('{');
  return open === path || (isPrefix && path.startsWith(open.slice(0, -1)) && path.length > open.length - 1);
}
