import { ApiObject } from 'cdk8s';
import { emittedOnly, errorOf, shopChart, validationErrors } from './emit';
import { AuthorizationAction, AuthorizationPolicy, AuthorizationRule, PolicyTargetReference } from '../../src/resources';

const FROM_WEB: AuthorizationRule = { from: [{ serviceAccounts: ['shop/web'] }] };

describe('AuthorizationPolicy', () => {
  test('writes every field of a rule where it belongs', () => {
    const chart = shopChart();
    new AuthorizationPolicy(chart, 'orders', {
      selector: { app: 'orders' },
      rules: [{
        from: [{
          principals: ['cluster.local/ns/shop/sa/web', '*'],
          notPrincipals: ['cluster.local/ns/shop/sa/test'],
          requestPrincipals: ['https://idp.example.com/*'],
          notRequestPrincipals: ['https://idp.example.com/mallory'],
          namespaces: ['shop', 'team-*', 'foo*bar'],
          notNamespaces: ['test'],
          trustDomains: ['cluster.local', '*.example.org'],
          notTrustDomains: ['old.example.org'],
          ipBlocks: ['10.0.0.0/8', '10.1.2.3'],
          notIpBlocks: ['2001:db8::/64'],
          remoteIpBlocks: ['192.0.2.0/24'],
          notRemoteIpBlocks: ['192.0.2.7'],
        }, { serviceAccounts: ['shop/web', 'job'], notServiceAccounts: ['shop/test'] }],
        to: [{
          hosts: ['orders.shop', 'orders.shop:*'],
          notHosts: ['*.test'],
          ports: [8080],
          notPorts: [9090],
          methods: ['GET'],
          notMethods: ['DELETE'],
          paths: ['/v1/*', '*.png', '/a/{*}/b', '/c/{**}'],
          notPaths: ['/v1/secret'],
        }, { ports: [9000] }],
        when: [{ key: 'request.headers[x-team]', values: ['a*'], notValues: ['ab'] }],
      }],
    });
    expect(emittedOnly(chart)).toEqual({
      apiVersion: 'security.istio.io/v1',
      kind: 'AuthorizationPolicy',
      metadata: { name: 'orders', namespace: 'shop' },
      spec: {
        selector: { matchLabels: { app: 'orders' } },
        action: 'ALLOW',
        rules: [{
          from: [{
            source: {
              principals: ['cluster.local/ns/shop/sa/web', '*'],
              notPrincipals: ['cluster.local/ns/shop/sa/test'],
              requestPrincipals: ['https://idp.example.com/*'],
              notRequestPrincipals: ['https://idp.example.com/mallory'],
              namespaces: ['shop', 'team-*', 'foo*bar'],
              notNamespaces: ['test'],
              trustDomains: ['cluster.local', '*.example.org'],
              notTrustDomains: ['old.example.org'],
              ipBlocks: ['10.0.0.0/8', '10.1.2.3'],
              notIpBlocks: ['2001:db8::/64'],
              remoteIpBlocks: ['192.0.2.0/24'],
              notRemoteIpBlocks: ['192.0.2.7'],
            },
          }, { source: { serviceAccounts: ['shop/web', 'job'], notServiceAccounts: ['shop/test'] } }],
          to: [{
            operation: {
              hosts: ['orders.shop', 'orders.shop:*'],
              notHosts: ['*.test'],
              ports: ['8080'],
              notPorts: ['9090'],
              methods: ['GET'],
              notMethods: ['DELETE'],
              paths: ['/v1/*', '*.png', '/a/{*}/b', '/c/{**}'],
              notPaths: ['/v1/secret'],
            },
          }, { operation: { ports: ['9000'] } }],
          when: [{ key: 'request.headers[x-team]', values: ['a*'], notValues: ['ab'] }],
        }],
      },
    });
  });

  test('allowNothing is an ALLOW policy without rules', () => {
    const chart = shopChart();
    const policy = AuthorizationPolicy.allowNothing(chart, 'default-deny');
    expect(emittedOnly(chart).spec).toEqual({ action: 'ALLOW' });
    expect(policy.rules).toEqual([]);
  });

  test('allowNothing can be limited to workloads', () => {
    const chart = shopChart();
    AuthorizationPolicy.allowNothing(chart, 'default-deny', { selector: { app: 'orders' } });
    expect(emittedOnly(chart).spec).toEqual({ action: 'ALLOW', selector: { matchLabels: { app: 'orders' } } });
  });

  test('allowNothing can be a dry run', () => {
    const chart = shopChart();
    AuthorizationPolicy.allowNothing(chart, 'default-deny', { dryRun: true });
    expect(emittedOnly(chart).metadata.annotations).toEqual({ 'istio.io/dry-run': 'true' });
  });

  test.each([
    ['addRule', (p: AuthorizationPolicy) => p.addRule(FROM_WEB)],
    ['addUnrestrictedRule', (p: AuthorizationPolicy) => p.addUnrestrictedRule()],
    ['_produceRules', (p: AuthorizationPolicy) => p._produceRules(() => [])],
  ])('allowNothing refuses %s because it would not allow nothing any more', (_, call) => {
    const policy = AuthorizationPolicy.allowNothing(shopChart(), 'default-deny');
    expect(errorOf(() => call(policy))).toContain('a policy that allows nothing takes no rules');
  });

  test('writes an unrestricted rule as an empty one', () => {
    const chart = shopChart();
    const policy = new AuthorizationPolicy(chart, 'open', { action: AuthorizationAction.DENY });
    policy.addUnrestrictedRule();
    expect(emittedOnly(chart, 'spec.rules.0').spec).toEqual({ action: 'DENY', rules: [{}] });
  });

  test('appends produced rules to its own in the given order', () => {
    const chart = shopChart();
    const policy = new AuthorizationPolicy(chart, 'orders', { rules: [FROM_WEB] });
    const late: AuthorizationRule[] = [];
    policy._produceRules(() => late);
    policy.addRule({ to: [{ ports: [9090] }] });
    late.push({ when: [{ key: 'destination.port', values: ['8080'] }] });
    expect(policy.rules).toHaveLength(3);
    expect(emittedOnly(chart).spec.rules).toEqual([
      { from: [{ source: { serviceAccounts: ['shop/web'] } }] },
      { to: [{ operation: { ports: ['9090'] } }] },
      { when: [{ key: 'destination.port', values: ['8080'] }] },
    ]);
  });

  test('can consist of produced rules only', () => {
    const chart = shopChart();
    new AuthorizationPolicy(chart, 'orders')._produceRules(() => [FROM_WEB]);
    expect(emittedOnly(chart).spec.rules).toHaveLength(1);
  });

  test.each(Object.values(AuthorizationAction))('is not synthesised as %s without a rule', (action) => {
    const chart = shopChart();
    new AuthorizationPolicy(chart, 'a', { action, provider: action === AuthorizationAction.CUSTOM ? 'authz' : undefined });
    expect(validationErrors(chart)).toEqual([expect.stringContaining(`a policy with the action ${action} needs a rule`)]);
    expect(() => emittedOnly(chart)).toThrow(/\[shop\/a\]/);
  });

  test('allows nothing when nothing is produced, and is not synthesised when it is to deny', () => {
    const chart = shopChart();
    new AuthorizationPolicy(chart, 'a')._produceRules(() => []);
    expect(validationErrors(chart)).toEqual([]);
    new AuthorizationPolicy(chart, 'b', { action: AuthorizationAction.DENY })._produceRules(() => []);
    expect(validationErrors(chart)).toEqual([expect.stringContaining('a policy with the action DENY needs a rule')]);
  });

  test.each([
    ['an empty rule', {}],
    ['an empty list', { from: [] }],
    ['a value that is not valid', { to: [{ ports: [0] }] }],
  ])('is not synthesised with %s among the produced rules', (_, rule) => {
    const chart = shopChart();
    const policy = new AuthorizationPolicy(chart, 'a', { rules: [FROM_WEB] });
    policy._produceRules(() => [rule]);
    expect(validationErrors(chart)).toEqual([expect.stringMatching(/^rules\[1\]/)]);
    expect(() => ApiObject.of(policy).toJson()).toThrow(/rules\[1\]/);
  });

  test('is not synthesised with more rules than the API server takes', () => {
    const chart = shopChart();
    const policy = new AuthorizationPolicy(chart, 'a');
    policy._produceRules(() => Array(512).fill(FROM_WEB));
    expect(validationErrors(chart)).toEqual([]);
    policy.addRule(FROM_WEB);
    expect(validationErrors(chart)).toEqual([expect.stringContaining('too many rules, got 513')]);
  });

  test('refuses an empty list of rules because ALLOW would then deny everything', () => {
    expect(errorOf(() => new AuthorizationPolicy(shopChart(), 'a', { rules: [] }))).toContain('rules must not be empty');
  });

  test('keeps a rule as it was when its lists are changed afterwards', () => {
    const chart = shopChart();
    const source = { principals: ['a/ns/b/sa/c'] };
    const policy = new AuthorizationPolicy(chart, 'a', { rules: [{ from: [source] }] });
    source.principals.push('*');
    policy.rules[0].from!.pop();
    expect(emittedOnly(chart).spec.rules).toEqual([{ from: [{ source: { principals: ['a/ns/b/sa/c'] } }] }]);
  });
});

describe('the attachment of an AuthorizationPolicy', () => {
  test('names gateways, classes, services and service entries', () => {
    const chart = shopChart();
    const policy = new AuthorizationPolicy(chart, 'a', {
      rules: [FROM_WEB],
      targetRefs: [
        PolicyTargetReference.gateway('waypoint'), PolicyTargetReference.gatewayClass('istio-waypoint'),
        PolicyTargetReference.service('orders'),
        PolicyTargetReference.serviceEntry('payments'),
      ],
    });
    expect(emittedOnly(chart).spec.targetRefs).toEqual([
      { group: 'gateway.networking.k8s.io', kind: 'Gateway', name: 'waypoint' },
      { group: 'gateway.networking.k8s.io', kind: 'GatewayClass', name: 'istio-waypoint' },
      { group: '', kind: 'Service', name: 'orders' },
      { group: 'networking.istio.io', kind: 'ServiceEntry', name: 'payments' },
    ]);
    policy.targetRefs!.pop();
    expect(policy.targetRefs).toHaveLength(4);
    expect(policy.selector).toBeUndefined();
  });

  test.each([
    ['an empty selector because ambient mode would enforce the policy nowhere', { selector: {} }, 'selector must not be empty'],
    ['an empty list of targets', { targetRefs: [] }, 'targetRefs must not be empty'],
    ['a wildcard in a selector', { selector: { app: 'a*' } }, 'selector[app]'],
    ['an empty key in a selector', { selector: { '': 'a' } }, 'a key of selector'],
    ['a selector beside targets', { selector: { app: 'a' }, targetRefs: [PolicyTargetReference.service('a')] }, 'exclude each other'],
    ['17 targets', { targetRefs: Array(17).fill(PolicyTargetReference.service('a')) }, 'targetRefs are too many, got 17'],
  ])('refuses %s', (_, props, text) => {
    expect(errorOf(() => AuthorizationPolicy.allowNothing(shopChart(), 'a', props))).toContain(text);
  });

  test('takes 16 targets', () => {
    const chart = shopChart();
    AuthorizationPolicy.allowNothing(chart, 'a', { targetRefs: [...Array(16).keys()].map((i) => PolicyTargetReference.service(`s${i}`)) });
    expect(emittedOnly(chart).spec.targetRefs).toHaveLength(16);
  });

  test.each(['', 'Orders', 'other/orders'])('refuses the target name %j because targets lie in the namespace of the policy', (name) => {
    expect(errorOf(() => PolicyTargetReference.service(name))).toContain('the name of a Service in targetRefs');
  });

  test('keeps the selector as it was', () => {
    const selector = { app: 'a' };
    const policy = AuthorizationPolicy.allowNothing(shopChart(), 'a', { selector });
    selector.app = 'b';
    policy.selector!.app = 'c';
    expect(policy.selector).toEqual({ app: 'a' });
  });
});

describe('the action of an AuthorizationPolicy', () => {
  test('CUSTOM asks its provider', () => {
    const chart = shopChart();
    new AuthorizationPolicy(chart, 'a',
      { action: AuthorizationAction.CUSTOM, provider: 'authz', rules: [{ to: [{ paths: ['/admin/*'] }] }] });
    expect(emittedOnly(chart).spec).toEqual({
      action: 'CUSTOM', provider: { name: 'authz' }, rules: [{ to: [{ operation: { paths: ['/admin/*'] } }] }],
    });
  });

  test.each([undefined, ''])('CUSTOM is refused with the provider %j', (provider) => {
    expect(errorOf(() => new AuthorizationPolicy(shopChart(), 'a', { action: AuthorizationAction.CUSTOM, provider })))
      .toContain('a CUSTOM policy needs a provider');
  });

  test('a provider is refused with any other action', () => {
    expect(errorOf(() => new AuthorizationPolicy(shopChart(), 'a',
      { provider: 'authz' }))).toContain('a provider is asked by CUSTOM policies only');
  });

  test.each([
    { principals: ['*'] }, { notPrincipals: ['*'] }, { namespaces: ['a'] }, { notNamespaces: ['a'] }, { serviceAccounts: ['a'] },
    { notServiceAccounts: ['a'] }, { trustDomains: ['a'] }, { notTrustDomains: ['a'] }, { requestPrincipals: ['*'] },
    { notRequestPrincipals: ['*'] },
  ])('CUSTOM refuses %j because it is decided before identities are looked at', (source) => {
    const policy = new AuthorizationPolicy(shopChart(), 'a', { action: AuthorizationAction.CUSTOM, provider: 'authz' });
    expect(errorOf(() => policy.addRule({ from: [source] }))).toContain('cannot be used with the action CUSTOM');
  });

  test.each([
    'source.namespace', 'source.serviceAccount', 'source.trustDomain', 'source.principal', 'request.auth.principal',
    'request.auth.claims[groups]',
  ])('CUSTOM refuses a condition on %s', (key) => {
    const policy = new AuthorizationPolicy(shopChart(), 'a', { action: AuthorizationAction.CUSTOM, provider: 'authz' });
    expect(errorOf(() => policy.addRule({ when: [{ key, values: ['a/b'] }] }))).toContain('cannot be used with the action CUSTOM');
  });

  test('CUSTOM takes addresses and attributes of the request', () => {
    const chart = shopChart();
    const policy = new AuthorizationPolicy(chart, 'a', { action: AuthorizationAction.CUSTOM, provider: 'authz' });
    policy.addRule({ from: [{ ipBlocks: ['10.0.0.0/8'] }], when: [{ key: 'request.headers[x-a]', values: ['*'] }] });
    expect(emittedOnly(chart).spec.rules).toHaveLength(1);
  });

  test.each([AuthorizationAction.ALLOW, AuthorizationAction.DENY])('%s can be a dry run', (action) => {
    const chart = shopChart();
    const metadata = { annotations: { a: 'b' } };
    new AuthorizationPolicy(chart, 'a', { action, dryRun: true, rules: [FROM_WEB], metadata });
    expect(emittedOnly(chart).metadata.annotations).toEqual({ 'a': 'b', 'istio.io/dry-run': 'true' });
    expect(metadata).toEqual({ annotations: { a: 'b' } });
  });

  test.each([AuthorizationAction.AUDIT, AuthorizationAction.CUSTOM])('%s cannot be a dry run', (action) => {
    const provider = action === AuthorizationAction.CUSTOM ? 'authz' : undefined;
    expect(errorOf(() => new AuthorizationPolicy(shopChart(), 'a', { action, provider, dryRun: true }))).toContain('there is no dry run');
  });

  test('has no annotation when it is enforced', () => {
    const chart = shopChart();
    const policy = new AuthorizationPolicy(chart, 'a', { rules: [FROM_WEB] });
    expect(policy.dryRun).toBe(false);
    expect(emittedOnly(chart).metadata).toEqual({ name: 'a', namespace: 'shop' });
  });

  test('refuses the annotation by hand', () => {
    expect(errorOf(() => new AuthorizationPolicy(shopChart(), 'a', { metadata: { annotations: { 'istio.io/dry-run': 'yes' } } })))
      .toContain('use the property dryRun');
  });
});
