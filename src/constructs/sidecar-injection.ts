import { invalid } from '../values/errors';
import { labelValueProblem } from '../values/grammar/names';

/**
 * How the pods of a namespace get their proxy.
 *
 * Either the label `istio-injection: enabled` (the default revision) or `istio.io/rev` with the name of a revision or tag. With both on one
 * namespace `istio-injection` wins silently, so a value holds exactly one.
 *
 * @see https://istio.io/latest/docs/setup/additional-setup/sidecar-injection/
 * @example
 * import { SidecarInjection } from 'cdk8s-zero-trust';
 *
 * const canary = SidecarInjection.revision('canary');
 */
export class SidecarInjection {
  /** `istio-injection: enabled`: the default revision injects. */
  public static namespaceLabel(): SidecarInjection {
    return new SidecarInjection('istio-injection', 'enabled');
  }

  /**
   * `istio.io/rev`: the named revision or tag injects.
   *
   * @throws when the name is no label value
   */
  public static revision(name: string): SidecarInjection {
    const problem = name === '' ? 'it is empty' : labelValueProblem(name);
    if (problem !== undefined) {
      throw invalid(
        `the revision is not usable as a label value (${problem})`,
        name,
        'a revision or tag name such as canary or 1-31',
        'take it from `istioctl tag list`',
      );
    }
    return new SidecarInjection('istio.io/rev', name);
  }

  private constructor(
    /** The label of the namespace. */
    public readonly label: string,
    /** The value of the label. */
    public readonly value: string,
  ) {}

  /** @internal */
  public get _conflictingLabel(): string {
    return this.label === 'istio.io/rev' ? 'istio-injection' : 'istio.io/rev';
  }
}
