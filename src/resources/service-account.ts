import { ApiObject, Lazy } from 'cdk8s';
import { Construct } from 'constructs';
import { metadataOf } from './metadata';
import { Resource, ResourceProps } from './resource';
import * as k8s from '../../imports/k8s';

/**
 * Properties of a ServiceAccount.
 */
export interface ServiceAccountProps extends ResourceProps {
  /**
   * Whether pods of this account find a token for the API server in their file system.
   *
   * The mesh identity does not need it: istio-proxy asks for a token of its own. A pod can still override this in its spec.
   *
   * @default false
   */
  readonly automountServiceAccountToken?: boolean;
}

/**
 * A ServiceAccount: the identity of a workload.
 *
 * In the mesh it becomes the SPIFFE identity `spiffe://TRUST_DOMAIN/ns/NAMESPACE/sa/NAME` that AuthorizationPolicies speak of. Pods that
 * share an account cannot be told apart by them, so every workload wants an account of its own, and nobody wants the account `default`.
 *
 * @see https://kubernetes.io/docs/concepts/security/service-accounts/
 *
 * @example
 * import { App, Chart } from 'cdk8s';
 * import { ServiceAccount } from 'cdk8s-zero-trust';
 *
 * const chart = new Chart(new App(), 'shop', { namespace: 'shop' });
 * new ServiceAccount(chart, 'web');
 */
export class ServiceAccount extends Resource {
  public readonly apiObject: ApiObject;

  private readonly automount: boolean;
  private readonly automountProducers: (() => boolean)[] = [];

  /**
   * Defines a ServiceAccount.
   *
   * @throws when the name is not a DNS subdomain
   */
  public constructor(scope: Construct, id: string, props: ServiceAccountProps = {}) {
    super(scope, id);
    this.automount = props.automountServiceAccountToken ?? false;
    this.apiObject = new k8s.KubeServiceAccount(this, 'Resource', {
      metadata: metadataOf(id, props.metadata),
      automountServiceAccountToken: Lazy.any({ produce: () => this.automountServiceAccountToken }),
    });
  }

  /** Whether pods of this account find a token for the API server in their file system. */
  public get automountServiceAccountToken(): boolean {
    return this.automount || this.automountProducers.some((producer) => producer());
  }

  /**
   * Adds a late answer to the question whether the token is mounted: one yes is enough.
   *
   * @internal
   */
  public _produceAutomount(producer: () => boolean): void {
    this.automountProducers.push(producer);
  }
}
