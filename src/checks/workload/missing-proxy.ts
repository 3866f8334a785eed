import { labels, mapping, mappings } from '../../access/snapshot/fields';
import { defineRule } from '../rule';
import { INJECTION, injects } from './namespace-labels';

const INJECT = 'sidecar.istio.io/inject';

/** A pod has no sidecar though its namespace injects one. */
export const missingProxy = defineRule({
  id: 'workload/missing-proxy',
  severity: 'warning',
  effect: 'a pod that runs without its sidecar enforces no mutual TLS and no AuthorizationPolicy; one that is not created yet will get it',
  fix: 'restart the pod, so that the injector sees it, or say sidecar.istio.io/inject: "false" where it is meant',
  aliases: ['IST0103'],
}, (snapshot) => {
  const injecting = new Map(snapshot.kind('', 'Namespace').map(({ object: { metadata } }) => [metadata.name, labels(metadata.labels)] as const)
    .filter(([name, said]) => name !== snapshot.mesh.rootNamespace && injects(said)));
  return snapshot.kind('', 'Pod').filter(({ object: { metadata, spec } }) => {
    const pod = mapping(spec);
    const wanted = labels(metadata.labels)[INJECT] ?? labels(metadata.annotations)[INJECT] ?? '';
    const hasProxy = [...mappings(pod.containers), ...mappings(pod.initContainers)].some(({ name, image }) => name === 'istio-proxy' && (image ?? '') !== '');
    return injecting.has(metadata.namespace ?? 'default') && wanted.toLowerCase() !== 'false' && pod.hostNetwork !== true && !hasProxy;
  }).map((manifest) => ({
    manifest,
    path: 'spec.containers',
    message: 'the pod has no sidecar though its namespace injects one',
    // istioctl does not look at namespaces that are injected by a revision
    ...(injecting.get(manifest.object.metadata.namespace ?? 'default')?.[INJECTION] === undefined ? { aliases: [] } : {}),
  }));
});
