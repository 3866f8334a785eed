import * as fs from 'node:fs';
import * as path from 'node:path';
import { compileRegistry, portOf } from '../../../src/access/egress/registry';
import { clientTls, ClientTls, compileClientRules, endpointOf, listedEndpoint } from '../../../src/access/mtls/client';
import { Manifest } from '../../../src/access/objects';
import { completeMesh, meshSettings } from '../../../src/access/snapshot/mesh-config';
import { servicesOf } from '../../../src/access/snapshot/services';
import { Workload } from '../../../src/access/workload';

// eslint-disable-next-line @typescript-eslint/no-require-imports
const { casesOf } = require('../../../oracle/lib/cases');

const RECORDED = JSON.parse(fs.readFileSync(path.join(__dirname, '../../conformance/client-tls.json'), 'utf8')).verdicts;
const NAMES: Record<string, string> = { 'mesh-mtls': 'mtls', 'plaintext': 'plaintext' };

const pod = (fields: Partial<Workload>): Workload => ({
  id: `${fields.namespace}/${fields.name}`,
  namespace: '',
  name: '',
  kind: 'Pod',
  labels: {},
  annotations: {},
  serviceAccount: 'default',
  addresses: [],
  mode: 'sidecar',
  hostNetwork: false,
  ports: [],
  ...fields,
});
const CLIENT = pod({ namespace: 'foo', name: 'client', labels: { app: 'client' }, serviceAccount: 'client' });
const SERVER = {
  apiVersion: 'v1',
  kind: 'Service',
  metadata: { name: 'server', namespace: 'bar' },
  spec: { clusterIP: '10.9.9.1', selector: { app: 'server' }, ports: [{ name: 'http', port: 80, targetPort: 8080 }, { name: 'tcp', port: 9000, targetPort: 9000 }] },
};

// what the suite of the oracle gives to istiod, given to the model
function answer(one: any): unknown {
  const objects = [SERVER, ...one.common.objects ?? [], ...one.objects ?? []];
  const manifests: Manifest[] = objects.map((object) => ({ object, origin: {} }));
  const config = { ...one.common.mesh, ...one.mesh };
  const mesh = completeMesh(meshSettings(config), { defaultExportTo: { destinationRule: config.defaultDestinationRuleExportTo } });
  const server = pod({ namespace: 'bar', name: 'server', labels: { app: 'server' }, mode: one.injected === false ? 'none' : 'sidecar' });
  const services = servicesOf(manifests);
  const registry = compileRegistry({ services, manifests, mesh });
  const rules = compileClientRules({ services, manifests, workloads: [CLIENT, server], mesh, registry });
  const { host = 'server.bar.svc.cluster.local', port = 80, subset } = one;
  const [entry] = registry.named(host);
  const target = portOf(entry, port)!.target as number;
  const ask = (endpoint?: ReturnType<typeof endpointOf>) => clientTls(rules, { client: CLIENT, entry, port, subset, endpoint });
  const nobody = subset !== undefined && objects.some(({ spec }) => spec.subsets?.some((part: any) => part.labels.app === 'absent'));
  const endpoints = entry.kind === 'Service' ? (nobody ? [] : [endpointOf(server, target)])
    : entry.endpoints.length > 0 ? entry.endpoints.map((listed) => listedEndpoint(entry, listed, target))
      : entry.resolution === 'dns' ? [listedEndpoint(entry, { address: host, labels: {}, ports: {} }, target)] : [];
  const { cluster, sni } = ask();
  const named = ({ sends, cluster: whole }: ClientTls) => (whole === 'auto' || whole === 'mtls' ? NAMES[sends] : whole);
  return { tls: cluster, ...(sni === undefined ? {} : { sni }), endpoints: endpoints.map((endpoint) => named(ask(endpoint))) };
}

test.each<{ id: string }>(casesOf('client-tls'))('the proxy of a client does what istiod told it: $id', (one) => {
  expect(answer(one)).toEqual(RECORDED[one.id]);
});

test('every recorded verdict of clients is compared', () => {
  expect(casesOf('client-tls').map(({ id }: any) => id).sort()).toEqual(Object.keys(RECORDED).sort());
});
