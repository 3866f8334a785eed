import { emittedOnly, errorOf, shopChart } from './emit';
import { ServiceEntryProtocol, ServiceEntry, ServiceEntryLocation, ServiceEntryProps, ServiceEntryResolution } from '../../src/resources';

const TLS = { number: 443, protocol: ServiceEntryProtocol.TLS };
const TCP = { number: 5432, protocol: ServiceEntryProtocol.TCP };
const { NONE, STATIC, DNS, DNS_ROUND_ROBIN, DYNAMIC_DNS } = ServiceEntryResolution;

function spec(props: Partial<ServiceEntryProps>): any {
  const chart = shopChart();
  new ServiceEntry(chart, 'a', { hosts: ['a.example'], ports: [TLS], resolution: DNS, ...props });
  return emittedOnly(chart).spec;
}

describe('ServiceEntry', () => {
  test('states location and resolution because their defaults are the widest', () => {
    const chart = shopChart();
    const entry = new ServiceEntry(chart, 'payments', { hosts: ['api.payments.example'], ports: [TLS], resolution: DNS, exportTo: ['.'] });
    expect(emittedOnly(chart)).toEqual({
      apiVersion: 'networking.istio.io/v1',
      kind: 'ServiceEntry',
      metadata: { name: 'payments', namespace: 'shop' },
      spec: {
        hosts: ['api.payments.example'],
        ports: [{ number: 443, protocol: 'TLS', name: 'tls-443' }],
        location: 'MESH_EXTERNAL',
        resolution: 'DNS',
        exportTo: ['.'],
      },
    });
    expect([entry.location, entry.resolution]).toEqual(['MESH_EXTERNAL', 'DNS']);
    entry.hosts.pop();
    entry.ports.pop();
    expect([entry.hosts, entry.ports]).toEqual([['api.payments.example'], [TLS]]);
  });

  test('takes endpoints with their own ports', () => {
    expect(spec({
      resolution: STATIC,
      location: ServiceEntryLocation.MESH_INTERNAL,
      addresses: ['10.0.0.0/24', '2001:db8::1'],
      ports: [{ ...TCP, name: 'db', targetPort: 15432 }],
      endpoints: [
        { address: '10.0.0.1', ports: { db: 25432 }, labels: { zone: 'a' }, serviceAccount: 'db' },
        { address: 'unix:///var/run/db.sock' },
        { network: 'vm' },
      ],
      subjectAltNames: ['db.example'],
    })).toEqual({
      hosts: ['a.example'],
      resolution: 'STATIC',
      location: 'MESH_INTERNAL',
      addresses: ['10.0.0.0/24', '2001:db8::1'],
      ports: [{ number: 5432, protocol: 'TCP', name: 'db', targetPort: 15432 }],
      endpoints: [
        { address: '10.0.0.1', ports: { db: 25432 }, labels: { zone: 'a' }, serviceAccount: 'db' },
        { address: 'unix:///var/run/db.sock' },
        { network: 'vm' },
      ],
      subjectAltNames: ['db.example'],
    });
  });

  test('selects pods of its namespace', () => {
    expect(spec({ resolution: STATIC, workloadSelector: { app: 'db' } }).workloadSelector).toEqual({ labels: { app: 'db' } });
  });

  test.each<Partial<ServiceEntryProps>>([
    { resolution: NONE, hosts: ['*.a.example'], addresses: ['10.0.0.0/8'], ports: [{ ...TCP, targetPort: 5432 }] },
    { resolution: NONE, hosts: ['a.example', 'b.example'], ports: [TCP] },
    { resolution: DNS, hosts: ['a.example', 'b.example'], ports: [TLS, { number: 80, protocol: ServiceEntryProtocol.HTTP }] },
    { resolution: DNS, hosts: ['*.a.example'], endpoints: [{ address: 'b.example' }] },
    { resolution: DNS_ROUND_ROBIN, endpoints: [{ address: 'b.example' }] },
    { resolution: DYNAMIC_DNS, hosts: ['*.a.example'] },
    { exportTo: ['*'] },
    { exportTo: ['.', 'other'] },
  ])('takes what istiod takes (%#)', (props) => {
    expect(spec(props)).toBeDefined();
  });

  test.each<[string, Partial<ServiceEntryProps>, string]>([
    ['no host', { hosts: [] }, 'hosts must not be empty'],
    ['every host', { hosts: ['*'] }, 'stands for every host'],
    ['a wildcard in the middle, which nobody else refuses', { hosts: ['a.*.example'] }, 'got "a.*.example"'],
    ['a URL as host', { hosts: ['https://a.example'] }, 'hosts[0]'],
    ['a host that is there twice', { hosts: ['a.example', 'a.example'] }, 'is there twice'],
    ['257 hosts', { hosts: [...Array(257).keys()].map((n) => `h${n}.example`) }, 'got 257'],
    ['no port', { ports: [] }, 'ports must not be empty'],
    ['port 0', { ports: [{ ...TLS, number: 0 }] }, 'got 0'],
    ['target port 65536', { ports: [{ ...TLS, targetPort: 65536 }] }, 'targetPort of port 443'],
    ['a port number that is there twice', { ports: [TLS, { ...TLS, name: 'b' }] }, 'number of a port is there twice'],
    ['a port name that is there twice', { ports: [TLS, { ...TLS, number: 8443, name: 'tls-443' }] }, 'name of a port is there twice'],
    ['a port name that is not valid', { ports: [{ ...TLS, name: 'a_b' }] }, 'got "a_b"'],
    ['another target port with NONE', { resolution: NONE, ports: [{ ...TLS, targetPort: 8443 }] },
      'has no effect with the resolution NONE'],
    ['bytes for several hosts', { hosts: ['a.example', 'b.example'], ports: [TCP] }, 'port 5432 carries bytes'],
    ['a range with DNS', { addresses: ['10.0.0.0/8'] }, 'addresses cannot hold a range with the resolution DNS'],
    ['host bits in a range', { resolution: NONE, addresses: ['10.0.0.1/8'] }, '10.0.0.0/8'],
    ['no address in a list', { addresses: [] }, 'addresses must not be empty'],
    ['no endpoint in a list', { endpoints: [] }, 'endpoints must not be empty'],
    ['an empty workloadSelector', { workloadSelector: {} }, 'workloadSelector must not be empty'],
    ['endpoints beside workloadSelector', { resolution: STATIC, workloadSelector: { a: 'b' }, endpoints: [{ address: '10.0.0.1' }] },
      'exclude each other'],
    ['endpoints with NONE', { resolution: NONE, endpoints: [{ address: '10.0.0.1' }] },
      'endpoints have no effect with the resolution NONE'],
    ['two endpoints with DNS_ROUND_ROBIN',
      { resolution: DNS_ROUND_ROBIN, endpoints: [{ address: 'a.example' }, { address: 'b.example' }] }, 'takes one endpoint'],
    ['an endpoint without address', { endpoints: [{ labels: { a: 'b' } }] }, 'endpoints[0] has neither address nor network'],
    ['a host as endpoint with STATIC', { resolution: STATIC, endpoints: [{ address: 'b.example' }] }, 'endpoints[0].address'],
    ['a relative socket', { resolution: STATIC, endpoints: [{ address: 'unix://a' }] }, 'absolute path of a socket'],
    ['a folder as socket', { resolution: STATIC, endpoints: [{ address: 'unix:///a/' }] }, 'absolute path of a socket'],
    ['ports of a socket', { resolution: STATIC, endpoints: [{ address: 'unix:///a', ports: { 'tls-443': 1 } }] },
      'is a socket, which has no ports'],
    ['empty ports of an endpoint', { endpoints: [{ address: 'b.example', ports: {} }] }, 'endpoints[0].ports must not be empty'],
    ['a port of an endpoint that the entry does not have', { endpoints: [{ address: 'b.example', ports: { http: 80 } }] },
      'allowed: tls-443'],
    ['port 0 of an endpoint', { endpoints: [{ address: 'b.example', ports: { 'tls-443': 0 } }] }, 'endpoints[0].ports[tls-443]'],
    ['empty labels of an endpoint', { endpoints: [{ address: 'b.example', labels: {} }] }, 'endpoints[0].labels must not be empty'],
    ['an account of an endpoint that is no name', { endpoints: [{ address: 'b.example', serviceAccount: 'A' }] },
      'endpoints[0].serviceAccount'],
    ['a wildcard with DNS', { hosts: ['*.a.example'] }, 'a wildcard cannot be looked up'],
    ['a single host with DYNAMIC_DNS', { resolution: DYNAMIC_DNS }, 'DYNAMIC_DNS is for wildcards'],
    ['addresses with DYNAMIC_DNS', { resolution: DYNAMIC_DNS, hosts: ['*.a.example'], addresses: ['10.0.0.1'] },
      'neither addresses nor endpoints'],
    ['bytes with DYNAMIC_DNS', { resolution: DYNAMIC_DNS, hosts: ['*.a.example'], ports: [TCP] }, 'needs the host in the traffic'],
    ['no namespace in exportTo', { exportTo: [] }, 'exportTo must not be empty'],
    ['a namespace that is there twice', { exportTo: ['a', 'a'] }, 'is there twice'],
    ['a namespace beside all', { exportTo: ['*', 'a'] }, 'leaves nothing for the other entries to say'],
    ['a namespace that is no name', { exportTo: ['A'] }, 'exportTo[0]'],
    ['an empty name in a certificate', { subjectAltNames: [''] }, 'subjectAltNames[0]'],
  ])('refuses %s', (_, props, text) => {
    expect(errorOf(() => spec(props))).toContain(text);
  });
});
