import * as fc from 'fast-check';
import { Cidr } from '../../src/values';

/** A small universe of sixteen addresses, 10.0.0.0 to 10.0.0.15, in which sets are compared address by address. */
const UNIVERSE = [...Array(16).keys()];

interface Small {
  readonly first: number;
  readonly bits: number;
  readonly holes: { readonly first: number; readonly bits: number }[];
}

/** The numbers of a block in the universe: `bits` of the last four are fixed. */
const numbers = (first: number, bits: number): number[] => [...Array(2 ** (4 - bits)).keys()].map((n) => first + n);

function membersOf({ first, bits, holes }: Small): number[] {
  const out = new Set(holes.flatMap((hole) => numbers(hole.first, hole.bits)));
  return numbers(first, bits).filter((n) => !out.has(n));
}

const text = (first: number, bits: number): string => `10.0.0.${first}/${28 + bits}`;
const cidrOf = ({ first, bits, holes }: Small): Cidr =>
  Cidr.of(text(first, bits), holes.length === 0 ? {} : { except: holes.map((hole) => text(hole.first, hole.bits)) });

const PLAIN: fc.Arbitrary<Small> = fc.tuple(fc.nat(15), fc.nat(4))
  .map(([n, bits]) => ({ first: n - n % 2 ** (4 - bits), bits, holes: [] }));

/** Blocks with up to three holes that are real parts of them. */
const HOLED: fc.Arbitrary<Small> = fc.tuple(PLAIN, fc.array(fc.tuple(fc.nat(15), fc.nat(3)), { maxLength: 3 })).map(([block, holes]) => ({
  ...block,
  holes: block.bits === 4 ? [] : holes.map(([n, more]) => {
    const bits = Math.min(4, block.bits + 1 + more);
    const within = block.first + n % 2 ** (4 - block.bits);
    return { first: within - within % 2 ** (4 - bits), bits };
  }),
}));

describe('covers', () => {
  test.each([
    ['itself', '10.0.0.0/8', '10.0.0.0/8'],
    ['a part', '10.0.0.0/8', '10.255.255.255/32'],
    ['a part of IPv6', '2001:db8::/32', '2001:db8:ffff::/48'],
    ['one address of IPv6', '2001:db8::/32', '2001:db8:ffff:ffff:ffff:ffff:ffff:ffff/128'],
  ])('accepts %s', (_, outer, inner) => {
    expect(Cidr.of(outer).covers(Cidr.of(inner))).toBe(true);
  });

  test.each([
    ['what is larger', '10.0.0.0/16', '10.0.0.0/15'],
    ['the neighbour', '10.0.0.0/16', '10.1.0.0/16'],
    ['the neighbour in IPv6', '2001:db8::/32', '2001:db9::/32'],
    ['the other family', '10.0.0.0/8', '2001:db8::/32'],
    ['IPv4 by IPv6', '2001:db8::/32', '10.0.0.0/8'],
  ])('denies %s', (_, outer, inner) => {
    expect(Cidr.of(outer).covers(Cidr.of(inner))).toBe(false);
  });

  test('denies everything of the other family, however wide the block is', () => {
    const [v4, v6] = ['0.0.0.0/0', '::/0'].map((cidr) => Cidr.wide(cidr, { reason: 'everything' }));
    expect(v4.covers(Cidr.address('2001:db8::1'))).toBe(false);
    expect(v6.covers(Cidr.address('192.0.2.7'))).toBe(false);
    expect(v4.covers(Cidr.address('192.0.2.7'))).toBe(true);
    expect(v6.covers(Cidr.address('2001:db8::1'))).toBe(true);
  });

  test('does not count what an exception of this block took out', () => {
    const holed = Cidr.of('10.0.0.0/8', { except: ['10.1.0.0/16'] });
    expect(holed.covers(Cidr.of('10.1.0.0/16'))).toBe(false);
    expect(holed.covers(Cidr.of('10.1.2.0/24'))).toBe(false);
    expect(holed.covers(Cidr.of('10.0.0.0/15'))).toBe(false);
    expect(holed.covers(Cidr.of('10.2.0.0/16'))).toBe(true);
    expect(holed.covers(holed)).toBe(true);
  });

  // API.md of `covers`: the other block counts without its exceptions
  test('does not ask for what an exception of the other block took out', () => {
    const other = Cidr.of('10.0.0.0/15', { except: ['10.1.0.0/16'] });
    expect(Cidr.of('10.0.0.0/16').covers(other)).toBe(true);
    expect(Cidr.of('10.0.0.0/8', { except: ['10.1.0.0/16'] }).covers(other)).toBe(true);
    expect(Cidr.of('10.0.0.0/8', { except: ['10.1.0.0/24'] }).covers(other)).toBe(true);
    expect(Cidr.of('10.0.0.0/8', { except: ['10.0.0.0/24'] }).covers(other)).toBe(false);
  });

  test('joins exceptions of the other block that together are one of this block', () => {
    const halves = Cidr.of('10.0.0.0/8', { except: ['10.1.0.0/17', '10.1.128.0/17'] });
    expect(Cidr.of('10.0.0.0/8', { except: ['10.1.0.0/16'] }).covers(halves)).toBe(true);
  });

  test('is a matter of the block and of nothing else, where the other one has no exceptions', () => {
    fc.assert(fc.property(HOLED, PLAIN, (a, b) => {
      const outer = new Set(membersOf(a));
      expect(cidrOf(a).covers(cidrOf(b))).toBe(membersOf(b).every((n) => outer.has(n)));
    }), { numRuns: 1000 });
  });

  test('never says yes to a block that has an address of which it says no', () => {
    fc.assert(fc.property(HOLED, HOLED, (a, b) => {
      const [outer, inner] = [cidrOf(a), cidrOf(b)];
      fc.pre(outer.covers(inner));
      expect(UNIVERSE.filter((n) => inner.contains(`10.0.0.${n}`) && !outer.contains(`10.0.0.${n}`))).toEqual([]);
    }));
  });

  test('is the comparison of sets, address by address', () => {
    fc.assert(fc.property(HOLED, HOLED, (a, b) => {
      const outer = new Set(membersOf(a));
      const inner = membersOf(b);
      fc.pre(inner.length > 0);
      expect(cidrOf(a).covers(cidrOf(b))).toBe(inner.every((n) => outer.has(n)));
    }), { numRuns: 1000 });
  });
});

describe('overlaps', () => {
  test.each([
    ['itself', '10.0.0.0/8', '10.0.0.0/8', true],
    ['a part', '10.0.0.0/8', '10.1.0.0/16', true],
    ['the last address', '10.0.0.0/24', '10.0.0.255/32', true],
    ['a part of IPv6', '2001:db8::/32', '2001:db8:1::/48', true],
    ['the neighbour', '10.0.0.0/24', '10.0.1.0/24', false],
    ['the other family', '10.0.0.0/8', '2001:db8::/32', false],
  ])('of %s', (_, one, other, expected) => {
    const [a, b] = [Cidr.of(one), Cidr.of(other)];
    expect(a.overlaps(b)).toBe(expected);
    expect(b.overlaps(a)).toBe(expected);
  });

  test('are none where one exception takes out the other block as a whole', () => {
    const holed = Cidr.of('10.0.0.0/8', { except: ['10.1.0.0/16'] });
    const cases = [['10.1.0.0/16', false], ['10.1.2.0/24', false], ['10.0.0.0/15', true], ['10.2.0.0/16', true]] as const;
    for (const [cidr, expected] of cases) {
      expect([cidr, holed.overlaps(Cidr.of(cidr))]).toEqual([cidr, expected]);
      expect([cidr, Cidr.of(cidr).overlaps(holed)]).toEqual([cidr, expected]);
    }
  });

  test('of blocks without exceptions are the comparison of sets', () => {
    fc.assert(fc.property(PLAIN, PLAIN, (a, b) => {
      const members = new Set(membersOf(a));
      expect(cidrOf(a).overlaps(cidrOf(b))).toBe(membersOf(b).some((n) => members.has(n)));
    }));
  });

  test('never miss an address that belongs to both, and are the same from either side', () => {
    fc.assert(fc.property(HOLED, HOLED, (a, b) => {
      const [one, other] = [cidrOf(a), cidrOf(b)];
      const shared = UNIVERSE.filter((n) => one.contains(`10.0.0.${n}`) && other.contains(`10.0.0.${n}`));
      expect(one.overlaps(other)).toBe(other.overlaps(one));
      expect(shared.length === 0 || one.overlaps(other)).toBe(true);
    }), { numRuns: 1000 });
  });
});
