import { ApiObject, App, Chart } from 'cdk8s';
import {
  Cidr, ClaimRequirement, Cluster, HttpMatch, IWorkload, MeshFacts, PlaintextSource, Port, ServiceAccountRef, Workload, WorkloadAttributes,
  ZeroTrustNamespace,
} from '../../src';
import { faults, meshWith, newChart, only, synthChecked } from '../support/synth';

const shopIn = (chart: Chart, facts: Partial<MeshFacts> = {}) => new ZeroTrustNamespace(chart, 'shop', { mesh: meshWith(facts) });

describe('labels that select pods', () => {
  test('are refused when there are none, which would mean the whole namespace', () => {
    expect(() => shopIn(newChart()).addWorkload('web', { podLabels: {} })).toThrow(/shop\/web has no pod labels.*whole namespace/);
    expect(() => shopIn(newChart()).addWorkload('web', { podLabels: { app: 'web' } })).not.toThrow();
  });

  test.each([[{ 'a b': 'c' }], [{ app: 'c*' }], [{ app: 'x'.repeat(64) }]])('are refused when Kubernetes would refuse them: %j', (podLabels) => {
    expect(() => shopIn(newChart()).addWorkload('web', { podLabels })).toThrow(/a pod label of shop\/web is not usable/);
  });
});

describe('ports', () => {
  test.each([15000, 15001, 15006, 15008, 15020, 15021, 15090])('are refused where the proxy listens for itself and no rule holds: %i', (number) => {
    expect(() => shopIn(newChart()).addWorkload('web', { ports: [Port.tcp(number)] })).toThrow(/one of the proxy itself/);
    expect(() => shopIn(newChart()).addWorkload('web', { ports: [Port.udp(number), Port.tcp(15012)] })).not.toThrow();
  });
});

describe('accounts', () => {
  test('of a workload that is called default are refused: every pod without an account would have its identity', () => {
    expect(() => shopIn(newChart()).addWorkload('default')).toThrow(/every pod without an account/);
    expect(() => shopIn(newChart()).addWorkload('default', { serviceAccount: ServiceAccountRef.own('fallback') })).not.toThrow();
  });

  test('may be named', () => {
    const chart = newChart();
    const web = shopIn(chart).addWorkload('web', { serviceAccount: ServiceAccountRef.own('web-sa') });
    expect(web.identity.principal).toBe('cluster.local/ns/shop/sa/web-sa');
    expect(only(synthChecked(chart), 'ServiceAccount', 'web-sa').automountServiceAccountToken).toBe(false);
  });

  test('are shared for a reason', () => {
    expect(() => ServiceAccountRef.shared('team', { reason: '' })).toThrow(/needs a reason/);
  });

  test('count as shared only when all say so', () => {
    const chart = newChart();
    const shop = shopIn(chart);
    shop.addWorkload('a', { serviceAccount: ServiceAccountRef.shared('team', { reason: 'one vendor binary' }) });
    shop.addWorkload('b', { serviceAccount: ServiceAccountRef.existing('team') });
    expect(faults(chart)).toEqual([expect.stringMatching(/run under one ServiceAccount, shop\/team/)]);
  });
});

describe('what is said about workloads of other owners', () => {
  function foreign(changes: Partial<WorkloadAttributes>): IWorkload {
    const chart = newChart();
    const namespace = ZeroTrustNamespace.reference(chart, 'data', { mesh: meshWith(), namespaceName: 'data' });
    return Workload.fromAttributes(chart, 'db', {
      namespace, workloadName: 'db', podLabels: { app: 'db' }, serviceAccountName: 'db-sa', ports: [Port.POSTGRES], ...changes,
    });
  }

  test.each<[string, Partial<WorkloadAttributes>, RegExp]>([
    ['no labels', { podLabels: {} }, /data\/db has no pod labels/],
    ['a range of ports, of which the handed-over policy would name one', { ports: [Port.tcpRange(1, 9)] }, /a port of data\/db has no single number/],
    ['a name that is none', { workloadName: 'Db_1' }, /workload name is not usable/],
    ['an account that is none', { serviceAccountName: 'A B' }, /account name is not usable/],
    ['the account default', { serviceAccountName: 'default' }, /every pod without an account/],
  ])('is refused with %s', (_, changes, message) => {
    expect(() => foreign(changes)).toThrow(message);
    expect(() => foreign({})).not.toThrow();
  });

  test('is refused in a grant as it is for own workloads', () => {
    const db = foreign({});
    const web = shopIn(Chart.of(db)).addWorkload('web');
    expect(() => db.allowFrom(web, { ports: [Port.tcp(1)] })).toThrow(/data\/db does not listen on tcp\/1; allowed: tcp\/5432/);
    expect(() => db.allowFrom(web, { routes: [HttpMatch.get('/')] })).toThrow(/would be dropped by Istio/);
    expect(() => foreign({ ports: undefined }).allowFrom(web)).toThrow(/declares no port/);
  });

  test('may ask for claims, which only its owner can validate', () => {
    const db = foreign({ ports: [Port.http(80)] });
    const chart = Chart.of(db);
    const web = shopIn(chart).addWorkload('web');
    expect(() => db.allowFrom(web, { claims: [ClaimRequirement.contains('groups', 'buyers')] })).not.toThrow();
    expect(faults(chart)).toEqual([]);
  });
});

describe('what a caller changes afterwards', () => {
  test('changes no grant', () => {
    const chart = newChart();
    const shop = shopIn(chart);
    const [ports, routes] = [[Port.http(80)], [HttpMatch.get('/a')]];
    const podLabels: Record<string, string> = { app: 'web' };
    const declared = [Port.http(80), Port.http(81)];
    const api = shop.addWorkload('api', { ports: declared });
    api.allowFrom(shop.addWorkload('web', { podLabels }), { ports, routes });
    ports.push(Port.http(81));
    routes.pop();
    declared.pop();
    podLabels.app = 'other';
    const objects = synthChecked(chart);
    expect(only(objects, 'AuthorizationPolicy', 'api').spec.rules[0].to).toEqual([{ operation: { ports: ['80'], methods: ['GET'], paths: ['/a'] } }]);
    expect(only(objects, 'NetworkPolicy', 'api').spec.ingress).toEqual([{ from: [{ podSelector: { matchLabels: { app: 'web' } } }], ports: [{ port: 80, protocol: 'TCP' }] }]);
    expect(api.ports).toHaveLength(2);
  });
});

describe('a workload of one cluster', () => {
  test('cannot be put into a namespace of another', () => {
    const app = new App();
    const [dev, prod] = ['dev', 'prod'].map((name) => {
      const chart = new Chart(app, name);
      Cluster.mark(chart);
      return shopIn(chart);
    });
    expect(() => new Workload(Chart.of(prod), 'web', { namespace: dev })).toThrow(/prod\/web and its namespace dev\/shop are in different clusters/);
    expect(() => new Workload(Chart.of(dev), 'web', { namespace: dev })).not.toThrow();
  });

  test('cannot be granted to every workload of another', () => {
    const app = new App();
    const [dev, prod] = ['dev', 'prod'].map((name) => {
      const chart = new Chart(app, name);
      Cluster.mark(chart);
      return shopIn(chart);
    });
    const web = dev.addWorkload('web', { ports: [Port.http(80)] });
    expect(() => web.allowFrom(prod.everyWorkload('all of them'))).toThrow(/different clusters/);
    expect(() => web.allowFrom(dev.everyWorkload('all of them'))).not.toThrow();
  });
});

describe('providers of the mesh', () => {
  test.each(['dns', 'istiod', 'metrics', 'probes', 'nothing'])('cannot be called %s, the name of another object', (name) => {
    const provider = { name, namespace: 'telemetry', podLabels: { app: 'otel' }, host: 'otel.telemetry.svc.cluster.local', number: 4317 };
    expect(() => meshWith({ telemetryProviders: [provider] })).toThrow(new RegExp(`allow-${name} is the name of another object`));
    expect(() => meshWith({ telemetryProviders: [{ ...provider, name: 'otel' }] })).not.toThrow();
  });
});

describe('ports that are known only from an object', () => {
  function cart(spec: object): { chart: Chart; shop: ZeroTrustNamespace; workload: Workload } {
    const chart = newChart();
    const shop = shopIn(chart);
    const template = { metadata: { labels: { app: 'cart' } }, spec: { serviceAccountName: 'cart', containers: [{ name: 'server', image: 'cart:1', ...spec }] } };
    const apiObject = new ApiObject(chart, 'deployment', {
      apiVersion: 'apps/v1', kind: 'Deployment', metadata: { name: 'cart', namespace: 'shop' }, spec: { selector: { matchLabels: { app: 'cart' } }, template },
    });
    return { chart, shop, workload: Workload.fromApiObject(shop, 'cart', { apiObject }) };
  }

  test('are checked at synth, with one message, when a peer is let in', () => {
    const { chart, shop, workload } = cart({});
    workload.allowFrom(shop.addWorkload('web'));
    expect(faults(chart)).toEqual([expect.stringMatching(/shop\/cart declares no port, so there is nothing to allow/)]);
  });

  test('are checked at synth for plaintext too', () => {
    const allow = (number: number) => {
      const { chart, workload } = cart({ ports: [{ containerPort: 7070 }] });
      workload.allowPlaintextFrom(PlaintextSource.cidrs('mainframe', Cidr.of('10.8.0.0/24')), Port.tcp(number), 'no proxy there');
      return faults(chart);
    };
    expect(allow(7071)).toEqual([expect.stringMatching(/shop\/cart does not listen on tcp\/7071; allowed: undeclared\/7070/)]);
    expect(allow(7070)).toEqual([]);
  });

  test('may be UDP alone: nobody is admitted by the identity layer, which sees no UDP', () => {
    const { chart, shop, workload } = cart({ ports: [{ containerPort: 53, protocol: 'UDP' }] });
    workload.allowFrom(shop.addWorkload('web'));
    const objects = synthChecked(chart);
    expect(only(objects, 'NetworkPolicy', 'cart').spec.ingress[0].ports).toEqual([{ port: 53, protocol: 'UDP' }]);
    expect(objects.filter((o) => o.kind === 'AuthorizationPolicy').flatMap((o) => o.spec.rules ?? [])).toEqual([]);
  });
});
