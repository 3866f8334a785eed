import { defineRule } from '../rule';
import { labelsText } from '../shown';
import { sidecarSelections } from './sidecar-selection';

/** A Sidecar selects no workload of its namespace. */
export const sidecarWithoutWorkload = defineRule({
  id: 'egress/sidecar-without-workload',
  severity: 'warning',
  effect: 'the Sidecar configures nobody: whatever it was to keep in may still call everything that the mesh lets out',
  fix: 'correct the selector, or show the workloads among the objects',
  aliases: ['IST0101', 'KIA0004'],
}, (snapshot) => sidecarSelections(snapshot).filter(({ selected }) => selected.length === 0).map(({ manifest, selector }) => (
  { manifest, path: 'spec.workloadSelector', message: `there is no workload with ${labelsText(selector)} in the namespace of the Sidecar` })));
