import { MeshSettings } from '../mesh-settings';
import { namespaceOf, olderManifestFirst } from '../mtls/precedence';
import { selectorIndex } from '../mtls/selector-index';
import { groupOf, Labels, Manifest } from '../objects';
import { labels, mapping } from '../snapshot/fields';

/** Finds the one Sidecar that configures the proxy of a workload. */
export interface Sidecars {
  of(workload: { readonly namespace: string; readonly labels: Labels }): Manifest | undefined;
}

/**
 * Reads the Sidecars among the objects: in the namespace of the workload the oldest one that selects it, else the oldest one that selects
 * by nothing; else the oldest one of the root namespace that selects by nothing. They are never merged.
 */
export function compileSidecars(manifests: readonly Manifest[], mesh: MeshSettings): Sidecars {
  const sidecars = manifests.filter(({ object }) => object.kind === 'Sidecar' && groupOf(object.apiVersion) === 'networking.istio.io')
    .sort(olderManifestFirst);
  const general = sidecars.filter((sidecar) => !hasSelector(sidecar));
  const index = selectorIndex([...sidecars.filter(hasSelector), ...general].map((sidecar) => ({
    namespace: namespaceOf(sidecar.object.metadata),
    selector: labels(mapping(mapping(sidecar.object.spec).workloadSelector).labels),
    item: sidecar,
  })));
  const root = general.find((sidecar) => namespaceOf(sidecar.object.metadata) === mesh.rootNamespace);
  return { of: (workload) => index.selecting(workload.namespace, workload.labels)[0] ?? root };
}

function hasSelector({ object }: Manifest): boolean {
  const selector = mapping(object.spec).workloadSelector;
  return selector !== undefined && selector !== null;
}
