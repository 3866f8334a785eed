import { ApiObject, Chart } from 'cdk8s';
import {
  AllowCorsPreflightOptions, AllowOptions, AllowPublicOptions, Cidr, ClaimRequirement, HttpMatch, JwtIssuer, JwtProtectedService,
  JwtProtectedServiceProps, Layer, PlaintextSource, Port, TokenLocation, TransportProtocol, Workload, ZeroTrustNamespace,
  ZeroTrustNamespaceProps,
} from '../../src';
import { faults, meshWith, newChart, only, synthChecked } from '../support/synth';

const IDP = 'https://idp.example.com/realms/shop';
const CUSTOMERS = JwtIssuer.oidc(IDP, { audiences: ['orders'] });
const EMPLOYEES = JwtIssuer.oidc('https://staff.example.com', { audiences: ['backoffice'] });
const API = { addresses: [Cidr.address('10.0.0.1')], number: 6443 };
const PAGES = 'https://shop.example.com';
const buyers = ClaimRequirement.contains('groups', 'buyers');

interface World {
  readonly chart: Chart;
  readonly shop: ZeroTrustNamespace;
  readonly web: Workload;
  readonly orders: JwtProtectedService;
  readonly objects: () => any[];
}

function world(props: Partial<JwtProtectedServiceProps> = {}, namespace: Partial<ZeroTrustNamespaceProps> = {}): World {
  const chart = newChart();
  const shop = new ZeroTrustNamespace(chart, 'shop', { mesh: meshWith({ apiServer: API }), ...namespace });
  const web = shop.addWorkload('web', { ports: [Port.http(80)] });
  const orders = new JwtProtectedService(shop, 'orders', { ports: [Port.http(8080)], issuers: [CUSTOMERS], ...props });
  return { chart, shop, web, orders, objects: () => synthChecked(chart) };
}

const principal = (name: string) => `cluster.local/ns/shop/sa/${name}`;

/** The rules that admit requests without a token. */
function open(objects: any[]): any[] {
  const { rules } = only(objects, 'AuthorizationPolicy', 'orders').spec;
  return rules.filter((r: any) => r.from === undefined || r.from.some((f: any) => !f.source.requestPrincipals));
}

describe('a service is refused', () => {
  test.each<[string, Partial<JwtProtectedServiceProps>, RegExp]>([
    ['without issuers, since no token would ever be valid', { issuers: [] }, /issuer/],
    ['with one issuer described twice in different words', {
      issuers: [CUSTOMERS, JwtIssuer.oidc(IDP, { audiences: ['carts'] })],
    }, /idp\.example\.com/],
    ['with one issuer whose keys are at two places', {
      issuers: [CUSTOMERS, JwtIssuer.jwksUri(IDP, 'https://idp.example.com/keys', { audiences: ['orders'] })],
    }, /idp\.example\.com/],
    ['without ports', { ports: [] }, /port/],
    ['with a TCP port, where Istio would drop the rules', { ports: [Port.http(8080), Port.tcp(9000)] }, /tcp\/9000/],
    ['with a port of TLS that the application ends', { ports: [Port.tls(8443)] }, /8443/],
    ['with a UDP port', { ports: [Port.http(8080), Port.udp(53)] }, /udp\/53/],
    ['with a port of a protocol that nobody stated', { ports: [Port.undeclared(9000, TransportProtocol.TCP)] }, /undeclared\/9000/],
    ['with the same port twice', { ports: [Port.http(8080), Port.grpc(8080)] }, /8080/],
  ])('%s', (_, props, message) => {
    expect(() => world(props)).toThrow(message);
  });

  test('in none of the neighbouring right ways', () => {
    expect(() => world({ ports: [Port.http(80), Port.http2(81), Port.grpc(82)], issuers: [CUSTOMERS, EMPLOYEES] })).not.toThrow();
  });

  test('where no layer would ask for the token', () => {
    expect(() => world({}, { layers: [Layer.NETWORK, Layer.MTLS, Layer.EGRESS] })).toThrow(/identity/i);
    expect(() => world({}, { layers: [Layer.MTLS, Layer.IDENTITY] })).not.toThrow();
  });

  test('from an object, too, when it has no HTTP port or no issuer', () => {
    const make = (ports: Port[], issuers: JwtIssuer[]) => () => {
      const { chart, shop } = world();
      const apiObject = new ApiObject(chart, 'pod', { apiVersion: 'v1', kind: 'Pod', metadata: { name: 'api', labels: { app: 'api' } } });
      JwtProtectedService.fromApiObject(shop, 'api', { apiObject, ports, issuers });
    };
    expect(make([Port.tcp(9000)], [CUSTOMERS])).toThrow(/tcp\/9000/);
    expect(make([], [CUSTOMERS])).toThrow(/port/);
    expect(make([Port.http(9000)], [])).toThrow(/issuer/);
    expect(make([Port.http(9000)], [CUSTOMERS])).not.toThrow();
  });
});

describe('a grant is refused', () => {
  test.each<[string, AllowOptions, RegExp]>([
    ['with a token of an issuer that is not accepted', { issuers: [EMPLOYEES] }, /staff\.example\.com/],
    ['with an empty list of issuers', { issuers: [] }, /issuers/],
    ['with an empty list of claims', { claims: [] }, /claims/],
    ['with an empty list of routes', { routes: [] }, /routes/],
    ['with an empty list of ports', { ports: [] }, /ports/],
    ['on a port that is not declared', { ports: [Port.http(9090)] }, /http\/9090/],
    ['with a reason that says nothing', { reason: ' ' }, /reason/],
  ])('%s', (_, options, message) => {
    const { web, orders } = world();
    expect(() => orders.allowFrom(web, options)).toThrow(message);
    expect(() => orders.allowUsers({ through: web, ...options })).toThrow(message);
    expect(() => web.allowTo(orders, options)).toThrow(message);
  });

  test('in none of the neighbouring right ways', () => {
    const { web, orders } = world();
    const issuers = [JwtIssuer.oidc(IDP, { audiences: ['orders'] })];
    const options = { issuers, claims: [buyers], routes: [HttpMatch.get('/x')], ports: [Port.http(8080)], reason: 'fine' };
    expect(() => orders.allowFrom(web, options)).not.toThrow();
  });

  test('past the service, which would leave out the token', () => {
    const { web, orders } = world();
    expect(() => orders.workload.allowFrom(web)).toThrow(/JwtProtectedService|service/);
    expect(() => web.allowTo(orders.workload)).toThrow(/JwtProtectedService|service/);
    expect(() => orders.workload.allowPlaintextFrom(PlaintextSource.cidrs('old', Cidr.of('10.8.0.0/24')), Port.http(8080), 'legacy')).toThrow(/would pass by/);
    expect(() => orders.workload.allowFromApiServer(Port.http(8080), 'webhook')).toThrow(/would pass by/);
    expect(() => orders.allowFrom(web)).not.toThrow();
  });
});

describe('a public path', () => {
  test('is open without a token for GET and HEAD, to whoever is granted something else, before or after', () => {
    const { shop, web, orders, objects } = world();
    orders.allowFrom(web, { routes: [HttpMatch.get('/v1/orders')] });
    orders.allowPublic('/healthz', { reason: 'status page' });
    orders.allowFrom(shop.addWorkload('cart'), { routes: [HttpMatch.post('/v1/orders')], claims: [buyers] });
    shop.addWorkload('stranger');
    const rules = open(objects());
    expect(rules.flatMap((r) => r.from.flatMap((f: any) => f.source.principals)).sort()).toEqual([principal('cart'), principal('web')]);
    for (const rule of rules) {
      expect(rule.from.map((f: any) => Object.keys(f.source))).toEqual([['principals']]);
      expect(rule.to).toEqual([{ operation: { ports: ['8080'], methods: ['GET', 'HEAD'], paths: ['/healthz'] } }]);
      expect(rule.when).toBeUndefined();
    }
  });

  test('can be narrowed to methods, ports and sources', () => {
    const { shop, web, orders, objects } = world({ ports: [Port.http(8080), Port.http(9090)] });
    orders.allowFrom(web);
    const status = shop.addWorkload('status');
    orders.allowPublic('/hooks/*', { methods: ['POST'], ports: [Port.http(9090)], from: [status], reason: 'callbacks of the bank' });
    expect(open(objects())).toEqual([{
      from: [{ source: { principals: [principal('status')] } }],
      to: [{ operation: { ports: ['9090'], methods: ['POST'], paths: ['/hooks/*'] } }],
    }]);
    const ingress = only(objects(), 'NetworkPolicy', 'orders').spec.ingress
      .filter((r: any) => JSON.stringify(r.from).includes('status'));
    expect(ingress.flatMap((r: any) => r.ports)).toEqual([{ port: 9090, protocol: 'TCP' }]);
  });

  test.each<[string, string]>([
    ['everything', '*'], ['everything below the root', '/*'], ['everything as a template', '/{**}'],
    ['every path of two segments and more', '/{*}/{**}'], ['every path of one segment', '/{*}'], ['an end behind any beginning', '/v1/{**}/health'],
    ['a suffix, which swallows any path', '*.png'],
    ['a path that begins with no slash', 'healthz'], ['a path with a query', '/healthz?full'], ['a "*" in the middle', '/a/*/b'], ['nothing', ''],
  ])('is refused for %s', (_, path) => {
    const { web, orders } = world();
    orders.allowFrom(web, { routes: [HttpMatch.get('/v1/orders')] });
    expect(() => orders.allowPublic(path, { reason: 'status page' })).toThrow(/path/);
  });

  test.each(['/healthz', '/', '/static/*', '/docs/{*}/index.html', '/docs/{**}'])('is accepted for %s', (path) => {
    const { web, orders, objects } = world();
    orders.allowFrom(web, { routes: [HttpMatch.get('/v1/orders')] });
    orders.allowPublic(path, { reason: 'status page' });
    expect(open(objects()).flatMap((r) => r.to.flatMap((t: any) => t.operation.paths))).toEqual([path]);
  });

  test.each<[string, Partial<AllowPublicOptions>, RegExp]>([
    ['no reason', { reason: undefined }, /reason/], ['a blank reason', { reason: ' ' }, /reason/], ['a reason of two lines', { reason: 'a\nb' }, /line/],
    ['no methods', { methods: [] }, /methods/], ['a method in lower case', { methods: ['get'] }, /get/], ['every method', { methods: ['*'] }, /\*/],
    ['no ports', { ports: [] }, /ports/], ['a port that is not declared', { ports: [Port.http(1)] }, /http\/1/], ['nobody', { from: [] }, /from/],
  ])('is refused with %s', (_, options, message) => {
    const { web, orders } = world();
    orders.allowFrom(web);
    expect(() => orders.allowPublic('/healthz', { reason: 'status page', ...options } as AllowPublicOptions)).toThrow(message);
    expect(() => orders.allowPublic('/healthz', { reason: 'status page' })).not.toThrow();
  });

  test('is a fault as long as nobody is granted anything', () => {
    const { web, orders, chart } = world();
    orders.allowPublic('/healthz', { reason: 'status page' });
    expect(faults(chart)).toEqual([expect.stringMatching(/\/healthz/)]);
    orders.allowFrom(web);
    expect(faults(chart)).toEqual([]);
  });

  test('leaves nothing behind when it is refused', () => {
    const { web, orders, chart, objects } = world();
    expect(() => orders.allowPublic('/v1/*', { ports: [], reason: 'catalogue' })).toThrow(/ports/);
    expect(() => orders.allowPublic('/v1/*', { from: [], reason: 'catalogue' })).toThrow(/from/);
    expect(faults(chart)).toEqual([]);
    orders.allowFrom(web, { routes: [HttpMatch.get('/v1/orders')] });
    expect(faults(chart)).toEqual([]);
    expect(open(objects())).toEqual([]);
  });

  test('needs no other grant when it says who calls', () => {
    const { web, orders, chart, objects } = world();
    orders.allowPublic('/healthz', { from: [web], reason: 'status page' });
    expect(faults(chart)).toEqual([]);
    expect(open(objects()).flatMap((r) => r.from.flatMap((f: any) => f.source.principals))).toEqual([principal('web')]);
  });
});

describe('a public path over a route that asks for a token', () => {
  const both = (path: string, route: HttpMatch, options: Partial<AllowPublicOptions> = {}, publicFirst = false) => {
    const { web, orders, chart } = world({ ports: [Port.http(8080), Port.http(9090)] });
    const calls = [
      () => orders.allowFrom(web, { routes: [route], ports: [Port.http(8080)] }),
      () => orders.allowPublic(path, { reason: 'catalogue', ...options }),
    ];
    (publicFirst ? calls.reverse() : calls).forEach((call) => call());
    return faults(chart);
  };

  test.each<[string, string, HttpMatch]>([
    ['the same path', '/v1/orders', HttpMatch.get('/v1/orders')], ['a path below a prefix', '/v1/*', HttpMatch.get('/v1/orders')],
    ['a narrower prefix', '/v1/*', HttpMatch.get('/v1/orders/*')], ['the same prefix', '/v1/*', HttpMatch.get('/v1/*')],
    ['a template below a prefix', '/v1/*', HttpMatch.get('/v1/{*}/lines')], ['the HEAD of it', '/v1/orders', HttpMatch.head('/v1/orders')],
    ['a path with a header', '/v1/orders', HttpMatch.of({ methods: ['GET'], paths: ['/v1/orders'], headers: [{ name: 'x-v', values: ['2'] }] })],
    ['the same template', '/v1/{*}/lines', HttpMatch.get('/v1/{*}/lines')],
  ])('is a fault for %s, in either order of the calls', (_, path, route) => {
    for (const publicFirst of [false, true]) {
      expect(both(path, route, {}, publicFirst)).toEqual([expect.stringContaining(path)]);
    }
  });

  test.each<[string, string, HttpMatch]>([
    ['a path of a template', '/v1/{*}', HttpMatch.get('/v1/orders')],
    ['a path below a template with a literal', '/v1/{**}', HttpMatch.get('/v1/orders')],
    ['a prefix below a template', '/v1/{**}', HttpMatch.get('/v1/orders/*')],
    ['one path of several', '/v1/orders', HttpMatch.get('/v1/orders', '/v1/carts')],
    ['one method of several', '/v1/orders', HttpMatch.of({ methods: ['GET', 'POST'], paths: ['/v1/orders'] })],
  ])('is a fault for %s', (_, path, route) => {
    expect(both(path, route)).toEqual([expect.stringContaining(path)]);
  });

  test.each<[string, string, HttpMatch, Partial<AllowPublicOptions>]>([
    ['a narrow path below a protected prefix', '/v1/health', HttpMatch.get('/v1/*'), {}],
    ['a narrow prefix below a protected one', '/v1/docs/*', HttpMatch.get('/v1/*'), {}],
    ['a narrow path where every request is protected', '/healthz', HttpMatch.of({ methods: ['GET', 'HEAD', 'POST'] }), {}],
    ['another method', '/v1/orders', HttpMatch.post('/v1/orders'), {}],
    ['the method that is named', '/v1/orders', HttpMatch.get('/v1/orders'), { methods: ['POST'] }],
    ['a path whose beginning is the same text', '/v1/orders', HttpMatch.get('/v1/orders2'), {}],
    ['the path without its slash', '/v1/orders/*', HttpMatch.get('/v1/orders'), {}],
  ])('is none for %s', (_, path, route, options) => {
    expect(both(path, route, options)).toEqual([]);
  });

  test('is none for another port, where the token is still asked for', () => {
    expect(both('/v1/orders', HttpMatch.get('/v1/orders'), { ports: [Port.http(9090)] })).toEqual([]);
  });

  test('is none for another source: who was granted with a token still needs it', () => {
    const { shop, web, orders, chart, objects } = world();
    orders.allowFrom(web, { routes: [HttpMatch.get('/v1/orders')] });
    orders.allowPublic('/v1/orders', { from: [shop.addWorkload('warmer')], reason: 'fills the cache' });
    expect(faults(chart)).toEqual([]);
    expect(open(objects()).flatMap((r) => r.from.flatMap((f: any) => f.source.principals))).toEqual([principal('warmer')]);
  });
});

describe('a preflight', () => {
  const options: AllowCorsPreflightOptions = { origins: [PAGES], reason: 'the shop runs in the browser' };

  test('passes without a token: OPTIONS, from the origins, with the method that is asked for', () => {
    const { shop, web, orders, objects } = world();
    orders.allowFrom(web, { routes: [HttpMatch.get('/v1/orders')] });
    orders.allowCorsPreflight({ ...options, origins: [PAGES, 'http://localhost:3000'] });
    orders.allowFrom(shop.addWorkload('cart'), { routes: [HttpMatch.get('/v1/orders')] });
    const rules = open(objects());
    expect(rules.flatMap((r) => r.from.flatMap((f: any) => f.source.principals)).sort()).toEqual([principal('cart'), principal('web')]);
    for (const rule of rules) {
      expect(rule.to).toEqual([{ operation: { ports: ['8080'], methods: ['OPTIONS'] } }]);
      const when = new Map<string, string[]>(rule.when.map((w: any) => [w.key, w.values]));
      expect([...when.keys()].sort()).toEqual(['request.headers[access-control-request-method]', 'request.headers[origin]']);
      expect(new Set(when.get('request.headers[origin]'))).toEqual(new Set([PAGES, 'http://localhost:3000']));
      expect(when.get('request.headers[access-control-request-method]')).toEqual(['*']);
    }
  });

  test('can be narrowed to paths and to who forwards it', () => {
    const { shop, web, orders, objects } = world();
    orders.allowFrom(web);
    orders.allowCorsPreflight({ ...options, paths: ['/v1/orders', '/v1/carts/*'], from: [shop.addWorkload('edge')] });
    const [rule, ...others] = open(objects());
    expect(others).toEqual([]);
    expect(rule.from).toEqual([{ source: { principals: [principal('edge')] } }]);
    expect(rule.to).toHaveLength(1);
    expect(new Set(rule.to[0].operation.paths)).toEqual(new Set(['/v1/orders', '/v1/carts/*']));
    expect(rule.to[0].operation.methods).toEqual(['OPTIONS']);
  });

  test.each<[string, Partial<AllowCorsPreflightOptions>, RegExp]>([
    ['no origin', { origins: [] }, /origin/], ['any origin', { origins: ['*'] }, /\*/], ['a page instead of its origin', { origins: [`${PAGES}/`] }, /origin/],
    ['a wildcard host, which would never match', { origins: ['https://*.example.com'] }, /\*/], ['a prefix', { origins: [`${PAGES}*`] }, /\*/],
    ['the origin of any sandbox', { origins: ['null'] }, /null/], ['a host', { origins: [PAGES, 'shop.example.com'] }, /shop\.example\.com/],
    ['no paths', { paths: [] }, /paths/], ['a path without slash', { paths: ['v1'] }, /path/], ['nobody', { from: [] }, /from/],
    ['no reason', { reason: undefined }, /reason/], ['a blank reason', { reason: '' }, /reason/],
  ])('is refused with %s', (_, wrong, message) => {
    const { web, orders } = world();
    orders.allowFrom(web);
    expect(() => orders.allowCorsPreflight({ ...options, ...wrong } as AllowCorsPreflightOptions)).toThrow(message);
    expect(() => orders.allowCorsPreflight({ ...options, paths: ['/v1/*'], from: [web] })).not.toThrow();
  });

  test('is a fault as long as nobody is granted anything', () => {
    const { web, orders, chart } = world();
    orders.allowCorsPreflight(options);
    expect(faults(chart)).toHaveLength(1);
    orders.allowFrom(web);
    expect(faults(chart)).toEqual([]);
  });
});

describe('headers with claims', () => {
  const claims = JwtIssuer.oidc(IDP, { audiences: ['orders'], claimToHeaders: [{ claim: 'sub', header: 'x-user' }] });
  const payload = JwtIssuer.oidc(IDP, { audiences: ['orders'], payloadToHeader: 'x-claims' });

  test.each([['claims', claims, /x-user/], ['the whole token', payload, /x-claims/]])(
    'of %s are refused where a request without a token passes, whatever is called first', (_, issuer, header) => {
      for (const first of [true, false]) {
        const { web, orders } = world({ issuers: [EMPLOYEES, issuer] });
        if (first) orders.allowFrom(web);
        expect(() => orders.allowPublic('/healthz', { from: [web], reason: 'status' })).toThrow(header);
        expect(() => orders.allowCorsPreflight({ origins: [PAGES], from: [web], reason: 'pages' })).toThrow(header);
      }
    });

  test.each([['claims', claims], ['the whole token', payload]])('of %s are accepted where every request has a token', (_, issuer) => {
    const { web, orders, objects } = world({ issuers: [issuer] });
    orders.allowFrom(web);
    expect(open(objects())).toEqual([]);
    expect(only(objects(), 'RequestAuthentication', 'orders').spec.jwtRules).toHaveLength(1);
  });

  test('that only say where the token is do not hinder public paths', () => {
    const { web, orders } = world({ issuers: [JwtIssuer.oidc(IDP, { audiences: ['orders'], locations: [TokenLocation.header('x-token')] })] });
    expect(() => orders.allowPublic('/healthz', { from: [web], reason: 'status' })).not.toThrow();
  });
});
