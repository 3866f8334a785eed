import { conflictingProtocols } from '../../../src/checks/workload/conflicting-protocols';
import { findings, found } from '../found';
import { deployed } from './deployments';

const WEB = ['Deployment shop/web metadata.name'];

test('one port with two transport protocols is found, as istioctl does', () => {
  const both = deployed('[{name: tcp-dns, port: 53}]', '[{name: dns, port: 53, protocol: UDP}]');
  expect(findings(conflictingProtocols, both)).toMatchObject([{ object: { name: 'web' }, aliases: ['IST0116'] }]);
});

test('one port that is HTTP in one Service and TCP in the other is found, which istioctl does not see', () => {
  const both = deployed('[{name: http, port: 80}]', '[{name: tcp, port: 80}]');
  expect(found(conflictingProtocols, both)).toEqual(WEB);
  expect(findings(conflictingProtocols, both)).toMatchObject([{ aliases: [] }]);
});

test('Services that agree, or that are not for the same pods, are not found', () => {
  expect(found(conflictingProtocols, deployed('[{name: http, port: 80}]', '[{name: http-web, port: 80}]'))).toEqual([]);
  expect(found(conflictingProtocols, deployed('[{name: http, port: 80}]', '[{name: tcp, port: 81}]'))).toEqual([]);
  const elsewhere = deployed('[{name: http, port: 80}]', '[{name: tcp, port: 80}]').replace('name: web-1, namespace: shop', 'name: web-1, namespace: other');
  expect(found(conflictingProtocols, elsewhere)).toEqual([]);
});

test('pods outside of the mesh do not mind', () => {
  const out = deployed('[{name: http, port: 80}]', '[{name: tcp, port: 80}]').replace('labels: {app: web}}}', 'labels: {app: web, sidecar.istio.io/inject: "false"}}}');
  expect(found(conflictingProtocols, out)).toEqual([]);
});
