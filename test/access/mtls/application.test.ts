import { compileApplications } from '../../../src/access/mtls/application';
import { isCaptured } from '../../../src/access/mtls/capture';
import { protocolOfPort } from '../../../src/access/mtls/protocols';
import { KubeObject, Manifest } from '../../../src/access/objects';
import { completeMesh } from '../../../src/access/snapshot/mesh-config';
import { Service, ServicePort, Workload } from '../../../src/access/workload';

const WORKLOAD: Workload = {
  id: 'shop/orders',
  namespace: 'shop',
  name: 'orders',
  kind: 'Deployment',
  labels: { app: 'orders' },
  annotations: {},
  serviceAccount: 'orders',
  addresses: ['10.1.1.1'],
  mode: 'sidecar',
  hostNetwork: false,
  ports: [{ name: 'web', number: 8080, protocol: 'TCP' }, { name: 'dns', number: 5353, protocol: 'UDP' }],
};
const service = (name: string, ports: Partial<ServicePort>[], more: Partial<Service> = {}): Service => ({
  namespace: 'shop',
  name,
  labels: {},
  annotations: {},
  selector: { app: 'orders' },
  type: 'ClusterIP',
  ports: ports.map((port) => ({ port: 80, targetPort: 8080, protocol: 'TCP', ...port })),
  ...more,
});
const sidecar = (spec: unknown, namespace = 'shop'): Manifest => (
  { object: { apiVersion: 'networking.istio.io/v1', kind: 'Sidecar', metadata: { name: 's', namespace }, spec }, origin: {} });
const applicationOf = (services: Service[], port = 8080, manifests: Manifest[] = [], workload = WORKLOAD) => (
  compileApplications({ services, manifests, mesh: completeMesh() }).of(workload, port));

// recordings `ports/*` replay names, appProtocol and two Services of one port in inbound-chain.test.ts
describe('what a port is taken for', () => {
  test('is said by the Services that select the pod', () => {
    expect(applicationOf([service('orders', [{ name: 'http-web' }])])).toMatchObject({ application: 'http', object: { kind: 'Service', name: 'orders' } });
    expect(applicationOf([service('orders', [{ name: 'http-web' }], { selector: { app: 'other' } })]).application).toBe('sniffed');
    expect(applicationOf([service('orders', [{ name: 'http-web' }], { selector: {} })]).application).toBe('sniffed');
    expect(applicationOf([service('orders', [{ name: 'http-web' }], { namespace: 'other' })]).application).toBe('sniffed');
  });

  test('is asked by the port of the pod, also by its name', () => {
    expect(applicationOf([service('orders', [{ name: 'tcp' }])], 80).application).toBe('sniffed');
    expect(applicationOf([service('orders', [{ name: 'tcp', targetPort: 'web' }])]).application).toBe('tcp');
    expect(applicationOf([service('orders', [{ name: 'tcp', targetPort: 'dns' }])], 5353).application).toBe('sniffed');
  });

  test('is what the older Service says, then the first by its host', () => {
    const old = service('z', [{ name: 'tcp' }], { createdAt: '2024-01-01T00:00:00Z' });
    const young = service('a', [{ name: 'http' }], { createdAt: '2025-01-01T00:00:00Z' });
    expect(applicationOf([young, old]).application).toBe('tcp');
    // "b-x.shop" comes before "b.shop"
    expect(applicationOf([service('b', [{ name: 'http' }]), service('b-x', [{ name: 'tcp' }])]).application).toBe('tcp');
  });

  test('is TCP for unnamed ports of servers that speak first', () => {
    expect(applicationOf([service('db', [{ name: 'db', port: 3306, targetPort: 3306 }])], 3306).application).toBe('tcp');
    expect(applicationOf([service('db', [{ name: 'db', port: 80, targetPort: 3306 }])], 3306).application).toBe('sniffed');
  });

  test('is what ServiceEntries say that select the pod or list its address', () => {
    const entry = (spec: object): Manifest => ({
      object: {
        apiVersion: 'networking.istio.io/v1',
        kind: 'ServiceEntry',
        metadata: { name: 'e', namespace: 'shop' },
        spec: { hosts: ['x.example'], ports: [{ number: 80, targetPort: 8080, name: 'p', protocol: 'HTTP' }], ...spec },
      } as KubeObject,
      origin: {},
    });
    expect(applicationOf([], 8080, [entry({ workloadSelector: { labels: { app: 'orders' } } })])).toMatchObject({ application: 'http', object: { kind: 'ServiceEntry' } });
    expect(applicationOf([], 8080, [entry({ endpoints: [{ address: '10.1.1.1' }] })]).application).toBe('http');
    expect(applicationOf([], 8080, [entry({ endpoints: [{ address: '10.1.1.2' }] })]).application).toBe('sniffed');
  });

  test('is what a Sidecar lists, if it lists ports at all', () => {
    const services = [service('orders', [{ name: 'http' }])];
    const ingress = (fields: object, namespace?: string) => [sidecar({ ingress: [{ port: { number: 9000, protocol: 'TCP', name: 't' }, ...fields }] }, namespace)];
    expect(applicationOf(services, 9000, ingress({})).application).toBe('tcp');
    expect(applicationOf(services, 8080, ingress({})).application).toBe('sniffed');
    expect(applicationOf(services, 8080, ingress({}, 'istio-system')).application).toBe('sniffed');
    expect(applicationOf(services, 8080, ingress({}, 'other')).application).toBe('http');
    expect(applicationOf(services, 8080, [sidecar({ egress: [{ hosts: ['./*'] }] })]).application).toBe('http');
    expect(applicationOf(services, 9000, ingress({ captureMode: 'NONE' })).application).toBeUndefined();
    expect(applicationOf(services, 8080, ingress({}), { ...WORKLOAD, mode: 'gateway' }).application).toBe('http');
  });

  test.each([[null], ['text'], [{ ingress: 'text' }], [{ ingress: [null, 'x'] }], [{ workloadSelector: 7 }]])('survives a Sidecar that holds %j', (spec) => {
    expect(() => applicationOf([service('orders', [{ name: 'http' }])], 8080, [sidecar(spec)])).not.toThrow();
  });
});

// pkg/config/kube/conversion.go of Istio 1.31; what is recorded is in `ports/application-protocol`
test.each<[Partial<ServicePort>, string]>([
  [{ appProtocol: 'kubernetes.io/wss' }, 'TLS'], [{ appProtocol: 'http-x' }, 'HTTP'], [{ appProtocol: '', name: 'http' }, 'UNKNOWN'],
  [{ name: 'grpc-web' }, 'HTTP'], [{ name: 'HTTPS-a' }, 'TLS'], [{ name: 'http', protocol: 'UDP' }, 'UDP'], [{ name: 'http_a' }, 'UNKNOWN'],
  [{ port: 53 }, 'TCP'], [{ port: 27017, appProtocol: 'http' }, 'HTTP'], [{ name: 'constructor' }, 'UNKNOWN'],
])('a port of %j is %s', (port, protocol) => {
  expect(protocolOfPort({ port: 80, targetPort: 80, protocol: 'TCP', ...port })).toBe(protocol);
});

// the injector's template and istio-iptables of Istio 1.31; application requirements in its documentation
describe('the proxy of a sidecar', () => {
  const captured = (port: number, annotations: Record<string, string> = {}, mode: Workload['mode'] = 'sidecar') => isCaptured({ ...WORKLOAD, annotations, mode }, port);
  const at = (name: string, value: string) => ({ [`traffic.sidecar.istio.io/${name}`]: value });

  test('takes all ports but its own', () => {
    expect([8080, 12345, 22].map((port) => captured(port))).toEqual([true, true, true]);
    expect([15020, 15021, 15090].map((port) => captured(port))).toEqual([false, false, false]);
    expect(captured(15008)).toBeUndefined();
    expect(isCaptured(WORKLOAD, 8080, 'UDP')).toBe(false);
    expect([captured(15020, { 'status.sidecar.istio.io/port': '15999' }), captured(15999, { 'status.sidecar.istio.io/port': '15999' })]).toEqual([true, false]);
  });

  test('leaves what annotations exclude', () => {
    expect([8080, 9090].map((port) => captured(port, at('excludeInboundPorts', '22, 8080')))).toEqual([false, true]);
    expect([8080, 9090].map((port) => captured(port, at('includeInboundPorts', '8080')))).toEqual([true, false]);
    expect(captured(8080, at('includeInboundPorts', ''))).toBe(false);
    expect(captured(8080, { ...at('includeInboundPorts', '8080'), ...at('excludeInboundPorts', '8080') })).toBe(true);
    expect(captured(8080, at('excludeInboundPorts', 'all'))).toBeUndefined();
    expect(captured(8080, { 'sidecar.istio.io/interceptionMode': 'NONE' })).toBe(false);
  });

  test('is not there for other pods', () => {
    expect([captured(8080, {}, 'none'), captured(8080, {}, 'ambient')]).toEqual([false, true]);
  });
});
