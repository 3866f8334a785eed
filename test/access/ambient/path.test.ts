import { AmbientPath, Connection, NODE_LOCAL_ADDRESSES, pathOf, PathTarget } from '../../../src/access/ambient/path';
import { waypointIndex } from '../../../src/access/ambient/waypoints';
import { DEFAULT_MESH } from '../../../src/access/mesh-settings';
import { Manifest } from '../../../src/access/objects';
import { DataPlaneMode, Workload } from '../../../src/access/workload';

const workload = (mode: DataPlaneMode, over: Partial<Workload> = {}): Workload => ({
  id: `shop/${mode}`,
  namespace: 'shop',
  name: mode,
  kind: 'Deployment',
  labels: {},
  annotations: {},
  serviceAccount: `${mode}-account`,
  addresses: [],
  mode,
  hostNetwork: false,
  ports: [],
  ...over,
});
const WAYPOINT: Manifest = {
  object: {
    apiVersion: 'gateway.networking.k8s.io/v1',
    kind: 'Gateway',
    metadata: { name: 'w', namespace: 'shop', labels: { 'istio.io/waypoint-for': 'all' } },
    spec: { gatewayClassName: 'istio-waypoint', listeners: [{ name: 'mesh', port: 15008, protocol: 'HBONE' }] },
  },
  origin: {},
};
const USES = { 'istio.io/use-waypoint': 'w' };
const TUNNEL = { 'networking.istio.io/tunnel': 'http' };
const target = (over: Partial<PathTarget> = {}): PathTarget => ({ kind: 'Service', namespace: 'shop', name: 's', labels: {}, headless: false, port: 80, ...over });
const way = (
  source: Workload | undefined, destination: Workload | undefined, over: Partial<Connection> = {}, flags: Record<string, boolean> = {},
) => pathOf(
  { source: source === undefined ? { address: '192.0.2.1' } : { workload: source }, destination, port: 8080, protocol: 'TCP', ...over },
  { mesh: { ...DEFAULT_MESH, flags }, waypoints: waypointIndex([WAYPOINT], new Map()) },
);
const points = ({ unknown, points: all }: AmbientPath) => (unknown !== undefined ? 'unknown'
  : all.map(({ at, transport, peer, port }) => `${at} ${transport} ${peer?.split('/').pop() ?? '-'} ${port}`).join(', '));
const legs = (path: AmbientPath) => path.legs.map(({ from, to, port }) => `${from}>${to}:${port}`).join(' ');

describe('without a waypoint (ztunnel src/proxy/outbound.rs; istiod xds/endpoints/endpoint_builder.go)', () => {
  test.each<[DataPlaneMode | undefined, DataPlaneMode, string, string]>([
    ['ambient', 'ambient', 'source-ztunnel plaintext - 80, destination-ztunnel tunnel ambient-account 8080', 'source>destination:15008'],
    ['ambient', 'sidecar', 'source-ztunnel plaintext - 80, destination-sidecar plaintext - 8080', 'source>destination:8080'],
    ['ambient', 'gateway', 'source-ztunnel plaintext - 80, destination-gateway plaintext - 8080', 'source>destination:8080'],
    ['ambient', 'none', 'source-ztunnel plaintext - 80', 'source>destination:8080'],
    ['sidecar', 'ambient', 'destination-ztunnel tunnel sidecar-account 8080', 'source>destination:15008'],
    ['sidecar', 'sidecar', 'destination-sidecar client-tls - 8080', 'source>destination:8080'],
    ['sidecar', 'none', '', 'source>destination:8080'],
    ['gateway', 'ambient', 'destination-ztunnel tunnel gateway-account 8080', 'source>destination:15008'],
    ['gateway', 'sidecar', 'destination-sidecar client-tls - 8080', 'source>destination:8080'],
    ['none', 'ambient', 'destination-ztunnel plaintext - 8080', 'source>destination:8080'],
    ['none', 'sidecar', 'destination-sidecar plaintext - 8080', 'source>destination:8080'],
    ['none', 'none', '', 'source>destination:8080'],
    [undefined, 'ambient', 'destination-ztunnel plaintext - 8080', 'source>destination:8080'],
  ])('%s calls %s', (from, to, expected, network) => {
    const path = way(from === undefined ? undefined : workload(from), workload(to), { target: target() });
    expect([points(path), legs(path)]).toEqual([expected, network]);
  });

  test('sidecars that listen for tunnels get one from ztunnel, not from sidecars', () => {
    const expected = 'source-ztunnel plaintext - 8080, destination-sidecar tunnel ambient-account 8080';
    const annotated = workload('sidecar', { annotations: { 'proxy.istio.io/config': 'proxyMetadata:\n  ISTIO_META_ENABLE_HBONE: "true"\n' } });
    expect(points(way(workload('ambient'), workload('sidecar', { labels: TUNNEL })))).toBe(expected);
    expect(points(way(workload('ambient'), annotated))).toBe(expected);
    expect(points(way(workload('ambient'), workload('sidecar'), {}, { ISTIO_META_ENABLE_HBONE: true }))).toBe(expected);
    expect(points(way(workload('ambient'), workload('none'), {}, { ISTIO_META_ENABLE_HBONE: true }))).toBe('source-ztunnel plaintext - 8080');
    expect(points(way(workload('sidecar'), workload('sidecar', { labels: TUNNEL }), { target: target() }))).toBe('destination-sidecar client-tls - 8080');
  });

  test('a sidecar that calls the address of a pod sends plaintext', () => {
    expect(points(way(workload('sidecar'), workload('ambient')))).toBe('destination-ztunnel plaintext - 8080');
  });

  test('a sidecar that may not send tunnels sends plaintext', () => {
    const source = workload('sidecar', { annotations: { 'proxy.istio.io/config': '{"proxyMetadata":{"ISTIO_META_DISABLE_HBONE_SEND":"true"}}' } });
    expect(points(way(source, workload('ambient'), { target: target() }))).toBe('destination-ztunnel plaintext - 8080');
  });

  test('what a sidecar sends to a headless Service in ambient mode, or for a label that asks for TLS, is not known', () => {
    expect(points(way(workload('sidecar'), workload('ambient'), { target: target({ headless: true }) }))).toBe('unknown');
    expect(points(way(workload('gateway'), workload('ambient'), { target: target({ headless: true }) }))).toContain('tunnel');
    expect(points(way(workload('sidecar'), workload('ambient', { labels: { 'security.istio.io/tlsMode': 'istio' } }), { target: target() }))).toBe('unknown');
  });

  test('a pod that is captured for what it sends alone has nobody who decides about plaintext', () => {
    const pod = workload('ambient', { annotations: { 'ambient.istio.io/bypass-inbound-capture': 'true' } });
    expect(points(way(workload('none'), pod))).toBe('');
    expect(points(way(workload('ambient'), pod))).toContain('destination-ztunnel tunnel');
  });

  test('a host outside of the cluster is called in plaintext', () => {
    const path = way(workload('ambient'), undefined);
    expect([points(path), legs(path)]).toEqual(['source-ztunnel plaintext - 8080', 'source>destination:8080']);
  });
});

describe('what the mesh does not see', () => {
  test('other protocols than TCP', () => {
    const path = way(workload('ambient'), workload('ambient'), { protocol: 'UDP' });
    expect([points(path), legs(path), path.reason]).toEqual(['', 'source>destination:8080', 'the mesh does not carry UDP']);
  });

  test('processes on the node pass ztunnel by, and are seen with the address of probes', () => {
    const path = way(undefined, workload('ambient'), { source: { nodeLocal: true } });
    expect([points(path), path.legs]).toEqual(['', [{ from: 'source', to: 'destination', port: 8080, sourceAddresses: NODE_LOCAL_ADDRESSES }]]);
    expect(points(way(undefined, workload('sidecar'), { source: { nodeLocal: true } }))).toBe('destination-sidecar plaintext - 8080');
  });

  test('pods on the network of their node may be on the same one', () => {
    const source = workload('none', { hostNetwork: true });
    expect(way(source, workload('ambient')).mayBypass).toContain('same node');
    expect(way(source, workload('sidecar')).mayBypass).toBeUndefined();
    expect(way(workload('gateway', { hostNetwork: true }), workload('ambient'), { target: target() }).mayBypass).toBeUndefined();
    expect(way(workload('none'), workload('ambient')).mayBypass).toBeUndefined();
  });

  test('the port of tunnels takes nothing from applications', () => {
    expect(way(workload('none'), workload('ambient'), { port: 15008 })).toMatchObject({ points: [], refused: expect.stringContaining('15008') });
    expect(way(workload('none'), workload('sidecar'), { port: 15008 }).refused).toBeUndefined();
    expect(way(workload('none'), workload('ambient')).refused).toBeUndefined();
  });

  test('the pods of a waypoint themselves are not modelled', () => {
    expect(points(way(workload('ambient'), workload('waypoint')))).toBe('unknown');
  });
});

describe('through a waypoint', () => {
  const behind = target({ labels: USES });

  test('the waypoint sees the client and the port of the Service, the destination sees the waypoint and its own port', () => {
    const path = way(workload('ambient'), workload('ambient'), { target: behind });
    expect(points(path)).toBe('source-ztunnel plaintext - 80, waypoint tunnel ambient-account 80, destination-ztunnel tunnel w 8080');
    expect(legs(path)).toBe('source>waypoint:15008 waypoint>destination:15008');
    expect(path.points.map(({ from }) => from)).toEqual(['source', 'source', 'waypoint']);
    expect(path.points[1].target).toEqual({ kind: 'Service', namespace: 'shop', name: 's' });
    expect(path.points[2].peer).toBe('cluster.local/ns/shop/sa/w');
  });

  test('a waypoint sends plaintext to who does not listen for tunnels', () => {
    const path = way(workload('ambient'), workload('sidecar'), { target: behind });
    expect([points(path), legs(path)]).toEqual([
      'source-ztunnel plaintext - 80, waypoint tunnel ambient-account 80, destination-sidecar plaintext - 8080', 'source>waypoint:15008 waypoint>destination:8080',
    ]);
    expect(points(way(workload('ambient'), workload('sidecar', { labels: TUNNEL }), { target: behind }))).toContain('destination-sidecar tunnel w 8080');
    expect(points(way(workload('ambient'), workload('none'), { target: behind }))).toBe('source-ztunnel plaintext - 80, waypoint tunnel ambient-account 80');
  });

  test('sidecars and clients without ztunnel pass it by', () => {
    expect(points(way(workload('sidecar'), workload('ambient'), { target: behind }))).toBe('destination-ztunnel tunnel sidecar-account 8080');
    expect(points(way(workload('none'), workload('ambient'), { target: behind }))).toBe('destination-ztunnel plaintext - 8080');
    expect(points(way(undefined, workload('ambient'), { target: behind }))).toBe('destination-ztunnel plaintext - 8080');
  });

  test('gateways pass it by unless the Service asks for it', () => {
    const asked = target({ labels: { ...USES, 'istio.io/ingress-use-waypoint': 'true' } });
    expect(points(way(workload('gateway'), workload('ambient'), { target: behind }))).toBe('destination-ztunnel tunnel gateway-account 8080');
    expect(points(way(workload('gateway'), workload('ambient'), { target: asked })))
      .toBe('waypoint tunnel gateway-account 80, destination-ztunnel tunnel w 8080');
    expect(points(way(workload('gateway'), workload('ambient'), { target: { ...asked, headless: true } }))).toBe('destination-ztunnel tunnel gateway-account 8080');
  });

  test('the address of a pod, and a headless Service, lead to the waypoint of the workload alone', () => {
    const pod = workload('ambient', { labels: USES });
    const through = 'source-ztunnel plaintext - 8080, waypoint tunnel ambient-account 8080, destination-ztunnel tunnel w 8080';
    expect(points(way(workload('ambient'), workload('ambient')))).not.toContain('waypoint');
    expect(points(way(workload('ambient'), workload('ambient'), { target: target({ labels: USES, headless: true }) }))).not.toContain('waypoint');
    expect(points(way(workload('ambient'), pod))).toBe(through);
    expect(way(workload('ambient'), pod).points[1].target).toEqual({ kind: 'Workload', namespace: 'shop', name: 'ambient' });
    expect(points(way(workload('ambient'), pod, { target: target({ headless: true, port: 8080 }) }))).toBe(through);
  });

  test('a Service without a waypoint does not lead to that of its workload', () => {
    expect(points(way(workload('ambient'), workload('ambient', { labels: USES }), { target: target() }))).not.toContain('waypoint');
  });

  test('a host outside of the cluster is reached by the waypoint of its ServiceEntry', () => {
    const path = way(workload('ambient'), undefined, { target: target({ kind: 'ServiceEntry', labels: USES, port: 443 }), port: 443 });
    expect([points(path), legs(path)]).toEqual(['source-ztunnel plaintext - 443, waypoint tunnel ambient-account 443', 'source>waypoint:15008 waypoint>destination:443']);
    expect(path.points[1].target).toEqual({ kind: 'ServiceEntry', namespace: 'shop', name: 's' });
  });

  test('nobody can tell the way where nobody can tell the waypoint', () => {
    expect(points(way(workload('ambient'), workload('ambient'), { target: target({ labels: { ...USES, 'istio.io/use-waypoint-canary': 'v' } }) }))).toBe('unknown');
  });
});
