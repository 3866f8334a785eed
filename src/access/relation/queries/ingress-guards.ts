import { all, any, Condition, FALSE, not, TRUE } from '../../condition';
import { NO_PORTS, portsOf, PortSets, unionOfPorts } from '../../network/port-sets';
import { Peer } from '../../network/queries/network-tables';
import { Manifest } from '../../objects';
import { mapping, mappings, text } from '../../snapshot/fields';
import { exactPattern, PatternPart, stringPattern } from '../../text-pattern';
import { selects, Service, Workload } from '../../workload';
import { simplify } from '../solve';
import { bothGuards, Guard, slices } from './request-sets';

/** What Ingresses make their controller ask of one peer. */
export interface IngressAccess {
  readonly ports: PortSets;
  readonly guard: Guard;
}

/** What the pods of an ingress controller ask of others. */
export interface IngressGuards {
  /** undefined for everybody else, who does as he likes */
  of(from: Peer, to: Peer): IngressAccess | undefined;
  isController(workload: Workload): boolean;
}

/** One path of an Ingress, and the Service that it leads to. */
interface IngressPath {
  /** undefined: any */
  readonly host?: string;
  readonly path: string;
  readonly type: string;
  readonly isDefault: boolean;
  readonly namespace: string;
  readonly backend: Readonly<Record<string, unknown>>;
}

/** Services of an installed controller are called after it. */
const CONTROLLER = 'ingress-nginx';
const ANY: PatternPart = { repeat: 'any', atLeast: 0 };
const NOBODY: IngressAccess = { ports: NO_PORTS, guard: slices([]).map((range) => ({ ...range, http: FALSE, tcp: FALSE })) };

/** What Ingresses say, for the pods behind Services of an ingress controller: those ask for nothing that no Ingress sends them to. */
export function ingressGuards(ingresses: readonly Manifest[], services: readonly Service[]): IngressGuards {
  const paths = ingresses.flatMap(pathsOf);
  const requests = new Map(paths.map((path) => [path, conditionOf(path, paths)]));
  const isController = (workload: Workload) => services.some((service) => service.name.includes(CONTROLLER) && isBehind(service, workload));
  const known = new Map<string, IngressAccess>();
  const accessTo = (workload: Workload) => {
    const own = () => paths.flatMap((path) => portsAt(path, services, workload).map((port) => accessOn(port, requests.get(path)!)));
    const access = known.get(workload.id) ?? own().reduce(eitherAccess, NOBODY);
    known.set(workload.id, access);
    return access;
  };
  return {
    isController,
    of: (from, to) => {
      if (paths.length === 0 || 'address' in from || !isController(from.workload)) {
        return undefined;
      }
      return 'address' in to ? NOBODY : accessTo(to.workload);
    },
  };
}

function accessOn(port: number, http: Condition): IngressAccess {
  const own = { first: port, last: port };
  return {
    ports: portsOf('TCP', [own]),
    guard: slices([[own]]).map((range) => ({ ...range, http: range.first === port ? http : FALSE, tcp: FALSE })),
  };
}

function eitherAccess(a: IngressAccess, b: IngressAccess): IngressAccess {
  const opposite = (guard: Guard) => guard.map((part) => ({ ...part, http: not(part.http), tcp: not(part.tcp) }));
  return { ports: unionOfPorts(a.ports, b.ports), guard: opposite(bothGuards(opposite(a.guard), opposite(b.guard))!) };
}

function pathsOf({ object }: Manifest): IngressPath[] {
  const namespace = object.metadata.namespace ?? 'default';
  const spec = mapping(object.spec);
  const common = { namespace, isDefault: false };
  const rules = mappings(spec.rules).flatMap((rule) => mappings(mapping(rule.http).paths).map((path): IngressPath => ({
    ...common,
    host: text(rule.host),
    path: text(path.path) ?? '/',
    type: text(path.pathType) ?? 'ImplementationSpecific',
    backend: mapping(path.backend),
  })));
  return spec.defaultBackend === undefined ? rules
    : [...rules, { ...common, path: '/', type: 'Prefix', isDefault: true, backend: mapping(spec.defaultBackend) }];
}

/** The ports of a pod to which a path leads. */
function portsAt({ namespace, backend }: IngressPath, services: readonly Service[], workload: Workload): number[] {
  const { name, port } = mapping(backend.service);
  const { number, name: portName } = mapping(port);
  return services.filter((service) => service.namespace === namespace && service.name === name && isBehind(service, workload))
    .flatMap(({ ports }) => ports)
    .filter((one) => one.protocol === 'TCP' && (portName === undefined ? one.port === number : one.name === portName))
    .flatMap(({ targetPort, protocol }) => (typeof targetPort === 'number' ? [targetPort]
      : workload.ports.filter((one) => one.name === targetPort && one.protocol === protocol).map(({ number: own }) => own)));
}

function isBehind({ namespace, selector = {} }: Service, workload: Workload): boolean {
  return namespace === workload.namespace && Object.keys(selector).length > 0 && selects(selector, workload.labels);
}

/** The requests that take a path: those of its host and of no closer one, and of no longer path of that host. */
function conditionOf(path: IngressPath, paths: readonly IngressPath[]): Condition {
  const others = paths.filter((other) => other !== path && !other.isDefault);
  const nearer = path.isDefault ? others.map((other) => all([hostCondition(other.host), pathCondition(other)])) : [
    ...others.filter(({ host }) => hostRank(host) > hostRank(path.host)).map(({ host }) => hostCondition(host)),
    ...others.filter((other) => other.host === path.host && pathRank(other) > pathRank(path)).map(pathCondition),
  ];
  return simplify(all([hostCondition(path.host), pathCondition(path), ...nearer.map((condition) => not(condition))]), () => undefined);
}

function hostRank(host: string | undefined): number {
  return host === undefined ? 0 : host.startsWith('*') ? host.length : 1000;
}

/** The longest path wins, and of two equal ones the exact one. */
function pathRank({ path, type }: IngressPath): number {
  return path.replace(/\/$/, '').length * 2 + (type === 'Exact' ? 1 : 0);
}

/** A wildcard stands for one label; the port in a request does not matter. */
function hostCondition(host: string | undefined): Condition {
  if (host === undefined) {
    return TRUE;
  }
  if (!host.startsWith('*')) {
    return hostIs(host, [{ literal: host }]);
  }
  const end = { literal: host.slice(1) };
  return all([hostIs(host, [{ repeat: 'any', atLeast: 1 }, end]), not(hostIs(host, [ANY, { literal: '.' }, ANY, end]))]);
}

function hostIs(written: string, parts: readonly PatternPart[]): Condition {
  return any([parts, [...parts, { literal: ':' }, ANY]].map((whole): Condition => (
    { is: 'text', field: 'host', pattern: { text: written, parts: whole, ignoreCase: true } })));
}

function pathCondition({ path, type }: IngressPath): Condition {
  const of = (pattern: ReturnType<typeof exactPattern>): Condition => ({ is: 'text', field: 'path', pattern });
  if (type === 'Exact') {
    return of(exactPattern(path));
  }
  const start = path.replace(/\/$/, '');
  if (type === 'Prefix' && start !== '') {
    return any([of(exactPattern(start)), of(stringPattern(`${start}/*`))]);
  }
  return start === '' ? TRUE : of(stringPattern(`${path}*`));
}
