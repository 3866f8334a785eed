import { IConstruct } from 'constructs';
import { AllowOptions } from './allow-options';
import { IPeer } from './peer';

/**
 * Whatever may be the target of a grant.
 */
export interface ITarget {
  /**
   * Lets a peer reach this target, on every layer that is taken.
   *
   * @param peer who may reach it
   * @param options what exactly it may do; by default every request on every declared port
   */
  allowFrom(peer: IPeer, options?: AllowOptions): void;
}

/**
 * A set of pods with one identity.
 */
export interface IWorkload extends IConstruct, IPeer, ITarget {
  /** The name of the workload. */
  readonly workloadName: string;
  /** The namespace of its pods. */
  readonly namespaceName: string;
  /** The account that its pods run under, the last part of its identity. */
  readonly serviceAccountName: string;
}
