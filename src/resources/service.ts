import { ApiObject, Lazy } from 'cdk8s';
import { Construct } from 'constructs';
import { metadataOf } from './metadata';
import { Resource, ResourceProps } from './resource';
import { messagesOncePerSynth, requireNonEmpty, requireUnique } from './validation';
import { WorkloadLabels } from './workload-labels';
import * as k8s from '../../imports/k8s';
import { invalid } from '../values/errors';
import { dnsLabelProblem } from '../values/grammar/names';
import { ApplicationProtocol, Port } from '../values/port';

/**
 * Properties of a Service.
 */
export interface ServiceProps extends ResourceProps {
  /** Labels of the pods. At least one. */
  readonly selector: { [key: string]: string };

  /** The ports, each the same number at the Service and at the pods. At least one, by number. */
  readonly ports: Port[];

  /**
   * Whether the name leads to the addresses of the pods instead of one address of the Service.
   *
   * Proxies then have a listener for each pod and TCP port, so calls to single pods are mutual TLS too. On HTTP ports they are not: a call
   * to the address of a pod matches no route and leaves in plaintext.
   *
   * @default false
   */
  readonly headless?: boolean;

  /**
   * Whether pods that are not ready have an address too, so that the members of a cluster find each other while they start.
   *
   * @default false
   */
  readonly publishNotReadyAddresses?: boolean;
}

/**
 * A Service: a name for pods, and what Istio takes their ports for.
 *
 * The application protocol of each port is stated as `appProtocol`: without it, Istio would look at the first bytes of each connection, and
 * a protocol in which the server speaks first would hang.
 *
 * @see https://istio.io/latest/docs/ops/configuration/traffic-management/protocol-selection/
 *
 * @example
 * import { App, Chart } from 'cdk8s';
 * import { Port, Service } from 'cdk8s-zero-trust';
 *
 * const chart = new Chart(new App(), 'shop', { namespace: 'shop' });
 * new Service(chart, 'orders-db', { selector: { app: 'orders-db' }, ports: [Port.POSTGRES] });
 */
export class Service extends Resource {
  public readonly apiObject: ApiObject;

  private readonly labels: WorkloadLabels;
  private readonly listed: Port[];

  /**
   * Defines a Service.
   *
   * @throws when the name is no DNS label, there is no label or port, a port is a range or known by its name alone, or is there twice
   */
  public constructor(scope: Construct, id: string, props: ServiceProps) {
    super(scope, id);
    requireNonEmpty('ports', props.ports, 'name the ports of the pods');
    const odd = props.ports.find((port) => port.number === undefined || port.endNumber !== undefined);
    if (odd !== undefined) {
      throw invalid('a port of a Service has no single number', String(odd), 'single ports by number', 'list each port');
    }
    requireUnique('a port', props.ports.map((port) => `${port.transport} ${port.number}`), 'remove one');
    this.labels = new WorkloadLabels('selector', props.selector);
    this.listed = [...props.ports];
    this.apiObject = new k8s.KubeService(this, 'Resource', {
      metadata: metadataOf(id, props.metadata, dnsLabelProblem),
      spec: {
        clusterIp: props.headless ? 'None' : undefined,
        publishNotReadyAddresses: props.publishNotReadyAddresses ? true : undefined,
        selector: Lazy.any({ produce: () => this.labels.get() }),
        ports: this.listed.map(toKubePort),
      },
    });
    this.node.addValidation({ validate: messagesOncePerSynth(this, () => this.labels.get()) });
  }

  /** Labels of the pods. Returns a copy. */
  public get selector(): { [key: string]: string } {
    return this.labels.get()!;
  }

  /** The ports. Returns a copy. */
  public get ports(): Port[] {
    return [...this.listed];
  }

  /**
   * Has the labels produced when the tree is complete. They replace what was stated.
   *
   * @internal
   */
  public _produceSelector(producer: () => { [key: string]: string }): void {
    this.labels.produce(producer);
  }
}

function toKubePort(port: Port): k8s.ServicePort {
  const stated = port.application === ApplicationProtocol.UNDECLARED ? undefined : port.application;
  return {
    name: port.name ?? `${stated ?? port.transport.toLowerCase()}-${port.number}`,
    port: port.number!,
    protocol: port.transport,
    appProtocol: stated,
  };
}
