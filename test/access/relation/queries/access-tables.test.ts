import { DEFAULT_MESH } from '../../../../src/access/mesh-settings';
import {
  containedInFirst, isContained, isEquivalent, notForbidden, notPermitted, PeerTable, waysOfContainment,
} from '../../../../src/access/network/queries/tables';
import { Manifest } from '../../../../src/access/objects';
import { AccessConfig, accessTablesOf } from '../../../../src/access/relation/queries/access-tables';
import { requestAlgebra, requestBeyond, RequestSet } from '../../../../src/access/relation/queries/request-sets';
import { pod, policy } from '../../network/worlds';

const MESH = requestAlgebra(DEFAULT_MESH);
const workloads = [pod('shop/web'), pod('shop/db'), pod('bar/other')];
const istio = (kind: string, name: string, spec: object, namespace = 'shop'): Manifest => (
  { object: { apiVersion: 'security.istio.io/v1', kind, metadata: { namespace, name }, spec }, origin: {} });
const mesh = (...objects: Manifest[]): AccessConfig['mesh'] => (
  { mesh: DEFAULT_MESH, services: [], kind: (_, kind) => objects.filter(({ object }) => object.kind === kind) });
const set = (...rules: object[]): AccessConfig => (
  { name: JSON.stringify(rules), workloads, namespaces: new Map(), policies: [], mesh: mesh(istio('AuthorizationPolicy', 'p', { rules })) });
const plain: AccessConfig = { name: 'plain', workloads, namespaces: new Map(), policies: [] };
const operation = (fields: object) => ({ to: [{ operation: fields }] });
const source = (fields: object) => ({ from: [{ source: fields }] });
const tables = (...configs: AccessConfig[]) => accessTablesOf(configs);
const same = (a: AccessConfig, b: AccessConfig) => {
  const [one, other] = tables(a, b);
  return isEquivalent(one, other, MESH);
};
const ways = (a: AccessConfig, b: AccessConfig) => waysOfContainment(tables(a, b), MESH);
const cell = ({ cells, pairs }: PeerTable<RequestSet>, pair: string) => cells[pairs.indexOf(pair)];
const beyond = (outer: AccessConfig, inner: AccessConfig, pair: string) => {
  const [a, b] = tables(outer, inner);
  return requestBeyond(cell(a, pair), cell(b, pair), DEFAULT_MESH);
};

// each of these was asked of Envoy 1.39.3 behind listeners of istiod 1.31: with mutual TLS and plaintext, HTTP/1.1, HTTP/2 and bytes
describe('sets of requests behind sidecars', () => {
  test('know other methods than the usual ones', () => {
    const usual = ['GET', 'HEAD', 'POST', 'PUT', 'DELETE', 'CONNECT', 'OPTIONS', 'TRACE', 'PATCH'];
    expect(ways(set(operation({ methods: ['*'] })), set(operation({ methods: usual })))).toBe(1);
    expect(ways(set(operation({ methods: ['DUMMY'] })), set(operation({ notMethods: ['*'] })))).toBe(1);
  });

  test('tell bytes from requests', () => {
    expect(ways(set({}), set(operation({ methods: ['*'] })))).toBe(1);
    expect(ways(set({}), set(operation({ paths: ['*'] })))).toBe(1);
    expect(beyond(set(operation({ paths: ['*'] })), set({}), 'shop/web => shop/db')).toBe('any bytes on tcp/1');
    expect(same(set(operation({ methods: ['*'] })), set(operation({ paths: ['*'] })))).toBe(true);
  });

  test('take plaintext for nobody, which is not somebody else', () => {
    const others = set(source({ notPrincipals: ['cluster.local/ns/shop/sa/default'] }));
    const known = set(source({ notPrincipals: ['cluster.local/ns/shop/sa/default'], namespaces: ['*'] }));
    expect(ways(others, known)).toBe(1);
    expect(beyond(known, others, '0.0.0.0 and on => shop/db')).toBe('GET / on tcp/1');
    expect(beyond(known, others, 'bar/other => shop/db')).toBeUndefined();
  });
});

describe('sets of requests', () => {
  test('are equal however they are written', () => {
    const cut = set({
      to: [{ operation: { methods: ['GET'], paths: ['/a*'], notPaths: ['/a/b*'] } }, { operation: { methods: ['GET', 'PUT'], paths: ['/a/b*'] } }],
    });
    const whole = set({ to: [{ operation: { methods: ['GET'], paths: ['/a*'] } }, { operation: { methods: ['PUT'], paths: ['/a/b*'] } }] });
    expect(same(cut, whole)).toBe(true);
    expect(same(set(source({ namespaces: ['b*'] })), set(source({ namespaces: ['bar'] })))).toBe(true);
    expect(same(set(source({ namespaces: ['s*'] })), set(source({ namespaces: ['bar'] })))).toBe(false);
  });

  test('differ by ports, and name the request that shows it', () => {
    const [a, b] = [set(operation({ methods: ['GET'], ports: ['80'] })), set(operation({ methods: ['GET'], ports: ['81'] }))];
    expect(ways(a, b)).toBe(0);
    expect(beyond(a, b, 'shop/web => shop/db')).toBe('GET / on tcp/81');
  });

  test('permit and forbid each other', () => {
    const [some, all] = [set(operation({ paths: ['/a'] })), set(operation({ paths: ['/a*'] }))];
    expect(notPermitted(tables(some, all), MESH)).toHaveLength(1);
    expect(notPermitted(tables(all, some), MESH)).toHaveLength(0);
    expect(notForbidden(tables(some, all), MESH)).toHaveLength(1);
    expect(notForbidden(tables(set(operation({ paths: ['/b'] })), some), MESH)).toHaveLength(0);
  });

  test('pass both layers', () => {
    const closed = { ...set(operation({ paths: ['/a'] })), policies: [policy('shop/p', { podSelector: {}, ingress: [{ ports: [{ port: 80 }] }] })] };
    const [both, network] = tables(closed, { ...closed, mesh: undefined });
    expect([isContained(network, both, MESH), isContained(both, network, MESH)]).toEqual([true, false]);
    expect(beyond(closed, plain, 'shop/web => shop/db')).toBe('udp/all sctp/all other');
    expect(beyond(closed, { ...closed, mesh: undefined }, 'shop/web => shop/db')).toBe('GET / on tcp/80');
  });

  test('are not known behind tokens and authorizers, so nothing is said to be equal', () => {
    const tokens = { ...plain, mesh: mesh(istio('RequestAuthentication', 'r', { jwtRules: [{ issuer: 'i', jwks: '{}' }] })) };
    const provider = { ...DEFAULT_MESH, extensionProviders: [{ name: 'ext', api: 'http' as const }] };
    const custom = istio('AuthorizationPolicy', 'c', { action: 'CUSTOM', provider: { name: 'ext' }, rules: [{}] });
    const asked = { ...plain, mesh: { mesh: provider, services: [], kind: (_: string, kind: string) => (kind === 'AuthorizationPolicy' ? [custom] : []) } };
    expect([tokens, asked].map((one) => same(one, one))).toEqual([false, false]);
    expect([tokens, asked].map((one) => containedInFirst(tables(plain, one), MESH).length)).toEqual([1, 1]);
  });

  test('leave plaintext out where mutual TLS is asked for', () => {
    const strict = { ...plain, mesh: mesh(istio('PeerAuthentication', 'd', { mtls: { mode: 'STRICT' } })) };
    expect(beyond(strict, plain, '0.0.0.0 and on => shop/db')).toBe('GET / on tcp/1');
    expect(beyond(strict, plain, 'bar/other => shop/db')).toBeUndefined();
  });

  test('tell addresses apart as finely as rules do', () => {
    const [{ pairs }] = tables(set(source({ ipBlocks: ['10.0.0.0/8'], notIpBlocks: ['10.1.0.0/16'] })));
    expect(pairs.filter((pair) => pair.endsWith('and on => shop/db')).map((pair) => pair.split(' ')[0]))
      .toEqual(['0.0.0.0', '10.0.0.0', '10.1.0.0', '10.2.0.0', '11.0.0.0']);
    expect(beyond(set(source({ ipBlocks: ['10.0.0.0/8'], notIpBlocks: ['10.1.0.0/16'] })), set(source({ ipBlocks: ['10.0.0.0/8'] })), '10.1.0.0 and on => shop/db'))
      .toBe('GET / on tcp/1');
  });
});
