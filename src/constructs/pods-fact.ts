/**
 * Pods of somebody else, known by namespace and labels.
 */
export interface PodsFact {
  /** The namespace they run in. */
  readonly namespace: string;
  /** Labels that all of them carry, and no other pod of that namespace. At least one. */
  readonly podLabels: { readonly [key: string]: string };
}

/**
 * Pods of somebody else that have a mesh identity.
 */
export interface MeshPodsFact extends PodsFact {
  /** The ServiceAccount they run under, the last part of their identity. */
  readonly serviceAccount: string;
}
