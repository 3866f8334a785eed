import { conflictingServiceEntries } from '../../../src/checks/egress/conflicting-service-entries';
import { found, networking } from '../found';

const entry = (namespace: string, name: string, protocol: string, { host = 'api.example.com', port = 443, more = '' } = {}) => (
  networking('ServiceEntry', namespace, name, `{hosts: [${host}], ports: [{number: ${port}, name: a, protocol: ${protocol}}]${more}}`));
const BOTH = ['ServiceEntry a/x spec.ports[0].protocol', 'ServiceEntry b/y spec.ports[0].protocol'];
const to = (exportTo: string) => ({ more: `, exportTo: ["${exportTo}"]` });

test('one port of one host with two protocols, where somebody sees both', () => {
  expect(found(conflictingServiceEntries, entry('a', 'x', 'HTTP') + entry('b', 'y', 'HTTPS'))).toEqual(BOTH);
  expect(found(conflictingServiceEntries, entry('a', 'x', 'HTTP', to('.')) + entry('b', 'y', 'HTTPS'))).toEqual(BOTH);
  expect(found(conflictingServiceEntries, entry('a', 'x', 'HTTP', to('c')) + entry('b', 'y', 'HTTPS', to('c')))).toEqual(BOTH);
});

test('entries that agree, that are for other ports or hosts, or that nobody sees together', () => {
  expect(found(conflictingServiceEntries, entry('a', 'x', 'HTTP') + entry('b', 'y', 'http'))).toEqual([]);
  expect(found(conflictingServiceEntries, entry('a', 'x', 'HTTP') + entry('b', 'y', 'HTTPS', { port: 80 }))).toEqual([]);
  expect(found(conflictingServiceEntries, entry('a', 'x', 'HTTP') + entry('b', 'y', 'HTTPS', { host: 'other.example.com' }))).toEqual([]);
  expect(found(conflictingServiceEntries, entry('a', 'x', 'HTTP', to('.')) + entry('b', 'y', 'HTTPS', to('.')))).toEqual([]);
});
