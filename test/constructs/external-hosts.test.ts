import { Cidr, ClientCertificate, EgressAllowlist, ExternalHost, Port, ZeroTrustNamespace } from '../../src';
import { meshWith, namesOf, newChart, only, synthChecked } from '../support/synth';

const HOST = 'api.bank.example';
const FILES = ClientCertificate.files({ certificate: '/etc/bank/tls.crt', privateKey: '/etc/bank/tls.key' });
const MUTUAL = ExternalHost.mutualTls(HOST, FILES, { caCertificates: '/etc/bank/ca.crt' });
const SECRET = ExternalHost.mutualTls(HOST, ClientCertificate.secret('bank', { reason: 'no volume there' }));

/** Two workloads of a namespace, each with its hosts. */
function objects(payment: ExternalHost[], orders: ExternalHost[], ordersFirst = false): any[] {
  const chart = newChart();
  const shop = new ZeroTrustNamespace(chart, 'shop', { mesh: meshWith() });
  const [first, second] = ['payment', 'orders'].map((name) => shop.addWorkload(name, { ports: [Port.http(80)] }));
  const calls = [
    () => new EgressAllowlist(chart, 'a', { from: [first], hosts: payment, reason: 'transfers' }),
    () => new EgressAllowlist(chart, 'b', { from: [second], hosts: orders, reason: 'status page' }),
  ];
  (ordersFirst ? calls.reverse() : calls).forEach((call) => call());
  return synthChecked(chart);
}

const tlsOf = (all: any[], name: string) => only(all, 'DestinationRule', name).spec.trafficPolicy.portLevelSettings;

describe('a host to which one workload shows a client certificate', () => {
  test('needs no rule for others as long as nobody else knows it', () => {
    expect(namesOf(objects([MUTUAL], [ExternalHost.https('other.example')]), 'DestinationRule')).toEqual(['payment-api.bank.example']);
  });

  // the ServiceEntry has the plain port for whoever knows the host, and without a rule plaintext would leave on it
  test.each([false, true])('is verified TLS on its plain port for others who know it by another port (they first: %s)', (ordersFirst) => {
    const all = objects([MUTUAL], [ExternalHost.https(HOST)], ordersFirst);
    expect(tlsOf(all, HOST)).toEqual([{
      port: { number: 80 }, tls: { mode: 'SIMPLE', caCertificates: '/etc/bank/ca.crt', subjectAltNames: [HOST], sni: HOST },
    }]);
    expect(only(all, 'DestinationRule', HOST).spec.workloadSelector).toBeUndefined();
    expect(tlsOf(all, `payment-${HOST}`)[0].tls.mode).toBe('MUTUAL');
    expect(only(all, 'DestinationRule', HOST).metadata.annotations['cdk8s-zero-trust/grants']).toBe('shop/orders: status page');
  });

  test('is verified by the public authorities for others when its own come from a Secret', () => {
    expect(tlsOf(objects([SECRET], [ExternalHost.https(HOST)]), HOST)[0].tls).toEqual({
      mode: 'SIMPLE', caCertificates: '/etc/ssl/certs/ca-certificates.crt', subjectAltNames: [HOST], sni: HOST,
    });
  });

  test.each([false, true])('follows for others what they have said themselves (they first: %s)', (ordersFirst) => {
    const said = ExternalHost.httpWithTlsOrigination(HOST, { caCertificates: '/etc/other/ca.crt' });
    expect(tlsOf(objects([MUTUAL], [said], ordersFirst), HOST)[0].tls.caCertificates).toBe('/etc/other/ca.crt');
  });

  test('has one plain port: proxies would speak TLS on one of two alone', () => {
    const other = ExternalHost.httpWithTlsOrigination(HOST, { plainPort: 8080 });
    expect(() => objects([MUTUAL], [other])).toThrow(/api\.bank\.example is described in two ways/);
    expect(() => objects([MUTUAL], [ExternalHost.tls(HOST, { port: 8443 })])).not.toThrow();
  });
});

// other workloads that know it come and go with the order of the calls, the rules must not
test.each([[[MUTUAL, ExternalHost.https(HOST)]], [[ExternalHost.https(HOST), MUTUAL]]])('one workload that knows a host by both ports needs its own rule alone', (hosts) => {
  expect(namesOf(objects(hosts, [ExternalHost.https('other.example')]), 'DestinationRule')).toEqual(['payment-api.bank.example']);
});

test('hosts of a namespace are written in the order of their names', () => {
  const hosts = ['c.example', 'a.example', 'b.example'].map((host) => ExternalHost.https(host, { cidrs: [Cidr.of('192.0.2.0/24')] }));
  expect(namesOf(objects([hosts[0], hosts[1]], [hosts[2]]), 'ServiceEntry')).toEqual(['a.example', 'b.example', 'c.example']);
});
