import { app, IDENTITY, meshed, modelOf, policy, SELECT } from './worlds';
import { accessMap } from '../../../src/access/map/access-map';
import { AccessEdge } from '../../../src/access/map/edges';
import { AccessModel } from '../../../src/access/model/access-model';

const DENY_ALL = policy('NetworkPolicy', 'shop', 'default-deny', { podSelector: {}, policyTypes: ['Ingress', 'Egress'] });
const NOTHING = policy('AuthorizationPolicy', 'shop', 'allow-nothing', {});
const SHOP = [meshed('shop'), app('shop', 'web'), app('shop', 'orders')];

const edgesTo = (model: AccessModel, to: string) => accessMap(model).edges.filter((edge) => edge.to === to);
const said = ({ from, requests }: AccessEdge) => ({ from, requests });
const onPort = (edges: readonly AccessEdge[], port: number) => edges.filter(({ ports }) => ports.some(({ protocol, first, last }) => (
  protocol === 'TCP' && first <= port && port <= last)));

function allowing(rule: unknown, name = 'orders'): string {
  return policy('AuthorizationPolicy', 'shop', name, { ...SELECT('orders'), action: 'ALLOW', rules: [rule] });
}

describe('both layers together', () => {
  const network = policy('NetworkPolicy', 'shop', 'orders', {
    podSelector: { matchLabels: { app: 'orders' } }, ingress: [{ from: [{ podSelector: { matchLabels: { app: 'web' } } }], ports: [{ port: 8080 }] }],
  });
  const out = policy('NetworkPolicy', 'shop', 'web', {
    podSelector: { matchLabels: { app: 'web' } }, policyTypes: ['Egress'], egress: [{ to: [{ podSelector: { matchLabels: { app: 'orders' } } }], ports: [{ port: 8080 }] }],
  });
  const rule = { from: [{ source: { principals: [IDENTITY('shop', 'web')] } }], to: [{ operation: { methods: ['POST', 'GET'], paths: ['/v1/*'] } }] };

  test('leave the one edge that all of them let pass, with what may be sent', () => {
    const edges = edgesTo(modelOf(...SHOP, DENY_ALL, NOTHING, network, out, allowing(rule)), 'shop/orders');
    expect(edges).toEqual([{
      from: 'shop/web',
      to: 'shop/orders',
      ports: [{ protocol: 'TCP', first: 8080, last: 8080 }],
      requests: [{ methods: ['GET', 'POST'], paths: ['/v1/*'] }],
      layers: { network: 'both', mtls: 'STRICT', identity: 'allow', egress: 'ALLOW_ANY' },
    }]);
  });

  test('leave nothing where one half of the network is missing', () => {
    expect(edgesTo(modelOf(...SHOP, DENY_ALL, NOTHING, network, allowing(rule)), 'shop/orders')).toEqual([]);
  });

  test('leave nothing where no rule names the identity', () => {
    const other = { ...rule, from: [{ source: { principals: [IDENTITY('shop', 'batch')] } }] };
    expect(onPort(edgesTo(modelOf(...SHOP, DENY_ALL, NOTHING, network, out, allowing(other)), 'shop/orders'), 8080)).toEqual([]);
  });
});

describe('sources', () => {
  test('are anybody where nothing is isolated and plaintext is taken, in one edge', () => {
    const edges = edgesTo(modelOf('{apiVersion: v1, kind: Namespace, metadata: {name: plain}}', app('plain', 'a'), app('plain', 'b')), 'plain/a');
    expect(edges.map(({ from, requests, layers }) => [from, requests, layers.network])).toEqual([['any', 'any', 'none']]);
    expect(edges[0].ports).toContainEqual({ protocol: 'UDP', first: 1, last: 65535 });
  });

  test('are no addresses outside where mutual TLS is asked for, but for ports that the proxy does not take', () => {
    const outside = edgesTo(modelOf(...SHOP), 'shop/orders').filter(({ from, ports }) => (from === 'outside' || from === 'any') && ports.some(({ protocol }) => protocol === 'TCP'));
    expect(outside.flatMap(({ ports }) => ports.filter(({ protocol }) => protocol === 'TCP'))).toEqual([
      { protocol: 'TCP', first: 15020, last: 15021 }, { protocol: 'TCP', first: 15090, last: 15090 },
    ]);
  });

  test('are everybody but those that a rule refuses', () => {
    const many = Array.from({ length: 40 }, (_, i) => app('shop', `w${i}`));
    const deny = policy('AuthorizationPolicy', 'shop', 'no-w7', { ...SELECT('orders'), action: 'DENY', rules: [{ from: [{ source: { principals: [IDENTITY('shop', 'w7')] } }] }] });
    const edges = onPort(edgesTo(modelOf(...SHOP, ...many, deny), 'shop/orders'), 8080);
    expect(edges.map(({ from, except }) => [from, except])).toEqual([['*/*', ['shop/w7']]]);
  });

  test('are blocks of addresses where a policy names them', () => {
    const block = policy('NetworkPolicy', 'plain', 'b', { podSelector: {}, ingress: [{ from: [{ ipBlock: { cidr: '198.51.100.0/24', except: ['198.51.100.128/25'] } }] }] });
    const edges = edgesTo(modelOf('{apiVersion: v1, kind: Namespace, metadata: {name: plain}}', app('plain', 'a'), block), 'plain/a');
    expect(edges.filter(({ unknown }) => unknown === undefined).map(({ from }) => from)).toContain('198.51.100.0/25');
    expect(edges.map(({ from }) => from)).not.toContain('outside');
  });

  test('that nothing shows may have both the labels and the account that policies name', () => {
    const network = policy('NetworkPolicy', 'shop', 'orders', {
      podSelector: {}, ingress: [{ from: [{ namespaceSelector: { matchLabels: { 'kubernetes.io/metadata.name': 'edge' } }, podSelector: { matchLabels: { istio: 'gw' } } }], ports: [{ port: 8080 }] }],
    });
    const rule = { from: [{ source: { principals: [IDENTITY('edge', 'gateway')] } }] };
    const edges = onPort(edgesTo(modelOf(...SHOP, NOTHING, network, allowing(rule)), 'shop/orders'), 8080);
    expect(edges.map(said)).toEqual([{ from: 'edge/(istio=gw, account gateway)', requests: 'any' }]);
  });
});

describe('requests', () => {
  const from = [{ source: { principals: [IDENTITY('shop', 'web')] } }];
  const requests = (...policies: string[]) => onPort(edgesTo(modelOf(...SHOP, NOTHING, ...policies), 'shop/orders'), 8080).map(said);

  test('of rules that hold each other are said once', () => {
    const wide = allowing({ from, to: [{ operation: { paths: ['/v1/*'] } }] });
    const narrow = allowing({ from, to: [{ operation: { methods: ['GET'], paths: ['/v1/orders'] } }] }, 'more');
    expect(requests(wide, narrow)).toEqual([{ from: 'shop/web', requests: [{ paths: ['/v1/*'] }] }]);
  });

  test('that differ in one field are one row', () => {
    const one = allowing({ from, to: [{ operation: { methods: ['GET'], paths: ['/a'] } }, { operation: { methods: ['GET'], paths: ['/b'] } }] });
    expect(requests(one)).toEqual([{ from: 'shop/web', requests: [{ methods: ['GET'], paths: ['/a', '/b'] }] }]);
  });

  test('that a DENY rule refuses are left out', () => {
    const deny = (operation: unknown) => policy('AuthorizationPolicy', 'shop', 'no', { ...SELECT('orders'), action: 'DENY', rules: [{ to: [{ operation }] }] });
    const allow = allowing({ from, to: [{ operation: { paths: ['/v1/*'] } }] });
    expect(requests(allow, deny({ paths: ['/v1/admin*'] }))).toEqual([{ from: 'shop/web', requests: [{ paths: ['/v1/*'], notPaths: ['/v1/admin*'] }] }]);
    expect(requests(allow, deny({ methods: ['POST'], paths: ['/v1/admin*'] }))).toEqual([{ from: 'shop/web', requests: [{ paths: ['/v1/*'], except: [{ methods: ['POST'], paths: ['/v1/admin*'] }] }] }]);
  });

  test('with a token are told by issuer and claims', () => {
    const issuers = policy('RequestAuthentication', 'shop', 'orders', { ...SELECT('orders'), jwtRules: [{ issuer: 'https://idp.example' }, { issuer: 'https://other.example' }] });
    const rule = { from: [{ source: { principals: [IDENTITY('shop', 'web')], requestPrincipals: ['https://idp.example/*'] } }], when: [{ key: 'request.auth.claims[groups]', values: ['buyers'] }] };
    expect(requests(issuers, allowing(rule))).toEqual([{ from: 'shop/web', requests: [{ token: { issuers: ['https://idp.example'], claims: [{ path: ['groups'], values: ['buyers'] }, { path: ['sub'], values: ['*'] }] } }] }]);
  });

  test('with a token that nobody accepts do not exist', () => {
    const rule = { from: [{ source: { principals: [IDENTITY('shop', 'web')], requestPrincipals: ['https://idp.example/*'] } }] };
    expect(requests(allowing(rule))).toEqual([]);
  });

  test('that cannot be said in rows are told by the rules that decide', () => {
    const issuer = policy('RequestAuthentication', 'shop', 'orders', { ...SELECT('orders'), jwtRules: [{ issuer: 'https://idp.example' }] });
    const rule = { from, to: [{ operation: { paths: ['*.html'] } }] };
    const deny = policy('AuthorizationPolicy', 'shop', 'no', {
      ...SELECT('orders'), action: 'DENY', rules: [{ from: [{ source: { notRequestPrincipals: ['https://idp.example/a', '*b', 'c*'] } }], to: [{ operation: { notPaths: ['/v1/*'] } }] }],
    });
    const [edge] = onPort(edgesTo(modelOf(...SHOP, NOTHING, issuer, allowing(rule), deny), 'shop/orders'), 8080);
    expect(edge.requests === 'conditional' ? edge.rules : edge.requests).toBeTruthy();
  });
});

describe('what is not known', () => {
  test('is said with the reason', () => {
    const filter = '{apiVersion: networking.istio.io/v1alpha3, kind: EnvoyFilter, metadata: {name: odd, namespace: shop}, spec: {workloadSelector: {labels: {app: orders}}}}';
    const [edge] = onPort(edgesTo(modelOf(...SHOP, filter), 'shop/orders'), 8080);
    expect(edge.unknown).toEqual(['EnvoyFilter shop/odd may change what the proxy does']);
  });

  test('is what an authorizer answers', () => {
    const config = '{apiVersion: v1, kind: ConfigMap, metadata: {name: istio, namespace: istio-system}, data: {mesh: "extensionProviders: [{name: opa, envoyExtAuthzGrpc: {service: orders.shop.svc.cluster.local, port: 80}}]"}}';
    const custom = policy('AuthorizationPolicy', 'shop', 'ask', { ...SELECT('orders'), action: 'CUSTOM', provider: { name: 'opa' }, rules: [{}] });
    const edges = onPort(edgesTo(modelOf(...SHOP, config, custom), 'shop/orders'), 8080);
    expect(edges.map(({ ifProvidersAgree }) => ifProvidersAgree)).toEqual([['opa']]);
  });
});

describe('the outside', () => {
  const entry = '{apiVersion: networking.istio.io/v1, kind: ServiceEntry, metadata: {name: bank, namespace: shop}, spec: {hosts: [api.bank.example], resolution: DNS, location: MESH_EXTERNAL, ports: [{number: 443, name: tls, protocol: TLS}]}}';
  const sidecar = '{apiVersion: networking.istio.io/v1, kind: Sidecar, metadata: {name: default, namespace: shop}, spec: {outboundTrafficPolicy: {mode: REGISTRY_ONLY}, egress: [{hosts: ["./*"]}]}}';
  const outbound = policy('NetworkPolicy', 'shop', 'web', { podSelector: { matchLabels: { app: 'web' } }, policyTypes: ['Egress'], egress: [{ to: [{ ipBlock: { cidr: '203.0.113.0/24' } }], ports: [{ port: 443 }] }] });

  test('is reached at the hosts that the proxy knows, where the network lets it', () => {
    const { edges } = accessMap(modelOf(...SHOP, DENY_ALL, entry, sidecar, outbound), { from: (id) => id.startsWith('shop/') });
    const external = edges.filter(({ to }) => to === 'api.bank.example');
    expect(external.map(({ from, where, ports }) => [from, where, ports])).toEqual([['shop/web', ['203.0.113.0/24'], [{ protocol: 'TCP', first: 443, last: 443 }]]]);
  });
});

test('one source or destination alone has the edges that it has in the whole map', () => {
  const model = modelOf(...SHOP, NOTHING, allowing({ from: [{ source: { namespaces: ['shop'] } }], to: [{ operation: { methods: ['GET'] } }] }));
  const from = accessMap(model, { from: (id) => id === 'shop/web', to: (id) => id === 'shop/orders' }).edges;
  expect(onPort(from, 8080).map(said)).toEqual([{ from: 'shop/web', requests: [{ methods: ['GET'] }] }]);
});
