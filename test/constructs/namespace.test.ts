import { Chart } from 'cdk8s';
import {
  Cidr, Enforcement, GitOps, Grants, Layer, PodSecurity, Port, SidecarInjection, ZeroTrustMesh, ZeroTrustNamespace, ZeroTrustNamespaceProps,
} from '../../src';
import { FACTS, meshWith, namesOf, newChart, only, synthChecked } from '../support/synth';

const NOT_QUARANTINED = { matchExpressions: [{ key: 'cdk8s-zero-trust/quarantine', operator: 'DoesNotExist' }] };
const PROVIDER = { name: 'access-log', namespace: 'telemetry', podLabels: { app: 'otel' }, host: 'otel.telemetry.svc.cluster.local', number: 4317 };

function emitted(props: Partial<ZeroTrustNamespaceProps> = {}, chart = newChart()): any[] {
  new ZeroTrustNamespace(chart, 'shop', { mesh: meshWith(), ...props });
  return synthChecked(chart);
}

describe('a zero-trust namespace', () => {
  test('emits what is committed', () => {
    expect(emitted()).toMatchSnapshot();
  });

  test('denies all packets, plaintext, all requests and unknown hosts', () => {
    const objects = emitted();
    expect(only(objects, 'NetworkPolicy', 'default-deny').spec).toEqual({ podSelector: {}, policyTypes: ['Ingress', 'Egress'] });
    expect(only(objects, 'PeerAuthentication', 'default').spec).toEqual({ mtls: { mode: 'STRICT' } });
    expect(only(objects, 'AuthorizationPolicy', 'allow-nothing').spec).toEqual({ action: 'ALLOW' });
    expect(only(objects, 'Sidecar', 'default').spec).toEqual({
      egress: [{ hosts: ['./*.shop.svc.cluster.local'] }], outboundTrafficPolicy: { mode: 'REGISTRY_ONLY' },
    });
  });

  test('comes without metadata.namespace on the Namespace, even in a chart that has one', () => {
    const namespace = only(emitted({}, newChart('c', { namespace: 'elsewhere' })), 'Namespace', 'shop');
    expect(namespace.metadata.namespace).toBeUndefined();
    expect(namespace.metadata.labels).toMatchObject({ 'istio-injection': 'enabled', 'pod-security.kubernetes.io/warn': 'restricted' });
    expect(namespace.metadata.labels).not.toHaveProperty(['pod-security.kubernetes.io/enforce']);
  });

  test('lets isolated pods out of every network policy but the default deny', () => {
    const facts = { prometheus: { namespace: 'monitoring', podLabels: { app: 'p' }, serviceAccount: 'p' }, telemetryProviders: [PROVIDER] };
    const policies = emitted({ mesh: meshWith(facts) }).filter((o) => o.kind === 'NetworkPolicy' && o.metadata.name !== 'default-deny');
    expect(policies).toHaveLength(4);
    expect(policies.map((p) => p.spec.podSelector)).toEqual(policies.map(() => NOT_QUARANTINED));
  });

  test('opens UDP and TCP to cluster DNS and 15012 to istiod, each to these pods alone', () => {
    const objects = emitted();
    const [dns] = only(objects, 'NetworkPolicy', 'allow-dns').spec.egress;
    expect(dns.ports).toEqual([{ port: 53, protocol: 'UDP' }, { port: 53, protocol: 'TCP' }]);
    expect(dns.to).toEqual([{
      namespaceSelector: { matchLabels: { 'kubernetes.io/metadata.name': 'kube-system' } }, podSelector: { matchLabels: { 'k8s-app': 'kube-dns' } },
    }]);
    expect(only(objects, 'NetworkPolicy', 'allow-istiod').spec.egress[0].ports).toEqual([{ port: 15012, protocol: 'TCP' }]);
  });

  test('opens the merged metrics to the stated Prometheus only, and nothing to anybody for probes', () => {
    const prometheus = { namespace: 'monitoring', podLabels: { app: 'prometheus' }, serviceAccount: 'prometheus' };
    expect(namesOf(emitted(), 'NetworkPolicy')).toEqual(['default-deny', 'allow-dns', 'allow-istiod']);
    const { ingress } = only(emitted({ mesh: meshWith({ prometheus }) }), 'NetworkPolicy', 'allow-metrics').spec;
    expect(ingress).toEqual([{
      from: [{
        namespaceSelector: { matchLabels: { 'kubernetes.io/metadata.name': 'monitoring' } }, podSelector: { matchLabels: { app: 'prometheus' } },
      }],
      ports: [{ port: 15020, protocol: 'TCP' }],
    }]);
  });

  test('opens probe ports to the stated probe sources', () => {
    const { ingress } = only(emitted({ mesh: meshWith({ probeSources: [Cidr.address('169.254.7.127')] }) }), 'NetworkPolicy', 'allow-probes').spec;
    expect(ingress[0].from).toEqual([{ ipBlock: { cidr: '169.254.7.127/32' } }]);
    expect(ingress[0].ports.map((p: any) => p.port)).toEqual([15020, 15021]);
  });

  test('opens the port of a provider and lets proxies know its host', () => {
    const objects = emitted({ mesh: meshWith({ authorizationProviders: [PROVIDER] }) });
    expect(only(objects, 'NetworkPolicy', 'allow-access-log').spec.egress[0].ports).toEqual([{ port: 4317, protocol: 'TCP' }]);
    expect(only(objects, 'Sidecar', 'default').spec.egress[0].hosts).toContain('telemetry/otel.telemetry.svc.cluster.local');
  });

  test.each([['dns', 'allow-dns'], ['istiod', 'allow-istiod'], ['providers', 'allow-access-log']])('closes the hole %s when it is switched off', (hole, name) => {
    const mesh = meshWith({ telemetryProviders: [PROVIDER] });
    expect(namesOf(emitted({ mesh }), 'NetworkPolicy')).toContain(name);
    expect(namesOf(emitted({ mesh, holes: { [hole]: false } }), 'NetworkPolicy')).not.toContain(name);
  });

  test.each(['metrics', 'probes'])('refuses to open the hole %s for nobody in particular', (hole) => {
    expect(() => emitted({ holes: { [hole]: true } })).toThrow(/the mesh facts do not say for whom/);
  });

  test('exposes its parts', () => {
    const namespace = new ZeroTrustNamespace(newChart(), 'shop', { mesh: meshWith() });
    const { defaultDeny, allowNothing, peerAuthentication, sidecar } = namespace;
    expect([namespace.namespace, defaultDeny, allowNothing, peerAuthentication, sidecar].map((p) => p?.kind))
      .toEqual(['Namespace', 'NetworkPolicy', 'AuthorizationPolicy', 'PeerAuthentication', 'Sidecar']);
    expect(namespace.holes.map((h) => h.name)).toEqual(['allow-dns', 'allow-istiod']);
  });
});

describe('an observed namespace', () => {
  test('refuses nothing: dry run, PERMISSIVE, ALLOW_ANY with every host, and no network policy', () => {
    const chart = newChart();
    const shop = new ZeroTrustNamespace(chart, 'shop', { mesh: meshWith(), enforcement: Enforcement.OBSERVE });
    const web = shop.addWorkload('web', { ports: [Port.http(80)] });
    web.allowFrom(shop.addWorkload('client'));
    const objects = synthChecked(chart);
    expect(namesOf(objects, 'NetworkPolicy')).toEqual([]);
    const policies = objects.filter((o) => o.kind === 'AuthorizationPolicy');
    expect(policies.map((p) => [p.metadata.name, p.metadata.annotations['istio.io/dry-run']])).toEqual([['allow-nothing', 'true'], ['web', 'true']]);
    expect(objects.filter((o) => o.kind === 'PeerAuthentication').map((p) => p.spec)).toEqual([{ mtls: { mode: 'PERMISSIVE' } }]);
    expect(only(objects, 'Sidecar', 'default').spec).toEqual({ egress: [{ hosts: ['*/*'] }], outboundTrafficPolicy: { mode: 'ALLOW_ANY' } });
    expect(Grants.of(chart).listAssumptions().map((a) => a.statement)).toEqual([expect.stringContaining('nothing is refused yet')]);
  });

  test('is refused where this app closes the whole mesh, which no dry run takes back', () => {
    const chart = newChart();
    const mesh = new ZeroTrustMesh(chart, 'mesh', { ...FACTS, allowNothing: { gateways: [] } });
    expect(() => new ZeroTrustNamespace(chart, 'shop', { mesh, enforcement: Enforcement.OBSERVE })).toThrow(/would refuse everything in it/);
    expect(() => new ZeroTrustNamespace(chart, 'ok', { mesh })).not.toThrow();
  });

  test('can close one workload ahead of the others, with the holes that it needs', () => {
    const chart = newChart();
    const shop = new ZeroTrustNamespace(chart, 'shop', { mesh: meshWith(), enforcement: Enforcement.OBSERVE });
    shop.addWorkload('db', { ports: [Port.tcp(5432)], enforcement: Enforcement.ENFORCE }).allowFrom(shop.addWorkload('web'));
    const objects = synthChecked(chart);
    expect(only(objects, 'AuthorizationPolicy', 'db-allow-nothing').spec.selector).toEqual({ matchLabels: { 'app.kubernetes.io/name': 'db' } });
    expect(only(objects, 'AuthorizationPolicy', 'db').metadata.annotations).not.toHaveProperty(['istio.io/dry-run']);
    expect(only(objects, 'PeerAuthentication', 'db').spec.mtls).toEqual({ mode: 'STRICT' });
    expect(only(objects, 'Sidecar', 'db').spec.outboundTrafficPolicy).toEqual({ mode: 'REGISTRY_ONLY' });
    expect(namesOf(objects, 'NetworkPolicy')).toEqual(['db-default-deny', 'db']);
    expect(only(objects, 'NetworkPolicy', 'db').spec.egress.flatMap((r: any) => r.ports.map((p: any) => p.port))).toEqual([53, 53, 15012]);
  });
});

describe('an observed workload of an enforced namespace', () => {
  test('stays open on every layer while its own policy only logs', () => {
    const chart = newChart();
    const shop = new ZeroTrustNamespace(chart, 'shop', { mesh: meshWith() });
    shop.addWorkload('db', { ports: [Port.tcp(5432)], enforcement: Enforcement.OBSERVE }).allowFrom(shop.addWorkload('web'));
    const objects = synthChecked(chart);
    expect(only(objects, 'AuthorizationPolicy', 'db-observe').spec.rules).toEqual([{}]);
    expect(only(objects, 'AuthorizationPolicy', 'db-observe').metadata.annotations).not.toHaveProperty(['istio.io/dry-run']);
    expect(only(objects, 'AuthorizationPolicy', 'db').metadata.annotations['istio.io/dry-run']).toBe('true');
    expect(only(objects, 'PeerAuthentication', 'db').spec.mtls).toEqual({ mode: 'PERMISSIVE' });
    expect(only(objects, 'NetworkPolicy', 'db-observe').spec).toMatchObject({ ingress: [{}], egress: [{}] });
    expect(namesOf(objects, 'NetworkPolicy')).not.toContain('db');
    expect(only(objects, 'Sidecar', 'db').spec).toMatchObject({ egress: [{ hosts: ['*/*'] }], outboundTrafficPolicy: { mode: 'ALLOW_ANY' } });
  });
});

describe('a namespace with some layers', () => {
  test.each([
    [Layer.NETWORK, ['NetworkPolicy']], [Layer.MTLS, ['PeerAuthentication']], [Layer.IDENTITY, ['AuthorizationPolicy']], [Layer.EGRESS, ['Sidecar']],
  ])('writes only the objects of the layer %s, and says what is missing', (layer, kinds) => {
    const chart = newChart();
    const shop = new ZeroTrustNamespace(chart, 'shop', { mesh: meshWith(), layers: [layer] });
    shop.addWorkload('web', { ports: [Port.http(80)] }).allowFrom(shop.addWorkload('client'));
    const found = synthChecked(chart).map((o) => o.kind).filter((kind) => !['Namespace', 'ServiceAccount'].includes(kind));
    expect([...new Set(found)]).toEqual(kinds);
    expect(Grants.of(chart).listAssumptions()).toHaveLength(3);
  });

  test('refuses to take none', () => {
    expect(() => emitted({ layers: [] })).toThrow(/takes no layer/);
  });
});

describe('the Namespace object', () => {
  test('is left to its owner, with the labels as an assumption', () => {
    const chart = newChart();
    new ZeroTrustNamespace(chart, 'shop', { mesh: meshWith({ injection: SidecarInjection.revision('canary') }), createNamespace: false });
    expect(namesOf(synthChecked(chart), 'Namespace')).toEqual([]);
    expect(Grants.of(chart).listAssumptions()[0].text.split('\n')).toContain('kubectl label namespace shop istio.io/rev=canary');
  });

  test.each(['istio-injection', 'istio.io/rev'])('refuses the label %s, which would decide about injection', (label) => {
    expect(() => emitted({ labels: { [label]: 'x' } })).toThrow(/decides about injection/);
    expect(() => emitted({ labels: { team: 'x' } })).not.toThrow();
  });

  test.each(['pod-security.kubernetes.io/enforce', 'pod-security.kubernetes.io/warn-version', 'app.kubernetes.io/managed-by'])(
    'refuses the label %s, which would undo what its own property says', (label) => {
      expect(() => emitted({ labels: { [label]: 'restricted' } })).toThrow(/has a meaning of its own.*use podSecurity/);
      expect(() => emitted({ labels: { 'app.kubernetes.io/part-of': 'x' } })).not.toThrow();
    });

  test('enforces restricted pods only where istio-cni is stated', () => {
    const podSecurity = PodSecurity.enforceRestricted();
    expect(() => emitted({ podSecurity })).toThrow(/istio-cni/);
    const { labels } = only(emitted({ podSecurity, mesh: meshWith({ istioCni: true }) }), 'Namespace', 'shop').metadata;
    expect(labels['pod-security.kubernetes.io/enforce']).toBe('restricted');
    expect(Object.keys(only(emitted({ podSecurity: PodSecurity.none() }), 'Namespace', 'shop').metadata.labels)).not.toContain('pod-security.kubernetes.io/warn');
  });

  test('refuses a name that is none', () => {
    expect(() => emitted({ namespaceName: 'Not.A.Name' })).toThrow(/namespace name is not usable/);
  });
});

describe('GitOps and prefixes', () => {
  test('bring grants before denials and never prune Namespaces and denials', () => {
    const chart = newChart();
    const shop = new ZeroTrustNamespace(chart, 'shop', { mesh: meshWith(), gitOps: GitOps.argoCd() });
    shop.addWorkload('web', { ports: [Port.http(80)] }).allowFrom(shop.addWorkload('client'));
    const objects = synthChecked(chart);
    const wave = (kind: string, name: string) => Number(only(objects, kind, name).metadata.annotations['argocd.argoproj.io/sync-wave']);
    expect(wave('Namespace', 'shop')).toBeLessThan(wave('ServiceAccount', 'web'));
    expect(wave('AuthorizationPolicy', 'web')).toBeLessThan(wave('AuthorizationPolicy', 'allow-nothing'));
    expect(wave('NetworkPolicy', 'allow-dns')).toBeLessThan(wave('NetworkPolicy', 'default-deny'));
    const kept = objects.filter((o) => o.metadata.annotations['argocd.argoproj.io/sync-options'] === 'Prune=false').map((o) => `${o.kind}/${o.metadata.name}`);
    expect(kept.sort()).toEqual([
      'AuthorizationPolicy/allow-nothing', 'Namespace/shop', 'NetworkPolicy/default-deny', 'PeerAuthentication/default', 'Sidecar/default',
    ]);
  });

  test('prefix policies, but neither identities nor the names that Istio looks for', () => {
    const chart = newChart();
    const shop = new ZeroTrustNamespace(chart, 'shop', { mesh: meshWith(), namePrefix: 'zt-' });
    shop.addWorkload('web', { ports: [Port.http(80)] }).allowFrom(shop.addWorkload('client'));
    const objects = synthChecked(chart);
    expect(namesOf(objects, 'NetworkPolicy')).toEqual(['zt-default-deny', 'zt-allow-dns', 'zt-allow-istiod', 'zt-web', 'zt-client']);
    expect(namesOf(objects, 'ServiceAccount')).toEqual(['web', 'client']);
    expect([...namesOf(objects, 'PeerAuthentication'), ...namesOf(objects, 'Sidecar')]).toEqual(['default', 'default']);
    expect(objects.every((o) => o.metadata.labels['app.kubernetes.io/managed-by'] === 'cdk8s-zero-trust')).toBe(true);
  });
});

test('a workload outside of any namespace says what is missing', () => {
  const { Workload } = jest.requireActual('../../src');
  expect(() => new Workload(new Chart(newChart(), 'x'), 'web')).toThrow(/is in no ZeroTrustNamespace.*pass \{ namespace \}/);
});
