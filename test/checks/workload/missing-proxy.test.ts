import { missingProxy } from '../../../src/checks/workload/missing-proxy';
import { findings, found, meshed, pod } from '../found';
import { namespace } from './namespaces';

const running = (container: string, more = '') => (
  `---\n{apiVersion: v1, kind: Pod, metadata: {name: web, namespace: shop${more}}, spec: {containers: [{name: web, image: web}], ${container}}}\n`);

test('a pod without a sidecar where one is injected', () => {
  expect(found(missingProxy, meshed('shop') + pod('shop', 'web'))).toEqual(['Pod shop/web spec.containers']);
  const revision = namespace('shop', '{istio.io/rev: canary}') + pod('shop', 'web');
  expect(found(missingProxy, revision)).toEqual(['Pod shop/web spec.containers']);
  expect(findings(missingProxy, revision)).toMatchObject([{ aliases: [] }]);
});

test('a pod that has one, as a container or as one that starts first', () => {
  const both = meshed('shop').concat(running('initContainers: [{name: istio-proxy, image: proxy, restartPolicy: Always}]'));
  expect(found(missingProxy, both)).toEqual([]);
  expect(found(missingProxy, both.replace('initContainers: [', 'initContainers: [').replace('istio-proxy', 'other'))).toHaveLength(1);
});

test.each([
  ['a label that refuses', pod('shop', 'web').replace('app: web', 'app: web, sidecar.istio.io/inject: "false"')],
  ['an annotation that refuses', pod('shop', 'web', ', annotations: {sidecar.istio.io/inject: "False"}')],
  ['the network of the node', running('hostNetwork: true')],
])('%s is meant', (_, text) => {
  expect(found(missingProxy, meshed('shop') + text)).toEqual([]);
});

test('namespaces that inject nothing', () => {
  expect(found(missingProxy, namespace('shop', '{istio.io/dataplane-mode: ambient}') + pod('shop', 'web'))).toEqual([]);
  expect(found(missingProxy, namespace('shop', '{istio-injection: disabled, istio.io/rev: canary}') + pod('shop', 'web'))).toEqual([]);
  expect(found(missingProxy, pod('shop', 'web') + meshed('istio-system') + pod('istio-system', 'istiod'))).toEqual([]);
});
