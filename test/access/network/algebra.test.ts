import * as fc from 'fast-check';
import { addressOf } from '../../../src/access/addresses';
import {
  addressAtoms, addressesText, ALL_ADDRESSES, differenceOfAddresses, equalAddresses, hasAddress, intersectionOfAddresses, isNoAddress,
  NO_ADDRESSES, setOfBlock, unionOfAddresses,
} from '../../../src/access/network/address-sets';
import { atoms, difference, holds, intersection, normalized, union } from '../../../src/access/network/intervals';
import {
  ALL_PORTS, containsPorts, differenceOfPorts, equalPorts, hasPort, intersectionOfPorts, isEveryPort, isNoPort, NO_PORTS, portsOf,
  portsText, unionOfPorts,
} from '../../../src/access/network/port-sets';

const LAST = 12;
const VALUES = Array.from({ length: LAST + 1 }, (_, i) => i);
const interval = fc.tuple(fc.nat(LAST), fc.nat(LAST)).map(([a, b]) => ({ first: Math.min(a, b), last: Math.max(a, b) }));
const set = fc.array(interval, { maxLength: 5 }).map(normalized);
const list = (values: Parameters<typeof holds<number>>[0]) => VALUES.filter((value) => holds(values, value));

describe('sets of intervals', () => {
  test('hold what lists of their values would hold', () => {
    fc.assert(fc.property(set, set, (a, b) => {
      expect(list(union(a, b))).toEqual(VALUES.filter((value) => holds(a, value) || holds(b, value)));
      expect(list(intersection(a, b))).toEqual(VALUES.filter((value) => holds(a, value) && holds(b, value)));
      expect(list(difference(a, b))).toEqual(VALUES.filter((value) => holds(a, value) && !holds(b, value)));
    }));
  });

  test('look the same when they hold the same', () => {
    fc.assert(fc.property(set, set, (a, b) => {
      expect(union(difference(a, b), intersection(a, b))).toEqual(a);
      expect(union(a, b)).toEqual(union(b, a));
      expect(intersection(a, b)).toEqual(difference(a, difference(a, b)));
    }));
  });

  test('are cut into parts that no set tells apart', () => {
    fc.assert(fc.property(set, set, (a, b) => {
      const parts = atoms([{ first: 0, last: LAST }], [a, b]);
      expect(normalized(parts)).toEqual([{ first: 0, last: LAST }]);
      for (const { first, last } of parts) {
        const inside = VALUES.filter((value) => first <= value && value <= last).map((value) => `${holds(a, value)} ${holds(b, value)}`);
        expect(new Set(inside).size).toBe(1);
      }
    }));
  });

  test('join where they touch', () => {
    expect(normalized([{ first: 5, last: 6 }, { first: 1, last: 4 }])).toEqual([{ first: 1, last: 6 }]);
    expect(normalized([{ first: 6, last: 7 }, { first: 1, last: 4 }])).toEqual([{ first: 1, last: 4 }, { first: 6, last: 7 }]);
    expect(normalized([{ first: 5, last: 4 }])).toEqual([]);
  });
});

describe('sets of ports', () => {
  const web = portsOf('TCP', [{ first: 80, last: 80 }, { first: 8080, last: 8090 }]);

  test('are written as people read them', () => {
    expect(portsText(web)).toBe('tcp/80,8080-8090');
    expect(portsText(unionOfPorts(web, portsOf('UDP', ALL_PORTS.UDP)))).toBe('tcp/80,8080-8090 udp/all');
    expect([portsText(ALL_PORTS), portsText(NO_PORTS), portsText({ ...NO_PORTS, other: true })]).toEqual(['all', 'none', 'other']);
  });

  test('know that every port is not yet everything', () => {
    const ports = differenceOfPorts(ALL_PORTS, { ...NO_PORTS, other: true });
    expect([isEveryPort(ports), equalPorts(ports, ALL_PORTS), portsText(ports)]).toEqual([true, false, 'tcp/all udp/all sctp/all']);
    expect(unionOfPorts(ports, { ...NO_PORTS, other: true })).toBe(ALL_PORTS);
  });

  test('end exactly where they say', () => {
    expect([79, 80, 81, 8079, 8080, 8090, 8091].map((port) => hasPort(web, 'TCP', port))).toEqual([false, true, false, false, true, true, false]);
    expect(hasPort(web, 'UDP', 80)).toBe(false);
  });

  test('contain, subtract and meet by protocol', () => {
    expect(containsPorts(ALL_PORTS, web)).toBe(true);
    expect(containsPorts(web, ALL_PORTS)).toBe(false);
    expect(isNoPort(intersectionOfPorts(web, portsOf('UDP', [{ first: 80, last: 80 }])))).toBe(true);
    expect(portsText(differenceOfPorts(web, portsOf('TCP', [{ first: 81, last: 8085 }])))).toBe('tcp/80,8086-8090');
  });
});

describe('sets of addresses', () => {
  test('are blocks without their exceptions', () => {
    expect(addressesText(setOfBlock('10.0.0.0/8', ['10.1.0.0/16']))).toBe('10.0.0.0-10.0.255.255,10.2.0.0-10.255.255.255');
    expect(addressesText(setOfBlock('2001:db8::/32', ['2001:db8::/64']))).toBe('2001:db8:0:1::-2001:db8:ffff:ffff:ffff:ffff:ffff:ffff');
    expect(addressesText(setOfBlock('10.0.0.7/32'))).toBe('10.0.0.7');
    expect(addressesText(setOfBlock('nonsense'))).toBe('none');
  });

  test('keep the families apart', () => {
    const all = setOfBlock('0.0.0.0/0');
    const [old, fresh] = ['10.0.0.1', '::a00:1'].map((text) => addressOf(text));
    expect([old && hasAddress(all, old), fresh && hasAddress(all, fresh)]).toEqual([true, false]);
    expect(equalAddresses(unionOfAddresses(all, setOfBlock('::/0')), ALL_ADDRESSES)).toBe(true);
  });

  test('add up, meet and subtract', () => {
    const [low, high] = [setOfBlock('10.0.0.0/9'), setOfBlock('10.128.0.0/9')];
    expect(addressesText(unionOfAddresses(low, high))).toBe('10.0.0.0-10.255.255.255');
    expect(isNoAddress(intersectionOfAddresses(low, high))).toBe(true);
    expect(equalAddresses(differenceOfAddresses(setOfBlock('10.0.0.0/8'), low), high)).toBe(true);
    expect(addressAtoms(setOfBlock('10.0.0.0/8'), [low, NO_ADDRESSES])).toHaveLength(2);
  });
});
