import { PodsFact } from './pods-fact';
import { LabelSelector } from '../resources/label-selector';
import { NetworkPolicyPeer } from '../resources/network-policy-peer';
import { Cidr } from '../values/cidr';
import { invalid } from '../values/errors';
import { IntendedEnd } from '../values/grammar/intended-access';
import { Port } from '../values/port';

/**
 * A cluster DNS that is none of the known flavours. Name pods, addresses or both.
 */
export interface CustomDnsOptions {
  /** The pods that answer. @default - none */
  readonly pods?: PodsFact[];
  /** The addresses that answer. @default - none */
  readonly addresses?: Cidr[];
  /** The port they listen on, UDP and TCP; for pods it is the target port of the DNS Service. @default 53 */
  readonly number?: number;
}

/**
 * Where the DNS of a cluster answers, as network policies see it: pods and their own ports, or addresses.
 *
 * A namespace with default deny resolves no name unless this is right. Both UDP and TCP are opened: long answers fall back to TCP.
 *
 * @see https://kubernetes.io/docs/tasks/administer-cluster/dns-custom-nameservers/
 * @example
 * import { ClusterDns } from 'cdk8s-zero-trust';
 *
 * const dns = ClusterDns.coreDns();
 */
export class ClusterDns {
  /** CoreDNS or kube-dns: pods labelled `k8s-app: kube-dns` in `kube-system`, port 53. */
  public static coreDns(): ClusterDns {
    return ClusterDns.custom({ pods: [KUBE_DNS] });
  }

  /**
   * NodeLocal DNSCache in front of CoreDNS: the address of the cache on every node, and the pods of CoreDNS, which it may bypass to.
   *
   * @param address the address that the cache listens on, often `169.254.20.10`
   * @throws when the address is none
   */
  public static nodeLocal(address: string): ClusterDns {
    return ClusterDns.custom({ pods: [KUBE_DNS], addresses: [Cidr.address(address)] });
  }

  /** OpenShift: pods labelled `dns.operator.openshift.io/daemonset-dns: default` in `openshift-dns`, which listen on 5353. */
  public static openShift(): ClusterDns {
    const pods = { namespace: 'openshift-dns', podLabels: { 'dns.operator.openshift.io/daemonset-dns': 'default' } };
    return ClusterDns.custom({ pods: [pods], number: 5353 });
  }

  /**
   * Any other DNS.
   *
   * @throws when neither pods nor addresses are named: DNS to everywhere is a way out for data
   */
  public static custom(options: CustomDnsOptions): ClusterDns {
    const pods = options.pods ?? [];
    const addresses = options.addresses ?? [];
    if (pods.length + addresses.length === 0) {
      throw invalid(
        'a custom DNS names nobody who answers',
        options,
        'at least one entry in pods or addresses',
        'look at `kubectl -n kube-system get endpointslices`',
      );
    }
    return new ClusterDns([...pods], [...addresses], options.number ?? 53);
  }

  private constructor(private readonly pods: PodsFact[], private readonly addresses: Cidr[], private readonly number: number) {}

  /** @internal */
  public _peers(): NetworkPolicyPeer[] {
    return [
      ...this.pods.map((p) => NetworkPolicyPeer.podsInNamespace(p.namespace, LabelSelector.labels(p.podLabels))),
      ...this.addresses.map((a) => NetworkPolicyPeer.cidr(a)),
    ];
  }

  /** @internal */
  public _ends(): IntendedEnd[] {
    return [
      ...this.pods.map((p) => ({ name: `DNS in ${p.namespace}`, pods: { namespace: p.namespace, labels: p.podLabels } })),
      ...(this.addresses.length === 0 ? [] : [{ name: 'DNS', addresses: this.addresses.map(({ block, except }) => ({ cidr: block, except })) }]),
    ];
  }

  /** @internal */
  public _ports(): Port[] {
    return [Port.udp(this.number), Port.tcp(this.number)];
  }

  /** @internal */
  public _toString(): string {
    return [...this.pods.map((p) => `DNS in ${p.namespace}`), ...this.addresses.map((a) => `DNS at ${a.block}`)].join(', ');
  }
}

const KUBE_DNS: PodsFact = { namespace: 'kube-system', podLabels: { 'k8s-app': 'kube-dns' } };
