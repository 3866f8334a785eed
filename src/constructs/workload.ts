import { Construct } from 'constructs';
import { AccessRecord } from './access-record';
import { passesProxy } from './access-rules';
import { AllowOptions } from './allow-options';
import { CloudIdentity } from './cloud-identity';
import { addEdge } from './edge';
import { Enforcement } from './enforcement';
import { ForeignWorkload } from './foreign-workload';
import { ObjectRole } from './git-ops';
import { checkOptions, copyOf, grantedPorts, refuseToken, validatePorts } from './grant-options';
import { intendedPods } from './intent';
import { recordHoles } from './namespace-baseline';
import { IZeroTrustNamespace, namespaceFor, serviceHost } from './namespace-ref';
import { objectMetadata } from './namespace-settings';
import { EgressEdge, IPeer, PeerFacts } from './peer';
import { PlaintextSource } from './plaintext-source';
import { ObjectPods, Pods } from './pods';
import { withAddresses } from './public-addresses';
import { accountNameOf, ServiceAccountRef } from './service-account-ref';
import { ITarget, IWorkload } from './target';
import { checkedName, checkedPorts, podsOf } from './workload-arguments';
import { registerWorkload } from './workload-checks';
import { allowApiServer, allowCloudIdentity, allowPlaintext, needKubernetesApi } from './workload-exceptions';
import { intendExternal, intendWorkload } from './workload-intent';
import { WorkloadObjects } from './workload-objects';
import { Facade, WorkloadAttributes, WorkloadFromApiObjectProps, WorkloadProps } from './workload-props';
import { AuthorizationPolicy } from '../resources/authorization-policy';
import { NetworkPolicy } from '../resources/network-policy';
import { PeerAuthentication } from '../resources/peer-authentication';
import { ServiceAccount } from '../resources/service-account';
import { Sidecar } from '../resources/sidecar';
import { AnnotatedWorkload, workloadsAnnotation } from '../values/grammar/workloads-annotation';
import { Port } from '../values/port';
import { WorkloadIdentity } from '../values/workload-identity';

/**
 * A set of pods with one identity, closed until somebody is allowed in.
 *
 * Defines a ServiceAccount without an API token (unless the account is somebody else's). The first grant also defines one NetworkPolicy and
 * one ALLOW AuthorizationPolicy of the workload's name; all further grants are merged into them, in an order that does not depend on the
 * order of the calls. A grant opens both sides: what the source may send and what the target admits.
 *
 * @see https://istio.io/latest/docs/concepts/security/#authorization-policies
 * @example
 * import { App, Chart } from 'cdk8s';
 * import { ClusterDns, DataPlane, HttpMatch, Port, SidecarInjection, Workload, ZeroTrustMesh, ZeroTrustNamespace } from 'cdk8s-zero-trust';
 *
 * const mesh = ZeroTrustMesh.reference({
 *   dataPlane: DataPlane.SIDECAR,
 *   trustDomain: 'cluster.local',
 *   rootNamespace: 'istio-system',
 *   clusterDomain: 'cluster.local',
 *   injection: SidecarInjection.namespaceLabel(),
 *   dns: ClusterDns.coreDns(),
 * });
 * const shop = new ZeroTrustNamespace(new Chart(new App(), 'chart'), 'shop', { mesh });
 * const web = new Workload(shop, 'web', { ports: [Port.http(8080)] });
 * const orders = new Workload(shop, 'orders', { ports: [Port.http(8080)] });
 * orders.allowFrom(web, { routes: [HttpMatch.get('/v1/orders/*')], reason: 'order page' });
 */
export class Workload extends Construct implements IWorkload {
  /**
   * A workload whose selector, account and container ports are read from the object that makes its pods.
   *
   * The object must run its pods under the account of the workload; when it does not, synth fails and shows the line to add.
   */
  public static fromApiObject(scope: Construct, id: string, props: WorkloadFromApiObjectProps): Workload {
    const { apiObject, ports, ...options } = props;
    return new Workload(scope, id, { ...options, _pods: new ObjectPods(apiObject, ports) });
  }

  /**
   * A workload whose pods somebody else defines. No ServiceAccount is emitted, and no policy either when somebody else owns the namespace.
   */
  public static fromAttributes(scope: Construct, id: string, attributes: WorkloadAttributes): IWorkload {
    const namespace = namespaceFor(scope, id, attributes.namespace);
    const { serviceAccountName, ...rest } = attributes;
    return namespace._settings.owned
      ? new Workload(scope, id, { ...rest, namespace, serviceAccount: ServiceAccountRef.existing(serviceAccountName) })
      : new ForeignWorkload(scope, id, namespace, attributes);
  }

  /** The namespace of the pods. */
  public readonly namespace: IZeroTrustNamespace;
  public readonly workloadName: string;
  public readonly namespaceName: string;
  public readonly serviceAccountName: string;
  public readonly peerName: string;
  /** The account, when it is emitted with the workload. */
  public readonly serviceAccount?: ServiceAccount;

  /** @internal */
  public readonly _record: AccessRecord;
  /** @internal */
  public readonly _objects: WorkloadObjects;
  /** @internal */
  public readonly _pods: Pods;
  /** @internal */
  public readonly _facade?: Facade;
  /** @internal */
  public _needsToken = false;

  private readonly serviceName: string;

  public constructor(scope: Construct, id: string, props: WorkloadProps = {}) {
    super(scope, id);
    this.namespace = namespaceFor(scope, id, props.namespace);
    this.workloadName = checkedName(props.workloadName ?? id);
    this.namespaceName = this.namespace.namespaceName;
    this.peerName = `${this.namespaceName}/${this.workloadName}`;
    this.serviceName = props.serviceName ?? this.workloadName;
    const account = props.serviceAccount ?? ServiceAccountRef.own();
    this.serviceAccountName = accountNameOf(account, this.workloadName);
    this._pods = props._pods ?? podsOf(this.peerName, this.workloadName, checkedPorts(this.peerName, props.ports ?? []), props);
    this._facade = props._facade;
    this.serviceAccount = account.emitted ? this.newServiceAccount() : undefined;
    this._record = new AccessRecord(this.namespaceName);
    const settings = this.namespace._settings;
    this._objects = new WorkloadObjects(this, this.workloadName, settings, props.enforcement ?? settings.enforcement, {
      selector: () => this._pods.selector(),
      authorizationRules: () => this._record.authorizationRules(),
      authorizationLines: () => this._record.authorizationLines(),
      networkRules: () => this._record.networkRules(),
      networkLines: () => this._record.networkLines(),
      plaintextPorts: () => this._record.plaintextPorts(),
      plaintextLines: () => this._record.plaintextLines(),
      egressHosts: () => [...new Set([...settings.egressHosts(), ...this._record.hosts()])],
    });
    if (props.enforcement === Enforcement.ENFORCE && settings.enforcement === Enforcement.OBSERVE) {
      this._record.holes = settings.holes;
      this._record.namespaceWide = settings.wideEdges;
      settings.eachWideEdge((edge) => this.useExternalHost(edge));
      recordHoles(this, settings.holes, () => ({ name: this.peerName, pods: intendedPods(this._podsOfPeer()) }));
    }
    intendWorkload(this, props.enforcement ?? settings.enforcement);
    registerWorkload(this, account);
  }

  /** The identity that the mesh gives the pods. */
  public get identity(): WorkloadIdentity {
    const { trustDomain } = this.namespace.mesh.facts;
    return WorkloadIdentity.of({ trustDomain, namespace: this.namespaceName, serviceAccount: this.serviceAccountName });
  }

  /** The ports of the workload. Those of an object are read from it now. The list is a copy. */
  public get ports(): Port[] {
    return [...this._pods.ports()];
  }

  /** The ALLOW policy; undefined until something is allowed to the workload. */
  public get authorizationPolicy(): AuthorizationPolicy | undefined {
    return this._objects.authorizationPolicy;
  }

  /** The network policy; undefined until the workload may reach or be reached, and while it is only observed. */
  public get networkPolicy(): NetworkPolicy | undefined {
    return this._objects.networkPolicy;
  }

  /** The mutual TLS of the workload where it deviates from its namespace; undefined where it does not. */
  public get peerAuthentication(): PeerAuthentication | undefined {
    return this._objects.peerAuthentication;
  }

  /** The Sidecar of the workload; undefined where it knows the hosts of its namespace and no others. */
  public get sidecar(): Sidecar | undefined {
    return this._objects.sidecar;
  }

  /**
   * Lets a peer reach this workload: the egress of the source, the ingress of the target, and the identity of the source in the ALLOW
   * policy of the target. Granting the same twice changes nothing.
   *
   * When somebody else owns the peer, its half is recorded as an assumption with the manifest that its owner needs.
   *
   * @throws when a port is not one of the workload's, when routes are given for a port that is not HTTP, when claims are given (nothing
   * here validates a token), when a list is empty, or when the peer is in another cluster
   */
  public allowFrom(peer: IPeer, options: AllowOptions = {}): void {
    if (this._facade !== undefined) {
      throw new Error(`${this.peerName} is part of a ${this._facade.name}, which decides what is admitted; call allowFrom of the ${this._facade.name}`);
    }
    refuseToken(this.peerName, options, 'use a JwtProtectedService, or leave them out');
    this._admit(peer, options);
  }

  /**
   * What `allowFrom` does, for the construct that the workload is a part of.
   *
   * @internal
   */
  public _admit(peer: IPeer, options: AllowOptions): void {
    const said = copyOf(options);
    checkOptions(this.peerName, said, this._pods.declaredPorts);
    const facts = peer._asPeer();
    const ports = () => grantedPorts(said, this._pods.ports());
    const reason = said.reason?.trim() ?? facts.wideReason ?? '';
    const host = serviceHost(this.namespace, this.serviceName);
    addEdge(this, { peer: facts, target: this.peerName, targetPods: () => this._podsOfPeer(), ports, options: said, reason, host });
    const { routes = [], issuers = [], claims = [] } = said;
    this._record.ingress.push({ peer: facts, ports, routes, issuers, claims, reason });
    if (this._pods.declaredPorts === undefined) {
      validatePorts(this, this.peerName, said, () => this._pods.ports());
    }
    if (this._pods.declaredPorts === undefined || ports().some(passesProxy)) {
      this._objects.needAuthorization();
    }
    this._objects.needNetwork();
  }

  /** Lets this workload reach a target; the same as `target.allowFrom(this, options)`. */
  public allowTo(target: ITarget, options: AllowOptions = {}): void {
    target.allowFrom(this, options);
  }

  /**
   * Lets a client without mesh identity reach one port in plaintext: the port accepts plaintext beside mutual TLS, the ALLOW policy admits
   * anonymous clients at these addresses on it, and the NetworkPolicy lets them through. Nothing but the address tells these clients from
   * others.
   *
   * @param port a TCP port of the workload
   * @param reason why the client cannot be part of the mesh
   * @throws when pods are named and the mesh facts do not say where pods are (`pods`), or the port is not one of the workload's
   */
  public allowPlaintextFrom(source: PlaintextSource, port: Port, reason: string): void {
    allowPlaintext(this, source, port, reason);
  }

  /**
   * Lets the API servers call one port: admission and conversion webhooks, aggregated APIs. They have no mesh identity, so it is a
   * plaintext grant bounded by their addresses (the application usually speaks TLS of its own).
   *
   * @throws when the mesh facts do not say where the API servers are
   */
  public allowFromApiServer(port: Port, reason: string): void {
    allowApiServer(this, port, reason);
  }

  /**
   * Lets the workload call the Kubernetes API: its pods get a token, its proxy knows the Service `kubernetes`, and the NetworkPolicy admits
   * the endpoints behind it.
   *
   * @param reason what it does there; RBAC decides what it may
   * @throws when the mesh facts do not say where the API servers are
   */
  public needsKubernetesApi(reason: string): void {
    needKubernetesApi(this, reason);
  }

  /**
   * Lets the workload fetch cloud credentials from the given service: NetworkPolicy, ServiceEntry and Sidecar for its addresses.
   *
   * @param reason what the workload does in the cloud
   */
  public allowCloudIdentity(cloud: CloudIdentity, reason: string): void {
    allowCloudIdentity(this, cloud, reason);
  }

  /** @internal */
  public _asPeer(): PeerFacts {
    return {
      name: this.peerName,
      principals: [this.identity.principal],
      pods: () => this._podsOfPeer(),
      scope: this,
      externalHosts: this.namespace._settings.externalHosts,
      grantEgress: (edge) => {
        this.useExternalHost(edge);
        const known = withAddresses(edge, this.namespace.mesh.facts);
        this._record.egress.push(known);
        intendExternal(this, () => ({ name: this.peerName, pods: intendedPods(this._podsOfPeer()) }), known);
        this._objects.needNetwork();
        if (edge.host !== undefined && edge.host.namespace !== this.namespaceName) {
          this._objects.needSidecar();
        }
      },
    };
  }

  /** @internal */
  public _podsOfPeer() {
    return { namespace: this.namespaceName, podLabels: this._pods.selector() };
  }

  private useExternalHost({ external, reason }: EgressEdge): void {
    if (external !== undefined) {
      const workload = { name: this.workloadName, selector: () => this._pods.selector() };
      const restricted = this._objects.restrictsEgress;
      this.namespace._settings.externalHosts().use(external, { name: this.peerName, reason, workload, restricted });
    }
  }

  private description(): AnnotatedWorkload {
    const ports = this._pods.ports().map(String).sort();
    return { name: this.workloadName, labels: this._pods.selector(), ports, dataPlane: this.namespace.mesh.facts.dataPlane };
  }

  private newServiceAccount(): ServiceAccount {
    const account = new ServiceAccount(this, 'account', {
      metadata: objectMetadata(this.namespace._settings, this.serviceAccountName, {
        role: ObjectRole.IDENTITY,
        unprefixed: true,
        workloads: () => workloadsAnnotation([this.description()]),
      }),
    });
    account._produceAutomount(() => this._needsToken);
    return account;
  }
}
