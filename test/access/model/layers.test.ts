import { ask, GET, istio, networkPolicy, pod, service, stepsOf } from './small-world';

const ORDERS = service('shop/orders', [{ name: 'http', port: 80, targetPort: 8080 }]);
const SIDECARS = [pod('shop/web', 'sidecar'), pod('shop/orders', 'sidecar')];
const AMBIENT = [pod('shop/web', 'ambient'), pod('shop/orders', 'ambient')];
const CALL = {
  from: { workload: 'shop/web' }, to: { workload: 'shop/orders', port: 8080, servicePort: 80, protocol: 'TCP', app: 'http' }, http: GET,
};
const NOTHING = istio('AuthorizationPolicy', 'shop/nothing', {});
const STRICT = istio('PeerAuthentication', 'shop/strict', { mtls: { mode: 'STRICT' } });
const CLOSED = networkPolicy('shop/closed', { podSelector: {} });
const port = (number: number, more: object = {}) => ({ workload: 'shop/orders', port: number, protocol: 'TCP', app: 'http', ...more });

// ports that istio-iptables never redirects: "Ports used by Istio" and "Traffic annotations" of istio.io
describe('ports that the sidecar does not take', () => {
  test.each([15020, 15021, 15090])('are not captured: %d', (number) => {
    expect(ask({ workloads: SIDECARS, objects: [ORDERS, NOTHING, STRICT] }, { ...CALL, to: port(number) }).verdict).toBe('not-captured');
  });

  test('are guarded by the network layer alone', () => {
    expect(ask({ workloads: SIDECARS, objects: [ORDERS, CLOSED] }, { ...CALL, to: port(15020) }).verdict).toBe('dropped');
  });

  test.each([['9090', 'not-captured'], ['9091', 'http-403'], ['9090,9091', 'not-captured']])('are those of excludeInboundPorts: %s', (value, verdict) => {
    const annotations = { 'traffic.sidecar.istio.io/excludeInboundPorts': value };
    const workloads = [SIDECARS[0], pod('shop/orders', 'sidecar', { annotations })];
    expect(ask({ workloads, objects: [NOTHING] }, { ...CALL, to: port(9090), conn: { mtls: 'auto', via: 'pod-ip' } }).verdict).toBe(verdict);
  });

  test('cannot be told from an annotation that is no list of ports', () => {
    const annotations = { 'traffic.sidecar.istio.io/excludeInboundPorts': '9090-9099' };
    const workloads = [SIDECARS[0], pod('shop/orders', 'sidecar', { annotations })];
    expect(ask({ workloads, objects: [NOTHING] }, { ...CALL, to: port(9090) }).verdict).toBe('unknown');
  });
});

describe('protocols that the mesh does not carry', () => {
  const dns = { ...CALL, to: { workload: 'shop/orders', port: 53, protocol: 'UDP' }, http: undefined };

  test('pass every policy of the mesh', () => {
    expect(ask({ workloads: SIDECARS, objects: [NOTHING, STRICT] }, dns).verdict).toBe('not-captured');
  });

  test('meet NetworkPolicies', () => {
    const open = networkPolicy('shop/dns', { podSelector: {}, ingress: [{ ports: [{ port: 53, protocol: 'UDP' }] }] });
    expect(ask({ workloads: SIDECARS, objects: [CLOSED] }, dns).verdict).toBe('dropped');
    expect(ask({ workloads: SIDECARS, objects: [CLOSED, open] }, dns).verdict).toBe('not-captured');
  });

  // NetworkPolicyPort: `port` may be the name of a container port, and `protocol` defaults to TCP
  test('have port names of their own', () => {
    const named = networkPolicy('shop/dns', { podSelector: {}, ingress: [{ ports: [{ port: 'dns', protocol: 'UDP' }] }] });
    const workloads = [SIDECARS[0], pod('shop/orders', 'none', { ports: [{ name: 'dns', port: 53, protocol: 'UDP' }, { name: 'tcp-dns', port: 53, protocol: 'TCP' }] })];
    const overTcp = [SIDECARS[0], pod('shop/orders', 'none', { ports: [{ name: 'dns', port: 53, protocol: 'TCP' }] })];
    expect(ask({ workloads, objects: [named] }, dns).verdict).toBe('allow');
    expect(ask({ workloads: overTcp, objects: [named] }, dns).verdict).toBe('dropped');
  });

  test('are simply allowed between pods outside of the mesh', () => {
    expect(ask({ workloads: [pod('shop/web', 'none'), pod('shop/orders', 'none')] }, dns).verdict).toBe('allow');
  });
});

// Kubernetes: "traffic to and from the node where a Pod is running is always allowed"
describe('processes on the node of a pod', () => {
  const probe = { ...CALL, from: { node: true } };

  test('are not held up by NetworkPolicies', () => {
    expect(ask({ workloads: SIDECARS, objects: [ORDERS, CLOSED] }, probe).verdict).toBe('allow');
  });

  test('have no identity for the sidecar', () => {
    expect(ask({ workloads: SIDECARS, objects: [ORDERS, STRICT] }, probe).verdict).toBe('connection-reset');
    expect(ask({ workloads: SIDECARS, objects: [ORDERS, NOTHING] }, probe).verdict).toBe('http-403');
  });

  test('pass ztunnel by', () => {
    expect(ask({ workloads: AMBIENT, objects: [ORDERS, STRICT, NOTHING, CLOSED] }, probe).verdict).toBe('not-captured');
  });
});

// istio.io, "Ambient and Kubernetes NetworkPolicy": policies have to admit the tunnel, and see no port in it
describe('the tunnel of ambient mode', () => {
  const onto = (number: number) => networkPolicy('shop/in', { podSelector: { matchLabels: { app: 'orders' } }, ingress: [{ ports: [{ port: number }] }] });

  test('is what NetworkPolicies see between pods in ambient mode', () => {
    expect(ask({ workloads: AMBIENT, objects: [ORDERS, onto(15008)] }, CALL).verdict).toBe('allow');
    expect(ask({ workloads: AMBIENT, objects: [ORDERS, onto(8080)] }, CALL).verdict).toBe('dropped');
  });

  test('is not used by clients without it, nor where plaintext was seen', () => {
    const outsider = { ...CALL, from: { outside: true, ip: '203.0.113.9' } };
    expect(ask({ workloads: AMBIENT, objects: [ORDERS, onto(8080)] }, outsider).verdict).toBe('allow');
    expect(ask({ workloads: AMBIENT, objects: [ORDERS, onto(8080)] }, { ...CALL, conn: { mtls: false, via: 'pod-ip' } }).verdict).toBe('allow');
    expect(ask({ workloads: AMBIENT, objects: [ORDERS, onto(15008)] }, { ...CALL, conn: { mtls: false, via: 'pod-ip' } }).verdict).toBe('dropped');
  });

  test('is what arrives wherever mutual TLS was seen', () => {
    const seen = { ...CALL, from: { outside: true, ip: '203.0.113.9' }, conn: { mtls: true, principal: 'cluster.local/ns/shop/sa/web' } };
    expect(ask({ workloads: AMBIENT, objects: [ORDERS, onto(15008)] }, seen).verdict).toBe('allow');
    expect(ask({ workloads: AMBIENT, objects: [ORDERS, onto(8080)] }, seen).verdict).toBe('dropped');
  });

  test('has ports of pods inside, which policies of ztunnel see', () => {
    const only = (number: string) => istio('AuthorizationPolicy', 'shop/port', { rules: [{ to: [{ operation: { ports: [number] } }] }] });
    expect(ask({ workloads: AMBIENT, objects: [ORDERS, only('8080')] }, CALL).verdict).toBe('allow');
    expect(ask({ workloads: AMBIENT, objects: [ORDERS, only('15008')] }, CALL).verdict).toBe('connection-reset');
    expect(ask({ workloads: AMBIENT, objects: [ORDERS, only('80')] }, CALL).verdict).toBe('connection-reset');
  });
});

describe('mutual TLS that a pod without proxy is sent', () => {
  const workloads = [SIDECARS[0], pod('shop/orders', 'none')];

  test('is refused by it, whether a DestinationRule says so or somebody saw it', () => {
    const mutual = istio('DestinationRule', 'shop/orders', { host: 'orders', trafficPolicy: { tls: { mode: 'ISTIO_MUTUAL' } } });
    expect(ask({ workloads, objects: [ORDERS, mutual] }, CALL)).toMatchObject({ verdict: 'connection-reset', reason: expect.stringContaining('ISTIO_MUTUAL') });
    expect(ask({ workloads, objects: [ORDERS] }, { ...CALL, conn: { mtls: true } }).verdict).toBe('connection-reset');
  });

  test('is not sent automatically', () => {
    expect(ask({ workloads, objects: [ORDERS] }, CALL).verdict).toBe('allow');
    expect(ask({ workloads, objects: [ORDERS] }, { ...CALL, conn: { mtls: false } }).verdict).toBe('allow');
  });

  test('may be understood if it is TLS of another kind, which no object shows', () => {
    const simple = istio('DestinationRule', 'shop/orders', { host: 'orders', trafficPolicy: { tls: { mode: 'SIMPLE' } } });
    expect(ask({ workloads, objects: [ORDERS, simple] }, CALL).verdict).toBe('unknown');
  });
});

describe('the server name of the mesh', () => {
  const named = (values: string[]) => istio('AuthorizationPolicy', 'shop/sni', { rules: [{ when: [{ key: 'connection.sni', values }] }] });

  test.each([true, 'auto'])('is that of the Service that was dialled: mTLS %s', (mtls) => {
    const said = (value: string) => ask({ workloads: SIDECARS, objects: [ORDERS, named([value])] }, { ...CALL, conn: { mtls, via: 'service' } }).verdict;
    expect(said('outbound_.80_._.orders.shop.svc.cluster.local')).toBe('allow');
    expect(said('outbound_.8080_._.orders.shop.svc.cluster.local')).toBe('http-403');
  });
});

describe('egress', () => {
  const API = istio('ServiceEntry', 'shop/api', {
    hosts: ['api.example'], location: 'MESH_EXTERNAL', resolution: 'DNS', ports: [{ number: 443, name: 'tls', protocol: 'TLS' }],
  });
  const STRANGERS = istio('Sidecar', 'shop/default', { outboundTrafficPolicy: { mode: 'REGISTRY_ONLY' }, egress: [{ hosts: ['./*'] }] });
  const call = (host: string) => ({ from: CALL.from, to: { host, port: 443, protocol: 'TCP', app: 'tls' } });

  test('reaches known hosts alone where a Sidecar says REGISTRY_ONLY', () => {
    expect(ask({ workloads: SIDECARS, objects: [API, STRANGERS] }, call('api.example')).verdict).toBe('allow');
    const refused = ask({ workloads: SIDECARS, objects: [API, STRANGERS] }, call('other.example'));
    expect([refused.verdict, stepsOf(refused)]).toEqual(['connection-reset', ['egress source refuse Sidecar shop/default']]);
  });

  test('reaches every host where nothing is said', () => {
    expect(ask({ workloads: SIDECARS, objects: [API] }, call('other.example')).verdict).toBe('allow');
  });

  test('of a pod without proxy is no matter of a Sidecar', () => {
    expect(ask({ workloads: [pod('shop/web', 'none')], objects: [STRANGERS] }, call('other.example')).verdict).toBe('allow');
  });

  test('of a host is for sure only where NetworkPolicies agree about all addresses', () => {
    const some = networkPolicy('shop/out', { podSelector: {}, policyTypes: ['Egress'], egress: [{ to: [{ ipBlock: { cidr: '198.51.100.0/24' } }] }] });
    const none = networkPolicy('shop/out', { podSelector: {}, policyTypes: ['Egress'] });
    expect(ask({ workloads: SIDECARS, objects: [API, some] }, call('api.example')).verdict).toBe('unknown');
    expect(ask({ workloads: SIDECARS, objects: [API, none] }, call('api.example')).verdict).toBe('dropped');
    expect(ask({ workloads: SIDECARS, objects: [some] }, { ...call(''), to: { ip: '198.51.100.7', port: 443, protocol: 'TCP' } }).verdict).toBe('allow');
    expect(ask({ workloads: SIDECARS, objects: [some] }, { ...call(''), to: { ip: '203.0.113.7', port: 443, protocol: 'TCP' } }).verdict).toBe('dropped');
  });
});

describe('external authorizers', () => {
  const mesh = { extensionProviders: [{ name: 'opa', api: 'grpc' }] };
  const ASKED = istio('AuthorizationPolicy', 'shop/ask', {
    action: 'CUSTOM', provider: { name: 'opa' }, rules: [{ to: [{ operation: { paths: ['/pay*'] } }] }],
  });
  const pay = { ...CALL, http: { ...GET, path: '/pay' } };
  const world = { mesh, workloads: SIDECARS, objects: [ORDERS, ASKED] };

  test('leave a condition on what is allowed', () => {
    expect(ask(world, pay)).toMatchObject({ verdict: 'allow', ifProvidersAgree: ['opa'] });
  });

  test('are asked about the requests of their rules alone', () => {
    const answer = ask(world, CALL);
    expect([answer.verdict, answer.ifProvidersAgree]).toEqual(['allow', undefined]);
  });

  test('can only refuse', () => {
    expect(ask(world, { ...pay, extAuthz: { opa: 'denied' } }).verdict).toBe('http-403');
    expect(ask({ ...world, objects: [...world.objects, NOTHING] }, { ...pay, extAuthz: { opa: 'ok' } }).verdict).toBe('http-403');
    const refused = ask({ ...world, objects: [...world.objects, NOTHING] }, pay);
    expect([refused.verdict, refused.ifProvidersAgree]).toEqual(['http-403', undefined]);
  });
});
