import { ApiObject, ApiObjectMetadata } from 'cdk8s';
import { Construct } from 'constructs';

/**
 * Properties that every resource takes.
 */
export interface ResourceProps {
  /**
   * Name, namespace, labels and annotations of the object.
   *
   * The name is written as it is: no hash, no prefix. The namespace decides which traffic a policy concerns, so state it here or on the
   * chart.
   *
   * @default - the name is the construct id, the namespace is the one of the chart
   */
  readonly metadata?: ApiObjectMetadata;
}

/**
 * A typed and validated Kubernetes or Istio object.
 *
 * A resource writes exactly one object, says what its fields mean for traffic and refuses what the API server or istiod would refuse (or,
 * worse, would take for "everything"). It has no opinion about what is safe. Whatever it has no property for is reachable through
 * `ApiObject.of(resource)`; mind that the generated classes drop fields that their schema does not know, also those added by
 * `addJsonPatch`.
 *
 * @example
 * import { App, Chart } from 'cdk8s';
 * import { Resource, ServiceAccount } from 'cdk8s-zero-trust';
 *
 * const chart = new Chart(new App(), 'shop', { namespace: 'shop' });
 * const account: Resource = new ServiceAccount(chart, 'web');
 * account.apiObject.metadata.addLabel('team', 'storefront');
 */
export abstract class Resource extends Construct {
  /** The object as cdk8s sees it, to be patched or depended on. Its construct id is `Resource`. */
  public abstract readonly apiObject: ApiObject;

  /**
   * cdk8s stamps the namespace of the chart on cluster-scoped objects, too.
   *
   * @internal
   */
  protected readonly _isClusterScoped: boolean = false;

  /** The name of the object (`metadata.name`). */
  public get name(): string {
    return this.apiObject.name;
  }

  /** The namespace of the object. Undefined for cluster-scoped kinds, and when neither the object nor its chart names one. */
  public get namespace(): string | undefined {
    return this._isClusterScoped ? undefined : this.apiObject.metadata.namespace;
  }

  /** The kind of the object, for example `NetworkPolicy`. */
  public get kind(): string {
    return this.apiObject.kind;
  }
}
