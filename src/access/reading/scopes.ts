import { groupOf, KubeObject } from '../objects';

/** Kinds without a namespace, by group, of Kubernetes and of what often stands beside it; `*` are all kinds of the group. */
const CLUSTER_SCOPED: Readonly<Record<string, readonly string[]>> = {
  '': ['Namespace', 'Node', 'PersistentVolume', 'ComponentStatus'],
  'admissionregistration.k8s.io': ['*'],
  'apiextensions.k8s.io': ['*'],
  'apiregistration.k8s.io': ['*'],
  'certificates.k8s.io': ['CertificateSigningRequest', 'ClusterTrustBundle'],
  'flowcontrol.apiserver.k8s.io': ['*'],
  'networking.k8s.io': ['IngressClass', 'IPAddress', 'ServiceCIDR'],
  'node.k8s.io': ['*'],
  'rbac.authorization.k8s.io': ['ClusterRole', 'ClusterRoleBinding'],
  'resource.k8s.io': ['DeviceClass', 'ResourceSlice'],
  'scheduling.k8s.io': ['PriorityClass'],
  'storage.k8s.io': ['StorageClass', 'CSIDriver', 'CSINode', 'VolumeAttachment', 'VolumeAttributesClass'],
  'gateway.networking.k8s.io': ['GatewayClass'],
  'policy.networking.k8s.io': ['*'],
  'policy': ['PodSecurityPolicy'],
  'extensions': ['PodSecurityPolicy'],
  'cert-manager.io': ['ClusterIssuer'],
  'external-secrets.io': ['ClusterSecretStore', 'ClusterExternalSecret'],
  'kyverno.io': ['ClusterPolicy'],
  'cilium.io': ['CiliumClusterwideNetworkPolicy', 'CiliumClusterwideEnvoyConfig', 'CiliumEgressGatewayPolicy', 'CiliumCIDRGroup', 'CiliumNode',
    'CiliumIdentity', 'CiliumLoadBalancerIPPool', 'CiliumL2AnnouncementPolicy', 'CiliumExternalWorkload'],
  'crd.projectcalico.org': ['GlobalNetworkPolicy', 'GlobalNetworkSet', 'StagedGlobalNetworkPolicy', 'HostEndpoint', 'Tier', 'IPPool', 'Profile',
    'FelixConfiguration', 'ClusterInformation', 'BGPConfiguration', 'BGPPeer', 'KubeControllersConfiguration'],
  'projectcalico.org': ['GlobalNetworkPolicy', 'GlobalNetworkSet', 'StagedGlobalNetworkPolicy', 'HostEndpoint', 'Tier', 'IPPool', 'Profile',
    'FelixConfiguration', 'ClusterInformation', 'BGPConfiguration', 'BGPPeer', 'KubeControllersConfiguration'],
};

/** Whether objects of the kind have no namespace: as the input's own definitions of kinds say, or as is known of the kind. */
export class Scopes {
  private readonly declared = new Map<string, boolean>();
  private readonly known = new Map<string, boolean>();

  constructor(objects: Iterable<KubeObject>) {
    for (const object of objects) {
      if (object.kind === 'CustomResourceDefinition' && groupOf(object.apiVersion) === 'apiextensions.k8s.io') {
        const spec: unknown = object.spec;
        this.declared.set(`${text(spec, 'group')}/${text(text(spec, 'names'), 'kind')}`, text(spec, 'scope') === 'Cluster');
      }
    }
  }

  isClusterScoped({ apiVersion, kind }: KubeObject): boolean {
    const key = `${groupOf(apiVersion)}/${kind}`;
    let scoped = this.known.get(key);
    if (scoped === undefined) {
      const kinds = Object.hasOwn(CLUSTER_SCOPED, groupOf(apiVersion)) ? CLUSTER_SCOPED[groupOf(apiVersion)] : [];
      scoped = this.declared.get(key) ?? (kinds.includes(kind) || kinds.includes('*'));
      this.known.set(key, scoped);
    }
    return scoped;
  }
}

function text(value: unknown, field: string): unknown {
  return typeof value === 'object' && value !== null ? (value as Record<string, unknown>)[field] : undefined;
}
