import { Condition } from '../condition';
import { targetPortOf, World } from '../model/world';
import { Intervals } from '../network/intervals';
import { mapping, mappings } from '../snapshot/fields';
import { Workload } from '../workload';

const PROXY_PORTS = [15006, 15020, 15021, 15090];
const ANNOTATIONS = /^(traffic\.sidecar\.istio\.io\/.*Ports|status\.sidecar\.istio\.io\/port)$/;
const LAST_PORT = 65535;

/** TCP ports that anything tells apart from others, of any workload: what clients and Sidecars say. */
export function commonPorts({ snapshot, registry }: World): ReadonlySet<number> {
  const found = new Set<number>();
  snapshot.workloads.forEach(({ annotations }) => annotatedPorts(annotations).forEach((port) => found.add(port)));
  snapshot.kind('networking.istio.io', 'Sidecar').forEach(({ object }) => {
    const spec = mapping(object.spec);
    [...mappings(spec.ingress), ...mappings(spec.egress)].forEach((listener) => {
      const { number } = mapping(listener.port);
      if (typeof number === 'number') {
        found.add(number);
      }
    });
  });
  registry.entries.filter(({ kind }) => kind === 'ServiceEntry').forEach(({ ports }) => ports.forEach(({ number }) => found.add(number)));
  return found;
}

function annotatedPorts(annotations: Workload['annotations']): number[] {
  return Object.entries(annotations).filter(([key]) => ANNOTATIONS.test(key))
    .flatMap(([, text]) => text.split(',').map(Number)).filter((port) => Number.isInteger(port) && port > 0);
}

/** TCP ports of a workload that its Services, policies or proxy tell apart from others; sorted. */
export function portsOfInterest(world: World, workload: Workload, common: ReadonlySet<number>, conditions: readonly Condition[]): number[] {
  const found = new Set(common);
  conditions.forEach((condition) => conditionPorts(condition, found));
  workload.ports.filter(({ protocol }) => protocol === 'TCP').forEach(({ number }) => found.add(number));
  world.servicesOf(workload).forEach((service) => service.ports.forEach(({ port }) => {
    const target = targetPortOf(service, port, workload);
    if (target !== undefined) {
      found.add(target);
    }
  }));
  if (workload.mode === 'sidecar' || workload.mode === 'gateway') {
    world.inboundOf(workload).mtls.ports.forEach((_, port) => found.add(port));
    PROXY_PORTS.forEach((port) => found.add(port));
  }
  if (workload.mode === 'gateway') {
    world.gateways.servers.of(workload).forEach(({ podPort }) => found.add(podPort));
  }
  if (workload.mode === 'ambient') {
    // the tunnel itself
    found.add(15008);
  }
  return [...found].filter((port) => port >= 1 && port <= LAST_PORT).sort((a, b) => a - b);
}

function conditionPorts(condition: Condition, found: Set<number>): void {
  switch (condition.is) {
    case 'all':
    case 'any': condition.of.forEach((part) => conditionPorts(part, found)); break;
    case 'not': conditionPorts(condition.of, found); break;
    case 'port': found.add(condition.number); break;
    default:
  }
}

/** Ports that nothing tells apart, and one that stands for them. */
export interface PortClass {
  readonly port: number;
  readonly ports: Intervals<number>;
}

/** Cuts ports into those that are told apart and all others. */
export function portClasses(ports: Intervals<number>, told: readonly number[]): PortClass[] {
  const classes: PortClass[] = [];
  const rest: { first: number; last: number }[] = [];
  for (const { first, last } of ports) {
    let start = first;
    for (const port of told) {
      if (port >= start && port <= last) {
        classes.push({ port, ports: [{ first: port, last: port }] });
        if (port > start) {
          rest.push({ first: start, last: port - 1 });
        }
        start = port + 1;
      }
    }
    if (start <= last) {
      rest.push({ first: start, last });
    }
  }
  return rest.length === 0 ? classes : [...classes, { port: rest[0].first, ports: rest }];
}
