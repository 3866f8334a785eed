/**
 * Pod Security labels of a namespace.
 *
 * @see https://kubernetes.io/docs/concepts/security/pod-security-standards/
 * @example
 * import { PodSecurity } from 'cdk8s-zero-trust';
 *
 * const strict = PodSecurity.enforceRestricted();
 */
export class PodSecurity {
  /** No labels. */
  public static none(): PodSecurity {
    return new PodSecurity([]);
  }

  /** `audit` and `warn` at `restricted`: nothing is refused, deviations are logged and shown to whoever applies a pod. */
  public static auditRestricted(): PodSecurity {
    return new PodSecurity(['audit', 'warn']);
  }

  /**
   * `enforce`, `audit` and `warn` at `restricted`: pods that deviate are refused.
   *
   * It needs istio-cni: without it injection adds the init container istio-init, which wants NET_ADMIN and is refused, so no pod starts.
   * The pods also have to set `seccompProfile` at pod level, or the injected proxy lacks one.
   */
  public static enforceRestricted(): PodSecurity {
    return new PodSecurity(['enforce', 'audit', 'warn']);
  }

  private constructor(private readonly modes: string[]) {}

  /** @internal */
  public get _enforces(): boolean {
    return this.modes.includes('enforce');
  }

  /** @internal */
  public _labels(): Record<string, string> {
    return Object.fromEntries(this.modes.map((mode) => [`pod-security.kubernetes.io/${mode}`, 'restricted']));
  }
}
