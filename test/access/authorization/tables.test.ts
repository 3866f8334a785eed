import { expandedPrincipals, haveSoundWildcards, seenPath, takesBehind, takesIdentity, takesText } from '../../../src/access/authorization/tables';

// istio-semantics 2.5 and 2.9; recorded: identities, trust-domains
test.each([
  ['principals', 'cluster.local/ns/foo/sa/a', 'spiffe://cluster.local/ns/foo/sa/a', true],
  ['principals', 'spiffe://cluster.local/ns/foo/sa/a', 'spiffe://cluster.local/ns/foo/sa/a', false],
  ['principals', '*', 'CN=client', true],
  ['namespaces', 'f.o', 'spiffe://cluster.local/ns/foo/sa/a', false],
  ['namespaces', 'a*b', 'spiffe://cluster.local/ns/a-b-b/sa/a', true],
  ['serviceAccounts', 'a', 'spiffe://x/ns/home/sa/a', true],
  ['serviceAccounts', 'a', 'spiffe://x/ns/foo/sa/a', false],
  ['serviceAccounts', 'foo/a', 'spiffe://x/ns/foo/sa/ab', false],
  ['trustDomains', 'cluster*', 'spiffe://cluster.local/ns/foo/sa/a', true],
  ['trustDomains', '*', 'CN=spiffe', false],
  ['trustDomains', 'cluster', 'spiffe://cluster.local/ns/foo/sa/a', false],
])('%s %s takes %s: %s', (field, value, identity, expected) => {
  expect(takesIdentity(field, value, identity, 'home')).toBe(expected);
});

test('a field that says nothing of identities takes none', () => {
  expect(takesIdentity('ipBlocks', '::/0', 'spiffe://x/ns/foo/sa/a')).toBeUndefined();
});

test.each([
  ['example.org/ns/foo/sa/a', ['example.org/ns/foo/sa/a', 'old.example/ns/foo/sa/a']],
  ['cluster.local/ns/foo/sa/*', ['example.org/ns/foo/sa/*', 'old.example/ns/foo/sa/*']],
  ['cluster.local/ns/foo/*', ['cluster.local/ns/foo/*']],
  ['*/ns/foo/sa/a', ['*/ns/foo/sa/a']],
  ['other.org/ns/foo/sa/a', ['other.org/ns/foo/sa/a']],
])('the principal %s stands for %j', (principal, expected) => {
  expect(expandedPrincipals([principal], { trustDomain: 'example.org', trustDomainAliases: ['old.example'] })).toEqual(expected);
});

test('small tables answer rows of cases', () => {
  expect(seenPath('/a/../b?c', 'BASE')).toEqual({ out: '/b' });
  expect(seenPath('/%00', 'BASE')).toEqual({ reject: 400 });
  expect([['*'], ['a*'], ['*a'], ['a']].map(haveSoundWildcards)).toEqual([true, true, true, true]);
  expect([[''], ['a*b'], ['*a*'], ['**']].map(haveSoundWildcards)).toEqual([false, false, false, false]);
  expect([takesBehind('x/', '*b', 'x/ab'), takesBehind('x/', '*b', 'ab')]).toEqual([true, false]);
  expect([takesText({ prefix: 'a' }, 'ab'), takesText({ suffix: 'a' }, 'ab'), takesText({ exact: 'ab' }, 'ab'), takesText({ presence: {} }, '')])
    .toEqual([true, false, true, false]);
});
