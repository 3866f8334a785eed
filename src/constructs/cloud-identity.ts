import { Cidr } from '../values/cidr';
import { Port } from '../values/port';

/**
 * The address at which a cloud hands out credentials to pods.
 *
 * Whoever reaches it may act as the node or the pod in the cloud, so it is closed unless a workload asks for it.
 *
 * @example
 * import { CloudIdentity } from 'cdk8s-zero-trust';
 *
 * const aws = CloudIdentity.EKS_POD_IDENTITY;
 */
export class CloudIdentity {
  /**
   * EKS Pod Identity: the agent on the node, `169.254.170.23` and `fd00:ec2::23`, port 80.
   * @see https://docs.aws.amazon.com/eks/latest/userguide/pod-id-agent-setup.html
   */
  public static readonly EKS_POD_IDENTITY = new CloudIdentity('EKS Pod Identity', [['169.254.170.23', 80], ['fd00:ec2::23', 80]]);
  /**
   * The instance metadata service of AWS, `169.254.169.254` and `fd00:ec2::254`, port 80: the credentials of the node.
   * @see https://docs.aws.amazon.com/AWSEC2/latest/UserGuide/instancedata-data-retrieval.html
   */
  public static readonly AWS_INSTANCE_METADATA = new CloudIdentity('AWS instance metadata', [['169.254.169.254', 80], ['fd00:ec2::254', 80]]);
  /**
   * The GKE metadata server for Workload Identity Federation: dialled at `169.254.169.254` port 80, which network policies may see as
   * `169.254.169.252` port 988.
   * @see https://cloud.google.com/kubernetes-engine/docs/how-to/network-policy
   */
  public static readonly GKE_METADATA = new CloudIdentity('GKE metadata server', [['169.254.169.254', 80]], [['169.254.169.252', 988]]);
  /**
   * The instance metadata service of Azure, `169.254.169.254`, port 80.
   * @see https://learn.microsoft.com/azure/virtual-machines/instance-metadata-service
   */
  public static readonly AZURE_INSTANCE_METADATA = new CloudIdentity('Azure instance metadata', [['169.254.169.254', 80]]);

  private constructor(
    /** The name of the service. */
    public readonly serviceName: string,
    /** What the application dials. */
    private readonly dialled: [string, number][],
    /** Where the node redirects it to, as network policies may see it. */
    private readonly redirected: [string, number][] = [],
  ) {}

  /** The addresses and ports that network policies have to admit. @internal */
  public get _endpoints(): { readonly address: Cidr; readonly ports: Port[] }[] {
    return [...this.dialled, ...this.redirected]
      .map(([address, number]) => ({ address: Cidr.address(address), ports: [Port.tcp(number)] }));
  }

  /** The addresses that the application dials, which its proxy has to know; all have the same port. @internal */
  public get _dialled(): { readonly addresses: string[]; readonly number: number } {
    return { addresses: this.dialled.map(([address]) => address), number: this.dialled[0][1] };
  }

  /** A name for the objects and the host that stand for the service. @internal */
  public get _slug(): string {
    return this.serviceName.toLowerCase().replace(/ /g, '-');
  }
}
