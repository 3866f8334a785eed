import { sidecarWithoutWorkload } from '../../../src/checks/egress/sidecar-without-workload';
import { found, networking, pod } from '../found';

const sidecar = (namespace: string, spec: string) => networking('Sidecar', namespace, 's', spec);

test('a selector that selects nobody in the namespace of the Sidecar', () => {
  expect(found(sidecarWithoutWorkload, pod('shop', 'web') + sidecar('shop', '{workloadSelector: {labels: {app: wbe}}}'))).toEqual(['Sidecar shop/s spec.workloadSelector']);
  expect(found(sidecarWithoutWorkload, pod('shop', 'web') + sidecar('other', '{workloadSelector: {labels: {app: web}}}'))).toEqual(['Sidecar other/s spec.workloadSelector']);
});

test('a selector that selects somebody, and none at all', () => {
  expect(found(sidecarWithoutWorkload, pod('shop', 'web') + sidecar('shop', '{workloadSelector: {labels: {app: web}}}'))).toEqual([]);
  expect(found(sidecarWithoutWorkload, sidecar('shop', '{egress: [{hosts: ["./*"]}]}') + sidecar('other', '{workloadSelector: {labels: {}}}'))).toEqual([]);
});
