import { Arrival, ArrivingClient, compileInbound, inboundVerdict } from '../../src/access/inbound';
import { MeshSettings } from '../../src/access/mesh-settings';
import { KubeObject } from '../../src/access/objects';
import { HttpRequest, Token } from '../../src/access/question';
import { snapshotOf } from '../../src/access/snapshot/snapshot';
import { Workload } from '../../src/access/workload';
import { ServicePortApplication } from '../../src/values/grammar/app-protocols';

const WORKLOAD: Workload = {
  id: 'foo/w',
  namespace: 'foo',
  name: 'w',
  kind: 'Deployment',
  labels: { app: 'w' },
  annotations: {},
  serviceAccount: 'w',
  addresses: [],
  mode: 'sidecar',
  hostNetwork: false,
  ports: [],
};
const A: ArrivingClient = { speaks: 'http', tls: true, principal: 'cluster.local/ns/foo/sa/a', alpn: ['istio-http/1.1'] };

const object = (kind: string, name: string, spec: unknown): KubeObject => (
  { apiVersion: 'security.istio.io/v1', kind, metadata: { name, namespace: 'foo' }, spec } as KubeObject);
const policy = (name: string, spec: unknown) => object('AuthorizationPolicy', name, spec);
const request = (more: Partial<HttpRequest> = {}): HttpRequest => ({ method: 'GET', path: '/', host: 'w', headers: [], tokens: [], ...more });

function ask(objects: KubeObject[], arrival: Partial<Arrival> = {}, mesh: Partial<MeshSettings> = {}) {
  const snapshot = snapshotOf(objects.map((one) => ({ object: one, origin: {} })), { mesh, workloads: [WORKLOAD], hypothetical: false });
  const model = compileInbound(snapshot, WORKLOAD);
  return inboundVerdict(model, { port: 8080, taken: ServicePortApplication.HTTP, client: A, request: request(), ...arrival });
}

describe('the trail', () => {
  const rules = [
    { from: [{ source: { namespaces: ['bar'] } }], to: [{ operation: { methods: ['POST'], paths: ['/x'] } }] },
    { from: [{ source: { principals: ['*'] } }], to: [{ operation: { ports: ['8080'], paths: ['/orders/*'] } }] },
  ];

  test('names the rule that allows', () => {
    const { verdict, trail } = ask([policy('p', { rules })], { request: request({ path: '/orders/1' }) });
    expect(verdict).toBe('allow');
    expect(trail.at(-1)).toMatchObject({ layer: 'identity', outcome: 'pass', object: { name: 'p' }, rule: 1, clause: 'from[0].source.principals' });
  });

  test('names the nearest rule of those that do not allow, and what fails in it', () => {
    const { verdict, reason, trail } = ask([policy('p', { rules })], { request: request({ path: '/other' }) });
    expect(verdict).toBe('http-403');
    expect(trail.at(-1)).toMatchObject({ outcome: 'refuse', object: { name: 'p' }, rule: 1, clause: 'to[0].operation.paths' });
    expect(reason).toContain('AuthorizationPolicy foo/p');
  });

  test('names the rule that denies', () => {
    const denying = policy('d', { action: 'DENY', rules: [{ when: [{ key: 'source.namespace', values: ['foo'] }] }] });
    expect(ask([denying]).trail.at(-1)).toMatchObject({ outcome: 'refuse', object: { name: 'd' }, rule: 0, clause: 'when[0].values' });
  });

  test('says that nothing is allowed where an ALLOW policy has no rules', () => {
    const { verdict, trail } = ask([policy('none', {})]);
    expect(verdict).toBe('http-403');
    expect(trail.at(-1)).toMatchObject({ outcome: 'refuse', object: { name: 'none' } });
  });

  test('names the rule whose tokens are not good', () => {
    const authentication = object('RequestAuthentication', 'jwt', { jwtRules: [{ issuer: 'i' }] });
    const token: Token = { in: 'header', name: 'Authorization', prefix: 'Bearer ', claims: { iss: 'i', sub: 'a' }, state: 'expired' };
    const { verdict, trail } = ask([authentication], { request: request({ tokens: [token] }) });
    expect(verdict).toBe('http-401');
    expect(trail.at(-1)).toMatchObject({ layer: 'user', outcome: 'refuse', object: { name: 'jwt' }, clause: 'jwtRules[0]' });
  });
});

describe('what nobody can tell', () => {
  const byAddress = { from: [{ source: { ipBlocks: ['10.0.0.0/8'] } }] };

  test('is unknown where it matters', () => {
    expect(ask([policy('p', { rules: [byAddress] })])).toMatchObject({ verdict: 'unknown', reason: expect.stringContaining('direct address') });
    expect(ask([policy('p', { action: 'DENY', rules: [byAddress] })]).verdict).toBe('unknown');
  });

  test('is no matter where the rest decides', () => {
    expect(ask([policy('p', { rules: [byAddress, {}] })]).verdict).toBe('allow');
    expect(ask([policy('d', { action: 'DENY', rules: [byAddress] }), policy('none', {})]).verdict).toBe('http-403');
    expect(ask([policy('d', { action: 'DENY', rules: [byAddress, {}] })]).verdict).toBe('http-403');
  });

  test.each([
    ['a text for a list', { rules: [{ from: [{ source: { principals: 'x' } }] }] }],
    ['a number for a text', { action: 'DENY', rules: [{ to: [{ operation: { ports: [8080] } }] }] }],
    ['an action that there is not', { action: 'PERMIT', rules: [{}] }],
    ['a list for a mapping', { rules: [{ from: [[]] }] }],
    ['a text for everything', 'x'],
  ])('is what an object does that no API server stores: %s', (_, spec) => {
    expect(ask([policy('p', spec)])).toMatchObject({ verdict: 'unknown', reason: expect.stringContaining('no API server stores') });
  });

  test('is what a proxy does that does not take its configuration', () => {
    const killer = policy('p', { rules: [{ to: [{ operation: { paths: ['a/{*}'] } }] }] });
    expect(ask([killer])).toMatchObject({ verdict: 'unknown', reason: expect.stringContaining('Envoy does not take') });
    const dropped = policy('p', { rules: [{ to: [{ operation: { paths: ['a/{*}'], ports: ['no'] } }] }, {}] });
    expect(ask([dropped]).verdict).toBe('allow');
  });

  test('is the text of headers that proxies write', () => {
    const asks = (name: string, value: string) => policy('p', { rules: [{ when: [{ key: `request.headers[${name}]`, values: [value] }] }] });
    expect(ask([asks('x-request-id', 'a*')]).verdict).toBe('unknown');
    expect(ask([asks('x-request-id', '*')]).verdict).toBe('allow');
    expect(ask([asks('x-request-id', 'bad')]).verdict).toBe('http-403');
    expect(ask([asks('x-forwarded-client-cert', '*')]).verdict).toBe('allow');
    expect(ask([asks('x-forwarded-client-cert', 'a')]).verdict).toBe('unknown');
  });
});

describe('authorizers', () => {
  const custom = policy('c', { action: 'CUSTOM', provider: { name: 'authz' }, rules: [{ to: [{ operation: { paths: ['/x'] } }] }] });
  const mesh = { extensionProviders: [{ name: 'authz', api: 'http' as const }] };
  const at = (path: string, more: Partial<Arrival> = {}) => ask([custom], { request: request({ path }), ...more }, mesh);

  test('are named where an answer of theirs is missing, and not where they are not asked', () => {
    expect(at('/x')).toMatchObject({ verdict: 'allow', ifProvidersAgree: ['authz'] });
    expect(at('/y').ifProvidersAgree).toBeUndefined();
    expect(at('/x', { answers: { authz: 'denied' } }).verdict).toBe('http-403');
    expect(at('/x', { answers: { authz: 'ok' } }).ifProvidersAgree).toBeUndefined();
  });

  test('do not open what an ALLOW policy closes', () => {
    const closed = ask([custom, policy('none', {})], { request: request({ path: '/x' }), answers: { authz: 'ok' } }, mesh);
    expect(closed).toMatchObject({ verdict: 'http-403' });
  });

  test('whose Service is not there refuse what they would be asked about', () => {
    const nowhere = { extensionProviders: [{ name: 'authz', api: 'http' as const, service: 'authz.foo.svc.cluster.local' }] };
    expect(ask([custom], { request: request({ path: '/x' }) }, nowhere).verdict).toBe('http-403');
    expect(ask([custom], { request: request({ path: '/y' }) }, nowhere).verdict).toBe('allow');
  });
});

describe('versions', () => {
  const domains = policy('p', { rules: [{ from: [{ source: { trustDomains: ['other.org'] } }] }] });
  const key = policy('p', { rules: [{ when: [{ key: 'source.trustDomain', values: ['cluster.local'] }] }] });
  const header = policy('p', { action: 'DENY', rules: [{ when: [{ key: 'request.headers[x-a]', values: ['bad'] }] }] });
  const twice = { request: request({ headers: [['x-a', 'bad'], ['x-a', 'bad']] }) };

  // istio-semantics 1.3: the field is there since 1.30
  test('before 1.30 know no trust domains: the field is no part of the object, and the key drops its rule', () => {
    expect(ask([domains]).verdict).toBe('http-403');
    expect(ask([domains], {}, { istio: '1.29' }).verdict).toBe('allow');
    expect(ask([key]).verdict).toBe('allow');
    expect(ask([key], {}, { istio: '1.29' }).verdict).toBe('http-403');
  });

  // istio-semantics 2.7: since 1.28.5 and 1.29.1
  test('before the fix of repeated headers join their lines', () => {
    expect(ask([header], twice, { istio: '1.29.1' }).verdict).toBe('http-403');
    expect(ask([header], twice, { istio: '1.29.0' }).verdict).toBe('allow');
    expect(ask([header], twice, { istio: '1.28' }).verdict).toBe('http-403');
    expect(ask([header], twice, { istio: '1.26.3' }).verdict).toBe('allow');
  });
});
