import { selectorOnGateway } from '../../../src/checks/ambient/selector-on-gateway';
import { authorization, findings, found, pod } from '../found';

const NAME = 'gateway.networking.k8s.io/gateway-name';
const gateway = (more = '') => pod('shop', 'gw').replace('app: gw', `${NAME}: gw${more}`).replace('name: a, image: a', 'name: istio-proxy, image: proxy');
const SELECTOR = `selector: {matchLabels: {${NAME}: gw}}`;

test.each(['security.istio.io/v1 AuthorizationPolicy', 'security.istio.io/v1 RequestAuthentication', 'telemetry.istio.io/v1 Telemetry',
  'extensions.istio.io/v1alpha1 WasmPlugin'])('%s that selects the pods of a gateway', (type) => {
  const [apiVersion, kind] = type.split(' ');
  const policy = `---\n{apiVersion: ${apiVersion}, kind: ${kind}, metadata: {name: p, namespace: shop}, spec: {${SELECTOR}}}\n`;
  expect(found(selectorOnGateway, gateway() + policy)).toEqual([`${kind} shop/p spec.selector`]);
});

test('a waypoint obeys no selector, which is worse than a gateway that may come not to', () => {
  const policy = authorization('shop', 'p', `{${SELECTOR}}`);
  expect(findings(selectorOnGateway, gateway() + policy)).toMatchObject([{ severity: 'note' }]);
  expect(findings(selectorOnGateway, gateway(', gateway.istio.io/managed: istio.io-mesh-controller') + policy)).toMatchObject([{ severity: 'error' }]);
});

test('targets, other pods and other namespaces', () => {
  const ref = '{group: gateway.networking.k8s.io, kind: Gateway, name: gw}';
  expect(found(selectorOnGateway, gateway() + authorization('shop', 'p', `{${SELECTOR}, targetRef: ${ref}}`))).toEqual([]);
  expect(found(selectorOnGateway, gateway() + authorization('shop', 'p', `{targetRefs: [${ref}]}`))).toEqual([]);
  expect(found(selectorOnGateway, gateway() + authorization('shop', 'p', '{selector: {matchLabels: {app: web}}}'))).toEqual([]);
  expect(found(selectorOnGateway, gateway() + authorization('other', 'p', `{${SELECTOR}}`))).toEqual([]);
  expect(found(selectorOnGateway, gateway() + authorization('shop', 'p', '{}'))).toEqual([]);
});
