import { holdsLabels, listOf, Manifest, namespaceOf, NaiveWorkload, NaiveWorld, rootNamespace } from './world';

const GATEWAY_NAME = 'gateway.networking.k8s.io/gateway-name';

export function targetRefsOf(policy: Manifest): readonly Manifest[] {
  const { targetRef, targetRefs } = policy.spec ?? {};
  return [...listOf<Manifest>(targetRefs), ...(targetRef ? [targetRef] : [])];
}

/** Whether a policy applies to a sidecar, a gateway, or a waypoint that was asked for a Service. */
export function attaches(world: NaiveWorld, policy: Manifest, workload: NaiveWorkload, asked?: Asked): boolean {
  if (workload.mode === 'waypoint') {
    return targetRefsOf(policy).some((ref) => refersToWaypoint(world, policy, ref, workload, asked));
  }
  const refs = targetRefsOf(policy);
  if (refs.length > 0) {
    const gateway = workload.labels[GATEWAY_NAME];
    return workload.mode === 'gateway' && gateway !== undefined && gateway !== '' && namespaceOf(policy) === workload.namespace
      && refs.some((ref) => isKind(ref, 'gateway.networking.k8s.io', 'Gateway') && ref.name === gateway);
  }
  const home = namespaceOf(policy);
  return (home === workload.namespace || home === rootNamespace(world)) && holdsLabels(workload.labels, policy.spec?.selector?.matchLabels);
}

/** What a waypoint was asked for: a Service or ServiceEntry, or a pod. */
export type Asked =
  { readonly kind: 'Service' | 'ServiceEntry'; readonly namespace: string; readonly name: string } | { readonly kind: 'Pod' };

const isKind = (ref: Manifest, group: string, kind: string) => (ref.group ?? '') === group && ref.kind === kind;

function refersToWaypoint(world: NaiveWorld, policy: Manifest, ref: Manifest, waypoint: NaiveWorkload, asked?: Asked): boolean {
  const home = namespaceOf(policy);
  if (ref.namespace !== undefined && ref.namespace !== '' && ref.namespace !== home) {
    return false;
  }
  if (isKind(ref, 'gateway.networking.k8s.io', 'Gateway')) {
    return home === waypoint.namespace && ref.name === waypoint.name;
  }
  if (isKind(ref, 'gateway.networking.k8s.io', 'GatewayClass')) {
    return home === rootNamespace(world) && ref.name === 'istio-waypoint';
  }
  if (asked === undefined || asked.kind === 'Pod' || home !== asked.namespace || ref.name !== asked.name) {
    return false;
  }
  return asked.kind === 'ServiceEntry'
    ? isKind(ref, 'networking.istio.io', 'ServiceEntry')
    : isKind(ref, '', 'Service') || isKind(ref, 'core', 'Service');
}
