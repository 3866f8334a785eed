import { ApiObject, JsonPatch } from 'cdk8s';
import { emittedOnly, errorOf, shopChart } from './emit';
import { ClientTlsMode, DestinationRule, DestinationRuleProps } from '../../src/resources';

const { DISABLE, SIMPLE, MUTUAL, ISTIO_MUTUAL } = ClientTlsMode;

function spec(props: Partial<DestinationRuleProps>): any {
  const chart = shopChart();
  new DestinationRule(chart, 'a', { host: 'orders.shop.svc.cluster.local', ...props });
  return emittedOnly(chart).spec;
}

describe('DestinationRule', () => {
  test('writes TLS settings on every level', () => {
    expect(spec({
      exportTo: ['.'],
      workloadSelector: { app: 'web' },
      trafficPolicy: { tls: { mode: ISTIO_MUTUAL }, portLevelSettings: [{ number: 9090, tls: { mode: DISABLE } }] },
      subsets: [
        { name: 'v1', labels: { version: 'v1' } },
        { name: 'v2', labels: { version: 'v2' }, trafficPolicy: { portLevelSettings: [{ number: 80, tls: { mode: SIMPLE } }] } },
      ],
    })).toEqual({
      host: 'orders.shop.svc.cluster.local',
      exportTo: ['.'],
      workloadSelector: { matchLabels: { app: 'web' } },
      trafficPolicy: { tls: { mode: 'ISTIO_MUTUAL' }, portLevelSettings: [{ port: { number: 9090 }, tls: { mode: 'DISABLE' } }] },
      subsets: [
        { name: 'v1', labels: { version: 'v1' } },
        {
          name: 'v2',
          labels: { version: 'v2' },
          trafficPolicy: { portLevelSettings: [{ port: { number: 80 }, tls: { mode: 'SIMPLE' } }] },
        },
      ],
    });
  });

  test('says nothing about TLS unless asked because clients use mutual TLS by themselves', () => {
    expect(spec({})).toEqual({ host: 'orders.shop.svc.cluster.local' });
  });

  test.each([
    { mode: SIMPLE, caCertificates: '/etc/ca.pem', subjectAltNames: ['a.example'], sni: 'a.example' },
    { mode: SIMPLE, insecureSkipVerify: true },
    { mode: MUTUAL, credentialName: 'client-cert' },
    { mode: MUTUAL, clientCertificate: '/c.pem', privateKey: '/k.pem', caCertificates: '/ca.pem' },
    { mode: ISTIO_MUTUAL, sni: 'a.example', subjectAltNames: ['spiffe://a/ns/b/sa/c'] },
  ])('takes the settings %j', (tls) => {
    expect(spec({ trafficPolicy: { tls } }).trafficPolicy.tls).toEqual(tls);
  });

  test.each(['orders', '*.example', '*.local', '*'])('takes the host %s', (host) => {
    expect(spec({ host }).host).toBe(host);
  });

  test.each<[string, Partial<DestinationRuleProps>, string]>([
    ['an empty host', { host: '' }, 'host is empty'],
    ['a wildcard in the middle', { host: 'a.*.example' }, 'got "a.*.example"'],
    ['an empty policy', { trafficPolicy: {} }, 'trafficPolicy says nothing'],
    ['no port in a list', { trafficPolicy: { portLevelSettings: [] } }, 'trafficPolicy.portLevelSettings must not be empty'],
    ['port 0, which the API server takes', { trafficPolicy: { portLevelSettings: [{ number: 0, tls: { mode: DISABLE } }] } }, 'got 0'],
    ['a port that is there twice', {
      trafficPolicy: { portLevelSettings: [{ number: 80, tls: { mode: DISABLE } }, { number: 80, tls: { mode: SIMPLE } }] },
    }, 'is there twice, got 80'],
    ['certificates with ISTIO_MUTUAL', { trafficPolicy: { tls: { mode: ISTIO_MUTUAL, clientCertificate: '/c.pem' } } }, 'does not use'],
    ['a secret with DISABLE', { trafficPolicy: { tls: { mode: DISABLE, credentialName: 'a' } } }, 'does not use'],
    ['MUTUAL without certificate', { trafficPolicy: { tls: { mode: MUTUAL } } }, 'needs a client certificate'],
    ['MUTUAL without key', { trafficPolicy: { tls: { mode: MUTUAL, clientCertificate: '/c.pem' } } }, 'needs a client certificate'],
    ['a secret beside files', { trafficPolicy: { tls: { mode: MUTUAL, credentialName: 'a', privateKey: '/k.pem' } } },
      'both a secret and files'],
    ['an empty name in a certificate', { trafficPolicy: { tls: { mode: SIMPLE, subjectAltNames: [''] } } },
      'trafficPolicy.tls.subjectAltNames[0]'],
    ['MUTUAL without certificate on a port', {
      trafficPolicy: { portLevelSettings: [{ number: 80, tls: { mode: MUTUAL } }] },
    }, 'tls of port 80 in trafficPolicy'],
    ['no subset in a list', { subsets: [] }, 'subsets must not be empty'],
    ['a subset that is no DNS label', { subsets: [{ name: 'v1.0' }] }, 'the name of a subset'],
    ['a subset that is there twice', { subsets: [{ name: 'v1' }, { name: 'v1' }] }, 'is there twice, got "v1"'],
    ['empty labels of a subset', { subsets: [{ name: 'v1', labels: {} }] }, 'labels of subset v1 must not be empty'],
    ['an empty policy of a subset', { subsets: [{ name: 'v1', trafficPolicy: {} }] }, 'trafficPolicy of subset v1 says nothing'],
    ['an empty workloadSelector', { workloadSelector: {} }, 'workloadSelector must not be empty'],
    ['a workloadSelector that leaves its namespace', { workloadSelector: { a: 'b' }, exportTo: ['other'] }, 'stays in its namespace'],
    ['no namespace in exportTo', { exportTo: [] }, 'exportTo must not be empty'],
    ['a namespace beside none', { exportTo: ['~', '.'] }, 'leaves nothing'],
  ])('refuses %s', (_, props, text) => {
    expect(errorOf(() => spec(props))).toContain(text);
  });

  test('keeps its parts as they were', () => {
    const chart = shopChart();
    const trafficPolicy = { portLevelSettings: [{ number: 80, tls: { mode: SIMPLE } }] };
    const rule = new DestinationRule(chart, 'a', { host: 'orders', exportTo: ['.'], workloadSelector: { a: 'b' }, trafficPolicy });
    rule.addSubset({ name: 'v1' });
    trafficPolicy.portLevelSettings[0].tls.mode = DISABLE;
    rule.trafficPolicy!.portLevelSettings!.pop();
    rule.subsets.pop();
    rule.exportTo!.pop();
    rule.workloadSelector!.a = 'c';
    expect(emittedOnly(chart).spec).toEqual({
      host: 'orders',
      exportTo: ['.'],
      workloadSelector: { matchLabels: { a: 'b' } },
      trafficPolicy: { portLevelSettings: [{ port: { number: 80 }, tls: { mode: 'SIMPLE' } }] },
      subsets: [{ name: 'v1' }],
    });
  });

  test('takes by patch what it has no property for', () => {
    const chart = shopChart();
    const rule = new DestinationRule(chart, 'a', { host: 'orders' });
    ApiObject.of(rule).addJsonPatch(JsonPatch.add('/spec/trafficPolicy', { connectionPool: { tcp: { maxConnections: 10 } } }));
    expect(emittedOnly(chart).spec.trafficPolicy).toEqual({ connectionPool: { tcp: { maxConnections: 10 } } });
  });
});
