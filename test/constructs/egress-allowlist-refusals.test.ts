import { App, Chart, Testing } from 'cdk8s';
import * as fc from 'fast-check';
import {
  AllowOptions, Cidr, ClaimRequirement, ClientCertificate, EgressAllowlist, EgressAllowlistProps, Enforcement, ExternalHost, Grants,
  HttpMatch, IPeer, JwtIssuer, MeshFacts, Port, TlsOriginationOptions, Workload, ZeroTrustNamespace,
} from '../../src';
import { faults, meshWith, newChart, synthChecked } from '../support/synth';

const API = 'api.cards.example';
const CARDS = ExternalHost.https(API);
const BLOCK = Cidr.of('192.0.2.0/24');
const CERTIFICATE = ClientCertificate.files({ certificate: '/etc/bank/tls.crt', privateKey: '/etc/bank/tls.key' });
const BANK = ExternalHost.mutualTls('api.bank.example', CERTIFICATE);
const originated = (host: string, options?: TlsOriginationOptions) => ExternalHost.httpWithTlsOrigination(host, options);
const PROMETHEUS = { namespace: 'mon', podLabels: { app: 'p' }, serviceAccount: 'p' };
const GATEWAY = { name: 'public', namespace: 'edge', podLabels: { istio: 'gw' }, serviceAccount: 'gw-sa' };

interface World {
  readonly chart: Chart;
  readonly shop: ZeroTrustNamespace;
  readonly payment: Workload;
}

function world(facts: Partial<MeshFacts> = {}): World {
  const chart = newChart();
  const shop = new ZeroTrustNamespace(chart, 'shop', { mesh: meshWith(facts) });
  return { chart, shop, payment: shop.addWorkload('payment') };
}

/** What is said about a use of the library, at the call or at synth; nothing when the use is right and its objects are valid. */
function refusal(use: (it: World) => void, facts: Partial<MeshFacts> = {}): string {
  const it = world(facts);
  try {
    use(it);
  } catch (error) {
    return (error as Error).message;
  }
  const found = faults(it.chart);
  if (found.length === 0) {
    synthChecked(it.chart);
  }
  return found.join('\n');
}

/** What is said about one list of hosts for one workload. */
function refusalOf(hosts: ExternalHost[], facts: Partial<MeshFacts> = {}): string {
  return refusal(({ shop, payment }) => new EgressAllowlist(shop, 'list', { from: [payment], hosts, reason: 'card payments' }), facts);
}

/** What is said about two hosts, whether one list names both, or a list each of two workloads of the namespace. */
function refusalsOfBoth(one: ExternalHost, other: ExternalHost, facts: Partial<MeshFacts> = {}): string[] {
  return [
    refusalOf([one, other], facts),
    refusalOf([other, one], facts),
    refusal(({ shop, payment }) => {
      new EgressAllowlist(shop, 'one', { from: [payment], hosts: [one], reason: 'card payments' });
      new EgressAllowlist(shop, 'other', { from: [shop.addWorkload('second')], hosts: [other], reason: 'settlement' });
    }, facts),
  ];
}

/** Every message names what the reader has to find, and says it in the style of the library: one line, no full stop, no capital. */
function expectMessages(messages: string[], ...parts: (string | RegExp)[]): void {
  for (const message of messages) {
    for (const part of parts) {
      expect(message).toMatch(part);
    }
    expect(message).not.toMatch(/\[object|\.$/);
  }
}

describe('options of a grant that mean nothing outside of the mesh', () => {
  const allow = (options: AllowOptions) => refusal(({ shop, payment }) =>
    new EgressAllowlist(shop, 'list', { hosts: [CARDS], reason: 'card payments' }).allowFrom(payment, options));

  test.each<[string, AllowOptions, RegExp]>([
    ['routes', { routes: [HttpMatch.get('/v1/*')] }, /routes/],
    ['claims', { claims: [ClaimRequirement.contains('groups', 'buyers')] }, /claims|token/],
    ['issuers', { issuers: [JwtIssuer.oidc('https://idp.example.com', { audiences: ['a'] })] }, /issuers|token/],
    ['an empty list of ports', { ports: [] }, /empty|ports/],
    ['an empty list of routes', { routes: [] }, /empty|routes/],
    ['an empty list of claims', { claims: [] }, /empty|claims/],
    ['an empty list of issuers', { issuers: [] }, /empty|issuers/],
    ['a reason that says nothing', { reason: ' ' }, /reason/],
    ['a reason of two lines', { reason: 'a\nb' }, /reason|line break/],
    ['a port that no host has', { ports: [Port.tls(8443)] }, /8443/],
    ['a port that no host has, with those that one has', { ports: [Port.tls(8443)] }, /tls\/8443.*tls\/443/],
  ])('denies %s', (_, options, message) => {
    expect(allow(options)).toMatch(message);
  });

  test.each<[string, AllowOptions]>([
    ['none', {}], ['the port of the server', { ports: [CARDS.serverPort] }], ['a reason', { reason: 'refunds' }],
  ])('accepts %s', (_, options) => {
    expect(allow(options)).toBe('');
  });

  // design.md 4: "nothing is silently dropped, rounded or corrected"; a Workload refuses a port that it does not declare
  test('denies a UDP port: TCP on that number would be opened instead', () => {
    expect(allow({ ports: [Port.udp(443)] })).toMatch(/udp\/443/);
  });

  test('denies routes even where the proxy sees the requests: nothing enforces them on the way out', () => {
    const routes = (options: AllowOptions) => refusal(({ shop, payment }) =>
      new EgressAllowlist(shop, 'list', { hosts: [originated(API)], reason: 'rates' }).allowFrom(payment, options));
    expect(routes({ routes: [HttpMatch.get('/v1/*')] })).toMatch(/routes/);
    expect(routes({})).toBe('');
  });

  test('denies the plain port of TLS origination: it is the port of the server that is opened', () => {
    const host = originated(API, { plainPort: 8080, port: 8443 });
    const ports = (port: Port) => refusal(({ shop, payment }) =>
      new EgressAllowlist(shop, 'list', { hosts: [host], reason: 'rates' }).allowFrom(payment, { ports: [port] }));
    expect(ports(host.serverPort)).toBe('');
    expect(ports(Port.http(8080))).toMatch(/8443/);
  });
});

describe('lists that say too little', () => {
  const say = (props: (it: World) => EgressAllowlistProps) => refusal((it) => new EgressAllowlist(it.shop, 'list', props(it)));

  test.each([['nothing', ''], ['blanks', '  '], ['two lines', 'a\nb']])('denies a reason of %s', (_, reason) => {
    expect(say(({ payment }) => ({ from: [payment], hosts: [CARDS], reason }))).toMatch(/reason/);
  });

  test('denies a list without hosts, given as empty or never given', () => {
    expect(say(({ payment }) => ({ from: [payment], hosts: [], reason: 'pays' }))).toMatch(/host/);
    expect(say(({ payment }) => ({ from: [payment], reason: 'pays' }))).toMatch(/host/);
  });

  test('denies a list without sources, given as empty or never given', () => {
    expect(say(() => ({ from: [], hosts: [CARDS], reason: 'pays' }))).toMatch(/from|source/);
    expect(say(() => ({ hosts: [CARDS], reason: 'pays' }))).toMatch(/allowFrom|source|nobody/);
  });

  test('finds an unfinished list at synth, not before, and names it', () => {
    const { chart, shop, payment } = world();
    const list = new EgressAllowlist(shop, 'cards', { reason: 'pays' });
    expect(faults(chart).join('\n')).toContain('shop/shop/cards');
    list.addHost(CARDS);
    list.allowFrom(payment);
    expect(faults(chart)).toEqual([]);
  });
});

describe('sources that no list can bind', () => {
  const from = (peer: (it: World) => IPeer, facts: Partial<MeshFacts> = {}) => refusal((it) =>
    new EgressAllowlist(it.shop, 'list', { from: [peer(it)], hosts: [CARDS], reason: 'pays' }), facts);
  const reference = ({ chart, shop }: World) => ZeroTrustNamespace.reference(chart, 'ref', { mesh: shop.mesh, namespaceName: 'data' });
  const attributes = { workloadName: 'db', podLabels: { app: 'db' }, serviceAccountName: 'db-sa' };

  test('denies a workload of another owner: its namespace gets no YAML from here', () => {
    const message = from((it) => Workload.fromAttributes(it.chart, 'db', { ...attributes, namespace: reference(it) }));
    expectMessages([message], 'data/db');
    expect(from((it) => Workload.fromAttributes(it.shop, 'db', attributes))).toBe('');
  });

  test('denies every workload of a namespace of another owner', () => {
    expectMessages([from((it) => reference(it).everyWorkload('all'))], 'data');
    expect(from((it) => it.shop.everyWorkload('all'))).toBe('');
  });

  test.each<[string, (it: World) => IPeer, Partial<MeshFacts>, RegExp]>([
    ['any identity of the mesh', (it) => it.shop.mesh.anyIdentity('everybody'), {}, /any identity/],
    ['an ingress gateway', (it) => it.shop.mesh.ingressGateway(), { ingressGateways: [GATEWAY] }, /edge\/public/],
    ['Prometheus', (it) => it.shop.mesh.prometheus(), { prometheus: PROMETHEUS }, /mon\/p/],
  ])('denies %s', (_, peer, facts, message) => {
    expect(from(peer, facts)).toMatch(message);
  });

  test('denies a client certificate for every workload of a namespace, in whatever order it is said', () => {
    const messages = [
      refusal(({ shop }) => new EgressAllowlist(shop, 'list', { from: [shop.everyWorkload('all')], hosts: [BANK], reason: 'pays' })),
      refusal(({ shop }) => {
        const list = new EgressAllowlist(shop, 'list', { reason: 'pays' });
        list.allowFrom(shop.everyWorkload('all'));
        list.addHost(BANK);
      }),
      refusal(({ shop }) => {
        const list = new EgressAllowlist(shop, 'list', { reason: 'pays' });
        list.addHost(BANK);
        list.allowFrom(shop.everyWorkload('all'));
      }),
    ];
    expectMessages(messages, /certificate/, /api\.bank\.example/);
    expect(refusalOf([BANK])).toBe('');
  });
});

describe('hosts that proxies cannot tell apart', () => {
  const at = (ip: string) => [Cidr.address(ip)];
  const feed = (options: object, port = 7000) => ExternalHost.tcp('feed.cards.example', port, options);
  const news = (options: object, port = 7000) => ExternalHost.tcp('news.cards.example', port, options);

  test('denies TCP without addresses, unless proxies answer DNS', () => {
    expectMessages([refusalOf([feed({})]), refusalOf([feed({ cidrs: [BLOCK] })])], /feed\.cards\.example/, /addresses/, /dnsCapture/);
    expectMessages([refusalOf([feed({})], { dnsCapture: false })], /dnsCapture/);
    expect(refusalOf([feed({})], { dnsCapture: true })).toBe('');
    expect(refusalOf([feed({ addresses: at('192.0.2.7') })])).toBe('');
  });

  test('denies two TCP hosts that share an address and a port', () => {
    const both = refusalsOfBoth(feed({ addresses: at('192.0.2.7') }), news({ addresses: [BLOCK] }));
    expectMessages(both, /feed\.cards\.example/, /news\.cards\.example/, /7000/, /address/);
    expect(refusalsOfBoth(feed({ addresses: at('192.0.2.7') }), news({ addresses: at('192.0.2.8') }))).toEqual(['', '', '']);
    expect(refusalsOfBoth(feed({ addresses: at('192.0.2.7') }), news({ addresses: at('192.0.2.7') }, 7001))).toEqual(['', '', '']);
    expect(refusalsOfBoth(feed({}), news({}), { dnsCapture: true })).toEqual(['', '', '']);
  });

  test('accepts one address and port in two namespaces, which do not see each other\'s entries', () => {
    expect(refusal(({ chart, shop, payment }) => {
      const tools = new ZeroTrustNamespace(chart, 'tools', { mesh: shop.mesh });
      new EgressAllowlist(shop, 'list', { from: [payment], hosts: [feed({ addresses: at('192.0.2.7') })], reason: 'pays' });
      const from = [tools.addWorkload('cron')];
      new EgressAllowlist(tools, 'list', { from, hosts: [news({ addresses: at('192.0.2.7') })], reason: 'news' });
    })).toBe('');
  });

  test.each([
    ['HTTPS', ExternalHost.https('b.example', { port: 8080 })], ['TLS', ExternalHost.tls('b.example', { port: 8080 })],
    ['a wildcard', ExternalHost.wildcardAnyAddress('b.example', { port: 8080, reason: 'many' })],
  ])('denies plain HTTP and %s on one dialled port', (_, other) => {
    const plain = originated(API, { plainPort: 8080 });
    expectMessages(refusalsOfBoth(plain, other), /api\.cards\.example/, /b\.example/, /8080/);
    expect(refusalsOfBoth(originated(API, { plainPort: 8081 }), other)).toEqual(['', '', '']);
  });

  test('accepts what differs on the dialled port, and only there', () => {
    expect(refusalsOfBoth(originated(API), ExternalHost.https('b.example'))).toEqual(['', '', '']);
    expect(refusalsOfBoth(ExternalHost.https('b.example'), ExternalHost.tls('c.example'))).toEqual(['', '', '']);
    expect(refusalsOfBoth(originated(API), originated('b.example'))).toEqual(['', '', '']);
  });
});

describe('one host that is described in two ways', () => {
  test.each<[string, ExternalHost, ExternalHost]>([
    ['other authorities', originated(API), originated(API, { caCertificates: '/etc/ca.pem' })],
    ['other names', originated(API), originated(API, { subjectAltNames: ['b.example'] })],
    ['another port of the server', originated(API), originated(API, { port: 8443 })],
    ['other addresses that are dialled', ExternalHost.tcp(API, 443, { addresses: [Cidr.address('192.0.2.7')] }),
      ExternalHost.tcp(API, 443, { addresses: [Cidr.address('192.0.2.8')] })],
    ['TCP and TLS', ExternalHost.tcp(API, 443, { addresses: [Cidr.address('192.0.2.7')] }), CARDS],
    ['a wildcard by DNS and at any address', ExternalHost.wildcardAnyAddress('b.example', { reason: 'many hosts' }),
      ExternalHost.wildcardDynamicDns('b.example', { reason: 'many', port: 8443 })],
  ])('denies %s', (_, one, other) => {
    expectMessages(refusalsOfBoth(one, other, { wildcardTlsHosts: true }), one.host);
  });

  // README: "refuses one host described in two ways"; of the two DestinationRules Istio follows the one with the selector
  test('denies one workload a host with and without a client certificate', () => {
    const [plain, mutual] = [originated(API), ExternalHost.mutualTls(API, CERTIFICATE)];
    expect(refusalOf([mutual])).toBe('');
    expectMessages([refusalOf([plain, mutual]), refusalOf([mutual, plain])], API);
  });

  test('accepts a client certificate of one workload beside another workload that has none', () => {
    expect(refusalsOfBoth(originated(API), ExternalHost.mutualTls(API, CERTIFICATE))[2]).toBe('');
  });

  test('denies one workload two client certificates for one host', () => {
    const second = ClientCertificate.files({ certificate: '/etc/other/tls.crt', privateKey: '/etc/other/tls.key' });
    expectMessages([refusalOf([BANK, ExternalHost.mutualTls('api.bank.example', second)])], /api\.bank\.example/);
  });

  test('accepts the same description as often as it is given', () => {
    for (const make of [
      () => ExternalHost.https(API, { cidrs: [Cidr.of('192.0.2.0/24')] }),
      () => originated(API, { subjectAltNames: [API] }),
      () => ExternalHost.mutualTls(API, ClientCertificate.files({ certificate: '/a.crt', privateKey: '/a.key' })),
      () => ExternalHost.tcp(API, 7000, { addresses: [Cidr.address('192.0.2.7')] }),
    ]) {
      expect(refusalsOfBoth(make(), make())).toEqual(['', '', '']);
    }
    expect(refusalsOfBoth(CARDS, originated(API))).toEqual(['', '', '']);
    expect(refusalsOfBoth(CARDS, ExternalHost.tls(API, { port: 8443 }))).toEqual(['', '', '']);
  });
});

describe('hosts that are none outside of the mesh', () => {
  test.each(['orders.shop.svc.cluster.local', 'x.cluster.local'])('denies %s, which belongs to the cluster', (host) => {
    expectMessages([refusalOf([ExternalHost.https(host)])], host, /cluster/);
  });

  test('goes by the cluster domain that is stated, label by label', () => {
    expect(refusalOf([ExternalHost.https('orders.shop.svc.corp.example')], { clusterDomain: 'corp.example' })).toMatch(/corp\.example/);
    expect(refusalOf([ExternalHost.https('api.xcorp.example')], { clusterDomain: 'corp.example' })).toBe('');
    expect(refusalOf([ExternalHost.https('orders.shop.svc.corp.example')])).toBe('');
  });

  const wildcard = (domain: string) =>
    refusalOf([ExternalHost.wildcardAnyAddress(domain, { reason: 'many hosts' })], { clusterDomain: 'k8s.corp.example' });

  test('denies a wildcard inside of the cluster domain', () => {
    expectMessages([wildcard('shop.svc.k8s.corp.example'), wildcard('k8s.corp.example')], /cluster/);
    expect(wildcard('partner.example')).toBe('');
  });

  // README: refuses "Services of the cluster"; *.corp.example holds all of them
  test('denies a wildcard around the cluster domain', () => {
    expect(wildcard('other.example')).toBe('');
    expect(wildcard('corp.example')).toMatch(/cluster/);
  });

  test('denies DYNAMIC_DNS unless istiod is said to support it', () => {
    const host = ExternalHost.wildcardDynamicDns('partner.example', { reason: 'many hosts' });
    expectMessages([refusalOf([host]), refusalOf([host], { wildcardTlsHosts: false })], /wildcardTlsHosts/, /partner\.example/);
    expect(refusalOf([host], { wildcardTlsHosts: true })).toBe('');
    expect(refusalOf([ExternalHost.wildcardAnyAddress('partner.example', { reason: 'many hosts' })])).toBe('');
  });
});

// docs/contract.md: `wildcard.DOMAIN` and `WORKLOAD-HOST`; design.md 8: errors in the user's terms
test.each<[string, ExternalHost, ExternalHost, ExternalHost]>([
  ['a wildcard and a host', ExternalHost.wildcardAnyAddress('b.example', { reason: 'many hosts' }),
    ExternalHost.https('wildcard.c.example'), ExternalHost.https('wildcard.b.example')],
  ['the rule of a workload and a host', BANK, originated('payment-api.other.example'),
    originated('payment-api.bank.example')],
])('names of objects that %s would share are told apart, or refused in words of the user', (_, one, right, clash) => {
  expect(refusalOf([one, right])).toBe('');
  const message = refusalOf([one, clash]);
  expect(message).not.toContain('There is already a Construct');
  expect(message === '' || message.includes(clash.host)).toBe(true);
});

test('what is refused leaves nothing behind: the right call afterwards gives the same objects', () => {
  const objects = (stumble: boolean) => {
    const { chart, shop, payment } = world();
    const list = new EgressAllowlist(shop, 'list', { hosts: [CARDS], reason: 'card payments' });
    if (stumble) {
      expect(() => list.allowFrom(payment, { routes: [HttpMatch.get('/x')] })).toThrow();
      expect(() => list.allowFrom(shop.mesh.anyIdentity('everybody'))).toThrow();
    }
    list.allowFrom(payment);
    if (stumble) {
      expect(() => list.addHost(ExternalHost.tcp('feed.cards.example', 7000))).toThrow(/dnsCapture/);
    }
    list.allowFrom(shop.addWorkload('second'));
    return Testing.synth(chart);
  };
  expect(objects(true)).toEqual(objects(false));
});

test('somebody who is refused one host of a list gets none that is added later', () => {
  const { chart, shop, payment } = world();
  const list = new EgressAllowlist(shop, 'list', { hosts: [BANK], from: [payment], reason: 'card payments' });
  expect(() => list.allowFrom(shop.everyWorkload('all of them'))).toThrow();
  list.addHost(CARDS);
  expect(Grants.of(chart).list().filter((g) => g.to === API).map((g) => g.from)).toEqual(['shop/payment']);
});

describe('laws of allow-lists', () => {
  const WEB = originated('api.rates.example', { subjectAltNames: ['b.example', 'a.example'] });
  const HOSTS = [CARDS, ExternalHost.tls(API, { port: 8443, cidrs: [BLOCK] }), WEB, BANK, ExternalHost.tcp('feed.cards.example', 7000)];
  const CALL = fc.record({ kind: fc.nat(2), list: fc.nat(2), host: fc.nat(HOSTS.length - 1), source: fc.nat(5), reason: fc.nat(2) });

  /** Three lists, of which each has a host and a source of its own, so that every order of the calls is complete. */
  function yaml(calls: { kind: number; list: number; host: number; source: number; reason: number }[]): string {
    const app = new App();
    const chart = new Chart(app, 'chart');
    const mesh = meshWith({ dnsCapture: true });
    const [left, right] = [Enforcement.ENFORCE, Enforcement.OBSERVE]
      .map((enforcement) => new ZeroTrustNamespace(chart, enforcement, { mesh, enforcement }));
    const named = [left, left, right, right]
      .map((space, i) => space.addWorkload(`w${i}`, { enforcement: i === 3 ? Enforcement.ENFORCE : undefined }));
    const sources = [...named, left.everyWorkload('all'), right.everyWorkload('all')];
    const lists = [0, 1, 2]
      .map((i) => new EgressAllowlist(chart, `list-${i}`, { from: [named[i]], hosts: [HOSTS[i]], reason: `list ${i}` }));
    calls.forEach(({ kind, list, host, source, reason }, i) => [
      // a client certificate is for named workloads alone: a list of its own
      () => lists[list].addHost(HOSTS[host === 3 ? 4 : host]),
      () => lists[list].allowFrom(sources[source], reason === 0 ? {} : { reason: `reason ${reason}` }),
      () => new EgressAllowlist(chart, `bank-${i}`, { from: [named[source % 4]], hosts: [BANK], reason: `bank ${reason}` }),
    ][kind]());
    return app.synthYaml();
  }

  test('the order of calls never changes the YAML, and repeating a call changes nothing', () => {
    const calls = fc.array(CALL, { maxLength: 10 });
    const orders = calls.chain((all) => fc.tuple(fc.constant(all), fc.shuffledSubarray(all, { minLength: all.length }), fc.nat()));
    fc.assert(fc.property(orders, ([all, shuffled, again]) => {
      const expected = yaml(all);
      expect(yaml(shuffled)).toBe(expected);
      expect(yaml([...all, ...all.slice(again % (all.length + 1)).slice(0, 1)])).toBe(expected);
    }), { numRuns: 30 });
  });
});
