import { IConstruct } from 'constructs';
import { IZeroTrustMesh } from './mesh';
import { NamespaceSettings } from './namespace-settings';
import { IPeer } from './peer';

const NAMESPACE = Symbol.for('cdk8s-zero-trust.namespace');

/**
 * A namespace whose workloads can be granted access: one that this app defines, or one that somebody else owns.
 */
export interface IZeroTrustNamespace extends IConstruct {
  /** The name of the namespace. */
  readonly namespaceName: string;
  /** The mesh it belongs to. */
  readonly mesh: IZeroTrustMesh;

  /**
   * Every workload of the namespace as the source of a grant, present and future ones.
   *
   * @param reason why no single workload can be named
   */
  everyWorkload(reason: string): IPeer;

  /** @internal */
  readonly _settings: NamespaceSettings;
}

/** Marks a construct so that workloads below it find their namespace. */
export function markNamespace(namespace: IZeroTrustNamespace): void {
  Object.defineProperty(namespace, NAMESPACE, { value: true });
}

/** The namespace that was given, otherwise the nearest one around the scope. */
export function namespaceFor(scope: IConstruct, id: string, given?: IZeroTrustNamespace): IZeroTrustNamespace {
  const found = given ?? [...scope.node.scopes].reverse().find((c) => NAMESPACE in c) as IZeroTrustNamespace | undefined;
  if (found === undefined) {
    throw new Error(`${scope.node.path}/${id} is in no ZeroTrustNamespace; create it inside of one, or pass { namespace }`);
  }
  return found;
}
