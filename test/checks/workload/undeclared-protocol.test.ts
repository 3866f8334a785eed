import { undeclaredProtocol } from '../../../src/checks/workload/undeclared-protocol';
import { found, service } from '../found';

test.each(['[{port: 8080}]', '[{name: foo, port: 8080}]', '[{name: web-http, port: 8080}]', '[{name: http, appProtocol: foo, port: 8080}]'])('%s says nothing', (ports) => {
  expect(found(undeclaredProtocol, service('shop', 'web', ports))).toEqual(['Service shop/web spec.ports[0]']);
});

test.each([
  '[{name: http, port: 8080}]', '[{name: tcp-web, port: 8080}]', '[{name: grpc-web, port: 8080}]', '[{name: foo, appProtocol: http, port: 8080}]',
  '[{name: foo, port: 8080, protocol: UDP}]', '[{name: foo, port: 3306}]',
])('%s says it', (ports) => {
  expect(found(undeclaredProtocol, service('shop', 'web', ports))).toEqual([]);
});

test('what users did not write, and ExternalName Services, are not found', () => {
  const unnamed = service('shop', 'web', '[{port: 8080}]');
  expect(found(undeclaredProtocol, unnamed.replace('namespace: shop', 'namespace: shop, labels: {istio: pilot}'))).toEqual([]);
  expect(found(undeclaredProtocol, unnamed.replace('namespace: shop', 'namespace: shop, labels: {gateway.istio.io/managed: a}'))).toEqual([]);
  expect(found(undeclaredProtocol, unnamed.replace('spec: {', 'spec: {type: ExternalName, '))).toEqual([]);
});
