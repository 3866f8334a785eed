import * as fs from 'node:fs';
import * as os from 'node:os';
import * as path from 'node:path';
import Ajv from 'ajv';
import { ROOT } from './sources';
import { ZeroTrustMesh } from '../../src';

const PODS = { namespace: 'telemetry', podLabels: { app: 'collector' } };
const MINIMAL = {
  format: 'zt-mesh-facts/1',
  dataPlane: 'sidecar',
  trustDomain: 'cluster.local',
  rootNamespace: 'istio-system',
  clusterDomain: 'cluster.local',
  injection: { namespaceLabel: true },
  dns: { flavour: 'coredns' },
};
const FULL = {
  ...MINIMAL,
  trustDomainAliases: ['old.example.com'],
  injection: { revision: 'stable' },
  dns: { flavour: 'custom', pods: [{ namespace: 'dns', podLabels: { app: 'dns' } }], addresses: ['169.254.20.10/32'], number: 5353 },
  istiod: { namespace: 'istio-system', podLabels: { 'app': 'istiod', 'istio.io/rev': 'stable' } },
  istioCni: true,
  nativeSidecars: false,
  dnsCapture: true,
  cni: 'cilium',
  ingressGateways: [{ name: 'public', namespace: 'istio-ingress', podLabels: { istio: 'ingressgateway' }, serviceAccount: 'public' }],
  prometheus: { namespace: 'monitoring', podLabels: { app: 'prometheus' }, serviceAccount: 'prometheus' },
  telemetryProviders: [{ name: 'tracing', ...PODS, host: 'collector.telemetry.svc.cluster.local', number: 4317 }],
  authorizationProviders: [{ name: 'ext-authz', ...PODS, host: 'authz.telemetry.svc.cluster.local', number: 9000 }],
  apiServer: { addresses: ['10.0.0.0/28', 'fd00:1::/64'], number: 6443 },
  nodes: ['10.1.0.0/16'],
  pods: ['10.2.0.0/16'],
  probeSources: ['10.1.0.0/16'],
};

describe('schemas/mesh-facts-1.schema.json', () => {
  const schema = JSON.parse(fs.readFileSync(path.join(ROOT, 'schemas', 'mesh-facts-1.schema.json'), 'utf8'));
  const accepts = new Ajv({ strict: true, strictTypes: false, strictRequired: false, allErrors: true }).compile(schema);
  let folder: string;

  beforeEach(() => {
    folder = fs.mkdtempSync(path.join(os.tmpdir(), 'facts-'));
  });

  afterEach(() => {
    fs.rmSync(folder, { recursive: true, force: true });
  });

  function read(facts: object) {
    const file = path.join(folder, 'facts.json');
    fs.writeFileSync(file, JSON.stringify(facts));
    return ZeroTrustMesh.fromFactsFile(file).facts;
  }

  test.each([
    ['the least that can be said', MINIMAL],
    ['every fact', FULL],
    ['NodeLocal DNSCache', { ...MINIMAL, dns: { flavour: 'node-local', address: '169.254.20.10' } }],
    ['OpenShift', { ...MINIMAL, dns: { flavour: 'openshift' } }],
    ['a custom DNS at addresses', { ...MINIMAL, dns: { flavour: 'custom', addresses: ['10.0.0.10/32'] } }],
    ['a revision that says what it is not', { ...MINIMAL, injection: { revision: 'stable', namespaceLabel: false } }],
  ])('and the library accept %s', (_, facts) => {
    expect([accepts(facts), accepts.errors]).toEqual([true, null]);
    expect(read(facts).trustDomain).toBe('cluster.local');
  });

  test('knows every field that the full example sets, so that none is forgotten', () => {
    expect(Object.keys(schema.properties).sort()).toEqual(Object.keys(FULL).sort());
    const { format, ...stated } = FULL;
    expect(Object.keys(read(FULL)).sort()).toEqual(Object.keys(stated).sort());
  });

  const without = (name: keyof typeof MINIMAL) => Object.fromEntries(Object.entries(MINIMAL).filter(([key]) => key !== name));

  test.each<[string, object]>([
    ['another format version', { ...MINIMAL, format: 'zt-mesh-facts/2' }],
    ['no trust domain', without('trustDomain')],
    ['no injection', without('injection')],
    ['no DNS', without('dns')],
    ['an unknown field', { ...MINIMAL, nodeSelector: {} }],
    ['an unknown data plane', { ...MINIMAL, dataPlane: 'magic' }],
    ['an empty trust domain', { ...MINIMAL, trustDomain: '' }],
    ['a root namespace that is no name', { ...MINIMAL, rootNamespace: 'Istio_System' }],
    ['both ways of injection', { ...MINIMAL, injection: { revision: 'a', namespaceLabel: true } }],
    ['neither way of injection', { ...MINIMAL, injection: {} }],
    ['injection that is switched off', { ...MINIMAL, injection: { namespaceLabel: false } }],
    ['an unknown DNS flavour', { ...MINIMAL, dns: { flavour: 'bind' } }],
    ['NodeLocal DNSCache without its address', { ...MINIMAL, dns: { flavour: 'node-local' } }],
    ['CoreDNS with a field of another flavour', { ...MINIMAL, dns: { flavour: 'coredns', address: '10.0.0.10' } }],
    ['a custom DNS that nobody answers', { ...MINIMAL, dns: { flavour: 'custom', pods: [] } }],
    ['a truth value as text', { ...MINIMAL, istioCni: 'yes' }],
    ['an address without prefix length', { ...MINIMAL, nodes: ['10.1.0.0'] }],
    ['an empty list of addresses', { ...MINIMAL, pods: [] }],
    ['a port as text', { ...MINIMAL, apiServer: { addresses: ['10.0.0.0/28'], number: '6443' } }],
    ['an API server without addresses', { ...MINIMAL, apiServer: { number: 6443 } }],
    ['a gateway without its account', { ...MINIMAL, ingressGateways: [{ name: 'a', namespace: 'b', podLabels: { c: 'd' } }] }],
    ['a gateway with an unknown field', { ...MINIMAL, ingressGateways: [{ ...FULL.ingressGateways[0], ports: [80] }] }],
    ['pods without labels', { ...MINIMAL, istiod: { namespace: 'istio-system', podLabels: {} } }],
    ['a label that is no text', { ...MINIMAL, istiod: { namespace: 'istio-system', podLabels: { version: 1 } } }],
    ['a provider without a host', { ...MINIMAL, telemetryProviders: [{ name: 'tracing', ...PODS, number: 4317 }] }],
  ])('and the library refuse %s', (_, facts) => {
    expect(accepts(facts)).toBe(false);
    expect(() => read(facts)).toThrow();
  });
});
