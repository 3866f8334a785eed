import { ResourceProps } from './resource';
import { requireNonEmpty } from './validation';
import * as security from '../../imports/security.istio.io';
import { invalid, requireValid } from '../values/errors';
import { dnsSubdomainProblem } from '../values/grammar/names';

/**
 * What a policy is attached to by name, instead of by pod labels.
 *
 * Policies that are attached this way are enforced by a waypoint or a Gateway API gateway, and never by a sidecar or ztunnel.
 *
 * @see https://istio.io/latest/docs/reference/config/type/workload-selector/#PolicyTargetReference
 *
 * @example
 * import { App, Chart } from 'cdk8s';
 * import { AuthorizationPolicy, PolicyTargetReference } from 'cdk8s-zero-trust';
 *
 * const chart = new Chart(new App(), 'shop', { namespace: 'shop' });
 * AuthorizationPolicy.allowNothing(chart, 'orders-waypoint', { targetRefs: [PolicyTargetReference.service('orders')] });
 */
export class PolicyTargetReference {
  /**
   * A Gateway API gateway or waypoint of the namespace of the policy.
   *
   * @throws when the name is not a DNS subdomain
   */
  public static gateway(name: string): PolicyTargetReference {
    return new PolicyTargetReference('gateway.networking.k8s.io', 'Gateway', name);
  }

  /**
   * All waypoints of a class, for example `istio-waypoint`. The policy must lie in the root namespace.
   *
   * @throws when the name is not a DNS subdomain
   */
  public static gatewayClass(name: string): PolicyTargetReference {
    return new PolicyTargetReference('gateway.networking.k8s.io', 'GatewayClass', name);
  }

  /**
   * A Service of the namespace of the policy, as far as its traffic passes a waypoint.
   *
   * @throws when the name is not a DNS subdomain
   */
  public static service(name: string): PolicyTargetReference {
    return new PolicyTargetReference('', 'Service', name);
  }

  /**
   * A ServiceEntry of the namespace of the policy, as far as its traffic passes a waypoint.
   *
   * @throws when the name is not a DNS subdomain
   */
  public static serviceEntry(name: string): PolicyTargetReference {
    return new PolicyTargetReference('networking.istio.io', 'ServiceEntry', name);
  }

  /** The API group; empty for a Service. */
  public readonly group: string;
  /** The kind, for example `Gateway`. */
  public readonly kind: string;
  /** The name of the object, which lies in the namespace of the policy. */
  public readonly name: string;

  private constructor(group: string, kind: string, name: string) {
    this.group = group;
    this.kind = kind;
    this.name = requireValid(`the name of a ${kind} in targetRefs`, name, dnsSubdomainProblem,
      'the name of an object of the same namespace', 'correct the name');
  }

  /** Kind and name, for example `Service orders`. */
  public toString(): string {
    return `${this.kind} ${this.name}`;
  }

  /** @internal */
  public _toKube(): security.AuthorizationPolicySpecTargetRefs {
    return { group: this.group, kind: this.kind, name: this.name };
  }
}

/**
 * Which workloads a policy is for.
 */
export interface PolicyTargetProps extends ResourceProps {
  /**
   * Labels of the workloads that the policy is for, all of which must be there. Waypoints ignore policies with a selector.
   *
   * @default - every workload of the namespace; of the mesh when it lies in the root namespace
   */
  readonly selector?: { [key: string]: string };

  /**
   * Gateways, waypoints or services that the policy is for, up to 16. Not together with a selector.
   *
   * @default - none: workloads are selected by labels
   */
  readonly targetRefs?: PolicyTargetReference[];
}

/** Refuses what a policy cannot be attached to: an empty list, a selector as well, and more than the API server takes. */
export function checkAttachment(selector: object | undefined, targetRefs: PolicyTargetReference[] | undefined): void {
  requireNonEmpty('targetRefs', targetRefs, 'leave it out if every workload of the namespace is meant');
  checkExclusive(selector, targetRefs);
  if (targetRefs !== undefined && targetRefs.length > 16) {
    throw invalid('targetRefs are too many', targetRefs.length, 'up to 16', 'define several policies');
  }
}

/** Refuses a policy for labels and for names at once. */
export function checkExclusive(selector: object | undefined, targetRefs: PolicyTargetReference[] | undefined): void {
  if (selector !== undefined && targetRefs !== undefined) {
    throw invalid('selector and targetRefs exclude each other', targetRefs.map(String), 'one of them',
      'define one policy for the sidecars (selector) and one for the waypoint (targetRefs)');
  }
}
