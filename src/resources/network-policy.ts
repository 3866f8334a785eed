import { ApiObject, Lazy } from 'cdk8s';
import { Construct } from 'constructs';
import { LabelSelector } from './label-selector';
import { metadataOf } from './metadata';
import { NetworkPolicyPeer } from './network-policy-peer';
import { Resource, ResourceProps } from './resource';
import { messagesOncePerSynth, requireNonEmpty, requireUnique } from './validation';
import * as k8s from '../../imports/k8s';
import { invalid } from '../values/errors';
import { Port } from '../values/port';

/**
 * A direction of traffic that a NetworkPolicy isolates.
 */
export enum NetworkPolicyType {
  /** Traffic that reaches the selected pods. */
  INGRESS = 'Ingress',
  /** Traffic that the selected pods send. */
  EGRESS = 'Egress',
}

/**
 * Traffic that may reach the selected pods.
 */
export interface NetworkPolicyIngressRule {
  /** Who may send: any of these peers. `NetworkPolicyPeer.anywhere()` must be the only one. */
  readonly from: NetworkPolicyPeer[];

  /**
   * The ports of the selected pods (not of a Service), any of them.
   *
   * @default - all ports and protocols
   */
  readonly ports?: Port[];
}

/**
 * Traffic that the selected pods may send.
 */
export interface NetworkPolicyEgressRule {
  /** Who may be reached: any of these peers. `NetworkPolicyPeer.anywhere()` must be the only one. */
  readonly to: NetworkPolicyPeer[];

  /**
   * The ports of the destination pods (not of a Service), any of them.
   *
   * @default - all ports and protocols
   */
  readonly ports?: Port[];
}

/**
 * Properties of a NetworkPolicy.
 */
export interface NetworkPolicyProps extends ResourceProps {
  /** The pods of the namespace that the policy isolates. `LabelSelector.all()` for every pod. */
  readonly podSelector: LabelSelector;

  /**
   * What may reach the selected pods.
   *
   * @default - nothing is added to what other policies admit
   */
  readonly ingress?: NetworkPolicyIngressRule[];

  /**
   * What the selected pods may reach.
   *
   * @default - nothing is added to what other policies admit
   */
  readonly egress?: NetworkPolicyEgressRule[];

  /**
   * The directions that the policy isolates. A direction without a rule is denied as far as no other policy admits it.
   *
   * @default - the directions that have a rule
   */
  readonly policyTypes?: NetworkPolicyType[];
}

/**
 * Rules that are only known when the tree is complete.
 *
 * @internal
 */
export interface NetworkPolicyRules {
  readonly ingress: NetworkPolicyIngressRule[];
  readonly egress: NetworkPolicyEgressRule[];
}

/**
 * A NetworkPolicy: which addresses and ports the pods of a namespace exchange packets with.
 *
 * How it decides:
 *
 * - A pod that no policy selects is open in both directions. A pod that some policy selects for a direction is closed in it, except for
 *   what the rules admit. Policies add up (union): a rule can never take away what another policy admits, and there is no order.
 * - A connection needs both sides: the egress of the source and the ingress of the destination, each if it is isolated. Replies are always
 *   admitted.
 * - Within a rule the peers are alternatives, the ports are alternatives, and peer AND port must match.
 * - Ports are those of the pods, after translation by a Service. Ambient mesh traffic between pods arrives on TCP 15008, whatever port it
 *   is for.
 * - Traffic from the node that a pod runs on (kubelet probes) is admitted by most network plugins whatever the policies say.
 * - It needs a network plugin that enforces it. Without one the object is accepted and does nothing.
 *
 * @see https://kubernetes.io/docs/concepts/services-networking/network-policies/
 *
 * @example
 * import { App, Chart } from 'cdk8s';
 * import { LabelSelector, NetworkPolicy, NetworkPolicyPeer, NetworkPolicyType, Port } from 'cdk8s-zero-trust';
 *
 * const chart = new Chart(new App(), 'shop', { namespace: 'shop' });
 * new NetworkPolicy(chart, 'default-deny', {
 *   podSelector: LabelSelector.all(),
 *   policyTypes: [NetworkPolicyType.INGRESS, NetworkPolicyType.EGRESS],
 * });
 * const orders = new NetworkPolicy(chart, 'orders', { podSelector: LabelSelector.labels({ app: 'orders' }) });
 * orders.addIngressRule({ from: [NetworkPolicyPeer.pods(LabelSelector.labels({ app: 'web' }))], ports: [Port.http(8080)] });
 */
export class NetworkPolicy extends Resource {
  public readonly apiObject: ApiObject;

  private pods: () => LabelSelector;
  private readonly namedTypes?: NetworkPolicyType[];
  private readonly ingressRules: NetworkPolicyIngressRule[] = [];
  private readonly egressRules: NetworkPolicyEgressRule[] = [];
  private readonly producers: (() => NetworkPolicyRules)[] = [];

  /**
   * Defines a NetworkPolicy.
   *
   * @throws when a list is empty, or a peer stands beside `NetworkPolicyPeer.anywhere()`; a policy that isolates no direction, and rules
   * for a direction that `policyTypes` does not name, are reported when the app is synthesised
   */
  public constructor(scope: Construct, id: string, props: NetworkPolicyProps) {
    super(scope, id);
    this.pods = () => props.podSelector;
    this.namedTypes = checkTypes(props.policyTypes);
    requireNonEmpty('ingress', props.ingress, 'to deny all ingress, leave it out and name NetworkPolicyType.INGRESS in policyTypes');
    requireNonEmpty('egress', props.egress, 'to deny all egress, leave it out and name NetworkPolicyType.EGRESS in policyTypes');
    props.ingress?.forEach((rule) => this.addIngressRule(rule));
    props.egress?.forEach((rule) => this.addEgressRule(rule));
    this.apiObject = new k8s.KubeNetworkPolicy(this, 'Resource', {
      metadata: metadataOf(id, props.metadata),
      spec: Lazy.any({ produce: () => this.toSpec() }),
    });
    this.node.addValidation({ validate: messagesOncePerSynth(this, () => this.toSpec()) });
  }

  /** The pods of the namespace that the policy isolates. */
  public get podSelector(): LabelSelector {
    return this.pods();
  }

  /** What may reach the selected pods. Returns a copy; to add a rule, use `addIngressRule`. */
  public get ingress(): NetworkPolicyIngressRule[] {
    return this.rules().ingress;
  }

  /** What the selected pods may reach. Returns a copy; to add a rule, use `addEgressRule`. */
  public get egress(): NetworkPolicyEgressRule[] {
    return this.rules().egress;
  }

  /** The directions that the policy isolates. Returns a copy. */
  public get policyTypes(): NetworkPolicyType[] {
    const { ingress, egress } = this.rules();
    return [...this.namedTypes ?? [
      ...(ingress.length > 0 ? [NetworkPolicyType.INGRESS] : []),
      ...(egress.length > 0 ? [NetworkPolicyType.EGRESS] : []),
    ]];
  }

  /**
   * Admits traffic to the selected pods.
   *
   * @throws when a list is empty, or a peer stands beside `NetworkPolicyPeer.anywhere()`
   */
  public addIngressRule(rule: NetworkPolicyIngressRule): void {
    checkRule('from', rule.from, rule.ports);
    this.ingressRules.push({ from: [...rule.from], ports: rule.ports && [...rule.ports] });
  }

  /**
   * Admits traffic that the selected pods send.
   *
   * @throws when a list is empty, or a peer stands beside `NetworkPolicyPeer.anywhere()`
   */
  public addEgressRule(rule: NetworkPolicyEgressRule): void {
    checkRule('to', rule.to, rule.ports);
    this.egressRules.push({ to: [...rule.to], ports: rule.ports && [...rule.ports] });
  }

  /**
   * Has the selector produced when the tree is complete. It replaces what was stated.
   *
   * @internal
   */
  public _producePodSelector(producer: () => LabelSelector): void {
    this.pods = producer;
  }

  /**
   * Adds rules that are only known when the tree is complete.
   *
   * @internal
   */
  public _produceRules(producer: () => NetworkPolicyRules): void {
    this.producers.push(producer);
  }

  private rules(): NetworkPolicyRules {
    const produced = this.producers.map((producer) => producer());
    produced.flatMap((p) => p.ingress).forEach((rule) => checkRule('from', rule.from, rule.ports));
    produced.flatMap((p) => p.egress).forEach((rule) => checkRule('to', rule.to, rule.ports));
    return {
      ingress: [...this.ingressRules, ...produced.flatMap((p) => p.ingress)],
      egress: [...this.egressRules, ...produced.flatMap((p) => p.egress)],
    };
  }

  private toSpec(): k8s.NetworkPolicySpec {
    const { ingress, egress } = this.rules();
    const types = this.policyTypes;
    if (types.length === 0) {
      throw invalid('a NetworkPolicy without rules and policyTypes isolates nothing', types, 'one rule or policy type at least',
        'add a rule, or name in policyTypes the direction to deny');
    }
    requireNamed(types, NetworkPolicyType.INGRESS, ingress.length);
    requireNamed(types, NetworkPolicyType.EGRESS, egress.length);
    return {
      podSelector: this.podSelector._toKube(),
      policyTypes: types,
      ingress: ingress.length === 0 ? undefined : ingress.map((rule) => ({ from: toPeers(rule.from), ports: toPorts(rule.ports) })),
      egress: egress.length === 0 ? undefined : egress.map((rule) => ({ to: toPeers(rule.to), ports: toPorts(rule.ports) })),
    };
  }
}

function checkTypes(types: NetworkPolicyType[] | undefined): NetworkPolicyType[] | undefined {
  requireNonEmpty('policyTypes', types, 'leave it out to isolate the directions that have a rule');
  requireUnique('a direction of policyTypes', types ?? [], 'remove one');
  return types && [...types];
}

function checkRule(side: string, peers: NetworkPolicyPeer[], ports: Port[] | undefined): void {
  requireNonEmpty(`${side} of a NetworkPolicy rule`, peers,
    'an empty list would mean everybody: use NetworkPolicyPeer.anywhere() if that is meant');
  requireNonEmpty('ports of a NetworkPolicy rule', ports, 'an empty list would mean all ports: leave ports out if that is meant');
  if (peers.length > 1 && peers.some((peer) => peer.isAnywhere)) {
    throw invalid('the peer NetworkPolicyPeer.anywhere() covers every other peer of its rule', peers.map(String), 'anywhere() alone',
      'remove it or the other peers');
  }
}

function requireNamed(types: NetworkPolicyType[], type: NetworkPolicyType, rules: number): void {
  if (rules > 0 && !types.includes(type)) {
    throw invalid(`rules for ${type} have no effect when policyTypes does not name it`, types, 'every direction that has a rule',
      `add NetworkPolicyType.${type.toUpperCase()} to policyTypes`);
  }
}

function toPeers(peers: NetworkPolicyPeer[]): k8s.NetworkPolicyPeer[] | undefined {
  const specs = peers.map((peer) => peer._toKube()).filter((spec) => spec !== undefined);
  return specs.length === 0 ? undefined : specs;
}

function toPorts(ports: Port[] | undefined): k8s.NetworkPolicyPort[] | undefined {
  return ports?.map((port) => ({
    protocol: port.transport,
    port: port.number === undefined ? k8s.IntOrString.fromString(port.name!) : k8s.IntOrString.fromNumber(port.number),
    endPort: port.endNumber,
  }));
}
