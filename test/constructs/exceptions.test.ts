import { ApiObject } from 'cdk8s';
import { Cidr, CloudIdentity, Grants, MeshFacts, PlaintextSource, Port, ServiceAccountRef, Workload, ZeroTrustNamespace } from '../../src';
import { faults, meshWith, namesOf, newChart, only, synthChecked } from '../support/synth';

const API = { addresses: [Cidr.address('10.0.0.1'), Cidr.address('10.0.0.2')], number: 6443 };

function workload(facts: Partial<MeshFacts> = {}, ports: Port[] = []): { readonly it: Workload; readonly objects: () => any[] } {
  const chart = newChart();
  const it = new ZeroTrustNamespace(chart, 'shop', { mesh: meshWith(facts) }).addWorkload('web', { ports });
  return { it, objects: () => synthChecked(chart) };
}

describe('calls of the API servers', () => {
  test('pass STRICT on that one port, from their addresses alone, and are anonymous', () => {
    const { it, objects } = workload({ apiServer: API }, [Port.tls(9443), Port.http(80)]);
    it.allowFromApiServer(Port.tls(9443), 'admission webhook');
    const all = objects();
    expect(only(all, 'PeerAuthentication', 'web').spec).toMatchObject({ mtls: { mode: 'STRICT' }, portLevelMtls: { 9443: { mode: 'PERMISSIVE' } } });
    const { rules } = only(all, 'AuthorizationPolicy', 'web').spec;
    expect(rules.flatMap((r: any) => r.to)).toEqual([{ operation: { ports: ['9443'] } }]);
    expect(rules.flatMap((r: any) => r.from).map((f: any) => f.source)).toEqual([
      { notPrincipals: ['*'], ipBlocks: ['10.0.0.1/32'] }, { notPrincipals: ['*'], ipBlocks: ['10.0.0.2/32'] },
    ]);
    expect(only(all, 'AuthorizationPolicy', 'web').metadata.annotations['cdk8s-zero-trust/grants']).toBe('the API servers in plaintext: admission webhook');
  });

  test.each(['needsKubernetesApi', 'allowFromApiServer'] as const)('need a reason: %s', (method) => {
    const { it } = workload({ apiServer: API }, [Port.tls(9443)]);
    const call = (reason: string) => (method === 'needsKubernetesApi' ? it.needsKubernetesApi(reason) : it.allowFromApiServer(Port.tls(9443), reason));
    expect(() => call(' ')).toThrow(/reason/);
    expect(() => call('lists pods')).not.toThrow();
  });
});

describe('the Kubernetes API', () => {
  test('is reached at every endpoint, once however often it is asked for', () => {
    const { it, objects } = workload({ apiServer: API });
    it.needsKubernetesApi('lists pods');
    it.needsKubernetesApi('lists pods');
    expect(only(objects(), 'NetworkPolicy', 'web').spec.egress).toEqual([{
      to: [{ ipBlock: { cidr: '10.0.0.1/32' } }, { ipBlock: { cidr: '10.0.0.2/32' } }], ports: [{ port: 6443, protocol: 'TCP' }],
    }]);
  });

  test('needs a token that nobody here can mount when the account is somebody else\'s, and says so', () => {
    const tokens = (serviceAccount: ServiceAccountRef) => {
      const chart = newChart();
      const shop = new ZeroTrustNamespace(chart, 'shop', { mesh: meshWith({ apiServer: API }) });
      shop.addWorkload('web', { serviceAccount }).needsKubernetesApi('lists pods');
      return Grants.of(chart).listAssumptions().map((a) => `${a.owner}: ${a.statement}`);
    };
    expect(tokens(ServiceAccountRef.existing('robot'))).toEqual([
      'whoever defines the account robot in namespace shop: pods of shop/web get a token for the Kubernetes API',
    ]);
    expect(tokens(ServiceAccountRef.own())).toEqual([]);
  });

  test('is closed to whoever did not ask: no token, no egress, no host', () => {
    const all = workload({ apiServer: API }).objects();
    expect(only(all, 'ServiceAccount', 'web').automountServiceAccountToken).toBe(false);
    expect(namesOf(all, 'NetworkPolicy')).not.toContain('web');
    expect(namesOf(all, 'Sidecar')).toEqual(['default']);
  });
});

describe('cloud credentials', () => {
  test.each([
    ['EKS Pod Identity', CloudIdentity.EKS_POD_IDENTITY, ['169.254.170.23/32 80', 'fd00:ec2::23/128 80']],
    ['AWS instances', CloudIdentity.AWS_INSTANCE_METADATA, ['169.254.169.254/32 80', 'fd00:ec2::254/128 80']],
    ['GKE', CloudIdentity.GKE_METADATA, ['169.254.169.252/32 988', '169.254.169.254/32 80']],
    ['Azure instances', CloudIdentity.AZURE_INSTANCE_METADATA, ['169.254.169.254/32 80']],
  ])('of %s come from its addresses alone', (_, cloud, expected) => {
    const { it, objects } = workload();
    it.allowCloudIdentity(cloud, 'reads its bucket');
    const egress = only(objects(), 'NetworkPolicy', 'web').spec.egress;
    const found = egress.flatMap((rule: any) => rule.to.flatMap((to: any) => rule.ports.map((p: any) => `${to.ipBlock.cidr} ${p.port}`)));
    expect(found.sort()).toEqual(expected);
  });

  test('name all their reasons, sorted, in whatever order they were given', () => {
    const text = (reasons: string[]) => {
      const chart = newChart();
      const it = new ZeroTrustNamespace(chart, 'shop', { mesh: meshWith() }).addWorkload('web');
      reasons.forEach((reason) => it.allowCloudIdentity(CloudIdentity.GKE_METADATA, reason));
      return only(synthChecked(chart), 'ServiceEntry', 'web-gke-metadata-server').metadata.annotations['cdk8s-zero-trust/reason'];
    };
    expect(text(['writes logs', 'reads its bucket'])).toBe('reads its bucket\nwrites logs');
    expect(text(['reads its bucket', 'writes logs', 'writes logs'])).toBe('reads its bucket\nwrites logs');
  });

  test('of several services are told apart', () => {
    const { it, objects } = workload();
    it.allowCloudIdentity(CloudIdentity.EKS_POD_IDENTITY, 'reads its bucket');
    it.allowCloudIdentity(CloudIdentity.AWS_INSTANCE_METADATA, 'reads its region');
    const reasons = objects().filter((o) => o.kind === 'ServiceEntry').map((o) => o.metadata.annotations['cdk8s-zero-trust/reason']);
    expect(reasons.sort()).toEqual(['reads its bucket', 'reads its region']);
  });

  test('need a reason', () => {
    expect(() => workload().it.allowCloudIdentity(CloudIdentity.GKE_METADATA, '')).toThrow(/reason/);
  });
});

describe('a plaintext source', () => {
  test('of pods in the workload\'s own namespace is known by their labels', () => {
    const { it, objects } = workload({ pods: [Cidr.of('10.32.0.0/11')] }, [Port.tcp(9000)]);
    it.allowPlaintextFrom(PlaintextSource.pods('batch', { namespace: 'shop', podLabels: { app: 'batch' } }), Port.tcp(9000), 'no proxy there');
    expect(only(objects(), 'NetworkPolicy', 'web').spec.ingress[0].from).toEqual([{ podSelector: { matchLabels: { app: 'batch' } } }]);
  });

  test('keeps identities at the same port under mutual TLS grants of their own', () => {
    const { it, objects } = workload({}, [Port.tcp(9000)]);
    const peer = it.namespace.mesh.anyIdentity('everybody reads');
    it.allowPlaintextFrom(PlaintextSource.cidrs('mainframe', Cidr.of('10.8.0.0/24')), Port.tcp(9000), 'no proxy there');
    it.allowFrom(peer);
    expect(only(objects(), 'AuthorizationPolicy', 'web').spec.rules).toEqual([{
      from: [{ source: { principals: ['cluster.local/*'] } }, { source: { notPrincipals: ['*'], ipBlocks: ['10.8.0.0/24'] } }],
      to: [{ operation: { ports: ['9000'] } }],
    }]);
    expect(Grants.of(it).list().filter((g) => g.to === 'shop/web').map((g) => [g.from, g.plaintext])).toEqual([
      ['any identity of the mesh', false], ['mainframe', true],
    ]);
  });
});

test('a Service of UDP ports says nothing about HTTP', () => {
  const chart = newChart();
  new ZeroTrustNamespace(chart, 'shop', { mesh: meshWith() }).addWorkload('dns', { ports: [Port.udp(53), Port.http(8080, { name: 'web' })] });
  const service = (id: string, port: object) => new ApiObject(chart, id, {
    apiVersion: 'v1', kind: 'Service', metadata: { name: id, namespace: 'shop' }, spec: { selector: { 'app.kubernetes.io/name': 'dns' }, ports: [port] },
  });
  service('dns', { name: 'http-odd', port: 53, protocol: 'UDP' });
  service('web', { name: 'http', port: 80, targetPort: 'web' });
  service('unknown', { name: 'tcp', port: 80, targetPort: 'other' });
  expect(faults(chart)).toEqual([]);
  service('wrong', { name: 'tcp', port: 80, targetPort: 'web' });
  const message = /port tcp of Service shop\/wrong says that the port is plain TCP, but shop\/dns declares http\/8080/;
  expect(faults(chart)).toEqual([expect.stringMatching(message)]);
});
