import { ApiObject } from 'cdk8s';
import { emittedOnly, errorOf, shopChart } from './emit';
import { Service, ServiceProps } from '../../src/resources';
import { Port } from '../../src/values';

function service(props: Partial<ServiceProps> = {}): any {
  const chart = shopChart();
  new Service(chart, 'db', { ports: [Port.tcp(5432)], selector: { app: 'db' }, ...props });
  return emittedOnly(chart);
}

describe('Service', () => {
  test('declares the protocol of each port, the same number on both sides', () => {
    const object = service({ ports: [Port.tcp(5432), Port.http(8080)] });
    expect(object).toMatchObject({ apiVersion: 'v1', kind: 'Service', metadata: { name: 'db', namespace: 'shop' }, spec: { selector: { app: 'db' } } });
    // targetPort is the same number by default, for Kubernetes
    const ports = object.spec.ports.map((port: any) => [port.port, port.targetPort ?? port.port, port.protocol ?? 'TCP', port.appProtocol]);
    expect(ports).toEqual([[5432, 5432, 'TCP', 'tcp'], [8080, 8080, 'TCP', 'http']]);
  });

  test('gives each port a name of its own, which Kubernetes demands of several', () => {
    const names = service({ ports: [Port.tcp(5432), Port.tcp(5433), Port.http(8080)] }).spec.ports.map((port: any) => port.name);
    expect(new Set(names).size).toBe(3);
    expect(names.filter((name: string) => !/^[a-z0-9]([-a-z0-9]{0,61}[a-z0-9])?$/.test(name))).toEqual([]);
  });

  test('has an address of its own unless it is headless', () => {
    expect(service().spec).not.toHaveProperty('clusterIP');
    expect(service({ headless: false }).spec).not.toHaveProperty('clusterIP');
    expect(service({ headless: true }).spec.clusterIP).toBe('None');
  });

  test('publishes only ready pods unless it is told otherwise', () => {
    expect(service().spec.publishNotReadyAddresses ?? false).toBe(false);
    expect(service({ publishNotReadyAddresses: true }).spec.publishNotReadyAddresses).toBe(true);
  });

  test.each([
    ['tcp', Port.tcp(1), 'tcp'], ['tls', Port.tls(1), 'tls'], ['http', Port.http(1), 'http'], ['grpc', Port.grpc(1), 'grpc'],
  ])('says what Istio treats a port as: %s', (_, port, appProtocol) => {
    expect(service({ ports: [port] }).spec.ports[0].appProtocol).toBe(appProtocol);
  });

  test('keeps UDP as UDP', () => {
    const [port] = service({ ports: [Port.udp(53)] }).spec.ports;
    expect([port.port, port.protocol]).toEqual([53, 'UDP']);
  });

  test('takes one number for both transports', () => {
    expect(service({ ports: [Port.udp(53), Port.tcp(53)] }).spec.ports.map((port: any) => port.protocol ?? 'TCP').sort()).toEqual(['TCP', 'UDP']);
  });

  test('hands out copies, and is reached through ApiObject.of', () => {
    const chart = shopChart();
    const it = new Service(chart, 'db', { ports: [Port.tcp(5432)], selector: { app: 'db' }, metadata: { name: 'orders-db' } });
    it.ports.pop();
    expect(it.ports.map(String)).toEqual(['tcp/5432']);
    expect([it.kind, it.name, it.namespace]).toEqual(['Service', 'orders-db', 'shop']);
    expect(ApiObject.of(it).node.id).toBe('Resource');
  });

  test('does not share what it was given', () => {
    const chart = shopChart();
    const [ports, selector] = [[Port.tcp(5432)], { app: 'db' } as Record<string, string>];
    new Service(chart, 'db', { ports, selector });
    ports.push(Port.tcp(1));
    selector.more = 'x';
    const { spec } = emittedOnly(chart);
    expect([spec.ports.length, spec.selector]).toEqual([1, { app: 'db' }]);
  });

  test.each<[string, Partial<ServiceProps>, RegExp]>([
    ['no port', { ports: [] }, /ports must not be empty/],
    ['no label in the selector', { selector: {} }, /selector/],
    ['a selector value that is none', { selector: { app: 'not good' } }, /not good/],
    ['a selector key that is none', { selector: { 'a b': 'c' } }, /a b/],
    ['a range of ports', { ports: [Port.tcpRange(1, 9)] }, /1-9/],
    ['the same port twice', { ports: [Port.tcp(80), Port.http(80)] }, /twice/],
  ])('refuses %s', (_, props, message) => {
    expect(errorOf(() => service(props))).toMatch(message);
  });

  // the API server wants a DNS label for the name of a Service, not a subdomain as for most kinds
  test.each<[string, string]>([
    ['with dots', 'a.b'], ['of 64 characters', 'a'.repeat(64)],
  ])('refuses a name %s', (_, name) => {
    expect(errorOf(() => service({ metadata: { name } }))).toContain(name);
  });

  test('takes the neighbours of what it refuses', () => {
    expect(service({ ports: [Port.tcp(1)], selector: { 'example.com/app': 'a.b_c' }, metadata: { name: 'a'.repeat(63) } }).spec.ports).toHaveLength(1);
  });
});
