import * as fc from 'fast-check';
import { ClaimRequirement } from '../../src/values';

test.each([
  [ClaimRequirement.equalTo('azp', 'web'), 'request.auth.claims[azp]', ['web'], 'claim azp = web'],
  [
    ClaimRequirement.contains('groups', 'buyers', 'admins'), 'request.auth.claims[groups]',
    ['buyers', 'admins'], 'claim groups = buyers | admins',
  ],
  [ClaimRequirement.startsWith('sub', 'robot:'), 'request.auth.claims[sub]', ['robot:*'], 'claim sub = robot:*'],
  [
    ClaimRequirement.endsWith('email', '@a.com', '@b.com'), 'request.auth.claims[email]',
    ['*@a.com', '*@b.com'], 'claim email = *@a.com | *@b.com',
  ],
  [ClaimRequirement.present('email'), 'request.auth.claims[email]', ['*'], 'claim email = *'],
  [
    ClaimRequirement.nested(['realm_access', 'roles'], 'r'), 'request.auth.claims[realm_access][roles]',
    ['r'], 'claim [realm_access][roles] = r',
  ],
  [
    ClaimRequirement.contains('https://a.com/roles', 'r'), 'request.auth.claims[https://a.com/roles]',
    ['r'], 'claim https://a.com/roles = r',
  ],
  [ClaimRequirement.contains('scope', 'orders:read'), 'request.auth.claims[scope]', ['orders:read'], 'claim scope = orders:read'],
])('%s becomes a condition', (requirement, key, values, text) => {
  expect(requirement.key).toBe(key);
  expect(requirement.values).toEqual(values);
  expect(requirement.toString()).toBe(text);
});

test.each([true, 5, null, undefined, ['a'], {}])('refuses %p because Istio matches strings only', (value) => {
  for (const create of [ClaimRequirement.equalTo, ClaimRequirement.contains, ClaimRequirement.startsWith, ClaimRequirement.endsWith]) {
    expect(() => create('admin', value as unknown as string)).toThrow('something that is no string, which Istio never matches');
  }
});

test.each([['', 'is empty'], ['*', 'has a "*"'], ['a*', 'has a "*"'], ['a*b', 'has a "*"'], ['a\nb', 'control character']])(
  'refuses the value %j because it %s', (value, problem) => {
    for (const create of [ClaimRequirement.equalTo, ClaimRequirement.contains, ClaimRequirement.startsWith, ClaimRequirement.endsWith]) {
      expect(() => create('groups', value)).toThrow(problem);
    }
    expect(() => ClaimRequirement.nested(['a', 'b'], value)).toThrow(problem);
  },
);

test.each([
  ['', 'is empty'], ['a[b]', 'has a bracket'], ['a]', 'has a bracket'], ['[', 'has a bracket'],
])('refuses the claim %j because it %s', (claim, problem) => {
  expect(() => ClaimRequirement.equalTo(claim, 'x')).toThrow(problem);
  expect(() => ClaimRequirement.present(claim)).toThrow(problem);
  expect(() => ClaimRequirement.nested(['a', claim], 'x')).toThrow(problem);
});

test('refuses no value and no path because they would mean nothing at all', () => {
  expect(() => ClaimRequirement.equalTo('groups')).toThrow('the claim groups is compared with nothing');
  expect(() => ClaimRequirement.startsWith('groups')).toThrow('compared with nothing');
  expect(() => ClaimRequirement.nested(['a', 'b'])).toThrow('the claim a.b is compared with nothing');
  expect(() => ClaimRequirement.nested([], 'x')).toThrow('the path to a claim is an empty list');
});

test('refuses a blank in scope and permission because Envoy splits them into words', () => {
  expect(() => ClaimRequirement.equalTo('scope', 'a b')).toThrow('split into words');
  expect(() => ClaimRequirement.contains('permission', 'a b')).toThrow('split into words');
  expect(ClaimRequirement.equalTo('name', 'a b').values).toEqual(['a b']);
  expect(ClaimRequirement.nested(['x', 'scope'], 'a b').values).toEqual(['a b']);
});

test('the lists are copies', () => {
  const path = ['a', 'b'];
  const requirement = ClaimRequirement.nested(path, 'x');
  path.push('c');
  requirement.values.push('*');
  expect(requirement.key).toBe('request.auth.claims[a][b]');
  expect(requirement.values).toEqual(['x']);
});

test('the path can be read back from the key', () => {
  const name = fc.string({ minLength: 1, maxLength: 8 }).filter((s) => !/[[\]]/.test(s));
  fc.assert(fc.property(fc.array(name, { minLength: 1, maxLength: 4 }), (path) => {
    const key = ClaimRequirement.nested(path, 'x').key;
    expect(key.slice('request.auth.claims['.length, -1).split('][')).toEqual(path);
  }));
});
