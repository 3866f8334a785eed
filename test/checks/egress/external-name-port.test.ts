import { externalNamePort } from '../../../src/checks/egress/external-name-port';
import { found, service } from '../found';

const external = (ports: string) => service('shop', 'api', ports).replace('spec: {', 'spec: {type: ExternalName, externalName: api.example.com, ');

test.each(['[{port: 443}]', '[{name: nginx, port: 443}]', '[{name: tcp, port: 443}]'])('%s is found', (ports) => {
  expect(found(externalNamePort, external(ports))).toEqual(['Service shop/api spec.ports[0]']);
});

test('ports with a name that says it, and other Services, are not', () => {
  expect(found(externalNamePort, external('[{name: https, port: 443}, {name: http-api, port: 80}]'))).toEqual([]);
  expect(found(externalNamePort, service('shop', 'api', '[{name: tcp, port: 443}]'))).toEqual([]);
});
