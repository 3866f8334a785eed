import { PodsFact } from './pods-fact';
import { Cidr } from '../values/cidr';
import { invalid } from '../values/errors';

/**
 * A client without a mesh identity, known by its addresses alone.
 *
 * @example
 * import { Cidr, PlaintextSource } from 'cdk8s-zero-trust';
 *
 * const loadBalancer = PlaintextSource.cidrs('load balancer', Cidr.of('10.8.0.0/24'));
 */
export class PlaintextSource {
  /**
   * Clients by address, as the pod sees them: behind a proxy or a node that translates addresses that is the proxy or the node.
   *
   * @param name how the clients are called in annotations and reports
   * @param cidrs at least one
   */
  public static cidrs(name: string, ...cidrs: Cidr[]): PlaintextSource {
    if (cidrs.length === 0) {
      throw invalid(
        `the plaintext source ${name} has no address`,
        cidrs,
        'at least one Cidr',
        'name the addresses that the clients come from',
      );
    }
    return new PlaintextSource(name, [...cidrs]);
  }

  /**
   * Pods outside of the mesh. The network layer knows them by their labels; on the identity layer they are just some address of the pod
   * ranges, which the mesh facts have to state (`pods`).
   */
  public static pods(name: string, pods: PodsFact): PlaintextSource {
    if (Object.keys(pods.podLabels).length === 0) {
      throw invalid(
        `the plaintext source ${name} has no pod labels: it would mean every pod of ${pods.namespace}`,
        pods.podLabels,
        'at least one label',
        'name the labels of the client pods',
      );
    }
    return new PlaintextSource(name, [], { ...pods });
  }

  private constructor(
    /** How the clients are called. */
    public readonly sourceName: string,
    /** @internal */ public readonly _cidrs: Cidr[],
    /** @internal */ public readonly _pods?: PodsFact,
  ) {}
}
