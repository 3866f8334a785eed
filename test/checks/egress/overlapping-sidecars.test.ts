import { overlappingSidecars } from '../../../src/checks/egress/overlapping-sidecars';
import { findings, found, networking, pod } from '../found';

const sidecar = (name: string, labels: string, namespace = 'shop') => networking('Sidecar', namespace, name, `{workloadSelector: {labels: ${labels}}}`);
const WEB = pod('shop', 'web').replace('app: web', 'app: web, tier: front');

test('two Sidecars with the same selector, or with selectors that meet in one workload', () => {
  const both = ['Sidecar shop/a spec.workloadSelector', 'Sidecar shop/b spec.workloadSelector'];
  expect(found(overlappingSidecars, WEB + sidecar('a', '{app: web}') + sidecar('b', '{app: web}'))).toEqual(both);
  expect(found(overlappingSidecars, WEB + sidecar('a', '{app: web}') + sidecar('b', '{tier: front}'))).toEqual(both);
});

test('the message says which one counts: the oldest', () => {
  const older = sidecar('b', '{app: web}').replace('name: b', 'name: b, creationTimestamp: "2024-01-01T00:00:00Z"');
  expect(findings(overlappingSidecars, WEB + sidecar('a', '{app: web}') + older)[0].message).toMatch(/b counts$/);
});

test('Sidecars that meet nowhere', () => {
  expect(found(overlappingSidecars, WEB + sidecar('a', '{app: web}') + sidecar('b', '{app: api}'))).toEqual([]);
  expect(found(overlappingSidecars, WEB + sidecar('a', '{app: web}') + sidecar('b', '{app: web}', 'other'))).toEqual([]);
});

test('a pod in ambient mode has no sidecar that could be configured twice', () => {
  const ambient = pod('shop', 'web', ', annotations: {ambient.istio.io/redirection: enabled}');
  expect(found(overlappingSidecars, ambient + sidecar('a', '{app: web}') + sidecar('b', '{app: web}'))).toEqual([]);
});
