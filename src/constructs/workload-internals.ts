import { Construct } from 'constructs';
import { AccessRecord } from './access-record';
import { IZeroTrustNamespace } from './namespace-ref';
import { Pods } from './pods';
import { WorkloadObjects } from './workload-objects';
import { Facade } from './workload-props';
import { ServiceAccount } from '../resources/service-account';

/** What the parts of the library need of a workload whose policies are emitted. */
export interface WorkloadInternals extends Construct {
  readonly workloadName: string;
  readonly namespaceName: string;
  readonly serviceAccountName: string;
  readonly serviceAccount?: ServiceAccount;
  readonly peerName: string;
  readonly namespace: IZeroTrustNamespace;
  readonly _record: AccessRecord;
  readonly _objects: WorkloadObjects;
  readonly _pods: Pods;
  readonly _facade?: Facade;
  _needsToken: boolean;
}
