import { ask, GET, istio, networkPolicy, pod, service, stepsOf } from './small-world';

const PODS = [pod('edge/in', 'gateway', { labels: { istio: 'in' } }), pod('shop/web', 'sidecar')];
const EDGE = [
  istio('Gateway', 'edge/in', { selector: { istio: 'in' }, servers: [{ port: { number: 80, name: 'http', protocol: 'HTTP' }, hosts: ['shop.example'] }] }),
  service('edge/in', [{ name: 'http', port: 80, targetPort: 8080 }], { selector: { istio: 'in' }, clusterIP: '10.96.0.9' }),
  service('shop/web', [{ name: 'http', port: 80, targetPort: 8080 }], { clusterIP: '10.96.0.8' }),
];
const route = (host: string, name = 'web') => istio('VirtualService', `shop/${name}`, {
  hosts: ['shop.example'], gateways: ['edge/in'], http: [{ match: [{ uri: { prefix: '/shop' } }], route: [{ destination: { host, port: { number: 80 } } }] }],
});
const ROUTE = route('web.shop.svc.cluster.local');
const call = (http: object = {}) => ({
  from: { outside: true, ip: '203.0.113.9' },
  to: { workload: 'edge/in', port: 8080, servicePort: 80, protocol: 'TCP', app: 'http' },
  http: { ...GET, path: '/shop/x', ...http },
});
const only = (account: string) => istio('AuthorizationPolicy', 'shop/web', {
  selector: { matchLabels: { app: 'web' } }, rules: [{ from: [{ source: { principals: [`cluster.local/ns/${account}`] } }] }],
});

describe('a request through a gateway', () => {
  test('reaches the pod behind its route', () => {
    const answer = ask({ workloads: PODS, objects: [...EDGE, ROUTE] }, call());
    expect(answer.verdict).toBe('allow');
    expect(stepsOf(answer).slice(4)).toEqual([
      'identity gateway pass VirtualService shop/web', 'network source pass', 'network destination pass', 'mtls source pass', 'mtls destination pass',
      'identity destination pass',
    ]);
  });

  test('arrives there with the identity of the gateway', () => {
    expect(ask({ workloads: PODS, objects: [...EDGE, ROUTE, only('edge/sa/in')] }, call()).verdict).toBe('allow');
    expect(ask({ workloads: PODS, objects: [...EDGE, ROUTE, only('shop/sa/web')] }, call())).toMatchObject({
      verdict: 'http-403', reason: expect.stringContaining('AuthorizationPolicy shop/web'),
    });
  });

  test.each([['no path', { path: '/else' }], ['no host', { host: 'other.example' }]])('is 404 where routes know %s', (_, http) => {
    expect(ask({ workloads: PODS, objects: [...EDGE, ROUTE] }, call(http)).verdict).toBe('http-404');
  });

  test('is stopped by the network on either leg', () => {
    const closed = (id: string) => networkPolicy(`${id}/closed`, { podSelector: {} });
    const before = ask({ workloads: PODS, objects: [...EDGE, ROUTE, closed('edge')] }, call());
    const behind = ask({ workloads: PODS, objects: [...EDGE, ROUTE, closed('shop')] }, call());
    expect([before.verdict, before.trail.length]).toEqual(['dropped', 2]);
    expect([behind.verdict, behind.trail.length]).toEqual(['dropped', 7]);
  });

  test('meets the policies of the gateway before any route', () => {
    const refusing = istio('AuthorizationPolicy', 'edge/no', { action: 'DENY', rules: [{ from: [{ source: { ipBlocks: ['203.0.113.0/24'] } }] }] });
    expect(ask({ workloads: PODS, objects: [...EDGE, refusing] }, call()).verdict).toBe('http-403');
    expect(ask({ workloads: PODS, objects: [...EDGE, refusing, ROUTE] }, { ...call(), from: { outside: true, ip: '198.51.100.1' } }).verdict).toBe('allow');
  });

  test('finds no listener at another port', () => {
    expect(ask({ workloads: PODS, objects: [...EDGE, ROUTE] }, { ...call(), to: { workload: 'edge/in', port: 9999, protocol: 'TCP', app: 'http' } }).verdict)
      .toBe('connection-reset');
  });

  test('carries what authorizers on the way still may say', () => {
    const mesh = { extensionProviders: [{ name: 'opa', api: 'grpc' }, { name: 'edge', api: 'grpc' }] };
    const asking = (id: string, name: string) => istio('AuthorizationPolicy', id, { action: 'CUSTOM', provider: { name }, rules: [{}] });
    const answer = ask({ mesh, workloads: PODS, objects: [...EDGE, ROUTE, asking('edge/ask', 'edge'), asking('shop/ask', 'opa')] }, call());
    expect(answer).toMatchObject({ verdict: 'allow', ifProvidersAgree: ['edge', 'opa'] });
  });

  test('that leads in a circle is not decided', () => {
    const circle = route('in.edge.svc.cluster.local', 'circle');
    expect(ask({ workloads: PODS, objects: [...EDGE, circle] }, call())).toMatchObject({ verdict: 'unknown', reason: expect.stringContaining('circle') });
  });

  test('that leads to nobody who is shown ends at the gateway', () => {
    expect(ask({ workloads: PODS, objects: [...EDGE, route('gone.shop.svc.cluster.local')] }, call()))
      .toMatchObject({ verdict: 'allow', reason: 'the route leads to nobody who is shown' });
  });
});

describe('a waypoint', () => {
  const POD = pod('shop/wp', 'waypoint', { labels: { 'gateway.networking.k8s.io/gateway-name': 'wp' } });
  const WAYPOINT = {
    apiVersion: 'gateway.networking.k8s.io/v1',
    kind: 'Gateway',
    metadata: { name: 'wp', namespace: 'shop' },
    spec: { gatewayClassName: 'istio-waypoint', listeners: [{ name: 'mesh', port: 15008, protocol: 'HBONE' }] },
  };
  const ORDERS = service('shop/orders', [{ name: 'http', port: 80, targetPort: 8080 }], {}, { 'istio.io/use-waypoint': 'wp' });
  const L7 = istio('AuthorizationPolicy', 'shop/l7', {
    targetRefs: [{ group: '', kind: 'Service', name: 'orders' }],
    rules: [{ from: [{ source: { principals: ['cluster.local/ns/shop/sa/web'] } }], to: [{ operation: { methods: ['GET'], ports: ['80'] } }] }],
  });
  const L4 = istio('AuthorizationPolicy', 'shop/l4', {
    selector: { matchLabels: { app: 'orders' } }, rules: [{ from: [{ source: { principals: ['cluster.local/ns/shop/sa/wp'] } }] }],
  });
  const AMBIENT = [pod('shop/web', 'ambient'), pod('shop/orders', 'ambient'), POD];
  const asked = (http: object = {}) => ({
    from: { workload: 'shop/web' }, to: { workload: 'shop/orders', port: 8080, servicePort: 80, protocol: 'TCP', app: 'http' }, http: { ...GET, ...http },
  });
  const byAddress = { ...asked({ method: 'POST' }), to: { workload: 'shop/orders', port: 8080, protocol: 'TCP', app: 'http' }, conn: { mtls: 'auto', via: 'pod-ip' } };

  test('sees the client and the port of the Service, and ztunnel behind it the waypoint', () => {
    const answer = ask({ workloads: AMBIENT, objects: [WAYPOINT, ORDERS, L7, L4] }, asked());
    expect([answer.verdict, stepsOf(answer)]).toEqual(['allow', [
      'network source pass', 'network destination pass', 'mtls waypoint pass', 'identity waypoint pass AuthorizationPolicy shop/l7 rule 0 from[0].source.principals',
      'network source pass', 'network destination pass', 'identity destination pass AuthorizationPolicy shop/l4 rule 0',
    ]]);
  });

  test('refuses what its rules do not say, with the field that fails', () => {
    const answer = ask({ workloads: AMBIENT, objects: [WAYPOINT, ORDERS, L7, L4] }, asked({ method: 'POST' }));
    expect([answer.verdict, stepsOf(answer).at(-1)]).toEqual(['http-403',
      'identity waypoint refuse AuthorizationPolicy shop/l7 rule 0 to[0].operation.methods']);
  });

  test('is passed by those who call the pod, unless ztunnel admits the waypoint alone', () => {
    expect(ask({ workloads: AMBIENT, objects: [WAYPOINT, ORDERS, L7] }, byAddress).verdict).toBe('allow');
    expect(ask({ workloads: AMBIENT, objects: [WAYPOINT, ORDERS, L7, L4] }, byAddress).verdict).toBe('connection-reset');
  });

  test('is passed by plaintext, and by clients with a sidecar', () => {
    const plain = { ...asked({ method: 'POST' }), conn: { mtls: false, via: 'service' } };
    expect(ask({ workloads: AMBIENT, objects: [WAYPOINT, ORDERS, L7] }, plain).verdict).toBe('allow');
    const workloads = [pod('shop/web', 'sidecar'), ...AMBIENT.slice(1)];
    expect(ask({ workloads, objects: [WAYPOINT, ORDERS, L7] }, asked({ method: 'POST' })).verdict).toBe('allow');
  });

  test('has to be reachable itself, and to reach the pod', () => {
    const onto = (app: string, from: string) => networkPolicy(`shop/${app}`, {
      podSelector: app === 'wp' ? { matchLabels: { 'gateway.networking.k8s.io/gateway-name': 'wp' } } : { matchLabels: { app } },
      ingress: [{ from: [{ podSelector: from === 'wp' ? { matchLabels: { 'gateway.networking.k8s.io/gateway-name': 'wp' } } : { matchLabels: { app: from } } }] }],
    });
    const verdict = (...policies: object[]) => ask({ workloads: AMBIENT, objects: [WAYPOINT, ORDERS, ...policies] }, asked()).verdict;
    expect(verdict(onto('wp', 'web'), onto('orders', 'wp'))).toBe('allow');
    expect(verdict(onto('wp', 'nobody'), onto('orders', 'wp'))).toBe('dropped');
    expect(verdict(onto('wp', 'web'), onto('orders', 'web'))).toBe('dropped');
  });

  test('whose pods are not shown is taken to be there', () => {
    const answer = ask({ workloads: AMBIENT.slice(0, 2), objects: [WAYPOINT, ORDERS, L7, L4] }, asked());
    expect(answer.verdict).toBe('allow');
  });
});
