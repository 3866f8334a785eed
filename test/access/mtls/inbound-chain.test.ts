import * as fs from 'node:fs';
import * as path from 'node:path';
import { compileApplications } from '../../../src/access/mtls/application';
import { compilePeerAuthentications, modeOfPort } from '../../../src/access/mtls/effective';
import { inboundChain, InboundClient, meshClient, plaintextClient } from '../../../src/access/mtls/inbound-chain';
import { Manifest } from '../../../src/access/objects';
import { completeMesh, meshSettings } from '../../../src/access/snapshot/mesh-config';
import { servicesOf } from '../../../src/access/snapshot/services';
import { Workload } from '../../../src/access/workload';
import { ServicePortApplication } from '../../../src/values/grammar/app-protocols';

// eslint-disable-next-line @typescript-eslint/no-require-imports
const { casesOf } = require('../../../oracle/lib/cases');
// eslint-disable-next-line @typescript-eslint/no-require-imports
const { objectsOf, requestsOf, targetOf } = require('../../../oracle/lib/policy-case');

const RECORDED: Record<string, string> = JSON.parse(fs.readFileSync(path.join(__dirname, '../../conformance/policies.json'), 'utf8')).verdicts;
const SIDECARS = casesOf('policies')
  .filter((one: any) => RECORDED[one.id] !== undefined && RECORDED[one.id] !== 'rejected' && (targetOf(one, '127.0.0.1').kind ?? 'sidecar') === 'sidecar');

// what the client of the oracle offers
function clientOf({ tls, protocol, from }: any): InboundClient {
  const speaks = protocol === 'tcp' ? 'tcp' : 'http';
  const trustDomain = from.principal?.split('/')[0];
  if (tls === 'none') {
    return plaintextClient(speaks);
  }
  return tls === 'mesh' ? { ...meshClient(speaks, trustDomain), trustDomain } : { tls: true, alpn: speaks === 'http' ? ['http/1.1'] : [], trustDomain, speaks };
}

// the kinds of answers that a chain can give, where policies may refuse as well
function possible(chain: string, client: InboundClient, guarded: boolean): RegExp {
  switch (chain) {
    case 'reset': return /^reset$/;
    case 'http': return client.speaks === 'http' ? (guarded ? /^(allow|\d{3})$/ : /^(allow|4\d\d)$/) : /^(400|reset)$/;
    default: return guarded ? /^(allow|reset|banner-reset)$/ : /^(allow|banner-reset)$/;
  }
}

async function disagreements(one: any): Promise<string[]> {
  const target = targetOf(one, '127.0.0.1');
  const manifests: Manifest[] = (await objectsOf(one, target, async () => '{}')).map((object: any) => ({ object, origin: {} }));
  const mesh = completeMesh(meshSettings({ ...one.common.mesh, ...one.mesh }));
  const workload: Workload = {
    id: `${target.namespace}/${target.name}`,
    kind: 'Pod',
    annotations: {},
    addresses: [],
    hostNetwork: false,
    mode: 'sidecar',
    ...target,
    ports: target.ports.map((port: any) => ({ number: port.number, protocol: 'TCP' })),
  };
  const applications = compileApplications({ services: servicesOf(manifests), manifests, mesh });
  const effective = compilePeerAuthentications(manifests, mesh).of(workload);
  const guarded = manifests.some(({ object }) => ['AuthorizationPolicy', 'RequestAuthentication'].includes(object.kind));
  const recorded = RECORDED[one.id].split(' ');
  return requestsOf(one, target).flatMap((request: any, i: number) => {
    const { port } = request;
    const client = clientOf(request);
    const { application } = applications.of(workload, port);
    const { chain } = inboundChain({ port, mode: modeOfPort(effective, port), application: application!, client, mesh });
    return possible(chain, client, guarded).test(recorded[i]) ? [] : [`${one.id} request ${i}: chain ${chain}, recorded ${recorded[i]}`];
  });
}

test('the chain that a connection meets explains what Envoy answered', async () => {
  const found = (await Promise.all(SIDECARS.map(disagreements))).flat();
  expect(found).toEqual([]);
  expect(SIDECARS.length).toBeGreaterThan(400);
});

describe('a filter chain', () => {
  const mesh = completeMesh();
  const chain = (mode: 'STRICT' | 'PERMISSIVE' | 'DISABLE', application: ServicePortApplication, client: InboundClient) => (
    inboundChain({ port: 8080, mode, application, client, mesh }));
  const { HTTP, TCP, SNIFFED } = ServicePortApplication;

  test('of the TCP kind takes HTTP that says the name of TCP, on a sniffed port', () => {
    const client: InboundClient = { tls: true, alpn: ['istio'], trustDomain: 'cluster.local', speaks: 'http' };
    expect(chain('PERMISSIVE', SNIFFED, client)).toMatchObject({ chain: 'tcp', authenticated: true });
    expect(chain('STRICT', SNIFFED, client)).toMatchObject({ chain: 'tcp', authenticated: true });
    expect(chain('STRICT', HTTP, client)).toMatchObject({ chain: 'http', authenticated: true });
  });

  test('knows no identity where the TLS of the client goes to the application', () => {
    const client: InboundClient = { tls: true, alpn: ['http/1.1'], trustDomain: 'cluster.local', speaks: 'http' };
    expect(chain('PERMISSIVE', TCP, client)).toMatchObject({ chain: 'raw', authenticated: false });
    expect(chain('PERMISSIVE', SNIFFED, client)).toMatchObject({ chain: 'raw', authenticated: false });
    expect(chain('DISABLE', TCP, meshClient('tcp', 'cluster.local'))).toMatchObject({ chain: 'raw', authenticated: false });
    expect(chain('PERMISSIVE', HTTP, client)).toMatchObject({ chain: 'reset' });
  });

  test('refuses a client that offers the names of the mesh and shows no certificate', () => {
    expect(chain('PERMISSIVE', HTTP, { tls: true, alpn: ['istio-http/1.1'], speaks: 'http' })).toMatchObject({ chain: 'reset', authenticated: false });
  });
});
