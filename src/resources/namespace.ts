import { ApiObject, JsonPatch } from 'cdk8s';
import { Construct } from 'constructs';
import { metadataOf } from './metadata';
import { Resource, ResourceProps } from './resource';
import * as k8s from '../../imports/k8s';
import { invalid } from '../values/errors';
import { dnsLabelProblem } from '../values/grammar/names';

/**
 * Properties of a Namespace.
 */
export interface NamespaceProps extends ResourceProps {}

/**
 * A Namespace: the scope of names, of NetworkPolicies and of most Istio policies.
 *
 * A namespace by itself isolates nothing: without a NetworkPolicy every pod of the cluster reaches every pod in it. Its labels matter for
 * traffic: Kubernetes sets `kubernetes.io/metadata.name` (which peers of a NetworkPolicy are found by), `istio-injection` or `istio.io/rev`
 * bring sidecars, `istio.io/dataplane-mode: ambient` brings ztunnel, and `pod-security.kubernetes.io/enforce` limits what pods may do.
 *
 * The object is cluster-scoped and is written without `metadata.namespace`, also inside a chart that has a namespace.
 *
 * @see https://kubernetes.io/docs/concepts/overview/working-with-objects/namespaces/
 *
 * @example
 * import { App, Chart } from 'cdk8s';
 * import { Namespace } from 'cdk8s-zero-trust';
 *
 * const chart = new Chart(new App(), 'platform');
 * new Namespace(chart, 'shop', { metadata: { labels: { 'istio-injection': 'enabled' } } });
 */
export class Namespace extends Resource {
  public readonly apiObject: ApiObject;

  /** @internal */
  protected readonly _isClusterScoped: boolean = true;

  /**
   * Defines a Namespace.
   *
   * @throws when the name is not a DNS label (at most 63 characters, no dots), or `metadata.namespace` is set
   */
  public constructor(scope: Construct, id: string, props: NamespaceProps = {}) {
    super(scope, id);
    if (props.metadata?.namespace !== undefined) {
      throw invalid('a Namespace lies in no namespace', props.metadata.namespace, 'no metadata.namespace',
        'put the name of the Namespace into metadata.name');
    }
    this.apiObject = new k8s.KubeNamespace(this, 'Resource', { metadata: metadataOf(id, props.metadata, dnsLabelProblem) });
    if (this.apiObject.metadata.namespace !== undefined) {
      this.apiObject.addJsonPatch(JsonPatch.remove('/metadata/namespace'));
    }
  }
}
