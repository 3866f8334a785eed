import { AmbientPath, pathOf } from '../ambient/path';
import { EgressAnswer, egressVerdict } from '../egress/egress';
import { hostOfService, RegistryEntry } from '../egress/registry';
import { EgressScope } from '../egress/scope';
import { targetPortOf, World } from '../model/world';
import { ClientTls, clientTls, endpointOf } from '../mtls/client';
import { Source } from '../question';
import { Service, Workload } from '../workload';

/** One name under which a port of a pod is called: that of a Service, or its address. */
export interface Way {
  readonly service?: Service;
  readonly servicePort?: number;
  /** the host that istiod knows the Service by */
  readonly entry?: RegistryEntry;
  /** the host of a Service that is taken to be there, because neither it nor its pods are shown */
  readonly presumed?: RegistryEntry;
}

/** What a client writes into the connection. */
export type Speech = 'http' | 'tcp' | 'tls';

/** How a connection travels that is opened in a certain way. */
export interface Travel {
  readonly path: AmbientPath;
  /** what the proxy of the client lets out */
  readonly egress: 'allow' | 'refused' | { readonly unknown: string };
  readonly sent: ClientTls | undefined;
  readonly way: Way;
}

const DIRECT: Way = {};

/** The ways in which clients can call a port of a workload that differ in what becomes of the call. */
export function waysTo(world: World, client: Source, destination: Workload, port: number): readonly Way[] {
  const mode = 'workload' in client ? client.workload.mode : 'none';
  if (mode === 'none') {
    return [DIRECT];
  }
  const services = servicesAt(world, destination, port);
  return services.length > 0 ? [...services, DIRECT] : isPresumed(world, destination)
    ? [{ presumed: presumedHost(world, destination, port), servicePort: port }, DIRECT] : [DIRECT];
}

/** Whether a Service is taken to be there: where pods are told of and not shown, so are their Services. */
export function isPresumed(world: World, { kind, mode, namespace, labels }: Workload): boolean {
  return (kind === 'Hypothetical' || kind === 'Declared') && mode !== 'none' && world.servicesOf({ namespace, labels } as Workload).length === 0;
}

function presumedHost({ snapshot: { mesh } }: World, { namespace, name }: Workload, port: number): RegistryEntry {
  return {
    hostname: hostOfService({ namespace, name }, mesh),
    namespace,
    kind: 'Service',
    object: { kind: 'Service', namespace, name },
    external: false,
    resolution: 'balanced',
    ports: [{ number: port, target: port, transport: 'TCP', protocol: 'UNKNOWN' }],
    addresses: [],
    visibleTo: new Set(['*']),
    endpoints: [],
  };
}

const known = new WeakMap<World, Map<Workload, Map<number, Way[]>>>();

function servicesAt(world: World, destination: Workload, port: number): readonly Way[] {
  let byWorkload = known.get(world);
  if (byWorkload === undefined) {
    byWorkload = new Map();
    known.set(world, byWorkload);
  }
  let byPort = byWorkload.get(destination);
  if (byPort === undefined) {
    byPort = new Map();
    for (const service of destination.kind === 'Hypothetical' ? [] : world.servicesOf(destination)) {
      for (const { port: servicePort, protocol } of service.ports) {
        const target = protocol === 'TCP' ? targetPortOf(service, servicePort, destination) : undefined;
        if (target !== undefined) {
          byPort.set(target, [...byPort.get(target) ?? [], { service, servicePort, entry: world.entryOf(service) }]);
        }
      }
    }
    byWorkload.set(destination, byPort);
  }
  return byPort.get(port) ?? [];
}

/** Decides how a connection travels: what the proxy of the client makes of it, and where the mesh sees it. */
export function travel(world: World, client: Source, destination: Workload, { port, way, speech }: {
  readonly port: number; readonly way: Way; readonly speech: Speech;
}): Travel {
  const { service, servicePort, presumed, entry } = way;
  const workload = 'workload' in client ? client.workload : undefined;
  const egress = workload?.mode !== 'sidecar' ? undefined
    : presumed !== undefined ? toPresumed(world, workload, presumed)
      : service === undefined && destination.addresses.length === 0 ? toSomeAddress(world, workload, port, speech)
        : egressVerdict(world.egress, {
          client: workload,
          host: entry?.hostname,
          address: service === undefined ? destination.addresses[0] : undefined,
          port: servicePort ?? port,
          speaks: speech,
        });
  const named = service !== undefined && egress?.way !== 'passed-through' ? service : undefined;
  const target = presumed !== undefined ? { kind: 'Service' as const, namespace: destination.namespace, name: destination.name, labels: {}, headless: false, port } : named === undefined ? undefined : {
    kind: 'Service' as const, namespace: named.namespace, name: named.name, labels: named.labels, headless: named.clusterIP === 'None', port: servicePort ?? port,
  };
  const { mesh } = world.snapshot;
  const path = pathOf({ source: client, destination, target, port, protocol: 'TCP' }, { mesh, waypoints: world.waypoints });
  return {
    path,
    egress: egress === undefined || egress.verdict === 'allow' ? 'allow' : egress.verdict === 'unknown' ? { unknown: egress.reason } : 'refused',
    sent: workload === undefined || workload.mode === 'none' ? undefined : clientTls(world.clients, {
      client: workload,
      entry: presumed ?? entry,
      port: servicePort ?? port,
      endpoint: endpointOf(destination, port),
    }),
    way,
  };
}

type Answers = Map<string, EgressAnswer>;

const ofScopes = new WeakMap<EgressScope, Answers>();
const ofAnnotated = new WeakMap<Workload, Answers>();

/** Calls to pods whose address nobody knows: equal for all clients of one scope, but for those that say what their proxy takes. */
function toSomeAddress({ egress }: World, client: Workload, port: number, speech: Speech): EgressAnswer {
  const scope = egress.scopeOf(client);
  const saying = Object.keys(client.annotations).some((key) => key.includes('sidecar.istio.io/'));
  const answers = (saying ? ofAnnotated.get(client) : ofScopes.get(scope)) ?? new Map<string, EgressAnswer>();
  if (saying) {
    ofAnnotated.set(client, answers);
  } else {
    ofScopes.set(scope, answers);
  }
  const key = `${port} ${speech}`;
  const answer = answers.get(key) ?? egressVerdict(egress, { client, port, speaks: speech });
  answers.set(key, answer);
  return answer;
}

/** A Sidecar knows a host or it does not; what it does not know is called by the address of the pod. */
function toPresumed({ egress }: World, client: Workload, host: RegistryEntry): Pick<EgressAnswer, 'verdict' | 'way' | 'reason'> {
  const scope = egress.scopeOf(client);
  const knows = scope.knows(host, host.ports[0]);
  return knows === 'known' ? { verdict: 'allow', way: 'known', reason: scope.text }
    : knows === 'perhaps' ? { verdict: 'unknown', way: 'unknown', reason: `${scope.text}; whether it knows ${host.hostname} depends on what is not shown` }
      : { verdict: 'connection-reset', way: 'refused', reason: scope.text };
}
