import { plaintextAgainstStrict } from '../../../src/checks/mtls/plaintext-against-strict';
import { findings, found, meshed, peers, pod, service, tls } from '../found';

const STRICT = peers('istio-system', 'default', '{mtls: {mode: STRICT}}');
const PATH = 'spec.trafficPolicy.tls.mode';

test('a rule for the mesh against a mesh that insists', () => {
  const off = tls('istio-system', 'off', '*.local', 'DISABLE');
  expect(findings(plaintextAgainstStrict, off + STRICT)).toMatchObject([{ object: { name: 'off' }, path: PATH, aliases: ['KIA0208'] }]);
  expect(found(plaintextAgainstStrict, off + peers('istio-system', 'default', '{mtls: {mode: PERMISSIVE}}'))).toEqual([]);
  expect(found(plaintextAgainstStrict, off)).toEqual([]);
});

test('a rule for a namespace', () => {
  const off = tls('shop', 'off', '*.shop.svc.cluster.local', 'DISABLE');
  expect(findings(plaintextAgainstStrict, off + STRICT)).toMatchObject([{ object: { name: 'off' }, aliases: ['KIA0207'] }]);
  expect(found(plaintextAgainstStrict, off + STRICT + peers('shop', 'default', '{mtls: {mode: PERMISSIVE}}'))).toEqual([]);
});

test('a rule for one Service is judged by the workloads behind it, port by port', () => {
  const shop = meshed('shop') + pod('shop', 'web') + service('shop', 'web') + tls('shop', 'off', 'web', 'DISABLE') + STRICT;
  expect(found(plaintextAgainstStrict, shop)).toEqual([`DestinationRule shop/off ${PATH}`]);
  const open = (port: number) => peers('shop', 'web', `{selector: {matchLabels: {app: web}}, portLevelMtls: {${port}: {mode: PERMISSIVE}}}`);
  expect(found(plaintextAgainstStrict, shop + open(80))).toEqual([]);
  expect(found(plaintextAgainstStrict, shop + open(81))).toEqual([`DestinationRule shop/off ${PATH}`]);
});

test('TLS that is not the mesh\'s is reset as well, the mesh\'s is not', () => {
  expect(found(plaintextAgainstStrict, tls('shop', 'other', 'web', 'SIMPLE') + STRICT)).toEqual([`DestinationRule shop/other ${PATH}`]);
  expect(found(plaintextAgainstStrict, tls('shop', 'on', 'web', 'ISTIO_MUTUAL') + STRICT)).toEqual([]);
});

test('a rule that a more specific one hides is not to blame for its host', () => {
  const off = tls('shop', 'off', '*.shop.svc.cluster.local', 'DISABLE');
  const shop = meshed('shop') + pod('shop', 'web') + service('shop', 'web');
  const own = peers('shop', 'web', '{selector: {matchLabels: {app: web}}, mtls: {mode: STRICT}}');
  expect(found(plaintextAgainstStrict, shop + off + own)).toEqual([`DestinationRule shop/off ${PATH}`]);
  expect(found(plaintextAgainstStrict, shop + off + own + tls('shop', 'web', 'web', 'ISTIO_MUTUAL'))).toEqual([]);
});

test('a host that nothing shows is judged by its namespace, unless workloads there differ', () => {
  const off = tls('shop', 'off', 'db', 'DISABLE') + STRICT;
  expect(found(plaintextAgainstStrict, off)).toEqual([`DestinationRule shop/off ${PATH}`]);
  expect(found(plaintextAgainstStrict, off + peers('shop', 'db', '{selector: {matchLabels: {app: db}}, mtls: {mode: DISABLE}}'))).toEqual([]);
  expect(found(plaintextAgainstStrict, tls('shop', 'off', 'api.example.com', 'DISABLE') + STRICT)).toEqual([]);
});
