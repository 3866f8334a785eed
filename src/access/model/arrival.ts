import { EnforcementPoint } from '../ambient/path';
import { Arrival, ArrivingClient, TakenChain } from '../inbound';
import { gatewayChain, GatewayChain } from '../mtls/gateway-chain';
import { Workload } from '../workload';
import { dialledName, sentBy } from './departure';
import { Ended, Journey } from './journey';

/** A connection as it arrives at a proxy. */
export function arrivalAt(journey: Journey, point: EnforcementPoint, workload: Workload, client: ArrivingClient): Arrival {
  const { http, providers, to } = journey.question;
  const service = 'workload' in to ? to.service : undefined;
  const destination = point.at === 'waypoint' && point.target?.kind !== 'Workload' ? service?.clusterIP : workload.addresses[0];
  return { port: point.port, taken: takenAt(journey, point, workload, client), client, request: http, destination, answers: providers };
}

function takenAt(journey: Journey, point: EnforcementPoint, workload: Workload, client: ArrivingClient): Arrival['taken'] {
  const { to, http } = journey.question;
  if (point.at === 'destination-gateway') {
    return listenerOf(journey, point, workload, client);
  }
  // a waypoint reads the ports of the Service, or of the Services of the pod that is called
  const pod = point.at !== 'waypoint' ? workload : 'workload' in to ? to.workload : undefined;
  if (pod === undefined) {
    return chain(http === undefined ? 'tcp' : 'http', 'a ServiceEntry', true);
  }
  const { application, text } = journey.world.applications.of(pod, point.at === 'waypoint' ? to.port : point.port);
  return application ?? { chain: 'unknown', authenticated: false, text };
}

function listenerOf({ world, question }: Journey, point: EnforcementPoint, workload: Workload, client: ArrivingClient): TakenChain {
  if (world.gateways.servers.of(workload).length === 0) {
    const bytes = question.speaks === 'tcp' || question.speaks === 'tls';
    const text = 'no Gateway for these pods is shown; taken for one that listens at this port';
    return chain(bytes ? 'tcp' : 'http', text, client.tls && client.principal !== undefined);
  }
  return gatewayChainOf({ world, question }, point, workload, client);
}

/** The listener of a gateway that takes the connection. */
export function gatewayChainOf(
  { world }: Pick<Journey, 'world' | 'question'>, { port }: EnforcementPoint, workload: Workload, client: ArrivingClient,
): GatewayChain {
  const certificate = client.principal === undefined ? undefined : { trusted: true, names: [`spiffe://${client.principal}`] };
  return gatewayChain(world.gateways,
    workload, port, { tls: client.tls, sni: client.sni, certificate, speaks: client.speaks === 'tcp' ? 'tcp' : 'http' });
}

/** What the client is when its connection arrives at a proxy. */
export function arrivingAt(journey: Journey, point: EnforcementPoint): ArrivingClient {
  const { from, speaks, given, to } = journey.question;
  const inner = speaks === 'tls' ? 'tcp' : speaks;
  const address = point.from === 'source' ? journey.sourceAddress : undefined;
  const alpn = [inner === 'tcp' ? 'istio' : inner === 'http2' ? 'istio-h2' : 'istio-http/1.1'];
  const mesh = (principal: string,
    sni?: string): ArrivingClient => ({ speaks: inner, tls: true, principal, alpn, sni: given?.sni ?? sni, address });
  const plain: ArrivingClient = { speaks: inner, tls: speaks === 'tls', sni: given?.sni, address };
  if (point.transport === 'tunnel') {
    return point.peer === undefined ? plain : mesh(point.from === 'source' ? given?.principal ?? point.peer : point.peer);
  }
  if (given?.mtls !== undefined) {
    return given.mtls ? mesh(given.principal ?? journey.identity, dialledName(journey)) : plain;
  }
  if (point.transport === 'plaintext' || !('workload' in from) || !('workload' in to)) {
    return plain;
  }
  const sent = sentBy(journey);
  switch (sent?.sends) {
    case 'nothing': throw new Ended('connection-reset', sent.text);
    case 'mesh-mtls': return mesh(journey.identity, sent.sni);
    case 'other-tls': return { speaks: 'tcp', tls: true, address };
    default: return plain;
  }
}

function chain(name: 'http' | 'tcp', text: string, authenticated: boolean): TakenChain {
  return { chain: name, authenticated, text };
}
