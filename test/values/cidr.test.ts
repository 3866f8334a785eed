import * as fc from 'fast-check';
import { Cidr } from '../../src/values';

/** Computed without any library: the dotted text of a number. */
const dotted = (n: number): string => [24, 16, 8, 0].map((shift) => Math.floor(n / 2 ** shift) % 256).join('.');
const block = fc.tuple(fc.integer({ min: 0, max: 2 ** 32 - 1 }), fc.integer({ min: 8, max: 32 }))
  .map(([address, length]) => ({ first: address - address % 2 ** (32 - length), length }));

describe('canonical text', () => {
  test.each([
    '10.0.0.0/8', '192.0.2.7/32', '255.255.255.255/32', '2001:db8::/32', '2001:db8::1/128', 'fe80::/10', '64:ff9b::/96',
  ])('accepts %s', (cidr) => {
    expect(Cidr.of(cidr).block).toBe(cidr);
    expect(Cidr.of(cidr).toString()).toBe(cidr);
    expect(Cidr.of(cidr).reason).toBeUndefined();
  });

  test.each([
    ['10.0.0.1/8', 'bits set beyond its prefix length; the network is "10.0.0.0/8"'],
    ['2001:db8::1/64', 'bits set beyond its prefix length; the network is "2001:db8::/64"'],
    ['010.0.0.0/8', 'leading zeros, which some parsers read as octal; without them: "10.0.0.0/8"'],
    ['10.0.0.0/08', 'leading zeros, which some parsers read as octal; without them: "10.0.0.0/8"'],
    ['::ffff:10.0.0.0/104', 'IPv4 address written as IPv6, which no packet carries; the IPv4 form is "10.0.0.0/8"'],
    ['::ffff:a00:0/104', 'the IPv4 form is "10.0.0.0/8"'],
    ['fe80::%eth0/64', 'a zone id, which means something on one node only; without it: "fe80::/64"'],
    ['2001:DB8::/32', 'not in its canonical form "2001:db8::/32"'],
    ['2001:db8:0:0::/64', 'not in its canonical form "2001:db8::/64"'],
    ['2001:0db8::/32', 'not in its canonical form "2001:db8::/32"'],
    ['10.0.0.1', 'has no prefix length; the single address is "10.0.0.1/32"'],
    ['2001:db8::1', 'has no prefix length; the single address is "2001:db8::1/128"'],
  ])('refuses %s because it %s', (cidr, problem) => {
    expect(() => Cidr.of(cidr)).toThrow(problem);
  });

  test.each([
    '', '/', '/8', '10.0.0.0/', '10.0.0.0/33', '2001:db8::/129', '10.0.0.0/-1', '10.0.0.0/+8', '10.0.0.0/8/8', ' 10.0.0.0/8', '10.0.0.0/8 ',
    '10.0/16',
    '0x0a.0.0.0/8', '10.0.0.256/32', '167772160/8', '::1.2.3.4/128', '::ffff:0x0a.0.0.0/104', 'example.com', '1::2::3/64', '10.0.0.0/8.0',
    '10.0.0.0/1e1',
  ])('refuses %j because it is no CIDR', (cidr) => {
    expect(() => Cidr.of(cidr)).toThrow(/^a CIDR is not a CIDR, got ".*"; allowed: canonical CIDRs/);
  });

  test('the canonical text of an IPv4 block is accepted and comes back', () => {
    fc.assert(fc.property(block, ({ first, length }) => {
      const text = `${dotted(first)}/${length}`;
      expect(Cidr.of(text).block).toBe(text);
    }));
  });

  test('the text that a refusal proposes is accepted and stays', () => {
    fc.assert(fc.property(fc.ipV6(), fc.integer({ min: 8, max: 128 }), (address, length) => {
      let text = `${address}/${length}`;
      try {
        expect(Cidr.of(text).block).toBe(text);
      } catch (error) {
        const message = (error as Error).message;
        fc.pre(!message.startsWith('a CIDR is not a CIDR') && !message.includes('written as IPv6'));
        text = /"([^"]+)", got/.exec(message)![1];
        expect(Cidr.of(text).block).toBe(text);
      }
    }));
  });
});

describe('wide blocks', () => {
  test.each(['0.0.0.0/0', '::/0', '128.0.0.0/1', '10.0.0.0/7', '2000::/3'])('refuses %s without a reason', (cidr) => {
    expect(() => Cidr.of(cidr)).toThrow('use Cidr.wide with a reason');
    const wide = Cidr.wide(cidr, { reason: ' public crawler ' });
    expect(wide.block).toBe(cidr);
    expect(wide.reason).toBe('public crawler');
  });

  test('refuses a reason that says nothing', () => {
    expect(() => Cidr.wide('0.0.0.0/0', { reason: ' ' })).toThrow('the wide CIDR 0.0.0.0/0 needs a reason');
  });

  test('refuses a block that is not wide because it needs no reason', () => {
    expect(() => Cidr.wide('10.0.0.0/8', { reason: 'because' })).toThrow('a CIDR is not wide');
  });

  test('refuses host bits in a wide block', () => {
    expect(() => Cidr.wide('10.0.0.0/0', { reason: 'because' })).toThrow('the network is "0.0.0.0/0"');
  });
});

describe('single addresses', () => {
  test('are blocks with all bits', () => {
    expect(Cidr.address('192.0.2.7').block).toBe('192.0.2.7/32');
    expect(Cidr.address('2001:db8::1').block).toBe('2001:db8::1/128');
  });

  test.each([
    ['192.0.2.7/32', 'is a CIDR, not a single address'], ['192.0.2.07', 'without them: "192.0.2.7"'],
    ['::ffff:192.0.2.7', 'written as IPv6'],
    ['2001:DB8::1', 'canonical form "2001:db8::1"'], ['fe80::1%eth0', 'zone id'], ['example.com', 'is not an IP address'],
    ['10.1', 'is not an IP address'],
  ])('refuses %s because it %s', (ip, problem) => {
    expect(() => Cidr.address(ip)).toThrow(problem);
  });
});

describe('exceptions', () => {
  test('are taken out of the block', () => {
    const cidr = Cidr.of('10.0.0.0/8', { except: ['10.1.0.0/16', '10.2.0.0/16'] });
    expect(cidr.except).toEqual(['10.1.0.0/16', '10.2.0.0/16']);
    expect(cidr.toString()).toBe('10.0.0.0/8 except 10.1.0.0/16, 10.2.0.0/16');
    expect(cidr.contains('10.0.0.1')).toBe(true);
    expect(cidr.contains('10.1.0.1')).toBe(false);
    expect(cidr.contains('11.0.0.0')).toBe(false);
  });

  test.each(['192.168.0.0/16', '10.0.0.0/8', '2001:db8::/32'])('refuses %s because it is not a real part of 10.0.0.0/8', (exception) => {
    expect(() => Cidr.of('10.0.0.0/8', { except: [exception] })).toThrow('an exception of a CIDR is not a real part of it');
  });

  test('refuses an exception that is larger than the block', () => {
    expect(() => Cidr.of('10.0.0.0/16', { except: ['10.0.0.0/8'] })).toThrow('smaller blocks inside 10.0.0.0/16');
  });

  test('refuses an exception that is not canonical', () => {
    expect(() => Cidr.of('10.0.0.0/8', { except: ['10.1.0.1/16'] })).toThrow('the network is "10.1.0.0/16"');
  });

  test('are copies, so that changing them changes nothing', () => {
    const given = ['10.1.0.0/16'];
    const cidr = Cidr.of('10.0.0.0/8', { except: given });
    given.push('10.2.0.0/16');
    cidr.except.push('10.3.0.0/16');
    expect(cidr.except).toEqual(['10.1.0.0/16']);
  });
});

describe('membership', () => {
  test('an address of the other family never belongs', () => {
    expect(Cidr.wide('0.0.0.0/0', { reason: 'everything' }).contains('::1')).toBe(false);
    expect(Cidr.wide('::/0', { reason: 'everything' }).contains('10.0.0.1')).toBe(false);
    expect(Cidr.wide('::/0', { reason: 'everything' }).isIpv4).toBe(false);
    expect(Cidr.of('10.0.0.0/8').isIpv4).toBe(true);
  });

  test('refuses a text that is no address', () => {
    expect(() => Cidr.of('10.0.0.0/8').contains('10.0.0.0/9')).toThrow('is a CIDR, not a single address');
  });

  test('an IPv4 block holds exactly the numbers from its first to its last address', () => {
    fc.assert(fc.property(block, fc.integer({ min: 0, max: 2 ** 32 - 1 }), ({ first, length }, n) => {
      const cidr = Cidr.of(`${dotted(first)}/${length}`);
      const last = first + 2 ** (32 - length) - 1;
      expect(cidr.contains(dotted(n))).toBe(n >= first && n <= last);
      expect(cidr.contains(dotted(first)) && cidr.contains(dotted(last))).toBe(true);
    }));
  });
});
