import * as fc from 'fast-check';
import { ApplicationProtocol, Port, TransportProtocol } from '../../src/values';

const number = fc.integer({ min: 1, max: 65535 });
const transport = fc.constantFrom(TransportProtocol.TCP, TransportProtocol.UDP, TransportProtocol.SCTP);
const anyPort = fc.oneof(
  number.map((n) => Port.tcp(n)), number.map((n) => Port.http(n)), number.map((n) => Port.grpc(n)), number.map((n) => Port.udp(n)),
  fc.tuple(number, transport).map(([n, t]) => Port.undeclared(n, t)),
  fc.tuple(number, number).map(([a, b]) => Port.tcpRange(Math.min(a, b), Math.max(a, b))),
  fc.tuple(number, number).map(([a, b]) => Port.udpRange(Math.min(a, b), Math.max(a, b))),
  fc.tuple(fc.constantFrom('metrics', 'web'), transport).map(([n, t]) => Port.named(n, t)),
);

describe('kinds of ports', () => {
  test.each([
    [Port.http(8080), 'http/8080', true, TransportProtocol.TCP, ApplicationProtocol.HTTP],
    [Port.http2(8080), 'http2/8080', true, TransportProtocol.TCP, ApplicationProtocol.HTTP2],
    [Port.grpc(9000), 'grpc/9000', true, TransportProtocol.TCP, ApplicationProtocol.GRPC],
    [Port.tls(8443), 'tls/8443', false, TransportProtocol.TCP, ApplicationProtocol.TLS],
    [Port.tcp(5432), 'tcp/5432', false, TransportProtocol.TCP, ApplicationProtocol.TCP],
    [Port.udp(53), 'udp/53', false, TransportProtocol.UDP, ApplicationProtocol.UNDECLARED],
    [Port.sctp(38412), 'sctp/38412', false, TransportProtocol.SCTP, ApplicationProtocol.UNDECLARED],
    [Port.undeclared(9000, TransportProtocol.TCP), 'undeclared/9000', false, TransportProtocol.TCP, ApplicationProtocol.UNDECLARED],
    [Port.tcpRange(8000, 8100), 'tcp/8000-8100', false, TransportProtocol.TCP, ApplicationProtocol.UNDECLARED],
    [Port.udpRange(30000, 30001), 'udp/30000-30001', false, TransportProtocol.UDP, ApplicationProtocol.UNDECLARED],
    [Port.sctpRange(1, 2), 'sctp/1-2', false, TransportProtocol.SCTP, ApplicationProtocol.UNDECLARED],
    [Port.named('metrics', TransportProtocol.TCP), 'tcp/metrics', false, TransportProtocol.TCP, ApplicationProtocol.UNDECLARED],
  ])('%s is known for what it is', (port, text, isHttp, transportProtocol, application) => {
    expect(port.toString()).toBe(text);
    expect(port.isHttp).toBe(isHttp);
    expect(port.transport).toBe(transportProtocol);
    expect(port.application).toBe(application);
  });

  test.each([
    [Port.HTTPS, 'tls/443'], [Port.DNS_UDP, 'udp/53'], [Port.DNS_TCP, 'tcp/53'], [Port.POSTGRES, 'tcp/5432'], [Port.MYSQL, 'tcp/3306'],
    [Port.MSSQL, 'tcp/1433'], [Port.ORACLE, 'tcp/1521'], [Port.REDIS, 'tcp/6379'], [Port.MEMCACHED, 'tcp/11211'],
    [Port.MONGODB, 'tcp/27017'],
    [Port.CASSANDRA, 'tcp/9042'], [Port.ELASTICSEARCH, 'http/9200'], [Port.KAFKA, 'tcp/9092'], [Port.AMQP, 'tcp/5672'],
    [Port.NATS, 'tcp/4222'],
    [Port.LDAPS, 'tls/636'], [Port.SMTP_SUBMISSION, 'tcp/587'], [Port.PROMETHEUS_MERGED, 'http/15020'],
  ])('the well-known port %s is %s', (port, text) => {
    expect(port.toString()).toBe(text);
  });

  test('a port by name has no number, a range has two', () => {
    expect(Port.named('metrics', TransportProtocol.UDP).number).toBeUndefined();
    expect(Port.named('metrics', TransportProtocol.UDP).name).toBe('metrics');
    expect(Port.tcpRange(8000, 8100)).toMatchObject({ number: 8000, endNumber: 8100 });
    expect(Port.tcp(80).endNumber).toBeUndefined();
  });
});

describe('numbers', () => {
  test.each([1, 65535])('accepts %d', (n) => {
    expect(Port.tcp(n).number).toBe(n);
  });

  test.each([0, -1, 65536, 80.5, NaN, Infinity, '80' as unknown as number])('refuses %p because no pod listens there', (n) => {
    for (const create of [Port.tcp, Port.udp, Port.sctp, Port.http, Port.http2, Port.grpc, Port.tls, Port.tcpRange.bind(Port, 1)]) {
      expect(() => create.call(Port, n))
        .toThrow(/^a port number is (not a whole number|out of range), got .*; allowed: whole numbers from 1 to 65535; /);
    }
  });

  test('refuses a range that ends before it begins because the API server would', () => {
    expect(() => Port.tcpRange(90, 80)).toThrow('a port range ends before it begins, got "90-80"');
    expect(Port.tcpRange(80, 80).toString()).toBe('tcp/80-80');
  });
});

describe('names', () => {
  test.each(['web', 'a', 'p8080', 'h2c-feed', 'abcdefghijklmno'])('accepts %s', (name) => {
    expect(Port.tcp(80, { name }).name).toBe(name);
  });

  test.each([
    ['', 'is empty'], ['abcdefghijklmnop', 'longer than 15'], ['80', 'has no letter'], ['Web', 'lower case'], ['a_b', 'lower case'],
    ['-web', 'lower case'],
    ['web-', 'lower case'], ['a--b', 'two "-" in a row'],
  ])('refuses %j because no container port can have it', (name, problem) => {
    expect(() => Port.tcp(80, { name })).toThrow(problem);
    expect(() => Port.named(name, TransportProtocol.TCP)).toThrow(problem);
  });

  test.each([
    () => Port.http(80, { name: 'http-web' }), () => Port.http(80, { name: 'grpc-web' }), () => Port.grpc(80, { name: 'grpc' }),
    () => Port.tls(443, { name: 'https' }), () => Port.tcp(3306, { name: 'mysql' }), () => Port.tcp(80, { name: 'httpx' }),
    () => Port.undeclared(80, TransportProtocol.TCP, { name: 'http-web' }), () => Port.udp(80, { name: 'http-web' }),
  ])('accepts a name that says the protocol or none (%s)', (create) => {
    expect(create).not.toThrow();
  });

  test.each([
    () => Port.http(80, { name: 'tcp-web' }), () => Port.grpc(80, { name: 'https' }), () => Port.tcp(80, { name: 'http-web' }),
    () => Port.tls(80, { name: 'http2' }), () => Port.http2(80, { name: 'redis' }),
  ])('refuses a name that contradicts the protocol because Istio believes the name (%s)', (create) => {
    expect(create).toThrow('a port name contradicts the protocol');
  });
});

describe('equality and overlap', () => {
  test('the name of a numbered port does not count, its protocol does', () => {
    expect(Port.http(80, { name: 'web' }).isEqualTo(Port.http(80))).toBe(true);
    expect(Port.http(80).isEqualTo(Port.tcp(80))).toBe(false);
    expect(Port.udp(53).isEqualTo(Port.undeclared(53, TransportProtocol.UDP))).toBe(true);
    expect(Port.tcpRange(80, 81).isEqualTo(Port.tcpRange(80, 82))).toBe(false);
    expect(Port.named('a', TransportProtocol.TCP).isEqualTo(Port.named('b', TransportProtocol.TCP))).toBe(false);
  });

  test.each<[Port, Port, boolean]>([
    [Port.tcp(80), Port.http(80), true],
    [Port.tcp(80), Port.udp(80), false],
    [Port.tcp(80), Port.tcp(81), false],
    [Port.tcpRange(80, 90), Port.http(90), true],
    [Port.tcpRange(80, 90), Port.http(91), false],
    [Port.tcpRange(80, 90), Port.tcpRange(90, 95), true],
    [Port.tcpRange(1, 65535), Port.tcpRange(5, 6), true],
    [Port.named('metrics', TransportProtocol.TCP), Port.http(80), true],
    [Port.named('metrics', TransportProtocol.TCP), Port.udp(80), false],
  ])('%s and %s share packets: %p', (a, b, shared) => {
    expect(a.overlaps(b)).toBe(shared);
  });

  test('overlap is symmetric and reflexive, equality implies it', () => {
    fc.assert(fc.property(anyPort, anyPort, (a, b) => {
      expect(a.overlaps(b)).toBe(b.overlaps(a));
      expect(a.overlaps(a)).toBe(true);
      expect(a.isEqualTo(b)).toBe(b.isEqualTo(a));
      expect(!a.isEqualTo(b) || a.overlaps(b)).toBe(true);
    }));
  });

  test('two ranges overlap exactly when they have a number in common', () => {
    const small = fc.integer({ min: 1, max: 30 });
    fc.assert(fc.property(small, small, small, small, (a, b, c, d) => {
      const [x, y] = [Port.tcpRange(Math.min(a, b), Math.max(a, b)), Port.tcpRange(Math.min(c, d), Math.max(c, d))];
      const common = Array.from({ length: 30 }, (_, i) => Port.tcp(i + 1)).some((p) => x.overlaps(p) && y.overlaps(p));
      expect(x.overlaps(y)).toBe(common);
    }));
  });
});
