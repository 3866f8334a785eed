import { mutualAgainstDisable } from '../../../src/checks/mtls/mutual-against-disable';
import { findings, found, meshed, peers, pod, service, tls } from '../found';

const OFF = peers('shop', 'default', '{mtls: {mode: DISABLE}}');

test('mutual TLS for a namespace that takes none', () => {
  const on = tls('shop', 'on', '*.shop.svc.cluster.local', 'ISTIO_MUTUAL');
  expect(findings(mutualAgainstDisable, OFF + on)).toMatchObject([{ object: { kind: 'PeerAuthentication', name: 'default' }, path: 'spec.mtls', aliases: ['KIA0505'] }]);
  expect(found(mutualAgainstDisable, on)).toEqual([]);
  expect(found(mutualAgainstDisable, OFF)).toEqual([]);
});

test('mutual TLS for the mesh, unless the namespace has a rule of its own', () => {
  const mesh = tls('istio-system', 'on', '*.local', 'ISTIO_MUTUAL');
  expect(findings(mutualAgainstDisable, OFF + mesh)).toMatchObject([{ object: { namespace: 'shop' }, aliases: ['KIA0505'] }]);
  expect(found(mutualAgainstDisable, OFF + mesh + tls('shop', 'off', '*.shop.svc.cluster.local', 'DISABLE'))).toEqual([]);
  const everywhere = peers('istio-system', 'default', '{mtls: {mode: DISABLE}}') + mesh;
  expect(findings(mutualAgainstDisable, everywhere)).toMatchObject([{ object: { namespace: 'istio-system' }, aliases: ['KIA0506'] }]);
});

test('mutual TLS for one host has no name elsewhere', () => {
  expect(findings(mutualAgainstDisable, OFF + tls('shop', 'on', 'web', 'ISTIO_MUTUAL'))).toMatchObject([{ aliases: [] }]);
  const shop = meshed('shop') + pod('shop', 'web') + service('shop', 'web') + tls('shop', 'on', 'web', 'ISTIO_MUTUAL');
  expect(found(mutualAgainstDisable, shop + OFF)).toEqual(['PeerAuthentication shop/default spec.mtls']);
  expect(found(mutualAgainstDisable, shop + OFF + peers('shop', 'web', '{selector: {matchLabels: {app: web}}, mtls: {mode: PERMISSIVE}}'))).toEqual([]);
});
