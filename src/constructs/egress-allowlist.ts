import { Construct } from 'constructs';
import { AllowOptions } from './allow-options';
import { addExternalEdge } from './external-edge';
import { refuseToken } from './grant-options';
import { HostObjects } from './host-registry';
import { IPeer, PeerFacts } from './peer';
import { ITarget } from './target';
import { DestinationRule } from '../resources/destination-rule';
import { ServiceEntry } from '../resources/service-entry';
import { invalid, requireReason } from '../values/errors';
import { ExternalHost } from '../values/external-host';
import { Port } from '../values/port';

/**
 * Properties for `EgressAllowlist`.
 */
export interface EgressAllowlistProps {
  /**
   * The hosts. At least one.
   * @default - none yet: they are added by `addHost`
   */
  readonly hosts?: ExternalHost[];
  /**
   * Who may reach them: workloads, or `namespace.everyWorkload(reason)`. At least one.
   * @default - nobody yet: they are added by `allowFrom`
   */
  readonly from?: IPeer[];
  /** What the hosts are needed for; one line. */
  readonly reason: string;
}

/**
 * Hosts outside of the mesh that some workloads, or all of a namespace, may reach.
 *
 * For each namespace of a source it defines one ServiceEntry per host, exported to that namespace alone; a DestinationRule where the proxy
 * speaks TLS; the host in the Sidecar of each source, so no other workload knows it; and in the NetworkPolicy of each source the addresses
 * of the host, or every public address on its port where they are not known.
 *
 * What it is worth: `REGISTRY_ONLY` and ServiceEntries hold an honest application to its hosts. They are **no boundary for a hostile pod**,
 * which can run as the user of the proxy, use UDP, or write any server name into its handshake. The boundary is the NetworkPolicy, as
 * narrow as the `cidrs` of the hosts; where addresses are not known, an egress gateway that alone may leave the cluster.
 *
 * @see https://istio.io/latest/docs/tasks/traffic-management/egress/egress-control/#security-note
 * @example
 * import { EgressAllowlist, ExternalHost, Port, ZeroTrustNamespace } from 'cdk8s-zero-trust';
 *
 * function addPayments(shop: ZeroTrustNamespace) {
 *   const payment = shop.addWorkload('payment', { ports: [Port.grpc(50051)] });
 *   new EgressAllowlist(shop, 'cards', { from: [payment], hosts: [ExternalHost.https('api.cards.example')], reason: 'card payments' });
 * }
 */
export class EgressAllowlist extends Construct implements ITarget {
  private readonly reason: string;
  private readonly allHosts: ExternalHost[] = [];
  private readonly sources: Source[] = [];

  public constructor(scope: Construct, id: string, props: EgressAllowlistProps) {
    super(scope, id);
    this.reason = requireReason(props.reason, `the allow-list ${this.node.path}`);
    this.requireFilled('hosts', props.hosts, 'ExternalHost.https("api.payments.example")');
    this.requireFilled('from', props.from, 'a workload, or namespace.everyWorkload(reason)');
    props.hosts?.forEach((host) => this.addHost(host));
    props.from?.forEach((peer) => this.allowFrom(peer));
    this.node.addValidation({ validate: () => this.problems() });
  }

  /** The hosts. Returns a copy. */
  public get hosts(): ExternalHost[] {
    return [...this.allHosts];
  }

  /** The ServiceEntries of the hosts, one per host and namespace. */
  public get serviceEntries(): ServiceEntry[] {
    return this.objects().map((o) => o.entry).filter((entry) => entry !== undefined);
  }

  /** The DestinationRules of the hosts for which proxies speak TLS. */
  public get destinationRules(): DestinationRule[] {
    return this.objects().flatMap((o) => o.rules);
  }

  /**
   * Adds a host for all sources.
   *
   * @throws when the host is described in another way in a namespace of a source, when proxies could not tell it from another one there, or
   * when it needs a mesh fact that is not stated
   */
  public addHost(host: ExternalHost): void {
    this.sources.forEach((source) => this.connect(source, host));
    this.allHosts.push(host);
  }

  /**
   * Lets a workload, or all of a namespace, reach the hosts. Granting the same twice changes nothing.
   *
   * @param options ports of the servers (`host.serverPort`: where the proxy speaks TLS that is the TLS port, not the plain one), and a
   * reason of this grant instead of the list's
   * @throws when the peer belongs to somebody else, when routes or claims are given, and whatever `addHost` refuses
   */
  public allowFrom(peer: IPeer, options: AllowOptions = {}): void {
    const facts = peer._asPeer();
    this.requireEnforceable(facts, options);
    const reason = options.reason === undefined ? this.reason : requireReason(options.reason, `a grant of ${this.node.path}`);
    const source = { facts, ports: options.ports && [...options.ports], reason };
    this.allHosts.forEach((host) => this.connect(source, host));
    this.sources.push(source);
  }

  private connect(source: Source, host: ExternalHost): void {
    if (source.ports === undefined || source.ports.some((port) => isPortOf(host, port))) {
      addExternalEdge(this, source.facts, host, source.reason);
    }
  }

  private requireEnforceable(peer: PeerFacts, { routes, issuers, claims, ports }: AllowOptions): void {
    if (routes !== undefined) {
      throw invalid(`routes from ${peer.name} to hosts outside of the mesh would be enforced by nobody: the proxy of the sender decides about hosts, not requests`,
        routes.map(String), 'grants without routes', 'leave routes out; an egress gateway can decide about requests');
    }
    refuseToken('hosts outside of the mesh', { claims, issuers }, 'leave them out; the server validates its tokens itself');
    if (ports?.length === 0) {
      throw invalid(`the grant from ${peer.name} has an empty list of ports`, ports, 'at least one port', 'leave ports out for all of them');
    }
  }

  private objects(): HostObjects[] {
    const registries = new Set(this.sources.map(({ facts }) => facts.externalHosts!()));
    return [...registries].flatMap((registry) => this.allHosts.map((host) => registry.objectsOf(host)));
  }

  private problems(): string[] {
    const strange = this.sources.flatMap(({ facts, ports }) => (ports ?? [])
      .filter((port) => !this.allHosts.some((host) => isPortOf(host, port)))
      .map((port) => `no host of the allow-list has ${port}, which it grants to ${facts.name}; its hosts: ${this.allHosts.join(', ')}`));
    return [
      ...(this.allHosts.length === 0 ? ['the allow-list has no host, so it allows nothing; add one with addHost'] : []),
      ...(this.sources.length === 0 ? ['nobody may use the allow-list; name workloads in from, or call allowFrom'] : []),
      ...strange,
    ];
  }

  private requireFilled(name: string, list: unknown[] | undefined, example: string): void {
    if (list?.length === 0) {
      throw invalid(`${name} of the allow-list ${this.node.path} is an empty list`, list, `at least one entry, for example ${example}`,
        'leave it out if the entries are added later');
    }
  }
}

/** The port of the server counts, not the plain one that the application dials where its proxy speaks TLS. */
function isPortOf(host: ExternalHost, port: Port): boolean {
  return port._isSameNumber(host.serverPort);
}

/** Somebody who may reach the hosts. */
interface Source {
  readonly facts: PeerFacts;
  readonly ports?: Port[];
  readonly reason: string;
}
