import { isAddressText } from '../go-addresses';
import type { Message } from './decode';
import { checkDestination, checkWeights } from './destinations';
import { checkExportTo } from './export-to';
import { checkGatewayNames } from './gateway-names';
import { isClaimHeader } from './headers';
import { checkHttpRoute } from './http-route';
import { entriesAt, messageAt, messagesAt, numberAt, Opinion, textsAt, WebhookCheck } from './opinion';
import { checkReachable } from './reachable-routes';
import { hostsOverlap, hostWithin, labelProblems, portProblem, subnetProblem, wildcardDomainProblem } from './texts';

/** What the webhook says of a VirtualService. */
export const checkVirtualService: WebhookCheck = (spec, { namespace }, opinion) => {
  const [hosts, gateways] = [textsAt(spec, 'hosts'), textsAt(spec, 'gateways')];
  const [http, tls, tcp] = [messagesAt(spec, 'http'), messagesAt(spec, 'tls'), messagesAt(spec, 'tcp')];
  const atGateway = gateways.length > 0 && !gateways.includes('mesh');
  const delegate = hosts.length === 0;
  if (delegate) {
    [['gateways', gateways], ['tls', tls], ['tcp', tcp]].filter(([, list]) => list.length > 0)
      .forEach(([field]) => opinion.error(`delegate virtual service must have no ${field as string} specified`));
  }
  checkGatewayNames(gateways, opinion);
  if (!atGateway) {
    checkClaims(http, opinion);
  }
  const sni = tls.some((route) => messagesAt(route, 'match').some((match) => textsAt(match, 'sniHosts').length > 0));
  checkHosts(hosts, { atGateway, sni }, opinion);
  if (http.length + tcp.length + tls.length === 0) {
    opinion.error('http, tcp or tls must be provided in virtual service');
  }
  http.forEach((route) => checkHttpRoute(route, delegate, opinion));
  tls.forEach((route) => checkTlsRoute(route, { hosts, inMesh: gateways.includes('mesh') }, opinion));
  tcp.forEach((route) => checkTcpRoute(route, opinion));
  checkExportTo(namespace, textsAt(spec, 'exportTo'), opinion);
  checkReachable(http, 'http', opinion);
  checkReachable(tcp, 'tcp', opinion);
  checkReachable(tls, 'tls', opinion);
};

function checkClaims(http: readonly Message[], opinion: Opinion): void {
  const matches = http.flatMap((route) => messagesAt(route, 'match'));
  matches.flatMap((match) => [...entriesAt(match, 'headers'), ...entriesAt(match, 'withoutHeaders')]).filter(([name]) => isClaimHeader(name))
    .forEach(([name]) => opinion.error(`JWT claim based routing (key: ${name}) is only supported for gateway`));
}

function checkHosts(hosts: readonly string[], { atGateway, sni }: { atGateway: boolean; sni: boolean }, opinion: Opinion): void {
  const problems = hosts.flatMap((host) => {
    const problem = atGateway ? gatewayHostProblem(host, sni) : wildcardDomainProblem(host);
    if (problem !== undefined) {
      return isAddressText(host) ? [] : [problem];
    }
    return !atGateway && host === '*' ? ['wildcard host * is not allowed for virtual services bound to the mesh gateway'] : [];
  });
  problems.forEach((problem) => opinion.error(problem));
  if (problems.length === 0) {
    hosts.forEach((host, i) => hosts.slice(i + 1).filter((other) => hostsOverlap(host, other))
      .forEach((other) => opinion.error(`duplicate hosts in virtual service: ${host} & ${other}`)));
  }
}

/** With server names, names that istiod makes are hosts too: `outbound_.PORT_._.HOST`. */
function gatewayHostProblem(host: string, sni: boolean): string | undefined {
  if (host === '' || Buffer.byteLength(host) > 255 || !sni || !host.startsWith('outbound_')) {
    return wildcardDomainProblem(host);
  }
  const parts = host.split('_');
  const sound = parts.length >= 4 && /[0-9]/.test(parts[1].replace(/^\.+|\.+$/g, '')) && /[a-zA-Z]/.test(parts[3].replace(/^\.+|\.+$/g, ''));
  return sound ? undefined : `domain name ${host} invalid, should follow 'outbound_.<PORT>_._.<HOSTNAME>' format`;
}

function checkTlsRoute(route: Message, context: { readonly hosts: readonly string[]; readonly inMesh: boolean }, opinion: Opinion): void {
  const matches = messagesAt(route, 'match');
  opinion.errorIf(matches.length === 0 ? 'TLS route must have at least one match condition' : undefined);
  for (const match of matches) {
    const names = textsAt(match, 'sniHosts');
    opinion.errorIf(names.length === 0 ? 'TLS match must have at least one SNI host' : undefined);
    names.forEach((name) => checkSniHost(name, context, opinion));
    checkConnectionMatch(match, opinion);
  }
  checkRouteDestinations(route, 'TLS', opinion);
}

function checkSniHost(name: string, { hosts, inMesh }: { hosts: readonly string[]; inMesh: boolean }, opinion: Opinion): void {
  const problem = inMesh ? wildcardDomainProblem(name) : gatewayHostProblem(name, true);
  if (problem !== undefined && isAddressText(name)) {
    opinion.warn(`using an IP address ("${name}") goes against SNI spec and most clients do not support this`);
  } else if (problem !== undefined) {
    opinion.error(problem);
  } else if (!hosts.some((host) => hostWithin(name, host))) {
    opinion.error(`SNI host "${name}" is not a compatible subset of any of the virtual service hosts: [${hosts.join(', ')}]`);
  }
}

function checkTcpRoute(route: Message, opinion: Opinion): void {
  // warnings about TCP routes are lost in istiod
  const inner = new Opinion();
  messagesAt(route, 'match').forEach((match) => checkConnectionMatch(match, inner));
  checkRouteDestinations(route, 'TCP', inner);
  opinion.takeErrors(inner);
}

function checkConnectionMatch(match: Message, opinion: Opinion): void {
  textsAt(match, 'destinationSubnets').forEach((subnet) => opinion.errorIf(subnetProblem(subnet)));
  opinion.errorIf(numberAt(match, 'port') === 0 ? undefined : portProblem(numberAt(match, 'port')));
  labelProblems(entriesAt(match, 'sourceLabels')).forEach((problem) => opinion.error(problem));
  checkGatewayNames(textsAt(match, 'gateways'), opinion);
}

function checkRouteDestinations(route: Message, what: string, opinion: Opinion): void {
  const destinations = messagesAt(route, 'route');
  opinion.errorIf(destinations.length === 0 ? `${what} route is required` : undefined);
  for (const one of destinations) {
    opinion.errorIf(one.destination === undefined ? 'destination is required' : undefined);
    checkDestination(messageAt(one, 'destination'), opinion);
  }
  checkWeights(destinations, opinion);
}
