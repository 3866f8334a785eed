import { labels } from '../../access/snapshot/fields';
import { defineRule } from '../rule';
import { meshLabels } from './namespace-labels';

/** A namespace asks for the mesh in more than one way. */
export const conflictingMeshLabels = defineRule({
  id: 'workload/conflicting-mesh-labels',
  severity: 'warning',
  effect: 'one of the labels wins silently: istio-injection before istio.io/rev, and a sidecar before ambient mode',
  fix: 'keep the one label that is meant',
  aliases: ['IST0123'],
}, (snapshot) => snapshot.kind('', 'Namespace').flatMap((manifest) => {
  const said = meshLabels(labels(manifest.object.metadata.labels));
  return said.length < 2 ? [] : [{ manifest, path: 'metadata.labels', message: `the namespace asks for the mesh in ${said.length} ways: ${said.join(', ')}` }];
}));
