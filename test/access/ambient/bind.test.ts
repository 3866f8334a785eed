import { boundPolicies, ztunnelPolicies } from '../../../src/access/ambient/bind';
import { compileZtunnel, decideZtunnel } from '../../../src/access/ambient/match';
import { DEFAULT_MESH } from '../../../src/access/mesh-settings';
import { Manifest } from '../../../src/access/objects';

const W = { namespace: 'foo', labels: { app: 'w' } };
const manifest = (kind: string, spec: unknown, metadata: object = {}): Manifest => ({
  object: { apiVersion: 'security.istio.io/v1', kind, metadata: { name: 'p', namespace: 'foo', ...metadata }, spec }, origin: {},
});
const peer = (spec: unknown, metadata: object = {}) => manifest('PeerAuthentication', spec, metadata);
const bound = (manifests: readonly Manifest[], workload = W, flags: Record<string, boolean> = {}) => (
  boundPolicies(ztunnelPolicies(manifests, { ...DEFAULT_MESH, flags }), workload));
const plaintext = (manifests: readonly Manifest[], port: number, workload = W) => (
  decideZtunnel(compileZtunnel(bound(manifests, workload)), { source: '10.0.0.1', destination: '10.0.0.2', port }).outcome);

describe('which policies decide at a workload', () => {
  test('those of the mesh, of its namespace, and those that select it', () => {
    const policies = [
      manifest('AuthorizationPolicy', { rules: [{}] }, { name: 'mesh', namespace: 'istio-system' }),
      manifest('AuthorizationPolicy', { rules: [{}] }, { name: 'own' }),
      manifest('AuthorizationPolicy', { rules: [{}] }, { name: 'other', namespace: 'bar' }),
      manifest('AuthorizationPolicy', { selector: { matchLabels: { app: 'w' } } }, { name: 'mine' }),
      manifest('AuthorizationPolicy', { selector: { matchLabels: { app: 'w' } } }, { name: 'mine-elsewhere', namespace: 'bar' }),
      manifest('AuthorizationPolicy', { selector: { matchLabels: { app: 'w' } } }, { name: 'root', namespace: 'istio-system' }),
      manifest('AuthorizationPolicy', { selector: {} }, { name: 'nobody' }),
    ];
    expect(bound(policies).policies.map(({ name }) => name)).toEqual(['mesh', 'own', 'mine', 'root']);
    expect(bound(policies, { namespace: 'foo', labels: { app: 'v' } }).policies.map(({ name }) => name)).toEqual(['mesh', 'own']);
  });

  test('dry runs that are sent decide nothing', () => {
    const dry = [manifest('AuthorizationPolicy', {}, { annotations: { 'istio.io/dry-run': 'true' } })];
    expect(bound(dry, W, { AMBIENT_ENABLE_DRY_RUN_AUTHORIZATION_POLICY: true })).toMatchObject({ policies: [], unknown: [] });
  });

  test('objects of other groups are none of these', () => {
    const foreign: Manifest = { object: { apiVersion: 'example.com/v1', kind: 'AuthorizationPolicy', metadata: { name: 'p', namespace: 'foo' }, spec: {} }, origin: {} };
    expect(ztunnelPolicies([foreign], DEFAULT_MESH).sent).toEqual([]);
  });

  test('what is not sent and what is lost is told', () => {
    const audit = manifest('AuthorizationPolicy', { action: 'AUDIT', rules: [{}] }, { name: 'audit' });
    const http = manifest('AuthorizationPolicy', { action: 'DENY', rules: [{ to: [{ operation: { methods: ['GET'] } }] }] }, { name: 'http' });
    const { notSent, lost } = ztunnelPolicies([audit, http], DEFAULT_MESH);
    expect(notSent).toEqual([{ manifest: audit, why: 'ztunnel does not know AUDIT' }]);
    expect(lost).toEqual([{ manifest: http, fields: ['methods'] }]);
  });
});

describe('plaintext under PeerAuthentications (docs/oracle.md, Ambient)', () => {
  const strictRoot = peer({ mtls: { mode: 'STRICT' } }, { name: 'root', namespace: 'istio-system' });
  const ports = (mode: string, port: string) => peer({ selector: { matchLabels: { app: 'w' } }, mtls: { mode }, portLevelMtls: { 8080: { mode: port } } }, { name: 'w' });

  test('STRICT refuses it, PERMISSIVE and DISABLE let it pass', () => {
    expect(plaintext([strictRoot], 8080)).toBe('refuse');
    expect(plaintext([peer({ mtls: { mode: 'PERMISSIVE' } })], 8080)).toBe('pass');
    expect(plaintext([strictRoot, peer({ mtls: { mode: 'DISABLE' } })], 8080)).toBe('pass');
    expect(plaintext([], 8080)).toBe('pass');
  });

  test('an empty selector is STRICT for its namespace and lost in the root namespace', () => {
    expect(plaintext([peer({ selector: {}, mtls: { mode: 'STRICT' } })], 8080)).toBe('refuse');
    expect(plaintext([peer({ selector: {}, mtls: { mode: 'STRICT' } }, { namespace: 'istio-system' })], 8080)).toBe('pass');
  });

  test('an open port under STRICT is open alone', () => {
    expect([8080, 9090].map((port) => plaintext([ports('STRICT', 'PERMISSIVE')], port))).toEqual(['pass', 'refuse']);
    expect([8080, 9090].map((port) => plaintext([ports('STRICT', 'DISABLE')], port))).toEqual(['pass', 'refuse']);
    expect([8080, 9090].map((port) => plaintext([strictRoot, ports('UNSET', 'PERMISSIVE')], port))).toEqual(['pass', 'refuse']);
    expect([8080, 9090].map((port) => plaintext([strictRoot, ports('UNSET', 'DISABLE')], port))).toEqual(['refuse', 'refuse']);
  });

  test('ports are sent in their order, whatever is written first', () => {
    const written = { '9090': { mode: 'STRICT' }, '08080': { mode: 'STRICT' } };
    const [{ groups }] = ztunnelPolicies([peer({ selector: { matchLabels: { app: 'w' } }, portLevelMtls: written })], DEFAULT_MESH).sent;
    expect(groups.map(({ rules }) => rules[0].matches[0].destinationPorts)).toEqual([[8080], [9090]]);
  });

  test('a guarded port under PERMISSIVE is guarded alone', () => {
    expect([8080, 9090].map((port) => plaintext([ports('PERMISSIVE', 'STRICT')], port))).toEqual(['refuse', 'pass']);
  });

  test('a namespace without a mode between STRICT and an open port opens all ports', () => {
    const all = [strictRoot, peer({}, { name: 'namespace' }), ports('UNSET', 'PERMISSIVE')];
    expect(bound(all).missing).toEqual(['foo/converted_peer_authentication_w']);
    expect([8080, 9090].map((port) => plaintext(all, port))).toEqual(['pass', 'pass']);
  });
});

describe('what makes the answer unknown', () => {
  const strict = (metadata: object) => peer({ mtls: { mode: 'STRICT' } }, metadata);
  const permissive = (metadata: object) => peer({ mtls: { mode: 'PERMISSIVE' } }, metadata);

  test('two PeerAuthentications of one level and no word which is older', () => {
    expect(bound([strict({ name: 'a' }), permissive({ name: 'b' })]).unknown).toEqual([expect.stringContaining('oldest')]);
    expect(bound([strict({ name: 'a' }), strict({ name: 'b' })]).unknown).toEqual([]);
    expect(bound([strict({ name: 'a' }), permissive({ name: 'b', namespace: 'bar' })]).unknown).toEqual([]);
  });

  test('not where their times differ: the older one counts', () => {
    const [first, second] = ['2025-01-01T00:00:00Z', '2025-01-01T00:00:01Z'].map((creationTimestamp) => ({ creationTimestamp }));
    expect(bound([strict({ name: 'a', ...second }), permissive({ name: 'b', ...first })])).toMatchObject({ referred: [], unknown: [] });
    expect(bound([strict({ name: 'a', ...first }), permissive({ name: 'b', ...second })]))
      .toMatchObject({ referred: ['istio-system/istio_converted_static_strict'], unknown: [] });
  });

  test('an object that nothing can be said about, near the workload', () => {
    const broken = (namespace: string) => manifest('AuthorizationPolicy', { rules: [{ from: [{}] }] }, { namespace });
    expect(bound([broken('foo')]).unknown).toEqual([expect.stringContaining('AuthorizationPolicy foo/p')]);
    expect(bound([broken('istio-system')]).unknown).toHaveLength(1);
    expect(bound([broken('bar')]).unknown).toEqual([]);
    expect(bound([peer({ mtls: { mode: 'strict' } })]).unknown).toEqual([expect.stringContaining('spec.mtls.mode')]);
    expect(bound([peer({ selector: { matchLabels: { app: 'w' } }, portLevelMtls: { http: { mode: 'STRICT' } } })]).unknown).toHaveLength(1);
  });

  test('policies that istiod adds by a switch', () => {
    expect(bound([], W, { PILOT_AUTO_ALLOW_WAYPOINT_POLICY: true }).unknown).toEqual([expect.stringContaining('PILOT_AUTO_ALLOW_WAYPOINT_POLICY')]);
  });
});
