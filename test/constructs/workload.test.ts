import { App, Chart, Testing } from 'cdk8s';
import {
  Cidr, ClaimRequirement, CloudIdentity, Cluster, Grants, HttpMatch, PlaintextSource, Port, ServiceAccountRef, Workload, ZeroTrustNamespace,
} from '../../src';
import { faults, meshWith, namesOf, newChart, only, synthChecked } from '../support/synth';

const GATEWAY = { name: 'public', namespace: 'edge', podLabels: { istio: 'gw' }, serviceAccount: 'gw-sa' };
const API = { addresses: [Cidr.address('10.0.0.1')], number: 6443 };

function shopIn(chart: Chart, facts = {}): ZeroTrustNamespace {
  return new ZeroTrustNamespace(chart, 'shop', { mesh: meshWith(facts) });
}

describe('a grant between two workloads', () => {
  test('opens both sides of the network layer and admits the identity with its request', () => {
    const chart = newChart();
    const shop = shopIn(chart);
    const web = shop.addWorkload('web');
    const orders = shop.addWorkload('orders', { ports: [Port.http(8080), Port.tcp(9000)] });
    orders.allowFrom(web, { ports: [Port.http(8080)], routes: [HttpMatch.get('/v1/*')], reason: 'order page' });
    const objects = synthChecked(chart);
    const [web_, orders_] = ['web', 'orders'].map((name) => ({ podSelector: { matchLabels: { 'app.kubernetes.io/name': name } } }));
    const ports = [{ port: 8080, protocol: 'TCP' }];
    expect(only(objects, 'NetworkPolicy', 'orders').spec).toMatchObject({ ingress: [{ from: [web_], ports }], policyTypes: ['Ingress', 'Egress'] });
    expect(only(objects, 'NetworkPolicy', 'web').spec).toMatchObject({ egress: [{ to: [orders_], ports }], policyTypes: ['Ingress', 'Egress'] });
    expect(only(objects, 'AuthorizationPolicy', 'orders').spec).toEqual({
      action: 'ALLOW',
      selector: { matchLabels: { 'app.kubernetes.io/name': 'orders' } },
      rules: [{
        from: [{ source: { principals: ['cluster.local/ns/shop/sa/web'] } }],
        to: [{ operation: { ports: ['8080'], methods: ['GET'], paths: ['/v1/*'] } }],
      }],
    });
    expect(namesOf(objects, 'AuthorizationPolicy')).toEqual(['allow-nothing', 'orders']);
    expect(objects).toMatchSnapshot();
  });

  test('is the same from either end', () => {
    const [a, b] = ['from', 'to'].map((side) => {
      const chart = newChart();
      const shop = shopIn(chart);
      const [web, db] = [shop.addWorkload('web'), shop.addWorkload('db', { ports: [Port.POSTGRES] })];
      side === 'from' ? db.allowFrom(web, { reason: 'orders' }) : web.allowTo(db, { reason: 'orders' });
      return synthChecked(chart);
    });
    expect(a).toEqual(b);
  });

  test('keeps identity, port and request in one rule, and merges equal access of several sources', () => {
    const chart = newChart();
    const shop = shopIn(chart);
    const api = shop.addWorkload('api', { ports: [Port.http(80)] });
    for (const name of ['c', 'a', 'b']) {
      api.allowFrom(shop.addWorkload(name), { routes: [HttpMatch.get(name === 'b' ? '/b' : '/x')], reason: `page ${name}` });
    }
    const { rules } = only(synthChecked(chart), 'AuthorizationPolicy', 'api').spec;
    expect(rules).toHaveLength(2);
    expect(rules).toContainEqual({
      from: [{ source: { principals: ['cluster.local/ns/shop/sa/a', 'cluster.local/ns/shop/sa/c'] } }],
      to: [{ operation: { ports: ['80'], methods: ['GET'], paths: ['/x'] } }],
    });
    expect(rules).toContainEqual({
      from: [{ source: { principals: ['cluster.local/ns/shop/sa/b'] } }], to: [{ operation: { ports: ['80'], methods: ['GET'], paths: ['/b'] } }],
    });
  });

  test('keeps a grant of everything beside one of some paths', () => {
    const chart = newChart();
    const shop = shopIn(chart);
    const [api, web] = [shop.addWorkload('api', { ports: [Port.http(80), Port.http(81)] }), shop.addWorkload('web')];
    api.allowFrom(web, { ports: [Port.http(80)], routes: [HttpMatch.get('/a')] });
    api.allowFrom(web, { ports: [Port.http(80)], routes: [HttpMatch.get('/b'), HttpMatch.post('/c')] });
    api.allowFrom(web, { ports: [Port.http(81)] });
    const { rules } = only(synthChecked(chart), 'AuthorizationPolicy', 'api').spec;
    expect(rules.map((rule: any) => rule.to.map((t: any) => t.operation))).toEqual([
      [{ ports: ['80'], methods: ['GET'], paths: ['/a', '/b'] }, { ports: ['80'], methods: ['POST'], paths: ['/c'] }], [{ ports: ['81'] }],
    ]);
  });

  test('keeps a grant on a TCP port out of rules about requests, which Istio drops as a whole there', () => {
    const chart = newChart();
    const shop = shopIn(chart);
    const [api, web] = [shop.addWorkload('api', { ports: [Port.http(80), Port.tcp(5432)] }), shop.addWorkload('web')];
    api.allowFrom(web, { ports: [Port.http(80)], routes: [HttpMatch.get('/a')] });
    api.allowFrom(web, { ports: [Port.tcp(5432)] });
    const { rules } = only(synthChecked(chart), 'AuthorizationPolicy', 'api').spec;
    expect(rules.map((rule: any) => rule.to.map((t: any) => t.operation))).toEqual([
      [{ ports: ['5432'] }], [{ ports: ['80'], methods: ['GET'], paths: ['/a'] }],
    ]);
  });

  test('writes a header as a condition of a rule of its own', () => {
    const chart = newChart();
    const shop = shopIn(chart);
    const [api, web] = [shop.addWorkload('api', { ports: [Port.http(80)] }), shop.addWorkload('web')];
    api.allowFrom(web, { routes: [HttpMatch.of({ paths: ['/a'], headers: [{ name: 'X-Tenant', values: ['blue'] }] }), HttpMatch.get('/b')] });
    const { rules } = only(synthChecked(chart), 'AuthorizationPolicy', 'api').spec;
    expect(rules.map((r: any) => [r.to[0].operation.paths, r.when])).toEqual(expect.arrayContaining([
      [['/a'], [{ key: 'request.headers[x-tenant]', values: ['blue'] }]], [['/b'], undefined],
    ]));
  });

  test('across namespaces lets the proxy of the source know that one Service, and nobody else', () => {
    const chart = newChart();
    const mesh = meshWith();
    const shop = new ZeroTrustNamespace(chart, 'shop', { mesh });
    const data = new ZeroTrustNamespace(chart, 'data', { mesh });
    data.addWorkload('db', { ports: [Port.POSTGRES], serviceName: 'db-rw' }).allowFrom(shop.addWorkload('web'));
    shop.addWorkload('other');
    const objects = synthChecked(chart);
    expect(only(objects, 'Sidecar', 'web').spec).toEqual({
      egress: [{ hosts: ['./*.shop.svc.cluster.local', 'data/db-rw.data.svc.cluster.local'] }],
      outboundTrafficPolicy: { mode: 'REGISTRY_ONLY' },
      workloadSelector: { labels: { 'app.kubernetes.io/name': 'web' } },
    });
    expect(namesOf(objects, 'Sidecar').sort()).toEqual(['default', 'default', 'web']);
    expect(only(objects, 'NetworkPolicy', 'db').spec.ingress[0].from).toEqual([{
      namespaceSelector: { matchLabels: { 'kubernetes.io/metadata.name': 'shop' } }, podSelector: { matchLabels: { 'app.kubernetes.io/name': 'web' } },
    }]);
  });

  test('on a UDP port is on the network layer alone: no proxy carries it', () => {
    const chart = newChart();
    const shop = shopIn(chart);
    shop.addWorkload('dns', { ports: [Port.udp(5353), Port.tcp(5353)] }).allowFrom(shop.addWorkload('web'));
    const objects = synthChecked(chart);
    expect(only(objects, 'NetworkPolicy', 'dns').spec.ingress[0].ports.map((p: any) => p.protocol).sort()).toEqual(['TCP', 'UDP']);
    expect(only(objects, 'AuthorizationPolicy', 'dns').spec.rules[0].to).toEqual([{ operation: { ports: ['5353'] } }]);
  });

  test('on UDP ports alone defines no policy of the identity layer', () => {
    const chart = newChart();
    const shop = shopIn(chart);
    shop.addWorkload('game', { ports: [Port.udp(7000)] }).allowFrom(shop.addWorkload('web'), { reason: 'moves' });
    const objects = synthChecked(chart);
    expect(namesOf(objects, 'AuthorizationPolicy')).toEqual(['allow-nothing']);
    expect(only(objects, 'NetworkPolicy', 'game').spec.ingress[0].ports).toEqual([{ port: 7000, protocol: 'UDP' }]);
  });

  test('to itself opens both directions of its one policy', () => {
    const chart = newChart();
    const db = shopIn(chart).addWorkload('db', { ports: [Port.POSTGRES] });
    db.allowFrom(db, { reason: 'replication' });
    const policy = only(synthChecked(chart), 'NetworkPolicy', 'db');
    expect(policy.spec.ingress[0].from).toEqual(policy.spec.egress[0].to);
    expect(policy.metadata.annotations['cdk8s-zero-trust/grants'].split('\n')).toEqual(['from shop/db: replication', 'to shop/db: replication']);
  });
});

describe('what a grant refuses', () => {
  const chart = newChart();
  const shop = shopIn(chart);
  const web = shop.addWorkload('web');
  const api = shop.addWorkload('api', { ports: [Port.http(80), Port.tcp(9000)] });

  test.each([
    ['routes on a TCP port', { routes: [HttpMatch.get('/x')] }, /routes on tcp\/9000 of shop\/api would be dropped by Istio/],
    ['a port that is not declared', { ports: [Port.tcp(443)] }, /does not listen on tcp\/443; allowed: http\/80, tcp\/9000/],
    ['claims, which nothing validates', { claims: [ClaimRequirement.contains('groups', 'x')] }, /nothing validates a token there/],
    ['an empty list of ports', { ports: [] }, /would mean all of them/],
    ['an empty list of routes', { routes: [] }, /would mean every request/],
    ['a reason that says nothing', { reason: ' ' }, /reason that says something/],
    ['a reason of two lines', { reason: 'one\ntwo' }, /line break/],
  ])('%s', (_, options, message) => {
    expect(() => api.allowFrom(web, options)).toThrow(message);
  });

  test('nothing of what is right', () => {
    expect(() => api.allowFrom(web, { ports: [Port.http(80)], routes: [HttpMatch.get('/x')], reason: 'fine' })).not.toThrow();
  });

  test('a target without ports', () => {
    expect(() => web.allowFrom(api)).toThrow(/declares no port/);
  });

  test.each([
    ['a range', [Port.tcpRange(1, 9)], /no single number/], ['the same port twice', [Port.tcp(80), Port.http(80)], /declares a port twice/],
  ])('declaring %s', (_, ports, message) => {
    expect(() => shop.addWorkload(`p${_}`.replace(/ /g, '-'), { ports })).toThrow(message);
  });

  test('names that are none', () => {
    expect(() => shop.addWorkload('Web_Shop')).toThrow(/workload name is not usable/);
    expect(() => ServiceAccountRef.existing('default')).toThrow(/every pod without an account/);
    expect(() => ServiceAccountRef.existing('Not Good')).toThrow(/account name is not usable/);
  });
});

describe('peers that are no single workload', () => {
  test('an ingress gateway comes with its identity, and its owner with a manifest', () => {
    const chart = newChart();
    const shop = shopIn(chart, { ingressGateways: [GATEWAY] });
    shop.addWorkload('web', { ports: [Port.http(80)] }).allowFrom(shop.mesh.ingressGateway(), { reason: 'public' });
    const objects = synthChecked(chart);
    expect(only(objects, 'AuthorizationPolicy', 'web').spec.rules[0].from).toEqual([{ source: { principals: ['cluster.local/ns/edge/sa/gw-sa'] } }]);
    expect(objects.filter((o) => o.metadata.namespace === 'edge')).toEqual([]);
    const [assumption] = Grants.of(chart).listAssumptions();
    expect(assumption).toMatchObject({ owner: 'the owner of namespace edge', statement: 'edge/public may send to shop/web on http/80' });
    expect(assumption.text).toContain('namespace: edge');
    expect(() => shop.mesh.ingressGateway('private')).toThrow(/no such ingress gateway, got "private"; allowed: public/);
    expect(() => meshWith().ingressGateway()).toThrow(/none is stated/);
  });

  test('Prometheus has to be stated', () => {
    const prometheus = { namespace: 'monitoring', podLabels: { app: 'p' }, serviceAccount: 'prom' };
    expect(meshWith({ prometheus }).prometheus().peerName).toBe('monitoring/prom');
    expect(() => meshWith().prometheus()).toThrow(/name no Prometheus/);
  });

  test('every workload of a namespace: its accounts, its pods, one sending policy, and a reason', () => {
    const chart = newChart();
    const mesh = meshWith();
    const shop = new ZeroTrustNamespace(chart, 'shop', { mesh });
    const tools = new ZeroTrustNamespace(chart, 'tools', { mesh });
    tools.addWorkload('log', { ports: [Port.tcp(514)] }).allowFrom(shop.everyWorkload('all of them log'));
    const objects = synthChecked(chart);
    expect(only(objects, 'AuthorizationPolicy', 'log').spec.rules[0].from).toEqual([{ source: { principals: ['cluster.local/ns/shop/sa/*'] } }]);
    expect(only(objects, 'NetworkPolicy', 'log').spec.ingress[0].from).toEqual([{
      namespaceSelector: { matchLabels: { 'kubernetes.io/metadata.name': 'shop' } }, podSelector: {},
    }]);
    expect(only(objects, 'NetworkPolicy', 'every-workload', 'shop').spec).toMatchObject({ policyTypes: ['Egress'], egress: [{ ports: [{ port: 514 }] }] });
    expect(only(objects, 'Sidecar', 'default', 'shop').spec.egress[0].hosts).toEqual(['./*.shop.svc.cluster.local', 'tools/log.tools.svc.cluster.local']);
    expect(only(objects, 'AuthorizationPolicy', 'log').metadata.annotations['cdk8s-zero-trust/grants']).toBe('every workload of shop: all of them log');
    expect(() => shop.everyWorkload('')).toThrow(/reason/);
  });

  test('any identity of the mesh: its trust domains, never a client without one', () => {
    const chart = newChart();
    const shop = shopIn(chart, { trustDomainAliases: ['old.example'] });
    shop.addWorkload('time', { ports: [Port.http(80)] }).allowFrom(shop.mesh.anyIdentity('everybody reads the time'));
    const { rules } = only(synthChecked(chart), 'AuthorizationPolicy', 'time').spec;
    expect(rules[0].from).toEqual([{ source: { principals: ['cluster.local/*', 'old.example/*'] } }]);
    expect(() => shop.mesh.anyIdentity('')).toThrow(/reason/);
  });
});

describe('workloads of other owners', () => {
  function foreign(chart: Chart, mesh = meshWith()) {
    const data = ZeroTrustNamespace.reference(chart, 'data-ref', { mesh, namespaceName: 'data' });
    return Workload.fromAttributes(chart, 'db', { namespace: data, workloadName: 'db', podLabels: { app: 'db' }, serviceAccountName: 'db-sa', ports: [Port.POSTGRES] });
  }

  test('get no YAML in their namespace: the owned half is written, the other handed over with the same requests', () => {
    const chart = newChart();
    const shop = shopIn(chart);
    foreign(chart, shop.mesh).allowFrom(shop.addWorkload('web'), { reason: 'orders' });
    const objects = synthChecked(chart);
    expect(objects.filter((o) => o.metadata.namespace !== 'shop').map((o) => o.metadata.name)).toEqual(['shop']);
    expect(only(objects, 'NetworkPolicy', 'web').spec.egress[0].ports).toEqual([{ port: 5432, protocol: 'TCP' }]);
    const [{ owner, statement, text }] = Grants.of(chart).listAssumptions();
    expect([owner, statement]).toEqual(['the owner of namespace data', 'data/db admits shop/web on tcp/5432']);
    expect(text).toContain('cluster.local/ns/shop/sa/web');
    expect(text).toContain('kind: AuthorizationPolicy');
  });

  test('may be sources: their identity is admitted, their sending half handed over', () => {
    const chart = newChart();
    const shop = shopIn(chart);
    shop.addWorkload('api', { ports: [Port.http(80)] }).allowFrom(foreign(chart, shop.mesh));
    expect(only(synthChecked(chart), 'AuthorizationPolicy', 'api').spec.rules[0].from[0].source.principals).toEqual(['cluster.local/ns/data/sa/db-sa']);
    expect(Grants.of(chart).listAssumptions().map((a) => a.statement)).toEqual(['data/db may send to shop/api on http/80']);
  });

  test('cannot be granted to each other from here', () => {
    const chart = newChart();
    const mesh = meshWith({ ingressGateways: [GATEWAY] });
    expect(() => foreign(chart, mesh).allowFrom(mesh.ingressGateway())).toThrow(/neither edge\/public nor data\/db belongs to this app/);
  });

  test('of an operator in a namespace of this app get policies but no account', () => {
    const chart = newChart();
    const shop = shopIn(chart);
    const broker = Workload.fromAttributes(shop, 'kafka', { workloadName: 'kafka', podLabels: { 'strimzi.io/name': 'k' }, serviceAccountName: 'k-sa', ports: [Port.KAFKA] });
    broker.allowFrom(shop.addWorkload('web'));
    const objects = synthChecked(chart);
    expect(only(objects, 'AuthorizationPolicy', 'kafka').spec.selector.matchLabels).toEqual({ 'strimzi.io/name': 'k' });
    expect(namesOf(objects, 'ServiceAccount')).toEqual(['web']);
  });
});

describe('exceptions', () => {
  test('plaintext opens one port to anonymous clients of the addresses, on all three layers', () => {
    const chart = newChart();
    const api = shopIn(chart).addWorkload('api', { ports: [Port.http(80), Port.tcp(9000)] });
    api.allowPlaintextFrom(PlaintextSource.cidrs('mainframe', Cidr.of('10.8.0.0/24', { except: ['10.8.0.128/25'] })), Port.tcp(9000), 'no proxy there');
    const objects = synthChecked(chart);
    expect(only(objects, 'PeerAuthentication', 'api').spec).toMatchObject({ mtls: { mode: 'STRICT' }, portLevelMtls: { 9000: { mode: 'PERMISSIVE' } } });
    expect(only(objects, 'AuthorizationPolicy', 'api').spec.rules).toEqual([{
      from: [{ source: { notPrincipals: ['*'], ipBlocks: ['10.8.0.0/24'], notIpBlocks: ['10.8.0.128/25'] } }], to: [{ operation: { ports: ['9000'] } }],
    }]);
    expect(only(objects, 'NetworkPolicy', 'api').spec.ingress).toEqual([{
      from: [{ ipBlock: { cidr: '10.8.0.0/24', except: ['10.8.0.128/25'] } }], ports: [{ port: 9000, protocol: 'TCP' }],
    }]);
    expect(Grants.of(chart).list().filter((g) => g.plaintext).map((g) => [g.from, g.to])).toEqual([['mainframe', 'shop/api']]);
  });

  test('plaintext from pods needs to know where pods are', () => {
    const chart = newChart();
    const source = PlaintextSource.pods('batch', { namespace: 'batch', podLabels: { app: 'batch' } });
    const port = Port.tcp(9000);
    expect(() => shopIn(newChart()).addWorkload('a', { ports: [port] }).allowPlaintextFrom(source, port, 'legacy')).toThrow(/mesh fact pods/);
    shopIn(chart, { pods: [Cidr.of('10.32.0.0/11')] }).addWorkload('api', { ports: [port] }).allowPlaintextFrom(source, port, 'legacy');
    const objects = synthChecked(chart);
    expect(only(objects, 'AuthorizationPolicy', 'api').spec.rules[0].from).toEqual([{ source: { notPrincipals: ['*'], ipBlocks: ['10.32.0.0/11'] } }]);
    expect(only(objects, 'NetworkPolicy', 'api').spec.ingress[0].from[0].podSelector).toEqual({ matchLabels: { app: 'batch' } });
  });

  test.each([
    ['a UDP port', Port.udp(53), 'legacy', /no single TCP port/], ['an undeclared port', Port.tcp(1), 'legacy', /does not listen on/],
    ['no reason', Port.tcp(9000), '', /needs a reason/],
  ])('plaintext refuses %s', (_, port, reason, message) => {
    const api = shopIn(newChart()).addWorkload('api', { ports: [Port.tcp(9000)] });
    expect(() => api.allowPlaintextFrom(PlaintextSource.cidrs('x', Cidr.of('10.8.0.0/24')), port, reason)).toThrow(message);
  });

  test('plaintext sources have to be bounded', () => {
    expect(() => PlaintextSource.cidrs('x')).toThrow(/has no address/);
    expect(() => PlaintextSource.pods('x', { namespace: 'x', podLabels: {} })).toThrow(/every pod of x/);
  });

  test('the API servers may call a webhook, where they are stated', () => {
    const chart = newChart();
    const port = Port.tls(9443);
    shopIn(chart, { apiServer: API }).addWorkload('hook', { ports: [port] }).allowFromApiServer(port, 'admission');
    expect(only(synthChecked(chart), 'NetworkPolicy', 'hook').spec.ingress).toEqual([{
      from: [{ ipBlock: { cidr: '10.0.0.1/32' } }], ports: [{ port: 9443, protocol: 'TCP' }],
    }]);
    expect(() => shopIn(newChart()).addWorkload('hook', { ports: [port] }).allowFromApiServer(port, 'admission')).toThrow(/mesh fact apiServer/);
  });

  test('the Kubernetes API is reached at its endpoints, with a token', () => {
    const chart = newChart();
    shopIn(chart, { apiServer: API }).addWorkload('operator').needsKubernetesApi('reconciles');
    const objects = synthChecked(chart);
    expect(only(objects, 'ServiceAccount', 'operator').automountServiceAccountToken).toBe(true);
    expect(only(objects, 'NetworkPolicy', 'operator').spec.egress).toEqual([{ to: [{ ipBlock: { cidr: '10.0.0.1/32' } }], ports: [{ port: 6443, protocol: 'TCP' }] }]);
    expect(only(objects, 'Sidecar', 'operator').spec.egress[0].hosts).toContain('default/kubernetes.default.svc.cluster.local');
    expect(() => shopIn(newChart()).addWorkload('operator').needsKubernetesApi('reconciles')).toThrow(/mesh fact apiServer/);
  });

  test('cloud credentials come from the addresses of the service and no others', () => {
    const chart = newChart();
    const api = shopIn(chart).addWorkload('api');
    api.allowCloudIdentity(CloudIdentity.GKE_METADATA, 'reads a bucket');
    api.allowCloudIdentity(CloudIdentity.GKE_METADATA, 'reads a bucket');
    const objects = synthChecked(chart);
    expect(only(objects, 'NetworkPolicy', 'api').spec.egress).toEqual([
      { to: [{ ipBlock: { cidr: '169.254.169.254/32' } }], ports: [{ port: 80, protocol: 'TCP' }] },
      { to: [{ ipBlock: { cidr: '169.254.169.252/32' } }], ports: [{ port: 988, protocol: 'TCP' }] },
    ]);
    expect(only(objects, 'ServiceEntry', 'api-gke-metadata-server').spec).toMatchObject({ addresses: ['169.254.169.254'], exportTo: ['.'], resolution: 'NONE' });
    expect(only(objects, 'Sidecar', 'api').spec.egress[0].hosts).toContain('./gke-metadata-server.api.cloud-identity.internal');
  });
});

describe('faults between workloads', () => {
  test('one account for two of them, unless it is named as shared', () => {
    const account = ServiceAccountRef.existing('team');
    const chart = newChart();
    const shop = shopIn(chart);
    shop.addWorkload('a', { serviceAccount: account });
    shop.addWorkload('b', { serviceAccount: account });
    expect(faults(chart)).toEqual([expect.stringMatching(/shop\/shop\/a and shop\/shop\/b run under one ServiceAccount, shop\/team/)]);
    const fine = newChart();
    const sharing = shopIn(fine);
    for (const name of ['a', 'b']) {
      sharing.addWorkload(name, { serviceAccount: ServiceAccountRef.shared('team', { reason: 'one vendor binary' }) });
    }
    expect(faults(fine)).toEqual([]);
  });

  test('labels that also select the pods of another', () => {
    const chart = newChart();
    const shop = shopIn(chart);
    shop.addWorkload('a', { podLabels: { app: 'x' } });
    shop.addWorkload('b', { podLabels: { app: 'x', tier: 'b' } });
    expect(faults(chart)).toEqual([expect.stringMatching(/labels of shop\/a .* also select the pods of shop\/b/)]);
  });

  test('a grant across clusters', () => {
    const app = new App();
    const [dev, prod] = ['dev', 'prod'].map((name) => {
      const chart = new Chart(app, name);
      Cluster.mark(chart);
      return shopIn(chart).addWorkload('web', { ports: [Port.http(80)] });
    });
    expect(() => dev.allowFrom(prod)).toThrow(/different clusters/);
    expect(() => dev.allowFrom(dev)).not.toThrow();
    expect(Testing.synth(Chart.of(prod)).length).toBeGreaterThan(5);
  });
});
