import { ApiObject, App, Chart, Testing } from 'cdk8s';
import {
  Cidr, ClaimRequirement, ClientCertificate, Cluster, DatabaseEngine, EgressAllowlist, ExternalHost, HttpMatch, JwtIssuer,
  JwtProtectedService, MetricsScrape, PlaintextSource, PodSecurity, Port, SecureDatabase, ServiceAccountRef, Workload, ZeroTrustNamespace,
} from '../../src';
import { meshWith } from '../support/synth';

/** What a person reads when a call is refused. */
function said(call: () => unknown): string {
  try {
    call();
  } catch (error) {
    return (error as Error).message;
  }
  throw new Error('nothing was refused');
}

test('messages of refused calls read well', () => {
  const chart = new Chart(new App(), 'shop');
  const shop = new ZeroTrustNamespace(chart, 'shop', { mesh: meshWith() });
  const web = shop.addWorkload('web');
  const api = shop.addWorkload('api', { ports: [Port.http(8080), Port.tcp(9000)] });
  const messages = [
    () => api.allowFrom(web, { routes: [HttpMatch.get('/v1/*')] }),
    () => api.allowFrom(web, { ports: [Port.tcp(443)] }),
    () => api.allowFrom(web, { ports: [] }),
    () => api.allowFrom(web, { claims: [ClaimRequirement.contains('groups', 'buyers')] }),
    () => api.allowFrom(web, { reason: '' }),
    () => web.allowFrom(api),
    () => api.allowFrom(shop.mesh.ingressGateway('public')),
    () => api.needsKubernetesApi('lists pods'),
    () => api.allowPlaintextFrom(PlaintextSource.pods('batch', { namespace: 'batch', podLabels: { app: 'batch' } }), Port.tcp(9000), 'legacy'),
    () => new Workload(chart, 'lost'),
    () => new ZeroTrustNamespace(chart, 'strict', { mesh: meshWith(), podSecurity: PodSecurity.enforceRestricted() }),
    () => new ZeroTrustNamespace(chart, 'labels', { mesh: meshWith(), labels: { 'istio.io/rev': 'canary' } }),
    () => meshWith({ trustDomain: 'spiffe://cluster.local' }),
    () => Cidr.of('0.0.0.0/0'),
    () => shop.addWorkload('everything', { podLabels: {} }),
    () => shop.addWorkload('default'),
    () => Workload.fromAttributes(shop, 'broker', { workloadName: 'broker', podLabels: { app: 'a b' }, serviceAccountName: 'broker' }),
    () => shop.everyWorkload(''),
    () => shop.mesh.prometheus(),
    () => Cluster.mark(chart.node.root),
  ].map(said);
  expectReadable(messages);
});

test('messages of the patterns that people come for read well', () => {
  const chart = new Chart(new App(), 'shop');
  const shop = new ZeroTrustNamespace(chart, 'shop', { mesh: meshWith() });
  const web = shop.addWorkload('web', { ports: [Port.http(8080)] });
  const db = new SecureDatabase(shop, 'db', { engine: DatabaseEngine.CASSANDRA });
  const issuer = JwtIssuer.oidc('https://idp.example.com', { audiences: ['api'] });
  const writing = JwtIssuer.oidc('https://idp.example.com', { audiences: ['api'], claimToHeaders: [{ claim: 'sub', header: 'x-user' }] });
  const jwt = (id: string, issuers = [issuer], ports = [Port.http(8080)]) => new JwtProtectedService(shop, id, { ports, issuers });
  const api = jwt('api');
  const egress = (id: string, ...hosts: ExternalHost[]) => new EgressAllowlist(shop, id, { from: [web], hosts, reason: 'calls out' });
  egress('known', ExternalHost.https('api.example.com'), ExternalHost.tcp('a.example.com', 7000, { addresses: [Cidr.of('192.0.2.0/28')] }));
  const certificate = ClientCertificate.files({ certificate: '/etc/c/tls.crt', privateKey: '/etc/c/tls.key' });
  expectReadable([
    () => db.allowFrom(web, { routes: [HttpMatch.get('/v1/*')] }),
    () => db.allowFrom(web, { claims: [ClaimRequirement.present('sub')] }),
    () => db.allowFrom(web, { ports: [Port.tcp(7000)] }),
    () => db.workload.allowFrom(web),
    () => db.allowMetricsFrom(web, MetricsScrape.mutualTls()),
    () => new SecureDatabase(shop, 'udp', { engine: DatabaseEngine.POSTGRES, ports: [Port.udp(53)] }),
    () => SecureDatabase.external(shop, 'e', { engine: DatabaseEngine.POSTGRES, host: 'db.example.com', cidrs: [] }),
    () => jwt('none', []),
    () => jwt('raw', [issuer], [Port.tcp(9000)]),
    () => jwt('twice', [issuer, writing]),
    () => api.allowFrom(web, { issuers: [JwtIssuer.oidc('https://other.example.com', { audiences: ['api'] })] }),
    () => api.allowUsers({ reason: 'users' }),
    () => api.allowPublic('/*', { reason: 'all of it' }),
    () => api.allowPublic('*.png', { reason: 'pictures' }),
    () => api.allowCorsPreflight({ origins: ['https://shop.example.com/'], reason: 'page' }),
    () => api.workload.allowPlaintextFrom(PlaintextSource.cidrs('lab', Cidr.of('10.0.0.0/24')), Port.http(8080), 'legacy'),
    () => jwt('headers', [writing]).allowPublic('/healthz', { reason: 'monitor' }),
    () => ExternalHost.https('*.example.com'),
    () => ExternalHost.https('192.0.2.7'),
    () => ExternalHost.tcp('a.example.com', 7000, { addresses: [Cidr.of('192.0.2.0/28')], cidrs: [Cidr.of('198.51.100.0/28')] }),
    () => egress('tcp', ExternalHost.tcp('b.example.com', 7000)),
    () => egress('same', ExternalHost.tcp('b.example.com', 7000, { addresses: [Cidr.of('192.0.2.8/29')] })),
    () => egress('plain', ExternalHost.httpWithTlsOrigination('api.example.com', { plainPort: 443 })),
    () => egress('dynamic', ExternalHost.wildcardDynamicDns('example.com', { reason: 'many hosts' })),
    () => egress('service', ExternalHost.https('api.shop.svc.cluster.local')),
    () => egress('empty', ...[]),
    () => egress('routes', ExternalHost.https('c.example.com')).allowFrom(web, { routes: [HttpMatch.get('/v1')] }),
    () => new EgressAllowlist(shop, 'all', {
      from: [shop.everyWorkload('all of them')], hosts: [ExternalHost.mutualTls('bank.example.com', certificate)], reason: 'bank',
    }),
    () => new EgressAllowlist(shop, 'reason', { reason: '' }),
  ].map(said));
});

test('messages of a failed synth read well', () => {
  const chart = new Chart(new App(), 'shop');
  const shop = new ZeroTrustNamespace(chart, 'shop', { mesh: meshWith() });
  const deployment = new ApiObject(chart, 'deployment', {
    apiVersion: 'apps/v1',
    kind: 'Deployment',
    metadata: { name: 'cart', namespace: 'elsewhere' },
    spec: { selector: { matchLabels: { app: 'cart' } }, template: { metadata: { labels: { app: 'cart' } }, spec: { containers: [{ ports: [{ containerPort: 7070 }] }] } } },
  });
  Workload.fromApiObject(shop, 'cart', { apiObject: deployment, ports: [Port.grpc(80)] });
  shop.addWorkload('a', { serviceAccount: ServiceAccountRef.existing('team'), podLabels: { app: 'x' } });
  shop.addWorkload('b', { serviceAccount: ServiceAccountRef.existing('team'), podLabels: { app: 'x' } });
  new ApiObject(chart, 'raw', { apiVersion: 'networking.k8s.io/v1', kind: 'NetworkPolicy', metadata: { name: 'default-deny', namespace: 'shop' } });
  const text = said(() => Testing.synth(chart));
  expect(text).toMatchSnapshot();
  expect(text.split('\n')).toHaveLength(7);
});

function expectReadable(messages: string[]): void {
  expect(messages.join('\n')).toMatchSnapshot();
  for (const message of messages) {
    expect(message).toMatch(/^\S.*[^.]$/);
    expect(message).not.toMatch(/undefined is not|\[object Object\]/);
  }
}
