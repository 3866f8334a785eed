import { EgressAnswer, egressVerdict } from '../egress/egress';
import { clientTls, ClientTls, endpointOf } from '../mtls/client';
import { Question } from '../question';
import { Workload } from '../workload';
import { Ended, Journey } from './journey';

const proxied = (speaks: Question['speaks']) => (speaks === 'http2' ? 'http' : speaks);

/** What the proxy of a sidecar client does with a call of a pod; other clients have none that refuses. */
export function leaveForPod(journey: Journey, client: Workload): EgressAnswer | undefined {
  const { to, speaks, http } = journey.question;
  if (client.mode !== 'sidecar' || !('workload' in to)) {
    return undefined;
  }
  const entry = to.service === undefined ? undefined : journey.world.entryOf(to.service);
  return take(journey, egressVerdict(journey.world.egress, {
    client,
    host: to.service === undefined ? http?.host : entry?.hostname,
    address: to.service === undefined ? to.workload.addresses[0] : undefined,
    port: to.servicePort ?? to.port,
    speaks: proxied(speaks),
  }));
}

/** What the proxy of a client does with a call of a host or an address. */
export function leaveForOutside(journey: Journey, client: Workload): EgressAnswer {
  const { to, speaks, http } = journey.question;
  return take(journey, egressVerdict(journey.world.egress, {
    client,
    host: 'host' in to ? to.host : http?.host,
    address: 'address' in to ? to.address : undefined,
    port: to.port,
    speaks: proxied(speaks),
  }));
}

function take(journey: Journey, answer: EgressAnswer): EgressAnswer {
  answer.steps.forEach((step) => journey.say(step));
  if (answer.verdict !== 'allow') {
    throw new Ended(answer.verdict, answer.reason);
  }
  return answer;
}

/** The name that proxies of the mesh send for the port of a Service. */
export function dialledName({ world, question: { to } }: Journey): string | undefined {
  const host = 'workload' in to && to.service !== undefined ? world.entryOf(to.service)?.hostname : undefined;
  return host === undefined || !('workload' in to) ? undefined : `outbound_.${to.servicePort ?? to.port}_._.${host}`;
}

/** What the proxy of the client sends, where it has one that decides. */
export function sentBy(journey: Journey): ClientTls | undefined {
  const { from, to } = journey.question;
  if (!('workload' in from) || !('workload' in to) || from.workload.mode === 'none') {
    return undefined;
  }
  const sent = clientTls(journey.world.clients, {
    client: from.workload,
    entry: to.service === undefined ? undefined : journey.world.entryOf(to.service),
    port: to.servicePort ?? to.port,
    endpoint: endpointOf(to.workload, to.port),
  });
  journey.say({
    layer: 'mtls',
    where: 'source',
    outcome: sent.sends === 'nothing' ? 'refuse' : 'pass',
    object: sent.object,
    text: sent.text,
  });
  return sent;
}

/** Pods without a proxy get what the proxy of the client sends. */
export function requireUnderstanding(journey: Journey): void {
  const { to, given, speaks } = journey.question;
  if (!('workload' in to) || to.workload.mode !== 'none' || given?.mtls === false) {
    return;
  }
  if (given?.mtls === true) {
    throw new Ended('connection-reset', 'nothing there ends the mutual TLS of the mesh');
  }
  const sent = sentBy(journey);
  if (sent?.sends === 'mesh-mtls' || sent?.sends === 'nothing') {
    throw new Ended('connection-reset', sent.sends === 'nothing' ? sent.text
      : `${sent.text}; nothing there ends the mutual TLS of the mesh`);
  }
  if (sent?.sends === 'other-tls' && speaks !== 'tls') {
    throw new Ended('unknown', `${sent.text}; whether the server speaks TLS is not shown`);
  }
}
