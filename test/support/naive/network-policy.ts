import { inBlock } from './addresses';
import { holdsLabels, Manifest, namespaceOf, NaivePort, NaiveWorkload, NaiveWorld } from './world';

/** One end of a connection: a pod, or an address of nobody whom the world knows. */
export type NaiveEnd = NaiveWorkload | { readonly ip: string };

const isPod = (end: NaiveEnd): end is NaiveWorkload => 'id' in end;

/** Whether NetworkPolicies of both sides let a connection through; a pod always reaches itself. */
export function naiveNetwork(world: NaiveWorld, from: NaiveEnd, to: NaiveEnd, protocol: string, port: number): boolean {
  if (isPod(from) && isPod(to) && from.id === to.id) {
    return true;
  }
  return naiveEgress(world, from, to, protocol, port) && naiveIngress(world, from, to, protocol, port);
}

export function naiveEgress(world: NaiveWorld, from: NaiveEnd, to: NaiveEnd, protocol: string, port: number): boolean {
  return sideAllows(world, 'Egress', from, to, { to, protocol, port });
}

export function naiveIngress(world: NaiveWorld, from: NaiveEnd, to: NaiveEnd, protocol: string, port: number): boolean {
  return sideAllows(world, 'Ingress', to, from, { to, protocol, port });
}

interface Target {
  readonly to: NaiveEnd;
  readonly protocol: string;
  readonly port: number;
}

function sideAllows(world: NaiveWorld, type: 'Ingress' | 'Egress', own: NaiveEnd, peer: NaiveEnd, target: Target): boolean {
  if (!isPod(own)) {
    return true;
  }
  const isolating = world.objects.filter((policy) => policy.kind === 'NetworkPolicy' && namespaceOf(policy) === own.namespace
    && selects(policy.spec.podSelector ?? {}, own.labels) && typesOf(policy.spec).includes(type));
  if (isolating.length === 0) {
    return true;
  }
  return isolating.some((policy) => {
    const rules: Manifest[] = (type === 'Ingress' ? policy.spec.ingress : policy.spec.egress) ?? [];
    return rules.some((rule) => {
      const peers: Manifest[] = (type === 'Ingress' ? rule.from : rule.to) ?? [];
      const ports: Manifest[] = rule.ports ?? [];
      return (peers.length === 0 || peers.some((one) => isPeer(world, one, namespaceOf(policy), peer)))
        && (ports.length === 0 || ports.some((one) => isPort(one, target)));
    });
  });
}

/** Without types a policy is about what comes in, and about what goes out if it has rules for that. */
function typesOf(spec: Manifest): string[] {
  if ((spec.policyTypes ?? []).length > 0) {
    return spec.policyTypes;
  }
  return (spec.egress ?? []).length > 0 ? ['Ingress', 'Egress'] : ['Ingress'];
}

function isPeer(world: NaiveWorld, peer: Manifest, home: string, end: NaiveEnd): boolean {
  if (peer.ipBlock) {
    const { cidr, except } = peer.ipBlock;
    return inBlock(end.ip, cidr) && !(except ?? []).some((hole: string) => inBlock(end.ip, hole));
  }
  if (!isPod(end)) {
    return false;
  }
  const inNamespace = peer.namespaceSelector
    ? selects(peer.namespaceSelector, namespaceLabels(world, end.namespace))
    : end.namespace === home;
  return inNamespace && (!peer.podSelector || selects(peer.podSelector, end.labels));
}

export function namespaceLabels(world: NaiveWorld, name: string): Record<string, string> {
  const found = world.objects.find((object) => object.kind === 'Namespace' && object.metadata.name === name);
  return { ...found?.metadata.labels, 'kubernetes.io/metadata.name': name };
}

function isPort(one: Manifest, { to, protocol, port }: Target): boolean {
  if ((one.protocol ?? 'TCP') !== protocol) {
    return false;
  }
  if (one.port === undefined || one.port === null) {
    return true;
  }
  if (typeof one.port === 'string') {
    // the name is that of a port of whoever is called, and addresses outside have no names
    return isPod(to) && to.ports.some((own: NaivePort) => own.name === one.port && own.protocol === protocol && own.port === port);
  }
  return port >= one.port && port <= (one.endPort ?? one.port);
}

/** A label selector of Kubernetes. */
export function selects(selector: Manifest, labels: Record<string, string>): boolean {
  return holdsLabels(labels, selector.matchLabels)
    && (selector.matchExpressions ?? []).every((expression: Manifest) => holds(expression, labels));
}

function holds({ key, operator, values }: Manifest, labels: Record<string, string>): boolean {
  const value: string | undefined = Object.prototype.hasOwnProperty.call(labels, key) ? labels[key] : undefined;
  switch (operator) {
    case 'In': return value !== undefined && values.includes(value);
    case 'NotIn': return value === undefined || !values.includes(value);
    case 'Exists': return value !== undefined;
    case 'DoesNotExist': return value === undefined;
    default: throw new Error(`unknown operator ${operator}`);
  }
}
