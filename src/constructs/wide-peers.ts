import { IConstruct } from 'constructs';
import { NamespaceSettings } from './namespace-settings';
import { EgressEdge, IPeer, PeerFacts } from './peer';
import { MeshPodsFact } from './pods-fact';
import { requireReason } from '../values/errors';

/** What is known about a namespace whose workloads are all meant. */
export interface NamespacePeerOptions {
  readonly scope: IConstruct;
  /** Writes the sending half; absent when somebody else owns the namespace. */
  readonly grantEgress?: (edge: EgressEdge) => void;
}

/** Every workload of one namespace: a group whose members the mesh can tell apart, but the grant does not. */
export class EveryWorkloadOfNamespace implements IPeer {
  public readonly peerName: string;
  private readonly reason: string;

  public constructor(private readonly settings: NamespaceSettings, reason: string, private readonly options: NamespacePeerOptions) {
    this.peerName = `every workload of ${settings.name}`;
    this.reason = requireReason(reason, `admitting every workload of ${settings.name}`);
  }

  public _asPeer(): PeerFacts {
    const { name, facts } = this.settings;
    return {
      name: this.peerName,
      // five parts, so that istiod also writes the aliases of the trust domain
      principals: [`${facts.trustDomain}/ns/${name}/sa/*`],
      pods: () => ({ namespace: name }),
      scope: this.options.scope,
      grantEgress: this.options.grantEgress,
      externalHosts: this.settings.externalHosts,
      owner: this.options.grantEgress === undefined ? `the owner of namespace ${name}` : undefined,
      wideReason: this.reason,
    };
  }
}

/** Whoever has a certificate of one of the mesh's trust domains. */
export class AnyIdentityOfMesh implements IPeer {
  public readonly peerName = 'any identity of the mesh';
  private readonly reason: string;

  public constructor(private readonly trustDomains: string[], reason: string) {
    this.reason = requireReason(reason, 'admitting any identity of the mesh');
  }

  public _asPeer(): PeerFacts {
    return {
      name: this.peerName,
      principals: this.trustDomains.map((domain) => `${domain}/*`),
      pods: () => ({}),
      owner: 'the owners of all workloads of the mesh',
      wideReason: this.reason,
    };
  }
}

/** Pods of the installation that have an identity and belong to somebody else: an ingress gateway, Prometheus. */
export class MeshPods implements IPeer {
  public constructor(
    public readonly peerName: string,
    private readonly trustDomain: string,
    private readonly fact: MeshPodsFact,
  ) {}

  public _asPeer(): PeerFacts {
    const { namespace, podLabels, serviceAccount } = this.fact;
    return {
      name: this.peerName,
      principals: [`${this.trustDomain}/ns/${namespace}/sa/${serviceAccount}`],
      pods: () => ({ namespace, podLabels }),
      owner: `the owner of namespace ${namespace}`,
    };
  }
}
