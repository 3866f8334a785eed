import { ApiObject, Lazy } from 'cdk8s';
import { Construct } from 'constructs';
import { metadataOf } from './metadata';
import { Resource, ResourceProps } from './resource';
import { checkPortNumber, messagesOncePerSynth, requireNonEmpty, requireUnique } from './validation';
import { WorkloadLabels } from './workload-labels';
import * as security from '../../imports/security.istio.io';
import { invalid } from '../values/errors';

/**
 * Whether a workload accepts mutual TLS, plaintext, or both.
 */
export enum MtlsMode {
  /** The mode of the next wider level: workload, namespace, mesh; PERMISSIVE if none says anything. */
  UNSET = 'UNSET',
  /** The proxy does not terminate TLS: clients have no identity, and what a client encrypts reaches the app as it is. */
  DISABLE = 'DISABLE',
  /** Both mutual TLS and plaintext are accepted. Only clients that use mutual TLS have an identity. */
  PERMISSIVE = 'PERMISSIVE',
  /** Only mutual TLS is accepted: a plaintext connection is reset. */
  STRICT = 'STRICT',
}

/**
 * The mode of one port.
 */
export interface PortLevelMtls {
  /** The port that the container listens on, 1 to 65535. Not the port of a Service. */
  readonly number: number;

  /** The mode on this port. UNSET takes the mode of the workload. */
  readonly mode: MtlsMode;
}

/**
 * Properties of a PeerAuthentication.
 */
export interface PeerAuthenticationProps extends ResourceProps {
  /**
   * Labels of the workloads that it is for, all of which must be there.
   *
   * In the root namespace (usually `istio-system`) a PeerAuthentication with a selector is ignored.
   *
   * @default - every workload of the namespace; of the mesh when it lies in the root namespace
   */
  readonly selector?: { [key: string]: string };

  /**
   * The mode on every port that `portLevelMtls` does not name.
   *
   * @default - the mode of the next wider level
   */
  readonly mode?: MtlsMode;

  /**
   * Ports with a mode of their own. Needs a selector.
   *
   * @default - all ports have the same mode
   */
  readonly portLevelMtls?: PortLevelMtls[];
}

/**
 * A PeerAuthentication: whether workloads accept mutual TLS, plaintext, or both.
 *
 * How it decides:
 *
 * - Three levels: mesh (no selector, root namespace), namespace (no selector), workload (selector). The narrowest level that says something
 *   decides.
 * - Within a level the oldest object wins as a whole, the others are ignored; nothing is merged. So have one per level.
 * - It is about what a server accepts. What clients send follows by itself (auto mTLS) unless a DestinationRule says otherwise.
 * - It says nothing about who may call: that is the AuthorizationPolicy, which needs the identity that mutual TLS brings.
 * - In ambient mode DISABLE acts as PERMISSIVE.
 *
 * @see https://istio.io/latest/docs/reference/config/security/peer_authentication/
 *
 * @example
 * import { App, Chart } from 'cdk8s';
 * import { MtlsMode, PeerAuthentication } from 'cdk8s-zero-trust';
 *
 * const chart = new Chart(new App(), 'shop', { namespace: 'shop' });
 * new PeerAuthentication(chart, 'default', { mode: MtlsMode.STRICT });
 * new PeerAuthentication(chart, 'orders', {
 *   selector: { app: 'orders' },
 *   mode: MtlsMode.STRICT,
 *   portLevelMtls: [{ number: 9090, mode: MtlsMode.PERMISSIVE }],
 * });
 */
export class PeerAuthentication extends Resource {
  public readonly apiObject: ApiObject;

  /** The mode on every port that `portLevelMtls` does not name. Undefined: the mode of the next wider level. */
  public readonly mode?: MtlsMode;

  private readonly labels: WorkloadLabels;
  private readonly ports: PortLevelMtls[] = [];
  private readonly producers: (() => PortLevelMtls[])[] = [];

  /**
   * Defines a PeerAuthentication.
   *
   * @throws when the selector or the port list is empty, a port is not a port, or is there twice; ports without a selector, and an object
   * that says nothing at all, are reported when the app is synthesised
   */
  public constructor(scope: Construct, id: string, props: PeerAuthenticationProps = {}) {
    super(scope, id);
    requireNonEmpty('portLevelMtls', props.portLevelMtls, 'leave it out if all ports have the same mode');
    this.labels = new WorkloadLabels('selector', props.selector);
    this.mode = props.mode;
    props.portLevelMtls?.forEach((port) => this.addPortLevelMtls(port));
    this.apiObject = new security.PeerAuthentication(this, 'Resource', {
      metadata: metadataOf(id, props.metadata),
      spec: Lazy.any({ produce: () => this.toSpec() }),
    });
    this.node.addValidation({ validate: messagesOncePerSynth(this, () => this.toSpec()) });
  }

  /** Labels of the workloads that it is for. Undefined: every workload of the namespace or mesh. Returns a copy. */
  public get selector(): { [key: string]: string } | undefined {
    return this.labels.get();
  }

  /** Ports with a mode of their own. Returns a copy; to add one, use `addPortLevelMtls`. */
  public get portLevelMtls(): PortLevelMtls[] {
    const ports = [...this.ports, ...this.producers.flatMap((producer) => producer())];
    ports.forEach((port) => checkPortNumber('number of portLevelMtls', port.number));
    requireUnique('number of portLevelMtls', ports.map((port) => port.number), 'give the port one mode');
    return ports;
  }

  /**
   * Gives a port a mode of its own.
   *
   * @throws when the number is not a port, or has a mode already
   */
  public addPortLevelMtls(port: PortLevelMtls): void {
    checkPortNumber('number of portLevelMtls', port.number);
    requireUnique('number of portLevelMtls', [...this.ports, port].map((p) => p.number), 'give the port one mode');
    this.ports.push({ ...port });
  }

  /**
   * Has the labels produced when the tree is complete. They replace what was stated.
   *
   * @internal
   */
  public _produceSelector(producer: () => { [key: string]: string }): void {
    this.labels.produce(producer);
  }

  /**
   * Adds ports that are only known when the tree is complete.
   *
   * @internal
   */
  public _producePortLevelMtls(producer: () => PortLevelMtls[]): void {
    this.producers.push(producer);
  }

  private toSpec(): security.PeerAuthenticationSpec {
    const ports = this.portLevelMtls;
    const selector = this.labels.toMatchLabels();
    if (ports.length > 0 && selector === undefined) {
      throw invalid('portLevelMtls needs a selector', ports, 'ports of selected workloads',
        'add a selector, or set the mode of the whole namespace');
    }
    if (ports.length === 0 && this.mode === undefined) {
      throw invalid('a PeerAuthentication without mode and portLevelMtls says nothing', {}, 'a mode or one port at least', 'set mode');
    }
    return {
      selector,
      mtls: this.mode && { mode: this.mode as unknown as security.PeerAuthenticationSpecMtlsMode },
      portLevelMtls: ports.length === 0 ? undefined : Object.fromEntries(ports.map((port) => [
        String(port.number), { mode: port.mode as unknown as security.PeerAuthenticationSpecPortLevelMtlsMode },
      ])),
    };
  }
}
