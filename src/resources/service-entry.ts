import { ApiObject, Lazy } from 'cdk8s';
import { Construct } from 'constructs';
import { metadataOf } from './metadata';
import { Resource } from './resource';
import { portName, ServiceEntryLocation, ServiceEntryPort, ServiceEntryProps, ServiceEntryResolution } from './service-entry-props';
import { checkServiceEntry } from './service-entry-rules';
import * as networking from '../../imports/networking.istio.io';

export { ServiceEntryLocation, ServiceEntryProtocol, ServiceEntryResolution } from './service-entry-props';
export type { ServiceEntryEndpoint, ServiceEntryPort, ServiceEntryProps } from './service-entry-props';

/**
 * A ServiceEntry: a host that the mesh knows besides the Services of the cluster.
 *
 * What it means for traffic:
 *
 * - With REGISTRY_ONLY, sidecars reach nothing outside the cluster but hosts of ServiceEntries. It is not a firewall: the NetworkPolicy
 *   must be as narrow, because a hostile workload can go around its proxy.
 * - HTTP and TLS are told apart by host name or SNI. The client chooses both freely: only a resolution other than NONE makes sure that the
 *   traffic ends at the host that it names.
 * - Bytes (TCP) are told apart by address and port. Without `addresses` the whole port belongs to this entry.
 * - `exportTo` decides who can use it: the default is everybody.
 *
 * Whatever decides neither access nor TLS (weights, localities) can be added by `ApiObject.of(entry).addJsonPatch(...)`; fields that the
 * schema does not know are dropped.
 *
 * @see https://istio.io/latest/docs/reference/config/networking/service-entry/
 *
 * @example
 * import { App, Chart } from 'cdk8s';
 * import { ServiceEntryProtocol, ServiceEntry, ServiceEntryResolution } from 'cdk8s-zero-trust';
 *
 * const chart = new Chart(new App(), 'shop', { namespace: 'shop' });
 * new ServiceEntry(chart, 'payments', {
 *   hosts: ['api.payments.example'],
 *   ports: [{ number: 443, protocol: ServiceEntryProtocol.TLS }],
 *   resolution: ServiceEntryResolution.DNS,
 *   exportTo: ['.'],
 * });
 */
export class ServiceEntry extends Resource {
  public readonly apiObject: ApiObject;

  /** How a proxy finds the addresses of the hosts. */
  public readonly resolution: ServiceEntryResolution;

  /** Whether the hosts belong to the mesh. */
  public readonly location: ServiceEntryLocation;

  private readonly data: ServiceEntryProps;
  private portsProducer?: () => ServiceEntryPort[];

  /**
   * Defines a ServiceEntry.
   *
   * @throws when a list is empty, a value is not valid or is there twice, or fields do not go together
   */
  public constructor(scope: Construct, id: string, props: ServiceEntryProps) {
    super(scope, id);
    const { metadata, ...data } = props;
    checkServiceEntry(props);
    this.data = structuredClone(data);
    this.resolution = props.resolution;
    this.location = props.location ?? ServiceEntryLocation.MESH_EXTERNAL;
    this.apiObject = new networking.ServiceEntry(this, 'Resource', {
      metadata: metadataOf(id, metadata),
      spec: Lazy.any({ produce: () => this.toSpec() }),
    });
  }

  /** The hosts. Returns a copy. */
  public get hosts(): string[] {
    return [...this.data.hosts];
  }

  /** The ports of the hosts. Returns a copy. */
  public get ports(): ServiceEntryPort[] {
    return structuredClone(this.portsProducer?.() ?? this.data.ports);
  }

  /**
   * Has the ports produced when the tree is complete. They replace what was stated.
   *
   * @internal
   */
  public _producePorts(producer: () => ServiceEntryPort[]): void {
    this.portsProducer = producer;
  }

  private toSpec(): networking.ServiceEntrySpec {
    const { workloadSelector, ...data } = this.data;
    const ports = this.ports;
    checkServiceEntry({ ...this.data, ports });
    return {
      ...data,
      ports: ports.map((port) => ({ ...port, name: portName(port) })),
      location: this.location as unknown as networking.ServiceEntrySpecLocation,
      resolution: this.resolution as unknown as networking.ServiceEntrySpecResolution,
      workloadSelector: workloadSelector && { labels: workloadSelector },
    };
  }
}
