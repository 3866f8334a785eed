/** The annotation of ServiceAccounts by which the library tells an analyser of workloads whose pods it may not see. */
export const WORKLOADS_ANNOTATION = 'cdk8s-zero-trust/workloads';

/** The version of its text. */
export const WORKLOADS_FORMAT = 'zt-workloads/1';

/** One workload in the annotation. Ports are texts such as `http/8080`. */
export interface AnnotatedWorkload {
  readonly name: string;
  readonly labels: { readonly [key: string]: string };
  readonly ports: string[];
  readonly dataPlane: string;
}

/** The text of the annotation. */
export function workloadsAnnotation(workloads: AnnotatedWorkload[]): string {
  return JSON.stringify({ format: WORKLOADS_FORMAT, workloads });
}
