import { NetworkLeg, pathOf, PathTarget } from '../ambient/path';
import { gatewayRoute } from '../mtls/gateway-chain';
import { Question, Verdict } from '../question';
import { Workload } from '../workload';
import { gatewayChainOf } from './arrival';
import { leaveForOutside, leaveForPod, requireUnderstanding } from './departure';
import { enforceAt, LetIn } from './enforcement';
import { Ended, Journey } from './journey';
import { passNetwork, passNetworkOutside } from './network-leg';
import { nextHop } from './next-hop';
import { World } from './world';

type Path = ReturnType<typeof pathOf>;

/** As many gateways in a row as anybody has; more is a circle. */
const MOST_HOPS = 4;

/** Decides one question: layer by layer, in the order in which the engines see the connection. */
export function decide(world: World, question: Question, hops = 0): Verdict {
  const journey = new Journey(world, question, hops);
  const ended = outcome(journey);
  const { trail, providers } = journey;
  return { ...ended, trail, protocol: question.protocol, ...(providers.size === 0 ? {} : { ifProvidersAgree: [...providers] }) };
}

function outcome(journey: Journey): Pick<Verdict, 'verdict' | 'reason'> {
  try {
    const reason = 'workload' in journey.question.to ? toPod(journey) : toOutside(journey);
    return { verdict: journey.uncaptured ? 'not-captured' : 'allow', reason };
  } catch (error) {
    if (error instanceof Ended) {
      return { verdict: error.verdict, reason: error.reason };
    }
    throw error;
  }
}

/** Addresses and hosts outside: the proxy of the client, and the network. */
function toOutside(journey: Journey): string {
  const { to, from, protocol, given } = journey.question;
  const client = 'workload' in from ? from.workload : undefined;
  if (client !== undefined && protocol === 'TCP' && given?.mtls === undefined) {
    leaveForOutside(journey, client);
  }
  if ('address' in to) {
    passNetwork(journey, { from: 'source', to: 'destination', port: to.port }, { address: to.address });
  } else if (client?.mode === 'ambient' && 'host' in to && to.serviceEntry !== undefined) {
    return walk(journey, pathToEntry(journey, client, to.serviceEntry), undefined);
  } else if (client !== undefined) {
    passNetworkOutside(journey, client);
  }
  return journey.trail.at(-1)?.text ?? 'no policy refuses it';
}

function pathToEntry({ world, question }: Journey, client: Workload, entry: { readonly namespace: string; readonly name: string }): Path {
  const { to: { port }, protocol } = question;
  const manifest = world.snapshot.kind('networking.istio.io', 'ServiceEntry')
    .find(({ object: { metadata } }) => metadata.name === entry.name && metadata.namespace === entry.namespace);
  const target: PathTarget = {
    kind: 'ServiceEntry',
    ...entry,
    labels: manifest?.object.metadata.labels ?? {},
    headless: manifest === undefined,
    port,
  };
  return pathOf({ source: { workload: client }, target, port, protocol }, { mesh: world.snapshot.mesh, waypoints: world.waypoints });
}

function toPod(journey: Journey): string {
  const { world, question: { to, from, protocol, given } } = journey;
  if (!('workload' in to)) {
    throw new Error('a question about a pod names no pod');
  }
  const { workload, port, service, servicePort } = to;
  if (protocol !== 'TCP') {
    passNetwork(journey, { from: 'source', to: 'destination', port }, { workload });
    journey.uncaptured = workload.mode !== 'none';
    return journey.uncaptured ? `the mesh does not carry ${protocol}; the network layer alone decides` : journey.trail.at(-1)!.text;
  }
  const left = 'workload' in from && given?.mtls === undefined ? leaveForPod(journey, from.workload) : undefined;
  const target: PathTarget | undefined = service === undefined || left?.way === 'passed-through' ? undefined : {
    kind: 'Service',
    namespace: service.namespace,
    name: service.name,
    labels: service.labels,
    headless: service.clusterIP === 'None',
    port: servicePort ?? port,
  };
  const path = pathOf({ source: from, destination: workload, target, port, protocol, encrypted: given?.mtls },
    { mesh: world.snapshot.mesh, waypoints: world.waypoints });
  return walk(journey, path, workload);
}

/** Walks the enforcement points in order, each after the leg of the network that leads to it. */
function walk(journey: Journey, path: Path, destination: Workload | undefined): string {
  if (path.unknown !== undefined || path.refused !== undefined) {
    throw path.unknown === undefined ? new Ended('connection-reset', path.refused!) : new Ended('unknown', path.unknown);
  }
  const legs = [...path.legs];
  const waypoint = path.points.find(({ at }) => at === 'waypoint')?.waypoint;
  const pods = waypoint === undefined ? undefined : journey.world.podsOf(waypoint);
  const takeLeg = (to: NetworkLeg['to']) => {
    const leg = legs[0]?.to === to ? legs.shift() : undefined;
    const end = to === 'waypoint' ? pods : destination;
    if (leg !== undefined && end !== undefined) {
      passNetwork(journey, leg, { workload: end }, leg.from === 'waypoint' ? pods : undefined);
    }
  };
  let reason = path.reason;
  for (const point of path.points.filter(({ at }) => at !== 'source-ztunnel')) {
    takeLeg(point.at === 'waypoint' ? 'waypoint' : 'destination');
    const letIn = enforceAt(journey, point, path.mayBypass);
    reason = letIn === undefined ? reason : letIn.gateway === undefined ? letIn.reason : route(journey, point, letIn);
  }
  takeLeg('destination');
  requireUnderstanding(journey);
  // a pod of the mesh that nothing of the mesh guards here is worth a word of its own
  journey.uncaptured ||= path.points.length === 0 && destination !== undefined && destination.mode !== 'none';
  return journey.uncaptured ? 'nothing of the mesh sees the connection; the network layer alone decides' : reason;
}

/** A gateway passes on what it lets in: the next connection is a question of its own. */
function route(journey: Journey, point: Path['points'][number], { reason, gateway }: LetIn): string {
  const { world, question, hops } = journey;
  const { workload, client, decided } = gateway!;
  if (decided.passed === undefined || world.gateways.servers.of(workload).length === 0) {
    return reason;
  }
  const { request, claims } = decided.passed;
  const [path, query] = split(request.path);
  const headers = [...request.lines].flatMap(([name, lines]) => lines.map((line) => [name, line] as const));
  const chain = gatewayChainOf(journey, point, workload, client);
  const { outcome: leads, destinations, object, text } = gatewayRoute(world.gateways, chain, {
    host: request.host, path, query, method: request.method, headers, claims,
  });
  journey.say({ layer: 'identity', where: 'gateway', outcome: leads === 'destinations' ? 'pass' : 'refuse', object, text });
  if (leads === 'http-404' || leads === 'unknown') {
    throw new Ended(leads, text);
  }
  if (leads !== 'destinations') {
    return `the gateway answers by itself: ${text}`;
  }
  const next = nextHop(world, workload, destinations, question);
  if (next === undefined) {
    return 'the route leads to nobody who is shown';
  }
  if (hops >= MOST_HOPS) {
    throw new Ended('unknown', 'the routes of gateways lead in a circle');
  }
  return follow(journey, decide(world, next, hops + 1));
}

function follow(journey: Journey, next: Verdict): string {
  next.trail.forEach((step) => journey.say(step));
  next.ifProvidersAgree?.forEach((name) => journey.providers.add(name));
  if (next.verdict !== 'allow' && next.verdict !== 'not-captured') {
    throw new Ended(next.verdict, next.reason);
  }
  return next.reason;
}

function split(target: string): [path: string, query?: string] {
  const at = target.indexOf('?');
  return at < 0 ? [target] : [target.slice(0, at), target.slice(at + 1)];
}
