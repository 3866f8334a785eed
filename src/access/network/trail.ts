import { ObjectRef, refText } from '../objects';
import { Step } from '../question';
import { TransportProtocol } from '../workload';
import { addressText } from './address-sets';
import { EndOf, isExempt, isOnNode, PlaceEnd, policiesAt, Reading, readingsOf, World } from './ends';
import { requirementText, unmetRequirement } from './label-selectors';
import { actingRules, CompiledPolicy, Direction, NetworkRule, Peer, PodsPeer } from './policy';
import { Member } from './population';
import { reaches } from './reach';
import { Candidate, clausePorts, matchesNamespace, matchesPeer, rulePorts, sideReach } from './sides';

/** A connection whose verdict is explained. */
export interface Explained {
  readonly world: World;
  readonly from: EndOf;
  readonly to: EndOf;
  readonly protocol: TransportProtocol;
  readonly port: number;
  readonly allowed: boolean | undefined;
}

/** One side of it, in all the ways in which it may look. */
interface Side {
  readonly where: 'source' | 'destination';
  readonly direction: Direction;
  readonly pod?: Member;
  readonly views: readonly View[];
}

/** The policies that act on one side, and what the other end looks like to them. */
interface View {
  readonly policies: readonly CompiledPolicy[];
  readonly other: Candidate;
  /** whose port names count */
  readonly destination?: Member;
}

/** What each side did with the connection: which rule lets it pass, or what every rule lacks to do so, the nearest one first. */
export function explain(question: Explained): Step[] {
  const { world, from, to, allowed } = question;
  if (isExempt(from, to)) {
    return [exemption(from)];
  }
  const readings = readingsOf(world, from as PlaceEnd, to as PlaceEnd);
  const together = sidesOf(readings).flatMap((side) => sideSteps(side, question));
  // each family of addresses may be refused on another side
  const steps = allowed !== false || together.some(({ outcome }) => outcome === 'refuse') ? together
    : readings.flatMap((reading) => sidesOf([reading]).flatMap((side) => sideSteps(side, question)).filter(({ outcome }) => outcome === 'refuse'));
  if (!isOnNode(from) && !isOnNode(to)) {
    return steps;
  }
  // what would refuse does not refuse for sure
  const open = allowed === undefined ? steps.map((step) => ({ ...step, outcome: step.outcome === 'refuse' ? 'unknown' as const : step.outcome })) : steps;
  return allowed === undefined ? [nodeNetwork(from), ...open] : open;
}

function exemption(from: EndOf): Step {
  const text = 'nodeLocal' in from ? 'a pod always accepts connections from the node it runs on' : 'a pod always reaches itself';
  return { layer: 'network', where: 'destination', outcome: 'pass', text };
}

function nodeNetwork(from: EndOf): Step {
  const where = isOnNode(from) ? 'source' : 'destination';
  const text = `the ${where} is in the network of its node: plugins take it for a pod or for a node, and traffic within one node always passes`;
  return { layer: 'network', where, outcome: 'unknown', text };
}

function sidesOf(readings: readonly Reading[]): Side[] {
  const [{ from, to }] = readings;
  const out = readings.flatMap((reading) => reading.destinations
    .map((other): View => ({ policies: policiesAt(reading.from, 'egress'), other, destination: other.pod })));
  const into = readings.flatMap((reading) => reading.sources
    .map((other): View => ({ policies: policiesAt(reading.to, 'ingress'), other, destination: reading.to.pod })));
  return [{ where: 'source', direction: 'egress', pod: from.pod, views: out }, { where: 'destination', direction: 'ingress', pod: to.pod, views: into }];
}

function sideSteps(side: Side, question: Explained): Step[] {
  const { where, direction, pod } = side;
  const views = side.views.filter(({ policies }) => policies.length > 0);
  if (views.length === 0) {
    const text = pod === undefined ? `the ${where} is no pod, so no policy selects it` : `no policy restricts ${direction} of ${pod.workload.id}`;
    return [{ layer: 'network', where, outcome: 'pass', text }];
  }
  const { protocol, port } = question;
  const truths = side.views.map(({ policies, other, destination }) => (
    reaches(sideReach(policies, direction, other, destination), protocol, port)));
  if (truths.every((truth) => truth === true)) {
    return [passing(side, question, views[0])];
  }
  const refused = side.views[truths.indexOf(false)];
  if (truths.every((truth) => truth === false)) {
    return refusals(side, question, refused);
  }
  return [...doubts(side, question, truths), ...(refused === undefined ? [] : refusals(side, question, refused).slice(0, 1).map(doubted))];
}

function doubted(step: Step): Step {
  return { ...step, outcome: 'unknown' };
}

function passing({ where, direction }: Side, { protocol, port }: Explained, { policies, other, destination }: View): Step {
  for (const policy of policies) {
    for (const rule of actingRules(policy, direction)) {
      const peer = rule.peers?.find((one) => matchesPeer(one, policy.namespace, other));
      const open = rulePorts(rule, destination);
      if ((rule.peers === undefined || peer !== undefined) && reaches(open, protocol, port) === true) {
        const clause = peer?.clause ?? rule.clause;
        const text = `${refText(policy.ref)} lets it pass: ${clause} matches ${peer === undefined ? 'everybody' : describe(peer)}`;
        return { layer: 'network', where, outcome: 'pass', object: policy.ref, rule: rule.index, clause, text };
      }
    }
  }
  return { layer: 'network', where, outcome: 'pass', text: `policies let it pass at the ${where}` };
}

/** Why one side is open: a policy that cannot exist, a name that nobody has seen, or an end that may look in several ways. */
function doubts(side: Side, { protocol, port }: Explained, truths: readonly (boolean | undefined)[]): Step[] {
  const { where, direction, views } = side;
  const policies = views.map((view) => view.policies).find((some) => some.length > 0) ?? [];
  const broken = policies.filter(({ problems }) => problems.length > 0).map(({ ref, problems }): Step => ({
    layer: 'network',
    where,
    outcome: 'unknown',
    object: ref,
    clause: fieldOf(problems[0]),
    text: `${refText(ref)} is refused by the API server, so what it does here is open: ${problems[0]}`,
  }));
  const named = broken.length > 0 ? [] : policies.flatMap((policy) => actingRules(policy, direction).flatMap((rule) => (rule.ports ?? [])
    .filter((clause) => views.some(({ destination }) => reaches(clausePorts(clause, destination), protocol, port) === undefined))
    .map((clause): Step => ({
      layer: 'network',
      where,
      outcome: 'unknown',
      object: policy.ref,
      rule: rule.index,
      clause: clause.clause,
      text: `${refText(policy.ref)}: ${clause.clause} names the port ${clause.name}, and the ports of the destination are not known`,
    }))));
  const mixed = truths.includes(true) && truths.some((truth) => truth !== true);
  return [...broken, ...named, ...(mixed ? [addressDoubt(side, truths)] : [])];
}

function addressDoubt({ where, views }: Side, truths: readonly (boolean | undefined)[]): Step {
  const [passes, fails] = [true, false].map((wanted) => views[truths.indexOf(wanted)]?.other.address);
  const end = where === 'source' ? 'destination' : 'source';
  const example = passes === undefined || fails === undefined ? '' : `: ${addressText(passes)} would pass, ${addressText(fails)} would not`;
  return { layer: 'network', where, outcome: 'unknown', text: `it depends on what the ${end} looks like${example}` };
}

interface Miss {
  readonly distance: number;
  readonly ref: ObjectRef;
  readonly rule?: number;
  readonly clause?: string;
  readonly text: string;
}

/** For each policy that selects the pod its nearest rule, and of all of them the nearest first. */
function refusals(side: Side, question: Explained, view: View): Step[] {
  const misses = view.policies.map((policy) => {
    const rules = actingRules(policy, side.direction).map((rule) => missOf(rule, { policy, question, view }));
    return rules.reduce<Miss>((nearest, next) => (next.distance < nearest.distance ? next : nearest), {
      distance: 100, ref: policy.ref, text: `${refText(policy.ref)} has no ${side.direction} rule, which lets nothing pass`,
    });
  });
  return misses.sort((a, b) => a.distance - b.distance).map(({ ref, rule, clause, text }) => ({
    layer: 'network', where: side.where, outcome: 'refuse', object: ref, ...(rule === undefined ? {} : { rule, clause }), text,
  }));
}

interface MissedBy {
  readonly policy: CompiledPolicy;
  readonly question: Explained;
  readonly view: View;
}

/** What one rule lacks: a port is nearer than the labels of the pod, and those are nearer than another namespace. */
function missOf(rule: NetworkRule, { policy, question: { protocol, port }, view: { other, destination } }: MissedBy): Miss {
  const base = { ref: policy.ref, rule: rule.index };
  const portFits = reaches(rulePorts(rule, destination), protocol, port) === true;
  const matching = rule.peers?.find((peer) => matchesPeer(peer, policy.namespace, other));
  if (rule.peers === undefined || matching !== undefined) {
    return { ...base, distance: 0, clause: `${rule.clause}.ports`, text: `${refText(policy.ref)}: ${rule.clause}.ports is not open for ${protocol} ${port}` };
  }
  const peers = rule.peers.map((peer) => peerMiss(peer, policy.namespace, other));
  const [nearest] = peers.sort((a, b) => a.distance - b.distance);
  if (nearest === undefined) {
    return { ...base, distance: 50, clause: rule.clause, text: `${refText(policy.ref)}: ${rule.clause} names nobody` };
  }
  const missingPort = portFits ? '' : `, and ${rule.clause}.ports is not open for ${protocol} ${port}`;
  return { ...base, distance: nearest.distance + (portFits ? 0 : 10), clause: nearest.clause, text: `${refText(policy.ref)}: ${nearest.text}${missingPort}` };
}

function peerMiss(peer: Peer, namespace: string, other: Candidate): { distance: number; clause: string; text: string } {
  const { clause } = peer;
  if (peer.is === 'block') {
    const address = other.address === undefined ? 'an address outside of it' : addressText(other.address);
    return { distance: other.pod === undefined ? 1 : 4, clause, text: `${clause} wants an address in ${peer.key}, not ${address}` };
  }
  const { pod } = other;
  if (pod === undefined) {
    return { distance: 5, clause, text: `${clause} wants a pod, not an address` };
  }
  const rightNamespace = matchesNamespace(peer.namespaces, namespace, pod);
  const lacking = unmetRequirement(peer.pods, pod.workload.labels);
  const label = lacking === undefined ? '' : `${clause}.podSelector wants ${requirementText(lacking)}, which ${pod.workload.id} has not`;
  if (rightNamespace) {
    return { distance: 1, clause, text: label };
  }
  const space = `${clause} wants ${namespaceText(peer, namespace)}, not ${pod.workload.namespace}`;
  return { distance: lacking === undefined ? 2 : 3, clause, text: label === '' ? space : `${space}; ${label}` };
}

function namespaceText({ namespaces }: PodsPeer, own: string): string {
  return namespaces === undefined ? `the namespace ${own}` : `a namespace with ${namespaces.text}`;
}

function describe(peer: Peer): string {
  if (peer.is === 'block') {
    return peer.key;
  }
  const space = peer.namespaces === undefined ? 'the same namespace' : peer.namespaces.text === '' ? 'every namespace' : `namespaces with ${peer.namespaces.text}`;
  return `${peer.pods.text === '' ? 'pods' : `pods with ${peer.pods.text}`} of ${space}`;
}

function fieldOf(problem: string): string {
  return problem.slice(0, problem.indexOf(':'));
}
