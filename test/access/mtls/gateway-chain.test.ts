import * as fs from 'node:fs';
import * as path from 'node:path';
import { loadAll } from 'js-yaml';
import { ClientCertificate, compileGateways, GatewayAnswer, gatewayChain, GatewayChain, GatewayClient, gatewayConnection, gatewayRoute, Gateways } from '../../../src/access/mtls/gateway-chain';
import { RoutedRequest } from '../../../src/access/mtls/route-match';
import { KubeObject, Manifest } from '../../../src/access/objects';
import { completeMesh } from '../../../src/access/snapshot/mesh-config';
import { servicesOf } from '../../../src/access/snapshot/services';
import { Workload } from '../../../src/access/workload';

// eslint-disable-next-line @typescript-eslint/no-require-imports
const { casesOf } = require('../../../oracle/lib/cases');
// eslint-disable-next-line @typescript-eslint/no-require-imports
const { objectsOf, requestsOf, targetOf } = require('../../../oracle/lib/policy-case');

const SIMULATED = JSON.parse(fs.readFileSync(path.join(__dirname, 'gateways.json'), 'utf8'));
const RECORDED: Record<string, string> = JSON.parse(fs.readFileSync(path.join(__dirname, '../../conformance/policies.json'), 'utf8')).verdicts;
const POD: Workload = {
  id: 'istio-system/client',
  namespace: 'istio-system',
  name: 'client',
  kind: 'Pod',
  labels: { istio: 'gw' },
  annotations: {},
  serviceAccount: 'gw',
  addresses: ['10.1.1.1'],
  mode: 'gateway',
  hostNetwork: false,
  ports: [],
};
const read = (...texts: string[]): Manifest[] => texts.flatMap((text) => loadAll(text))
  .filter((object) => object !== null && object !== undefined).map((object) => ({ object: object as KubeObject, origin: {} }));
const gatewaysOf = (manifests: Manifest[]) => compileGateways({ manifests, services: servicesOf(manifests), mesh: completeMesh() });
const OF_THE_MESH: ClientCertificate = { trusted: true, names: ['spiffe://cluster.local/ns/foo/sa/a'] };
const REQUEST: RoutedRequest = { host: 'a.com', path: '/', method: 'GET', headers: [] };

function ask(
  gateways: Gateways, pod: Workload, port: number, client: GatewayClient, request: Partial<RoutedRequest>,
): { chain: GatewayChain; answer?: GatewayAnswer } {
  const chain = gatewayChain(gateways, pod, port, client);
  const answer = chain.chain === 'http' ? gatewayRoute(gateways, chain, { ...REQUEST, ...request })
    : chain.chain === 'tcp' ? gatewayConnection(gateways, chain, client) : undefined;
  return { chain, answer };
}

describe.each<{ name: string; istio: string; clusters: string[] }>(SIMULATED.cases)('a gateway with $name', ({ istio, clusters }) => {
  const gateways = gatewaysOf(read(SIMULATED.kubernetes, istio));

  test.each<[string, any, string]>(SIMULATED.calls.map((call: any, i: number) => [call.name, call, clusters[i]]))('sends where istiod said: %s', (_, call, cluster) => {
    const tls = call.tls !== undefined;
    const speaks = call.protocol;
    const { chain, answer } = ask(gateways, POD, call.port,
      { tls, sni: tls ? call.host : undefined, certificate: call.tls === 'mtls' ? OF_THE_MESH : undefined, speaks }, { host: call.host ?? '', path: call.path });
    // bytes of another kind meet a chain of HTTP, and a client of the mesh may show its certificate to one that asks for none
    if (cluster === 'error: protocol error' && speaks === 'tcp') {
      expect(chain.chain).toBe('http');
    } else if (call.tls === 'mtls' && cluster === 'error: invalid mTLS') {
      expect(chain.authenticated).toBe(false);
    } else if (/no listener|no filter|invalid|protocol/.test(cluster)) {
      expect(answer?.outcome ?? chain.chain).toMatch(/reset/);
    } else if (/no virtual host|no route/.test(cluster)) {
      expect(answer?.outcome).toBe('http-404');
    } else if (cluster === 'error: tls required, sending 301' || cluster.startsWith('listener ')) {
      expect(answer?.outcome).toBe('redirect');
    } else {
      expect(answer?.destinations.map(({ host, port }) => `outbound|${port}||${host}`)).toEqual([cluster]);
    }
  });
});

// certificates of the oracle hold an identity, the name of a host, or nothing but a subject
function certificateOf(principal: string | null): ClientCertificate | undefined {
  const [kind, name] = principal === null ? [] : /^(dns|subject):(.*)$/.exec(principal)?.slice(1) ?? ['uri', `spiffe://${principal}`];
  return name === undefined ? undefined : { trusted: true, names: kind === 'subject' ? [] : [name] };
}

// policies may refuse what a route takes, and a connection even after it was taken
const EXPLAINED: Record<string, RegExp> = {
  404: /^http-404$/, 418: /^direct$/, 301: /^redirect$/, allow: /^destinations$/, 307: /^destinations$/,
};

// what Envoy answered behind gateways
const AT_GATEWAYS = casesOf('policies').filter(({ id }: any) => /^gateways(-other|-https)?\//.test(id) && RECORDED[id] !== undefined);
test.each<{ id: string }>(AT_GATEWAYS)('recorded requests fit: $id', async (one: any) => {
  const target = targetOf(one, '127.0.0.1');
  const manifests: Manifest[] = (await objectsOf(one, target, async () => '{}')).map((object: any) => ({ object, origin: {} }));
  const gateways = gatewaysOf(manifests);
  const pod = { ...POD, ...target, ports: target.ports.map(({ number }: any) => ({ number, protocol: 'TCP' })) };
  const verdicts = RECORDED[one.id].split(' ');
  const wrong = requestsOf(one, target).flatMap((request: any, i: number) => {
    const tls = request.tls !== 'none';
    const claims = request.tokens[0]?.state === 'valid' ? request.tokens[0].claims : undefined;
    const sni = tls ? request.sni ?? request.host.split(':')[0] : undefined;
    const client: GatewayClient = { tls, sni, certificate: certificateOf(request.from.principal), speaks: request.protocol === 'tcp' ? 'tcp' : 'http' };
    const { chain, answer } = ask(gateways, pod, request.port, client, { ...request, claims, path: request.path.split('?')[0] });
    const found = answer?.outcome ?? chain.chain;
    const refused = verdicts[i] === 'reset' ? (chain.chain === 'tcp' ? /./ : /reset/) : /^(destinations|redirect|direct|http-404)$/;
    return (EXPLAINED[verdicts[i]] ?? refused).test(found) ? [] : [`request ${i}: found ${found}, recorded ${verdicts[i]}`];
  });
  expect(wrong).toEqual([]);
});

describe('a Gateway of Kubernetes', () => {
  const pod = { ...POD, labels: { 'gateway.networking.k8s.io/gateway-name': 'gw' } };
  const gateway = (listener: string) => `{apiVersion: gateway.networking.k8s.io/v1, kind: Gateway, metadata: {name: gw, namespace: istio-system},
    spec: {gatewayClassName: istio, listeners: [{name: http, port: 80, protocol: HTTP, ${listener}}]}}`;
  const route = (spec: string, namespace = 'istio-system', name = 'r') => (
    `{apiVersion: gateway.networking.k8s.io/v1, kind: HTTPRoute, metadata: {name: ${name}, namespace: ${namespace}}, spec: {parentRefs: [{name: gw, namespace: istio-system}], ${spec}}}`);
  const backend = 'backendRefs: [{name: w, port: 80}]';
  const outcome = (manifests: string[], request: Partial<RoutedRequest> = {}) => (
    ask(gatewaysOf(read(...manifests.map((text) => `---\n${text}`))), pod, 80, { tls: false, speaks: 'http' }, request).answer);

  // gateway-api.sigs.k8s.io, HTTPRoute
  test('takes routes of its own namespace, of all where it says so', () => {
    const foreign = route(`rules: [{${backend}}]`, 'foo');
    expect(outcome([gateway(''), route(`rules: [{${backend}}]`)])).toMatchObject({ outcome: 'destinations', destinations: [{ host: 'w.istio-system.svc.cluster.local', port: 80 }] });
    expect(outcome([gateway(''), foreign])?.outcome).toBe('http-404');
    expect(outcome([gateway('allowedRoutes: {namespaces: {from: All}}'), foreign])).toMatchObject({ destinations: [{ host: 'w.foo.svc.cluster.local' }] });
    expect(outcome([gateway('allowedRoutes: {namespaces: {from: Selector, selector: {}}}'), foreign])?.outcome).toBe('unknown');
  });

  test('prefers exact paths, then longer prefixes, and ends prefixes at slashes', () => {
    const rule = (type: string, value: string, name: string) => `{matches: [{path: {type: ${type}, value: ${value}}}], backendRefs: [{name: ${name}, port: 80}]}`;
    const routes = [gateway(''), route(`rules: [${rule('PathPrefix', '/', 'a')}, ${rule('PathPrefix', '/x', 'b')}, ${rule('Exact', '/x/y', 'c')}]`)];
    expect(['/', '/x', '/xy', '/x/z', '/x/y'].map((at) => outcome(routes, { path: at })?.destinations[0].host[0])).toEqual(['a', 'b', 'a', 'b', 'c']);
  });

  test('needs a grant for backends of another namespace', () => {
    const grant = `{apiVersion: gateway.networking.k8s.io/v1beta1, kind: ReferenceGrant, metadata: {name: g, namespace: foo},
      spec: {from: [{group: gateway.networking.k8s.io, kind: HTTPRoute, namespace: istio-system}], to: [{group: '', kind: Service}]}}`;
    const foreign = route('rules: [{backendRefs: [{name: w, namespace: foo, port: 80}]}]');
    expect(outcome([gateway(''), foreign])).toMatchObject({ outcome: 'error', status: 500 });
    expect(outcome([gateway(''), foreign, grant])).toMatchObject({ outcome: 'destinations' });
  });

  test('is nobody else\'s', () => {
    const gateways = gatewaysOf(read(gateway('')));
    expect(gatewayChain(gateways, { ...pod, labels: {} }, 80, { tls: false, speaks: 'http' }).chain).toBe('reset');
    expect(gatewayChain(gateways, { ...pod, namespace: 'foo' }, 80, { tls: false, speaks: 'http' }).chain).toBe('reset');
  });
});

// documentation of HTTPMatchRequest: `gateways` and `port`
test('a match for other gateways or ports takes nothing', () => {
  const gateway = '{apiVersion: networking.istio.io/v1, kind: Gateway, metadata: {name: gw, namespace: foo}, spec: {selector: {istio: gw}, servers: [{port: {number: 80, protocol: HTTP}, hosts: ["*"]}]}}';
  const routed = (match: string) => `{apiVersion: networking.istio.io/v1, kind: VirtualService, metadata: {name: v, namespace: foo},
    spec: {hosts: ["*"], gateways: [gw, mesh], http: [{match: [{${match}}], route: [{destination: {host: w}}]}]}}`;
  const outcome = (match: string) => ask(gatewaysOf(read(gateway, routed(match))), POD, 80, { tls: false, speaks: 'http' }, {}).answer?.outcome;
  expect(['gateways: [gw]', 'gateways: [foo/gw], port: 80', 'gateways: [mesh]', 'port: 8080'].map(outcome))
    .toEqual(['destinations', 'destinations', 'http-404', 'http-404']);
});

test.each(['null', '{servers: text, selector: 7}', '{servers: [null, {port: 80}, {port: {number: 80}, hosts: [7]}]}'])('survives a Gateway that holds %s', (spec) => {
  const gateways = gatewaysOf(read(`{apiVersion: networking.istio.io/v1, kind: Gateway, metadata: {name: gw, namespace: istio-system}, spec: ${spec}}`,
    '{apiVersion: networking.istio.io/v1, kind: VirtualService, metadata: {name: v, namespace: foo}, spec: {hosts: 7, gateways: [istio-system/gw], http: [null, {match: 7, route: [{destination: x}]}]}}'));
  expect(() => ask(gateways, POD, 80, { tls: false, speaks: 'http' }, {})).not.toThrow();
});
