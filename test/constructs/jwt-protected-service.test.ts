import { ApiObject, Chart } from 'cdk8s';
import {
  Cidr, ClaimRequirement, Enforcement, Grants, HttpMatch, JwtIssuer, JwtProtectedService, JwtProtectedServiceProps, MeshFacts, Port,
  ServiceAccountRef, Workload, ZeroTrustNamespace, ZeroTrustNamespaceProps,
} from '../../src';
import { faults, meshWith, namesOf, newChart, only, synthChecked } from '../support/synth';

const IDP = 'https://idp.example.com/realms/shop';
const STAFF = 'https://staff.example.com';
const CUSTOMERS = JwtIssuer.oidc(IDP, { audiences: ['orders'] });
const EMPLOYEES = JwtIssuer.oidc(STAFF, { audiences: ['backoffice'] });
const GATEWAY = { name: 'public', namespace: 'edge', podLabels: { istio: 'gw' }, serviceAccount: 'gw-sa' };
const PARTNERS = { name: 'partners', namespace: 'edge', podLabels: { istio: 'partner-gw' }, serviceAccount: 'partner-sa' };
const NAME = 'app.kubernetes.io/name';
const buyers = ClaimRequirement.contains('groups', 'buyers');

interface World {
  readonly chart: Chart;
  readonly shop: ZeroTrustNamespace;
  readonly web: Workload;
  readonly orders: JwtProtectedService;
  readonly objects: () => any[];
  /** The rules of the ALLOW policy of the service. */
  readonly rules: () => any[];
}

interface Setting {
  readonly service?: Partial<JwtProtectedServiceProps>;
  readonly facts?: Partial<MeshFacts>;
  readonly namespace?: Partial<ZeroTrustNamespaceProps>;
}

function world({ service = {}, facts = {}, namespace = {} }: Setting = {}): World {
  const chart = newChart();
  const shop = new ZeroTrustNamespace(chart, 'shop', { mesh: meshWith(facts), ...namespace });
  const web = shop.addWorkload('web', { ports: [Port.http(80)] });
  const orders = new JwtProtectedService(shop, 'orders', { ports: [Port.http(8080)], issuers: [CUSTOMERS], ...service });
  const objects = () => synthChecked(chart);
  return { chart, shop, web, orders, objects, rules: () => only(objects(), 'AuthorizationPolicy', 'orders').spec.rules };
}

const principal = (name: string, namespace = 'shop') => `cluster.local/ns/${namespace}/sa/${name}`;
const conditions = (rule: any) => Object.fromEntries((rule.when ?? []).map((w: any) => [w.key, w.values]));

describe('the tokens that are accepted', () => {
  test('are validated at the pods of the service: issuer and audiences, and the token stays with the proxy', () => {
    const { web, orders, objects } = world();
    orders.allowFrom(web, { reason: 'order page' });
    expect(only(objects(), 'RequestAuthentication', 'orders').spec).toEqual({
      selector: { matchLabels: { [NAME]: 'orders' } }, jwtRules: [{ issuer: IDP, audiences: ['orders'] }],
    });
    expect(ApiObject.of(orders.requestAuthentication!).kind).toBe('RequestAuthentication');
  });

  test('are forwarded only when the issuer says so', () => {
    const issuers = [JwtIssuer.oidc(IDP, { audiences: ['orders'], forwardOriginalToken: true }), EMPLOYEES];
    const { web, orders, objects } = world({ service: { issuers } });
    orders.allowFrom(web);
    const rules = only(objects(), 'RequestAuthentication', 'orders').spec.jwtRules;
    expect(rules.map((r: any) => [r.issuer, r.forwardOriginalToken])).toEqual(expect.arrayContaining([[IDP, true], [STAFF, undefined]]));
    expect(rules).toHaveLength(2);
  });

  test('of several issuers stand in one RequestAuthentication, the same whatever their order', () => {
    const spec = (issuers: JwtIssuer[]) => {
      const { web, orders, objects } = world({ service: { issuers } });
      orders.allowFrom(web);
      expect(namesOf(objects(), 'RequestAuthentication')).toEqual(['orders']);
      return only(objects(), 'RequestAuthentication', 'orders').spec;
    };
    expect(spec([CUSTOMERS, EMPLOYEES])).toEqual(spec([EMPLOYEES, CUSTOMERS]));
    expect(spec([CUSTOMERS, EMPLOYEES]).jwtRules.map((r: any) => r.issuer).sort()).toEqual([IDP, STAFF]);
  });

  test('of an issuer that is named twice with the same words count once', () => {
    const { web, orders, objects } = world({ service: { issuers: [CUSTOMERS, JwtIssuer.oidc(IDP, { audiences: ['orders'] })] } });
    orders.allowFrom(web);
    expect(only(objects(), 'RequestAuthentication', 'orders').spec.jwtRules).toEqual([{ issuer: IDP, audiences: ['orders'] }]);
    expect(orders.issuers).toHaveLength(1);
  });

  test('are readable as a copy', () => {
    const { orders } = world();
    orders.issuers.push(EMPLOYEES);
    expect(orders.issuers.map((i) => i.issuer)).toEqual([IDP]);
  });
});

describe('a grant', () => {
  test('is one rule: identity, token, claims and route', () => {
    const { web, orders, objects } = world();
    orders.allowFrom(web, { routes: [HttpMatch.get('/v1/orders/*')], claims: [buyers], reason: 'order page' });
    const policy = only(objects(), 'AuthorizationPolicy', 'orders');
    expect(policy.spec).toEqual({
      action: 'ALLOW',
      selector: { matchLabels: { [NAME]: 'orders' } },
      rules: [{
        from: [{ source: { principals: [principal('web')], requestPrincipals: [`${IDP}/*`] } }],
        to: [{ operation: { ports: ['8080'], methods: ['GET'], paths: ['/v1/orders/*'] } }],
        when: [{ key: 'request.auth.claims[groups]', values: ['buyers'] }],
      }],
    });
    expect(policy.metadata.annotations['cdk8s-zero-trust/grants']).toBe('shop/web: order page');
  });

  test('opens both sides of the network layer', () => {
    const { web, orders, objects } = world();
    orders.allowFrom(web);
    const [from, to] = ['web', 'orders'].map((name) => ({ podSelector: { matchLabels: { [NAME]: name } } }));
    const ports = [{ port: 8080, protocol: 'TCP' }];
    expect(only(objects(), 'NetworkPolicy', 'orders').spec.ingress).toEqual([{ from: [from], ports }]);
    expect(only(objects(), 'NetworkPolicy', 'web').spec.egress).toEqual([{ to: [to], ports }]);
  });

  test('never leaves out the token, however little else it says', () => {
    const { shop, web, orders, rules } = world({ service: { ports: [Port.http(8080), Port.grpc(9090)], issuers: [CUSTOMERS, EMPLOYEES] } });
    orders.allowFrom(web);
    orders.allowFrom(shop.addWorkload('cart'), { ports: [Port.grpc(9090)], issuers: [EMPLOYEES] });
    orders.allowFrom(shop.everyWorkload('all of them ask'), { routes: [HttpMatch.get('/v1/stock')] });
    orders.allowFrom(shop.mesh.anyIdentity('everybody asks'), { claims: [buyers] });
    const sources = rules().flatMap((r) => r.from).map((f) => f.source);
    expect(new Set(sources.flatMap((s) => s.principals))).toEqual(new Set([
      principal('web'), principal('cart'), principal('*'), 'cluster.local/*',
    ]));
    expect(sources.filter((s) => !s.requestPrincipals?.length)).toEqual([]);
    expect(new Set(sources.flatMap((s) => s.requestPrincipals))).toEqual(new Set([`${IDP}/*`, `${STAFF}/*`]));
    expect(rules().filter((r) => r.from === undefined)).toEqual([]);
  });

  test('asks for a token of the issuers that it names, and of every accepted one when it names none', () => {
    const { shop, web, orders, rules } = world({ service: { issuers: [CUSTOMERS, EMPLOYEES] } });
    orders.allowFrom(web);
    orders.allowFrom(shop.addWorkload('admin'), { issuers: [EMPLOYEES], routes: [HttpMatch.delete('/v1/orders/*')] });
    const tokens = (name: string) => rules().flatMap((r) => r.from).map((f) => f.source)
      .filter((s) => s.principals.includes(principal(name))).flatMap((s) => s.requestPrincipals).sort();
    expect(tokens('web')).toEqual([`${IDP}/*`, `${STAFF}/*`]);
    expect(tokens('admin')).toEqual([`${STAFF}/*`]);
  });

  test('asks for all claims at once, any value of each', () => {
    const { web, orders, rules } = world();
    orders.allowFrom(web, { claims: [ClaimRequirement.contains('groups', 'buyers', 'admins'), ClaimRequirement.equalTo('azp', 'shop-web')] });
    expect(rules()).toHaveLength(1);
    expect(conditions(rules()[0])).toEqual({
      'request.auth.claims[groups]': expect.arrayContaining(['buyers', 'admins']), 'request.auth.claims[azp]': ['shop-web'],
    });
  });

  test('does not lend its claims to the routes of another, nor its routes', () => {
    const { web, orders, rules } = world();
    orders.allowFrom(web, { routes: [HttpMatch.get('/v1/catalog')] });
    orders.allowFrom(web, { routes: [HttpMatch.post('/v1/orders')], claims: [buyers] });
    expect(rules().map((r) => [r.to.map((t: any) => t.operation.paths), conditions(r)])).toEqual(expect.arrayContaining([
      [[['/v1/catalog']], {}], [[['/v1/orders']], { 'request.auth.claims[groups]': ['buyers'] }],
    ]));
    expect(rules()).toHaveLength(2);
  });

  test('is merged with the others into one policy and one network policy, called after the service', () => {
    const { shop, web, orders, objects } = world({ service: { workloadName: 'order-api' } });
    orders.allowFrom(web, { reason: 'page' });
    orders.allowFrom(shop.addWorkload('cart'), { claims: [buyers], reason: 'basket' });
    orders.allowPublic('/healthz', { reason: 'status page' });
    const all = objects();
    expect(namesOf(all, 'AuthorizationPolicy').sort()).toEqual(['allow-nothing', 'order-api']);
    expect(namesOf(all, 'NetworkPolicy').filter((name) => name.includes('order'))).toEqual(['order-api']);
    expect(namesOf(all, 'RequestAuthentication')).toEqual(['order-api']);
    expect(namesOf(all, 'ServiceAccount').sort()).toEqual(['cart', 'order-api', 'web']);
    expect([orders.workloadName, orders.peerName, orders.serviceAccountName, orders.namespaceName])
      .toEqual(['order-api', 'shop/order-api', 'order-api', 'shop']);
    const lines = only(all, 'AuthorizationPolicy', 'order-api').metadata.annotations['cdk8s-zero-trust/grants'].split('\n');
    expect(lines).toEqual(expect.arrayContaining(['shop/web: page', 'shop/cart: basket']));
    expect(lines).toEqual([...lines].sort());
    expect(lines.join()).toContain('status page');
  });

  test('is the same from the other end', () => {
    const [a, b] = [world(), world()];
    a.orders.allowFrom(a.web, { claims: [buyers], reason: 'order page' });
    b.web.allowTo(b.orders, { claims: [buyers], reason: 'order page' });
    expect(a.objects()).toEqual(b.objects());
  });

  test('is recorded with the issuers and claims that it asks for', () => {
    const { shop, web, orders, chart } = world({ service: { issuers: [CUSTOMERS, EMPLOYEES] } });
    orders.allowFrom(web, { reason: 'page' });
    orders.allowFrom(shop.addWorkload('admin'), { issuers: [EMPLOYEES], claims: [buyers] });
    orders.allowPublic('/healthz', { from: [web], reason: 'status' });
    const found = Grants.of(chart).list().filter((g) => g.to === 'shop/orders')
      .map((g) => [g.from, g.issuers.map((i) => i.issuer).sort(), g.claims.map(String), g.routes.flatMap((r) => r.paths)]);
    expect(found).toEqual(expect.arrayContaining([
      ['shop/web', [IDP, STAFF], [], []],
      ['shop/admin', [STAFF], ['claim groups = buyers'], []],
      ['shop/web', [], [], ['/healthz']],
    ]));
    expect(found).toHaveLength(3);
  });
});

describe('the service as a source', () => {
  test('is known by its own identity at its targets', () => {
    const { shop, orders, web, objects, chart } = world();
    const db = shop.addWorkload('db', { ports: [Port.POSTGRES] });
    db.allowFrom(orders, { reason: 'order lines' });
    orders.allowTo(web, { routes: [HttpMatch.post('/events')], reason: 'callbacks' });
    const all = objects();
    for (const target of ['db', 'web']) {
      expect(only(all, 'AuthorizationPolicy', target).spec.rules[0].from).toEqual([{ source: { principals: [principal('orders')] } }]);
    }
    expect(only(all, 'NetworkPolicy', 'orders').spec.egress).toHaveLength(2);
    expect(Grants.of(chart).list().filter((g) => g.from === 'shop/orders').map((g) => g.to).sort()).toEqual(['shop/db', 'shop/web']);
  });

  test('reaches what its inner workload is allowed: the Kubernetes API', () => {
    const { orders, objects } = world({ facts: { apiServer: { addresses: [Cidr.address('10.0.0.1')], number: 6443 } } });
    orders.workload.needsKubernetesApi('elects a leader');
    expect(only(objects(), 'ServiceAccount', 'orders').automountServiceAccountToken).toBe(true);
    expect(only(objects(), 'NetworkPolicy', 'orders').spec.egress).toEqual([
      { to: [{ ipBlock: { cidr: '10.0.0.1/32' } }], ports: [{ port: 6443, protocol: 'TCP' }] },
    ]);
  });
});

describe('users through a gateway', () => {
  test('come in through the one of the facts', () => {
    const { orders, rules, objects, chart } = world({ facts: { ingressGateways: [GATEWAY] } });
    orders.allowUsers({ claims: [buyers], routes: [HttpMatch.get('/v1/orders')], reason: 'order page' });
    expect(rules()).toEqual([{
      from: [{ source: { principals: [principal('gw-sa', 'edge')], requestPrincipals: [`${IDP}/*`] } }],
      to: [{ operation: { ports: ['8080'], methods: ['GET'], paths: ['/v1/orders'] } }],
      when: [{ key: 'request.auth.claims[groups]', values: ['buyers'] }],
    }]);
    expect(objects().filter((o) => o.metadata.namespace === 'edge')).toEqual([]);
    expect(Grants.of(chart).listAssumptions().map((a) => a.statement)).toEqual(['edge/public may send to shop/orders on http/8080']);
  });

  test('come in through the one that is named, and it is the same grant as allowFrom', () => {
    const [a, b] = [0, 1].map(() => world({ facts: { ingressGateways: [GATEWAY, PARTNERS] } }));
    a.orders.allowUsers({ through: a.shop.mesh.ingressGateway('partners'), claims: [buyers], reason: 'partners' });
    b.orders.allowFrom(b.shop.mesh.ingressGateway('partners'), { claims: [buyers], reason: 'partners' });
    expect(a.rules()[0].from[0].source.principals).toEqual([principal('partner-sa', 'edge')]);
    expect(a.objects()).toEqual(b.objects());
  });

  test.each([['none is stated', []], ['several are stated', [GATEWAY, PARTNERS]]])('are refused without a name when %s', (_, ingressGateways) => {
    const { orders } = world({ facts: { ingressGateways } });
    expect(() => orders.allowUsers({ reason: 'order page' })).toThrow(/through|gateway/);
  });
});

describe('the service in the phases of a rollout', () => {
  const { ENFORCE, OBSERVE } = Enforcement;

  test.each([['with its namespace', OBSERVE, undefined], ['in an enforced namespace', ENFORCE, OBSERVE]])(
    'refuses no token while it is observed %s, and says that nothing validates them', (_, phase, own) => {
      const { web, orders, objects, chart } = world({ namespace: { enforcement: phase }, service: { enforcement: own } });
      orders.allowFrom(web, { claims: [buyers], reason: 'order page' });
      const all = objects();
      expect(namesOf(all, 'RequestAuthentication')).toEqual([]);
      expect(orders.requestAuthentication).toBeUndefined();
      const asking = all.filter((o) => o.kind === 'AuthorizationPolicy' && JSON.stringify(o.spec).includes('requestPrincipals'));
      expect(asking.map((o) => o.metadata.annotations['istio.io/dry-run'])).toEqual(['true']);
      expect(Grants.of(chart).listAssumptions().filter((a) => /token/.test(`${a.statement} ${a.text}`))).toHaveLength(1);
    });

  test('asks for tokens ahead of an observed namespace', () => {
    const { web, orders, objects, chart } = world({ namespace: { enforcement: OBSERVE }, service: { enforcement: ENFORCE } });
    orders.allowFrom(web);
    const all = objects();
    expect(namesOf(all, 'RequestAuthentication')).toEqual(['orders']);
    const policy = only(all, 'AuthorizationPolicy', 'orders');
    expect(policy.spec.rules[0].from[0].source.requestPrincipals).toEqual([`${IDP}/*`]);
    expect(Object.keys(policy.metadata.annotations ?? {})).not.toContain('istio.io/dry-run');
    expect(Grants.of(chart).listAssumptions().filter((a) => /token/.test(`${a.statement} ${a.text}`))).toEqual([]);
  });
});

describe('a service whose pods an object makes', () => {
  const LABELS = { app: 'orders', tier: 'api' };

  function fromDeployment(ports: Port[], pod: object = {}): World {
    const made = world();
    const template = {
      metadata: { labels: LABELS },
      spec: {
        serviceAccountName: 'order-sa', containers: [{ name: 'api', image: 'api:1', ports: [{ containerPort: 8443 }] }], ...pod,
      },
    };
    const apiObject = new ApiObject(made.chart, 'pods', {
      apiVersion: 'apps/v1',
      kind: 'Deployment',
      metadata: { name: 'api', namespace: 'shop' },
      ...{ spec: { selector: { matchLabels: LABELS }, template } },
    });
    const serviceAccount = ServiceAccountRef.existing('order-sa');
    const api = JwtProtectedService.fromApiObject(made.shop, 'api', { apiObject, ports, issuers: [CUSTOMERS], serviceAccount });
    api.allowFrom(made.web, { reason: 'page' });
    return { ...made, orders: api };
  }

  test('is selected by its labels on every layer', () => {
    const { objects, orders } = fromDeployment([Port.http(8443)]);
    const all = objects();
    expect(only(all, 'RequestAuthentication', 'api').spec.selector).toEqual({ matchLabels: LABELS });
    expect(only(all, 'AuthorizationPolicy', 'api').spec.selector).toEqual({ matchLabels: LABELS });
    expect(only(all, 'NetworkPolicy', 'api').spec.podSelector).toMatchObject({ matchLabels: LABELS });
    expect(orders.serviceAccountName).toBe('order-sa');
    expect(namesOf(all, 'ServiceAccount').sort()).toEqual(['orders', 'web']);
  });

  test('is a fault when its ports are none of the containers, or its pods run as another', () => {
    expect(faults(fromDeployment([Port.http(80)]).chart)).toEqual([expect.stringMatching(/http\/80/)]);
    expect(faults(fromDeployment([Port.http(8443)], { serviceAccountName: 'admin' }).chart)).toEqual([expect.stringMatching(/order-sa/)]);
    expect(faults(fromDeployment([Port.http(8443)]).chart)).toEqual([]);
  });
});

test('objects carry the name prefix of the namespace', () => {
  const { web, orders, objects } = world({ namespace: { namePrefix: 'zt-' } });
  orders.allowFrom(web);
  expect(namesOf(objects(), 'RequestAuthentication')).toEqual(['zt-orders']);
  expect(namesOf(objects(), 'AuthorizationPolicy')).toContain('zt-orders');
});
