import { blockContains, IpBlock, isIpv4Mapped, parseAddress, parseIpBlock } from '../../values/grammar/cidrs';
import { dnsSubdomainProblem, portNameProblem } from '../../values/grammar/names';
import { groupOf, Manifest } from '../objects';
import { TransportProtocol } from '../workload';
import { AddressSet, setOfBlock } from './address-sets';
import { Fields, fieldsOf, listOf, Problems, textOf, wholeNumberOf } from './fields';
import { EVERYBODY, LabelSelector } from './label-selectors';
import { BlockPeer, CompiledPolicy, Direction, NetworkRule, Peer, PortClause, portKey } from './policy';
import { PROTOCOLS } from './port-sets';
import { EVERYTHING, Reach } from './reach';
import { readSelector } from './read-selector';
import { fixedPorts } from './sides';

const INGRESS_RULE = ['from', 'ports'];
const EGRESS_RULE = ['to', 'ports'];
const PEER = ['podSelector', 'namespaceSelector', 'ipBlock'];
const NO_NAMES: readonly PortClause[] = [];
const PORT = ['protocol', 'port', 'endPort'];

/** Whether an object is a NetworkPolicy of Kubernetes itself, whichever version it is written in. */
export function isNetworkPolicy({ object }: Manifest): boolean {
  return object.kind === 'NetworkPolicy' && typeof object.apiVersion === 'string'
    && ['networking.k8s.io', 'extensions'].includes(groupOf(object.apiVersion));
}

/** What happens to bits of a CIDR beyond its prefix: servers from 1.36 on refuse them, older ones store them and engines clear them. */
export type HostBits = 'refused' | 'cleared';

/** The policies of a list. */
export function compilePolicies(manifests: readonly Manifest[], hostBits: HostBits = 'refused'): CompiledPolicy[] {
  const shared = newShared();
  return manifests.map((manifest) => compilePolicy(manifest, hostBits, shared));
}

/** What a policy means after the API server has defaulted it, and why that server would refuse it. */
export function compilePolicy(manifest: Manifest, hostBits: HostBits = 'refused', shared = newShared()): CompiledPolicy {
  const problems: Problems = [];
  const { object } = manifest;
  const metadata: Fields = fieldsOf(object.metadata, 'metadata', problems) ?? {};
  readHead(object.apiVersion, metadata, problems);
  const spec = fieldsOf(object.spec, 'spec', problems, ['podSelector', 'policyTypes', 'ingress', 'egress']) ?? {};
  const selectorProblems: Problems = [];
  const selector = readSelector(spec.podSelector, 'podSelector', selectorProblems, shared.selectors) ?? EVERYBODY;
  const namespace = textIn(metadata.namespace) ?? 'default';
  const context = { namespace, hostBits, shared, problems };
  const rules = { ingress: readRules(spec.ingress, 'ingress', context), egress: readRules(spec.egress, 'egress', context) };
  const types = readTypes(spec.policyTypes, rules.egress.length > 0, problems);
  return {
    ref: { kind: 'NetworkPolicy', namespace: textIn(metadata.namespace), name: textIn(metadata.name) ?? '', origin: manifest.origin },
    namespace,
    // whom a policy without a readable selector would select is open: anybody
    selector: selectorProblems.length > 0 ? EVERYBODY : selector,
    rules: { ingress: types.includes('ingress') ? rules.ingress : undefined, egress: types.includes('egress') ? rules.egress : undefined },
    blocks: { ingress: blocksIn(rules.ingress), egress: blocksIn(rules.egress) },
    problems: [...problems, ...selectorProblems],
  };
}

function textIn(value: unknown): string | undefined {
  return typeof value === 'string' && value !== '' ? value : undefined;
}

/** What equal parts of different policies share: comparing them is quick then. */
interface Shared {
  readonly ports: Map<string, Reach>;
  readonly selectors: Map<string, LabelSelector>;
}

function newShared(): Shared {
  return { ports: new Map(), selectors: new Map() };
}

interface Context {
  readonly namespace: string;
  readonly hostBits: HostBits;
  readonly shared: Shared;
  readonly problems: Problems;
}

function blocksIn(rules: readonly NetworkRule[]): AddressSet[] {
  return rules.flatMap(({ peers = [] }) => peers.flatMap((peer) => (peer.is === 'block' ? [peer.addresses] : [])));
}

function readHead(apiVersion: unknown, metadata: Fields, problems: Problems): void {
  if (apiVersion !== 'networking.k8s.io/v1') {
    problems.push(`apiVersion: ${String(apiVersion)} is not served for NetworkPolicies`);
  }
  const name = textOf(metadata.name, 'metadata.name', problems);
  const nameProblem = name === undefined ? 'is missing' : dnsSubdomainProblem(name);
  if (nameProblem !== undefined) {
    problems.push(`metadata.name: ${nameProblem}`);
  }
  textOf(metadata.namespace, 'metadata.namespace', problems);
  readSelector({ matchLabels: metadata.labels }, 'metadata.labels', problems);
}

/** Which directions the policy isolates; left out or empty means ingress, and egress too if there are egress rules. */
function readTypes(value: unknown, hasEgress: boolean, problems: Problems): Direction[] {
  const types = listOf(value, 'policyTypes', problems);
  if (types === undefined) {
    return ['ingress', 'egress'];
  }
  if (types.length === 0) {
    return hasEgress ? ['ingress', 'egress'] : ['ingress'];
  }
  const wrong = types.filter((type) => type !== 'Ingress' && type !== 'Egress');
  if (wrong.length > 0 || types.length > 2) {
    problems.push(wrong.length > 0 ? `policyTypes: ${JSON.stringify(wrong[0])} is neither Ingress nor Egress` : 'policyTypes: more than two');
    return ['ingress', 'egress'];
  }
  return [...(types.includes('Ingress') ? ['ingress' as const] : []), ...(types.includes('Egress') ? ['egress' as const] : [])];
}

function readRules(value: unknown, direction: Direction, context: Context): NetworkRule[] {
  return (listOf(value, direction, context.problems) ?? []).map((item, index) => readRule(item, { direction, index }, context));
}

function readRule(item: unknown, { direction, index }: { direction: Direction; index: number }, context: Context): NetworkRule {
  const { problems } = context;
  const clause = `${direction}[${index}]`;
  const side = direction === 'ingress' ? 'from' : 'to';
  const fields = fieldsOf(item, clause, problems, direction === 'ingress' ? INGRESS_RULE : EGRESS_RULE) ?? {};
  const peers = readable(listOf(fields[side], `${clause}.${side}`, problems), (peer, i) => readPeer(peer, `${clause}.${side}[${i}]`, context));
  const ports = readable(listOf(fields.ports, `${clause}.ports`, problems), (port, i) => readPort(port, `${clause}.ports[${i}]`, problems));
  return {
    index,
    clause,
    // an empty list is not stored, so it is the same as none: everybody, every port
    peers: peers.length > 0 ? peers : undefined,
    ports: ports.length > 0 ? ports : undefined,
    open: ports.length > 0 ? sharedPorts(ports, context.shared.ports) : EVERYTHING,
    named: ports.some(({ name }) => name !== undefined) ? ports.filter(({ name }) => name !== undefined) : NO_NAMES,
  };
}

/** What can be read of a list. Nearly always that is all of it, and lists that are mapped take less room than lists that grow. */
function readable<T>(items: readonly unknown[] | undefined, read: (item: unknown, index: number) => T | undefined): readonly T[] {
  const found = (items ?? []).map(read);
  return found.every((item) => item !== undefined) ? found : found.filter((item) => item !== undefined);
}

function sharedPorts(ports: readonly PortClause[], shared: Map<string, Reach>): Reach {
  const key = ports.map(portKey).join();
  const open = shared.get(key) ?? fixedPorts(ports);
  shared.set(key, open);
  return open;
}

function readPeer(value: unknown, clause: string, context: Context): Peer | undefined {
  const { namespace, problems } = context;
  const { podSelector, namespaceSelector, ipBlock } = fieldsOf(value, clause, problems, PEER) ?? {};
  const given = [podSelector, namespaceSelector].some((selector) => selector !== undefined && selector !== null);
  if (ipBlock !== undefined && ipBlock !== null) {
    if (given) {
      problems.push(`${clause}: may not have both ipBlock and another peer`);
    }
    return readBlock(ipBlock, clause, context);
  }
  if (!given) {
    problems.push(`${clause}: has no peer`);
    return undefined;
  }
  const namespaces = readSelector(namespaceSelector, `${clause}.namespaceSelector`, problems, context.shared.selectors);
  const pods = readSelector(podSelector, `${clause}.podSelector`, problems, context.shared.selectors) ?? EVERYBODY;
  const key = `${namespaces === undefined ? `own ${namespace}` : `all ${namespaces.text}`} | ${pods.text}`;
  return { is: 'pods', clause, namespaces, pods, key };
}

function readBlock(value: unknown, clause: string, context: Context): BlockPeer | undefined {
  const { problems } = context;
  const fields = fieldsOf(value, `${clause}.ipBlock`, problems, ['cidr', 'except']) ?? {};
  const cidr = readCidr(fields.cidr, `${clause}.ipBlock.cidr`, context);
  const holes = (listOf(fields.except, `${clause}.ipBlock.except`, problems) ?? []).map((hole, i) => {
    const at = `${clause}.ipBlock.except[${i}]`;
    const inner = readCidr(hole, at, context);
    if (cidr !== undefined && inner !== undefined && !isStrictPart(cidr.block, inner.block)) {
      problems.push(`${at}: ${inner.text} is no strict part of ${cidr.text}`);
    }
    return inner;
  });
  if (cidr === undefined) {
    return undefined;
  }
  const except = [...new Set(holes.flatMap((hole) => (hole === undefined ? [] : [hole.text])))].sort();
  const key = except.length === 0 ? cidr.text : `${cidr.text} except ${except.join(', ')}`;
  return { is: 'block', clause, addresses: setOfBlock(cidr.text, except), key };
}

function isStrictPart(whole: IpBlock, part: IpBlock): boolean {
  return blockContains(whole, part) && part.prefixLength > whole.prefixLength;
}

function readCidr(value: unknown, at: string, { hostBits, problems }: Context): { block: IpBlock; text: string } | undefined {
  const text = textOf(value, at, problems);
  const block = text?.includes('/') === true ? parseIpBlock(text) : undefined;
  if (text === undefined || block === undefined) {
    problems.push(`${at}: ${JSON.stringify(value)} is not a CIDR`);
    return undefined;
  }
  if (isIpv4Mapped(block)) {
    problems.push(`${at}: ${text} is an IPv4 address written as IPv6`);
  } else if (hostBits === 'refused' && parseAddress(text.split('/')[0])?.toString() !== block.network.toString()) {
    problems.push(`${at}: ${text} has bits set beyond its prefix length`);
  }
  return { block, text };
}

function readPort(value: unknown, clause: string, problems: Problems): PortClause | undefined {
  const fields = fieldsOf(value, clause, problems, PORT) ?? {};
  const protocol = readProtocol(fields.protocol, `${clause}.protocol`, problems);
  const { port, endPort } = fields;
  if (port === undefined || port === null) {
    if (endPort !== undefined && endPort !== null) {
      problems.push(`${clause}.endPort: needs a port`);
    }
    return { clause, protocol, name: undefined, first: 1, last: 65535 };
  }
  if (typeof port === 'string') {
    return readNamedPort(port, { clause, protocol, endPort }, problems);
  }
  const first = wholeNumberOf(port, `${clause}.port`, problems);
  const last = endPort === undefined || endPort === null ? first : wholeNumberOf(endPort, `${clause}.endPort`, problems);
  if (first === undefined || last === undefined) {
    return undefined;
  }
  if (first < 1 || first > 65535 || last < first || last > 65535) {
    problems.push(first < 1 || first > 65535 ? `${clause}.port: ${first} is out of range` : `${clause}.endPort: ${last} is out of range`);
    return undefined;
  }
  return { clause, protocol, name: undefined, first, last };
}

function readNamedPort(
  name: string, { clause, protocol, endPort }: { clause: string; protocol: TransportProtocol; endPort: unknown }, problems: Problems,
): PortClause {
  const problem = portNameProblem(name);
  if (problem !== undefined) {
    problems.push(`${clause}.port: ${JSON.stringify(name)} ${problem}`);
  }
  if (endPort !== undefined && endPort !== null) {
    problems.push(`${clause}.endPort: may not stand beside a port name`);
  }
  return { clause, protocol, name, first: 1, last: 65535 };
}

function readProtocol(value: unknown, at: string, problems: Problems): TransportProtocol {
  if (value === undefined || value === null) {
    return 'TCP';
  }
  const protocol = PROTOCOLS.find((known) => known === value);
  if (protocol === undefined) {
    problems.push(`${at}: ${JSON.stringify(value)} is none of ${PROTOCOLS.join(', ')}`);
  }
  return protocol ?? 'TCP';
}
