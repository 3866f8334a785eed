import { attaches } from '../../../src/access/authorization/tables';
import { DEFAULT_MESH } from '../../../src/access/mesh-settings';

const GATEWAY = 'gateway.networking.k8s.io/gateway-name';
const gateway = { group: 'gateway.networking.k8s.io', kind: 'Gateway', name: 'gw' };
const service = { group: '', kind: 'Service', name: 'w' };
const waypoint = {
  namespace: 'foo', labels: { [GATEWAY]: 'gw' }, waypoint: true, services: [{ kind: 'Service', namespace: 'foo', name: 'w' }],
} as const;

// istio-semantics 2.1
describe('a policy without target references', () => {
  const pod = { namespace: 'foo', labels: { app: 'w' } };

  test.each([
    ['foo', undefined, true], ['foo', { matchLabels: { app: 'w' } }, true], ['foo', { matchLabels: { app: 'v' } }, false], ['foo', {}, true],
    ['bar', undefined, false], ['istio-system', { matchLabels: { app: 'w' } }, true], ['istio-system', { matchLabels: { app: 'v' } }, false],
  ])('of %s with the selector %j applies to a pod: %s', (namespace, selector, expected) => {
    expect(attaches({ policy: { namespace, selector }, proxy: pod })).toBe(expected);
  });

  test('applies to gateways of the Gateway API unless that is switched off, and never to waypoints', () => {
    const proxy = { namespace: 'foo', labels: { [GATEWAY]: 'gw' } };
    expect(attaches({ policy: { namespace: 'foo' }, proxy })).toBe(true);
    const flags = { ENABLE_SELECTOR_BASED_K8S_GATEWAY_POLICY: false };
    expect(attaches({ policy: { namespace: 'foo' }, proxy }, { ...DEFAULT_MESH, flags })).toBe(false);
    expect(attaches({ policy: { namespace: 'foo' }, proxy: waypoint })).toBe(false);
  });
});

describe('a policy with target references', () => {
  test('applies to no pod, even if its selector does', () => {
    const policy = { namespace: 'foo', selector: { matchLabels: { app: 'w' } }, targetRefs: [service] };
    expect(attaches({ policy, proxy: { namespace: 'foo', labels: { app: 'w' } } })).toBe(false);
  });

  test.each([
    ['foo', gateway, true], ['bar', gateway, false], ['foo', { ...gateway, name: 'other' }, false], ['foo', { ...gateway, namespace: 'bar' }, false],
    ['foo', service, true], ['foo', { ...service, group: 'core' }, true], ['bar', service, false],
    ['foo', { group: 'networking.istio.io', kind: 'ServiceEntry', name: 'w' }, false],
    ['istio-system', { group: 'gateway.networking.k8s.io', kind: 'GatewayClass', name: 'istio-waypoint' }, true],
    ['foo', { group: 'gateway.networking.k8s.io', kind: 'GatewayClass', name: 'istio-waypoint' }, false],
  ])('of %s to %j applies to the waypoint of a Service: %s', (namespace, ref, expected) => {
    expect(attaches({ policy: { namespace, targetRefs: [ref] }, proxy: waypoint })).toBe(expected);
  });
});
