import { Address } from '../addresses';
import { hasAddress } from './address-sets';
import { normalized } from './intervals';
import { LabelSelector, matchesLabels } from './label-selectors';
import { actingRules, CompiledPolicy, Direction, NetworkRule, Peer, PortClause } from './policy';
import { Member } from './population';
import { ALL_PORTS, NO_PORTS, portsOf, unionOfPorts } from './port-sets';
import { ANYTHING, eitherReach, EVERYTHING, NOTHING, Reach } from './reach';

/** One way in which the other end of a connection may look to a policy. */
export interface Candidate {
  /** undefined: no pod, or one that the network plugin takes for its node */
  readonly pod?: Member;
  /** undefined: an address in none of the blocks */
  readonly address?: Address;
}

/** What the policies that select a pod let pass in one direction; without any, everything. */
export function sideReach(
  policies: readonly CompiledPolicy[], direction: Direction, other: Candidate, destination: Member | undefined,
): Reach {
  if (policies.length === 0) {
    return EVERYTHING;
  }
  let reach = policies.some(isUnsound) ? ANYTHING : NOTHING;
  for (const policy of policies) {
    for (const rule of actingRules(policy, direction)) {
      if (rule.peers === undefined || rule.peers.some((peer) => matchesPeer(peer, policy.namespace, other))) {
        reach = eitherReach(reach, rulePorts(rule, destination));
      }
    }
  }
  return reach;
}

function isUnsound({ problems }: CompiledPolicy): boolean {
  return problems.length > 0;
}

/** Whether the other end is one of those that the peer names. */
export function matchesPeer(peer: Peer, namespace: string, { pod, address }: Candidate): boolean {
  if (peer.is === 'block') {
    return address !== undefined && hasAddress(peer.addresses, address);
  }
  return pod !== undefined && matchesNamespace(peer.namespaces, namespace, pod) && matchesLabels(peer.pods, pod.workload.labels);
}

/** Whether the namespace of a pod is one that a peer names; without selector it is that of the policy. */
export function matchesNamespace(selector: LabelSelector | undefined, own: string, pod: Member): boolean {
  return selector === undefined ? pod.workload.namespace === own : matchesLabels(selector, pod.namespaceLabels);
}

/** The ports that a rule opens at a destination, which gives the names their numbers. */
export function rulePorts({ open, named }: NetworkRule, destination: Member | undefined): Reach {
  return named.length === 0 ? open : named.reduce((sum, port) => eitherReach(sum, namedPorts(port, destination)), open);
}

/** The ports that one clause opens at a destination. */
export function clausePorts(port: PortClause, destination: Member | undefined): Reach {
  return port.name === undefined ? fixedPorts([port]) : namedPorts(port, destination);
}

/** A name means what the containers of the destination call so; for addresses, and for pods that do not have it, it means nothing. */
function namedPorts({ name, protocol }: PortClause, destination: Member | undefined): Reach {
  if (destination === undefined) {
    return NOTHING;
  }
  const { kind, ports } = destination.workload;
  const named = ports.filter((port) => port.name === name && port.protocol === protocol)
    .map(({ number }) => ({ first: number, last: number }));
  const sure = named.length === 0 ? NO_PORTS : portsOf(protocol, normalized(named));
  // nobody has seen the containers of a hypothetical workload
  return named.length === 0 && kind === 'Hypothetical' ? { allowed: sure, possible: portsOf(protocol, ALL_PORTS[protocol]) } : { allowed: sure, possible: sure };
}

/** The ports of clauses that have numbers. */
export function fixedPorts(ports: readonly PortClause[]): Reach {
  const open = ports.filter(({ name }) => name === undefined)
    .map(({ protocol, first, last }) => portsOf(protocol, [{ first, last }])).reduce(unionOfPorts, NO_PORTS);
  return { allowed: open, possible: open };
}
