import { unknownDestinationHost } from '../../../src/checks/egress/unknown-destination-host';
import { found, networking, service } from '../found';

const rule = (host: string, namespace = 'shop') => networking('DestinationRule', namespace, 'r', `{host: '${host}'}`);
const entry = (hosts: string, more = '') => networking('ServiceEntry', 'egress', 'e', `{hosts: ${hosts}, ports: [{number: 443, name: tls, protocol: TLS}]${more}}`);
const FOUND = ['DestinationRule shop/r spec.host'];

test('a host that nobody knows', () => {
  expect(found(unknownDestinationHost, rule('wbe') + service('shop', 'web'))).toEqual(FOUND);
  expect(found(unknownDestinationHost, rule('web.shop.svc.cluster.local'))).toEqual(FOUND);
  expect(found(unknownDestinationHost, rule('api.example.com') + entry('["*.example.org"]'))).toEqual(FOUND);
  expect(found(unknownDestinationHost, rule('*.example.com') + entry('[api.example.org]'))).toEqual(FOUND);
});

test.each([
  ['a Service by its short name', rule('web') + service('shop', 'web')],
  ['a Service of another namespace', rule('web.shop.svc.cluster.local', 'front') + service('shop', 'web')],
  ['a host of a ServiceEntry', rule('api.example.com') + entry('[api.example.com]')],
  ['a host that a wildcard covers', rule('api.example.com') + entry('["*.example.com"]')],
  ['a wildcard that covers a host', rule('*.example.com') + entry('[api.example.com]')],
  ['all Services of a namespace', rule('*.shop.svc.cluster.local')],
  ['all Services', rule('*.local')],
])('%s is known', (_, yaml) => {
  expect(found(unknownDestinationHost, yaml)).toEqual([]);
});

test('a host that is not shown to the namespace of the rule is not known there', () => {
  expect(found(unknownDestinationHost, rule('api.example.com') + entry('[api.example.com]', ', exportTo: ["."]'))).toEqual(FOUND);
  expect(found(unknownDestinationHost, rule('api.example.com') + entry('[api.example.com]', ', exportTo: [shop]'))).toEqual([]);
});
