import * as fc from 'fast-check';
import {
  addressProblem, blockContains, canonicalAddress, canonicalCidr, cidrProblem, isIpv4Mapped, parseAddress, parseIpBlock,
} from '../../../src/values/grammar/cidrs';

test.each([
  ['10.1.2.3/8', '10.0.0.0/8'], ['10.1.2.3', '10.1.2.3/32'], ['2001:DB8::1/32', '2001:db8::/32'], ['::1', '::1/128'],
  ['0.0.0.0/0', '0.0.0.0/0'],
  ['::ffff:1.2.3.4', '::ffff:102:304/128'], ['64:ff9b::1.2.3.4', '64:ff9b::102:304/128'], ['10.1.2.129/25', '10.1.2.128/25'],
  ['1:0:0:2:0:0:0:3', '1:0:0:2::3/128'],
])('foreign text %s is read as the block %s', (text, canonical) => {
  expect(canonicalCidr(parseIpBlock(text)!)).toBe(canonical);
});

test.each([
  '', 'a', '010.0.0.1', '0x1.0.0.0', '1.2.3', '1', '::1%lo', '::1.2.3.4', '::ffff:010.0.0.1', '10.0.0.0/', '10.0.0.0/33',
  '10.0.0.0/08', '/8', '1::2::3', ':1', 'g::',
])(
  'foreign text %j is no block', (text) => {
    expect(parseIpBlock(text)).toBeUndefined();
  },
);

test('blocks of different families share nothing', () => {
  expect(blockContains(parseIpBlock('::/0')!, parseIpBlock('10.0.0.0/8')!)).toBe(false);
  expect(blockContains(parseIpBlock('0.0.0.0/0')!, parseIpBlock('::/0')!)).toBe(false);
});

test('IPv4 written as IPv6 is recognised', () => {
  expect(isIpv4Mapped(parseIpBlock('::ffff:10.0.0.0/104')!)).toBe(true);
  expect(isIpv4Mapped(parseIpBlock('::/0')!)).toBe(false);
  expect(isIpv4Mapped(parseIpBlock('10.0.0.0/8')!)).toBe(false);
});

test('every address has one canonical text, which reads back to the same address', () => {
  fc.assert(fc.property(fc.oneof(fc.ipV4(), fc.ipV6()), (text) => {
    const address = parseAddress(text);
    fc.pre(address !== undefined);
    const canonical = canonicalAddress(address!);
    expect(parseAddress(canonical)!.toByteArray()).toEqual(address!.toByteArray());
    expect(canonicalAddress(parseAddress(canonical)!)).toBe(canonical);
    expect(addressProblem(text) === undefined).toBe(text === canonical && !isIpv4Mapped(parseIpBlock(text)!));
  }));
});

test('containment is reflexive, transitive and antisymmetric', () => {
  const address = fc.constantFrom('10.0.0.0', '10.128.0.0', '10.0.0.1', '11.0.0.0');
  const block = fc.tuple(address, fc.integer({ min: 0, max: 32 })).map(([a, n]) => parseIpBlock(`${a}/${n}`)!);
  fc.assert(fc.property(block, block, block, (a, b, c) => {
    expect(blockContains(a, a)).toBe(true);
    expect(!(blockContains(a, b) && blockContains(b, c)) || blockContains(a, c)).toBe(true);
    expect(!(blockContains(a, b) && blockContains(b, a)) || canonicalCidr(a) === canonicalCidr(b)).toBe(true);
  }));
});

test('only canonical text is without problem', () => {
  expect(cidrProblem('10.0.0.0/8')).toBeUndefined();
  expect(cidrProblem('10.0.0.0')).toContain('has no prefix length');
  expect(cidrProblem('x')).toBe('is not a CIDR');
  expect(cidrProblem('fe80::1%eth0/999')).toBe('is not a CIDR');
});
