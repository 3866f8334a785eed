import { TransportProtocol } from '../workload';
import { difference, equalIntervals, holds, Interval, intersection, Intervals, union } from './intervals';

export type PortRange = Interval<number>;

/** What may pass between two ends: ports of each protocol, and whether everything else that is IP may pass too. */
export interface PortSets {
  readonly TCP: Intervals<number>;
  readonly UDP: Intervals<number>;
  readonly SCTP: Intervals<number>;
  /** protocols without ports that policies can name (ICMP and others): only what has no condition on ports lets them pass */
  readonly other: boolean;
}

export const PROTOCOLS: readonly TransportProtocol[] = ['TCP', 'UDP', 'SCTP'];
export const EVERY_PORT: Intervals<number> = [{ first: 1, last: 65535 }];
export const NO_PORTS: PortSets = { TCP: [], UDP: [], SCTP: [], other: false };
export const ALL_PORTS: PortSets = { TCP: EVERY_PORT, UDP: EVERY_PORT, SCTP: EVERY_PORT, other: true };

/** Ports of one protocol and nothing of the others. */
export function portsOf(protocol: TransportProtocol, ports: Intervals<number>): PortSets {
  return { ...NO_PORTS, [protocol]: ports };
}

/** What one of the sets lets pass. */
export function unionOfPorts(a: PortSets, b: PortSets): PortSets {
  if (a === b || a === ALL_PORTS || b === NO_PORTS) {
    return a;
  }
  if (b === ALL_PORTS || a === NO_PORTS) {
    return b;
  }
  return simplified({ TCP: union(a.TCP, b.TCP), UDP: union(a.UDP, b.UDP), SCTP: union(a.SCTP, b.SCTP), other: a.other || b.other });
}

/** What both sets let pass. */
export function intersectionOfPorts(a: PortSets, b: PortSets): PortSets {
  if (a === b || a === NO_PORTS || b === ALL_PORTS) {
    return a;
  }
  if (b === NO_PORTS || a === ALL_PORTS) {
    return b;
  }
  return simplified({
    TCP: intersection(a.TCP, b.TCP), UDP: intersection(a.UDP, b.UDP), SCTP: intersection(a.SCTP, b.SCTP), other: a.other && b.other,
  });
}

/** What the first set lets pass and the second one does not. */
export function differenceOfPorts(a: PortSets, b: PortSets): PortSets {
  if (a === b || a === NO_PORTS || b === ALL_PORTS) {
    return NO_PORTS;
  }
  if (b === NO_PORTS) {
    return a;
  }
  return simplified({
    TCP: difference(a.TCP, b.TCP), UDP: difference(a.UDP, b.UDP), SCTP: difference(a.SCTP, b.SCTP), other: a.other && !b.other,
  });
}

/** Whether a connection to the port may pass. */
export function hasPort(ports: PortSets, protocol: TransportProtocol, port: number): boolean {
  return holds(ports[protocol], port);
}

/** Whether two sets let the same pass. */
export function equalPorts(a: PortSets, b: PortSets): boolean {
  return a === b || (a.other === b.other && PROTOCOLS.every((protocol) => equalIntervals(a[protocol], b[protocol])));
}

/** Whether the outer set lets pass whatever the inner one does. */
export function containsPorts(outer: PortSets, inner: PortSets): boolean {
  return isNoPort(differenceOfPorts(inner, outer));
}

/** Whether nothing may pass. */
export function isNoPort(ports: PortSets): boolean {
  return ports === NO_PORTS || (!ports.other && PROTOCOLS.every((protocol) => ports[protocol].length === 0));
}

/** Whether every port of every protocol may pass, whatever happens to protocols without ports. */
export function isEveryPort(ports: PortSets): boolean {
  return ports === ALL_PORTS || PROTOCOLS.every((protocol) => equalIntervals(ports[protocol], EVERY_PORT));
}

/** The one text of a set: `all`, `none` or `tcp/80,8080-8090 udp/all`. */
export function portsText(ports: PortSets): string {
  if (ports === ALL_PORTS || (ports.other && isEveryPort(ports))) {
    return 'all';
  }
  const parts = PROTOCOLS.filter((protocol) => ports[protocol].length > 0).map((protocol) => `${protocol.toLowerCase()}/${rangesText(ports[protocol])}`);
  return [...parts, ...(ports.other ? ['other'] : [])].join(' ') || 'none';
}

function rangesText(ranges: Intervals<number>): string {
  return equalIntervals(ranges, EVERY_PORT) ? 'all' : ranges.map(({ first, last }) => (first === last ? `${first}` : `${first}-${last}`)).join(',');
}

/** The two sets that most comparisons meet are one object each. */
function simplified(ports: PortSets): PortSets {
  if (isNoPort(ports)) {
    return NO_PORTS;
  }
  return ports.other && isEveryPort(ports) ? ALL_PORTS : ports;
}
