import * as fc from 'fast-check';
import { boundPolicies, ztunnelPolicies } from '../../../src/access/ambient/bind';
import { compileZtunnel, decideZtunnel } from '../../../src/access/ambient/match';
import { waypointIndex, waypointOfService, waypointOfWorkload } from '../../../src/access/ambient/waypoints';
import { DEFAULT_MESH } from '../../../src/access/mesh-settings';
import { Manifest } from '../../../src/access/objects';

const NAMES = ['selector', 'matchLabels', 'targetRefs', 'action', 'rules', 'from', 'to', 'when', 'source', 'operation', 'principals', 'ports', 'key', 'values',
  'mtls', 'mode', 'portLevelMtls', '8080', 'gatewayClassName', 'listeners', 'protocol', 'port', 'allowedRoutes', 'namespaces', 'app'];
const VALUES = [null, 0, 8080, true, '', '*', 'ALLOW', 'DENY', 'STRICT', 'UNSET', 'source.ip', '10.0.0.0/8', '8080', 'HBONE', 'istio-waypoint', 'w'];

/** Objects that look like those of Istio here and there, and have anything anywhere. */
const { spec } = fc.letrec((tie) => ({
  spec: fc.oneof(
    { maxDepth: 6 },
    fc.constantFrom(...VALUES),
    fc.array(tie('spec'), { maxLength: 3 }),
    fc.dictionary(fc.constantFrom(...NAMES), tie('spec'), { maxKeys: 4 }),
  ),
}));
const manifest = (apiVersion: string, kind: string) => (value: unknown): Manifest => ({ object: { apiVersion, kind, metadata: { name: 'w', namespace: 'foo' }, spec: value }, origin: {} });
const USER = { namespace: 'foo', labels: { 'app': 'w', 'istio.io/use-waypoint': 'w' } };

test('policies of anybody get an answer, whatever is in them', () => {
  fc.assert(fc.property(spec, spec, (policy, peers) => {
    const sent = ztunnelPolicies(
      [manifest('security.istio.io/v1', 'AuthorizationPolicy')(policy), manifest('security.istio.io/v1', 'PeerAuthentication')(peers)], DEFAULT_MESH,
    );
    const { outcome } = decideZtunnel(compileZtunnel(boundPolicies(sent, USER)), { source: '10.0.0.1', destination: '10.0.0.2', port: 8080 });
    expect(['pass', 'refuse', 'unknown']).toContain(outcome);
  }), { numRuns: 2000 });
});

test('Gateways of anybody get an answer, whatever is in them', () => {
  fc.assert(fc.property(spec, (gateway) => {
    const index = waypointIndex([manifest('gateway.networking.k8s.io/v1', 'Gateway')(gateway)], new Map());
    [waypointOfService(index, USER), waypointOfWorkload(index, USER)].forEach((found) => expect(Object.keys(found)).toHaveLength(1));
  }), { numRuns: 1000 });
});
