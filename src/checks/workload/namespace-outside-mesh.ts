import { labels } from '../../access/snapshot/fields';
import { defineRule } from '../rule';
import { DATA_PLANE_MODE, INJECTION, REVISION } from './namespace-labels';

/** the injector leaves these alone, whatever their labels say */
const OF_KUBERNETES: readonly string[] = ['kube-system', 'kube-public', 'kube-node-lease', 'local-path-storage'];

/** A namespace says neither that it belongs to the mesh nor that it does not. */
export const namespaceOutsideMesh = defineRule({
  id: 'workload/namespace-outside-mesh',
  severity: 'note',
  effect: 'pods get a proxy only if they ask for it themselves; those that do not enforce no mutual TLS and no AuthorizationPolicy',
  fix: 'label the namespace for the mesh, or istio-injection=disabled where it is to stay outside',
  aliases: ['IST0102'],
}, (snapshot) => snapshot.kind('', 'Namespace').flatMap((manifest) => {
  const { metadata } = manifest.object;
  const said = labels(metadata.labels);
  const isOther = metadata.name === snapshot.mesh.rootNamespace || OF_KUBERNETES.includes(metadata.name);
  return isOther || [INJECTION, REVISION, DATA_PLANE_MODE].some((name) => (said[name] ?? '') !== '') ? []
    : [{ manifest, path: 'metadata.labels', message: 'no label says whether the namespace belongs to the mesh' }];
}));
