import { ALL_PORTS, differenceOfPorts, hasPort, intersectionOfPorts, isNoPort, NO_PORTS, PortSets, unionOfPorts } from './port-sets';
import { TransportProtocol } from '../workload';

/** What surely passes, and what passes if everything that is not known turns out well; the latter holds the former. */
export interface Reach {
  readonly allowed: PortSets;
  readonly possible: PortSets;
}

/** What passes between two ends. */
export interface Connections {
  readonly allowed: PortSets;
  /** may pass or not, nobody can tell from what is known; nothing of what is allowed */
  readonly unknown: PortSets;
}

export const EVERYTHING: Reach = { allowed: ALL_PORTS, possible: ALL_PORTS };
export const NOTHING: Reach = { allowed: NO_PORTS, possible: NO_PORTS };
export const ANYTHING: Reach = { allowed: NO_PORTS, possible: ALL_PORTS };

/** What two guards in a row let pass. */
export function bothReach(a: Reach, b: Reach): Reach {
  if (a === b || b === EVERYTHING || a === NOTHING) {
    return a;
  }
  if (a === EVERYTHING || b === NOTHING) {
    return b;
  }
  return { allowed: intersectionOfPorts(a.allowed, b.allowed), possible: intersectionOfPorts(a.possible, b.possible) };
}

/** What one of two rules lets pass. */
export function eitherReach(a: Reach, b: Reach): Reach {
  if (a === b || b === NOTHING) {
    return a;
  }
  if (a === NOTHING) {
    return b;
  }
  return { allowed: unionOfPorts(a.allowed, b.allowed), possible: unionOfPorts(a.possible, b.possible) };
}

/** What passes when one of the readings is true and nobody knows which. */
export function whicheverReach(readings: readonly Reach[]): Reach {
  return readings.length === 1 ? readings[0] : readings.reduce((all, one) => ({
    allowed: intersectionOfPorts(all.allowed, one.allowed), possible: unionOfPorts(all.possible, one.possible),
  }));
}

/** Whether a connection to one port passes; undefined is unknown. */
export function reaches({ allowed, possible }: Reach, protocol: TransportProtocol, port: number): boolean | undefined {
  return hasPort(allowed, protocol, port) ? true : hasPort(possible, protocol, port) ? undefined : false;
}

const connections = new WeakMap<Reach, Connections>();

/** A reach as two sets that share nothing; one object for each reach. */
export function connectionsOfReach(reach: Reach): Connections {
  let known = connections.get(reach);
  if (known === undefined) {
    const { allowed, possible } = reach;
    known = { allowed, unknown: allowed === possible ? NO_PORTS : differenceOfPorts(possible, allowed) };
    connections.set(reach, known);
  }
  return known;
}

/** Whether nothing passes for sure. */
export function isNoConnection({ allowed, unknown }: Connections): boolean {
  return isNoPort(allowed) && isNoPort(unknown);
}
