import { BlockList, isIPv4 } from 'node:net';
import { Chart } from 'cdk8s';
import {
  Cidr, ClientCertificate, EgressAllowlist, Enforcement, ExternalHost, Grants, Layer, MeshFacts, Port, TcpHostOptions,
  Workload, ZeroTrustNamespace, ZeroTrustNamespaceProps,
} from '../../src';
import { meshWith, namesOf, newChart, only, synthChecked } from '../support/synth';

const API = 'api.cards.example';
const CARDS = ExternalHost.https(API);
const BLOCK = Cidr.of('192.0.2.0/24');
const FILES = { certificate: '/etc/bank/tls.crt', privateKey: '/etc/bank/tls.key' };
const BANK = ExternalHost.mutualTls('api.bank.example', ClientCertificate.files(FILES));
const SECRET = ClientCertificate.secret('bank-client', { reason: 'cert-manager rotates it' });
const CLIENT = { clientCertificate: FILES.certificate, privateKey: FILES.privateKey };
const PUBLIC_CA = '/etc/ssl/certs/ca-certificates.crt';
const SERVICES = './*.shop.svc.cluster.local';

interface World {
  readonly chart: Chart;
  readonly shop: ZeroTrustNamespace;
  readonly payment: Workload;
  readonly other: Workload;
  readonly objects: () => any[];
}

/** Two workloads of one namespace, of which the first is to reach something. */
function world(facts: Partial<MeshFacts> = {}, props: Partial<ZeroTrustNamespaceProps> = {}): World {
  const chart = newChart();
  const shop = new ZeroTrustNamespace(chart, 'shop', { mesh: meshWith(facts), ...props });
  const [payment, other] = ['payment', 'other'].map((name) => shop.addWorkload(name));
  return { chart, shop, payment, other, objects: () => synthChecked(chart) };
}

/** A world in which `payment` may reach the hosts. */
function allowed(hosts: ExternalHost[], facts: Partial<MeshFacts> = {}, props: Partial<ZeroTrustNamespaceProps> = {}) {
  const it = world(facts, props);
  const list = new EgressAllowlist(it.shop, 'cards', { from: [it.payment], hosts, reason: 'card payments' });
  return { ...it, list };
}

const specs = (objects: any[], kind: string): any[] => objects.filter((o) => o.kind === kind).map((o) => o.spec);
const entryPort = (protocol: string, number: number, more = {}) => [{ name: expect.any(String), number, protocol, ...more }];
const hostsOf = (objects: any[], sidecar: string, namespace = 'shop'): string[] =>
  [...only(objects, 'Sidecar', sidecar, namespace).spec.egress[0].hosts].sort();

/** Whether a NetworkPolicy lets packets out to an address and port, computed without the library. */
function reaches(policy: any, ip: string, port: number): boolean {
  const within = (cidr: string) => {
    const [network, length] = cidr.split('/');
    const list = new BlockList();
    list.addSubnet(network, Number(length), isIPv4(network) ? 'ipv4' : 'ipv6');
    return isIPv4(network) === isIPv4(ip) && list.check(ip, isIPv4(ip) ? 'ipv4' : 'ipv6');
  };
  return policy.spec.egress.some((rule: any) => {
    expect(rule.to.length).toBeGreaterThan(0);
    expect(rule.ports.length).toBeGreaterThan(0);
    return rule.ports.some((p: any) => p.port === port && p.protocol === 'TCP' && p.endPort === undefined)
      && rule.to.some((to: any) => to.ipBlock !== undefined && within(to.ipBlock.cidr) && !(to.ipBlock.except ?? []).some(within));
  });
}

describe('the ServiceEntry of a host', () => {
  const external = { location: 'MESH_EXTERNAL', exportTo: ['.'] };
  test.each<[string, ExternalHost, object, Partial<MeshFacts>]>([
    ['https', CARDS, { hosts: [API], ports: entryPort('HTTPS', 443), resolution: 'DNS' }, {}],
    ['tls on a port', ExternalHost.tls('mq.cards.example', { port: 8883, cidrs: [BLOCK] }),
      { hosts: ['mq.cards.example'], ports: entryPort('TLS', 8883), resolution: 'DNS' }, {}],
    ['tcp with addresses', ExternalHost.tcp('feed.cards.example', 7000, { addresses: [Cidr.address('192.0.2.7')] }),
      { hosts: ['feed.cards.example'], addresses: ['192.0.2.7/32'], ports: entryPort('TCP', 7000), resolution: 'NONE' }, {}],
    // the API server takes blocks of addresses beside NONE and STATIC alone (istio-semantics.md 4.2)
    ['tcp with a block of addresses', ExternalHost.tcp('feed.cards.example', 7000, { addresses: [BLOCK] }),
      { hosts: ['feed.cards.example'], addresses: ['192.0.2.0/24'], ports: entryPort('TCP', 7000), resolution: 'NONE' }, {}],
    ['tcp where proxies answer DNS', ExternalHost.tcp('feed.cards.example', 7000),
      { hosts: ['feed.cards.example'], ports: entryPort('TCP', 7000), resolution: 'DNS' }, { dnsCapture: true }],
    ['TLS origination', ExternalHost.httpWithTlsOrigination(API),
      { hosts: [API], ports: entryPort('HTTP', 80, { targetPort: 443 }), resolution: 'DNS' }, {}],
    ['TLS origination on other ports', ExternalHost.httpWithTlsOrigination(API, { plainPort: 8080, port: 8443 }),
      { hosts: [API], ports: entryPort('HTTP', 8080, { targetPort: 8443 }), resolution: 'DNS' }, {}],
    ['mutual TLS', BANK, { hosts: ['api.bank.example'], ports: entryPort('HTTP', 80, { targetPort: 443 }), resolution: 'DNS' }, {}],
    ['a wildcard that proxies look up', ExternalHost.wildcardDynamicDns('cards.example', { reason: 'many hosts' }),
      { hosts: ['*.cards.example'], ports: entryPort('TLS', 443), resolution: 'DYNAMIC_DNS' }, { wildcardTlsHosts: true }],
    ['a wildcard at any address', ExternalHost.wildcardAnyAddress('cards.example', { reason: 'many hosts' }),
      { hosts: ['*.cards.example'], ports: entryPort('TLS', 443), resolution: 'NONE' }, {}],
  ])('of %s is for its namespace alone, and only the proxy of the source knows the host', (_, host, expected, facts) => {
    const { objects, list } = allowed([host], facts);
    const all = objects();
    expect(specs(all, 'ServiceEntry')).toEqual([{ ...expected, ...external }]);
    const { metadata } = only(all, 'ServiceEntry', host.host.replace('*', 'wildcard'), 'shop');
    expect(metadata.annotations['cdk8s-zero-trust/grants']).toMatch(/^shop\/payment: card payments/);
    expect(metadata.annotations['cdk8s-zero-trust/grants']).toContain(host.wildcardReason ?? 'card payments');
    expect(list.serviceEntries.map((e) => e.hosts)).toEqual([[host.host]]);
    expect(hostsOf(all, 'payment')).toEqual([SERVICES, `./${host.host}`].sort());
    expect(only(all, 'Sidecar', 'payment').spec).toMatchObject({
      outboundTrafficPolicy: { mode: 'REGISTRY_ONLY' }, workloadSelector: { labels: { 'app.kubernetes.io/name': 'payment' } },
    });
    expect(hostsOf(all, 'default')).toEqual([SERVICES]);
    expect(namesOf(all, 'Sidecar').sort()).toEqual(['default', 'payment']);
  });

  // API.md of ExternalHost: "only `wildcardAnyAddress` trusts any address that the application chose"
  test('trusts the address that the application chose for no single host, unless it is one of its own', () => {
    const hosts = [CARDS, BANK, ExternalHost.tcp('feed.cards.example', 7000, { addresses: [Cidr.address('192.0.2.7')] })];
    const trusting = specs(allowed(hosts).objects(), 'ServiceEntry').filter((s) => s.resolution === 'NONE');
    expect(trusting.map((s) => [s.hosts, s.addresses])).toEqual([[['feed.cards.example'], ['192.0.2.7/32']]]);
  });

  test('is one for two allow-lists of a namespace, with the ports of both in order', () => {
    const { shop, payment, other, objects } = world();
    new EgressAllowlist(shop, 'late', { from: [payment], hosts: [ExternalHost.tls(API, { port: 8443 })], reason: 'settlement' });
    new EgressAllowlist(shop, 'early', { from: [other], hosts: [CARDS], reason: 'card payments' });
    const all = objects();
    expect(specs(all, 'ServiceEntry').map((s) => s.ports.map((p: any) => p.number + p.protocol))).toEqual([['443HTTPS', '8443TLS']]);
    expect([hostsOf(all, 'payment'), hostsOf(all, 'other')]).toEqual([[SERVICES, `./${API}`], [SERVICES, `./${API}`]]);
    const [payment_, other_] = ['payment', 'other'].map((name) => only(all, 'NetworkPolicy', name));
    expect([reaches(payment_, '8.8.8.8', 8443), reaches(payment_, '8.8.8.8', 443)]).toEqual([true, false]);
    expect([reaches(other_, '8.8.8.8', 8443), reaches(other_, '8.8.8.8', 443)]).toEqual([false, true]);
  });

  test('is one for each namespace of a source, however the list is scoped', () => {
    const { chart, shop, payment, objects } = world();
    const tools = new ZeroTrustNamespace(chart, 'tools', { mesh: shop.mesh });
    const from = [payment, tools.addWorkload('cron')];
    const list = new EgressAllowlist(chart, 'cards', { from, hosts: [CARDS], reason: 'card payments' });
    const entries = objects().filter((o) => o.kind === 'ServiceEntry');
    expect(entries.map((e) => e.metadata.namespace).sort()).toEqual(['shop', 'tools']);
    expect(entries.map((e) => [e.spec.hosts, e.spec.exportTo])).toEqual([[[API], ['.']], [[API], ['.']]]);
    expect(list.serviceEntries).toHaveLength(2);
    expect(hostsOf(objects(), 'cron', 'tools')).toEqual(['./*.tools.svc.cluster.local', `./${API}`]);
  });
});

describe('the DestinationRule of a host', () => {
  const rule = (number: number, tls: object) => ({ trafficPolicy: { portLevelSettings: [{ port: { number }, tls }] }, exportTo: ['.'] });
  const bank = { sni: 'api.bank.example', subjectAltNames: ['api.bank.example'] };
  const only_ = { workloadSelector: { matchLabels: { 'app.kubernetes.io/name': 'payment' } }, host: 'api.bank.example' };

  test.each<[string, ExternalHost, object]>([
    ['TLS origination: the public authorities and the host', ExternalHost.httpWithTlsOrigination(API),
      { host: API, ...rule(80, { mode: 'SIMPLE', sni: API, subjectAltNames: [API], caCertificates: PUBLIC_CA }) }],
    ['what is said',
      ExternalHost.httpWithTlsOrigination(API, { plainPort: 8080, caCertificates: '/etc/ca.pem', subjectAltNames: ['x.example'] }),
      { host: API, ...rule(8080, { mode: 'SIMPLE', sni: API, subjectAltNames: ['x.example'], caCertificates: '/etc/ca.pem' }) }],
    ['mutual TLS with files', BANK, {
      ...only_,
      ...rule(80, { mode: 'MUTUAL', ...bank, caCertificates: PUBLIC_CA, ...CLIENT }),
    }],
    ['mutual TLS with a Secret, which brings its authorities', ExternalHost.mutualTls('api.bank.example', SECRET),
      { ...only_, ...rule(80, { mode: 'MUTUAL', ...bank, credentialName: 'bank-client' }) }],
  ])('verifies the server by %s', (_, host, expected) => {
    const { objects, list } = allowed([host]);
    expect(specs(objects(), 'DestinationRule')).toEqual([expected]);
    expect(list.destinationRules.map((r) => r.host)).toEqual([host.host]);
  });

  test('is not there where the application speaks TLS itself', () => {
    const wildcard = ExternalHost.wildcardAnyAddress('x.example', { reason: 'many hosts' });
    const { objects, list } = allowed([CARDS, ExternalHost.tls('mq.cards.example'), wildcard]);
    expect([specs(objects(), 'DestinationRule'), list.destinationRules]).toEqual([[], []]);
  });

  test('with a client certificate is one for each workload, so that nobody else presents it', () => {
    const { shop, payment, other, objects } = world();
    const third = shop.addWorkload('third');
    new EgressAllowlist(shop, 'bank', { from: [payment, other], hosts: [BANK], reason: 'settlement' });
    new EgressAllowlist(shop, 'cards', { from: [third], hosts: [CARDS], reason: 'card payments' });
    const rules = specs(objects(), 'DestinationRule');
    expect(rules.map((r) => r.workloadSelector.matchLabels['app.kubernetes.io/name'])).toEqual(['other', 'payment']);
    expect(namesOf(objects(), 'DestinationRule')).toEqual(['other-api.bank.example', 'payment-api.bank.example']);
    expect(namesOf(objects(), 'ServiceEntry')).toEqual(['api.bank.example', API]);
    expect(hostsOf(objects(), 'third')).not.toContain('./api.bank.example');
  });
});

describe('the network layer of a source', () => {
  const egress = (host: ExternalHost, facts: Partial<MeshFacts> = {}) => only(allowed([host], facts).objects(), 'NetworkPolicy', 'payment');

  test('lets it send to the addresses of the host on its port, and nowhere else', () => {
    const policy = egress(ExternalHost.tls('mq.cards.example', { port: 8883, cidrs: [BLOCK, Cidr.of('2001:db8::/32')] }));
    expect(policy.spec.podSelector.matchLabels).toEqual({ 'app.kubernetes.io/name': 'payment' });
    expect(policy.spec.policyTypes).toEqual(['Ingress', 'Egress']);
    expect(policy.spec.ingress ?? []).toEqual([]);
    expect(policy.spec.egress).toEqual([{
      to: [{ ipBlock: { cidr: '192.0.2.0/24' } }, { ipBlock: { cidr: '2001:db8::/32' } }], ports: [{ port: 8883, protocol: 'TCP' }],
    }]);
  });

  test.each<[string, TcpHostOptions, object]>([
    ['the addresses that the application dials', { addresses: [Cidr.address('192.0.2.7')] }, { cidr: '192.0.2.7/32' }],
    ['the exceptions', { cidrs: [Cidr.of('192.0.2.0/24', { except: ['192.0.2.128/25'] })] },
      { cidr: '192.0.2.0/24', except: ['192.0.2.128/25'] }],
  ])('is as narrow as %s', (_, options, ipBlock) => {
    const policy = egress(ExternalHost.tcp('feed.cards.example', 7000, options), { dnsCapture: true });
    expect(policy.spec.egress).toEqual([{ to: [{ ipBlock }], ports: [{ port: 7000, protocol: 'TCP' }] }]);
  });

  test.each([
    ['https', CARDS, 443], ['TLS origination', ExternalHost.httpWithTlsOrigination(API, { port: 8443 }), 8443], ['mutual TLS', BANK, 443],
  ])('of %s lets it send to every public address on the port of the server, not to private ones', (_, host, port) => {
    const policy = egress(host);
    expect(policy.spec.egress.flatMap((r: any) => r.to.map((to: any) => to.ipBlock.cidr)).sort()).toEqual(['0.0.0.0/0', '2000::/3']);
    for (const ip of ['8.8.8.8', '100.63.255.255', '100.128.0.0', '168.63.129.15', '172.15.0.1', '172.32.0.1', '2606:4700::1111']) {
      expect([ip, reaches(policy, ip, port)]).toEqual([ip, true]);
      expect([ip, reaches(policy, ip, 80)]).toEqual([ip, false]);
    }
    const closed = [
      '10.0.0.1', '172.16.0.1', '172.31.255.255', '192.168.0.1', '169.254.169.254', '169.254.170.23', '169.254.20.10', '100.64.0.1',
      '100.127.255.255', '168.63.129.16', 'fd00:ec2::254', 'fd00:ec2::23', 'fc00::1', 'fe80::1', '::1', '::ffff:10.0.0.1', '64:ff9b::a00:1',
    ];
    expect(closed.filter((ip) => reaches(policy, ip, port))).toEqual([]);
  });

  test('leaves out pods, nodes and API servers of the mesh that have public addresses', () => {
    const facts = {
      pods: [Cidr.of('34.118.224.0/20'), Cidr.of('2600:1f14:aaa::/48')],
      nodes: [Cidr.of('10.0.0.0/16'), Cidr.of('52.10.0.0/24')],
      apiServer: { addresses: [Cidr.address('35.1.2.3')], number: 443 },
    };
    const [policy, unknowing] = [egress(CARDS, facts), egress(CARDS)];
    const closed = ['34.118.224.1', '34.118.239.255', '2600:1f14:aaa::5', '10.0.0.1', '52.10.0.9', '35.1.2.3'];
    expect(closed.filter((ip) => reaches(policy, ip, 443))).toEqual([]);
    expect(['34.118.240.0', '52.10.1.0', '35.1.2.4', '2600:1f14:aab::5'].filter((ip) => !reaches(policy, ip, 443))).toEqual([]);
    expect(reaches(unknowing, '35.1.2.3', 443)).toBe(true);
  });

  test('opens nothing for other workloads, and says for whom and why', () => {
    const all = allowed([CARDS]).objects();
    expect(namesOf(all, 'NetworkPolicy')).not.toContain('other');
    expect(namesOf(all.filter((o) => JSON.stringify(o).includes('ipBlock')), 'NetworkPolicy')).toEqual(['payment']);
    const grants = only(all, 'NetworkPolicy', 'payment').metadata.annotations['cdk8s-zero-trust/grants'].split('\n');
    expect(grants).toEqual([expect.stringMatching(/^to .*api\.cards\.example.*: card payments$/)]);
  });
});

describe('a list', () => {
  test('takes its hosts and sources later, which is the same', () => {
    const make = (later: boolean) => {
      const it = world();
      const hosts = [CARDS, ExternalHost.tls('mq.cards.example', { port: 8883 })];
      const list = new EgressAllowlist(it.shop, 'cards', { ...(later ? {} : { from: [it.payment], hosts }), reason: 'card payments' });
      if (later) {
        list.addHost(hosts[1]);
        list.allowFrom(it.payment);
        list.addHost(hosts[0]);
      }
      expect(list.hosts.map((h) => h.host).sort()).toEqual([API, 'mq.cards.example']);
      list.hosts.pop();
      expect(list.hosts).toHaveLength(2);
      return it.objects();
    };
    expect(make(true)).toEqual(make(false));
  });

  test('gives one source the hosts of some ports only, with a reason of its own', () => {
    const { shop, payment, other, objects } = world();
    const hosts = [CARDS, ExternalHost.tls('mq.cards.example', { port: 8883 })];
    new EgressAllowlist(shop, 'cards', { from: [payment], hosts, reason: 'card payments' })
      .allowFrom(other, { ports: [hosts[1].serverPort], reason: 'settlement' });
    const all = objects();
    expect(hostsOf(all, 'other')).toEqual([SERVICES, './mq.cards.example']);
    expect(hostsOf(all, 'payment')).toEqual([SERVICES, `./${API}`, './mq.cards.example']);
    const policy = only(all, 'NetworkPolicy', 'other');
    expect([reaches(policy, '8.8.8.8', 8883), reaches(policy, '8.8.8.8', 443)]).toEqual([true, false]);
    expect(policy.metadata.annotations['cdk8s-zero-trust/grants']).toMatch(/^to .*mq\.cards\.example.*: settlement$/);
  });
});

describe('every workload of a namespace', () => {
  test('knows the host by the Sidecar of the namespace, or by its own, and sends by one policy', () => {
    const { chart, shop, payment, objects } = world();
    const tools = new ZeroTrustNamespace(chart, 'tools', { mesh: shop.mesh });
    tools.addWorkload('log', { ports: [Port.tcp(514)] }).allowFrom(payment);
    new EgressAllowlist(shop, 'cards', { from: [shop.everyWorkload('all of them pay')], hosts: [CARDS], reason: 'card payments' });
    const all = objects();
    expect(hostsOf(all, 'default')).toEqual([SERVICES, `./${API}`]);
    expect(hostsOf(all, 'payment')).toEqual([SERVICES, `./${API}`, 'tools/log.tools.svc.cluster.local']);
    expect(hostsOf(all, 'default', 'tools')).toEqual(['./*.tools.svc.cluster.local']);
    const policy = only(all, 'NetworkPolicy', 'every-workload', 'shop');
    expect(policy.spec).toMatchObject({ policyTypes: ['Egress'] });
    expect(policy.spec.podSelector.matchLabels).toBeUndefined();
    expect(['8.8.8.8 443', '10.0.0.1 443', '8.8.8.8 80'].map((to) => reaches(policy, to.split(' ')[0], Number(to.split(' ')[1]))))
      .toEqual([true, false, false]);
    expect(specs(all, 'ServiceEntry')).toHaveLength(1);
    expect(namesOf(all, 'NetworkPolicy')).not.toContain('other');
    expect(JSON.stringify(policy.metadata.annotations)).toMatch(/api\.cards\.example.*card payments|all of them pay/);
  });
});

describe('phases and layers', () => {
  const ORIGINATED = ExternalHost.httpWithTlsOrigination('api.rates.example');
  const found = (all: any[]) => (
    { entries: specs(all, 'ServiceEntry').flatMap((s) => s.hosts), rules: specs(all, 'DestinationRule').map((s) => s.host) });

  test('an observed namespace reaches everything: only what the proxy encrypts is defined', () => {
    const all = allowed([CARDS, ORIGINATED], {}, { enforcement: Enforcement.OBSERVE }).objects();
    expect(found(all)).toEqual({ entries: ['api.rates.example'], rules: ['api.rates.example'] });
    expect(namesOf(all, 'NetworkPolicy')).toEqual([]);
    expect(specs(all, 'Sidecar')).toEqual([{ egress: [{ hosts: ['*/*'] }], outboundTrafficPolicy: { mode: 'ALLOW_ANY' } }]);
  });

  test('an observed workload of an enforced namespace likewise', () => {
    const { shop, objects } = world();
    const from = [shop.addWorkload('legacy', { enforcement: Enforcement.OBSERVE })];
    new EgressAllowlist(shop, 'cards', { from, hosts: [CARDS, ORIGINATED], reason: 'card payments' });
    const all = objects();
    expect(found(all)).toEqual({ entries: ['api.rates.example'], rules: ['api.rates.example'] });
    expect(hostsOf(all, 'legacy')).toEqual(['*/*']);
    expect(hostsOf(all, 'default')).toEqual([SERVICES]);
    expect(namesOf(all, 'NetworkPolicy')).not.toContain('legacy');
  });

  test('a workload that is closed ahead of its namespace has its hosts', () => {
    const { shop, objects } = world({}, { enforcement: Enforcement.OBSERVE });
    const from = [shop.addWorkload('first', { enforcement: Enforcement.ENFORCE })];
    new EgressAllowlist(shop, 'cards', { from, hosts: [CARDS, ORIGINATED], reason: 'card payments' });
    const all = objects();
    expect(found(all).entries.sort()).toEqual([API, 'api.rates.example']);
    expect(hostsOf(all, 'first')).toEqual(expect.arrayContaining([`./${API}`, './api.rates.example']));
    expect(reaches({ spec: { egress: only(all, 'NetworkPolicy', 'first').spec.egress } }, '8.8.8.8', 443)).toBe(true);
  });

  test('without the egress layer no host is registered but what the proxy encrypts, and packets are still bounded', () => {
    const all = allowed([CARDS, ORIGINATED], {}, { layers: [Layer.NETWORK, Layer.MTLS, Layer.IDENTITY] }).objects();
    expect(found(all)).toEqual({ entries: ['api.rates.example'], rules: ['api.rates.example'] });
    expect(specs(all, 'Sidecar')).toEqual([]);
    expect(reaches(only(all, 'NetworkPolicy', 'payment'), '8.8.8.8', 443)).toBe(true);
  });

  test('without the network layer the proxy knows the host and no packet is held', () => {
    const all = allowed([CARDS], {}, { layers: [Layer.EGRESS] }).objects();
    expect(namesOf(all, 'NetworkPolicy')).toEqual([]);
    expect(hostsOf(all, 'payment')).toEqual([SERVICES, `./${API}`]);
    expect(found(all).entries).toEqual([API]);
  });
});

describe('what is recorded', () => {
  const assumptions = (host: ExternalHost, facts = {}) => Grants.of(allowed([host], facts).chart).listAssumptions();
  const everyPublic = (host: ExternalHost) => assumptions(host).filter((a) => /every public address/.test(`${a.statement} ${a.text}`));

  test('is the edge from the workload to the host, with its reason', () => {
    const { chart, payment } = allowed([CARDS, BANK]);
    const edges = Grants.of(chart).list().filter((g) => g.from === 'shop/payment');
    expect(edges.map((g) => [g.to, g.reason])).toEqual([['api.bank.example', 'card payments'], [API, 'card payments']]);
    expect(edges[1].ports.map(String)).toEqual(['tls/443']);
    expect(Grants.of(payment).list().filter((g) => g.from === 'shop/other')).toEqual([]);
  });

  test('says that every public address is open only where addresses are not known', () => {
    expect(everyPublic(CARDS)).toHaveLength(1);
    expect(everyPublic(CARDS)[0].statement).toContain(API);
    expect(everyPublic(ExternalHost.wildcardAnyAddress('cards.example', { reason: 'many hosts' })).length).toBeGreaterThan(0);
    expect(everyPublic(ExternalHost.https(API, { cidrs: [BLOCK] }))).toEqual([]);
    expect(everyPublic(ExternalHost.tcp(API, 7000, { addresses: [Cidr.address('192.0.2.7')] }))).toEqual([]);
  });

  test('names the files that have to be mounted into the proxy', () => {
    const text = JSON.stringify(assumptions(BANK));
    for (const part of ['/etc/bank/tls.crt', '/etc/bank/tls.key', 'sidecar.istio.io/userVolume', 'sidecar.istio.io/userVolumeMount']) {
      expect(text.includes(part) ? part : text).toBe(part);
    }
    expect(JSON.stringify(assumptions(CARDS))).not.toContain('userVolume');
  });

  // the image of the proxy holds the public authorities and nothing else that is ours
  test.each([['/etc/ssl/corp/ca.pem', true], ['/etc/ssl/certs/corp.pem', true], [PUBLIC_CA, false]])('asks for a mount of the authorities in %s: %s', (caCertificates, asked) => {
    const text = JSON.stringify(assumptions(ExternalHost.httpWithTlsOrigination(API, { caCertificates })));
    expect(text.includes('userVolume') && text.includes(caCertificates)).toBe(asked);
  });

  test('hands over the Role for a Secret, bound to the account of the workload', () => {
    const [{ text }] = assumptions(ExternalHost.mutualTls('api.bank.example', SECRET)).filter((a) => a.text.includes('kind: RoleBinding'));
    expect(text).toContain('kind: Role\n');
    expect(text).toMatch(/namespace: shop/);
    expect(text).toMatch(/secrets/);
    expect(text).toMatch(/list/);
    expect(text).toMatch(/kind: ServiceAccount\s+name: payment/);
    expect(JSON.stringify(assumptions(BANK))).not.toContain('RoleBinding');
  });
});
