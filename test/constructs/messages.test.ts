import { ApiObject, App, Chart, Testing } from 'cdk8s';
import { Cidr, ClaimRequirement, Cluster, HttpMatch, PlaintextSource, PodSecurity, Port, ServiceAccountRef, Workload, ZeroTrustNamespace } from '../../src';
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
  expect(messages.join('\n')).toMatchSnapshot();
  for (const message of messages) {
    expect(message).toMatch(/^\S.*[^.]$/);
    expect(message).not.toMatch(/undefined is not|\[object Object\]/);
  }
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
