import * as fs from 'node:fs';
import * as os from 'node:os';
import * as path from 'node:path';
import { dump } from 'js-yaml';
import { Cidr, ClusterDns, DataPlane, GitOps, MeshFacts, Port, SidecarInjection, ZeroTrustMesh, ZeroTrustMeshProps, ZeroTrustNamespace } from '../../src';
import { parseFacts } from '../../src/constructs/facts-file';
import { FACTS, meshWith, namesOf, newChart, only, synthChecked } from '../support/synth';

const GATEWAY = { name: 'public', namespace: 'edge', podLabels: { istio: 'gw' }, serviceAccount: 'gw-sa' };

function emitted(props: Partial<ZeroTrustMeshProps> = {}): any[] {
  const chart = newChart('mesh');
  new ZeroTrustMesh(chart, 'mesh', { ...FACTS, ...props });
  return synthChecked(chart);
}

describe('a mesh', () => {
  test('is STRICT everywhere, by the policy that Istio looks for in the root namespace', () => {
    const objects = emitted({ rootNamespace: 'istio-root' });
    expect(objects).toHaveLength(1);
    expect(only(objects, 'PeerAuthentication', 'default', 'istio-root').spec).toEqual({ mtls: { mode: 'STRICT' } });
    expect(objects).toMatchSnapshot();
  });

  test('gets a default Sidecar only on request', () => {
    expect(only(emitted({ defaultSidecar: true }), 'Sidecar', 'default', 'istio-system').spec).toEqual({
      egress: [{ hosts: ['./*'] }], outboundTrafficPolicy: { mode: 'REGISTRY_ONLY' },
    });
  });

  test('is closed only when every gateway is admitted by name, each in its own namespace and on its ports', () => {
    const gateways = [{ gateway: 'public', ports: [Port.tls(8443), Port.http(8080)], reason: 'the public site' }];
    const objects = emitted({ ingressGateways: [GATEWAY], allowNothing: { gateways } });
    expect(only(objects, 'AuthorizationPolicy', 'allow-nothing', 'istio-system').spec).toEqual({ action: 'ALLOW' });
    expect(only(objects, 'AuthorizationPolicy', 'gateway-public', 'edge').spec).toEqual({
      action: 'ALLOW', selector: { matchLabels: { istio: 'gw' } }, rules: [{ to: [{ operation: { ports: ['8080', '8443'] } }] }],
    });
  });

  test.each([
    ['a gateway that is left out', [], /would close the ingress gateway public/],
    ['a gateway that nobody stated', [{ gateway: 'public', ports: [Port.tls(1)], reason: 'why not' }, { gateway: 'x', ports: [Port.tls(1)], reason: 'why not' }], /not in the facts/],
    ['a gateway without ports', [{ gateway: 'public', ports: [], reason: 'why not' }], /without numbers of its listener ports/],
    ['a gateway without a reason', [{ gateway: 'public', ports: [Port.tls(1)], reason: '' }], /needs a reason/],
  ])('refuses to close the mesh with %s', (_, gateways, message) => {
    expect(() => emitted({ ingressGateways: [GATEWAY], allowNothing: { gateways } })).toThrow(message);
  });

  test('keeps its denials from being pruned and prefixes names', () => {
    const objects = emitted({ gitOps: GitOps.argoCd(), namePrefix: 'zt-', allowNothing: { gateways: [] } });
    expect(namesOf(objects, 'AuthorizationPolicy')).toEqual(['zt-allow-nothing']);
    expect(objects.map((o) => o.metadata.annotations['argocd.argoproj.io/sync-options'])).toEqual(['Prune=false', 'Prune=false']);
  });

  test('finds its peers as a reference does', () => {
    const facts = { ...FACTS, ingressGateways: [GATEWAY], prometheus: { namespace: 'm', podLabels: { a: 'b' }, serviceAccount: 'p' } };
    const mesh = new ZeroTrustMesh(newChart('mesh'), 'mesh', facts);
    expect([mesh.ingressGateway(), mesh.prometheus(), mesh.anyIdentity('all of them')].map((p) => p.peerName)).toEqual(['edge/public', 'm/p', 'any identity of the mesh']);
  });
});

describe('mesh facts', () => {
  test.each<[string, Partial<MeshFacts>, RegExp]>([
    ['a trust domain with a slash', { trustDomain: 'a/b' }, /mesh fact trustDomain/],
    ['an alias that is none', { trustDomainAliases: ['a b'] }, /mesh fact trustDomainAliases/],
    ['a root namespace that is none', { rootNamespace: 'A' }, /mesh fact rootNamespace/],
    ['pods without labels', { istiod: { namespace: 'x', podLabels: {} } }, /every pod of x/],
    ['two gateways of one name', { ingressGateways: [GATEWAY, GATEWAY] }, /names two entries alike/],
    ['a provider host that is none', { telemetryProviders: [{ name: 'a', namespace: 'x', podLabels: { a: 'b' }, host: 'x y', number: 1 }] }, /host of provider a/],
    ['an empty list of addresses', { apiServer: { addresses: [], number: 6443 } }, /apiServer.addresses is an empty list/],
    ['an account that is none', { prometheus: { namespace: 'x', podLabels: { a: 'b' }, serviceAccount: 'A B' } }, /prometheus serviceAccount/],
  ])('refuse %s', (_, facts, message) => {
    expect(() => meshWith(facts)).toThrow(message);
    expect(() => meshWith()).not.toThrow();
  });

  test('decide where DNS is', () => {
    const portsAndPeers = (dns: ClusterDns) => {
      const chart = newChart();
      new ZeroTrustNamespace(chart, 'shop', { mesh: meshWith({ dns }) });
      const [{ to, ports }] = only(synthChecked(chart), 'NetworkPolicy', 'allow-dns').spec.egress;
      return [ports[0].port, to.map((t: any) => t.ipBlock?.cidr ?? t.namespaceSelector.matchLabels['kubernetes.io/metadata.name'])];
    };
    expect(portsAndPeers(ClusterDns.coreDns())).toEqual([53, ['kube-system']]);
    expect(portsAndPeers(ClusterDns.nodeLocal('169.254.20.10'))).toEqual([53, ['kube-system', '169.254.20.10/32']]);
    expect(portsAndPeers(ClusterDns.openShift())).toEqual([5353, ['openshift-dns']]);
    expect(portsAndPeers(ClusterDns.custom({ addresses: [Cidr.address('10.0.0.10')], number: 1053 }))).toEqual([1053, ['10.0.0.10/32']]);
    expect(() => ClusterDns.custom({})).toThrow(/names nobody who answers/);
  });

  test('hold exactly one way of injection', () => {
    expect([SidecarInjection.namespaceLabel(), SidecarInjection.revision('canary')].map((i) => `${i.label}=${i.value}`))
      .toEqual(['istio-injection=enabled', 'istio.io/rev=canary']);
    expect(() => SidecarInjection.revision('')).toThrow(/revision is not usable/);
  });
});

describe('a facts file', () => {
  const FILE = {
    format: 'zt-mesh-facts/1',
    dataPlane: 'sidecar',
    trustDomain: 'example.org',
    rootNamespace: 'istio-system',
    clusterDomain: 'cluster.local',
    injection: { revision: 'stable' },
    dns: { flavour: 'coredns' },
  };
  const FULL = {
    ...FILE,
    trustDomainAliases: ['old.example'],
    istiod: { namespace: 'istio-system', podLabels: { app: 'istiod' } },
    istioCni: true,
    nativeSidecars: false,
    dnsCapture: true,
    wildcardTlsHosts: false,
    cni: 'cilium',
    ingressGateways: [GATEWAY],
    prometheus: { namespace: 'm', podLabels: { a: 'b' }, serviceAccount: 'p' },
    telemetryProviders: [{ name: 'otel', namespace: 'm', podLabels: { a: 'b' }, host: 'otel.m.svc', number: 4317 }],
    authorizationProviders: [{ name: 'opa', namespace: 'm', podLabels: { a: 'c' }, host: 'opa.m.svc', number: 9191 }],
    apiServer: { addresses: ['10.0.0.1/32'], number: 6443 },
    nodes: ['10.1.0.0/16'],
    pods: ['10.2.0.0/16'],
    probeSources: ['10.1.0.0/16'],
  };

  test('states the same as properties', () => {
    const facts = parseFacts(dump(FULL), 'facts.yaml');
    expect(facts).toMatchObject({ dataPlane: DataPlane.SIDECAR, trustDomain: 'example.org', istioCni: true, nativeSidecars: false, ingressGateways: [GATEWAY] });
    expect([facts.apiServer?.addresses, facts.nodes, facts.pods].map(String)).toEqual(['10.0.0.1/32', '10.1.0.0/16', '10.2.0.0/16']);
    expect(facts.injection.label).toBe('istio.io/rev');
  });

  test.each([
    ['node-local', { flavour: 'node-local', address: '169.254.20.10' }], ['openshift', { flavour: 'openshift' }],
    ['custom', { flavour: 'custom', pods: [{ namespace: 'd', podLabels: { a: 'b' } }], addresses: ['10.0.0.1/32'], number: 53 }],
    ['custom without a port', { flavour: 'custom', addresses: ['10.0.0.1/32'] }],
  ])('knows the DNS flavour %s', (_, dns) => {
    expect(parseFacts(JSON.stringify({ ...FILE, dns }), 'f').dns).toBeInstanceOf(ClusterDns);
  });

  test.each<[string, unknown, RegExp]>([
    ['a misspelt field', { ...FILE, trustdomain: 'x' }, /a field that is not known, got "trustdomain"/],
    ['a misspelt field further down', { ...FILE, injection: { revision: 'x', Revision: 'y' } }, /f: injection has a field that is not known/],
    ['another version', { ...FILE, format: 'zt-mesh-facts/2' }, /another version/],
    ['no trust domain', { ...FILE, trustDomain: undefined }, /trustDomain is not a text/],
    ['another data plane', { ...FILE, dataPlane: 'mesh' }, /dataPlane is not known/],
    ['both ways of injection', { ...FILE, injection: { revision: 'x', namespaceLabel: true } }, /exactly one way/],
    ['no way of injection', { ...FILE, injection: {} }, /exactly one way/],
    ['a number in quotes', { ...FILE, apiServer: { addresses: ['10.0.0.1/32'], number: '6443' } }, /not a whole number/],
    ['a text for a list', { ...FILE, nodes: '10.0.0.0/8' }, /nodes is not a list/],
    ['a text for a truth value', { ...FILE, istioCni: 'yes' }, /not a truth value/],
    ['an address that is none', { ...FILE, nodes: ['10.0.0.1/8'] }, /10\.0\.0\.0\/8|host bits/],
    ['a list', [], /is not a mapping/],
    ['injection that is switched off', { ...FILE, injection: { namespaceLabel: false } }, /exactly one way/],
    ['API servers without addresses', { ...FILE, apiServer: { number: 6443 } }, /apiServer.addresses is an empty list/],
    ['a name of the network plugin that is none', { ...FILE, cni: 1 }, /cni is not a text/],
  ])('refuses %s', (_, content, message) => {
    expect(() => ZeroTrustMesh.reference(parseFacts(JSON.stringify(content), 'f'))).toThrow(message);
    expect(() => ZeroTrustMesh.reference(parseFacts(JSON.stringify(FILE), 'f'))).not.toThrow();
  });

  test('refuses what is no YAML', () => {
    expect(() => parseFacts('{', 'f')).toThrow(/f is no YAML or JSON/);
  });

  test('is read from disk, and missing ones are named', () => {
    const folder = fs.mkdtempSync(path.join(os.tmpdir(), 'facts-'));
    const file = path.join(folder, 'facts.yaml');
    fs.writeFileSync(file, dump(FILE));
    expect(ZeroTrustMesh.fromFactsFile(file).facts.trustDomain).toBe('example.org');
    fs.rmSync(folder, { recursive: true });
    expect(() => ZeroTrustMesh.fromFactsFile(file)).toThrow(/facts file does not exist/);
  });
});
