import { ask, GET, istio, networkPolicy, pod, service, stepsOf } from './small-world';

const ORDERS = service('shop/orders', [{ name: 'http', port: 80, targetPort: 8080 }]);
const SIDECARS = [pod('shop/web', 'sidecar'), pod('shop/orders', 'sidecar')];
const call = (http: object = {}, more: object = {}) => ({
  from: { workload: 'shop/web' },
  to: { workload: 'shop/orders', port: 8080, servicePort: 80, protocol: 'TCP', app: 'http' },
  http: { ...GET, ...http },
  ...more,
});
const last = (objects: object[], query: object = call()) => {
  const answer = ask({ workloads: SIDECARS, objects: [ORDERS, ...objects] }, query);
  return [answer.verdict, stepsOf(answer).at(-1)];
};
const policy = (rules: object[], more: object = {}) => istio('AuthorizationPolicy', 'shop/orders', { rules, ...more });
const from = (source: object) => ({ from: [{ source }] });
const to = (operation: object) => ({ to: [{ operation }] });

describe('the trail of a verdict', () => {
  test('names each layer in the order in which it sees the connection', () => {
    expect(stepsOf(ask({ workloads: SIDECARS, objects: [ORDERS] }, call()))).toEqual([
      'egress source pass Service shop/orders', 'network source pass', 'network destination pass', 'mtls source pass', 'mtls destination pass',
      'identity destination pass',
    ]);
  });

  test('ends with the rule that allows, and the field by which it does', () => {
    expect(last([policy([from({ principals: ['*/sa/admin'] }), { ...from({ namespaces: ['shop'] }), ...to({ methods: ['GET'] }) }])]))
      .toEqual(['allow', 'identity destination pass AuthorizationPolicy shop/orders rule 1 from[0].source.namespaces']);
  });

  test('ends with the rule that refuses', () => {
    expect(last([policy([to({ paths: ['/other'] }), to({ ports: ['1'], paths: ['/'] }), to({ paths: ['/admin', '/'] })], { action: 'DENY' })]))
      .toEqual(['http-403', 'identity destination refuse AuthorizationPolicy shop/orders rule 2 to[0].operation.paths']);
  });

  test('ends for a refusal with the nearest rule, and the field that fails', () => {
    const far = { ...from({ principals: ['*/sa/admin'] }), ...to({ methods: ['POST'], paths: ['/x'] }) };
    const near = { ...from({ namespaces: ['shop'] }), ...to({ methods: ['POST'] }) };
    expect(last([policy([far, near])])).toEqual(['http-403', 'identity destination refuse AuthorizationPolicy shop/orders rule 1 to[0].operation.methods']);
  });

  test('names conditions and negations by their fields', () => {
    const when = (key: string, more: object) => ({ when: [{ key, ...more }] });
    expect(last([policy([when('request.headers[x-a]', { values: ['1'] })])])[1]).toBe('identity destination refuse AuthorizationPolicy shop/orders rule 0 when[0].values');
    expect(last([policy([when('source.namespace', { notValues: ['shop'] })])])[1]).toBe('identity destination refuse AuthorizationPolicy shop/orders rule 0 when[0].notValues');
    expect(last([policy([from({ notNamespaces: ['shop'] })])])[1]).toBe('identity destination refuse AuthorizationPolicy shop/orders rule 0 from[0].source.notNamespaces');
  });

  test('names the policy that allows nothing', () => {
    expect(last([policy([])])).toEqual(['http-403', 'identity destination refuse AuthorizationPolicy shop/orders']);
  });

  test('tells layers of users from those of identities', () => {
    const tokens = istio('RequestAuthentication', 'shop/tokens', { jwtRules: [{ issuer: 'idp' }] });
    const bearer = (claims: object, state = 'valid') => call({ tokens: [{ in: 'header', name: 'Authorization', prefix: 'Bearer ', claims: { iss: 'idp', ...claims }, state }] });
    const wanted = policy([from({ requestPrincipals: ['idp/alice'] })]);
    expect(last([tokens, wanted], bearer({ sub: 'alice' }))).toEqual(['allow', 'user destination pass AuthorizationPolicy shop/orders rule 0 from[0].source.requestPrincipals']);
    expect(last([tokens, wanted], bearer({ sub: 'bob' }))[0]).toBe('http-403');
    expect(last([tokens], bearer({ sub: 'alice' }, 'expired'))).toEqual(['http-401', 'user destination refuse RequestAuthentication shop/tokens jwtRules[0]']);
  });

  test('names the NetworkPolicy that lets nothing pass, and the field that keeps it closed', () => {
    const rules = [{ from: [{ podSelector: { matchLabels: { app: 'web' } } }], ports: [{ port: 9000 }] }];
    const closed = (spec: object) => networkPolicy('shop/in', { podSelector: { matchLabels: { app: 'orders' } }, ...spec });
    expect(last([closed({ ingress: rules })])).toEqual(['dropped', 'network destination refuse NetworkPolicy shop/in rule 0 ingress[0].ports']);
    expect(last([closed({})])).toEqual(['dropped', 'network destination refuse NetworkPolicy shop/in']);
    const out = networkPolicy('shop/out', { podSelector: { matchLabels: { app: 'web' } }, policyTypes: ['Egress'] });
    expect(stepsOf(ask({ workloads: SIDECARS, objects: [ORDERS, out] }, call()))).toContain('network source refuse NetworkPolicy shop/out');
  });

  test('names the PeerAuthentication and the DestinationRule that decide about TLS', () => {
    const strict = istio('PeerAuthentication', 'shop/strict', { mtls: { mode: 'STRICT' } });
    const plain = istio('DestinationRule', 'shop/plain', { host: 'orders', trafficPolicy: { tls: { mode: 'DISABLE' } } });
    expect(stepsOf(ask({ workloads: SIDECARS, objects: [ORDERS, strict, plain] }, call())).slice(-3)).toEqual([
      'mtls source pass DestinationRule shop/plain', 'mtls destination pass PeerAuthentication shop/strict mtls', 'mtls destination refuse',
    ]);
  });
});

describe('objects of kinds that are not modelled', () => {
  const filter = (id: string, selector?: object) => istio('EnvoyFilter', id, selector === undefined ? {} : { workloadSelector: { labels: selector } });
  const cilium = (id: string, labels: object) => ({
    apiVersion: 'cilium.io/v2', kind: 'CiliumNetworkPolicy', metadata: { name: id.split('/')[1], namespace: id.split('/')[0] }, spec: { endpointSelector: { matchLabels: labels } },
  });

  test.each([
    ['of its labels', filter('shop/f', { app: 'orders' })],
    ['of its namespace', filter('shop/f')],
    ['of the mesh', filter('istio-system/f')],
  ])('leave open what the proxy does for workloads %s', (_, object) => {
    expect(last([object])).toEqual(['unknown', expect.stringMatching(/^identity destination unknown EnvoyFilter /)]);
  });

  test.each([
    ['other labels', filter('shop/f', { app: 'other' })],
    ['another namespace', filter('bank/f')],
    ['the client alone', filter('shop/f', { app: 'web' })],
  ])('change nothing for workloads of %s', (_, object) => {
    expect(last([object])[0]).toBe('allow');
  });

  test('do not make undecided what the proxy never sees, nor what was dropped before', () => {
    const uncaptured = { ...call(), to: { workload: 'shop/orders', port: 15020, protocol: 'TCP', app: 'http' } };
    expect(last([filter('shop/f')], uncaptured)[0]).toBe('not-captured');
    expect(last([filter('shop/f'), networkPolicy('shop/closed', { podSelector: {} })])[0]).toBe('dropped');
  });

  test('that filter packets leave both directions of their pods open', () => {
    expect(last([cilium('shop/c', { 'k8s:app': 'orders' })])).toEqual(['unknown', 'network destination unknown CiliumNetworkPolicy shop/c']);
    expect(last([cilium('shop/c', { app: 'web' })])[0]).toBe('unknown');
    expect(last([cilium('shop/c', { app: 'other' })])[0]).toBe('allow');
    expect(last([cilium('bank/c', {})])[0]).toBe('allow');
    expect(last([{ apiVersion: 'cilium.io/v2', kind: 'CiliumClusterwideNetworkPolicy', metadata: { name: 'c' }, spec: {} }])[0]).toBe('unknown');
  });
});
