import { unverifiedTls } from '../../../src/checks/egress/unverified-tls';
import { findings, found, networking } from '../found';

const rule = (policy: string, more = '') => networking('DestinationRule', 'shop', 'r', `{host: api.example.com, trafficPolicy: ${policy}${more}}`);
const CLIENT = 'clientCertificate: /c.pem, privateKey: /k.pem';

test.each([
  ['for the host', '{tls: {mode: SIMPLE}}', 'spec.trafficPolicy.tls', ['IST0128']],
  ['for the host, mutual', `{tls: {mode: MUTUAL, ${CLIENT}}}`, 'spec.trafficPolicy.tls', ['IST0128']],
  ['for a port', '{portLevelSettings: [{port: {number: 443}, tls: {mode: SIMPLE}}]}', 'spec.trafficPolicy.portLevelSettings[0].tls', ['IST0129']],
  ['with a credential that sidecars do not read', '{tls: {mode: SIMPLE, credentialName: api}}', 'spec.trafficPolicy.tls', ['IST0128']],
  ['with verification switched off', '{tls: {mode: SIMPLE, caCertificates: /ca.pem, insecureSkipVerify: true}}', 'spec.trafficPolicy.tls', []],
])('TLS %s without an authority', (_, policy, path, aliases) => {
  expect(findings(unverifiedTls, rule(policy))).toMatchObject([{ object: { name: 'r' }, path, aliases }]);
});

test.each([
  ['an authority', '{tls: {mode: SIMPLE, caCertificates: /ca.pem}}', ''],
  ['a credential of selected workloads', '{tls: {mode: SIMPLE, credentialName: api}}', ', workloadSelector: {matchLabels: {app: web}}'],
  ['a ConfigMap', '{tls: {mode: SIMPLE, credentialName: "configmap://api"}}', ''],
  ['mutual TLS of the mesh', '{tls: {mode: ISTIO_MUTUAL}}', ''],
  ['no TLS', '{tls: {mode: DISABLE}}', ''],
])('%s is not found', (_, policy, more) => {
  expect(found(unverifiedTls, rule(policy, more))).toEqual([]);
});

test('subsets count, though istioctl does not look at them', () => {
  const subsets = networking('DestinationRule', 'shop', 'r', '{host: a.example.com, subsets: [{name: a}, {name: b, trafficPolicy: {tls: {mode: SIMPLE}}}]}');
  expect(findings(unverifiedTls, subsets)).toMatchObject([{ path: 'spec.subsets[1].trafficPolicy.tls', aliases: [] }]);
});
