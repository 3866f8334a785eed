import { evaluate, Facts } from '../../../../src/access/condition';
import { Manifest } from '../../../../src/access/objects';
import { ingressGuards } from '../../../../src/access/relation/queries/ingress-guards';
import { Service } from '../../../../src/access/workload';
import { pod } from '../../network/worlds';

const controller = pod('edge/controller');
const [web, api, other] = [pod('shop/web'), pod('shop/api'), pod('shop/other')];
const service = (namespace: string, name: string, app: string): Service => ({
  namespace, name, labels: {}, annotations: {}, selector: { app }, type: 'ClusterIP', ports: [{ name: 'http', port: 80, targetPort: 8080, protocol: 'TCP' }],
});
const services = [service('edge', 'my-ingress-nginx', 'controller'), service('shop', 'web', 'web'), service('shop', 'api', 'api')];
const path = (to: string, text: string, pathType = 'Prefix', port: object = { number: 80 }) => ({ path: text, pathType, backend: { service: { name: to, port } } });
const ingress = (spec: object): Manifest => (
  { object: { apiVersion: 'networking.k8s.io/v1', kind: 'Ingress', metadata: { namespace: 'shop', name: 'i' }, spec }, origin: {} });
const rule = (host: string | undefined, ...paths: object[]) => ({ host, http: { paths } });

/** Which of the Services get a request of the controller. */
function taken(spec: object, host: string, requested: string): string[] {
  const guards = ingressGuards([ingress(spec)], services);
  const facts: Facts = { texts: new Map([['host', [host]], ['path', [requested]]]), addresses: {}, port: 8080 };
  return [web, api].filter((to) => guards.of({ workload: controller }, { workload: to })!.guard
    .some(({ first, http }) => first === 8080 && evaluate(http, facts) === true)).map(({ name }) => name);
}

describe('what an ingress controller asks for', () => {
  test('is what Ingresses lead to, on the ports of pods, and nothing else', () => {
    const guards = ingressGuards([ingress({ rules: [rule('a.io', path('web', '/'))] })], services);
    const to = (workload: typeof web) => guards.of({ workload: controller }, { workload })!.ports.TCP;
    expect([to(web), to(other)]).toEqual([[{ first: 8080, last: 8080 }], []]);
    expect(guards.of({ workload: controller }, { address: '1.2.3.4' })!.ports.TCP).toEqual([]);
    expect(guards.of({ workload: web }, { workload: api })).toBeUndefined();
    expect([controller, web].map(guards.isController)).toEqual([true, false]);
    expect(ingressGuards([], services).of({ workload: controller }, { workload: web })).toBeUndefined();
  });

  // https://kubernetes.io/docs/concepts/services-networking/ingress/#path-types and #hostname-wildcards
  test('follows paths by whole elements', () => {
    const spec = { rules: [rule('a.io', path('web', '/foo'))] };
    expect(['/foo', '/foo/', '/foo/bar', '/foobar', '/'].map((one) => taken(spec, 'a.io', one).length)).toEqual([1, 1, 1, 0, 0]);
    const exact = { rules: [rule('a.io', path('web', '/foo', 'Exact'))] };
    expect(['/foo', '/foo/'].map((one) => taken(exact, 'a.io', one).length)).toEqual([1, 0]);
  });

  test('takes the longest path, and the exact one of two', () => {
    const spec = { rules: [rule('a.io', path('web', '/'), path('api', '/api'), path('web', '/api', 'Exact'))] };
    expect(['/x', '/api', '/api/x'].map((one) => taken(spec, 'a.io', one))).toEqual([['web'], ['web'], ['api']]);
  });

  test('takes the closest host; a wildcard is one label', () => {
    const spec = { rules: [rule('*.a.io', path('web', '/')), rule('x.a.io', path('api', '/'))] };
    expect(['y.a.io', 'x.a.io', 'X.a.io:8443', 'z.y.a.io', 'a.io'].map((host) => taken(spec, host, '/'))).toEqual([['web'], ['api'], ['api'], [], []]);
  });

  test('has somewhere to send the rest', () => {
    const spec = { defaultBackend: { service: { name: 'web', port: { name: 'http' } } }, rules: [rule(undefined, path('api', '/api', 'ImplementationSpecific'))] };
    expect(['/', '/apis'].map((one) => taken(spec, 'a.io', one))).toEqual([['web'], ['api']]);
  });
});
