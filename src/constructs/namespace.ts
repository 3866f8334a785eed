import { Construct } from 'constructs';
import { ALL_LAYERS, Enforcement, Layer } from './enforcement';
import { ExternalHosts } from './external-hosts';
import { ObjectRole } from './git-ops';
import { holesOf, providersOf } from './holes';
import { HostRegistry } from './host-registry';
import { IZeroTrustMesh } from './mesh';
import { addBaseline } from './namespace-baseline';
import { NamespaceReferenceProps, ZeroTrustNamespaceProps } from './namespace-props';
import { IZeroTrustNamespace, markNamespace } from './namespace-ref';
import { NamespaceSettings, objectMetadata } from './namespace-settings';
import { NamespaceWide } from './namespace-wide';
import { EgressEdge, IPeer } from './peer';
import { PodSecurity } from './pod-security';
import { EveryWorkloadOfNamespace } from './wide-peers';
import { Workload } from './workload';
import { WorkloadProps } from './workload-props';
import { AuthorizationPolicy } from '../resources/authorization-policy';
import { Namespace } from '../resources/namespace';
import { NetworkPolicy } from '../resources/network-policy';
import { PeerAuthentication } from '../resources/peer-authentication';
import { Sidecar } from '../resources/sidecar';
import { Grants } from '../synth/grants';
import { invalid } from '../values/errors';
import { dnsLabelProblem } from '../values/grammar/names';

/**
 * A namespace in which nothing is allowed until somebody says so, on every layer.
 *
 * Defines the Namespace with its injection and Pod Security labels; a default-deny NetworkPolicy for both directions; STRICT mutual TLS
 * (PeerAuthentication `default`); an AuthorizationPolicy that allows nothing; a Sidecar with `REGISTRY_ONLY` that knows the Services of the
 * namespace and the providers of the mesh; and a NetworkPolicy for each thing that pods cannot live without: cluster DNS, istiod, the
 * scrape of the mesh's Prometheus, the providers.
 *
 * NetworkPolicies add up, so a pod can only be isolated if nothing lets it through: every policy here but the default deny leaves out pods
 * that carry the label `cdk8s-zero-trust/quarantine`.
 *
 * @see https://istio.io/latest/docs/ops/best-practices/security/
 * @example
 * import { App, Chart } from 'cdk8s';
 * import { ClusterDns, DataPlane, Port, SidecarInjection, ZeroTrustMesh, ZeroTrustNamespace } from 'cdk8s-zero-trust';
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
 * shop.addWorkload('web', { ports: [Port.http(8080)] });
 */
export class ZeroTrustNamespace extends Construct implements IZeroTrustNamespace {
  /**
   * A namespace whose baseline somebody else owns. Emits nothing by itself.
   *
   * Workloads that this app defines in it with `new Workload` get their policies; those that are only named with `Workload.fromAttributes`
   * belong to others, and nothing is emitted for them.
   */
  public static reference(scope: Construct, id: string, props: NamespaceReferenceProps): IZeroTrustNamespace {
    return new ReferencedNamespace(scope, id, props);
  }

  public readonly namespaceName: string;
  public readonly mesh: IZeroTrustMesh;
  /** The Namespace object; undefined when somebody else creates it. */
  public readonly namespace?: Namespace;
  /** Refuses all packets in both directions; undefined while observing or without the network layer. */
  public readonly defaultDeny?: NetworkPolicy;
  /** Allows no request; undefined without the identity layer. */
  public readonly allowNothing?: AuthorizationPolicy;
  /** The mutual TLS of the namespace; undefined without the mTLS layer. */
  public readonly peerAuthentication?: PeerAuthentication;
  /** The hosts that proxies know; undefined without the egress layer. */
  public readonly sidecar?: Sidecar;
  /** @internal */
  public readonly _settings: NamespaceSettings;

  private readonly _holes: NetworkPolicy[];
  private readonly wide: NamespaceWide;
  private readonly externalHosts: ExternalHosts;

  public constructor(scope: Construct, id: string, props: ZeroTrustNamespaceProps) {
    super(scope, id);
    this.namespaceName = checkedNamespaceName(props.namespaceName ?? id);
    this.mesh = props.mesh;
    requireOpenMesh(this.namespaceName, props);
    this._settings = settingsOf(this.namespaceName, props, {
      owned: true,
      hosts: () => this.wide.hosts(),
      wideEdges: () => this.wide.all,
      eachWideEdge: (visit) => this.wide.each(visit),
      externalHosts: () => this.externalHosts,
    });
    markNamespace(this);
    this.namespace = this.addNamespace(props);
    const baseline = addBaseline(this, this._settings);
    this.defaultDeny = baseline.defaultDeny;
    this.allowNothing = baseline.allowNothing;
    this.peerAuthentication = baseline.peerAuthentication;
    this.sidecar = baseline.sidecar;
    this._holes = baseline.holes;
    this.wide = new NamespaceWide(this, this._settings);
    this.externalHosts = new ExternalHosts(this, this._settings, this.mesh.facts);
  }

  /** The network policies that let through what pods cannot live without. The list is a copy. */
  public get holes(): NetworkPolicy[] {
    return [...this._holes];
  }

  /** Defines a workload in this namespace; the same as `new Workload(namespace, id, props)`. */
  public addWorkload(id: string, props: WorkloadProps = {}): Workload {
    return new Workload(this, id, props);
  }

  public everyWorkload(reason: string): IPeer {
    return new EveryWorkloadOfNamespace(this._settings, reason, { scope: this, grantEgress: (edge) => this.wide.grant(edge) });
  }

  private addNamespace(props: ZeroTrustNamespaceProps): Namespace | undefined {
    const labels = namespaceLabels(props, this.namespaceName);
    if (props.createNamespace !== false) {
      const metadata = objectMetadata(this._settings, this.namespaceName, { role: ObjectRole.NAMESPACE, unprefixed: true });
      return new Namespace(this, 'namespace', { metadata: { ...metadata, namespace: undefined, labels: { ...metadata.labels, ...labels } } });
    }
    const text = Object.entries(labels).map(([key, value]) => `kubectl label namespace ${this.namespaceName} ${key}=${value}`).sort().join('\n');
    const statement = `namespace ${this.namespaceName} carries the labels that this app would give it`;
    Grants.of(this)._assume(() => [{ owner: `whoever creates namespace ${this.namespaceName}`, statement, text, path: this.node.path }]);
    return undefined;
  }
}

class ReferencedNamespace extends Construct implements IZeroTrustNamespace {
  public readonly namespaceName: string;
  public readonly mesh: IZeroTrustMesh;
  public readonly _settings: NamespaceSettings;
  private readonly externalHosts: ExternalHosts;

  public constructor(scope: Construct, id: string, props: NamespaceReferenceProps) {
    super(scope, id);
    this.namespaceName = checkedNamespaceName(props.namespaceName);
    this.mesh = props.mesh;
    this._settings = settingsOf(this.namespaceName, props, {
      owned: false, hosts: () => [], wideEdges: () => [], eachWideEdge: () => undefined, externalHosts: () => this.externalHosts,
    });
    this.externalHosts = new ExternalHosts(this, this._settings, this.mesh.facts);
    markNamespace(this);
  }

  public everyWorkload(reason: string): IPeer {
    return new EveryWorkloadOfNamespace(this._settings, reason, { scope: this });
  }
}

interface SettingsExtra {
  readonly owned: boolean;
  readonly hosts: () => string[];
  readonly wideEdges: () => EgressEdge[];
  readonly eachWideEdge: NamespaceSettings['eachWideEdge'];
  readonly externalHosts: () => HostRegistry;
}

function settingsOf(name: string, props: ZeroTrustNamespaceProps | NamespaceReferenceProps, extra: SettingsExtra): NamespaceSettings {
  const { facts } = props.mesh;
  const { holes } = props as ZeroTrustNamespaceProps;
  const providers = holes?.providers === false ? [] : providersOf(facts).map((p) => `${p.namespace}/${p.host}`);
  return {
    name,
    facts,
    enforcement: props.enforcement ?? Enforcement.ENFORCE,
    layers: checkedLayers(name, props.layers),
    namePrefix: props.namePrefix ?? '',
    gitOps: props.gitOps,
    owned: extra.owned,
    wideEdges: extra.wideEdges,
    eachWideEdge: extra.eachWideEdge,
    externalHosts: extra.externalHosts,
    // the Services of the namespace rather than `./*`, which would lend each workload the external hosts of all others
    egressHosts: () => [`./*.${name}.svc.${facts.clusterDomain}`, ...[...new Set([...providers, ...extra.hosts()])].sort()],
    holes: holesOf(facts, holes),
  };
}

/** A dry run in the namespace does not take back what an enforced policy of the root namespace refuses. */
function requireOpenMesh(name: string, props: ZeroTrustNamespaceProps): void {
  if (props.enforcement === Enforcement.OBSERVE && props.mesh._allowsNothing) {
    throw new Error(`namespace ${name} is observed, but the mesh-wide allow-nothing policy would refuse everything in it; `
      + 'enforce the namespace and observe its workloads, or add allowNothing to the mesh when no namespace is observed any more');
  }
}

function checkedLayers(name: string, layers?: Layer[]): Layer[] {
  if (layers?.length === 0) {
    throw invalid(
      `namespace ${name} takes no layer, which would protect nothing`,
      layers,
      Object.values(Layer).join(', '),
      'name at least one layer, or leave layers out for all of them',
    );
  }
  return layers === undefined ? ALL_LAYERS : [...layers];
}

function checkedNamespaceName(name: string): string {
  const problem = dnsLabelProblem(name);
  if (problem !== undefined) {
    throw invalid(
      `the namespace name is not usable (${problem})`,
      name,
      'a DNS label: lower case letters, digits and "-", at most 63',
      'pass namespaceName if the construct id has to stay',
    );
  }
  return name;
}

const MANAGED_BY = 'app.kubernetes.io/managed-by';

function namespaceLabels(props: ZeroTrustNamespaceProps, name: string): Record<string, string> {
  const { injection, istioCni } = props.mesh.facts;
  const podSecurity = props.podSecurity ?? PodSecurity.auditRestricted();
  if (podSecurity._enforces && istioCni !== true) {
    throw invalid(`namespace ${name} enforces restricted pods, but the mesh facts do not say that istio-cni is installed`, istioCni, 'istioCni: true',
      'without istio-cni injection adds an init container that is refused, and no pod starts; state the fact or use PodSecurity.auditRestricted()');
  }
  const conflict = [injection._conflictingLabel, injection.label].find((label) => props.labels?.[label] !== undefined);
  if (conflict !== undefined) {
    throw invalid(`namespace ${name} is given a label that decides about injection`, { [conflict]: props.labels?.[conflict] }, `${injection.label} from the mesh facts`,
      'with istio-injection and istio.io/rev on one namespace one of them wins silently; change `injection` of the mesh instead');
  }
  const decided = Object.keys(props.labels ?? {}).find((label) => label.startsWith('pod-security.kubernetes.io/') || label === MANAGED_BY);
  if (decided !== undefined) {
    throw invalid(`namespace ${name} is given a label that has a meaning of its own`, { [decided]: props.labels?.[decided] }, 'other labels',
      'use podSecurity for Pod Security levels; who manages the object is not up to choice');
  }
  return { [injection.label]: injection.value, ...podSecurity._labels(), ...props.labels };
}
