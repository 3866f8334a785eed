import { mapping, mappings } from '../../access/snapshot/fields';
import { Snapshot } from '../../access/snapshot/snapshot';
import { defineRule, Found } from '../rule';

const REMOVED_KINDS: readonly unknown[] = ['ClusterRbacConfig', 'RbacConfig', 'ServiceRole', 'ServiceRoleBinding'];

/** An object uses a field or a kind that Istio ignores or has given up. */
export const deprecated = defineRule({
  id: 'api/deprecated',
  severity: 'warning',
  effect: 'what is written is not done, or will not be by the next version',
  fix: 'use what the message names instead, or remove it',
  aliases: ['IST0002'],
}, (snapshot) => [...delays(snapshot), ...egressProxies(snapshot), ...definitions(snapshot), ...removedObjects(snapshot)]);

function delays(snapshot: Snapshot): Found[] {
  return snapshot.kind('networking.istio.io', 'VirtualService').flatMap((manifest) => mappings(mapping(manifest.object.spec).http).flatMap((route, i) => {
    const { percent } = mapping(mapping(route.fault).delay);
    return typeof percent !== 'number' || percent <= 0 ? []
      : [{ manifest, path: `spec.http[${i}].fault.delay.percent`, message: 'percent of a delay is deprecated; use percentage' }];
  }));
}

function egressProxies(snapshot: Snapshot): Found[] {
  return snapshot.kind('networking.istio.io', 'Sidecar').flatMap((manifest) => {
    const { egressProxy } = mapping(mapping(manifest.object.spec).outboundTrafficPolicy);
    return egressProxy === undefined || egressProxy === null ? []
      : [{ manifest, path: 'spec.outboundTrafficPolicy.egressProxy', message: 'egressProxy is ignored: traffic does not pass it' }];
  });
}

function definitions(snapshot: Snapshot): Found[] {
  return snapshot.kind('apiextensions.k8s.io', 'CustomResourceDefinition').flatMap((manifest) => {
    const { group, names } = mapping(manifest.object.spec);
    const { kind } = mapping(names);
    return group !== 'rbac.istio.io' || !REMOVED_KINDS.includes(kind) ? []
      : [{ manifest, path: 'spec.names.kind', message: `${String(kind)} of rbac.istio.io is removed; use AuthorizationPolicy` }];
  });
}

/** istioctl does not see these: it reads only what it has a schema for. */
function removedObjects(snapshot: Snapshot): Found[] {
  return REMOVED_KINDS.flatMap((kind) => snapshot.kind('rbac.istio.io', String(kind)))
    .map((manifest) => ({ manifest, path: 'kind', message: `${manifest.object.kind} is removed: nothing reads the object; use AuthorizationPolicy`, aliases: [] }));
}
