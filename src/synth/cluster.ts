import { IConstruct } from 'constructs';

const CLUSTER = Symbol.for('cdk8s-zero-trust.cluster');

/**
 * Says which part of a construct tree ends up in one Kubernetes cluster.
 *
 * A cluster is the scope of everything that is unique or proved: two objects of the same kind, namespace and name are an error inside one
 * cluster and ordinary in two. Without a mark the whole app is one cluster. Nothing is emitted and no traffic changes.
 *
 * @example
 * import { App, Chart } from 'cdk8s';
 * import { Cluster } from 'cdk8s-zero-trust';
 *
 * const app = new App();
 * Cluster.mark(new Chart(app, 'dev'));
 * Cluster.mark(new Chart(app, 'prod'));
 */
export class Cluster {
  /**
   * Marks a construct, usually a Chart, as a cluster of its own.
   *
   * Call it before you add constructs of this library below the scope: what they record belongs to the cluster that they were created in.
   *
   * @throws when the scope is the app itself, or lies in or above another marked cluster: a cluster does not contain another
   */
  public static mark(scope: IConstruct): void {
    if (scope.node.scope === undefined) {
      throw new Error('the app is a cluster already; mark the Charts or Constructs that go to different clusters');
    }
    const other = scope.node.scopes.slice(0, -1).find(isMarked) ?? scope.node.findAll().find((c) => c !== scope && isMarked(c));
    if (other !== undefined) {
      throw new Error(`a cluster cannot contain another one: ${scope.node.path} and ${other.node.path} are both marked; mark only one of them`);
    }
    Object.defineProperty(scope, CLUSTER, { value: true, configurable: true });
  }

  /**
   * The construct that stands for the cluster of the given one: the nearest marked construct around it, otherwise the app.
   */
  public static of(scope: IConstruct): IConstruct {
    return [...scope.node.scopes].reverse().find(isMarked) ?? scope.node.root;
  }

  private constructor() {}
}

function isMarked(construct: IConstruct): boolean {
  return CLUSTER in construct;
}
