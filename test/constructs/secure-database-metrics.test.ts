import { isDeepStrictEqual } from 'node:util';
import { ApiObject, App, Chart } from 'cdk8s';
import {
  Cidr, Cluster, DatabaseEngine, Enforcement, Grants, IPeer, Layer, MeshFacts, MetricsScrape, Port, SecureDatabase, SecureDatabaseProps,
  Workload, ZeroTrustNamespace, ZeroTrustNamespaceProps,
} from '../../src';
import { faults, meshWith, namesOf, newChart, only, synthChecked } from '../support/synth';

const RANGES = ['10.32.0.0/11', 'fd00:32::/48'];
const PODS: Partial<MeshFacts> = { pods: RANGES.map((range) => Cidr.of(range)) };
const REASON = 'the Prometheus has no proxy';
const pods = (name: string, namespace?: string) => ({
  ...(namespace === undefined ? {} : { namespaceSelector: { matchLabels: { 'kubernetes.io/metadata.name': namespace } } }),
  podSelector: { matchLabels: { 'app.kubernetes.io/name': name } },
});

interface World {
  readonly chart: Chart;
  readonly shop: ZeroTrustNamespace;
  readonly db: SecureDatabase;
  /** A Prometheus of this app, in a namespace of its own. */
  readonly prometheus: Workload;
  /** One that somebody else owns. */
  readonly foreign: IPeer;
}

function world(
  props: Partial<SecureDatabaseProps> = {}, facts: Partial<MeshFacts> = PODS, namespace: Partial<ZeroTrustNamespaceProps> = {},
): World {
  const chart = newChart();
  const mesh = meshWith(facts);
  const shop = new ZeroTrustNamespace(chart, 'shop', { mesh, ...namespace });
  const prometheus = new ZeroTrustNamespace(chart, 'monitoring', { mesh }).addWorkload('prom');
  const theirs = ZeroTrustNamespace.reference(chart, 'theirs', { mesh, namespaceName: 'theirs' });
  const foreign = Workload.fromAttributes(chart, 'foreign', { namespace: theirs, workloadName: 'prom', podLabels: { app: 'p' }, serviceAccountName: 'prom-sa' });
  return { chart, shop, prometheus, foreign, db: new SecureDatabase(shop, 'db', { engine: DatabaseEngine.POSTGRES, ...props }) };
}

/** The ports that one direction of a NetworkPolicy lets through, with the peer of each. */
function lets(objects: any[], policy: string, direction: 'ingress' | 'egress', namespace = 'shop'): [object, string][] {
  const rules: any[] = only(objects, 'NetworkPolicy', policy, namespace).spec[direction] ?? [];
  return rules.flatMap((rule) => (rule.from ?? rule.to).flatMap((peer: any) => rule.ports.map((port: any) => [peer, `${port.protocol}/${port.port}`])));
}

/** The sources of all rules of all ALLOW policies of the namespace that admit a port, or any port. */
function sourcesOn(objects: any[], port: number): any[] {
  return objects.filter((o) => o.kind === 'AuthorizationPolicy' && o.metadata.namespace === 'shop').flatMap((o) => o.spec.rules ?? [])
    .filter((rule: any) => rule.to?.some(({ operation }: any) => operation.ports?.includes(`${port}`) ?? true) ?? true)
    .flatMap((rule: any) => rule.from.map(({ source }: any) => source));
}

/** The modes of mutual TLS that any policy of the namespace states. */
function modes(objects: any[]): string[] {
  return objects.filter((o) => o.kind === 'PeerAuthentication' && o.metadata.namespace === 'shop')
    .flatMap((o) => [o.spec.mtls?.mode, ...Object.entries(o.spec.portLevelMtls ?? {}).map(([port, { mode }]: any) => `${port} ${mode}`)]);
}

function assumptions(chart: Chart): string {
  return Grants.of(chart).listAssumptions().map(({ owner, statement, text }) => `${owner}: ${statement}\n${text}`).join('\n---\n');
}

describe('merged metrics', () => {
  test.each<[string, MetricsScrape | undefined]>([['by default', undefined], ['on request', MetricsScrape.merged()]])(
    'open port 15020 on the network layer and nothing else, %s', (_, via) => {
      const { chart, db, prometheus } = world();
      db.allowMetricsFrom(prometheus, via);
      const objects = synthChecked(chart);
      expect(lets(objects, 'db', 'ingress')).toEqual([[pods('prom', 'monitoring'), 'TCP/15020']]);
      expect(lets(objects, 'prom', 'egress', 'monitoring')).toEqual([[pods('db', 'shop'), 'TCP/15020']]);
      // the port is never captured: a rule for it would never be asked
      expect([sourcesOn(objects, 15020), sourcesOn(objects, 9187)]).toEqual([[], []]);
      expect(namesOf(objects.filter((o) => o.metadata.namespace === 'shop'), 'AuthorizationPolicy')).toEqual(['allow-nothing']);
      expect(new Set(modes(objects))).toEqual(new Set(['STRICT']));
      const [grant] = Grants.of(chart).list().filter((g) => g.to === 'shop/db');
      expect([grant.from, grant.ports.map((port) => port.number)]).toEqual(['monitoring/prom', [15020]]);
    });

  test('assume the annotations by which the agent finds the exporter', () => {
    const { chart, db, prometheus } = world();
    db.allowMetricsFrom(prometheus);
    synthChecked(chart);
    expect(assumptions(chart)).toContain('prometheus.io/port');
    expect(assumptions(chart)).toContain('9187');
  });

  test('of an engine without a usual exporter are fine', () => {
    const { chart, db, prometheus } = world({ engine: DatabaseEngine.CASSANDRA });
    db.allowMetricsFrom(prometheus);
    expect(lets(synthChecked(chart), 'db', 'ingress')).toEqual([[pods('prom', 'monitoring'), 'TCP/15020']]);
  });

  test('hand the sending half to whoever owns the Prometheus', () => {
    const { chart, db, foreign } = world();
    db.allowMetricsFrom(foreign);
    const objects = synthChecked(chart);
    expect(objects.filter((o) => ['theirs'].includes(o.metadata.namespace))).toEqual([]);
    expect(lets(objects, 'db', 'ingress')).toEqual([
      [{ namespaceSelector: { matchLabels: { 'kubernetes.io/metadata.name': 'theirs' } }, podSelector: { matchLabels: { app: 'p' } } }, 'TCP/15020'],
    ]);
    const [handover] = Grants.of(chart).listAssumptions().filter((a) => a.owner === 'the owner of namespace theirs');
    expect(handover.statement).toMatch(/theirs\/prom.*shop\/db.*15020/);
    expect(handover.text).toMatch(/kind: NetworkPolicy/);
    expect(handover.text).toMatch(/port: 15020/);
  });

  test('take the Prometheus of the mesh facts', () => {
    const { chart, shop, db } = world({}, { prometheus: { namespace: 'theirs', podLabels: { app: 'p' }, serviceAccount: 'prom-sa' } });
    db.allowMetricsFrom(shop.mesh.prometheus());
    const objects = synthChecked(chart);
    expect(objects.filter((o) => o.metadata.namespace === 'theirs')).toEqual([]);
    expect(sourcesOn(objects, 15020)).toEqual([]);
    expect(assumptions(chart)).toMatch(/the owner of namespace theirs/);
  });

  test('need no container port of the exporter', () => {
    const { chart, shop, prometheus } = world();
    const template = { metadata: { labels: { app: 'pg' } }, spec: { serviceAccountName: 'pg', containers: [{ name: 'pg', ports: [{ containerPort: 5432 }] }] } };
    const apiObject = new ApiObject(chart, 'pods', {
      apiVersion: 'apps/v1',
      kind: 'StatefulSet',
      metadata: { name: 'pg', namespace: 'shop' },
      ...{ spec: { serviceName: 'pg', selector: { matchLabels: { app: 'pg' } }, template } },
    });
    const db = SecureDatabase.fromApiObject(shop, 'pg', { apiObject, engine: DatabaseEngine.POSTGRES });
    db.allowMetricsFrom(prometheus);
    expect(faults(chart)).toEqual([]);
    db.allowMetricsFrom(prometheus, MetricsScrape.mutualTls());
    expect(faults(chart)).toEqual([expect.stringMatching(/9187/)]);
  });
});

describe('metrics with the certificate of the mesh', () => {
  test('admit the identity of the Prometheus on the port of the exporter, while all stays STRICT', () => {
    const { chart, db, prometheus } = world();
    db.allowMetricsFrom(prometheus, MetricsScrape.mutualTls());
    const objects = synthChecked(chart);
    expect(only(objects, 'AuthorizationPolicy', 'db').spec.rules).toEqual([
      { from: [{ source: { principals: ['cluster.local/ns/monitoring/sa/prom'] } }], to: [{ operation: { ports: ['9187'] } }] },
    ]);
    expect(lets(objects, 'db', 'ingress')).toEqual([[pods('prom', 'monitoring'), 'TCP/9187']]);
    expect(lets(objects, 'prom', 'egress', 'monitoring')).toEqual([[pods('db', 'shop'), 'TCP/9187']]);
    expect(new Set(modes(objects))).toEqual(new Set(['STRICT']));
    const [grant] = Grants.of(chart).list().filter((g) => g.to === 'shop/db');
    expect([grant.from, grant.ports.map((port) => port.number), grant.plaintext]).toEqual(['monitoring/prom', [9187], false]);
    expect(MetricsScrape.mutualTls().reason).toBeUndefined();
  });

  test('follow the exporter that the database states', () => {
    const { chart, db, prometheus } = world({ engine: DatabaseEngine.CASSANDRA, exporterPort: Port.http(9500) });
    db.allowMetricsFrom(prometheus, MetricsScrape.mutualTls());
    const objects = synthChecked(chart);
    expect(sourcesOn(objects, 9500)).toEqual([{ principals: ['cluster.local/ns/monitoring/sa/prom'] }]);
    expect(lets(objects, 'db', 'ingress').map(([, port]) => port)).toEqual(['TCP/9500']);
  });

  test('hand the sending half to whoever owns the Prometheus', () => {
    const { chart, db, foreign } = world();
    db.allowMetricsFrom(foreign, MetricsScrape.mutualTls());
    const objects = synthChecked(chart);
    expect(sourcesOn(objects, 9187)).toEqual([{ principals: ['cluster.local/ns/theirs/sa/prom-sa'] }]);
    expect(assumptions(chart)).toMatch(/the owner of namespace theirs: .*9187/);
  });

  test('go with a Service that calls the port of the exporter HTTP, as charts do', () => {
    const { chart, db, prometheus } = world();
    db.allowMetricsFrom(prometheus, MetricsScrape.mutualTls());
    const spec = { selector: { 'app.kubernetes.io/name': 'db' }, ports: [{ name: 'http-metrics', port: 9187 }] };
    new ApiObject(chart, 'service', { apiVersion: 'v1', kind: 'Service', metadata: { name: 'metrics', namespace: 'shop' }, ...{ spec } });
    expect(faults(chart)).toEqual([]);
  });
});

describe('metrics in plaintext', () => {
  test('open one port to anonymous clients at the addresses of pods, and to the pods of the Prometheus alone', () => {
    const { chart, db, prometheus } = world();
    db.allowMetricsFrom(prometheus, MetricsScrape.plaintext(REASON));
    const objects = synthChecked(chart);
    expect(only(objects, 'PeerAuthentication', 'db').spec).toEqual({
      selector: { matchLabels: { 'app.kubernetes.io/name': 'db' } }, mtls: { mode: 'STRICT' }, portLevelMtls: { 9187: { mode: 'PERMISSIVE' } },
    });
    const sources = sourcesOn(objects, 9187);
    // an identity would never match: the scrape has none
    expect(sources.filter((source) => source.principals !== undefined || !isDeepStrictEqual(source.notPrincipals, ['*']))).toEqual([]);
    expect(sources.flatMap((source) => source.ipBlocks).sort()).toEqual(RANGES);
    expect(only(objects, 'AuthorizationPolicy', 'db').spec.rules.flatMap((rule: any) => rule.to)).toEqual([{ operation: { ports: ['9187'] } }]);
    expect(lets(objects, 'db', 'ingress')).toEqual([[pods('prom', 'monitoring'), 'TCP/9187']]);
    expect(lets(objects, 'prom', 'egress', 'monitoring')).toEqual([[pods('db', 'shop'), 'TCP/9187']]);
    const [grant] = Grants.of(chart).list().filter((g) => g.to === 'shop/db');
    expect([grant.from, grant.ports.map((port) => port.number), grant.plaintext, grant.reason]).toEqual(['monitoring/prom', [9187], true, REASON]);
    expect(only(objects, 'AuthorizationPolicy', 'db').metadata.annotations['cdk8s-zero-trust/grants']).toContain(REASON);
  });

  test('leave clients and members their identities', () => {
    const { chart, shop, db, prometheus } = world();
    db.allowMetricsFrom(prometheus, MetricsScrape.plaintext(REASON));
    db.allowFrom(shop.addWorkload('web'));
    db.allowReplication();
    const objects = synthChecked(chart);
    expect(sourcesOn(objects, 5432).flatMap((source) => source.principals).sort()).toEqual(['cluster.local/ns/shop/sa/db', 'cluster.local/ns/shop/sa/web']);
    expect(modes(objects).filter((mode) => mode !== 'STRICT')).toEqual(['9187 PERMISSIVE']);
  });

  test('hand the sending half to whoever owns the Prometheus', () => {
    const { chart, db, foreign } = world();
    db.allowMetricsFrom(foreign, MetricsScrape.plaintext(REASON));
    const objects = synthChecked(chart);
    expect(objects.filter((o) => o.metadata.namespace === 'theirs')).toEqual([]);
    expect(JSON.stringify(objects)).not.toContain('prom-sa');
    const handover = Grants.of(chart).listAssumptions().filter((a) => a.owner === 'the owner of namespace theirs');
    expect(handover.map((a) => a.text).join()).toMatch(/kind: NetworkPolicy[^]*port: 9187/);
  });

  test('are refused where nobody stated the addresses of pods', () => {
    const { chart, db, prometheus } = world({}, {});
    expect(() => db.allowMetricsFrom(prometheus, MetricsScrape.plaintext(REASON))).toThrow(/mesh fact pods/);
    expect(Grants.of(chart).list().filter((g) => g.to === 'shop/db')).toEqual([]);
    expect(() => db.allowMetricsFrom(prometheus, MetricsScrape.mutualTls())).not.toThrow();
  });

  test.each([['', /reason/], [' ', /reason/], ['one\ntwo', /line break/]])('are refused for the reason %j', (reason, message) => {
    expect(() => world().db.allowMetricsFrom(world().prometheus, MetricsScrape.plaintext(reason))).toThrow(message);
    expect(MetricsScrape.plaintext(REASON).reason).toBe(REASON);
  });

  test('are refused where no layer would bound them', () => {
    const scrape = (layers: Layer[]) => () => {
      const { db, prometheus } = world({}, PODS, { layers });
      db.allowMetricsFrom(prometheus, MetricsScrape.plaintext(REASON));
    };
    expect(scrape([Layer.MTLS, Layer.EGRESS])).toThrow(/bounded by no layer/);
    expect(scrape([Layer.MTLS, Layer.IDENTITY])).not.toThrow();
    expect(scrape([Layer.MTLS, Layer.NETWORK])).not.toThrow();
  });
});

describe('an exporter without a usual port', () => {
  test.each([['mutual TLS', MetricsScrape.mutualTls()], ['plaintext', MetricsScrape.plaintext(REASON)]])('has to be stated for %s', (_, via) => {
    const scrape = (props: Partial<SecureDatabaseProps>) => () => {
      const { db, prometheus } = world(props);
      db.allowMetricsFrom(prometheus, via);
    };
    expect(scrape({ engine: DatabaseEngine.CASSANDRA })).toThrow(/exporterPort/);
    expect(scrape({ engine: DatabaseEngine.generic({ name: 'etcd', ports: [Port.tcp(2379)] }) })).toThrow(/exporterPort/);
    expect(scrape({ engine: DatabaseEngine.CASSANDRA, exporterPort: Port.tcp(9500) })).not.toThrow();
    expect(scrape({ engine: DatabaseEngine.generic({ name: 'etcd', ports: [Port.tcp(2379)], exporterPort: Port.http(2381) }) })).not.toThrow();
  });
});

test('the ways do not merge: each Prometheus keeps its own', () => {
  const { chart, shop, db, prometheus } = world();
  const [plain, strict] = [shop.addWorkload('plain'), shop.addWorkload('strict')];
  db.allowMetricsFrom(plain, MetricsScrape.plaintext(REASON));
  db.allowMetricsFrom(strict, MetricsScrape.mutualTls());
  db.allowMetricsFrom(prometheus);
  const objects = synthChecked(chart);
  expect(sourcesOn(objects, 9187).flatMap((source) => source.principals ?? [])).toEqual(['cluster.local/ns/shop/sa/strict']);
  const found = lets(objects, 'db', 'ingress');
  expect(found).toHaveLength(3);
  expect(found).toEqual(expect.arrayContaining([
    [pods('plain'), 'TCP/9187'], [pods('strict'), 'TCP/9187'], [pods('prom', 'monitoring'), 'TCP/15020'],
  ]));
});

// nobody but the pods of a namespace or of one workload is let into plaintext by address; "any identity" means clients that have one
test('plaintext is refused to any identity of the mesh, for it would admit clients without identity from every namespace', () => {
  const { shop, db } = world();
  expect(() => db.allowMetricsFrom(shop.mesh.anyIdentity('all of them scrape'), MetricsScrape.plaintext(REASON))).toThrow();
});

test.each([MetricsScrape.merged(), MetricsScrape.plaintext(REASON)])('a scrape from another cluster is refused and leaves nothing behind', (via) => {
  const objects = (stumble: boolean) => {
    const app = new App();
    const [here, there] = ['here', 'there'].map((name) => {
      const chart = new Chart(app, name);
      Cluster.mark(chart);
      return new ZeroTrustNamespace(chart, 'shop', { mesh: meshWith(PODS) });
    });
    const db = new SecureDatabase(here, 'db', { engine: DatabaseEngine.POSTGRES, exporterPort: Port.tcp(9187) });
    const scraper = there.addWorkload('scraper');
    if (stumble) {
      expect(() => db.allowMetricsFrom(scraper, via)).toThrow(/different clusters/);
    }
    expect(Grants.of(db).list().filter((g) => g.to === 'shop/db')).toEqual([]);
    return synthChecked(app);
  };
  expect(objects(true)).toEqual(objects(false));
});

test.each([MetricsScrape.merged(), MetricsScrape.plaintext(REASON)])('a scrape without identity is for named pods, not for all of a namespace or of the mesh', (via) => {
  const { shop, db } = world();
  for (const peer of [shop.mesh.anyIdentity('all of them scrape'), shop.everyWorkload('all of them scrape')]) {
    expect(() => db.allowMetricsFrom(peer, via)).toThrow(/without any identity/);
  }
  expect(() => db.allowMetricsFrom(shop.addWorkload('scraper'), via)).not.toThrow();
});

test('the exporter has a port of its own: in plaintext it would open the port of the clients', () => {
  expect(() => world({ engine: DatabaseEngine.REDIS, exporterPort: Port.http(6379) })).toThrow(/twice/);
  expect(() => world({ engine: DatabaseEngine.REDIS, exporterPort: Port.http(16379) })).toThrow(/twice/);
  expect(() => world({ engine: DatabaseEngine.REDIS, exporterPort: Port.http(9122) })).not.toThrow();
});

describe('a Service that disagrees', () => {
  test.each([
    ['is a fault when the data port carries HTTP', { name: 'http-data', port: 6379 }, [expect.stringMatching(/HTTP.*6379/)]],
    ['is a fault when a port of the cluster in use carries HTTP', { name: 'http-bus', port: 16379 }, [expect.stringMatching(/HTTP.*16379/)]],
    ['is none when it says TCP', { name: 'tcp-data', port: 6379 }, []],
    ['is none when it says Redis', { name: 'x', port: 6379, appProtocol: 'redis' }, []],
  ])('%s', (_, port, expected) => {
    const { chart, shop, db } = world({ engine: DatabaseEngine.REDIS });
    db.allowFrom(shop.addWorkload('web'), { ports: [Port.REDIS] });
    db.allowReplication();
    const spec = { selector: { 'app.kubernetes.io/name': 'db' }, ports: [port] };
    new ApiObject(chart, 'service', { apiVersion: 'v1', kind: 'Service', metadata: { name: 'db', namespace: 'shop' }, ...{ spec } });
    expect(faults(chart)).toEqual(expected);
  });
});

test('the Service of the members has no prefix, for pods name it', () => {
  const { db } = world({}, PODS, { namePrefix: 'zt-' });
  db.allowReplication();
  expect([db.workload.networkPolicy?.name, db.memberService?.name]).toEqual(['zt-db', 'db-members']);
});

describe('a database in the phases and layers of its namespace', () => {
  const granted = (namespace: Partial<ZeroTrustNamespaceProps>) => {
    const { chart, shop, db } = world({}, PODS, namespace);
    db.allowFrom(shop.addWorkload('web'));
    db.allowReplication();
    return { chart, db, objects: () => synthChecked(chart).filter((o) => o.metadata.namespace === 'shop') };
  };

  test('is dry-run and closed by nothing while it is observed, but has the Service of its members', () => {
    const objects = granted({ enforcement: Enforcement.OBSERVE }).objects();
    expect(namesOf(objects, 'NetworkPolicy')).toEqual([]);
    expect(only(objects, 'AuthorizationPolicy', 'db').metadata.annotations['istio.io/dry-run']).toBe('true');
    expect(modes(objects)).not.toContain('STRICT');
    expect(namesOf(objects, 'Service')).toEqual(['db-members']);
  });

  test.each([
    ['merged', undefined], ['mutual TLS', MetricsScrape.mutualTls()], ['plaintext', MetricsScrape.plaintext(REASON)],
  ])('writes no policy that closes anything for metrics by %s while it is observed', (_, via) => {
    const { db, objects } = granted({ enforcement: Enforcement.OBSERVE });
    db.allowMetricsFrom(new ZeroTrustNamespace(db.workload.node.scope!.node.scope as any, 'tools', { mesh: meshWith(PODS) }).addWorkload('p'), via);
    expect(namesOf(objects(), 'NetworkPolicy')).toEqual([]);
    expect(modes(objects())).not.toContain('STRICT');
    expect(objects().filter((o) => o.kind === 'AuthorizationPolicy' && o.metadata.annotations?.['istio.io/dry-run'] !== 'true')).toEqual([]);
  });

  test('is closed ahead of its namespace on request', () => {
    const { chart, shop, db } = world({ enforcement: Enforcement.ENFORCE }, PODS, { enforcement: Enforcement.OBSERVE });
    db.allowFrom(shop.addWorkload('web'));
    const objects = synthChecked(chart);
    expect(lets(objects, 'db', 'ingress').filter(([peer]) => isDeepStrictEqual(peer, pods('web'))).map(([, port]) => port)).toEqual(['TCP/5432']);
    expect(only(objects, 'AuthorizationPolicy', 'db').metadata.annotations).not.toHaveProperty(['istio.io/dry-run']);
  });

  test.each([[Layer.NETWORK, 'NetworkPolicy'], [Layer.IDENTITY, 'AuthorizationPolicy']])('writes no policy but those of %s when that is taken alone', (layer, kind) => {
    const kinds = new Set(granted({ layers: [layer] }).objects().map((o) => o.kind).filter((k) => !['ServiceAccount', 'Service'].includes(k)));
    expect([...kinds]).toEqual([kind]);
  });
});
