import { conflictingMeshLabels } from '../../../src/checks/workload/conflicting-mesh-labels';
import { found } from '../found';
import { namespace } from './namespaces';

test.each([
  '{istio-injection: enabled, istio.io/rev: canary}',
  '{istio-injection: enabled, istio.io/dataplane-mode: ambient}',
  '{istio.io/rev: canary, istio.io/dataplane-mode: ambient}',
])('%s is found', (labels) => {
  expect(found(conflictingMeshLabels, namespace('shop', labels))).toEqual(['Namespace shop metadata.labels']);
});

test.each([
  '{}', '{istio-injection: enabled}', '{istio.io/rev: canary}', '{istio.io/dataplane-mode: ambient}',
  '{istio-injection: disabled, istio.io/dataplane-mode: ambient}', '{istio-injection: disabled, istio.io/rev: canary}',
])('%s is not found', (labels) => {
  expect(found(conflictingMeshLabels, namespace('shop', labels))).toEqual([]);
});
