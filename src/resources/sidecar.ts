import { ApiObject, Lazy } from 'cdk8s';
import { Construct } from 'constructs';
import { defaultEndpointProblem, egressHostProblem } from './host-grammar';
import { metadataOf } from './metadata';
import { Resource, ResourceProps } from './resource';
import { ServiceEntryProtocol } from './service-entry-props';
import { checkPortNumber, checkTexts, messagesOncePerSynth, requireNonEmpty, requireUnique } from './validation';
import { WorkloadLabels } from './workload-labels';
import * as networking from '../../imports/networking.istio.io';
import { invalid, requireValid } from '../values/errors';

const NOTHING = '~/*';

/**
 * What a sidecar does with traffic to a destination that the mesh does not know.
 */
export enum OutboundTrafficPolicyMode {
  /** Refuses it: only Services and ServiceEntries that the sidecar imports can be reached. */
  REGISTRY_ONLY = 'REGISTRY_ONLY',
  /** Passes it on as it is. */
  ALLOW_ANY = 'ALLOW_ANY',
}

/**
 * A port on which a sidecar listens.
 */
export interface SidecarPort {
  /** The port, 1 to 65535. */
  readonly number: number;

  /** What the traffic is treated as. */
  readonly protocol: ServiceEntryProtocol;

  /**
   * A name for telemetry.
   *
   * @default - protocol and number, for example `http-8080`
   */
  readonly name?: string;
}

/**
 * Destinations that the selected workloads can reach through their sidecar.
 */
export interface SidecarEgressListener {
  /**
   * Hosts as `NAMESPACE/HOST`. The namespace is a name, `.` (this one), `*` (any) or `~` (none); the host is a DNS name, `*.` and a DNS
   * name, or `*`.
   */
  readonly hosts: string[];

  /**
   * The port for which these hosts are.
   *
   * @default - all ports that no other listener names; there can be one such listener
   */
  readonly listenOn?: SidecarPort;
}

/**
 * A port of the selected workloads that the sidecar serves.
 */
export interface SidecarIngressListener {
  /** The port that clients connect to. */
  readonly listenOn: SidecarPort;

  /**
   * Where the app of the same pod listens: `127.0.0.1`, `[::1]`, `0.0.0.0` or `[::]` with `:PORT`, or `unix://` and the path of a socket.
   *
   * @default - the same port
   */
  readonly defaultEndpoint?: string;
}

/**
 * Properties of a Sidecar.
 */
export interface SidecarProps extends ResourceProps {
  /**
   * Labels of the workloads that it is for, all of which must be there.
   *
   * @default - every workload of the namespace that no other Sidecar selects; of the mesh when it lies in the root namespace
   */
  readonly workloadSelector?: { [key: string]: string };

  /**
   * What the workloads can reach through their sidecar.
   *
   * @default - what the Sidecar of the namespace or of the root namespace says; everything if there is none
   */
  readonly egress?: SidecarEgressListener[];

  /**
   * The ports that the sidecar serves.
   *
   * @default - the ports of the pods, as their Services describe them
   */
  readonly ingress?: SidecarIngressListener[];

  /**
   * What happens to traffic to a destination that the mesh does not know.
   *
   * @default - what the mesh configuration says, usually ALLOW_ANY
   */
  readonly outboundTrafficPolicy?: OutboundTrafficPolicyMode;
}

/**
 * A Sidecar: which destinations the proxy of a workload knows, and what it does with the rest.
 *
 * What it means for traffic:
 *
 * - Hosts that are not imported are unknown. With REGISTRY_ONLY they cannot be reached; with ALLOW_ANY they are reached without mutual TLS.
 * - One Sidecar per workload: the one that selects it, otherwise the one of the namespace, otherwise the one of the root namespace. Nothing
 *   is merged.
 * - It configures the proxy of the client, which a hostile workload can go around. What must not be reachable has to be closed by a
 *   NetworkPolicy as well.
 * - Ambient mode has no sidecars and ignores it.
 *
 * Properties that decide neither access nor TLS (connection pools, bind addresses, capture modes) can be added by
 * `ApiObject.of(sidecar).addJsonPatch(...)`; fields that the schema does not know are dropped.
 *
 * @see https://istio.io/latest/docs/reference/config/networking/sidecar/
 *
 * @example
 * import { App, Chart } from 'cdk8s';
 * import { OutboundTrafficPolicyMode, Sidecar } from 'cdk8s-zero-trust';
 *
 * const chart = new Chart(new App(), 'shop', { namespace: 'shop' });
 * new Sidecar(chart, 'default', {
 *   egress: [{ hosts: ['./*', 'istio-system/*'] }],
 *   outboundTrafficPolicy: OutboundTrafficPolicyMode.REGISTRY_ONLY,
 * });
 */
export class Sidecar extends Resource {
  public readonly apiObject: ApiObject;

  /** What happens to traffic to a destination that the mesh does not know. */
  public readonly outboundTrafficPolicy?: OutboundTrafficPolicyMode;

  private readonly labels: WorkloadLabels;
  private readonly listeners: SidecarEgressListener[] = [];
  private readonly ingressListeners: SidecarIngressListener[];
  private readonly producers: (() => string[])[] = [];

  /**
   * Defines a Sidecar.
   *
   * @throws when a list is empty, a host, port or endpoint is not valid, or a port is there twice; an object that says nothing at all is
   * reported when the app is synthesised
   */
  public constructor(scope: Construct, id: string, props: SidecarProps = {}) {
    super(scope, id);
    requireNonEmpty('egress', props.egress, 'an empty list would mean everything: import "~/*" if nothing is meant');
    this.labels = new WorkloadLabels('workloadSelector', props.workloadSelector);
    this.outboundTrafficPolicy = props.outboundTrafficPolicy;
    this.ingressListeners = checkIngress(props.ingress);
    props.egress?.forEach((listener) => this.addEgress(listener));
    this.apiObject = new networking.Sidecar(this, 'Resource', {
      metadata: metadataOf(id, props.metadata),
      spec: Lazy.any({ produce: () => this.toSpec() }),
    });
    this.node.addValidation({ validate: messagesOncePerSynth(this, () => this.toSpec()) });
  }

  /** Labels of the workloads that it is for. Undefined: every workload of the namespace or mesh. Returns a copy. */
  public get workloadSelector(): { [key: string]: string } | undefined {
    return this.labels.get();
  }

  /** What the workloads can reach, the listener for all other ports last. Returns a copy; to add a listener, use `addEgress`. */
  public get egress(): SidecarEgressListener[] {
    const withPort = this.listeners.filter((listener) => listener.listenOn !== undefined);
    const hosts = this.hostsOfOtherPorts();
    return [...withPort, ...(hosts === undefined ? [] : [{ hosts }])].map((listener) => ({ ...listener, hosts: [...listener.hosts] }));
  }

  /** The ports that the sidecar serves. Empty: those of the pods. Returns a copy. */
  public get ingress(): SidecarIngressListener[] {
    return [...this.ingressListeners];
  }

  /**
   * Adds destinations that the workloads can reach.
   *
   * @throws when a host is not of the form `NAMESPACE/HOST`, there is none, or the port has a listener already
   */
  public addEgress(listener: SidecarEgressListener): void {
    checkHosts(listener.hosts);
    if (listener.listenOn !== undefined) {
      checkPortNumber('listenOn of an egress listener', listener.listenOn.number);
    }
    requireUnique('the port of an egress listener', [...this.listeners, listener].map((l) => l.listenOn?.number ?? 'all other ports'),
      'put the hosts into one listener');
    this.listeners.push({ ...listener, hosts: [...listener.hosts] });
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
   * Adds hosts for all other ports that are only known when the tree is complete. If there are none in the end, nothing is imported: no
   * listener at all would mean everything.
   *
   * @internal
   */
  public _produceEgress(producer: () => string[]): void {
    this.producers.push(producer);
  }

  private hostsOfOtherPorts(): string[] | undefined {
    const own = this.listeners.find((listener) => listener.listenOn === undefined)?.hosts;
    if (own === undefined && this.producers.length === 0) {
      return undefined;
    }
    const hosts = [...own ?? [], ...this.producers.flatMap((producer) => producer())];
    if (hosts.length === 0) {
      return [NOTHING];
    }
    checkHosts(hosts);
    return hosts;
  }

  private toSpec(): networking.SidecarSpec {
    const egress = this.egress;
    const labels = this.labels.get();
    if (egress.length + this.ingressListeners.length === 0 && this.outboundTrafficPolicy === undefined) {
      throw invalid('a Sidecar without egress, ingress and outboundTrafficPolicy says nothing', {}, 'one of them at least',
        'add egress hosts');
    }
    return {
      workloadSelector: labels && { labels },
      egress: egress.length === 0 ? undefined : egress.map(({ hosts, listenOn }) => ({ hosts, port: listenOn && toPort(listenOn) })),
      ingress: this.ingressListeners.length === 0 ? undefined : this.ingressListeners.map(({ listenOn, defaultEndpoint }) => ({
        port: toPort(listenOn), defaultEndpoint,
      })),
      outboundTrafficPolicy: this.outboundTrafficPolicy && {
        mode: this.outboundTrafficPolicy as unknown as networking.SidecarSpecOutboundTrafficPolicyMode,
      },
    };
  }
}

function checkHosts(hosts: string[]): void {
  checkTexts('hosts of an egress listener', hosts, egressHostProblem, {
    allowed: 'NAMESPACE/HOST, for example "./*" or "istio-system/*"', fix: 'correct the host',
  });
  requireUnique('a host of an egress listener', hosts, 'remove one');
}

function checkIngress(listeners: SidecarIngressListener[] | undefined): SidecarIngressListener[] {
  requireNonEmpty('ingress', listeners, 'leave it out if the ports of the pods are meant');
  for (const { listenOn, defaultEndpoint } of listeners ?? []) {
    checkPortNumber('listenOn of an ingress listener', listenOn.number);
    if (defaultEndpoint !== undefined) {
      requireValid('defaultEndpoint of an ingress listener', defaultEndpoint, defaultEndpointProblem,
        '127.0.0.1:PORT, [::1]:PORT, 0.0.0.0:PORT, [::]:PORT or unix://PATH', 'correct the endpoint');
    }
  }
  requireUnique('the port of an ingress listener', (listeners ?? []).map(({ listenOn }) => listenOn.number), 'remove one');
  return (listeners ?? []).map((listener) => ({ ...listener }));
}

function toPort(listenOn: SidecarPort): networking.SidecarSpecIngressPort {
  const { number, protocol, name } = listenOn;
  return { number, protocol, name: name ?? `${protocol.toLowerCase()}-${number}` };
}
