import { LabelSelector } from './label-selector';
import * as k8s from '../../imports/k8s';
import { Cidr } from '../values/cidr';
import { requireValid } from '../values/errors';
import { dnsLabelProblem } from '../values/grammar/names';

const NAMESPACE_NAME = 'kubernetes.io/metadata.name';

/**
 * The other side of a NetworkPolicy rule: pods or addresses.
 *
 * A peer with a namespace selector and a pod selector means pods that match both (AND). Several peers of a rule mean any of them (OR).
 * Addresses are what the node sees after translation: use them for what lies outside the cluster, and never for pods or Services.
 *
 * @see https://kubernetes.io/docs/concepts/services-networking/network-policies/#behavior-of-to-and-from-selectors
 *
 * @example
 * import { LabelSelector, NetworkPolicyPeer } from 'cdk8s-zero-trust';
 *
 * NetworkPolicyPeer.podsInNamespace('monitoring', LabelSelector.labels({ app: 'prometheus' }));
 */
export class NetworkPolicyPeer {
  /** Pods of the namespace in which the policy lies. */
  public static pods(selector: LabelSelector): NetworkPolicyPeer {
    return new NetworkPolicyPeer({ podSelector: selector._toKube() }, `pods ${selector}`);
  }

  /**
   * Pods of another namespace, which is found by the label `kubernetes.io/metadata.name` that Kubernetes itself sets.
   *
   * @throws when the name is not the name of a namespace
   */
  public static podsInNamespace(namespaceName: string, selector: LabelSelector): NetworkPolicyPeer {
    return new NetworkPolicyPeer({ namespaceSelector: byName(namespaceName), podSelector: selector._toKube() },
      `pods ${selector} in ${namespaceName}`);
  }

  /** Pods of all namespaces whose labels match. Who may label namespaces decides who gets in. */
  public static podsInNamespaces(namespaceSelector: LabelSelector, podSelector: LabelSelector): NetworkPolicyPeer {
    return new NetworkPolicyPeer(
      { namespaceSelector: namespaceSelector._toKube(), podSelector: podSelector._toKube() },
      `pods ${podSelector} in namespaces ${namespaceSelector}`,
    );
  }

  /**
   * Every pod of a namespace, which is found by the label `kubernetes.io/metadata.name` that Kubernetes itself sets.
   *
   * @throws when the name is not the name of a namespace
   */
  public static namespace(name: string): NetworkPolicyPeer {
    return new NetworkPolicyPeer({ namespaceSelector: byName(name) }, `namespace ${name}`);
  }

  /** Every pod of all namespaces whose labels match. With `LabelSelector.all()` that is every pod of the cluster. */
  public static namespaces(selector: LabelSelector): NetworkPolicyPeer {
    return new NetworkPolicyPeer({ namespaceSelector: selector._toKube() }, `namespaces ${selector}`);
  }

  /** An address range, without its exceptions. An exception is only not granted here: another rule may grant it. */
  public static cidr(cidr: Cidr): NetworkPolicyPeer {
    const except = cidr.except;
    return new NetworkPolicyPeer({ ipBlock: { cidr: cidr.block, except: except.length === 0 ? undefined : except } }, cidr.toString());
  }

  /** Everybody, inside and outside of the cluster. It must be the only peer of its rule; say at least which ports are meant. */
  public static anywhere(): NetworkPolicyPeer {
    return new NetworkPolicyPeer(undefined, 'anywhere');
  }

  private constructor(private readonly spec: k8s.NetworkPolicyPeer | undefined, private readonly text: string) {}

  /** Whether this is everybody. */
  public get isAnywhere(): boolean {
    return this.spec === undefined;
  }

  /** The peer in words, for messages. */
  public toString(): string {
    return this.text;
  }

  /**
   * Undefined for everybody, who has no peer of his own in the rule.
   *
   * @internal
   */
  public _toKube(): k8s.NetworkPolicyPeer | undefined {
    return this.spec;
  }
}

function byName(name: string): k8s.LabelSelector {
  requireValid('the namespace of a peer', name, dnsLabelProblem, 'the name of a namespace', 'correct the name');
  return { matchLabels: { [NAMESPACE_NAME]: name } };
}
