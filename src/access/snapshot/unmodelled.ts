import { groupOf, KubeObject, Labels, Manifest } from '../objects';
import { selects, Workload } from '../workload';
import { labels, mapping, mappings, text } from './fields';

/** An object that can change traffic in a way that the model does not follow. */
export interface Unmodelled {
  readonly manifest: Manifest;
  /** `network` filters packets, `proxy` changes what a proxy does with them */
  readonly layer: 'network' | 'proxy';
  /** whether the object may concern this workload */
  concerns(workload: Workload): boolean;
}

/** Kinds by group that filter packets beside NetworkPolicy. */
const NETWORK: Readonly<Record<string, readonly string[]>> = {
  'cilium.io': ['CiliumNetworkPolicy', 'CiliumClusterwideNetworkPolicy'],
  'crd.projectcalico.org': ['NetworkPolicy', 'GlobalNetworkPolicy', 'StagedNetworkPolicy', 'Tier'],
  'projectcalico.org': ['NetworkPolicy', 'GlobalNetworkPolicy', 'Tier'],
  'policy.networking.k8s.io': ['AdminNetworkPolicy', 'BaselineAdminNetworkPolicy', 'ClusterNetworkPolicy'],
  'crd.antrea.io': ['NetworkPolicy', 'ClusterNetworkPolicy'],
};
const PROXY: Readonly<Record<string, readonly string[]>> = {
  'networking.istio.io': ['EnvoyFilter'],
  'extensions.istio.io': ['WasmPlugin', 'TrafficExtension'],
};
const CLUSTER_WIDE = ['CiliumClusterwideNetworkPolicy', 'GlobalNetworkPolicy', 'AdminNetworkPolicy', 'BaselineAdminNetworkPolicy', 'ClusterNetworkPolicy', 'Tier'];

/** The objects that the model does not follow, each with whom it may concern, as narrowly as its selector can be read. */
export function unmodelledOf(manifests: readonly Manifest[], rootNamespace: string): Unmodelled[] {
  return manifests.flatMap((manifest): Unmodelled[] => {
    const { object } = manifest;
    const group = groupOf(object.apiVersion);
    if (NETWORK[group]?.includes(object.kind)) {
      return [{ manifest, layer: 'network', concerns: networkScope(object) }];
    }
    return PROXY[group]?.includes(object.kind) ? [{ manifest, layer: 'proxy', concerns: proxyScope(object, rootNamespace) }] : [];
  });
}

/** Selectors of these kinds have languages of their own; plain labels of an endpoint selector are read, anything else means everybody. */
function networkScope(object: KubeObject): (workload: Workload) => boolean {
  if (CLUSTER_WIDE.includes(object.kind)) {
    return () => true;
  }
  const selector = mapping(mapping(object.spec).endpointSelector);
  const plain = selector.matchExpressions === undefined ? plainLabels(labels(selector.matchLabels)) : undefined;
  return (workload) => workload.namespace === object.metadata.namespace && (plain === undefined || selects(plain, workload.labels));
}

/** Cilium may write the source of a label before its key. */
function plainLabels(selector: Labels): Labels | undefined {
  const entries = Object.entries(selector).map(([key, value]) => [key.replace(/^(k8s|any)[:.]/, ''), value] as const);
  return entries.some(([key]) => key.startsWith('reserved:') || key.startsWith('io.kubernetes.pod')) ? undefined : Object.fromEntries(entries);
}

function proxyScope(object: KubeObject, rootNamespace: string): (workload: Workload) => boolean {
  const spec = mapping(object.spec);
  const selector = labels(mapping(spec.workloadSelector).labels ?? mapping(spec.selector).matchLabels);
  const targets = [...mappings(spec.targetRefs), ...(spec.targetRef === undefined ? [] : [mapping(spec.targetRef)])];
  const everywhere = object.metadata.namespace === rootNamespace;
  return (workload) => {
    if (workload.mode === 'none' || !(everywhere || workload.namespace === object.metadata.namespace)) {
      return false;
    }
    if (targets.length > 0) {
      // a target is a gateway, a waypoint or a Service; which proxies stand for it is not followed here
      return workload.mode !== 'sidecar' || targets.some((target) => text(target.kind) !== 'Gateway');
    }
    return workload.mode !== 'ambient' && selects(selector, workload.labels);
  };
}
