import { mapping, mappings } from '../../access/snapshot/fields';
import { defineRule } from '../rule';
import { isIstios } from '../shown';
import { podSpecs } from './pod-specs';

const PROXY_USER = 1337;
const PROXIES: readonly unknown[] = ['istio-proxy', 'istio-operator'];
/** the kinds that istioctl looks at */
const OF_ISTIOCTL = ['Pod', 'Deployment'];

/** An application runs as the user that belongs to the sidecar. */
export const reservedUserId = defineRule({
  id: 'workload/reserved-user-id',
  severity: 'warning',
  effect: 'what user 1337 sends is taken for the sidecar\'s own traffic and passes it by: no mutual TLS, no egress rules, no telemetry',
  fix: 'run the application as another user',
  aliases: ['IST0144'],
}, (snapshot) => podSpecs(snapshot).filter(({ manifest }) => !isIstios(manifest)).flatMap(({ manifest, path, spec }) => {
  const places = [
    ...(isProxyUser(spec) ? [path] : []),
    ...mappings(spec.containers).flatMap((container, i) => (!PROXIES.includes(container.name) && isProxyUser(container) ? [`${path}.containers[${i}]`] : [])),
  ];
  return places.map((place) => ({
    manifest,
    path: `${place}.securityContext.runAsUser`,
    message: 'user 1337 is the one of the sidecar',
    ...(OF_ISTIOCTL.includes(manifest.object.kind) ? {} : { aliases: [] }),
  }));
}));

function isProxyUser({ securityContext }: Readonly<Record<string, unknown>>): boolean {
  return mapping(securityContext).runAsUser === PROXY_USER;
}
