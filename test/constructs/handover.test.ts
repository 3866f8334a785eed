import { Chart } from 'cdk8s';
import { loadAll } from 'js-yaml';
import { ClaimRequirement, Grants, HttpMatch, IWorkload, JwtIssuer, Port, Workload, ZeroTrustNamespace } from '../../src';
import { schemaProblems } from '../support/schemas';
import { meshWith, newChart, synthChecked } from '../support/synth';

interface World {
  readonly chart: Chart;
  readonly shop: ZeroTrustNamespace;
  readonly foreign: (name: string, ports?: Port[]) => IWorkload;
}

function world(): World {
  const chart = newChart();
  const prometheus = { namespace: 'monitoring', podLabels: { app: 'p' }, serviceAccount: 'prom' };
  const shop = new ZeroTrustNamespace(chart, 'shop', { mesh: meshWith({ prometheus }) });
  const data = ZeroTrustNamespace.reference(chart, 'data', { mesh: shop.mesh, namespaceName: 'data' });
  const foreign = (name: string, ports: Port[] = [Port.http(80), Port.tcp(5432)]) => Workload.fromAttributes(chart, name, {
    namespace: data, workloadName: name, podLabels: { app: name }, serviceAccountName: name, ports,
  });
  return { chart, shop, foreign };
}

/** What the owners of other namespaces are given, as they would read it. */
function manifests(chart: Chart): any[] {
  synthChecked(chart);
  const objects: any[] = Grants.of(chart).listAssumptions().flatMap((assumption) => loadAll(assumption.text));
  expect(objects.flatMap((object) => schemaProblems(object))).toEqual([]);
  return objects;
}

describe('the manifest for the owner of a target', () => {
  test('admits the source on both layers, with the same requests as for an own target', () => {
    const { chart, shop, foreign } = world();
    foreign('db').allowFrom(shop.addWorkload('web'), { ports: [Port.http(80)], routes: [HttpMatch.get('/v1/*')], reason: 'orders' });
    expect(manifests(chart)).toEqual([
      {
        apiVersion: 'networking.k8s.io/v1',
        kind: 'NetworkPolicy',
        metadata: { name: 'shop-web-to-data-db', namespace: 'data' },
        spec: {
          podSelector: { matchLabels: { app: 'db' } },
          policyTypes: ['Ingress'],
          ingress: [{
            from: [{
              namespaceSelector: { matchLabels: { 'kubernetes.io/metadata.name': 'shop' } }, podSelector: { matchLabels: { 'app.kubernetes.io/name': 'web' } },
            }],
            ports: [{ protocol: 'TCP', port: 80 }],
          }],
        },
      },
      {
        apiVersion: 'security.istio.io/v1',
        kind: 'AuthorizationPolicy',
        metadata: { name: 'shop-web-to-data-db', namespace: 'data' },
        spec: {
          selector: { matchLabels: { app: 'db' } },
          rules: [{
            from: [{ source: { principals: ['cluster.local/ns/shop/sa/web'] } }], to: [{ operation: { ports: ['80'], methods: ['GET'], paths: ['/v1/*'] } }],
          }],
        },
      },
    ]);
  });

  test('keeps claims in the one rule of the source', () => {
    const { chart, shop, foreign } = world();
    foreign('db').allowFrom(shop.addWorkload('web'), { ports: [Port.http(80)], claims: [ClaimRequirement.contains('groups', 'buyers')] });
    const [, { spec }] = manifests(chart);
    expect(spec.rules).toHaveLength(1);
    expect(spec.rules[0]).toMatchObject({ from: expect.anything(), to: expect.anything(), when: [{ key: 'request.auth.claims[groups]', values: ['buyers'] }] });
  });

  test('holds no identity rule for UDP, which no proxy sees', () => {
    const { chart, shop, foreign } = world();
    foreign('dns', [Port.udp(53)]).allowFrom(shop.everyWorkload('all of them resolve'));
    const [policy, ...others] = manifests(chart);
    expect(others).toEqual([]);
    expect(policy.spec.ingress).toEqual([{
      from: [{ namespaceSelector: { matchLabels: { 'kubernetes.io/metadata.name': 'shop' } }, podSelector: {} }], ports: [{ protocol: 'UDP', port: 53 }],
    }]);
  });
});

describe('the manifest for the owner of a source', () => {
  test('lets it send to the target, in its own namespace', () => {
    const { chart, shop } = world();
    shop.addWorkload('web', { ports: [Port.http(80)] }).allowFrom(shop.mesh.prometheus(), { reason: 'scrape' });
    const [{ kind, metadata, spec }, ...others] = manifests(chart);
    expect(others).toEqual([]);
    expect([kind, metadata]).toEqual(['NetworkPolicy', { name: 'monitoring-prom-to-shop-web', namespace: 'monitoring' }]);
    expect(spec).toMatchObject({ podSelector: { matchLabels: { app: 'p' } }, policyTypes: ['Egress'], egress: [{ ports: [{ protocol: 'TCP', port: 80 }] }] });
  });

  test('says which host its proxy has to know, where a Sidecar limits them', () => {
    const { chart, shop, foreign } = world();
    shop.addWorkload('web', { ports: [Port.http(8080)], serviceName: 'front' }).allowFrom(foreign('job'));
    const [assumption] = Grants.of(chart).listAssumptions();
    expect(assumption.text).toContain('"shop/front.shop.svc.cluster.local"');
    foreign('db').allowFrom(shop.addWorkload('api'), { ports: [Port.tcp(5432)] });
    const target = Grants.of(chart).listAssumptions().find((a) => a.statement.includes('data/db admits'));
    expect(target?.text).not.toContain('Sidecar');
  });

  test('asks for the issuers and claims of a grant in the one rule of the target', () => {
    const { chart, shop, foreign } = world();
    const issuer = JwtIssuer.oidc('https://idp.example.com', { audiences: ['db'] });
    foreign('db').allowFrom(shop.addWorkload('web'), { ports: [Port.http(80)], issuers: [issuer], claims: [ClaimRequirement.equalTo('azp', 'web')] });
    expect(manifests(chart).find((o) => o.kind === 'AuthorizationPolicy').spec.rules).toEqual([{
      from: [{ source: { principals: ['cluster.local/ns/shop/sa/web'], requestPrincipals: ['https://idp.example.com/*'] } }],
      to: [{ operation: { ports: ['80'] } }],
      when: [{ key: 'request.auth.claims[azp]', values: ['web'] }],
    }]);
  });

  test('names every pod where every workload is meant', () => {
    const { chart, shop } = world();
    const data = ZeroTrustNamespace.reference(chart, 'other', { mesh: shop.mesh, namespaceName: 'other' });
    shop.addWorkload('log', { ports: [Port.tcp(514)] }).allowFrom(data.everyWorkload('all of them log'));
    const [{ metadata, spec }] = manifests(chart);
    expect(metadata).toEqual({ name: 'every-workload-of-other-to-shop-log', namespace: 'other' });
    expect(spec.podSelector).toEqual({});
  });

  test('has no namespace where any identity of the mesh is meant', () => {
    const { chart, shop } = world();
    shop.addWorkload('time', { ports: [Port.http(80)] }).allowFrom(shop.mesh.anyIdentity('everybody reads the time'));
    expect(manifests(chart)[0].metadata).toEqual({ name: 'any-identity-of-the-mesh-to-shop-time' });
  });
});

test('the name of a manifest is one that Kubernetes takes, however long the workloads are called', () => {
  const { chart, shop, foreign } = world();
  foreign(`b${'-long'.repeat(9)}`).allowFrom(shop.addWorkload(`a${'-long'.repeat(9)}`));
  for (const { metadata } of manifests(chart)) {
    expect(metadata.name).toMatch(/^[a-z0-9]([-a-z0-9]{0,61}[a-z0-9])?$/);
  }
});

test('an assumption is listed once, however often its grant is made', () => {
  const { chart, shop, foreign } = world();
  const [db, web] = [foreign('db'), shop.addWorkload('web')];
  db.allowFrom(web);
  db.allowFrom(web);
  expect(Grants.of(chart).listAssumptions()).toHaveLength(1);
});
