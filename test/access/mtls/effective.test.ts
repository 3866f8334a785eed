import { compilePeerAuthentications, effectiveMtls, modeOfPort } from '../../../src/access/mtls/effective';
import { Manifest } from '../../../src/access/objects';
import { completeMesh } from '../../../src/access/snapshot/mesh-config';

const MESH = completeMesh();
const WORKLOAD = { namespace: 'shop', labels: { app: 'orders', tier: 'back' } };
const peer = (name: string, namespace: string, spec: unknown, createdAt?: string): Manifest => ({
  object: { apiVersion: 'security.istio.io/v1', kind: 'PeerAuthentication', metadata: { name, namespace, creationTimestamp: createdAt }, spec },
  origin: {},
});
const modeOf = (...peers: Manifest[]) => effectiveMtls(peers, WORKLOAD, MESH).mode;
const ORDERS = { selector: { matchLabels: { app: 'orders' } } };

// istio-semantics 3.1; recordings `peers/*` replay the same in inbound-chain.test.ts
describe('the mode of a workload', () => {
  test('is PERMISSIVE where nothing is said', () => {
    expect(modeOf()).toBe('PERMISSIVE');
    expect(modeOf(peer('a', 'other', { mtls: { mode: 'STRICT' } }))).toBe('PERMISSIVE');
  });

  test('comes from the narrowest level that says one', () => {
    const levels = [peer('a', 'istio-system', { mtls: { mode: 'STRICT' } }), peer('b', 'shop', { mtls: { mode: 'PERMISSIVE' } })];
    expect(modeOf(...levels)).toBe('PERMISSIVE');
    expect(modeOf(...levels, peer('c', 'shop', { ...ORDERS, mtls: { mode: 'DISABLE' } }))).toBe('DISABLE');
    expect(modeOf(levels[0], peer('b', 'shop', { mtls: { mode: 'UNSET' } }), peer('c', 'shop', { ...ORDERS }))).toBe('STRICT');
  });

  test('ignores a selector in the root namespace and one that selects others', () => {
    expect(modeOf(peer('a', 'istio-system', { ...ORDERS, mtls: { mode: 'STRICT' } }))).toBe('PERMISSIVE');
    expect(modeOf(peer('a', 'shop', { selector: { matchLabels: { app: 'web' } }, mtls: { mode: 'STRICT' } }))).toBe('PERMISSIVE');
    expect(modeOf(peer('a', 'shop', { selector: { matchLabels: {} }, mtls: { mode: 'STRICT' } }))).toBe('STRICT');
  });

  test('comes from the oldest of several, by name among equals, and one without a time is the youngest', () => {
    const [strict, permissive] = [{ mtls: { mode: 'STRICT' } }, { mtls: { mode: 'PERMISSIVE' } }];
    expect(modeOf(peer('b', 'shop', strict, '2024-01-01T00:00:00Z'), peer('a', 'shop', permissive, '2025-01-01T00:00:00Z'))).toBe('STRICT');
    expect(modeOf(peer('b', 'shop', strict), peer('a', 'shop', permissive))).toBe('PERMISSIVE');
    expect(modeOf(peer('a', 'shop', permissive), peer('b', 'shop', strict, '2024-01-01T00:00:00Z'))).toBe('STRICT');
  });

  test('of a port inherits where the port says UNSET, and losers add no ports', () => {
    const effective = effectiveMtls([
      peer('a', 'shop', { ...ORDERS, mtls: { mode: 'STRICT' }, portLevelMtls: { 8080: { mode: 'DISABLE' }, 9090: {} } }),
      peer('b', 'shop', { selector: { matchLabels: { tier: 'back' } }, portLevelMtls: { 7070: { mode: 'PERMISSIVE' } } }),
    ], WORKLOAD, MESH);
    expect([8080, 9090, 7070].map((port) => modeOfPort(effective, port))).toEqual(['DISABLE', 'STRICT', 'STRICT']);
    expect(effective.steps.map(({ object }) => object?.name)).toEqual(['a']);
  });

  test('of a port needs a selector', () => {
    const effective = effectiveMtls([peer('a', 'shop', { mtls: { mode: 'STRICT' }, portLevelMtls: { 8080: { mode: 'DISABLE' } } })], WORKLOAD, MESH);
    expect(modeOfPort(effective, 8080)).toBe('STRICT');
  });

  test.each([[null], ['text'], [{ mtls: 'STRICT' }], [{ mtls: { mode: 'strict' } }], [{ mtls: { mode: 7 } }], [{ selector: 'app', mtls: { mode: 'STRICT' } }],
    [{ ...ORDERS, mtls: { mode: 'STRICT' }, portLevelMtls: { http: { mode: 'STRICT' } } }], [{ ...ORDERS, mtls: { mode: 'STRICT' }, portLevelMtls: [1] }]])('is not touched by an object that an API server refuses: %j', (spec) => {
    expect(modeOf(peer('a', 'shop', spec))).toBe('PERMISSIVE');
  });
});

test('ten thousand workloads take a moment', () => {
  const peers = Array.from({ length: 5000 }, (_, i) => peer(`p${i}`, `ns${i % 100}`, { selector: { matchLabels: { app: `a${i}` } }, mtls: { mode: 'STRICT' } }));
  const compiled = compilePeerAuthentications(peers, MESH);
  const modes = Array.from({ length: 10000 }, (_, i) => compiled.of({ namespace: `ns${i % 100}`, labels: { app: `a${i}` } }).mode);
  expect(modes.filter((mode) => mode === 'STRICT')).toHaveLength(5000);
});
