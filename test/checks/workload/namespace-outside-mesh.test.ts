import { namespaceOutsideMesh } from '../../../src/checks/workload/namespace-outside-mesh';
import { found, pod } from '../found';
import { namespace } from './namespaces';

test('a namespace that says nothing of the mesh', () => {
  expect(found(namespaceOutsideMesh, namespace('shop', '{team: a}'))).toEqual(['Namespace shop metadata.labels']);
  expect(found(namespaceOutsideMesh, '{apiVersion: v1, kind: Namespace, metadata: {name: shop}}')).toEqual(['Namespace shop metadata.labels']);
});

test.each(['{istio-injection: enabled}', '{istio-injection: disabled}', '{istio.io/rev: canary}', '{istio.io/dataplane-mode: ambient}'])('%s says it', (labels) => {
  expect(found(namespaceOutsideMesh, namespace('shop', labels))).toEqual([]);
});

test('the namespace of istiod and one that is not shown are not found', () => {
  expect(found(namespaceOutsideMesh, namespace('istio-system', '{}') + pod('shop', 'web'))).toEqual([]);
});
