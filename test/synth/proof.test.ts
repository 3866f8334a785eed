import * as fs from 'node:fs';
import * as os from 'node:os';
import * as path from 'node:path';
import { ApiObject, App, Chart, Include, Testing } from 'cdk8s';
import { Cluster, Enforcement, HttpMatch, Layer, Port, Proof, Workload, ZeroTrustNamespace } from '../../src';
import * as prove from '../../src/synth/prove';
import { faults, meshWith, newChart } from '../support/synth';

interface Shop {
  readonly chart: Chart;
  readonly shop: ZeroTrustNamespace;
  readonly web: Workload;
  readonly orders: Workload;
}

/** A namespace in which one workload may call another. */
function addShop(chart: Chart = newChart(), props: { enforcement?: Enforcement; layers?: Layer[] } = {}): Shop {
  const shop = new ZeroTrustNamespace(chart, 'shop', { mesh: meshWith(), ...props });
  const web = shop.addWorkload('web', { ports: [Port.http(8080)] });
  const orders = shop.addWorkload('orders', { ports: [Port.http(8080)] });
  orders.allowFrom(web, { routes: [HttpMatch.get('/v1/*')], reason: 'order page' });
  return { chart, shop, web, orders };
}

const ORDERS = { matchLabels: { 'app.kubernetes.io/name': 'orders' } };

function raw(chart: Chart, kind: keyof typeof VERSIONS, spec: object, metadata: object = {}): ApiObject {
  return new ApiObject(chart, `raw-${kind}`, { apiVersion: VERSIONS[kind], kind, metadata: { name: 'by-hand', namespace: 'shop', ...metadata }, spec });
}

const VERSIONS = {
  NetworkPolicy: 'networking.k8s.io/v1',
  AuthorizationPolicy: 'security.istio.io/v1',
  PeerAuthentication: 'security.istio.io/v1',
  EnvoyFilter: 'networking.istio.io/v1alpha3',
  WasmPlugin: 'extensions.istio.io/v1alpha1',
  CiliumNetworkPolicy: 'cilium.io/v2',
  Deployment: 'apps/v1',
};

const OPEN_NETWORK = { podSelector: ORDERS, policyTypes: ['Ingress'], ingress: [{ from: [{ podSelector: { matchLabels: { app: 'batch' } } }] }] };
const OPEN_IDENTITY = { selector: ORDERS, action: 'ALLOW', rules: [{ from: [{ source: { principals: ['cluster.local/ns/shop/sa/batch'] } }] }] };
const PERMISSIVE = { selector: ORDERS, mtls: { mode: 'PERMISSIVE' } };

/** Runs with a file of somebody else. */
function withFile(content: string, body: (file: string) => void): void {
  const folder = fs.mkdtempSync(path.join(os.tmpdir(), 'proof-'));
  try {
    fs.writeFileSync(path.join(folder, 'other-team.yaml'), content);
    body(path.join(folder, 'other-team.yaml'));
  } finally {
    fs.rmSync(folder, { recursive: true, force: true });
  }
}

describe('the proof at synth', () => {
  test('holds for what the constructs write', () => {
    expect(faults(addShop().chart)).toEqual([]);
  });

  test('holds for a namespace and for a workload that are observed, and for some layers alone', () => {
    expect(faults(addShop(newChart(), { enforcement: Enforcement.OBSERVE }).chart)).toEqual([]);
    for (const layer of Object.values(Layer)) {
      expect(faults(addShop(newChart(), { layers: [layer] }).chart)).toEqual([]);
    }
    const { chart, shop, web } = addShop();
    shop.addWorkload('legacy', { ports: [Port.http(8080)], enforcement: Enforcement.OBSERVE }).allowFrom(web, { reason: 'old page' });
    expect(faults(chart)).toEqual([]);
  });

  test('says nothing about an app without namespaces of this library', () => {
    const chart = newChart();
    raw(chart, 'NetworkPolicy', { podSelector: {}, ingress: [{}] });
    expect(faults(chart)).toEqual([]);
  });

  test('runs once for all charts of an app, and again with each Testing.synth', () => {
    const calls = jest.spyOn(prove, 'proveCluster');
    const app = new App({ outdir: fs.mkdtempSync(path.join(os.tmpdir(), 'proof-')) });
    const { chart } = addShop(new Chart(app, 'shop'));
    ['a', 'b', 'c'].forEach((name) => new Chart(app, name));
    app.synth();
    expect(calls).toHaveBeenCalledTimes(1);
    app.synthYaml();
    expect(calls).toHaveBeenCalledTimes(2);
    Testing.synth(chart);
    Testing.synth(chart);
    expect(calls.mock.calls.length).toBeGreaterThanOrEqual(4);
    fs.rmSync(app.outdir, { recursive: true, force: true });
    calls.mockRestore();
  });
});

describe('an object that is added by hand', () => {
  test('fails the synth where a NetworkPolicy admits more: who, on what, the object, the rule, the constructs, and the fix', () => {
    const { chart } = addShop();
    raw(chart, 'NetworkPolicy', OPEN_NETWORK);
    expect(faults(chart)).toEqual([
      '[] shop/(app=batch) -> shop/orders is allowed, and nobody granted it on the network layer (all); a NetworkPolicy admits it, or none refuses it: '
      + 'NetworkPolicy shop/by-hand ingress[0].from[0] (shop/raw-NetworkPolicy); recorded at shop/shop/orders; '
      + 'take it out of that object, grant it, or say why with Proof.of(this).allowWider',
    ]);
  });

  test('fails the synth where a NetworkPolicy sends more, or admits addresses outside of the cluster', () => {
    const { chart } = addShop();
    raw(chart, 'NetworkPolicy', {
      podSelector: ORDERS,
      policyTypes: ['Ingress', 'Egress'],
      ingress: [{ from: [{ ipBlock: { cidr: '192.0.2.0/24' } }], ports: [{ port: 1 }] }],
      egress: [{ to: [{ namespaceSelector: { matchLabels: { team: 'x' } } }], ports: [{ port: 5432 }] }],
    });
    const text = faults(chart).join('\n');
    expect(text).toMatch(/192\.0\.2\.0-192\.0\.2\.255 -> shop\/orders is allowed.*NetworkPolicy shop\/by-hand ingress\[0\]/);
    expect(text).toMatch(/shop\/orders -> \(team=x\)\/\(other\) is allowed.*tcp\/5432.*NetworkPolicy shop\/by-hand egress\[0\]/);
  });

  test.each([
    [{ matchLabels: { app: 'x' } }, {}],
    [{ matchExpressions: [{ key: 'app.kubernetes.io/name', operator: 'In', values: ['web', 'intruder'] }] }, { ports: [{ port: 8080, protocol: 'TCP' }] }],
    [{ matchExpressions: [{ key: 'app.kubernetes.io/name', operator: 'NotIn', values: ['orders'] }] }, { ports: [{ port: 8080, protocol: 'TCP' }] }],
  ])('fails the synth for pods that nobody has seen: %j', (podSelector, more) => {
    const { chart } = addShop();
    raw(chart, 'NetworkPolicy', { podSelector: ORDERS, policyTypes: ['Ingress'], ingress: [{ from: [{ podSelector }], ...more }] });
    expect(faults(chart).join('\n')).toMatch(/shop\/\(.*\) -> shop\/orders is allowed, and nobody granted it/);
  });

  test('fails the synth for pods in a namespace that nobody has named', () => {
    const { chart } = addShop();
    const peer = { namespaceSelector: {}, podSelector: { matchLabels: { 'app.kubernetes.io/name': 'web' } } };
    raw(chart, 'NetworkPolicy', { podSelector: ORDERS, policyTypes: ['Ingress'], ingress: [{ from: [peer], ports: [{ port: 8080 }] }] });
    expect(faults(chart)).toEqual([expect.stringMatching(/^\[\] \(other\)\/\(app\.kubernetes\.io\/name=web\) -> shop\/orders is allowed/)]);
  });

  test('fails the synth where it lets something through to pods in quarantine', () => {
    const { chart } = addShop();
    const peer = { podSelector: { matchLabels: { 'app.kubernetes.io/name': 'web' } } };
    raw(chart, 'NetworkPolicy', { podSelector: ORDERS, policyTypes: ['Ingress'], ingress: [{ from: [peer], ports: [{ port: 8080 }] }] });
    expect(faults(chart)).toEqual([expect.stringMatching(/-> shop\/orders \(in quarantine\) is allowed/)]);
  });

  test('fails the synth where an AuthorizationPolicy allows more', () => {
    const { chart } = addShop();
    raw(chart, 'AuthorizationPolicy', OPEN_IDENTITY);
    const found = faults(chart);
    expect(found.length).toBeGreaterThan(0);
    for (const fault of found) {
      expect(fault).toMatch(/^\[\] cluster\.local\/ns\/shop\/sa\/batch -> shop\/orders:\d+.*nobody granted it on the identity layer/);
      expect(fault).toContain('AuthorizationPolicy shop/by-hand rules[0] (shop/raw-AuthorizationPolicy)');
    }
  });

  test('fails the synth where a PeerAuthentication accepts plaintext', () => {
    const { chart } = addShop();
    raw(chart, 'PeerAuthentication', PERMISSIVE);
    const [fault, ...others] = faults(chart);
    expect(others).toEqual([]);
    expect(fault).toMatch(/^\[\] plaintext -> shop\/orders is allowed.*mtls layer \(any connection without mutual TLS\)/);
    expect(fault).toContain('PeerAuthentication shop/by-hand (shop/raw-PeerAuthentication); recorded at shop/shop/orders;');
  });

  test('fails the synth where a second, older PeerAuthentication of the namespace counts', () => {
    const { chart } = addShop();
    raw(chart, 'PeerAuthentication', { mtls: { mode: 'PERMISSIVE' } }, { creationTimestamp: '2020-01-01T00:00:00Z' });
    expect(faults(chart).join('\n')).toMatch(/plaintext -> shop\/orders is allowed.*PeerAuthentication shop\/by-hand/);
  });

  test('passes where it grants nothing new', () => {
    const { chart } = addShop();
    raw(chart, 'NetworkPolicy', { podSelector: ORDERS, policyTypes: ['Ingress'] });
    raw(chart, 'PeerAuthentication', { selector: ORDERS, mtls: { mode: 'STRICT' } });
    expect(faults(chart)).toEqual([]);
  });

  test('fails the synth where a DENY policy takes away what was granted', () => {
    const { chart } = addShop();
    raw(chart, 'AuthorizationPolicy', { selector: ORDERS, action: 'DENY', rules: [{ to: [{ operation: { paths: ['/v1/admin/*'] } }] }] });
    const [fault, ...others] = faults(chart);
    expect(others).toEqual([]);
    expect(fault).toMatch(/^\[\] cluster\.local\/ns\/shop\/sa\/web -> shop\/orders:8080 was granted, and is refused on the identity layer/);
    expect(fault).toMatch(/\(GET \/v1\/admin\/.*\).*AuthorizationPolicy shop\/by-hand rules\[0\]/);
  });

  test('counts where it is included from a file', () => {
    const { chart } = addShop();
    const policy = { apiVersion: VERSIONS.AuthorizationPolicy, kind: 'AuthorizationPolicy', metadata: { name: 'included', namespace: 'shop' }, spec: OPEN_IDENTITY };
    withFile(JSON.stringify(policy), (url) => {
      new Include(chart, 'legacy', { url });
      expect(faults(chart).join('\n')).toMatch(/AuthorizationPolicy shop\/included rules\[0\] \(shop\/legacy\//);
    });
  });

  test('fails the synth where its pods carry the labels of a workload and run as another account', () => {
    const { chart } = addShop();
    raw(chart, 'Deployment', { selector: ORDERS, template: { metadata: { labels: ORDERS.matchLabels }, spec: { serviceAccountName: 'other', containers: [] } } });
    expect(faults(chart)).toEqual([expect.stringContaining('the annotation says that the pods of shop/by-hand run as orders, and they run as other')]);
  });

  test('fails the synth where its pods have no proxy', () => {
    const { chart } = addShop();
    const labels = { 'app': 'batch', 'sidecar.istio.io/inject': 'false' };
    raw(chart, 'Deployment', { selector: { matchLabels: { app: 'batch' } }, template: { metadata: { labels }, spec: { containers: [] } } });
    const fault = /plaintext -> shop\/by-hand is allowed.*its pods have no proxy.*Deployment shop\/by-hand \(shop\/raw-Deployment\)/;
    expect(faults(chart)).toEqual([expect.stringMatching(fault)]);
  });
});

describe('an exception', () => {
  test('lets an object open more, of which a reason is given', () => {
    const { chart } = addShop();
    Proof.of(chart).allowWider(raw(chart, 'NetworkPolicy', OPEN_NETWORK), 'batch jobs, until OPS-17 is done');
    Proof.of(chart).allowWider(raw(chart, 'AuthorizationPolicy', OPEN_IDENTITY), 'batch jobs, until OPS-17 is done');
    Proof.of(chart).allowWider(raw(chart, 'PeerAuthentication', PERMISSIVE), 'batch jobs, until OPS-17 is done');
    expect(faults(chart)).toEqual([]);
  });

  test('covers the construct around the object, and no other object', () => {
    const { chart } = addShop();
    withFile(JSON.stringify({ apiVersion: VERSIONS.NetworkPolicy, kind: 'NetworkPolicy', metadata: { name: 'included', namespace: 'shop' }, spec: OPEN_NETWORK }), (url) => {
      Proof.of(chart).allowWider(new Include(chart, 'legacy', { url }), 'as it is in production');
    });
    expect(faults(chart)).toEqual([]);
    raw(chart, 'AuthorizationPolicy', OPEN_IDENTITY);
    expect(faults(chart).length).toBeGreaterThan(0);
  });

  test('does not excuse what the object takes away', () => {
    const { chart } = addShop();
    Proof.of(chart).allowWider(raw(chart, 'AuthorizationPolicy', { selector: ORDERS, action: 'DENY', rules: [{}] }), 'closed for the night');
    expect(faults(chart).join('\n')).toMatch(/was granted, and is refused on the identity layer/);
  });

  test('needs a reason', () => {
    const { chart } = addShop();
    const object = raw(chart, 'NetworkPolicy', OPEN_NETWORK);
    expect(() => Proof.of(chart).allowWider(object, ' ')).toThrow('reason');
    expect(() => Proof.of(chart).acceptUnproven(object, '')).toThrow('reason');
  });
});

describe('an object that nobody can prove anything about', () => {
  const SPECS = {
    EnvoyFilter: { workloadSelector: { labels: ORDERS.matchLabels }, configPatches: [] },
    WasmPlugin: { selector: ORDERS, url: 'oci://registry.example/filter:1' },
    CiliumNetworkPolicy: { endpointSelector: ORDERS, ingress: [{}] },
  };
  const KINDS = Object.keys(SPECS) as (keyof typeof SPECS)[];

  test.each(KINDS)('fails the synth, with the workload that it may concern: %s', (kind) => {
    const { chart } = addShop();
    raw(chart, kind, SPECS[kind]);
    expect(faults(chart)).toEqual([`[] ${kind} shop/by-hand (shop/raw-${kind}) changes traffic in ways that cannot be proved, and it may concern shop/orders; `
      + 'remove it, or accept it by name with Proof.of(this).acceptUnproven(object, reason)']);
  });

  test.each(KINDS)('passes where it is accepted, or concerns nobody here: %s', (kind) => {
    const { chart } = addShop();
    Proof.of(chart).acceptUnproven(raw(chart, kind, SPECS[kind]), 'written by the platform team');
    expect(faults(chart)).toEqual([]);
    const other = addShop();
    raw(other.chart, kind, SPECS[kind], { namespace: 'elsewhere' });
    expect(faults(other.chart)).toEqual([]);
  });
});

describe('what else is in the cluster', () => {
  test('is read from files, and fails the synth where it opens something', () => {
    const policy = (namespace: string) => JSON.stringify({ apiVersion: VERSIONS.NetworkPolicy, kind: 'NetworkPolicy', metadata: { name: 'theirs', namespace }, spec: OPEN_NETWORK });
    withFile(policy('shop'), (file) => {
      const { chart } = addShop();
      Proof.of(chart).addContext(file);
      const fault = /-> shop\/orders is allowed.*NetworkPolicy shop\/theirs ingress\[0\]\.from\[0\]/;
      expect(faults(chart)).toEqual([expect.stringMatching(fault)]);
    });
    withFile(policy('elsewhere'), (file) => {
      const { chart } = addShop();
      Proof.of(chart).addContext(file);
      expect(faults(chart)).toEqual([]);
    });
  });

  test('fails the synth where it cannot be read, with file and line', () => {
    withFile('apiVersion: v1\nkind: [', (file) => {
      const { chart } = addShop();
      Proof.of(chart).addContext(file);
      expect(faults(chart)).toEqual([expect.stringMatching(/^\[\] the context of the proof cannot be read: .*other-team\.yaml:\d+: /)]);
    });
    const { chart } = addShop();
    Proof.of(chart).addContext('no-such-file.yaml');
    expect(faults(chart)).toEqual([expect.stringMatching(/^\[\] the context of the proof cannot be read: .*no-such-file\.yaml/)]);
  });

  test('is not empty', () => {
    expect(() => Proof.of(newChart()).addContext()).toThrow('the context of a proof is empty');
  });
});

describe('a waiver of the proof', () => {
  const WAIVER = { reason: 'migration', owner: 'team-shop', expires: '2999-12-31' };

  test('switches the proof off until its last day', () => {
    const { chart } = addShop();
    raw(chart, 'NetworkPolicy', OPEN_NETWORK);
    Proof.of(chart).waive(WAIVER);
    expect(faults(chart)).toEqual([]);
    Proof.of(chart).waive({ ...WAIVER, expires: new Date().toISOString().slice(0, 10) });
    expect(faults(chart)).toEqual([]);
  });

  test('fails the synth once it has ended, whatever is proved', () => {
    const { chart } = addShop();
    Proof.of(chart).waive({ ...WAIVER, expires: '2020-01-31' });
    expect(faults(chart)).toEqual(['[] the waiver of the proof ended on 2020-01-31 (team-shop: migration); grant what is needed, or extend the waiver']);
  });

  test.each([
    [{ ...WAIVER, owner: ' ' }, 'has no owner'], [{ ...WAIVER, reason: '' }, 'reason'], [{ ...WAIVER, expires: 'soon' }, 'does not say when it ends'],
    [{ ...WAIVER, expires: '2027-02-30' }, 'does not say when it ends'], [{ ...WAIVER, expires: '2027-1-1' }, 'does not say when it ends'],
  ])('says why, who and until when: %j', (waiver, message) => {
    expect(() => Proof.of(newChart()).waive(waiver)).toThrow(message);
  });
});

describe('two clusters', () => {
  test('are proved apart', () => {
    const app = new App();
    const charts = ['dev', 'prod'].map((name) => {
      const chart = new Chart(app, name);
      Cluster.mark(chart);
      addShop(chart);
      return chart;
    });
    raw(charts[0], 'NetworkPolicy', OPEN_NETWORK);
    expect(() => app.synthYaml()).toThrow(/NetworkPolicy shop\/by-hand.*\(dev\/raw-NetworkPolicy\); recorded at dev\/shop\/orders/);
    expect(() => app.synthYaml()).not.toThrow(/recorded at prod\//);
    Proof.of(charts[1]).waive({ reason: 'of the other cluster', owner: 'team-shop', expires: '2999-12-31' });
    expect(() => app.synthYaml()).toThrow('dev/raw-NetworkPolicy');
    Proof.of(charts[0]).waive({ reason: 'of this cluster', owner: 'team-shop', expires: '2999-12-31' });
    expect(() => app.synthYaml()).not.toThrow();
  });
});
