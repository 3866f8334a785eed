import { IConstruct } from 'constructs';
import { Enforcement } from './enforcement';
import { IZeroTrustNamespace } from './namespace-ref';
import { Pods } from './pods';
import { ServiceAccountRef } from './service-account-ref';
import { Port } from '../values/port';

/**
 * What all kinds of workload have in common.
 */
export interface WorkloadOptions {
  /**
   * The namespace of the pods.
   * @default - the ZeroTrustNamespace around the workload; an error if there is none
   */
  readonly namespace?: IZeroTrustNamespace;
  /** The name of the workload; its objects are called after it. @default - the construct id */
  readonly workloadName?: string;
  /** The identity of the pods. @default - `ServiceAccountRef.own()`: an account with the name of the workload */
  readonly serviceAccount?: ServiceAccountRef;
  /** The Service of the workload, by which proxies in other namespaces know it. @default - the name of the workload */
  readonly serviceName?: string;
  /**
   * Whether the workload is in another phase of the rollout than its namespace. An observed workload of an enforced namespace stays open,
   * an enforced one of an observed namespace is closed ahead of the others.
   * @default - the phase of the namespace
   */
  readonly enforcement?: Enforcement;
}

/**
 * Properties for `Workload`.
 */
export interface WorkloadProps extends WorkloadOptions {
  /**
   * Labels that all pods of the workload carry, and no others of the namespace. @default - `app.kubernetes.io/name` with the name of the
   * workload
   */
  readonly podLabels?: { readonly [key: string]: string };
  /** The ports that its containers listen on, not those of a Service. @default - none: nothing can be allowed to the workload */
  readonly ports?: Port[];
  /** @internal */
  readonly _pods?: Pods;
  /** @internal */
  readonly _facade?: Facade;
}

/** The construct that a workload is a part of, and that decides what is admitted to it. */
export interface Facade {
  /** Its class. */
  readonly name: string;
  /** Whether clients without identity may be admitted past it. */
  readonly admitsPlaintext: boolean;
}

/**
 * Properties for `Workload.fromApiObject()`.
 */
export interface WorkloadFromApiObjectProps extends WorkloadOptions {
  /**
   * The object that makes the pods: a Deployment, StatefulSet, DaemonSet, ReplicaSet, Job, CronJob or Pod of any cdk8s library. It is only
   * read, never changed.
   */
  readonly apiObject: IConstruct;
  /**
   * The ports with their application protocols; each must be a container port of the object, if it lists any.
   * @default - the container ports of the object, with no application protocol: only grants without routes apply to them
   */
  readonly ports?: Port[];
}

/**
 * Pods that somebody else defines: an operator in a namespace of yours, or another team in a namespace of theirs.
 */
export interface WorkloadAttributes {
  /** The name of the workload. */
  readonly workloadName: string;
  /**
   * The namespace of the pods. In a namespace that this app defines the policies of the workload are emitted; in one that somebody else
   * owns nothing is, and whatever its owner has to do becomes an assumption.
   * @default - the ZeroTrustNamespace around the scope
   */
  readonly namespace?: IZeroTrustNamespace;
  /** Labels that all pods of the workload carry, and no others of the namespace. */
  readonly podLabels: { readonly [key: string]: string };
  /** The account that the pods run under. */
  readonly serviceAccountName: string;
  /** The ports that its containers listen on. @default - none: nothing can be allowed to the workload */
  readonly ports?: Port[];
  /** The Service of the workload. @default - the name of the workload */
  readonly serviceName?: string;
}
