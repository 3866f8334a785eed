import { isDeepStrictEqual } from 'node:util';
import { ApiObject, Chart, Testing } from 'cdk8s';
import {
  Cidr, ClaimRequirement, DatabaseEngine, Grants, HttpMatch, JwtIssuer, PlaintextSource, Port, SecureDatabase,
  SecureDatabaseFromApiObjectProps, SecureDatabaseProps, Workload, ZeroTrustNamespace, ZeroTrustNamespaceProps,
} from '../../src';
import { faults, meshWith, namesOf, newChart, only, synthChecked } from '../support/synth';

const API = { addresses: [Cidr.address('10.0.0.1')], number: 6443 };
const ISSUER = JwtIssuer.oidc('https://idp.example.com/realms/shop', { audiences: ['orders'] });
const labels = (name: string) => ({ 'app.kubernetes.io/name': name });
const pods = (name: string) => ({ podSelector: { matchLabels: labels(name) } });

interface World {
  readonly chart: Chart;
  readonly shop: ZeroTrustNamespace;
  readonly web: Workload;
  readonly db: SecureDatabase;
}

function world(props: Partial<SecureDatabaseProps> = {}, namespace: Partial<ZeroTrustNamespaceProps> = {}): World {
  const chart = newChart();
  const shop = new ZeroTrustNamespace(chart, 'shop', { mesh: meshWith({ apiServer: API }), ...namespace });
  const web = shop.addWorkload('web', { ports: [Port.http(8080)] });
  return { chart, shop, web, db: new SecureDatabase(shop, 'db', { engine: DatabaseEngine.REDIS, ...props }) };
}

/** The message of a refusal: lower case start, no full stop. */
function refusal(call: () => unknown): string {
  let message = 'nothing was refused.';
  try {
    call();
  } catch (error) {
    ({ message } = error as Error);
  }
  expect(message).toMatch(/^[a-z][^]*[^.]$/);
  return message;
}

/** The ports that the ALLOW policy admits for an account; a rule without ports would be a rule for all of them, and fails here. */
function admitted(objects: any[], account: string, policy = 'db'): string[] {
  const { rules } = only(objects, 'AuthorizationPolicy', policy).spec;
  return rules.filter((rule: any) => rule.from.some(({ source }: any) => source.principals?.includes(`cluster.local/ns/shop/sa/${account}`)))
    .flatMap((rule: any) => rule.to.flatMap(({ operation }: any) => operation.ports)).sort((a: string, b: string) => Number(a) - Number(b));
}

/** The ports that one direction of a NetworkPolicy lets through for exactly this peer. */
function lets(objects: any[], policy: string, direction: 'ingress' | 'egress', peer: object): string[] {
  const rules: any[] = only(objects, 'NetworkPolicy', policy).spec[direction] ?? [];
  return rules.filter((rule) => (rule.from ?? rule.to).some((candidate: any) => isDeepStrictEqual(candidate, peer)))
    .flatMap((rule) => rule.ports.map((port: any) => `${port.protocol}/${port.port}`)).sort();
}

const HTTP_ATTRIBUTE = /"(not)?(hosts|methods|paths|requestPrincipals)"|request\.(auth|headers)/i;

describe('a client of a database', () => {
  const client = (props: Partial<SecureDatabaseProps> = {}) => {
    const { chart, web, db } = world({ engine: DatabaseEngine.POSTGRES, ...props });
    db.allowFrom(web, { reason: 'order storage' });
    return { chart, objects: synthChecked(chart) };
  };

  test('is let through on both sides of the network layer and admitted by its identity, on the port of the engine alone', () => {
    const { chart, objects } = client();
    expect(only(objects, 'NetworkPolicy', 'db').spec).toMatchObject({
      ingress: [{ from: [pods('web')], ports: [{ port: 5432, protocol: 'TCP' }] }], policyTypes: expect.arrayContaining(['Ingress']),
    });
    expect(only(objects, 'NetworkPolicy', 'web').spec.egress).toEqual([{ to: [pods('db')], ports: [{ port: 5432, protocol: 'TCP' }] }]);
    expect(only(objects, 'AuthorizationPolicy', 'db').spec).toEqual({
      action: 'ALLOW',
      selector: { matchLabels: labels('db') },
      rules: [{ from: [{ source: { principals: ['cluster.local/ns/shop/sa/web'] } }], to: [{ operation: { ports: ['5432'] } }] }],
    });
    expect(only(objects, 'AuthorizationPolicy', 'db').metadata.annotations['cdk8s-zero-trust/grants']).toBe('shop/web: order storage');
    expect([only(objects, 'ServiceAccount', 'db').automountServiceAccountToken, namesOf(objects, 'Service')]).toEqual([false, []]);
    const [grant] = Grants.of(chart).list().filter((g) => g.to === 'shop/db');
    expect([grant.from, grant.ports.map(String), grant.reason, grant.plaintext, grant.routes, grant.claims, grant.issuers])
      .toEqual(['shop/web', ['tcp/5432'], 'order storage', false, [], [], []]);
  });

  test('follows the ports that the database states instead of those of its engine', () => {
    const { objects } = client({ ports: [Port.tcp(6432), Port.tcp(5433)], clusterPorts: [Port.tcp(7777)], exporterPort: Port.tcp(9999) });
    expect(admitted(objects, 'web')).toEqual(['5433', '6432']);
    expect(lets(objects, 'db', 'ingress', pods('web'))).toEqual(['TCP/5433', 'TCP/6432']);
    expect(JSON.stringify(objects)).not.toMatch(/7777|9999|5432/);
  });

  test('may be held to some of the ports', () => {
    const { chart, web, db } = world({ ports: [Port.tcp(5432), Port.tcp(6432)] });
    expect(db.ports.map(String)).toEqual(['tcp/5432', 'tcp/6432']);
    db.allowFrom(web, { ports: [Port.tcp(6432)] });
    const objects = synthChecked(chart);
    expect([admitted(objects, 'web'), lets(objects, 'db', 'ingress', pods('web'))]).toEqual([['6432'], ['TCP/6432']]);
  });

  test('in another namespace is let through by namespace and labels, and knows the Service of the database', () => {
    const { chart, shop, db } = world({ serviceName: 'redis' });
    const other = new ZeroTrustNamespace(chart, 'other', { mesh: shop.mesh });
    other.addWorkload('jobs').allowTo(db, { ports: [Port.REDIS] });
    const objects = synthChecked(chart);
    expect(lets(objects, 'db', 'ingress', { namespaceSelector: { matchLabels: { 'kubernetes.io/metadata.name': 'other' } }, ...pods('jobs') }))
      .toEqual(['TCP/6379']);
    expect(only(objects, 'AuthorizationPolicy', 'db').spec.rules[0].from).toEqual([{ source: { principals: ['cluster.local/ns/other/sa/jobs'] } }]);
    expect(only(objects, 'Sidecar', 'jobs').spec.egress[0].hosts).toContain('shop/redis.shop.svc.cluster.local');
  });

  test('is the same from either end', () => {
    const [a, b] = [true, false].map((fromEnd) => {
      const { chart, web, db } = world();
      fromEnd ? db.allowFrom(web, { reason: 'cart' }) : web.allowTo(db, { reason: 'cart' });
      return synthChecked(chart);
    });
    expect(a).toEqual(b);
  });

  test.each([[['client', 'members', 'metrics']], [['metrics', 'client', 'members']], [['members', 'metrics', 'client']]])(
    'never gets the ports of members or exporters, in the order %j', (order) => {
      const { chart, shop, web, db } = world();
      const prometheus = shop.addWorkload('prom');
      const steps: Record<string, () => void> = {
        client: () => db.allowFrom(web), members: () => db.allowReplication(), metrics: () => db.allowMetricsFrom(prometheus),
      };
      order.forEach((step) => steps[step]());
      const objects = synthChecked(chart);
      for (const found of [admitted(objects, 'web').join(), lets(objects, 'db', 'ingress', pods('web')).join(), lets(objects, 'web', 'egress', pods('db')).join()]) {
        expect(found).toContain('6379');
        expect(found).not.toMatch(/16379|9121|15020/);
      }
      expect(objects.filter((o) => o.kind === 'AuthorizationPolicy' && HTTP_ATTRIBUTE.test(JSON.stringify(o.spec)))).toEqual([]);
    });
});

describe('what a grant to a database refuses', () => {
  test.each([
    ['routes, which a TCP port would drop with their rule', { routes: [HttpMatch.get('/x')] }, /routes/],
    ['claims', { claims: [ClaimRequirement.contains('groups', 'x')] }, /claims/],
    ['issuers', { issuers: [ISSUER] }, /issuer/],
    ['a port that the engine does not have', { ports: [Port.tcp(5432)] }, /tcp\/5432/],
    ['a port of the cluster', { ports: [Port.tcp(16379)] }, /16379/],
    ['a port of the exporter', { ports: [Port.tcp(9121)] }, /9121/],
    ['routes to a data port that is called HTTP', { ports: [Port.http(6379)], routes: [HttpMatch.get('/x')] }, /routes/],
    ['an empty list of ports', { ports: [] }, /would mean all of them/],
    ['an empty list of routes', { routes: [] }, /routes/],
    ['an empty list of claims', { claims: [] }, /claims/],
    ['an empty list of issuers', { issuers: [] }, /issuer/],
    ['a reason that says nothing', { reason: ' ' }, /reason/],
    ['a reason of two lines', { reason: 'one\ntwo' }, /line break/],
  ])('%s', (_, options, message) => {
    const { chart, web, db } = world();
    for (const call of [() => db.allowFrom(web, options), () => db.allowBackupFrom(web, options), () => web.allowTo(db, options)]) {
      expect(refusal(call)).toMatch(message);
    }
    expect(Grants.of(chart).list().filter((g) => g.to === 'shop/db')).toEqual([]);
  });

  test('routes even where the protocol is HTTP, because a database is granted by connection', () => {
    for (const ports of [undefined, [Port.http(9200)]]) {
      const { web, db } = world({ engine: DatabaseEngine.ELASTICSEARCH, ports });
      expect(refusal(() => db.allowFrom(web, { routes: [HttpMatch.get('/orders/*')] }))).toMatch(/routes/);
      expect(() => db.allowFrom(web, { ports: db.ports, reason: 'search' })).not.toThrow();
    }
  });

  test.each<[string, Partial<SecureDatabaseProps>, RegExp]>([
    ['no port', { ports: [] }, /ports/], ['a UDP port', { ports: [Port.udp(53)] }, /udp\/53/], ['a range', { ports: [Port.tcpRange(1, 9)] }, /1-9/],
    ['no port of the cluster', { clusterPorts: [] }, /cluster ?ports/i], ['UDP between members', { clusterPorts: [Port.udp(7946)] }, /udp\/7946/],
    ['an exporter on UDP', { exporterPort: Port.udp(8125) }, /udp\/8125/],
  ])('a database that declares %s', (_, props, message) => {
    expect(refusal(() => world(props))).toMatch(message);
  });
});

describe('a backup', () => {
  test('connects as a client does, and says so', () => {
    const { chart, web, db } = world({ engine: DatabaseEngine.MYSQL });
    db.allowBackupFrom(web);
    const objects = synthChecked(chart);
    expect([admitted(objects, 'web'), lets(objects, 'web', 'egress', pods('db'))]).toEqual([['3306'], ['TCP/3306']]);
    expect(only(objects, 'AuthorizationPolicy', 'db').metadata.annotations['cdk8s-zero-trust/grants']).toBe('shop/web: backup');
  });

  test('keeps a reason and ports of its own', () => {
    const { chart, web, db } = world({ ports: [Port.tcp(1), Port.tcp(2)] });
    db.allowBackupFrom(web, { reason: 'nightly dump', ports: [Port.tcp(2)] });
    expect(Grants.of(chart).list().filter((g) => g.to === 'shop/db').map((g) => [g.reason, g.ports.map(String)])).toEqual([['nightly dump', ['tcp/2']]]);
  });
});

describe('replication', () => {
  test('admits the members by their own identity, both ways, on the ports of the cluster alone', () => {
    const { chart, db } = world({ engine: DatabaseEngine.CASSANDRA });
    expect(db.memberService).toBeUndefined();
    db.allowReplication();
    const objects = synthChecked(chart);
    expect(admitted(objects, 'db')).toEqual(['7000', '7001']);
    for (const direction of ['ingress', 'egress'] as const) {
      expect(lets(objects, 'db', direction, pods('db'))).toEqual(['TCP/7000', 'TCP/7001']);
    }
    expect(JSON.stringify(objects.filter(({ kind }) => kind !== 'ServiceAccount'))).not.toContain('9042');
    expect(only(objects, 'AuthorizationPolicy', 'db').metadata.annotations['cdk8s-zero-trust/grants']).toBe('shop/db: replication');
    expect([db.memberService?.name, db.memberService?.namespace, db.memberService?.ports.map(String)]).toEqual(['db-members', 'shop', ['tcp/7000', 'tcp/7001']]);
    const { spec } = only(objects, 'Service', 'db-members', 'shop');
    expect(spec).toMatchObject({ clusterIP: 'None', publishNotReadyAddresses: true, selector: labels('db') });
    expect(spec.ports.map((port: any) => [port.port, port.targetPort ?? port.port, port.protocol ?? 'TCP', port.appProtocol]))
      .toEqual([[7000, 7000, 'TCP', 'tcp'], [7001, 7001, 'TCP', 'tcp']]);
  });

  test('uses the ports that the database states', () => {
    const { chart, db } = world({ clusterPorts: [Port.tcp(7777)], podLabels: { app: 'r' } });
    db.allowReplication({ reason: 'raft' });
    const objects = synthChecked(chart);
    expect(admitted(objects, 'db')).toEqual(['7777']);
    expect(only(objects, 'Service', 'db-members').spec).toMatchObject({ selector: { app: 'r' }, ports: [{ port: 7777 }] });
    expect(only(objects, 'AuthorizationPolicy', 'db').metadata.annotations['cdk8s-zero-trust/grants']).toBe('shop/db: raft');
  });

  const named = (length: number) => {
    const { chart, db } = world({ workloadName: 'd'.repeat(length) });
    db.allowReplication();
    expect(faults(chart)).toEqual([]);
  };
  test('takes a name with which that of its Service has the 63 characters that Kubernetes takes', () => named(55));
  test('refuses a name with which that of its Service is longer', () => expect(() => named(56)).toThrow());

  // calls to single pods on HTTP ports leave in plaintext, which STRICT members refuse
  test('never declares a port of its members as HTTP', () => {
    let found = 'refused';
    try {
      const { chart, db } = world({ clusterPorts: [Port.http(2380)] });
      db.allowReplication();
      found = Testing.synth(chart).find((o) => o.kind === 'Service')!.spec.ports[0].appProtocol;
    } catch {}
    expect(['refused', 'tcp']).toContain(found);
  });

  test.each([['', /reason/], ['a\nb', /line break/]])('refuses the reason %j', (reason, message) => {
    expect(refusal(() => world().db.allowReplication({ reason }))).toMatch(message);
  });
});

describe('a headless Service that exists already', () => {
  const TCP = [6379, 16379, 26379].map((port) => ({ name: `tcp-${port}`, port }));

  function withService(ports: object[], spec: object = {}, namespace = 'shop') {
    const { chart, db } = world();
    new ApiObject(chart, 'service', {
      apiVersion: 'v1', kind: 'Service', metadata: { name: 'redis', namespace }, ...{ spec: { clusterIP: 'None', selector: labels('db'), ports, ...spec } },
    });
    db.allowReplication({ headlessService: 'redis' });
    return { chart, db };
  }

  test.each([
    ['name', TCP], ['appProtocol', TCP.map(({ port }) => ({ name: `p${port}`, port, appProtocol: 'tcp' }))],
    ['appProtocol over the name', TCP.map(({ port }) => ({ name: `http-${port}`, port, appProtocol: 'tcp' }))],
    ['the protocol of the engine, which is TCP for a proxy', TCP.map(({ port }) => ({ name: `redis-${port}`, port }))],
    ['more than is needed', [...TCP, { name: 'http-admin', port: 8080 }]],
  ])('is used when it declares every port of the cluster as TCP by %s', (_, ports) => {
    const { chart, db } = withService(ports);
    expect(faults(chart)).toEqual([]);
    const objects = synthChecked(chart);
    expect([namesOf(objects, 'Service'), db.memberService]).toEqual([['redis'], undefined]);
    expect(admitted(objects, 'db')).toEqual(['6379', '16379', '26379']);
    expect(Grants.of(chart).listAssumptions()).toEqual([]);
  });

  test.each<[string, object[], object, RegExp]>([
    ['has an address of its own', TCP, { clusterIP: undefined }, /headless/],
    ['misses a port', TCP.slice(1), {}, /6379/],
    ['has a port only under another number, which members do not dial', [{ name: 'tcp-a', port: 7000, targetPort: 6379 }, ...TCP.slice(1)], {}, /6379/],
    ['declares a port as HTTP by name', [...TCP.slice(1), { name: 'http-data', port: 6379 }], {}, /http-data|6379/],
    ['declares a port as HTTP by appProtocol', [...TCP.slice(1), { name: 'tcp-data', port: 6379, appProtocol: 'http' }], {}, /tcp-data|6379/],
    ['declares no protocol', [...TCP.slice(1), { name: 'data', port: 6379 }], {}, /data|6379/],
    ['declares an unknown protocol', [...TCP.slice(1), { name: 'tcp-data', port: 6379, appProtocol: 'example.com/x' }], {}, /tcp-data|6379/],
    ['declares the number for UDP', [...TCP.slice(1), { name: 'tcp-data', port: 6379, protocol: 'UDP' }], {}, /6379/],
  ])('is a fault when it %s', (_, ports, spec, message) => {
    const found = faults(withService(ports, spec).chart);
    expect(found.length).toBeGreaterThan(0);
    expect(found.join('\n')).toMatch(message);
    expect(found.join('\n')).toMatch(/redis/);
  });

  test('is an assumption when this app does not hold it', () => {
    const { chart, db } = world();
    db.allowReplication({ headlessService: 'redis' });
    expect(faults(chart)).toEqual([]);
    expect(namesOf(synthChecked(chart), 'Service')).toEqual([]);
    const [assumption] = Grants.of(chart).listAssumptions();
    expect(Grants.of(chart).listAssumptions()).toHaveLength(1);
    expect(assumption.statement).toMatch(/redis/);
    expect([6379, 16379, 26379].filter((port) => !`${assumption.statement}\n${assumption.text}`.includes(`${port}`))).toEqual([]);
  });

  test('is an assumption when the one of that name is in another namespace', () => {
    const { chart } = withService([{ name: 'x', port: 1 }], {}, 'other');
    expect(faults(chart)).toEqual([]);
    expect(Grants.of(chart).listAssumptions()).toHaveLength(1);
  });

  test('comes as an assumption with the text for whoever defines it', () => {
    const { chart, db } = world();
    db.allowReplication({ headlessService: 'redis' });
    expect(Grants.of(chart).listAssumptions()[0].text).toMatch(/clusterIP: None/);
  });

  // without the members behind it there is no listener for them, so their calls leave in plaintext as if there were no Service
  test('is a fault when it selects other pods', () => {
    const { chart } = withService(TCP, { selector: { app: 'other' } });
    expect(faults(chart)).toEqual([expect.stringMatching(/redis/)]);
  });

  test('has to be a name', () => {
    expect(refusal(() => world().db.allowReplication({ headlessService: 'Not Good' }))).toMatch(/Not Good/);
  });
});

describe('the workload of a database', () => {
  test('takes no grants by itself, from either end', () => {
    const { web, db } = world();
    expect(refusal(() => db.workload.allowFrom(web, { ports: [Port.REDIS] }))).toMatch(/database/i);
    expect(refusal(() => web.allowTo(db.workload))).toMatch(/database/i);
    expect(() => web.allowTo(db)).not.toThrow();
  });

  test('takes what a database has no word for', () => {
    const { chart, db } = world();
    db.workload.allowPlaintextFrom(PlaintextSource.cidrs('mainframe', Cidr.of('10.8.0.0/24')), Port.REDIS, 'no proxy there');
    db.workload.needsKubernetesApi('elects a leader');
    const objects = synthChecked(chart);
    expect(only(objects, 'PeerAuthentication', 'db').spec).toMatchObject({ mtls: { mode: 'STRICT' }, portLevelMtls: { 6379: { mode: 'PERMISSIVE' } } });
    expect(only(objects, 'AuthorizationPolicy', 'db').spec.rules).toEqual([{
      from: [{ source: { notPrincipals: ['*'], ipBlocks: ['10.8.0.0/24'] } }], to: [{ operation: { ports: ['6379'] } }],
    }]);
    expect(only(objects, 'ServiceAccount', 'db').automountServiceAccountToken).toBe(true);
  });

  test('is what the database says it is', () => {
    const { db } = world({ workloadName: 'redis' });
    expect([db.engine, db.peerName, db.namespaceName, db.workloadName, db.serviceAccountName, db.workload.workloadName])
      .toEqual([DatabaseEngine.REDIS, 'shop/redis', 'shop', 'redis', 'redis', 'redis']);
    db.ports.pop();
    expect(db.ports.map((port) => port.number)).toContain(6379);
  });

  test('may be the source of grants', () => {
    const { chart, web, db } = world();
    db.allowTo(web, { routes: [HttpMatch.post('/hook')], reason: 'notifies' });
    const objects = synthChecked(chart);
    expect(admitted(objects, 'db', 'web')).toEqual(['8080']);
    expect(lets(objects, 'db', 'egress', pods('web'))).toEqual(['TCP/8080']);
  });
});

describe('a database from an object', () => {
  const LABELS = { app: 'redis', tier: 'data' };

  function fromObject(spec: object = {}, container: object = {}, props: Partial<SecureDatabaseFromApiObjectProps> = {}): World {
    const { chart, shop, web } = world({}, {});
    const template = { metadata: { labels: LABELS }, spec: { serviceAccountName: 'cache', containers: [{ name: 'redis', ...container }], ...spec } };
    const apiObject = new ApiObject(chart, 'pods', {
      apiVersion: 'apps/v1',
      kind: 'StatefulSet',
      metadata: { name: 'redis', namespace: 'shop' },
      ...{ spec: { serviceName: 'redis', selector: { matchLabels: LABELS }, template } },
    });
    return { chart, shop, web, db: SecureDatabase.fromApiObject(shop, 'cache', { apiObject, engine: DatabaseEngine.REDIS, ...props }) };
  }

  test('selects its pods in every object', () => {
    const { chart, web, db } = fromObject();
    db.allowFrom(web, { ports: [Port.REDIS] });
    db.allowReplication();
    const objects = synthChecked(chart);
    expect(only(objects, 'AuthorizationPolicy', 'cache').spec.selector.matchLabels).toEqual(LABELS);
    expect(only(objects, 'NetworkPolicy', 'cache').spec.podSelector.matchLabels).toEqual(LABELS);
    expect(lets(objects, 'web', 'egress', { podSelector: { matchLabels: LABELS } })).toEqual(['TCP/6379']);
    expect(only(objects, 'Service', 'cache-members').spec.selector).toEqual(LABELS);
  });

  test.each([[undefined], ['other']])('is a fault when its pods run under the account %p', (serviceAccountName) => {
    expect(faults(fromObject({ serviceAccountName }).chart)).toEqual([expect.stringMatching(/serviceAccountName: cache/)]);
  });

  test('is checked for the container ports that are in use, and no others', () => {
    const container = { ports: [{ containerPort: 6379 }] };
    const clients = fromObject({}, container);
    clients.db.allowFrom(clients.web, { ports: [Port.REDIS] });
    clients.db.allowMetricsFrom(clients.web);
    expect(faults(clients.chart)).toEqual([]);
    const members = fromObject({}, container);
    members.db.allowReplication();
    expect(faults(members.chart).join('\n')).toMatch(/16379/);
    const moved = fromObject({}, container, { ports: [Port.tcp(6380)] });
    moved.db.allowFrom(moved.web);
    expect(faults(moved.chart)).toEqual([expect.stringMatching(/6380/)]);
  });
});
