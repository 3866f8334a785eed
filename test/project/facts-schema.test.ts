import * as fs from 'node:fs';
import * as path from 'node:path';
import Ajv from 'ajv';
import { ROOT } from './sources';
import { parseFacts } from '../../src/constructs/facts-file';

const VALID = {
  format: 'zt-mesh-facts/1',
  dataPlane: 'sidecar',
  trustDomain: 'example.org',
  trustDomainAliases: ['old.example'],
  rootNamespace: 'istio-system',
  clusterDomain: 'cluster.local',
  injection: { revision: 'stable' },
  dns: { flavour: 'custom', pods: [{ namespace: 'dns', podLabels: { app: 'dns' } }], addresses: ['10.0.0.10/32'], number: 53 },
  istiod: { namespace: 'istio-system', podLabels: { app: 'istiod' } },
  istioCni: true,
  nativeSidecars: false,
  dnsCapture: true,
  wildcardTlsHosts: false,
  cni: 'cilium',
  ingressGateways: [{ name: 'public', namespace: 'edge', podLabels: { istio: 'gw' }, serviceAccount: 'gw' }],
  prometheus: { namespace: 'm', podLabels: { a: 'b' }, serviceAccount: 'p' },
  telemetryProviders: [{ name: 'otel', namespace: 'm', podLabels: { a: 'b' }, host: 'otel.m.svc', number: 4317 }],
  authorizationProviders: [{ name: 'opa', namespace: 'm', podLabels: { a: 'c' }, host: 'opa.m.svc', number: 9191 }],
  apiServer: { addresses: ['10.0.0.1/32'], number: 6443 },
  nodes: ['10.1.0.0/16'],
  pods: ['10.2.0.0/16'],
  probeSources: ['10.1.0.0/16'],
};

describe('the published schema of facts files', () => {
  const schema = JSON.parse(fs.readFileSync(path.join(ROOT, 'schemas', 'mesh-facts-1.schema.json'), 'utf8'));
  const accepts = new Ajv({ strict: false }).compile(schema);
  const parses = (facts: object) => {
    try {
      parseFacts(JSON.stringify(facts), 'f');
      return true;
    } catch {
      return false;
    }
  };

  test('knows every field, and accepts what the library reads', () => {
    expect(Object.keys(schema.properties)).toEqual(Object.keys(VALID));
    expect([accepts(VALID), parses(VALID)]).toEqual([true, true]);
  });

  test.each<[string, object]>([
    ['node-local DNS', { dns: { flavour: 'node-local', address: '169.254.20.10' } }], ['the namespace label', { injection: { namespaceLabel: true } }],
  ])('accepts %s, as the library does', (_, change) => {
    expect([accepts({ ...VALID, ...change }), parses({ ...VALID, ...change })]).toEqual([true, true]);
  });

  test.each<[string, object]>([
    ['a misspelt field', { trustdomain: 'x' }], ['another version', { format: 'zt-mesh-facts/2' }], ['another data plane', { dataPlane: 'x' }],
    ['both ways of injection', { injection: { revision: 'x', namespaceLabel: true } }], ['no way of injection', { injection: {} }],
    ['a way of injection denied', { injection: { revision: 'x', namespaceLabel: false } }],
    ['a DNS nobody answers', { dns: { flavour: 'custom' } }], ['a port in quotes', { apiServer: { addresses: ['10.0.0.1/32'], number: '6443' } }],
    ['an address without a prefix', { nodes: ['10.0.0.1'] }], ['a gateway without an account', { ingressGateways: [{ name: 'x', namespace: 'x', podLabels: { a: 'b' } }] }],
  ])('refuses %s, as the library does', (_, change) => {
    expect([accepts({ ...VALID, ...change }), parses({ ...VALID, ...change })]).toEqual([false, false]);
  });
});
