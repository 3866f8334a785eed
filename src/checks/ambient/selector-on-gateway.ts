import { GATEWAY_NAME_LABEL } from '../../access/authorization/attach';
import { namespaceOf } from '../../access/mtls/precedence';
import { Manifest } from '../../access/objects';
import { labels, mapping, mappings } from '../../access/snapshot/fields';
import { selects } from '../../access/workload';
import { defineRule } from '../rule';
import { shownWorkloads } from '../shown';

const KINDS = [
  ['security.istio.io', 'RequestAuthentication'], ['security.istio.io', 'AuthorizationPolicy'],
  ['extensions.istio.io', 'WasmPlugin'], ['telemetry.istio.io', 'Telemetry'],
] as const;

/** A policy selects the pods of a gateway or waypoint of the Gateway API instead of targeting it. */
export const selectorOnGateway = defineRule({
  id: 'ambient/selector-on-gateway',
  severity: 'error',
  effect: 'waypoints obey no selector: there the policy is not in force; other gateways obey it unless istiod has been told otherwise',
  fix: 'name the Gateway in targetRefs instead of its pods in selector',
  aliases: ['IST0166'],
}, (snapshot) => {
  const gateways = shownWorkloads(snapshot).filter((workload) => workload.labels[GATEWAY_NAME_LABEL] !== undefined);
  return KINDS.flatMap(([group, kind]) => snapshot.kind(group, kind)).flatMap((manifest) => {
    const spec = mapping(manifest.object.spec);
    if (spec.selector === undefined || spec.selector === null || isTargeted(manifest)) {
      return [];
    }
    const selector = labels(mapping(spec.selector).matchLabels);
    const selected = gateways.filter((pod) => pod.namespace === namespaceOf(manifest.object.metadata) && selects(selector, pod.labels));
    return [...new Set(selected.map((pod) => pod.labels[GATEWAY_NAME_LABEL]))].map((name) => {
      const waypoint = selected.some((pod) => pod.labels[GATEWAY_NAME_LABEL] === name && pod.mode === 'waypoint');
      return {
        manifest,
        path: 'spec.selector',
        severity: waypoint ? 'error' as const : 'note' as const,
        message: `it selects the pods of Gateway ${name}${waypoint ? ': a waypoint, which obeys no selector' : ''}`,
      };
    });
  });
});

function isTargeted({ object }: Manifest): boolean {
  const { targetRef, targetRefs } = mapping(object.spec);
  return (targetRef !== undefined && targetRef !== null) || mappings(targetRefs).length > 0;
}
