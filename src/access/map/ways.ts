import { acceptsTunnel, AmbientPath, pathOf } from '../ambient/path';
import { egressVerdict } from '../egress/egress';
import { ClientTls, clientTls, endpointOf } from '../mtls/client';
import { targetPortOf, World } from '../model/world';
import { Source } from '../question';
import { Service, Workload } from '../workload';

/** One name under which a port of a pod is called: that of a Service, or its address. */
export interface Way {
  readonly service?: Service;
  readonly servicePort?: number;
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
  return services.length === 0 ? [DIRECT] : [...services, DIRECT];
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
          byPort.set(target, [...byPort.get(target) ?? [], { service, servicePort }]);
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
  const { service, servicePort } = way;
  const workload = 'workload' in client ? client.workload : undefined;
  const egress = workload === undefined || workload.mode !== 'sidecar' ? undefined : egressVerdict(world.egress, {
    client: workload,
    host: service === undefined ? undefined : world.entryOf(service)?.hostname,
    address: service === undefined ? destination.addresses[0] : undefined,
    port: servicePort ?? port,
    speaks: speech,
  });
  const named = service !== undefined && egress?.way !== 'passed-through' ? service : undefined;
  const target = named === undefined ? undefined : {
    kind: 'Service' as const, namespace: named.namespace, name: named.name, labels: named.labels, headless: named.clusterIP === 'None', port: servicePort ?? port,
  };
  const { mesh } = world.snapshot;
  const path = pathOf({ source: client, destination, target, port, protocol: 'TCP' }, { mesh, waypoints: world.waypoints });
  return {
    path,
    egress: egress === undefined || egress.verdict === 'allow' ? 'allow' : egress.verdict === 'unknown' ? { unknown: egress.reason } : 'refused',
    sent: workload === undefined || workload.mode === 'none' ? undefined : clientTls(world.clients, {
      client: workload,
      entry: service === undefined ? undefined : world.entryOf(service),
      port: servicePort ?? port,
      endpoint: endpointOf(destination, port),
    }),
    way,
  };
}

/** Whether NetworkPolicy sees something else than the port that is called: a tunnel, or a waypoint in between. */
export function mayTunnel(world: World, client: Source, destination: Workload): boolean {
  return 'workload' in client && client.workload.mode !== 'none' && (client.workload.mode === 'ambient' || destination.mode === 'ambient')
    && (client.workload.mode === 'ambient' || acceptsTunnel(destination, world.snapshot.mesh));
}
