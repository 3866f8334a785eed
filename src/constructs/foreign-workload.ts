import { Construct } from 'constructs';
import { AllowOptions } from './allow-options';
import { addEdge } from './edge';
import { checkOptions, copyOf, grantedPorts } from './grant-options';
import { IZeroTrustNamespace, serviceHost } from './namespace-ref';
import { IPeer, PeerFacts } from './peer';
import { accountNameOf, ServiceAccountRef } from './service-account-ref';
import { IWorkload } from './target';
import { checkedName, checkedPodLabels, checkedPorts, PodLabels } from './workload-arguments';
import { WorkloadAttributes } from './workload-props';
import { Port } from '../values/port';
import { WorkloadIdentity } from '../values/workload-identity';

/** A workload of another owner: it can be named on either side of a grant, and nothing is ever emitted for it. */
export class ForeignWorkload extends Construct implements IWorkload {
  public readonly workloadName: string;
  public readonly namespaceName: string;
  public readonly serviceAccountName: string;
  public readonly peerName: string;
  private readonly owner: string;
  private readonly ports: Port[];
  private readonly podLabels: PodLabels;

  public constructor(
    scope: Construct,
    id: string,
    private readonly namespace: IZeroTrustNamespace,
    private readonly attributes: WorkloadAttributes,
  ) {
    super(scope, id);
    this.workloadName = checkedName(attributes.workloadName);
    this.namespaceName = namespace.namespaceName;
    this.serviceAccountName = accountNameOf(ServiceAccountRef.existing(attributes.serviceAccountName), this.workloadName);
    this.peerName = `${this.namespaceName}/${this.workloadName}`;
    this.ports = checkedPorts(this.peerName, attributes.ports ?? []);
    this.podLabels = checkedPodLabels(this.peerName, attributes.podLabels);
    this.owner = `the owner of namespace ${this.namespaceName}`;
  }

  public allowFrom(peer: IPeer, options: AllowOptions = {}): void {
    const said = copyOf(options);
    checkOptions(this.peerName, said, this.ports);
    const facts = peer._asPeer();
    addEdge(this, {
      peer: facts,
      target: this.peerName,
      targetPods: () => this.pods(),
      targetOwner: this.owner,
      ports: () => grantedPorts(said, this.ports),
      options: said,
      reason: said.reason?.trim() ?? facts.wideReason ?? '',
      host: serviceHost(this.namespace, this.attributes.serviceName ?? this.workloadName),
    });
  }

  public _asPeer(): PeerFacts {
    const { trustDomain } = this.namespace.mesh.facts;
    const identity = WorkloadIdentity.of({ trustDomain, namespace: this.namespaceName, serviceAccount: this.serviceAccountName });
    return { name: this.peerName, principals: [identity.principal], pods: () => this.pods(), scope: this, owner: this.owner };
  }

  private pods() {
    return { namespace: this.namespaceName, podLabels: { ...this.podLabels } };
  }
}
