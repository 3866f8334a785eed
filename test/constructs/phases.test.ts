import {
  Cidr, CloudIdentity, EgressAllowlist, Enforcement, ExternalHost, GitOps, Grants, Layer, PlaintextSource, Port, Workload,
  ZeroTrustNamespace, ZeroTrustNamespaceProps,
} from '../../src';
import { faults, meshWith, namesOf, newChart, only, synthChecked } from '../support/synth';

const { ENFORCE, OBSERVE } = Enforcement;
const MAINFRAME = PlaintextSource.cidrs('mainframe', Cidr.of('10.8.0.0/24'));

interface World {
  readonly shop: ZeroTrustNamespace;
  readonly db: Workload;
  readonly objects: () => any[];
}

/** A workload `db` whose phase may differ from the one of its namespace. */
function world(namespace: Enforcement, workload: Enforcement, props: Partial<ZeroTrustNamespaceProps> = {}): World {
  const chart = newChart();
  const shop = new ZeroTrustNamespace(chart, 'shop', { mesh: meshWith(), enforcement: namespace, ...props });
  const db = shop.addWorkload('db', { ports: [Port.tcp(5432)], enforcement: workload });
  return { shop, db, objects: () => synthChecked(chart) };
}

describe('plaintext in the phases of a rollout', () => {
  test.each([
    ['is a port exception where all is enforced', ENFORCE, ENFORCE,
      [{ mtls: { mode: 'STRICT' }, portLevelMtls: { 5432: { mode: 'PERMISSIVE' } } }]],
    ['is a port exception of a workload that is closed ahead', OBSERVE, ENFORCE,
      [{ mtls: { mode: 'STRICT' }, portLevelMtls: { 5432: { mode: 'PERMISSIVE' } } }]],
    ['needs no exception in an observed workload', ENFORCE, OBSERVE, [{ mtls: { mode: 'PERMISSIVE' } }]],
    ['needs no policy where all is observed', OBSERVE, OBSERVE, []],
  ])('%s', (_, namespace, workload, expected) => {
    const { db, objects } = world(namespace, workload);
    db.allowPlaintextFrom(MAINFRAME, Port.tcp(5432), 'no proxy there');
    const found = objects().filter((o) => o.kind === 'PeerAuthentication' && o.metadata.name === 'db').map((o) => o.spec);
    expect(found).toEqual(expected.map((spec) => ({ selector: { matchLabels: { 'app.kubernetes.io/name': 'db' } }, ...spec })));
  });
});

describe('an observed workload', () => {
  test.each([['in an observed namespace', OBSERVE],
    ['in an enforced namespace', ENFORCE]])('reaches what it likes %s, without entries of its own', (_, phase) => {
    const { db, objects } = world(phase, OBSERVE);
    db.allowCloudIdentity(CloudIdentity.EKS_POD_IDENTITY, 'reads its bucket');
    const all = objects();
    expect(namesOf(all, 'ServiceEntry')).toEqual([]);
    expect(all.filter((o) => o.kind === 'Sidecar' && o.spec.outboundTrafficPolicy.mode === 'ALLOW_ANY')).toHaveLength(1);
    expect(namesOf(all, 'NetworkPolicy')).not.toContain('db');
  });

  test('is shielded from isolation like any other: its open policy leaves isolated pods out', () => {
    expect(only(world(ENFORCE, OBSERVE).objects(), 'NetworkPolicy', 'db-observe').spec.podSelector).toEqual({
      matchLabels: { 'app.kubernetes.io/name': 'db' }, matchExpressions: [{ key: 'cdk8s-zero-trust/quarantine', operator: 'DoesNotExist' }],
    });
  });
});

describe('a workload that is closed ahead of its namespace', () => {
  test('keeps what is granted to every workload of the namespace', () => {
    const { shop, objects } = world(OBSERVE, ENFORCE);
    const tools = new ZeroTrustNamespace(shop.node.scope as any, 'tools', { mesh: shop.mesh });
    tools.addWorkload('log', { ports: [Port.tcp(514)] }).allowFrom(shop.everyWorkload('all of them log'));
    const policy = only(objects(), 'NetworkPolicy', 'db');
    expect(policy.spec.egress).toContainEqual({
      to: [{
        namespaceSelector: { matchLabels: { 'kubernetes.io/metadata.name': 'tools' } },
        podSelector: { matchLabels: { 'app.kubernetes.io/name': 'log' } },
      }],
      ports: [{ port: 514, protocol: 'TCP' }],
    });
    expect(policy.metadata.annotations['cdk8s-zero-trust/grants'].split('\n')).toContain('to tools/log: all of them log');
    expect(only(objects(), 'Sidecar', 'db').spec.egress[0].hosts).toContain('tools/log.tools.svc.cluster.local');
    expect(namesOf(objects(), 'NetworkPolicy')).not.toContain('every-workload');
  });

  test('has what refuses kept from pruning and synced after what admits', () => {
    const annotations = (kind: string, name: string, phases: [Enforcement, Enforcement]) => {
      const { db, objects } = world(...phases, { gitOps: GitOps.argoCd() });
      db.allowPlaintextFrom(MAINFRAME, Port.tcp(5432), 'no proxy there');
      return only(objects(), kind, name).metadata.annotations;
    };
    for (const kind of ['NetworkPolicy', 'PeerAuthentication', 'Sidecar']) {
      expect(annotations(kind, 'db', [OBSERVE, ENFORCE])).toMatchObject({ 'argocd.argoproj.io/sync-options': 'Prune=false' });
    }
    expect(annotations('AuthorizationPolicy', 'db', [OBSERVE, ENFORCE])).not.toHaveProperty(['argocd.argoproj.io/sync-options']);
    expect(annotations('NetworkPolicy', 'db', [ENFORCE, ENFORCE])).not.toHaveProperty(['argocd.argoproj.io/sync-options']);
    const wave = (kind: string, name: string) => Number(annotations(kind, name, [OBSERVE, ENFORCE])['argocd.argoproj.io/sync-wave']);
    expect(wave('AuthorizationPolicy', 'db')).toBeLessThan(wave('AuthorizationPolicy', 'db-allow-nothing'));
  });

  test('carries no annotation that says nothing', () => {
    const { metadata } = only(world(OBSERVE, ENFORCE).objects(), 'PeerAuthentication', 'db');
    expect(Object.keys(metadata)).not.toContain('annotations');
  });

  test('records its holes for itself, not for the namespace', () => {
    const chart = newChart();
    const shop = new ZeroTrustNamespace(chart, 'shop', { mesh: meshWith(), enforcement: OBSERVE });
    expect(Grants.of(chart).list()).toEqual([]);
    shop.addWorkload('db', { enforcement: ENFORCE });
    expect(Grants.of(chart).list().map((g) => g.from)).toEqual(['shop/db', 'shop/db']);
  });
});

describe('phases and layers together', () => {
  const kinds: [Layer, string][] = [
    [Layer.NETWORK, 'NetworkPolicy'], [Layer.MTLS, 'PeerAuthentication'], [Layer.IDENTITY, 'AuthorizationPolicy'],
    [Layer.EGRESS, 'Sidecar'],
  ];
  const phases: [Enforcement, Enforcement][] = [[ENFORCE, OBSERVE], [OBSERVE, ENFORCE], [OBSERVE, OBSERVE]];

  test.each(kinds.flatMap(([layer, kind]) => phases.map((pair) => [layer, ...pair, kind] as const)))(
    'with only %s, a namespace that is in %s and a workload in %s, nothing but that layer is written',
    (layer, namespace, workload, kind) => {
      const { shop, db, objects } = world(namespace, workload, { layers: [layer] });
      db.allowFrom(shop.addWorkload('web'));
      const found = objects().map((o) => o.kind).filter((k) => !['Namespace', 'ServiceAccount'].includes(k));
      expect(found.filter((k) => k !== kind)).toEqual([]);
    });

  test('plaintext that no layer would bound is refused', () => {
    const allow = (layers: Layer[]) => () => world(ENFORCE, ENFORCE, { layers }).db.allowPlaintextFrom(MAINFRAME, Port.tcp(5432),
      'no proxy there');
    expect(allow([Layer.MTLS, Layer.EGRESS])).toThrow(/would be bounded by no layer/);
    expect(allow([Layer.MTLS, Layer.NETWORK])).not.toThrow();
    expect(allow([Layer.MTLS, Layer.IDENTITY])).not.toThrow();
  });
});

describe('a workload that is closed ahead, and what its namespace leaves to it', () => {
  test('is closed in quarantine too: its default deny leaves nobody out', () => {
    expect(only(world(OBSERVE, ENFORCE).objects(), 'NetworkPolicy', 'db-default-deny').spec).toEqual({
      podSelector: { matchLabels: { 'app.kubernetes.io/name': 'db' } }, policyTypes: ['Ingress', 'Egress'],
    });
  });

  test('knows the hosts that were granted to every workload, whether it was there before or after', () => {
    const { shop, objects } = world(OBSERVE, ENFORCE);
    const hosts = [ExternalHost.tls('api.bank.example', { cidrs: [Cidr.of('203.0.113.0/24')] })];
    new EgressAllowlist(shop, 'bank', { from: [shop.everyWorkload('all of them pay')], hosts, reason: 'payments' });
    new Workload(shop, 'late', { ports: [Port.tcp(1)], enforcement: ENFORCE });
    const known = (name: string) => only(objects(), 'Sidecar', name).spec.egress[0].hosts;
    expect(known('db')).toContain('./api.bank.example');
    expect(known('late')).toContain('./api.bank.example');
    expect(namesOf(objects(), 'ServiceEntry')).toEqual(['api.bank.example']);
  });
});

describe('a grant to every workload of an observed namespace', () => {
  test('writes no network policy there, and is not a fault', () => {
    const chart = newChart();
    const shop = new ZeroTrustNamespace(chart, 'shop', { mesh: meshWith(), enforcement: OBSERVE });
    shop.addWorkload('log', { ports: [Port.tcp(514)] }).allowFrom(shop.everyWorkload('all of them log'));
    expect(faults(chart)).toEqual([]);
    expect(namesOf(synthChecked(chart), 'NetworkPolicy')).toEqual([]);
  });
});
