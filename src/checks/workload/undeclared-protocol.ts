import { defineRule } from '../rule';
import { undeclaredPorts } from './undeclared-ports';

/** A Service does not say what its port speaks. */
export const undeclaredProtocol = defineRule({
  id: 'workload/undeclared-protocol',
  severity: 'note',
  effect: 'the first bytes of each connection decide: whoever sends something else than HTTP is judged by the rules for TCP',
  fix: 'begin the name of the port with its protocol (http, grpc, tcp …), or set appProtocol',
  aliases: ['IST0118', 'KIA0601'],
}, (snapshot) => undeclaredPorts(snapshot).filter(({ external }) => !external).map(({ manifest, path, port }) => (
  { manifest, path, message: `nothing says what port ${port.port}${port.name === undefined ? '' : ` (${port.name})`}, which leads to ${port.targetPort}, speaks` })));
