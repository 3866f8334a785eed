import { conflictingPorts } from '../../../src/checks/workload/conflicting-ports';
import { found } from '../found';
import { deployed } from './deployments';

test('one port of the pods by two numbers', () => {
  expect(found(conflictingPorts, deployed('[{name: http, port: 80, targetPort: 8080}]', '[{name: http, port: 8080}]'))).toEqual(['Deployment shop/web metadata.name']);
  expect(found(conflictingPorts, deployed('[{name: a, port: 80, targetPort: web}, {name: b, port: 81, targetPort: web}]'))).toEqual(['Deployment shop/web metadata.name']);
});

test('one number, or ports of their own', () => {
  expect(found(conflictingPorts, deployed('[{name: http, port: 80, targetPort: 8080}]', '[{name: http, port: 80, targetPort: 8080}]'))).toEqual([]);
  expect(found(conflictingPorts, deployed('[{name: http, port: 80, targetPort: 8080}]', '[{name: http, port: 81}]'))).toEqual([]);
});
