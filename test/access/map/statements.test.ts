import { app, IDENTITY, meshed, modelOf, policy, SELECT } from './worlds';
import { access, Answer, areEqual, isContained, isEmpty, onlyFrom } from '../../../src/access/map/statements';
import { AccessModel } from '../../../src/access/model/access-model';

const SHOP = [meshed('shop'), app('shop', 'web'), app('shop', 'orders'), app('shop', 'db', 5432, 'tcp'), policy('AuthorizationPolicy', 'shop', 'allow-nothing', {})];

function allowing(operation: unknown, account = 'web', target = 'orders'): AccessModel {
  const rule = { from: [{ source: { principals: [IDENTITY('shop', account)] } }], to: [{ operation }] };
  return modelOf(...SHOP, policy('AuthorizationPolicy', 'shop', target, { ...SELECT(target), rules: [rule] }));
}

function between(model: AccessModel, from: string, to: string) {
  const find = (id: string) => model.snapshot.workloads.find((one) => one.id === id)!;
  return access(model, { workload: find(from) }, find(to));
}

const web = (model: AccessModel) => between(model, 'shop/web', 'shop/orders');
const witness = (answer: Answer) => (answer.holds === false ? answer.witness : answer);

describe('two accesses', () => {
  test('are equal if they are written in other words', () => {
    const answer = areEqual(web(allowing({ paths: ['/v1/*', '/v1/a'], ports: ['8080'] })), web(allowing({ paths: ['/v1/*'], ports: ['8080'] })));
    expect(answer).toEqual({ holds: true, examined: expect.any(Number) });
    expect(answer.holds && answer.examined).toBeGreaterThan(0);
  });

  test('differ by a request that shows it', () => {
    const [narrow, wide] = [web(allowing({ methods: ['GET'], paths: ['/v1/*'] })), web(allowing({ paths: ['/v1/*'] }))];
    expect(isContained(narrow, wide).holds).toBe(true);
    expect(witness(isContained(wide, narrow))).toMatch(/^tcp\/\d+: \S+ \/v1\//);
    expect(areEqual(narrow, wide).holds).toBe(false);
  });

  test('differ by their ports', () => {
    const [one, other] = [web(allowing({ ports: ['8080', '9090'] })), web(allowing({ ports: ['9090'] }))];
    expect(witness(isContained(one, other))).toMatch(/^tcp\/8080/);
    expect(isContained(other, one).holds).toBe(true);
  });

  test('are compared by tokens where they are asked for', () => {
    const issuer = policy('RequestAuthentication', 'shop', 'orders', { ...SELECT('orders'), jwtRules: [{ issuer: 'https://idp.example' }] });
    const model = (source: unknown) => modelOf(...SHOP, issuer, policy('AuthorizationPolicy', 'shop', 'orders', { ...SELECT('orders'), rules: [{ from: [{ source }], to: [{ operation: { ports: ['8080'] } }] }] }));
    const principals = [IDENTITY('shop', 'web')];
    const [open, closed] = [web(model({ principals })), web(model({ principals, requestPrincipals: ['*'] }))];
    expect(isContained(closed, open).holds).toBe(true);
    expect(witness(isContained(open, closed))).toMatch(/^tcp\/8080/);
  });
});

describe('an access', () => {
  test('is empty but for ports that no proxy takes, if no rule is for it', () => {
    const answer = isEmpty(web(allowing({}, 'batch')));
    expect(witness(answer)).toMatch(/^(tcp\/(15020|15021|15090)|udp\/1):/);
  });

  test('is undecided where an object is not modelled', () => {
    const filter = '{apiVersion: networking.istio.io/v1alpha3, kind: EnvoyFilter, metadata: {name: odd, namespace: shop}, spec: {workloadSelector: {labels: {app: orders}}}}';
    const closed = policy('NetworkPolicy', 'shop', 'orders', { podSelector: { matchLabels: { app: 'orders' } }, ingress: [{ from: [{ podSelector: {} }], ports: [{ port: 8080 }] }] });
    expect(isEmpty(web(modelOf(...SHOP.slice(0, 3), filter, closed)))).toEqual({ holds: undefined, why: ['EnvoyFilter shop/odd may change what the proxy does'] });
  });
});

describe('no source but these', () => {
  const closed = policy('NetworkPolicy', 'shop', 'orders', { podSelector: { matchLabels: { app: 'orders' } }, ingress: [{ from: [{ podSelector: { matchLabels: { app: 'web' } } }], ports: [{ port: 8080 }] }] });
  const model = modelOf(...SHOP, closed, policy('AuthorizationPolicy', 'shop', 'orders', { ...SELECT('orders'), rules: [{ from: [{ source: { namespaces: ['shop'] } }] }] }));
  const orders = model.snapshot.workloads.find(({ id }) => id === 'shop/orders')!;

  test('holds for those that the policies let in', () => {
    expect(onlyFrom(model, orders, ['shop/web'])).toMatchObject({ holds: true });
    expect(onlyFrom(model, orders, ['shop/*'])).toMatchObject({ holds: true });
  });

  test('is refuted by somebody else', () => {
    expect(onlyFrom(model, orders, ['shop/db'])).toEqual({ holds: false, witness: 'shop/web -> shop/orders tcp/8080' });
  });
});
