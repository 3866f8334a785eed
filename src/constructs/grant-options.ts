import { IConstruct } from 'constructs';
import { AllowOptions } from './allow-options';
import { invalid, requireReason } from '../values/errors';
import { Port } from '../values/port';

/** What is checked as soon as a grant is said, as far as the ports of the target are known by then. */
export function checkOptions(target: string, options: AllowOptions, declared?: Port[]): void {
  if (options.ports?.length === 0) {
    throw invalid(
      `a grant to ${target} has an empty list of ports, which would mean all of them in a policy`,
      options.ports,
      'at least one port',
      'leave ports out for every declared port',
    );
  }
  if (options.routes?.length === 0) {
    throw invalid(
      `a grant to ${target} has an empty list of routes, which would mean every request in a policy`,
      options.routes,
      'at least one HttpMatch',
      'leave routes out for every request',
    );
  }
  if (options.reason !== undefined) {
    requireReason(options.reason, `a grant to ${target}`);
  }
  const problem = declared === undefined ? undefined : portsProblem(target, options, declared);
  if (problem !== undefined) {
    throw new Error(problem);
  }
}

/** Refuses what only a validated token could fulfil. */
export function refuseToken(target: string, { claims, issuers }: AllowOptions, fix: string): void {
  const asked = claims ?? issuers;
  if (asked?.length === 0) {
    throw invalid(`a grant to ${target} has an empty list of ${claims === undefined ? 'issuers' : 'claims'}`, asked, 'grants without claims and issuers', fix);
  }
  if (asked !== undefined) {
    throw invalid(`a grant to ${target} asks for ${claims === undefined ? 'issuers' : 'claims'}, but nothing validates a token there, so it would refuse everybody`,
      asked.map(String), 'grants without claims and issuers', fix);
  }
}

/** Refuses what no proxy can decide about a connection whose bytes it does not understand. */
export function checkConnections(target: string, engine: string, options: AllowOptions, ports: Port[]): void {
  refuseToken(target, options, 'leave them out; the database has users of its own');
  if (options.routes !== undefined) {
    throw invalid(`routes on ${ports.join(', ')} of ${target} would be dropped by Istio with the whole rule and cut everyone off, because a proxy sees `
      + `connections to ${engine}, no requests`, options.routes.map(String), 'grants without routes',
    'leave routes out, or describe it as a Workload with an HTTP port to admit single requests');
  }
  const other = options.ports?.find((port) => !ports.some((p) => p._isSameNumber(port)));
  if (other !== undefined) {
    throw invalid(`a port of ${target} is none for clients`, String(other), ports.join(', '),
      'state further ports of clients in ports of the database; members and scrapes have methods of their own');
  }
  checkOptions(target, options, ports);
}

/** A copy, so that what the caller does to the lists later changes no grant. */
export function copyOf(options: AllowOptions): AllowOptions {
  const { ports, routes, issuers, claims } = options;
  return {
    ...options,
    ports: ports && [...ports],
    routes: routes && [...routes],
    issuers: issuers && [...issuers],
    claims: claims && [...claims],
  };
}

/** The ports of a workload that are known only at synth are checked then. */
export function validatePorts(scope: IConstruct, target: string, options: AllowOptions, ports: () => Port[]): void {
  scope.node.addValidation({ validate: () => [portsProblem(target, options, ports())].filter((p) => p !== undefined) });
}

/** What is wrong between the ports of a grant and those of its target. */
export function portsProblem(target: string, options: AllowOptions, declared: Port[]): string | undefined {
  if (declared.length === 0) {
    return `${target} declares no port, so there is nothing to allow; give it ports, for example ports: [Port.http(8080)]`;
  }
  const unknown = (options.ports ?? []).find((p) => !declared.some((d) => d._isSameNumber(p)));
  if (unknown !== undefined) {
    return `${target} does not listen on ${unknown}; allowed: ${declared.join(', ')}; name a port of its containers, not of its Service`;
  }
  const plain = options.routes === undefined ? undefined : grantedPorts(options, declared).find((p) => !p.isHttp);
  if (plain !== undefined) {
    return `routes on ${plain} of ${target} would be dropped by Istio with the whole rule and cut everyone off, because it is no HTTP port; `
      + 'leave routes out, name only HTTP ports in ports, or declare the port with Port.http, Port.http2 or Port.grpc if it carries HTTP';
  }
  return undefined;
}

/** The declared ports that a grant admits. */
export function grantedPorts(options: AllowOptions, declared: Port[]): Port[] {
  const named = options.ports;
  return named === undefined ? declared : declared.filter((d) => named.some((p) => d._isSameNumber(p)));
}
