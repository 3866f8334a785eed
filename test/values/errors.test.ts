import { invalid, requireReason, requireValid } from '../../src/values/errors';

describe('the one shape of errors', () => {
  test('says what is wrong, the value got, what is allowed and the fix', () => {
    expect(invalid('a port is odd', 7, 'even ports', 'add one').message).toBe('a port is odd, got 7; allowed: even ports; add one');
  });

  test.each([
    ['text', '"text"'], [[], '[]'], [undefined, 'undefined'], [null, 'null'], [NaN, 'NaN'], [Infinity, 'Infinity'], [true, 'true'],
    [{ a: 1 }, '{"a":1}'],
  ])('shows %p so that it can be recognised', (got, shown) => {
    expect(invalid('x', got, 'y', 'z').message).toContain(`got ${shown};`);
  });

  test('refuses what is no string before the grammar sees it', () => {
    expect(() => requireValid('a name', 5, () => undefined, 'names', 'name it'))
      .toThrow('a name is not a string, got 5; allowed: names; name it');
  });

  test('puts the problem of the grammar behind what it is about', () => {
    expect(() => requireValid('a name', 'x', () => 'is too short', 'names', 'name it')).toThrow('a name is too short, got "x"');
    expect(requireValid('a name', 'x', () => undefined, 'names', 'name it')).toBe('x');
  });
});

describe('reasons', () => {
  test('are trimmed', () => {
    expect(requireReason('  order page ', 'a grant')).toBe('order page');
    expect(requireReason('b2b', 'a grant')).toBe('b2b');
  });

  test.each([undefined, null, 5, '', '   ', 'ab', ' ab '])('refuses %p because it says nothing', (reason) => {
    expect(() => requireReason(reason, 'a public port'))
      .toThrow(/^a public port needs a reason.*; allowed: one line of at least 3 characters; /);
  });

  test.each(['one\ntwo', 'one\r\ntwo', 'tab\there', 'nul\u0000', 'next\u0085line', 'line\u2028separator', 'del\u007f'])(
    'refuses %j because a reason is one line of an annotation', (reason) => {
      expect(() => requireReason(reason, 'a grant')).toThrow('line break or another control character');
    },
  );
});
