import { Construct } from 'constructs';
import { Enforcement, Layer } from './enforcement';
import { ObjectRole } from './git-ops';
import { NamespaceSettings, objectMetadata } from './namespace-settings';
import { AuthorizationPolicy, AuthorizationRule } from '../resources/authorization-policy';
import { LabelExpression, LabelSelector } from '../resources/label-selector';
import { NetworkPolicy, NetworkPolicyEgressRule, NetworkPolicyIngressRule, NetworkPolicyType } from '../resources/network-policy';
import { NetworkPolicyPeer } from '../resources/network-policy-peer';
import { MtlsMode, PeerAuthentication, PortLevelMtls } from '../resources/peer-authentication';
import { OutboundTrafficPolicyMode, Sidecar } from '../resources/sidecar';
import { QUARANTINE_LABEL } from '../values/grammar/intended-access';

/** What the objects of a workload are made of; everything is produced at synth. */
export interface WorkloadPlan {
  selector(): Record<string, string>;
  authorizationRules(): AuthorizationRule[];
  authorizationLines(): string[];
  networkRules(): { ingress: NetworkPolicyIngressRule[]; egress: NetworkPolicyEgressRule[] };
  networkLines(): string[];
  plaintextPorts(): PortLevelMtls[];
  plaintextLines(): string[];
  egressHosts(): string[];
}

/**
 * Defines the objects of a workload when the first grant needs them.
 *
 * Each kind has a place in the tree from the start, so the order of the calls never changes the order of the documents.
 */
export class WorkloadObjects {
  public authorizationPolicy?: AuthorizationPolicy;
  public networkPolicy?: NetworkPolicy;
  public peerAuthentication?: PeerAuthentication;
  public sidecar?: Sidecar;
  private readonly identity: Construct;
  private readonly network: Construct;
  private readonly mtls: Construct;
  private readonly egress: Construct;

  public constructor(
    scope: Construct,
    private readonly name: string,
    private readonly settings: NamespaceSettings,
    private readonly enforcement: Enforcement,
    private readonly plan: WorkloadPlan,
  ) {
    this.identity = new Construct(scope, 'identity');
    this.network = new Construct(scope, 'network');
    this.mtls = new Construct(scope, 'mtls');
    this.egress = new Construct(scope, 'egress');
    if (enforcement !== settings.enforcement) {
      this.deviate();
    }
  }

  /** The ALLOW policy of the workload. */
  public needAuthorization(): void {
    if (this.takes(Layer.IDENTITY) && this.authorizationPolicy === undefined) {
      this.authorizationPolicy = new AuthorizationPolicy(this.identity, 'allow', {
        metadata: objectMetadata(this.settings, this.name, { role: ObjectRole.GRANT, grantLines: () => this.plan.authorizationLines() }),
        dryRun: this.observes,
      });
      this.authorizationPolicy._produceSelector(() => this.plan.selector());
      this.authorizationPolicy._produceRules(() => this.plan.authorizationRules());
    }
  }

  /** The NetworkPolicy of the workload. Kubernetes knows no dry run, so there is none while observing. */
  public needNetwork(): void {
    if (this.takes(Layer.NETWORK) && !this.observes && this.networkPolicy === undefined) {
      this.networkPolicy = new NetworkPolicy(this.network, 'policy', {
        metadata: objectMetadata(this.settings, this.name, { role: this.role, grantLines: () => this.plan.networkLines() }),
        podSelector: LabelSelector.all(),
        policyTypes: [NetworkPolicyType.INGRESS, NetworkPolicyType.EGRESS],
      });
      this.networkPolicy._producePodSelector(() => this.podSelector());
      this.networkPolicy._produceRules(() => this.plan.networkRules());
    }
  }

  /** The PeerAuthentication of the workload: only where a port deviates from its namespace. */
  public needMtls(): void {
    const permissiveAlready = this.observes && this.settings.enforcement === Enforcement.OBSERVE;
    if (this.takes(Layer.MTLS) && !permissiveAlready && this.peerAuthentication === undefined) {
      this.peerAuthentication = new PeerAuthentication(this.mtls, 'modes', {
        metadata: objectMetadata(this.settings, this.name, { role: this.role, grantLines: () => this.plan.plaintextLines() }),
        mode: this.observes ? MtlsMode.PERMISSIVE : MtlsMode.STRICT,
      });
      this.peerAuthentication._produceSelector(() => this.plan.selector());
      this.peerAuthentication._producePortLevelMtls(() => this.observes ? [] : this.plan.plaintextPorts());
    }
  }

  /** The Sidecar of the workload: only where its hosts differ from those of its namespace, which would lend them to everybody. */
  public needSidecar(): void {
    if (this.restrictsEgress && this.sidecar === undefined) {
      this.sidecar = this.newSidecar(OutboundTrafficPolicyMode.REGISTRY_ONLY, () => this.plan.egressHosts());
    }
  }

  /** A ServiceEntry of the workload; a second one of the same id is the first. */
  public needServiceEntry(id: string, define: (scope: Construct) => void): void {
    if (this.restrictsEgress && this.egress.node.tryFindChild(id) === undefined) {
      define(this.egress);
    }
  }

  /** Whether the proxy knows no host but those that are defined. */
  public get restrictsEgress(): boolean {
    return this.takes(Layer.EGRESS) && !this.observes;
  }

  public takes(layer: Layer): boolean {
    return this.settings.layers.includes(layer);
  }

  private get observes(): boolean {
    return this.enforcement === Enforcement.OBSERVE;
  }

  /** In an open namespace the objects of a workload that is closed ahead are what refuses. */
  private get role(): ObjectRole {
    return !this.observes && this.settings.enforcement === Enforcement.OBSERVE ? ObjectRole.DENY : ObjectRole.GRANT;
  }

  /** The workload is in another phase than its namespace, so it needs a baseline of its own. */
  private deviate(): void {
    this.needMtls();
    if (this.observes) {
      this.openWhileObserving();
    } else {
      this.closeAhead();
    }
  }

  private openWhileObserving(): void {
    const reason = 'observed before it is enforced: everything is admitted for now';
    const metadata = () => objectMetadata(this.settings, `${this.name}-observe`, { role: ObjectRole.GRANT, reason });
    if (this.takes(Layer.IDENTITY)) {
      const policy = new AuthorizationPolicy(this.identity, 'observe', { metadata: metadata() });
      policy._produceSelector(() => this.plan.selector());
      policy.addUnrestrictedRule();
    }
    if (this.takes(Layer.NETWORK)) {
      const policy = new NetworkPolicy(this.network, 'observe', {
        metadata: metadata(),
        podSelector: LabelSelector.all(),
        ingress: [{ from: [NetworkPolicyPeer.anywhere()] }],
        egress: [{ to: [NetworkPolicyPeer.anywhere()] }],
      });
      policy._producePodSelector(() => this.podSelector());
    }
    if (this.takes(Layer.EGRESS)) {
      this.sidecar = this.newSidecar(OutboundTrafficPolicyMode.ALLOW_ANY, () => ['*/*']);
    }
  }

  private closeAhead(): void {
    if (this.takes(Layer.IDENTITY)) {
      const metadata = objectMetadata(this.settings, `${this.name}-allow-nothing`, { role: ObjectRole.DENY });
      AuthorizationPolicy.allowNothing(this.identity, 'allow-nothing', { metadata })._produceSelector(() => this.plan.selector());
    }
    if (this.takes(Layer.NETWORK)) {
      // the policy of the workload leaves isolated pods out, and the namespace has no default deny yet
      const policy = new NetworkPolicy(this.network, 'default-deny', {
        metadata: objectMetadata(this.settings, `${this.name}-default-deny`, { role: ObjectRole.DENY }),
        podSelector: LabelSelector.all(),
        policyTypes: [NetworkPolicyType.INGRESS, NetworkPolicyType.EGRESS],
      });
      policy._producePodSelector(() => LabelSelector.labels(this.plan.selector()));
    }
    this.needNetwork();
    this.needSidecar();
  }

  private newSidecar(mode: OutboundTrafficPolicyMode, hosts: () => string[]): Sidecar {
    const sidecar = new Sidecar(this.egress, 'hosts', {
      metadata: objectMetadata(this.settings, this.name, { role: this.role }),
      outboundTrafficPolicy: mode,
    });
    sidecar._produceSelector(() => this.plan.selector());
    sidecar._produceEgress(hosts);
    return sidecar;
  }

  private podSelector(): LabelSelector {
    return LabelSelector.labels(this.plan.selector()).withExpression(LabelExpression.doesNotExist(QUARANTINE_LABEL));
  }
}
