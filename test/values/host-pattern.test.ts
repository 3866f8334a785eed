import * as fc from 'fast-check';
import { HostPattern } from '../../src/values';
import { matchesStringPattern, parseStringPattern } from '../../src/values/grammar/strings';

const matches = (pattern: HostPattern, host: string): boolean =>
  pattern.patterns.some((text) => matchesStringPattern(parseStringPattern(text), host));

describe('one host', () => {
  test('is matched with and without a port, and nothing else is', () => {
    const pattern = HostPattern.exact('a.com');
    expect(pattern.patterns).toEqual(['a.com', 'a.com:*']);
    expect(pattern.toString()).toBe('a.com,a.com:*');
    expect(matches(pattern, 'a.com')).toBe(true);
    expect(matches(pattern, 'a.com:8080')).toBe(true);
    expect(matches(pattern, 'a.com.evil')).toBe(false);
    expect(matches(pattern, 'b.a.com')).toBe(false);
  });

  test('with a port is matched with that port only', () => {
    expect(HostPattern.exactWithPort('orders', 8080).patterns).toEqual(['orders:8080']);
    expect(() => HostPattern.exactWithPort('orders', 0)).toThrow('the port of a host pattern is out of range, got 0');
    expect(() => HostPattern.exactWithPort('orders:80', 8080)).toThrow('has a port');
  });

  test.each(['orders', 'orders.shop', 'orders.shop.svc.cluster.local', '10.0.0.1', '1-800.example'])('accepts %s', (host) => {
    expect(HostPattern.exact(host).patterns[0]).toBe(host);
  });

  test.each([
    ['', 'is empty'], ['*', 'has a "*"'], ['*.a.com', 'has a "*"'], ['a.com*', 'has a "*"'], ['https://a.com', 'is a URL'],
    ['a.com/x', 'is a URL'],
    ['a.com:80', 'has a port'], ['A.com', 'it is "a.com"'], ['a.com.', 'ends in a dot'], ['a..com', 'not a DNS name'],
    ['-a.com', 'not a DNS name'],
    ['2001:db8::1', 'an IPv6 address'], ['[2001:db8::1]', 'an IPv6 address'], ['a b', 'not a DNS name'], ['a_b.com', 'not a DNS name'],
  ])('refuses %j because it %s', (host, problem) => {
    expect(() => HostPattern.exact(host)).toThrow(problem);
  });
});

describe('subdomains', () => {
  test('are matched at any depth, without a port', () => {
    const pattern = HostPattern.subdomainsOf('example.com');
    expect(pattern.patterns).toEqual(['*.example.com']);
    expect(matches(pattern, 'a.example.com')).toBe(true);
    expect(matches(pattern, 'a.b.example.com')).toBe(true);
    expect(matches(pattern, 'example.com')).toBe(false);
    expect(matches(pattern, 'evilexample.com')).toBe(false);
    expect(matches(pattern, 'a.example.com:8443')).toBe(false);
  });

  test('are matched with the ports that are named', () => {
    const pattern = HostPattern.subdomainsOf('example.com', { ports: [8443, 9443] });
    expect(pattern.patterns).toEqual(['*.example.com', '*.example.com:8443', '*.example.com:9443']);
    expect(matches(pattern, 'a.example.com:8443')).toBe(true);
    expect(matches(pattern, 'a.example.com:84430')).toBe(false);
  });

  test.each([
    ['com', 'top level domain'], ['*.example.com', 'which is added here'], ['10.0.0.1', 'is an IP address'],
    ['example.com:80', 'has a port'], ['', 'is empty'],
  ])('refuses %j because it %s', (domain, problem) => {
    expect(() => HostPattern.subdomainsOf(domain)).toThrow(problem);
  });

  test('refuses an empty list of ports and ports out of range', () => {
    expect(() => HostPattern.subdomainsOf('example.com', { ports: [] })).toThrow('an empty list');
    expect(() => HostPattern.subdomainsOf('example.com', { ports: [70000] })).toThrow('out of range');
  });
});

test('no pattern has a "*" where Istio would take it literally', () => {
  const domain = fc.stringMatching(/^[a-z]{1,5}\.[a-z]{2,3}$/);
  fc.assert(fc.property(domain, fc.integer({ min: 1, max: 65535 }), (name, port) => {
    const patterns = [HostPattern.exact(name), HostPattern.exactWithPort(name, port), HostPattern.subdomainsOf(name, { ports: [port] })];
    for (const text of patterns.flatMap((pattern) => pattern.patterns)) {
      const parsed = parseStringPattern(text);
      expect('text' in parsed && !parsed.text.includes('*')).toBe(true);
    }
  }));
});

test('the list is a copy', () => {
  const pattern = HostPattern.exact('a.com');
  pattern.patterns.push('*');
  expect(pattern.patterns).toEqual(['a.com', 'a.com:*']);
});
