import { compileZtunnel, decideZtunnel, ZtunnelConnection, ztunnelMatches, ztunnelFacts } from '../../../src/access/ambient/match';
import { ZtunnelMatch, ZtunnelPolicy } from '../../../src/access/ambient/policy';
import { evaluate } from '../../../src/access/condition';

const WEB = 'spiffe://cluster.local/ns/shop/sa/web';
const connection = (over: Partial<ZtunnelConnection> = {}): ZtunnelConnection => ({ identity: WEB, source: '10.0.0.1', destination: '10.0.0.2', port: 8080, ...over });
const one = (...matches: ZtunnelMatch[]) => ({ groups: [{ rules: [{ matches }] }] });
const matches = (match: ZtunnelMatch, over: Partial<ZtunnelConnection> = {}) => ztunnelMatches(one(match), connection(over));

describe('groups, rules and matches (ztunnel src/rbac.rs, Authorization::matches)', () => {
  const yes: ZtunnelMatch = { destinationPorts: [8080] };
  const never: ZtunnelMatch = { destinationPorts: [1] };

  test.each<[string, Pick<ZtunnelPolicy, 'groups'>, boolean]>([
    ['no group matches nothing', { groups: [] }, false],
    ['a group without rules matches everything', { groups: [{ rules: [] }] }, true],
    ['a rule without matches matches everything', { groups: [{ rules: [{ matches: [] }] }] }, true],
    ['a match without fields is skipped, so its rule does not hold', one({}), false],
    ['a match without fields beside another one does not count', one({}, yes), true],
    ['one of the groups is enough', { groups: [{ rules: [{ matches: [never] }] }, { rules: [{ matches: [yes] }] }] }, true],
    ['all rules of a group have to hold', { groups: [{ rules: [{ matches: [yes] }, { matches: [never] }] }] }, false],
    ['an empty match takes its group with it', { groups: [{ rules: [{ matches: [yes] }, { matches: [{}] }] }] }, false],
    ['one of the matches of a rule is enough', one(never, yes), true],
    ['all fields of a match have to hold', one({ destinationPorts: [8080], namespaces: [{ exact: 'other' }] }), false],
    ['one of the values of a field is enough', one({ destinationPorts: [1, 8080] }), true],
  ])('%s', (_, policy, expected) => expect(ztunnelMatches(policy, connection())).toBe(expected));
});

describe('fields of a match', () => {
  test.each<[string, ZtunnelMatch, Partial<ZtunnelConnection>, boolean]>([
    ['the whole identity without spiffe://', { principals: [{ exact: 'cluster.local/ns/shop/sa/web' }] }, {}, true],
    ['spiffe:// in a policy never matches', { principals: [{ exact: WEB }] }, {}, false],
    ['the beginning of the identity', { principals: [{ prefix: 'cluster.local/ns/shop/' }] }, {}, true],
    ['the end of the identity', { principals: [{ suffix: '/sa/web' }] }, {}, true],
    ['the beginning is not the end', { principals: [{ suffix: 'cluster.local' }] }, {}, false],
    ['a wildcard in the middle is a character', { principals: [{ exact: 'cluster.local/ns/*/sa/web' }] }, {}, false],
    ['any identity', { principals: [{ presence: {} }] }, {}, true],
    ['no identity is not any identity', { principals: [{ presence: {} }] }, { identity: undefined }, false],
    ['no identity is what STRICT refuses', { notPrincipals: [{ presence: {} }] }, { identity: undefined }, true],
    ['an identity is what STRICT admits', { notPrincipals: [{ presence: {} }] }, {}, false],
    ['the empty beginning is not matched by plaintext', { principals: [{ prefix: '' }] }, { identity: undefined }, false],
    ['the namespace', { namespaces: [{ exact: 'shop' }] }, {}, true],
    ['the beginning of another namespace', { namespaces: [{ exact: 'sho' }] }, {}, false],
    ['the beginning of the namespace', { namespaces: [{ prefix: 'sh' }] }, {}, true],
    ['the namespace of plaintext', { namespaces: [{ presence: {} }] }, { identity: undefined }, false],
    ['plaintext is in no other namespace', { notNamespaces: [{ exact: 'shop' }] }, { identity: undefined }, true],
    ['plaintext has the empty namespace', { namespaces: [{ exact: '' }] }, { identity: undefined }, true],
    ['an identity has not the empty namespace', { namespaces: [{ exact: '' }] }, {}, false],
    ['the account in its namespace', { serviceAccounts: [{ namespace: 'shop', serviceAccount: 'web' }] }, {}, true],
    ['the account of another trust domain', { serviceAccounts: [{ namespace: 'shop', serviceAccount: 'web' }] }, { identity: 'spiffe://other/ns/shop/sa/web' }, true],
    ['the account in another namespace', { serviceAccounts: [{ namespace: 'other', serviceAccount: 'web' }] }, {}, false],
    ['an account that plaintext has not', { notServiceAccounts: [{ namespace: 'shop', serviceAccount: 'web' }] }, { identity: undefined }, true],
    ['an account has no wildcards', { serviceAccounts: [{ namespace: 'shop', serviceAccount: '*' }] }, {}, false],
    ['an address in a block', { sourceIps: ['10.0.0.0/8'] }, {}, true],
    ['a block with bits of hosts', { sourceIps: ['10.9.9.9/8'] }, {}, true],
    ['an address outside of a block', { sourceIps: ['192.0.2.0/24'] }, {}, false],
    ['an address of the other family', { sourceIps: ['::/0'] }, {}, false],
    ['every address of the family', { sourceIps: ['0.0.0.0/0'] }, {}, true],
    ['not in a block', { notSourceIps: ['10.0.0.0/8'] }, {}, false],
    ['the own address', { destinationIps: ['10.0.0.2/32'] }, {}, true],
    ['another own address', { destinationIps: ['10.0.0.1/32'] }, {}, false],
    ['another port', { destinationPorts: [8081] }, {}, false],
    ['not this port', { notDestinationPorts: [8080] }, {}, false],
    ['not another port', { notDestinationPorts: [8081] }, {}, true],
    ['both signs of a field', { namespaces: [{ prefix: 's' }], notNamespaces: [{ exact: 'shop' }] }, {}, false],
  ])('%s', (_, match, over, expected) => expect(matches(match, over)).toBe(expected));

  test('an identity with an empty namespace is in no namespace', () => {
    expect(matches({ namespaces: [{ presence: {} }] }, { identity: 'spiffe://cluster.local/ns//sa/web' })).toBe(false);
  });

  test('an address that is not known leaves it open', () => {
    expect(matches({ sourceIps: ['10.0.0.0/8'] }, { source: undefined })).toBeUndefined();
    expect(matches({ sourceIps: ['10.0.0.0/8'], destinationPorts: [1] }, { source: undefined })).toBe(false);
  });
});

describe('the order of policies (ztunnel src/state.rs, assert_rbac)', () => {
  const policy = (name: string, action: 'ALLOW' | 'DENY', match?: ZtunnelMatch): ZtunnelPolicy => ({
    name, namespace: 'shop', scope: 'NAMESPACE', action, groups: match === undefined ? [] : one(match).groups, dryRun: false,
  });
  const mine: ZtunnelMatch = { namespaces: [{ exact: 'shop' }] };
  const other: ZtunnelMatch = { namespaces: [{ exact: 'other' }] };

  test.each<[string, ZtunnelPolicy[], 'pass' | 'refuse', string | undefined]>([
    ['without policies everything passes', [], 'pass', undefined],
    ['DENY counts before ALLOW', [policy('a', 'ALLOW', mine), policy('d', 'DENY', mine)], 'refuse', 'd'],
    ['DENY that does not match changes nothing', [policy('d', 'DENY', other)], 'pass', undefined],
    ['one ALLOW has to match', [policy('a', 'ALLOW', other), policy('b', 'ALLOW', mine)], 'pass', 'b'],
    ['no ALLOW matches', [policy('a', 'ALLOW', other)], 'refuse', 'a'],
    ['ALLOW without groups refuses everything', [policy('a', 'ALLOW')], 'refuse', 'a'],
    ['DENY without groups refuses nothing', [policy('d', 'DENY')], 'pass', undefined],
  ])('%s', (_, policies, outcome, by) => {
    const compiled = compileZtunnel({ policies, unknown: [] });
    const decision = decideZtunnel(compiled, connection());
    expect([decision.outcome, decision.policy?.name]).toEqual([outcome, by]);
    expect(evaluate(compiled.admitted, ztunnelFacts(connection()))).toBe(outcome === 'pass');
  });

  test('what may be another policy makes no answer certain', () => {
    const compiled = compileZtunnel({ policies: [], unknown: ['because'] });
    expect(decideZtunnel(compiled, connection())).toEqual({ outcome: 'unknown', text: 'because' });
    expect(evaluate(compiled.admitted, ztunnelFacts(connection()))).toBeUndefined();
  });

  test('an unknown address leaves open what depends on it, and nothing else', () => {
    const open: ZtunnelMatch = { sourceIps: ['10.0.0.0/8'] };
    const blind = connection({ source: undefined });
    expect(decideZtunnel(compileZtunnel({ policies: [policy('d', 'DENY', open)], unknown: [] }), blind).outcome).toBe('unknown');
    expect(decideZtunnel(compileZtunnel({ policies: [policy('a', 'ALLOW', open)], unknown: [] }), blind).outcome).toBe('unknown');
    expect(decideZtunnel(compileZtunnel({ policies: [policy('d', 'DENY', open), policy('e', 'DENY', mine)], unknown: [] }), blind).outcome).toBe('refuse');
    expect(decideZtunnel(compileZtunnel({ policies: [policy('a', 'ALLOW', open), policy('b', 'ALLOW', mine)], unknown: [] }), blind).outcome).toBe('pass');
  });
});
