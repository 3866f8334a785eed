import { IConstruct } from 'constructs';
import { IZeroTrustMesh } from './mesh';
import { NamespaceSettings } from './namespace-settings';
import { IPeer } from './peer';
import { Cluster } from '../synth/cluster';

const NAMESPACE = Symbol.for('cdk8s-zero-trust.namespace');

/**
 * A namespace whose workloads can be granted access: one that this app defines, or one that somebody else owns.
 */
export interface IZeroTrustNamespace extends IConstruct {
  /** The name of the namespace. */
  readonly namespaceName: string;
  /** The mesh it belongs to. */
  readonly mesh: IZeroTrustMesh;
  /** @internal */
  readonly _settings: NamespaceSettings;

  /**
   * Every workload of the namespace as the source of a grant, present and future ones.
   *
   * @param reason why no single workload can be named
   */
  everyWorkload(reason: string): IPeer;
}

/** The host of a Service of the namespace, as proxies know it. */
export function serviceHost(namespace: IZeroTrustNamespace, service: string): { readonly namespace: string; readonly name: string } {
  const { namespaceName, mesh } = namespace;
  return { namespace: namespaceName, name: `${service}.${namespaceName}.svc.${mesh.facts.clusterDomain}` };
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
  if (Cluster.of(found) !== Cluster.of(scope)) {
    throw new Error(`${scope.node.path}/${id} and its namespace ${found.node.path} are in different clusters; define the namespace in each cluster`);
  }
  return found;
}
