import { identityWithoutMtls } from '../../../src/checks/authz/identity-without-mtls';
import { authorization, found, meshed, peers, pod, service, tls } from '../found';

const SHOP = meshed('shop') + pod('shop', 'web') + service('shop', 'web');
const POLICY = authorization('shop', 'p', '{selector: {matchLabels: {app: web}}, rules: [{from: [{source: {principals: [a], notNamespaces: [b]}}]}]}');
const FIELDS = ['principals', 'notNamespaces'].map((field) => `AuthorizationPolicy shop/p spec.rules[0].from[0].source.${field}`);

test('mutual TLS arrives by itself', () => {
  expect(found(identityWithoutMtls, SHOP + POLICY)).toEqual([]);
  expect(found(identityWithoutMtls, POLICY)).toEqual([]);
  expect(found(identityWithoutMtls, SHOP + POLICY + peers('shop', 'default', '{mtls: {mode: STRICT}}'))).toEqual([]);
});

test('a server that takes none is found, but for one that takes it on some port', () => {
  expect(found(identityWithoutMtls, SHOP + POLICY + peers('shop', 'default', '{mtls: {mode: DISABLE}}'))).toEqual(FIELDS);
  expect(found(identityWithoutMtls, POLICY + peers('istio-system', 'default', '{mtls: {mode: DISABLE}}'))).toEqual(FIELDS);
  const port = peers('shop', 'web', '{selector: {matchLabels: {app: web}}, mtls: {mode: DISABLE}, portLevelMtls: {80: {mode: STRICT}}}');
  expect(found(identityWithoutMtls, SHOP + POLICY + port)).toEqual([]);
});

test('clients that send none are found, with and without Services', () => {
  const off = tls('shop', 'off', '*.shop.svc.cluster.local', 'DISABLE');
  expect(found(identityWithoutMtls, SHOP + POLICY + off)).toEqual(FIELDS);
  expect(found(identityWithoutMtls, POLICY + off)).toEqual(FIELDS);
  expect(found(identityWithoutMtls, SHOP + POLICY + off + tls('shop', 'web', 'web', 'ISTIO_MUTUAL'))).toEqual([]);
  expect(found(identityWithoutMtls, POLICY + off + tls('shop', 'web', 'web', 'ISTIO_MUTUAL'))).toEqual([]);
});

test('clients of another namespace may send it', () => {
  const off = tls('shop', 'off', 'web', 'DISABLE').replace('{host:', '{exportTo: [.], host:');
  expect(found(identityWithoutMtls, SHOP + POLICY + off)).toEqual(FIELDS);
  expect(found(identityWithoutMtls, SHOP + meshed('front') + POLICY + off)).toEqual([]);
});

test('without automatic mutual TLS a DestinationRule has to ask for it; a missing PeerAuthentication takes both', () => {
  const mesh = { autoMtls: false };
  expect(found(identityWithoutMtls, SHOP + POLICY, { mesh })).toEqual(FIELDS);
  expect(found(identityWithoutMtls, SHOP + POLICY + tls('shop', 'on', '*.shop.svc.cluster.local', 'ISTIO_MUTUAL'), { mesh })).toEqual([]);
});

test('conditions count, and fields that need no certificate do not', () => {
  const off = peers('shop', 'default', '{mtls: {mode: DISABLE}}');
  const when = authorization('shop', 'p', '{rules: [{when: [{key: source.ip, values: [10.0.0.1]}, {key: source.principal, values: [a]}]}]}');
  expect(found(identityWithoutMtls, SHOP + off + when)).toEqual(['AuthorizationPolicy shop/p spec.rules[0].when[1]']);
  expect(found(identityWithoutMtls, SHOP + off + authorization('shop', 'p', '{rules: [{from: [{source: {requestPrincipals: ["*"]}}]}]}'))).toEqual([]);
});

test('ztunnel knows its peers whatever is written', () => {
  const pods = pod('bare', 'web', ', annotations: {ambient.istio.io/redirection: enabled}');
  const policy = POLICY.replace('namespace: shop', 'namespace: bare');
  expect(found(identityWithoutMtls, pods + policy + peers('bare', 'default', '{mtls: {mode: DISABLE}}'))).toEqual([]);
});
