/** What an object does for a running system; a sync has to bring grants before denials. @internal */
export enum ObjectRole {
  NAMESPACE = 'namespace',
  IDENTITY = 'identity',
  GRANT = 'grant',
  DENY = 'deny',
}

/**
 * Makes the emitted objects safe to be applied by a GitOps controller.
 *
 * @see https://argo-cd.readthedocs.io/en/stable/user-guide/sync-waves/
 * @example
 * import { GitOps } from 'cdk8s-zero-trust';
 *
 * const gitOps = GitOps.argoCd();
 */
export class GitOps {
  /**
   * Argo CD: sync waves bring namespaces and identities first, then grants, then denials, all of them before the default wave 0 of the
   * pods; Namespaces and denials are never pruned, because a deleted denial opens what it closed and a deleted Namespace takes everything
   * with it.
   */
  public static argoCd(): GitOps {
    return new GitOps();
  }

  private constructor() {}

  /** @internal */
  public _annotations(role: ObjectRole): Record<string, string> {
    const keep = role === ObjectRole.NAMESPACE || role === ObjectRole.DENY;
    return {
      'argocd.argoproj.io/sync-wave': String(WAVES[role]),
      ...(keep ? { 'argocd.argoproj.io/sync-options': 'Prune=false' } : {}),
    };
  }
}

const WAVES: Record<ObjectRole, number> = {
  [ObjectRole.NAMESPACE]: -4,
  [ObjectRole.IDENTITY]: -3,
  [ObjectRole.GRANT]: -2,
  [ObjectRole.DENY]: -1,
};
