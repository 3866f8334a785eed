import { App, Chart } from 'cdk8s';
import {
  Cidr, ClaimRequirement, DatabaseEngine, Enforcement, ExternalDatabaseProps, Grants, HttpMatch, IExternalDatabase, JwtIssuer, MeshFacts,
  Port, SecureDatabase, Workload, ZeroTrustNamespace,
} from '../../src';
import { faults, meshWith, namesOf, newChart, only, synthChecked } from '../support/synth';

const HOST = 'orders.abc123.eu-west-1.rds.amazonaws.com';
const RANGE = '10.20.0.0/16';
const ISSUER = JwtIssuer.oidc('https://idp.example.com/realms/shop', { audiences: ['orders'] });

const PROPS: ExternalDatabaseProps = { engine: DatabaseEngine.POSTGRES, host: HOST, cidrs: [Cidr.of(RANGE)], addresses: [Cidr.address('10.20.1.5')] };
const BY_NAME: ExternalDatabaseProps = { ...PROPS, addresses: undefined };

interface World {
  readonly chart: Chart;
  readonly shop: ZeroTrustNamespace;
  readonly web: Workload;
  readonly other: Workload;
  readonly add: (props?: ExternalDatabaseProps, id?: string) => IExternalDatabase;
}

function world(facts: Partial<MeshFacts> = {}): World {
  const chart = newChart();
  const shop = new ZeroTrustNamespace(chart, 'shop', { mesh: meshWith(facts) });
  const add = (props: ExternalDatabaseProps = PROPS, id = 'orders-db') => SecureDatabase.external(chart, id, props);
  return { chart, shop, web: shop.addWorkload('web'), other: shop.addWorkload('other'), add };
}

/** Where the NetworkPolicies of a namespace let pods send to an address: `policy cidr port`. */
function ways(objects: any[], namespace = 'shop'): string[] {
  return objects.filter((o) => o.kind === 'NetworkPolicy' && o.metadata.namespace === namespace)
    .flatMap((o) => (o.spec.egress ?? []).flatMap((rule: any) => (rule.to ?? [{ ipBlock: { cidr: 'everywhere' } }]).filter((to: any) => to.ipBlock !== undefined)
      .flatMap((to: any) => (rule.ports ?? [{ port: 'every port' }]).map((port: any) => `${o.metadata.name} ${to.ipBlock.cidr} ${port.protocol}/${port.port}`)))).sort();
}

/** The Sidecars that know a host. */
function knowing(objects: any[], host: string): string[] {
  return objects.filter((o) => o.kind === 'Sidecar').filter((o) => o.spec.egress.some(({ hosts }: any) => hosts.some((entry: string) => entry.endsWith(`/${host}`))))
    .map((o) => `${o.metadata.namespace}/${o.metadata.name}`).sort();
}

function entries(objects: any[], namespace = 'shop'): any[] {
  return objects.filter((o) => o.kind === 'ServiceEntry' && o.metadata.namespace === namespace);
}

/** The addresses of an entry; for istiod `10.0.0.1/32` is `10.0.0.1`. */
function addressesOf(entry: any): string[] {
  return entry.spec.addresses.map((address: string) => address.replace(/\/(32|128)$/, '')).sort();
}

/** What is said against a description of access, whether at once or at synth; nothing when it is fine. */
function objections({ chart }: World, describe: () => void): string {
  try {
    describe();
  } catch (error) {
    return (error as Error).message;
  }
  return faults(chart).join('\n');
}

describe('a database outside of the cluster', () => {
  test('is told apart by its addresses, and reached by the workload that was granted it alone', () => {
    const { chart, web, add } = world();
    const db = add();
    expect([db.host, db.engine]).toEqual([HOST, DatabaseEngine.POSTGRES]);
    db.allowFrom(web, { reason: 'order storage' });
    const objects = synthChecked(chart);
    expect(entries(objects).map(addressesOf)).toEqual([['10.20.1.5']]);
    expect(entries(objects).map((o) => o.spec)).toEqual([{
      hosts: [HOST],
      addresses: expect.any(Array),
      ports: [{ number: 5432, protocol: 'TCP', name: expect.any(String) }],
      location: 'MESH_EXTERNAL',
      resolution: 'NONE',
      exportTo: ['.'],
    }]);
    expect(ways(objects)).toEqual([`web ${RANGE} TCP/5432`]);
    expect(knowing(objects, HOST)).toEqual(['shop/web']);
    expect(only(objects, 'Sidecar', 'web').spec).toMatchObject({
      outboundTrafficPolicy: { mode: 'REGISTRY_ONLY' }, workloadSelector: { labels: { 'app.kubernetes.io/name': 'web' } },
    });
    expect(objects.filter((o) => ['NetworkPolicy', 'Sidecar'].includes(o.kind) && o.metadata.name === 'other')).toEqual([]);
    expect(namesOf(objects, 'AuthorizationPolicy')).toEqual(['allow-nothing']);
    expect(only(objects, 'NetworkPolicy', 'web').metadata.annotations['cdk8s-zero-trust/grants']).toMatch(/^to .*: order storage$/);
  });

  test('is told apart by name where proxies answer DNS', () => {
    const { chart, web, add } = world({ dnsCapture: true });
    add(BY_NAME).allowFrom(web);
    const objects = synthChecked(chart);
    const [{ spec }, ...others] = entries(objects);
    expect(others).toEqual([]);
    expect(spec).toMatchObject({ hosts: [HOST], ports: [{ number: 5432, protocol: 'TCP' }], resolution: 'DNS', location: 'MESH_EXTERNAL', exportTo: ['.'] });
    expect(spec).not.toHaveProperty('addresses');
    expect(spec).not.toHaveProperty('endpoints');
    expect(ways(objects)).toEqual([`web ${RANGE} TCP/5432`]);
    expect(knowing(objects, HOST)).toEqual(['shop/web']);
  });

  test('records who may reach it', () => {
    const { chart, web, add } = world();
    add().allowFrom(web, { reason: 'order storage' });
    const [grant, ...others] = Grants.of(chart).list().filter((g) => g.kind === 'grant');
    expect(others).toEqual([]);
    expect([grant.from, grant.ports.map(String), grant.reason, grant.plaintext]).toEqual(['shop/web', ['tcp/5432'], 'order storage', false]);
    expect(grant.to).toContain(HOST);
  });

  test('takes ports of its own, of which a grant may name some', () => {
    const { chart, web, other, add } = world();
    const db = add({ ...PROPS, ports: [Port.tcp(6432), Port.tcp(5433)] });
    db.allowFrom(web, { ports: [Port.tcp(6432)] });
    db.allowFrom(other);
    expect(ways(synthChecked(chart))).toEqual([`other ${RANGE} TCP/5433`, `other ${RANGE} TCP/6432`, `web ${RANGE} TCP/6432`]);
    expect(() => db.allowFrom(web, { ports: [Port.tcp(5432)] })).toThrow(/5432/);
  });

  test('has neither members nor an exporter: only the ports of clients are opened', () => {
    const { chart, web, add } = world();
    add({ ...PROPS, engine: DatabaseEngine.MARIADB }).allowFrom(web);
    const objects = synthChecked(chart);
    expect(ways(objects)).toEqual([`web ${RANGE} TCP/3306`]);
    expect(entries(objects)[0].spec.ports.map((port: any) => port.number)).toEqual([3306]);
  });

  test('may have several ranges and addresses of both families', () => {
    const { chart, web, add } = world();
    add({ ...PROPS, cidrs: [Cidr.of(RANGE), Cidr.of('fd00:20::/48')], addresses: [Cidr.address('10.20.1.5'), Cidr.address('fd00:20::5')] }).allowFrom(web);
    const objects = synthChecked(chart);
    expect(ways(objects)).toEqual([`web ${RANGE} TCP/5432`, 'web fd00:20::/48 TCP/5432']);
    expect(addressesOf(entries(objects)[0])).toEqual(['10.20.1.5', 'fd00:20::5']);
  });

  test('is the same from either end, and however often it is said', () => {
    const [a, b] = [true, false].map((fromEnd) => {
      const { chart, web, add } = world();
      const db = add();
      fromEnd ? db.allowFrom(web, { reason: 'orders' }) : web.allowTo(db, { reason: 'orders' });
      web.allowTo(db, { reason: 'orders' });
      return synthChecked(chart);
    });
    expect(a).toEqual(b);
  });

  test('shared by two workloads is in the Sidecars of both', () => {
    const { chart, web, other, add } = world();
    const db = add();
    db.allowFrom(web);
    db.allowFrom(other);
    const objects = synthChecked(chart);
    expect(knowing(objects, HOST)).toEqual(['shop/other', 'shop/web']);
    expect(ways(objects)).toEqual([`other ${RANGE} TCP/5432`, `web ${RANGE} TCP/5432`]);
  });

  test('has an entry in each namespace of its sources, which no other namespace sees', () => {
    const { chart, shop, web, add } = world();
    const jobs = new ZeroTrustNamespace(chart, 'jobs', { mesh: shop.mesh });
    new ZeroTrustNamespace(chart, 'idle', { mesh: shop.mesh });
    const db = add();
    db.allowFrom(web);
    db.allowFrom(jobs.addWorkload('nightly'));
    const objects = synthChecked(chart);
    expect(objects.filter((o) => o.kind === 'ServiceEntry').map((o) => [o.metadata.namespace, o.spec.hosts, o.spec.exportTo]).sort())
      .toEqual([['jobs', [HOST], ['.']], ['shop', [HOST], ['.']]]);
    expect(knowing(objects, HOST)).toEqual(['jobs/nightly', 'shop/web']);
    expect([ways(objects), ways(objects, 'jobs'), ways(objects, 'idle')]).toEqual([[`web ${RANGE} TCP/5432`], [`nightly ${RANGE} TCP/5432`], []]);
  });

  test('may be granted to a SecureDatabase, which replicates from it', () => {
    const { chart, shop, add } = world();
    new SecureDatabase(shop, 'replica', { engine: DatabaseEngine.POSTGRES }).allowTo(add(), { reason: 'logical replication' });
    const objects = synthChecked(chart);
    expect([ways(objects), knowing(objects, HOST)]).toEqual([[`replica ${RANGE} TCP/5432`], ['shop/replica']]);
  });

  test('leaves an observed workload as open as it is', () => {
    const chart = newChart();
    const shop = new ZeroTrustNamespace(chart, 'shop', { mesh: meshWith(), enforcement: Enforcement.OBSERVE });
    SecureDatabase.external(chart, 'db', PROPS).allowFrom(shop.addWorkload('web'));
    const objects = synthChecked(chart);
    expect(namesOf(objects, 'NetworkPolicy')).toEqual([]);
    expect(objects.filter((o) => o.kind === 'Sidecar' && o.spec.outboundTrafficPolicy.mode === 'REGISTRY_ONLY')).toEqual([]);
  });

  test('is nothing that this app could open for a workload of somebody else', () => {
    const { chart, shop, add } = world();
    const theirs = ZeroTrustNamespace.reference(chart, 'theirs', { mesh: shop.mesh, namespaceName: 'theirs' });
    const attributes = { namespace: theirs, workloadName: 'etl', podLabels: { app: 'etl' }, serviceAccountName: 'etl' };
    const etl = Workload.fromAttributes(chart, 'etl', attributes);
    expect(() => add().allowFrom(etl, { reason: 'reports' })).toThrow(/theirs\/etl.*belong/);
    expect(synthChecked(chart).filter((o) => o.metadata.namespace === 'theirs')).toEqual([]);
  });

  test('lies in the tree where it was put', () => {
    const chart = new Chart(new App(), 'shop');
    expect(SecureDatabase.external(chart, 'orders-db', PROPS).node.path).toBe('shop/orders-db');
  });
});

describe('what an external database refuses', () => {
  test.each<[string, Partial<ExternalDatabaseProps>, RegExp]>([
    ['no range, for no general rule lets private addresses through', { cidrs: [] }, /cidrs/],
    ['an address outside of its ranges', { addresses: [Cidr.address('10.20.1.5'), Cidr.address('10.21.0.1')] }, /10\.21\.0\.1/],
    ['an address in an exception of its range', { cidrs: [Cidr.of(RANGE, { except: ['10.20.1.0/24'] })] }, /10\.20\.1\.5/],
    ['an address of the other family', { addresses: [Cidr.address('fd00::5')] }, /fd00::5/],
    ['an empty list of addresses', { addresses: [] }, /addresses/],
    ['an empty list of ports', { ports: [] }, /ports/],
    ['a UDP port', { ports: [Port.udp(5432)] }, /udp\/5432/],
    ['a range of ports', { ports: [Port.tcpRange(1, 9)] }, /1-9/],
    ['a URL as host', { host: 'postgres://db.example' }, /postgres:\/\/db\.example/],
    ['a port in the host', { host: 'db.example:5432' }, /db\.example:5432/],
    ['a wildcard as host', { host: '*.rds.amazonaws.com' }, /\*\.rds/],
    ['an address as host', { host: '10.20.1.5' }, /10\.20\.1\.5/],
    ['no host', { host: '' }, /host/],
  ])('%s', (_, props, message) => {
    const it = world();
    expect(objections(it, () => it.add({ ...PROPS, ...props }).allowFrom(it.web))).toMatch(message);
    const fine = world();
    expect(objections(fine, () => fine.add().allowFrom(fine.web))).toBe('');
  });

  test('to be told apart by nothing: it needs addresses or proxies that answer DNS', () => {
    for (const facts of [{}, { dnsCapture: false }]) {
      const it = world(facts);
      expect(objections(it, () => it.add(BY_NAME).allowFrom(it.web))).toMatch(/addresses[^]*dnsCapture|dnsCapture[^]*addresses/);
    }
    const fine = world({ dnsCapture: true });
    expect(objections(fine, () => fine.add(BY_NAME).allowFrom(fine.web))).toBe('');
  });

  test.each([
    ['routes', { routes: [HttpMatch.get('/x')] }, /routes/], ['claims', { claims: [ClaimRequirement.contains('groups', 'x')] }, /claims/],
    ['issuers', { issuers: [ISSUER] }, /issuer/], ['an empty list of ports', { ports: [] }, /ports/], ['an unknown port', { ports: [Port.tcp(9187)] }, /9187/],
    ['an empty list of routes', { routes: [] }, /routes/], ['a reason that says nothing', { reason: ' ' }, /reason/],
  ])('a grant with %s', (_, options, message) => {
    const { chart, web, add } = world();
    const db = add();
    expect(() => db.allowFrom(web, options)).toThrow(message);
    expect(() => web.allowTo(db, options)).toThrow(message);
    expect(Grants.of(chart).list().filter((g) => g.kind === 'grant')).toEqual([]);
    expect(entries(synthChecked(chart))).toEqual([]);
    expect(() => db.allowFrom(web, { ports: [Port.POSTGRES], reason: 'order storage' })).not.toThrow();
  });
});

describe('two external databases of one workload', () => {
  const second: ExternalDatabaseProps = { ...PROPS, host: 'stock.abc123.eu-west-1.rds.amazonaws.com' };

  function both(props: ExternalDatabaseProps, facts: Partial<MeshFacts> = {}, first: ExternalDatabaseProps = PROPS): [World, string] {
    const it = world(facts);
    return [it, objections(it, () => {
      it.add(first, 'orders').allowFrom(it.web);
      it.add(props, 'stock').allowFrom(it.web);
    })];
  }

  test.each([
    ['the same address', [Cidr.address('10.20.1.5')]], ['one address in common', [Cidr.address('10.20.1.6'), Cidr.address('10.20.1.5')]],
    ['a block around it', [Cidr.of('10.20.1.0/24')]],
  ])('cannot have %s on one port: one of them would silently win', (_, addresses) => {
    const [, found] = both({ ...second, addresses });
    expect(found).toContain(second.host);
    expect(found).toContain(HOST);
    expect(found).toMatch(/addresses/);
  });

  test('go with addresses of their own', () => {
    const [{ chart }, found] = both({ ...second, addresses: [Cidr.address('10.20.1.6')] });
    expect(found).toBe('');
    const objects = synthChecked(chart);
    expect(entries(objects).map((o) => [o.spec.hosts[0], addressesOf(o)]).sort()).toEqual([[HOST, ['10.20.1.5']], [second.host, ['10.20.1.6']]]);
    expect([knowing(objects, HOST), knowing(objects, second.host)]).toEqual([['shop/web'], ['shop/web']]);
    expect(ways(objects)).toEqual([`web ${RANGE} TCP/5432`]);
  });

  test('go with one address on two ports', () => {
    expect(both({ ...second, engine: DatabaseEngine.MYSQL })[1]).toBe('');
  });

  test('go with names alone where proxies answer DNS', () => {
    const [{ chart }, found] = both({ ...second, addresses: undefined }, { dnsCapture: true }, BY_NAME);
    expect(found).toBe('');
    expect(entries(synthChecked(chart)).map((o) => o.spec.resolution)).toEqual(['DNS', 'DNS']);
  });

  test('do not meet in the proxies of different namespaces', () => {
    const it = world();
    const jobs = new ZeroTrustNamespace(it.chart, 'jobs', { mesh: it.shop.mesh });
    expect(objections(it, () => {
      it.add(PROPS, 'orders').allowFrom(it.web);
      it.add(second, 'stock').allowFrom(jobs.addWorkload('nightly'));
    })).toBe('');
  });
});
