import { Enforcement, Layer } from './enforcement';
import { GitOps } from './git-ops';
import { NamespaceHoles } from './holes';
import { IZeroTrustMesh } from './mesh';
import { PodSecurity } from './pod-security';

/**
 * Properties for `ZeroTrustNamespace`.
 */
export interface ZeroTrustNamespaceProps {
  /** The mesh that the namespace belongs to. */
  readonly mesh: IZeroTrustMesh;
  /** The name of the namespace. @default - the construct id */
  readonly namespaceName?: string;
  /**
   * Whether the Namespace object is defined. When somebody else creates it, the labels that it needs become an assumption.
   * @default true
   */
  readonly createNamespace?: boolean;
  /** Further labels of the Namespace object. @default - none */
  readonly labels?: { readonly [key: string]: string };
  /** Whether what is written is in force, for all workloads that do not say otherwise. @default Enforcement.ENFORCE */
  readonly enforcement?: Enforcement;
  /** The lines of defence to take; what is not taken is recorded as an assumption. @default - all layers */
  readonly layers?: Layer[];
  /** What the namespace lets through so that its pods work at all. @default - everything that the mesh facts know */
  readonly holes?: NamespaceHoles;
  /** Pod Security labels of the Namespace object. @default PodSecurity.auditRestricted() */
  readonly podSecurity?: PodSecurity;
  /** Makes the objects safe for a GitOps controller. @default - no annotations */
  readonly gitOps?: GitOps;
  /** Goes before the names of all objects but accounts and `default` ones, against fights over names with other tools. @default - none */
  readonly namePrefix?: string;
}

/**
 * A namespace whose baseline somebody else owns.
 */
export interface NamespaceReferenceProps {
  /** The mesh that the namespace belongs to. */
  readonly mesh: IZeroTrustMesh;
  /** The name of the namespace. */
  readonly namespaceName: string;
  /** The phase of the rollout that its owner is in; workloads of this app follow it. @default Enforcement.ENFORCE */
  readonly enforcement?: Enforcement;
  /** The layers that its owner takes; workloads of this app write only these. @default - all layers */
  readonly layers?: Layer[];
  /** Makes the objects of workloads of this app safe for a GitOps controller. @default - no annotations */
  readonly gitOps?: GitOps;
  /** Goes before the names of objects of workloads of this app. @default - none */
  readonly namePrefix?: string;
}
