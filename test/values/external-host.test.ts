import { Cidr, ClientCertificate, ExternalHost } from '../../src/values';

const CERTIFICATE = ClientCertificate.files({ certificate: '/etc/bank/tls.crt', privateKey: '/etc/bank/tls.key' });
const SECRET = ClientCertificate.secret('bank-client', { reason: 'cert-manager rotates it' });
const BLOCK = Cidr.of('192.0.2.0/24');
const NODE = Cidr.address('192.0.2.7');
const reason = 'the partner adds hosts every day';

const TLS: readonly ('https' | 'tls')[] = ['https', 'tls'];

/** Every way to name one host, with the host as the only argument that matters. */
const SINGLE: [string, (host: string) => ExternalHost][] = [
  ['https', (host) => ExternalHost.https(host)],
  ['tls', (host) => ExternalHost.tls(host)],
  ['tcp', (host) => ExternalHost.tcp(host, 7000)],
  ['httpWithTlsOrigination', (host) => ExternalHost.httpWithTlsOrigination(host)],
  ['mutualTls', (host) => ExternalHost.mutualTls(host, CERTIFICATE)],
];
const WILDCARDS: [string, (domain: string) => ExternalHost][] = [
  ['wildcardDynamicDns', (domain) => ExternalHost.wildcardDynamicDns(domain, { reason })],
  ['wildcardAnyAddress', (domain) => ExternalHost.wildcardAnyAddress(domain, { reason })],
];
/** Every way to give a port of the server. */
const PORTS: [string, (port: number) => ExternalHost][] = [
  ['https', (port) => ExternalHost.https('a.example', { port })],
  ['tls', (port) => ExternalHost.tls('a.example', { port })],
  ['tcp', (port) => ExternalHost.tcp('a.example', port)],
  ['httpWithTlsOrigination', (port) => ExternalHost.httpWithTlsOrigination('a.example', { port })],
  ['plainPort', (plainPort) => ExternalHost.httpWithTlsOrigination('a.example', { plainPort })],
  ['wildcardDynamicDns', (port) => ExternalHost.wildcardDynamicDns('example.com', { port, reason })],
];

describe('a host', () => {
  test.each(TLS)('of %s has one port for the application and the server: 443 unless it is said', (kind) => {
    const [usual, other] = [ExternalHost[kind]('api.cards.example'), ExternalHost[kind]('api.cards.example', { port: 8443 })];
    expect([usual.host, usual.port.toString(), usual.serverPort.toString()]).toEqual(['api.cards.example', 'tls/443', 'tls/443']);
    expect([other.port.toString(), other.serverPort.toString()]).toEqual(['tls/8443', 'tls/8443']);
    expect(usual.toString()).toBe('tls/443 of api.cards.example');
  });

  test('of TCP has the port that is named', () => {
    const host = ExternalHost.tcp('feed.partner.example', 7000, { addresses: [NODE] });
    expect([host.port.toString(), host.serverPort.toString()]).toEqual(['tcp/7000', 'tcp/7000']);
  });

  test('of TLS origination is dialled on the plain port and reached on the TLS port', () => {
    for (const host of [ExternalHost.httpWithTlsOrigination('a.example'), ExternalHost.mutualTls('b.example', CERTIFICATE)]) {
      expect([host.port.toString(), host.serverPort.number]).toEqual(['http/80', 443]);
    }
    const moved = ExternalHost.httpWithTlsOrigination('api.rates.example', { plainPort: 8080, port: 8443 });
    expect([moved.port.toString(), moved.serverPort.number]).toEqual(['http/8080', 8443]);
  });

  test('has the addresses that were given, and none otherwise', () => {
    expect(ExternalHost.https('a.example').cidrs).toBeUndefined();
    expect(ExternalHost.https('a.example').addresses).toBeUndefined();
    expect(ExternalHost.https('a.example', { cidrs: [BLOCK] }).cidrs?.map((c) => c.block)).toEqual(['192.0.2.0/24']);
    expect(ExternalHost.https('a.example', { cidrs: [BLOCK] }).addresses).toBeUndefined();
  });

  test('of TCP is on the network layer where the application dials it, unless blocks are given', () => {
    const narrow = ExternalHost.tcp('a.example', 7000, { addresses: [NODE] });
    expect([narrow.addresses, narrow.cidrs].map((list) => list?.map((c) => c.block))).toEqual([['192.0.2.7/32'], ['192.0.2.7/32']]);
    const wide = ExternalHost.tcp('a.example', 7000, { addresses: [NODE], cidrs: [BLOCK] });
    expect([wide.addresses, wide.cidrs].map((list) => list?.map((c) => c.block))).toEqual([['192.0.2.7/32'], ['192.0.2.0/24']]);
    expect(ExternalHost.tcp('a.example', 7000).cidrs).toBeUndefined();
  });

  test('gives and takes copies', () => {
    const cidrs = [BLOCK];
    const host = ExternalHost.https('a.example', { cidrs });
    cidrs.push(Cidr.of('198.51.100.0/24'));
    host.cidrs?.push(Cidr.of('198.51.100.0/24'));
    expect(host.cidrs).toHaveLength(1);
    const tcp = ExternalHost.tcp('a.example', 7000, { addresses: [NODE] });
    tcp.addresses?.pop();
    expect(tcp.addresses).toHaveLength(1);
  });
});

describe('a wildcard', () => {
  test.each(WILDCARDS)('%s means all hosts below the domain, by TLS, and says why', (_, make) => {
    const host = make('partner.example');
    expect([host.host, host.wildcardReason]).toEqual(['*.partner.example', reason]);
    expect([host.port.toString(), host.serverPort.number]).toEqual(['tls/443', 443]);
    expect(host.toString()).toBe('tls/443 of *.partner.example');
  });

  test.each(SINGLE)('is not what %s means', (_, make) => {
    expect(make('a.example').wildcardReason).toBeUndefined();
  });

  test.each([['nothing', ''], ['blanks', ' '], ['two lines', 'a\nb']])('denies a reason of %s', (_, wrong) => {
    expect(() => ExternalHost.wildcardDynamicDns('partner.example', { reason: wrong })).toThrow(/reason/);
    expect(() => ExternalHost.wildcardAnyAddress('partner.example', { reason: wrong })).toThrow(/reason/);
  });

  test.each(WILDCARDS)('%s denies a domain of one label, which may be a whole country', (_, make) => {
    expect(() => make('com')).toThrow(/two labels|got "com"/);
    expect(() => make('example.com')).not.toThrow();
  });

  test.each(WILDCARDS)('%s denies a domain that brings its own wildcard', (_, make) => {
    expect(() => make('*.partner.example')).toThrow(/\*\./);
    expect(() => make('*')).toThrow(/got "\*"/);
  });
});

describe('names that are refused', () => {
  const wrong = ['', ' ', '*.partner.example', '*', 'partner', 'localhost', 'Api.Cards.example', 'api.cards.example.',
    'api.cards.example:443', 'https://api.cards.example', 'api..cards.example', '-api.cards.example', 'api_v1.cards.example', '192.0.2.7',
    '2001:db8::1', '[2001:db8::1]', 'api.cards.example/v1', `${'a.'.repeat(130)}example`, 'api.cards.example\n'];

  const each = (kinds: typeof SINGLE) => kinds.flatMap(([kind, make]) => wrong.map((host) => [kind, host, make] as const));

  test.each(each(SINGLE))('%s denies the host %j', (_, host, make) => {
    expect(() => make(host)).toThrow(JSON.stringify(host).slice(1, 60));
  });

  test.each(each(WILDCARDS))('%s denies the domain %j', (_, host, make) => {
    expect(() => make(host)).toThrow(JSON.stringify(host).slice(1, 60));
  });

  test.each(SINGLE)('%s accepts names with digits, hyphens and many labels', (_, make) => {
    for (const host of ['cards.example', 'api-2.eu1.cards.example', 'xn--bcher-kva.example', '1and1.example']) {
      expect(make(host).host).toBe(host);
    }
  });

  // the webhook of Istio takes FQDNs alone (istio-semantics.md 4.1 ServiceEntry), and a label of DNS has at most 63 characters
  test.each([...SINGLE, ...WILDCARDS])('%s denies a label of 64 characters, which no DNS name has', (_, make) => {
    expect(make(`${'a'.repeat(63)}.example`).host).toContain('aaa.example');
    expect(() => make(`${'a'.repeat(64)}.example`)).toThrow(/63/);
  });

  test('a name in upper case is shown in lower case, an address and a wildcard with the way to say it', () => {
    expect(() => ExternalHost.https('Api.Cards.example')).toThrow(/lower case|api\.cards\.example/);
    expect(() => ExternalHost.https('192.0.2.7')).toThrow(/IP address|DNS name/);
    expect(() => ExternalHost.https('*.partner.example')).toThrow(/wildcard/);
  });
});

describe('ports that are refused', () => {
  const wrong = [0, -1, 65536, 443.5, NaN];

  test.each(PORTS.flatMap(([kind, make]) => wrong.map((port) => [kind, port, make] as const)))('%s denies %d', (_, port, make) => {
    expect(() => make(port)).toThrow(/65535/);
    expect(() => make(65535)).not.toThrow();
    expect(() => make(1)).not.toThrow();
  });
});

describe('addresses that are refused', () => {
  test.each([
    ['https', () => ExternalHost.https('a.example', { cidrs: [] })],
    ['tls', () => ExternalHost.tls('a.example', { cidrs: [] })],
    ['tcp, cidrs', () => ExternalHost.tcp('a.example', 7000, { cidrs: [] })],
    ['tcp, addresses', () => ExternalHost.tcp('a.example', 7000, { addresses: [] })],
    ['origination', () => ExternalHost.httpWithTlsOrigination('a.example', { cidrs: [] })],
    ['origination, names', () => ExternalHost.httpWithTlsOrigination('a.example', { subjectAltNames: [] })],
    ['wildcard', () => ExternalHost.wildcardAnyAddress('example.com', { cidrs: [], reason })],
  ])('denies an empty list of %s, which would mean everything or nothing', (_, make) => {
    expect(make).toThrow(/empty/);
  });

  test('an address that the network layer would not let through', () => {
    const at = (ip: string) => () => ExternalHost.tcp('a.example', 7000, { addresses: [Cidr.address(ip)], cidrs: [BLOCK] });
    expect(at('198.51.100.7')).toThrow(/198\.51\.100\.7/);
    expect(at('198.51.100.7')).toThrow(/192\.0\.2\.0\/24/);
    expect(at('192.0.2.7')).not.toThrow();
  });

  test('an address that is an exception of the only block', () => {
    const cidrs = [Cidr.of('192.0.2.0/24', { except: ['192.0.2.7/32'] })];
    expect(() => ExternalHost.tcp('a.example', 7000, { addresses: [NODE], cidrs })).toThrow(/192\.0\.2\.7/);
    expect(() => ExternalHost.tcp('a.example', 7000, { addresses: [Cidr.address('192.0.2.8')], cidrs })).not.toThrow();
  });
});

describe('how the server is verified', () => {
  test('by authorities in a file, which has to be an absolute path', () => {
    expect(() => ExternalHost.httpWithTlsOrigination('a.example', { caCertificates: 'ca.pem' })).toThrow(/absolute path.*"ca\.pem"/);
    expect(() => ExternalHost.httpWithTlsOrigination('a.example', { caCertificates: '/etc/ca.pem' })).not.toThrow();
    expect(() => ExternalHost.mutualTls('a.example', CERTIFICATE, { caCertificates: '/etc/ca.pem' })).not.toThrow();
  });

  test('by those of the Secret, where the client certificate comes from one', () => {
    expect(() => ExternalHost.mutualTls('a.example', SECRET, { caCertificates: '/etc/ca.pem' })).toThrow(/ca\.crt/);
    expect(() => ExternalHost.mutualTls('a.example', SECRET)).not.toThrow();
  });

  test.each(['', ' ', 'a.example\n'])('denies the name %j for its certificate', (name) => {
    expect(() => ExternalHost.httpWithTlsOrigination('a.example', { subjectAltNames: [name] })).toThrow();
    expect(() => ExternalHost.httpWithTlsOrigination('a.example', { subjectAltNames: ['b.example'] })).not.toThrow();
  });
});
