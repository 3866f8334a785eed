import { defineRule } from '../rule';
import { undeclaredPorts } from '../workload/undeclared-ports';

/** An ExternalName Service has a port that sidecars take for TCP or guess about. */
export const externalNamePort = defineRule({
  id: 'egress/external-name-port',
  severity: 'warning',
  effect: 'a TCP port without an address listens for every address: it can catch calls of the number that were meant for somebody else',
  fix: 'name the port after what it speaks (http, https, tls …), or use a ServiceEntry with addresses',
  aliases: ['IST0150'],
}, (snapshot) => undeclaredPorts(snapshot).filter(({ external }) => external).map(({ manifest, path, port }) => (
  { manifest, path, message: `port ${port.port} of an ExternalName Service is ${port.name === 'tcp' ? 'named tcp' : 'not named after a protocol'}` })));
