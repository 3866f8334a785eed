import { emittedOnly, errorOf, shopChart } from './emit';
import { AuthorizationPolicy, AuthorizationRule, AuthorizationSource } from '../../src/resources';

function refusal(rule: AuthorizationRule): string {
  const policy = new AuthorizationPolicy(shopChart(), 'a');
  const message = errorOf(() => policy.addRule(rule));
  expect(policy.rules).toEqual([]);
  return message;
}

function accepted(rule: AuthorizationRule): any {
  const chart = shopChart();
  new AuthorizationPolicy(chart, 'a', { rules: [rule] });
  return emittedOnly(chart).spec.rules[0];
}

describe('a rule', () => {
  test.each<[string, AuthorizationRule, string]>([
    ['restricts nothing', {}, 'use addUnrestrictedRule()'],
    ['has an empty from', { from: [] }, 'rules[0].from must not be empty, got []'],
    ['has an empty to', { to: [] }, 'rules[0].to must not be empty'],
    ['has an empty when', { when: [] }, 'rules[0].when must not be empty'],
    ['has an empty source', { from: [{}] }, 'rules[0].from[0] restricts nothing'],
    ['has a source of undefined fields', { from: [{ principals: undefined }] }, 'rules[0].from[0] restricts nothing'],
    ['has an empty operation', { to: [{ ports: [80] }, {}] }, 'rules[0].to[1] restricts nothing'],
    ['has an empty list in a source', { from: [{ namespaces: [], principals: ['*'] }] }, 'rules[0].from[0].namespaces must not be empty'],
    ['has an empty list in an operation', { to: [{ paths: [], methods: ['GET'] }] }, 'rules[0].to[0].paths must not be empty'],
    ['has an empty list of ports', { to: [{ ports: [] }] }, 'rules[0].to[0].ports must not be empty'],
    ['has a condition without values', { when: [{ key: 'source.ip' }] }, 'would always hold'],
    ['has a condition with no values', { when: [{ key: 'source.ip', values: [] }] }, 'rules[0].when[0].values must not be empty'],
    ['has 513 sources', { from: Array(513).fill({ principals: ['*'] }) }, 'too many sources, got 513'],
  ])('is refused when it %s because that would mean everything', (_, rule, text) => {
    expect(refusal(rule)).toContain(text);
  });

  test('with 512 sources is taken', () => {
    expect(accepted({ from: Array(512).fill({ principals: ['*'] }) }).from).toHaveLength(512);
  });

  test.each([['source', { from: [{ namespace: ['a'] } as AuthorizationSource] }], ['operation', { to: [{ path: ['/a'] } as any] }]])(
    'is refused with a misspelt field of its %s because the API server can drop it, which widens the rule', (_, rule) => {
      expect(refusal(rule)).toContain('has a field that Istio does not know');
    },
  );
});

describe('values that Istio takes and that never match, or match something else', () => {
  test.each<[keyof AuthorizationSource, string, string]>([
    ['principals', 'spiffe://cluster.local/ns/a/sa/b', 'which Istio adds itself'],
    ['notPrincipals', 'spiffe://cluster.local/ns/a/sa/b', 'which Istio adds itself'],
    ['principals', 'cluster.local/ns/*/sa/b', 'literally'],
    ['principals', '*/ns/a/*', 'literally'],
    ['principals', '', 'is empty'],
    ['requestPrincipals', 'alice', 'has no "/"'],
    ['requestPrincipals', '*/*', 'literally'],
    ['requestPrincipals', '*x/*', 'literally'],
    ['requestPrincipals', 'foo*/bar', 'literally'],
    ['requestPrincipals', 'foo*/bar*', 'literally'],
    ['requestPrincipals', 'https://idp*', 'the issuer would be "https:/"'],
    ['requestPrincipals', 'https://idp.example.com', 'the issuer would be "https:/"'],
    ['requestPrincipals', 'https://idp.example.com/', 'empty issuer or subject'],
    ['requestPrincipals', '/alice', 'empty issuer or subject'],
    ['namespaces', 'Shop', 'is not a DNS label'],
    ['namespaces', '', 'is empty'],
    ['namespaces', 'a/b', 'is not a DNS label'],
    ['serviceAccounts', 'a/b/c', 'neither NAME nor NAMESPACE/NAME'],
    ['serviceAccounts', 'shop/*', 'accounts are named one by one'],
    ['serviceAccounts', '', 'is empty'],
    ['serviceAccounts', 'Shop/web', 'is not a DNS label'],
    ['trustDomains', 'a/b', 'only the trust domain is meant'],
    ['trustDomains', 'a*b', 'literally'],
    ['trustDomains', '*a*', 'literally'],
    ['ipBlocks', '300.1.1.1/8', 'is not a CIDR'],
    ['ipBlocks', '10.0.0.1/8', 'the network is "10.0.0.0/8"'],
    ['notIpBlocks', 'web', 'is not an IP address'],
    ['remoteIpBlocks', '10.0.0.0/33', 'is not a CIDR'],
  ])('%s refuses %j', (field, value, text) => {
    const message = refusal({ from: [{ [field]: [value] }] });
    expect(message).toContain(`rules[0].from[0].${field}[0]`);
    expect(message).toContain(text);
    expect(message).toContain(`got ${JSON.stringify(value)}`);
  });

  test.each<[string, string, string]>([
    ['hosts', 'https://a.example/', 'but a host is meant'],
    ['hosts', 'a*.example', 'literally'],
    ['hosts', '', 'is empty'],
    ['methods', 'get', 'upper case'],
    ['methods', 'G*T', 'literally'],
    ['notMethods', '', 'is empty'],
    ['paths', 'admin', 'begin with "/"'],
    ['paths', '/a/*/b', 'literally'],
    ['paths', '/a?b', '"?"'],
    ['paths', '{**}', 'Envoy aborts'],
    ['paths', '/a/{**}/{*}', '{**}'],
    ['notPaths', '/a/{*', '{'],
  ])('%s refuses %j', (field, value, text) => {
    const message = refusal({ to: [{ [field]: [value] }] });
    expect(message).toContain(`rules[0].to[0].${field}[0]`);
    expect(message).toContain(text);
  });

  test.each([0, 65536, -1, 80.5, NaN])('ports refuse %d', (number) => {
    expect(refusal({ to: [{ ports: [number] }] })).toContain('rules[0].to[0].ports[0]');
    expect(refusal({ to: [{ notPorts: [number] }] })).toContain('allowed: a whole number from 1 to 65535');
  });

  test.each([
    '*', 'foo*', '*foo', 'foo/*', 'foo/bar*', '*/foo', '*bar/foo', 'foo/bar', 'https://idp.example.com/*', 'https://idp.example.com//*',
    'https://idp/tenant/alice',
  ])('requestPrincipals take %j', (value) => {
    expect(accepted({ from: [{ requestPrincipals: [value] }] })).toEqual({ from: [{ source: { requestPrincipals: [value] } }] });
  });

  test.each<AuthorizationRule>([
    { from: [{ principals: ['*', 'a/ns/b/sa/c', 'a/ns/b/*', '*/ns/b/sa/c'] }] },
    { from: [{ namespaces: ['*', 'a', 'a-*-b', '*-b'] }] },
    { from: [{ serviceAccounts: ['a', 'a/b.c'] }] },
    { from: [{ ipBlocks: ['0.0.0.0/0', '::/0', '10.0.0.1'] }] },
    { to: [{ ports: [1, 65535], hosts: ['*', 'a.example:*', '*.example'], methods: ['*', 'PROPFIND'], paths: ['*', '/', '/a/{*}/{**}'] }] },
  ])('everything else is taken as it is (%#)', (rule) => {
    expect(accepted(rule)).toBeDefined();
  });
});

describe('serviceAccounts', () => {
  test.each<AuthorizationSource>([
    { serviceAccounts: ['a'], principals: ['*'] },
    { serviceAccounts: ['a'], notPrincipals: ['*'] },
    { serviceAccounts: ['a'], namespaces: ['b'] },
    { notServiceAccounts: ['a'], notNamespaces: ['b'] },
  ])('are refused beside principals or namespaces, as the API server does: %j', (source) => {
    expect(refusal({ from: [source] })).toContain('combines serviceAccounts with principals or namespaces');
  });

  test('are 16 at most', () => {
    const names = (n: number) => [...Array(n).keys()].map((i) => `a${i}`);
    expect(accepted({ from: [{ serviceAccounts: names(16) }] }).from[0].source.serviceAccounts).toHaveLength(16);
    expect(refusal({ from: [{ serviceAccounts: names(17) }] })).toContain('too many serviceAccounts, got 17');
  });
});

describe('a condition', () => {
  test.each([
    ['request.headers[x-a]', 'a*'], ['request.headers[:authority]', 'a.example'], ['source.ip', '10.0.0.0/8'], ['remote.ip', '10.0.0.1'],
    ['source.namespace', 'a*b'], ['source.principal', '*'], ['source.serviceAccount', 'a/b'], ['source.trustDomain', '*.org'],
    ['request.auth.principal', 'iss/sub'], ['request.auth.audiences', 'orders'], ['request.auth.presenter', 'client'],
    ['request.auth.claims[groups]', 'buyers'], ['request.auth.claims[a][b.c]', 'x*'], ['destination.ip', '2001:db8::1'],
    ['destination.port', '65535'],
    ['connection.sni', '*.example'], ['experimental.envoy.filters.network.mysql_proxy[db.table]', '[update]'],
  ])('on %s takes %j', (key, value) => {
    expect(accepted({ when: [{ key, values: [value] }] })).toEqual({ when: [{ key, values: [value] }] });
    expect(accepted({ when: [{ key, notValues: [value] }] })).toEqual({ when: [{ key, notValues: [value] }] });
  });

  test.each([
    '', 'request.nonsense', 'destination.labels[app]', 'destination.name', 'destination.namespace', 'destination.user', 'request.headers',
    'request.headers[]',
    'request.headersX[a]', 'request.headers[a b]', 'request.auth.claims', 'request.auth.claimsX[y]', 'request.auth.claims[a', 'toString',
    'source.IP',
    'experimental.envoy.filters.a',
  ])('on %j is refused because Istio would skip the whole rule', (key) => {
    expect(refusal({ when: [{ key, values: ['a'] }] })).toContain('rules[0].when[0].key is no attribute that Istio knows');
  });

  test.each([
    ['source.ip', '10.0.0.1/8'], ['destination.port', '0'], ['destination.port', '08080'], ['destination.port', '65536'],
    ['destination.port', 'http'],
    ['request.auth.claims[groups]', 'a*b'], ['request.auth.claims[groups]', ''], ['source.principal', 'spiffe://a/ns/b/sa/c'],
    ['request.auth.principal', 'alice'], ['request.headers[x-a]', ' a'],
  ])('on %s refuses %j', (key, value) => {
    expect(refusal({ when: [{ key, values: [value] }] })).toContain('rules[0].when[0].values[0]');
    expect(refusal({ when: [{ key, notValues: [value] }] })).toContain('rules[0].when[0].notValues[0]');
  });
});
