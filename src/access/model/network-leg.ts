import { NetworkLeg } from '../ambient/path';
import { hasPort } from '../network/port-sets';
import { refOf, refText } from '../objects';
import { Source } from '../question';
import { Workload } from '../workload';
import { Ended, Journey } from './journey';

type End = { readonly workload: Workload } | { readonly address: string };

/** Takes one leg of the way through the network layer; `by` is a waypoint that sends it. */
export function passNetwork(journey: Journey, { port, sourceAddresses }: NetworkLeg, to: End, by?: Workload): void {
  const { protocol, given } = journey.question;
  const from: Source = by !== undefined ? { workload: by } : sourceAddresses !== undefined ? { nodeLocal: true } : journey.question.from;
  const { allowed, steps } = journey.world.network.verdict({ from: withAddress(from, given?.sourceIp), to, protocol, port });
  steps.forEach((step) => journey.say(step));
  requireModelled(journey, [...('workload' in from ? [from.workload] : []), ...('workload' in to ? [to.workload] : [])]);
  if (allowed !== true) {
    const last = steps.find(({ outcome }) => outcome === (allowed === undefined ? 'unknown' : 'refuse'));
    throw new Ended(allowed === undefined ? 'unknown' : 'dropped', last?.text ?? 'NetworkPolicies do not let it pass');
  }
}

/** Takes a call of a host whose addresses no manifest shows: all addresses outside have to agree. */
export function passNetworkOutside(journey: Journey, client: Workload): void {
  const { to, protocol } = journey.question;
  const groups = journey.world.network.outside(client, 'egress');
  requireModelled(journey, [client]);
  const open = groups.filter(({ connections }) => hasPort(connections.allowed, protocol, to.port)).length;
  const closed = groups
    .every(({ connections }) => !hasPort(connections.allowed, protocol, to.port) && !hasPort(connections.unknown, protocol, to.port));
  const outcome = open === groups.length ? 'pass' : closed ? 'refuse' : 'unknown';
  const text = {
    pass: 'NetworkPolicies let it out to every address',
    refuse: 'NetworkPolicies let it out to no address outside',
    unknown: 'it depends on the address of the host',
  }[outcome];
  journey.say({ layer: 'network', where: 'source', outcome, text });
  if (outcome !== 'pass') {
    throw new Ended(outcome === 'refuse' ? 'dropped' : 'unknown', text);
  }
}

function requireModelled({ world, trail }: Journey, ends: readonly Workload[]): void {
  const foreign = world.snapshot.unmodelled.find(({ layer, concerns }) => layer === 'network' && ends.some(concerns));
  if (foreign !== undefined) {
    const object = refOf(foreign.manifest);
    trail.push({
      layer: 'network',
      where: 'destination',
      outcome: 'unknown',
      object,
      text: `${refText(object)} is of a kind that is not modelled`,
    });
    throw new Ended('unknown', `${refText(object)} may let packets through or refuse them`);
  }
}

function withAddress(from: Source, address: string | undefined): Source {
  return 'workload' in from && from.workload.addresses.length === 0 && address !== undefined
    ? { workload: { ...from.workload, addresses: [address] } } : from;
}
