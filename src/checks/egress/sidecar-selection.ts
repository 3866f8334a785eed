import { namespaceOf } from '../../access/mtls/precedence';
import { Labels, Manifest } from '../../access/objects';
import { labels, mapping } from '../../access/snapshot/fields';
import { Snapshot } from '../../access/snapshot/snapshot';
import { selects, Workload } from '../../access/workload';
import { byNamespace, shownWorkloads } from '../shown';

/** A Sidecar with a selector, and the workloads of its namespace that it selects. */
export interface SidecarSelection {
  readonly manifest: Manifest;
  readonly selector: Labels;
  readonly selected: readonly Workload[];
}

/** Whom the Sidecars with a selector select. */
export function sidecarSelections(snapshot: Snapshot): SidecarSelection[] {
  const workloadsIn = byNamespace(shownWorkloads(snapshot));
  return snapshot.kind('networking.istio.io', 'Sidecar').map((manifest) => {
    const selector = labels(mapping(mapping(manifest.object.spec).workloadSelector).labels);
    const namespace = namespaceOf(manifest.object.metadata);
    const selected = workloadsIn(namespace).filter((workload) => selects(selector, workload.labels));
    return { manifest, selector, selected };
  }).filter(({ selector }) => Object.keys(selector).length > 0);
}
