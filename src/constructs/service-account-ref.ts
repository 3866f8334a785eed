import { invalid, requireReason } from '../values/errors';
import { serviceAccountNameProblem } from '../values/grammar/names';

/**
 * Why an account is shared.
 */
export interface SharedServiceAccountOptions {
  /** Why several workloads have to be one identity: whoever is granted access to one of them is granted it for all. */
  readonly reason: string;
}

/**
 * The ServiceAccount of a workload: its identity.
 *
 * @see https://kubernetes.io/docs/concepts/security/service-accounts/
 * @example
 * import { ServiceAccountRef } from 'cdk8s-zero-trust';
 *
 * const fromHelm = ServiceAccountRef.existing('prometheus-server');
 */
export class ServiceAccountRef {
  /**
   * An account of the workload's own, emitted with it and without an API token in its pods.
   *
   * @param name the name of the account; by default the name of the workload
   */
  public static own(name?: string): ServiceAccountRef {
    return new ServiceAccountRef(true, checked(name));
  }

  /**
   * An account that something else makes (a Helm chart, a cloud identity webhook). None is emitted.
   */
  public static existing(name: string): ServiceAccountRef {
    return new ServiceAccountRef(false, checked(name));
  }

  /**
   * An account that something else makes and that several workloads run under. They are one identity: nothing in the mesh can tell them
   * apart.
   */
  public static shared(name: string, options: SharedServiceAccountOptions): ServiceAccountRef {
    return new ServiceAccountRef(false, checked(name), requireReason(options.reason, `sharing the account ${name}`));
  }

  private constructor(
    /** Whether the account is emitted with the workload. */
    public readonly emitted: boolean,
    /** The name of the account; undefined for the name of the workload. */
    public readonly accountName?: string,
    /** Why the account is shared; undefined when it is not. */
    public readonly sharedReason?: string,
  ) {}
}

/** The name of the account of a workload. */
export function accountNameOf(ref: ServiceAccountRef, workloadName: string): string {
  return ref.accountName ?? checked(workloadName)!;
}

function checked(name?: string): string | undefined {
  if (name === undefined) {
    return undefined;
  }
  const problem = serviceAccountNameProblem(name);
  if (problem !== undefined) {
    throw invalid(
      `the account name is not usable (${problem})`,
      name,
      'a DNS name such as orders',
      'use the metadata.name of the ServiceAccount',
    );
  }
  if (name === 'default') {
    throw invalid(
      'the account default is what every pod without an account runs under',
      name,
      'an account of the workload',
      'give the workload its own account and set serviceAccountName in its pods',
    );
  }
  return name;
}
