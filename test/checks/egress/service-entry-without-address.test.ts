import { serviceEntryWithoutAddress } from '../../../src/checks/egress/service-entry-without-address';
import { found, networking } from '../found';

const entry = (more = '', protocol = 'TCP') => networking('ServiceEntry', 'shop', 'e', `{hosts: [db.example.com], ports: [{number: 5432, name: db, protocol: "${protocol}"}]${more}}`);
const FOUND = ['ServiceEntry shop/e spec.ports[0]'];

test.each(['TCP', 'tcp', ''])('a port of protocol "%s" without an address', (protocol) => {
  expect(found(serviceEntryWithoutAddress, entry('', protocol))).toEqual(FOUND);
});

test('other protocols, and addresses that are listed or allocated', () => {
  expect(found(serviceEntryWithoutAddress, entry('', 'TLS'))).toEqual([]);
  expect(found(serviceEntryWithoutAddress, entry(', addresses: [10.0.0.1]'))).toEqual([]);
  expect(found(serviceEntryWithoutAddress, entry(', resolution: DNS'))).toEqual([]);
  expect(found(serviceEntryWithoutAddress, entry().replace(/\}\n$/, ', status: {addresses: [{value: 240.240.0.1}]}}\n'))).toEqual([]);
});

test('nothing is allocated where istiod was told not to', () => {
  expect(found(serviceEntryWithoutAddress, entry(', resolution: DNS').replace('name: e', 'name: e, labels: {networking.istio.io/enable-autoallocate-ip: "false"}'))).toEqual(FOUND);
  expect(found(serviceEntryWithoutAddress, entry(', resolution: DNS'), { mesh: { flags: { PILOT_ENABLE_IP_AUTOALLOCATE: false } } })).toEqual(FOUND);
});
