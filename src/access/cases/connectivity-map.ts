import { difference, intersection, Intervals } from '../network/intervals';
import { isNoPort, NO_PORTS, portsText } from '../network/port-sets';
import { AccessConfig, accessTablesOf } from '../relation/queries/access-tables';
import { Guard, GuardedPorts, RequestSet } from '../relation/queries/request-sets';

/** What passes between the peers of a set, a line each. */
export function connectionTexts(config: AccessConfig): string[] {
  const [{ cells, pairs }] = accessTablesOf([config]);
  return cells.flatMap((cell, i) => {
    const parts = textsOf(cell);
    return parts.length === 0 ? [] : [`${pairs[i]}: ${parts.join(', ')}`];
  });
}

function textsOf({ ports: { allowed, unknown }, guard = [] }: RequestSet): string[] {
  const some = intersection(allowed.TCP, portsWhere(guard, (part) => !isAlways(part, true) && !isAlways(part, false)));
  const whole = { ...allowed, TCP: difference(allowed.TCP, portsWhere(guard, (part) => !isAlways(part, true))) };
  return [
    ...(isNoPort(whole) ? [] : [portsText(whole)]),
    ...(some.length === 0 ? [] : [`some requests on ${portsText({ ...NO_PORTS, TCP: some })}`]),
    ...(isNoPort(unknown) ? [] : [`perhaps ${portsText(unknown)}`]),
  ];
}

function portsWhere(guard: Guard, test: (part: GuardedPorts) => boolean): Intervals<number> {
  return guard.filter(test).map(({ first, last }) => ({ first, last }));
}

function isAlways({ http, tcp }: GuardedPorts, value: boolean): boolean {
  return [http, tcp].every((condition) => condition.is === 'constant' && condition.value === value);
}
