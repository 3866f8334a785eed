import { difference } from '../network/intervals';
import { isNoPort, portsText } from '../network/port-sets';
import { comparedPairs, Peer } from '../network/queries/network-tables';
import { AccessConfig, accessTablesOf, addressBlocks } from '../relation/queries/access-tables';
import { Guard, RequestSet } from '../relation/queries/request-sets';

/** What passes between the peers of a set, a line each; ranges of addresses are called by their first one. */
export function connectionTexts(config: AccessConfig): string[] {
  const pairs = comparedPairs([config], addressBlocks([config]));
  const [{ cells }] = accessTablesOf([config]);
  return pairs.flatMap(({ in: [pair] }, i) => {
    const allowed = textOf(cells[i]);
    return pair === undefined || allowed === undefined ? [] : [`${peerText(pair.from)} => ${peerText(pair.to)}: ${allowed}`];
  });
}

function peerText(peer: Peer): string {
  return 'address' in peer ? `from ${peer.address} on` : peer.workload.id;
}

/** Nothing: undefined. */
function textOf({ ports: { allowed, unknown }, guard }: RequestSet): string | undefined {
  const refused = (guard ?? []).filter(({ http, tcp }) => [http, tcp].every((condition) => condition.is === 'constant' && !condition.value));
  const left = refused.reduce((ports, { first, last }) => ({ ...ports, TCP: difference(ports.TCP, [{ first, last }]) }), allowed);
  const parts = [
    ...(isNoPort(left) ? [] : [portsText(left)]),
    ...(isNoPort(unknown) ? [] : [`perhaps ${portsText(unknown)}`]),
    ...(guard === undefined || !isPartial(guard) ? [] : ['some requests on TCP']),
  ];
  return parts.length === 0 ? undefined : parts.join(', ');
}

function isPartial(guard: Guard): boolean {
  return guard.some(({ http, tcp }) => http.is !== 'constant' || tcp.is !== 'constant' || http.value !== tcp.value);
}
