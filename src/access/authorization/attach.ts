import { MeshSettings } from '../mesh-settings';
import { Labels } from '../objects';
import { selects } from '../workload';
import { fieldsAt, listAt, textAt, Unreadable } from './reading';

/** What a policy is attached by. */
export interface Attachment {
  readonly namespace: string;
  readonly selector: Labels;
  readonly targetRefs: readonly TargetRef[];
}

export interface TargetRef {
  readonly group: string;
  readonly kind: string;
  readonly name: string;
  readonly namespace?: string;
}

/** A Service or ServiceEntry that a waypoint works for. */
export interface ServedService {
  readonly kind: 'Service' | 'ServiceEntry';
  readonly namespace: string;
  readonly name: string;
}

/** A proxy that policies can be attached to. */
export interface Proxy {
  readonly namespace: string;
  readonly labels: Labels;
  readonly waypoint: boolean;
  /** those among which one is addressed */
  readonly services: readonly ServedService[];
}

export const GATEWAY_NAME_LABEL = 'gateway.networking.k8s.io/gateway-name';
const GATEWAY_API = 'gateway.networking.k8s.io';
const WAYPOINT_CLASS = 'istio-waypoint';

/** Reads selector and target references of a policy. */
export function attachmentOf(namespace: string, spec: Readonly<Record<string, unknown>>): Attachment {
  const selector = fieldsAt(fieldsAt(spec.selector, 'selector').matchLabels, 'selector.matchLabels');
  if (!Object.values(selector).every((value) => typeof value === 'string')) {
    throw new Unreadable('selector.matchLabels holds something else than text');
  }
  const refs = listAt(spec.targetRefs, 'targetRefs').map((ref, i) => targetRef(ref, `targetRefs[${i}]`));
  const single = spec.targetRef === undefined || spec.targetRef === null ? [] : [targetRef(spec.targetRef, 'targetRef')];
  return { namespace, selector: selector as Labels, targetRefs: refs.length === 0 ? single : refs };
}

/** Whom an object is for as far as that can be read; otherwise everybody whom it can reach. */
export function widestAttachment(namespace: string, spec: unknown): Attachment {
  try {
    return attachmentOf(namespace, fieldsAt(spec, 'spec'));
  } catch {
    return { namespace, selector: {}, targetRefs: [] };
  }
}

function targetRef(value: unknown, at: string): TargetRef {
  const { group, kind, name, namespace } = fieldsAt(value, at);
  return {
    group: textAt(group, `${at}.group`) ?? '',
    kind: textAt(kind, `${at}.kind`) ?? '',
    name: textAt(name, `${at}.name`) ?? '',
    namespace: textAt(namespace, `${at}.namespace`),
  };
}

/** Decides whether a policy applies to a proxy, as istiod does for AuthorizationPolicy and RequestAuthentication. */
export function isAttached(policy: Attachment, proxy: Proxy, mesh: Pick<MeshSettings, 'rootNamespace' | 'flags'>): boolean {
  if (policy.namespace !== mesh.rootNamespace && policy.namespace !== proxy.namespace
    && !proxy.services.some(({ namespace }) => namespace === policy.namespace)) {
    return false;
  }
  const gateway = proxy.labels[GATEWAY_NAME_LABEL];
  if (gateway === undefined) {
    return policy.targetRefs.length === 0 && selects(policy.selector, proxy.labels);
  }
  if (policy.targetRefs.length === 0) {
    return !proxy.waypoint && String(mesh.flags.ENABLE_SELECTOR_BASED_K8S_GATEWAY_POLICY) !== 'false' && selects(policy.selector, proxy.labels);
  }
  return policy.targetRefs.some((ref) => isTargeted(ref, policy, proxy, gateway, mesh.rootNamespace));
}

function isTargeted(ref: TargetRef, policy: Attachment, proxy: Proxy, gateway: string, rootNamespace: string): boolean {
  const group = ref.group === '' ? 'core' : ref.group;
  const is = (wantedGroup: string, kind: string) => group === wantedGroup && ref.kind === kind;
  const serves = (kind: ServedService['kind']) => proxy.services.some((service) => service.kind === kind && service.name === ref.name
    && service.namespace === policy.namespace);
  const served = (is('core', 'Service') && serves('Service')) || (is('networking.istio.io', 'ServiceEntry') && serves('ServiceEntry'));
  if (proxy.waypoint && served) {
    return true;
  }
  if (proxy.waypoint && policy.namespace === rootNamespace && is(GATEWAY_API, 'GatewayClass') && ref.name === WAYPOINT_CLASS) {
    return true;
  }
  return policy.namespace === proxy.namespace && [undefined, '', proxy.namespace].includes(ref.namespace)
    && is(GATEWAY_API, 'Gateway') && ref.name === gateway;
}
