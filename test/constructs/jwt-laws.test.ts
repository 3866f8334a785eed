import { App, Chart } from 'cdk8s';
import * as fc from 'fast-check';
import {
  ClaimRequirement, Enforcement, Grants, HttpMatch, IPeer, JwtIssuer, JwtProtectedService, Port, Workload, ZeroTrustNamespace,
} from '../../src';
import { meshWith, only, synthChecked } from '../support/synth';

const [A, B] = ['https://a.example/realms/shop', 'https://b.example'];
const ISSUERS = [JwtIssuer.oidc(A, { audiences: ['orders'] }), JwtIssuer.oidc(B, { audiences: ['orders'] })];
const PAGES = 'https://shop.example.com';
const PORTS = [Port.http(8080), Port.http(9090)];
const SOURCES = ['web', 'cart', 'gw-sa'];
const GATEWAY = { name: 'public', namespace: 'edge', podLabels: { istio: 'gw' }, serviceAccount: 'gw-sa' };

/** One request as the proxy of the service sees it. */
interface Request {
  readonly identity?: string;
  readonly token?: { readonly iss: string; readonly sub?: string; readonly claims: Record<string, string[]> };
  readonly method: string;
  readonly path: string;
  readonly port: number;
  readonly headers: Record<string, string>;
}

// ---- an ALLOW policy, read as §2.4, §2.5 and §2.8 of istio-semantics.md say; what those do not say makes the reading fail ----

const anyOf = (patterns: string[] | undefined, value: string | undefined): boolean =>
  value !== undefined && patterns!.some((pattern) => matches(pattern, value));

function matches(pattern: string, value: string): boolean {
  if (pattern === '*') return value.length > 0;
  if (pattern.startsWith('*')) return value.endsWith(pattern.slice(1));
  if (pattern.endsWith('*')) return value.startsWith(pattern.slice(0, -1));
  return value === pattern;
}

/** A preflight skips the validation of tokens (§3.4). */
function tokenOf(request: Request): Request['token'] {
  const { origin, 'access-control-request-method': method } = request.headers;
  return request.method === 'OPTIONS' && origin !== undefined && method !== undefined ? undefined : request.token;
}

function matchesRequestPrincipal(value: string, request: Request): boolean {
  const token = tokenOf(request);
  const slash = value.lastIndexOf('/');
  if (value === '*' || slash < 0) throw new Error(`not expected in what the library writes: ${value}`);
  return token !== undefined && matches(value.slice(0, slash), token.iss) && matches(value.slice(slash + 1), token.sub ?? '');
}

const SOURCE: Record<string, (values: string[], request: Request) => boolean> = {
  principals: (values, { identity }) => anyOf(values, identity),
  requestPrincipals: (values, request) => values.some((value) => matchesRequestPrincipal(value, request)),
};
const OPERATION: Record<string, (values: string[], request: Request) => boolean> = {
  ports: (values, { port }) => values.includes(String(port)),
  methods: (values, { method }) => anyOf(values, method),
  paths: (values, { path }) => anyOf(values, path),
};

function fields(known: typeof SOURCE, object: any, request: Request): boolean {
  return Object.entries<string[]>(object).every(([name, values]) => {
    if (known[name] === undefined || values.length === 0) throw new Error(`not expected in what the library writes: ${name}`);
    return known[name](values, request);
  });
}

function condition(when: any, request: Request): boolean {
  const [, kind, name] = /^request\.(headers|auth\.claims)\[([^\][]+)\]$/.exec(when.key)!;
  expect(Object.keys(when).sort()).toEqual(['key', 'values']);
  const found = kind === 'headers' ? [request.headers[name]] : tokenOf(request)?.claims[name] ?? [];
  return found.some((value) => anyOf(when.values, value));
}

function admits(objects: any[], request: Request): boolean {
  const policies = objects.filter((o) => o.kind === 'AuthorizationPolicy' && o.metadata.namespace === 'shop')
    .filter((o) => (o.spec.selector?.matchLabels['app.kubernetes.io/name'] ?? 'orders') === 'orders');
  return policies.flatMap((policy) => policy.spec.rules ?? []).some((rule) =>
    (rule.from === undefined || rule.from.some((f: any) => fields(SOURCE, f.source, request)))
    && (rule.to === undefined || rule.to.some((t: any) => fields(OPERATION, t.operation, request)))
    && (rule.when ?? []).every((when: any) => condition(when, request)));
}

// ---- what was said, as data, and what it means ----

interface Said {
  readonly kind: 'grant' | 'public' | 'preflight';
  /** Sources by number; for open requests an empty list leaves `from` out. */
  readonly from: number[];
  /** Issuers by number; an empty list leaves them out. */
  readonly issuers: number[];
  readonly claims: string[];
  /** An empty list leaves them out. */
  readonly paths: string[];
  readonly methods: string[];
  readonly ports: number[];
}

const CLAIMS: Record<string, ClaimRequirement> = {
  groups: ClaimRequirement.contains('groups', 'buyers', 'admins'), azp: ClaimRequirement.equalTo('azp', 'shop-web'),
};
const HOLDS: Record<string, string[]> = { groups: ['buyers', 'admins'], azp: ['shop-web'] };

const covers = (paths: string[], path: string) =>
  paths.length === 0 || paths.some((p) => (p.endsWith('/*') ? path.length > p.length - 1 && path.startsWith(p.slice(0, -1)) : p === path));
const identityOf = (i: number) => (i === 2 ? 'cluster.local/ns/edge/sa/gw-sa' : `cluster.local/ns/shop/sa/${SOURCES[i]}`);

/** Whether something that was said admits the request, or a part of it that needs no token. */
function intended(said: Said[], request: Request): boolean {
  const everybody = said.filter((one) => one.kind === 'grant').flatMap((one) => one.from);
  return said.some((one) => {
    const from = one.from.length === 0 ? everybody : one.from;
    const ports = one.ports.length === 0 ? [0, 1] : one.ports;
    if (!from.some((i) => identityOf(i) === request.identity) || !ports.some((i) => PORTS[i].number === request.port)) return false;
    if (!covers(one.paths, request.path)) return false;
    if (one.kind === 'preflight') {
      return request.method === 'OPTIONS' && request.headers.origin === PAGES && request.headers['access-control-request-method'] !== undefined;
    }
    if (one.kind === 'public') {
      return (one.methods.length === 0 ? ['GET', 'HEAD'] : one.methods).includes(request.method);
    }
    const token = tokenOf(request);
    const issuers = one.issuers.length === 0 ? [A, B] : one.issuers.map((i) => [A, B][i]);
    return (one.methods.length === 0 || one.methods.includes(request.method)) && token?.sub !== undefined && issuers.includes(token.iss)
      && one.claims.every((claim) => token.claims[claim]?.some((value) => HOLDS[claim].includes(value)));
  });
}

const listed = <T>(values: T[]): T[] | undefined => (values.length === 0 ? undefined : values);

function say(orders: JwtProtectedService, peers: IPeer[], one: Said, reason: string): void {
  const from = one.from.map((i) => peers[i]);
  const ports = listed(one.ports.map((i) => PORTS[i]));
  if (one.kind === 'public') {
    one.paths.forEach((path) => orders.allowPublic(path, { from: listed(from), methods: listed(one.methods), ports, reason }));
  } else if (one.kind === 'preflight') {
    orders.allowCorsPreflight({ origins: [PAGES], paths: listed(one.paths), from: listed(from), reason });
  } else {
    const routes = one.paths.length + one.methods.length === 0 ? undefined
      : [HttpMatch.of({ paths: listed(one.paths), methods: listed(one.methods) })];
    from.forEach((peer) => orders.allowFrom(peer, {
      issuers: listed(one.issuers.map((i) => ISSUERS[i])), claims: listed(one.claims.map((c) => CLAIMS[c])), routes, ports, reason,
    }));
  }
}

/** The app in which the calls were made in this order, which may repeat some; the reason goes with the call. */
function make(said: Said[], order: number[] = said.map((_, i) => i), enforcement = Enforcement.ENFORCE): App {
  const app = new App();
  const shop = new ZeroTrustNamespace(new Chart(app, 'chart'), 'shop', { mesh: meshWith({ ingressGateways: [GATEWAY] }), enforcement });
  const workloads: Workload[] = SOURCES.slice(0, 2).map((name) => shop.addWorkload(name));
  const orders = new JwtProtectedService(shop, 'orders', { ports: PORTS, issuers: ISSUERS });
  order.forEach((i) => say(orders, [...workloads, shop.mesh.ingressGateway()], said[i], `reason ${i % 3}`));
  return app;
}

// ---- every request that matters ----

const IDENTITIES = [undefined, ...[0, 1, 2].map(identityOf), 'cluster.local/ns/shop/sa/stranger', 'cluster.local/ns/other/sa/web'];
const CLAIM_SETS: Record<string, string[]>[] = [
  {}, { groups: ['buyers'] }, { groups: ['sellers'], azp: ['shop-web'] }, { groups: ['x', 'admins'], azp: ['shop-web'] },
];
const TOKENS: Request['token'][] = [
  undefined, ...[A, B].flatMap((iss) => CLAIM_SETS.map((claims) => ({ iss, sub: 'alice', claims }))), { iss: A, claims: CLAIM_SETS[3] },
];
const TARGETS: [string, Record<string, string>][] = [
  ['GET', {}], ['HEAD', {}], ['POST', {}], ['OPTIONS', {}], ['OPTIONS', { origin: PAGES }],
  ['OPTIONS', { 'origin': PAGES, 'access-control-request-method': 'PUT' }],
  ['OPTIONS', { 'origin': 'https://evil.example', 'access-control-request-method': 'PUT' }],
  ['GET', { 'origin': PAGES, 'access-control-request-method': 'PUT' }],
];
const PATHS = ['/', '/v1/orders', '/v1/orders/7', '/v1/orders2', '/healthz', '/docs/a'];
const REQUESTS: Request[] = IDENTITIES.flatMap((identity) => TOKENS.flatMap((token) => TARGETS.flatMap(([method, headers]) =>
  PATHS.flatMap((path) => PORTS.map((port) => ({ identity, token, method, path, port: port.number!, headers }))))));

/** The requests about which the YAML and what was said disagree. */
function disagreements(said: Said[]): [string, Request][] {
  const objects = synthChecked(make(said));
  return REQUESTS.map((request): [string, Request] => {
    const [is, should] = [admits(objects, request), intended(said, request)];
    return [is === should ? 'agreed' : `${is ? 'admitted' : 'refused'} against what was said`, request];
  }).filter(([verdict]) => verdict !== 'agreed');
}

const nothing = { issuers: [], claims: [], paths: [], methods: [], ports: [] };
const web: Said = { ...nothing, kind: 'grant', from: [0] };

describe('exactly what was granted passes, of every identity, token, claim, route and port', () => {
  test.each<[string, Said[]]>([
    ['a grant of everything', [web]],
    ['a grant of a route with claims', [{ ...web, paths: ['/v1/orders/*'], methods: ['GET'], claims: ['groups'], ports: [0] }]],
    ['a grant of one issuer with two claims', [{ ...web, issuers: [1], claims: ['groups', 'azp'] }]],
    ['the same route to several sources with other claims', [
      { ...web, paths: ['/v1/orders'], claims: ['groups'] }, { ...web, from: [1], paths: ['/v1/orders'], claims: ['azp'] },
      { ...web, from: [2], paths: ['/v1/orders'], issuers: [0] },
    ]],
    ['several routes of one source, each with an issuer of its own', [
      { ...web, paths: ['/v1/orders'], issuers: [0] }, { ...web, paths: ['/v1/orders/*'], issuers: [1], claims: ['azp'] },
      { ...web, methods: ['POST'], claims: ['groups'] },
    ]],
    ['two ports with other routes', [{ ...web, paths: ['/v1/orders'], ports: [0] }, { ...web, paths: ['/'], ports: [1], issuers: [1] }]],
    ['a public path for all who are granted something', [
      { ...web, paths: ['/v1/orders'], ports: [0] }, { ...web, from: [2], claims: ['groups'], ports: [0], methods: ['POST'] },
      { ...nothing, kind: 'public', from: [], paths: ['/healthz'] },
    ]],
    ['a public path for one source', [{ ...web, methods: ['GET'] }, { ...nothing, kind: 'public', from: [1], paths: ['/docs/*'], ports: [1] }]],
    ['preflights for all who are granted something', [
      { ...web, paths: ['/v1/orders'], claims: ['groups'] }, { ...nothing, kind: 'preflight', from: [], paths: ['/v1/orders'] },
    ]],
    ['preflights for any path beside a public path', [
      { ...web, from: [2], claims: ['azp'] }, { ...nothing, kind: 'preflight', from: [2] },
      { ...nothing, kind: 'public', from: [], paths: ['/healthz'], methods: ['POST'] },
    ]],
    ['nothing at all', []],
  ])('%s', (_, said) => {
    expect(disagreements(said)).toEqual([]);
  });

  test('the reading itself tells requests apart', () => {
    const objects = synthChecked(make([{ ...web, paths: ['/v1/orders'], methods: ['GET'], claims: ['groups'], issuers: [0], ports: [0] }]));
    const good: Request = {
      identity: identityOf(0), token: { iss: A, sub: 'alice', claims: { groups: ['buyers'] } }, method: 'GET', path: '/v1/orders', port: 8080, headers: {},
    };
    const wrong: Partial<Request>[] = [
      { identity: undefined }, { identity: identityOf(1) }, { token: undefined }, { token: { ...good.token!, iss: B } }, { method: 'POST' },
      { token: { ...good.token!, sub: undefined } }, { token: { ...good.token!, claims: {} } }, { path: '/v1/orders/7' }, { port: 9090 },
    ];
    expect(admits(objects, good)).toBe(true);
    expect(wrong.filter((part) => admits(objects, { ...good, ...part }))).toEqual([]);
  });
});

const subset = <T>(values: T[], minLength = 0): fc.Arbitrary<T[]> => fc.subarray(values, { minLength });
/** Public paths lie beside the routes of the grants, or below them: no grant is swallowed. */
const GRANT: fc.Arbitrary<Said> = fc.record({
  kind: fc.constant('grant' as const),
  from: subset([0, 1, 2], 1),
  issuers: subset([0, 1]),
  claims: subset(['groups', 'azp']),
  paths: subset(['/', '/v1/orders', '/v1/orders/*', '/v1/*']),
  methods: subset(['GET', 'POST', 'OPTIONS']),
  ports: subset([0, 1]),
});
const OPEN: fc.Arbitrary<Said> = fc.record({
  kind: fc.constantFrom('public' as const, 'preflight' as const),
  from: subset([0, 1, 2]),
  issuers: fc.constant<number[]>([]),
  claims: fc.constant<string[]>([]),
  paths: subset(['/healthz', '/docs/*'], 1),
  methods: subset(['GET', 'POST']),
  ports: subset([0, 1]),
}).map((one) => (one.kind === 'preflight' ? { ...one, ports: [], methods: [] } : one));
/** At least one grant, so that open requests are open to somebody. */
const SAID = fc.tuple(GRANT, fc.array(fc.oneof(GRANT, GRANT, OPEN), { maxLength: 5 })).map(([first, others]) => [first, ...others]);

const sorted = (edges: string[]) => [...new Set(edges)].sort();

/** Who may send to which port of the service, by the identity layer and by either side of the network layer. */
function edgesOf(said: Said[]): Record<'identity' | 'ingress' | 'egress', string[]> {
  const objects = synthChecked(make(said));
  const policy = (name: string) => objects.filter((o) => o.kind === 'NetworkPolicy' && o.metadata.name === name).map((o) => o.spec);
  const label = ({ matchLabels }: any): string => matchLabels['app.kubernetes.io/name'] ?? matchLabels.istio;
  const portsOf = (name: string, rule: any): string[] => rule.ports.map((p: any) => `${name} ${p.port}`);
  const ingress = policy('orders').flatMap((spec) => spec.ingress)
    .flatMap((rule) => rule.from.flatMap((peer: any) => portsOf(label(peer.podSelector), rule)));
  const egress = ['web', 'cart'].flatMap((name) => policy(name).flatMap((spec) => spec.egress).flatMap((rule) => {
    expect(rule.to.map((peer: any) => label(peer.podSelector))).toEqual(['orders']);
    return portsOf(name, rule);
  }));
  const identity = only(objects, 'AuthorizationPolicy', 'orders').spec.rules.flatMap((rule: any) => rule.from
    .flatMap((f: any) => f.source.principals).flatMap((name: string) => rule.to.flatMap((t: any) => t.operation.ports
      .map((port: string) => `${name.split('/').pop()!.replace('gw-sa', 'gw')} ${port}`))));
  return { identity: sorted(identity), ingress: sorted(ingress), egress: sorted(egress) };
}

describe('laws of services with tokens', () => {
  test('exactly what was said passes, whatever was said', () => {
    fc.assert(fc.property(SAID, (said) => {
      expect(disagreements(said).slice(0, 3)).toEqual([]);
    }), { numRuns: 30 });
  });

  test('what the identity layer admits, the network layer lets through on both sides, and nothing else', () => {
    fc.assert(fc.property(SAID, (said) => {
      const { identity, ingress, egress } = edgesOf(said);
      expect(ingress).toEqual(identity);
      expect(egress).toEqual(identity.filter((edge) => !edge.startsWith('gw ')));
    }), { numRuns: 30 });
  });

  test('a public path for everybody who is granted something is open on both sides on all its ports', () => {
    const { identity, ingress, egress } = edgesOf([{ ...web, ports: [0] }, { ...nothing, kind: 'public', from: [], paths: ['/healthz'] }]);
    expect(identity).toEqual(['web 8080', 'web 9090']);
    expect(ingress).toEqual(identity);
    expect(egress).toEqual(identity);
  });

  test('the owner of a gateway is told of every port that a public path opens to it', () => {
    const app = make([{ ...web, from: [2], ports: [0] }, { ...nothing, kind: 'public', from: [], paths: ['/healthz'] }]);
    app.synthYaml();
    const told = Grants.of(app).listAssumptions().map((a) => `${a.statement} ${a.text}`).join();
    expect(told).toContain('8080');
    expect(told).toContain('9090');
  });

  test.each([Enforcement.ENFORCE, Enforcement.OBSERVE])('the order of calls never changes the YAML (%s)', (enforcement) => {
    const orders = ({ length }: Said[]) => fc.shuffledSubarray([...Array(length).keys()], { minLength: length });
    const shuffles = SAID.chain((said) => fc.tuple(fc.constant(said), orders(said)));
    fc.assert(fc.property(shuffles, ([said, order]) => {
      expect(make(said, order, enforcement).synthYaml()).toBe(make(said, undefined, enforcement).synthYaml());
    }), { numRuns: 60 });
  });

  test('repeating a call changes nothing', () => {
    fc.assert(fc.property(SAID, fc.nat(5), (said, again) => {
      const order = said.map((_, i) => i);
      expect(make(said, [...order, again % said.length]).synthYaml()).toBe(make(said, order).synthYaml());
    }), { numRuns: 60 });
  });

  test('the order of issuers in the props changes nothing', () => {
    const app = (issuers: JwtIssuer[]) => {
      const made = new App();
      const shop = new ZeroTrustNamespace(new Chart(made, 'chart'), 'shop', { mesh: meshWith() });
      new JwtProtectedService(shop, 'orders', { ports: PORTS, issuers }).allowFrom(shop.addWorkload('web'));
      return made.synthYaml();
    };
    expect(app([...ISSUERS].reverse())).toBe(app(ISSUERS));
  });

  test('the same app gives the same bytes twice', () => {
    fc.assert(fc.property(SAID, (said) => {
      const app = make(said);
      expect(app.synthYaml()).toBe(app.synthYaml());
    }), { numRuns: 20 });
  });
});
