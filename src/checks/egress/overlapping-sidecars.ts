import { olderManifestFirst } from '../../access/mtls/precedence';
import { Manifest } from '../../access/objects';
import { defineRule } from '../rule';
import { sidecarSelections } from './sidecar-selection';

/** Two Sidecars select one workload. */
export const overlappingSidecars = defineRule({
  id: 'egress/overlapping-sidecars',
  severity: 'error',
  effect: 'the oldest one counts, alone: what the others allow or keep in is not in force',
  fix: 'join them, or let their selectors exclude each other',
  aliases: ['IST0110', 'KIA0003'],
}, (snapshot) => {
  const byWorkload = new Map<string, Manifest[]>();
  for (const { manifest, selected } of sidecarSelections(snapshot)) {
    // where there is no sidecar, none of them counts
    selected.filter(({ mode }) => mode !== 'ambient').forEach(({ id }) => byWorkload.set(id, [...byWorkload.get(id) ?? [], manifest]));
  }
  return [...byWorkload].filter(([, sidecars]) => sidecars.length > 1).flatMap(([id, sidecars]) => {
    const names = [...sidecars].sort(olderManifestFirst).map(({ object }) => object.metadata.name);
    const message = `${names.length} Sidecars select ${id}: ${names.join(', ')}; ${names[0]} counts`;
    return sidecars.map((manifest) => ({ manifest, path: 'spec.workloadSelector', message }));
  });
});
