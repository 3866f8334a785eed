import * as fs from 'node:fs';
import * as path from 'node:path';
import { loadAll } from 'js-yaml';
import { compileEgress, EgressAnswer, EgressCall, egressVerdict } from '../../../src/access/egress/egress';
import { KubeObject, Manifest } from '../../../src/access/objects';
import { completeMesh, meshSettings } from '../../../src/access/snapshot/mesh-config';
import { servicesOf } from '../../../src/access/snapshot/services';
import { DataPlaneMode, Workload } from '../../../src/access/workload';

const RECORDED = JSON.parse(fs.readFileSync(path.join(__dirname, 'outbound.json'), 'utf8'));
const CLIENT: Workload = {
  id: 'foo/client',
  namespace: 'foo',
  name: 'client',
  kind: 'Pod',
  labels: { app: 'client' },
  annotations: {},
  serviceAccount: 'client',
  addresses: ['10.1.1.1'],
  mode: 'sidecar',
  hostNetwork: false,
  ports: [],
};
const read = (...texts: string[]): Manifest[] => texts.flatMap((text) => loadAll(text))
  .filter((object) => object !== null && object !== undefined).map((object) => ({ object: object as KubeObject, origin: {} }));
const egressOf = (manifests: Manifest[], mesh = {}) => (
  compileEgress({ services: servicesOf(manifests), manifests, workloads: [], mesh: completeMesh(meshSettings(mesh)) }));

function clusterOf({ way, entry, verdict }: EgressAnswer, { port }: EgressCall): string {
  return way === 'known' ? `outbound|${port}||${entry!.hostname}` : way === 'passed-through' ? 'PassthroughCluster' : verdict === 'connection-reset' ? 'BlackHoleCluster' : way;
}

describe.each<{ name: string; mesh: string; sidecar: string; clusters: string[] }>(RECORDED.cases)('proxies under $name', ({ mesh, sidecar, clusters }) => {
  const egress = egressOf(read(RECORDED.kubernetes, RECORDED.serviceEntries, sidecar), (loadAll(mesh)[0] ?? {}) as object);
  const calls: [string, EgressCall, string][] = RECORDED.calls.map((call: any, i: number) => [call.name, {
    client: CLIENT, host: call.host, address: call.address, port: call.port, speaks: call.tls === 'tls' ? 'tls' : call.protocol,
  }, clusters[i].startsWith('route:block_all') ? 'BlackHoleCluster' : clusters[i]]);

  test('send every call where istiod lets them', () => {
    const decided = calls.map(([name, call]) => [name, clusterOf(egressVerdict(egress, call), call)]);
    expect(decided).toEqual(calls.map(([name, , cluster]) => [name, cluster]));
  });

  test('decide the same where no address is known, or say that they cannot', () => {
    const named = calls.filter(([, { host }]) => host !== undefined);
    const wrong = named.filter(([, call, cluster]) => ![cluster, 'unknown'].includes(clusterOf(egressVerdict(egress, { ...call, address: undefined }), call)));
    // by another name the port of a Service is found by its address alone
    expect(wrong.map(([name]) => name).filter((name) => name !== 'tls other name web:443')).toEqual([]);
  });
});

describe('a call', () => {
  const SIDECAR = "{apiVersion: networking.istio.io/v1, kind: Sidecar, metadata: {name: s, namespace: foo}, spec: {egress: [{hosts: ['./*']}], outboundTrafficPolicy: {mode: REGISTRY_ONLY}}}";
  const verdict = (manifests: string[], call: Partial<EgressCall>, client: Partial<Workload> = {}) => (
    egressVerdict(egressOf(read(...manifests)), { client: { ...CLIENT, ...client }, host: 'away.example', port: 80, speaks: 'http', ...call }));

  test('that the proxy does not see goes anywhere', () => {
    const modes: DataPlaneMode[] = ['none', 'ambient'];
    expect(modes.map((mode) => verdict([SIDECAR], {}, { mode }).way)).toEqual(['not-captured', 'passed-through']);
    expect(verdict([SIDECAR], {}, { annotations: { 'traffic.sidecar.istio.io/excludeOutboundPorts': '80' } }).way).toBe('not-captured');
    const ranges = { annotations: { 'traffic.sidecar.istio.io/excludeOutboundIPRanges': '192.0.2.0/24' } };
    expect(verdict([SIDECAR], {}, ranges).verdict).toBe('unknown');
    expect(verdict([SIDECAR], { address: '192.0.2.7' }, ranges).way).toBe('not-captured');
    expect(verdict([SIDECAR], { address: '198.51.100.7' }, ranges).verdict).toBe('connection-reset');
  });

  test('is refused with the Sidecar that says so', () => {
    expect(verdict([SIDECAR], {})).toMatchObject({ verdict: 'connection-reset', steps: [{ layer: 'egress', outcome: 'refuse', object: { kind: 'Sidecar', name: 's' } }] });
  });

  test('is held to the Sidecar of the workload, then that of its namespace, the oldest first', () => {
    const sidecar = (name: string, mode: string, more = '', at = '2024-01-01T00:00:00Z') => `{apiVersion: networking.istio.io/v1, kind: Sidecar,
      metadata: {name: ${name}, namespace: foo, creationTimestamp: '${at}'}, spec: {${more} outboundTrafficPolicy: {mode: ${mode}}}}`;
    const selecting = 'workloadSelector: {labels: {app: client}},';
    expect(verdict([sidecar('a', 'ALLOW_ANY'), sidecar('b', 'REGISTRY_ONLY', selecting, '2025-01-01T00:00:00Z')], {}).verdict).toBe('connection-reset');
    expect(verdict([sidecar('a', 'ALLOW_ANY'), sidecar('b', 'REGISTRY_ONLY', 'workloadSelector: {labels: {app: x}},')], {}).verdict).toBe('allow');
    expect(verdict([sidecar('a', 'ALLOW_ANY', '', '2025-01-01T00:00:00Z'), sidecar('b', 'REGISTRY_ONLY')], {}).verdict).toBe('connection-reset');
  });

  test('that a VirtualService sends elsewhere is not decided here', () => {
    const routed = (destination: string) => `{apiVersion: networking.istio.io/v1, kind: VirtualService, metadata: {name: v, namespace: foo},
      spec: {hosts: [web], http: [{route: [{destination: {host: ${destination}, subset: v1}}]}]}}`;
    expect(verdict([RECORDED.kubernetes, routed('web')], { host: 'web' })).toMatchObject({ way: 'known', route: { destinations: [{ subset: 'v1' }] } });
    expect(verdict([RECORDED.kubernetes, routed('api.bar.svc.cluster.local')], { host: 'web' })).toMatchObject({ verdict: 'unknown', route: { object: { name: 'v' } } });
  });

  test.each(['null', 'text', '{egress: text}', '{egress: [null, 7]}', '{egress: [{hosts: [7, a, a/b/c]}]}', '{outboundTrafficPolicy: text}'])('survives a Sidecar that holds %s', (spec) => {
    expect(() => verdict([`{apiVersion: networking.istio.io/v1, kind: Sidecar, metadata: {name: s, namespace: foo}, spec: ${spec}}`], {})).not.toThrow();
  });

  test.each(['null', '{hosts: text, ports: text}', '{hosts: [7], ports: [null, {number: x}], endpoints: [1], addresses: [3]}'])('survives a ServiceEntry that holds %s', (spec) => {
    expect(() => verdict([`{apiVersion: networking.istio.io/v1, kind: ServiceEntry, metadata: {name: s, namespace: foo}, spec: ${spec}}`], {})).not.toThrow();
  });
});
