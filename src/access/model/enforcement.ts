import { decideZtunnel } from '../ambient/match';
import { EnforcementPoint } from '../ambient/path';
import { ArrivingClient, InboundVerdict, inboundVerdict } from '../inbound';
import { isCaptured } from '../mtls/capture';
import { modeOfPort } from '../mtls/effective';
import { inboundChain } from '../mtls/inbound-chain';
import { ObjectRef, refOf, refText } from '../objects';
import { Workload } from '../workload';
import { arrivalAt, arrivingAt } from './arrival';
import { Ended, Journey } from './journey';

/** What a proxy let in, and where. */
export interface LetIn {
  readonly reason: string;
  /** of a gateway: what it passes on */
  readonly gateway?: { readonly workload: Workload; readonly client: ArrivingClient; readonly decided: InboundVerdict };
}

/** Asks one enforcement point; `undefined` where it does not look at the connection. */
export function enforceAt(journey: Journey, point: EnforcementPoint, mayBypass: string | undefined): LetIn | undefined {
  if (point.at === 'destination-ztunnel') {
    return { reason: atZtunnel(journey, point, mayBypass) };
  }
  if (point.at === 'waypoint') {
    return atProxy(journey, point, journey.world.podsOf(point.waypoint!));
  }
  const workload = point.workload!;
  if (point.at === 'destination-sidecar' && !requireCapture(journey, workload, point.port)) {
    return undefined;
  }
  return atProxy(journey, point, workload);
}

/** Whether the proxy of a pod takes the port. */
function requireCapture(journey: Journey, workload: Workload, port: number): boolean {
  const captured = isCaptured(workload, port);
  if (captured === undefined) {
    throw new Ended('unknown', `whether the proxy of ${workload.id} takes port ${port} cannot be told from its annotations`);
  }
  if (!captured) {
    journey.uncaptured = true;
    journey.say({ layer: 'mtls', where: 'destination', outcome: 'skip', text: `the proxy of ${workload.id} does not take port ${port}` });
  }
  return captured;
}

function atZtunnel(journey: Journey, { workload, peer, port, from }: EnforcementPoint, mayBypass: string | undefined): string {
  const { given } = journey.question;
  const identity = given?.mtls === false ? undefined : from === 'source' ? given?.principal ?? peer : peer;
  const source = from === 'source' ? journey.sourceAddress : undefined;
  const decided = decideZtunnel(journey.world.ztunnelOf(workload!), { identity, port, destination: workload!.addresses[0], source });
  const { outcome, policy, group, text } = decided;
  const object: ObjectRef | undefined = policy?.of ?? (policy === undefined ? undefined
    : { kind: 'PeerAuthentication', namespace: policy.namespace, name: policy.name });
  journey.say({ layer: 'identity', where: 'destination', outcome, object, rule: group, text });
  if (outcome === 'pass') {
    return text;
  }
  const open = outcome === 'unknown' || mayBypass !== undefined;
  throw new Ended(open ? 'unknown' : 'connection-reset', outcome === 'refuse' && mayBypass !== undefined ? mayBypass : text);
}

function atProxy(journey: Journey, point: EnforcementPoint, workload: Workload): LetIn {
  const served = point.at === 'waypoint' && point.target !== undefined && point.target.kind !== 'Workload'
    ? { kind: point.target.kind, namespace: point.target.namespace, name: point.target.name } : undefined;
  const client = arrivingAt(journey, point);
  const decided = inboundVerdict(journey.world.inboundOf(workload, served), arrivalAt(journey, point, workload, client));
  decided.trail.forEach((step) => journey.say(step));
  decided.ifProvidersAgree?.forEach((name) => journey.providers.add(name));
  requireModelled(journey, workload);
  if (decided.verdict !== 'allow') {
    throw new Ended(decided.verdict, decided.reason);
  }
  requireTermination(journey, point, workload, client);
  return { reason: decided.reason, ...(point.at === 'destination-gateway' ? { gateway: { workload, client, decided } } : {}) };
}

function requireModelled(journey: Journey, workload: Workload): void {
  const foreign = journey.world.snapshot.unmodelled.find(({ layer, concerns }) => layer === 'proxy' && concerns(workload));
  if (foreign !== undefined) {
    const object = refOf(foreign.manifest);
    journey.say({
      layer: 'identity',
      where: 'destination',
      outcome: 'unknown',
      object,
      text: `${refText(object)} changes what the proxy does`,
    });
    throw new Ended('unknown', `${refText(object)} may change what the proxy of ${workload.id} does`);
  }
}

/** A port that ends no TLS hands the mesh's TLS to the application, which cannot read it. */
function requireTermination({ world }: Journey, { at, port }: EnforcementPoint, workload: Workload, client: ArrivingClient): void {
  const { application } = world.applications.of(workload, port);
  if (at !== 'destination-sidecar' || !client.tls || client.principal === undefined || application === undefined) {
    return;
  }
  const { mesh } = world.snapshot;
  const mode = modeOfPort(world.inboundOf(workload).mtls, port);
  const speaks = client.speaks === 'tcp' ? 'tcp' as const : 'http' as const;
  const known = { tls: true, alpn: client.alpn, trustDomain: client.principal.split('/')[0], speaks };
  if (inboundChain({ port, mode, application, client: known, mesh }).chain === 'raw') {
    throw new Ended('connection-reset', `port ${port} ends no TLS, so the application gets the TLS of the mesh`);
  }
}
