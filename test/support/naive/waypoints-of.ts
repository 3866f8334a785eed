import { Asked } from './attach';
import { servicePortsOf } from './ports';
import { Manifest, namespaceOf, NaiveQuery, NaiveWorkload, NaiveWorld } from './world';

interface Passed {
  readonly waypoint: NaiveWorkload;
  readonly asked: Asked;
}

/** The waypoint between a client of the mesh and a server, if any: of the Service that was asked for, else of the pod. */
export function waypointFor(
  world: NaiveWorld, client: NaiveWorkload | undefined, server: NaiveWorkload, query: NaiveQuery,
): Passed | undefined {
  // gateways and waypoints go straight to whom they choose
  if (client === undefined || !['ambient', 'sidecar'].includes(client.mode)) {
    return undefined;
  }
  const service = query.conn.via === 'pod-ip' ? undefined : servicePortsOf(world, server, query.to.port)
    .find(({ port }) => query.to.servicePort === undefined || port.port === query.to.servicePort)?.service;
  const home = world.objects.find((one) => one.kind === 'Namespace' && one.metadata.name === server.namespace);
  const ofService = service && named(world, [service, home], server.namespace, 'service');
  if (service !== undefined) {
    return ofService && { waypoint: ofService, asked: { kind: 'Service', namespace: namespaceOf(service), name: service.metadata.name } };
  }
  const ofPod = named(world, [{ metadata: { labels: server.labels } }, home], server.namespace, 'workload');
  return ofPod && { waypoint: ofPod, asked: { kind: 'Pod' } };
}

/** The label of the object itself, else of its namespace; the waypoint has to be there for such things. */
function named(world: NaiveWorld, objects: (Manifest | undefined)[], home: string, kind: string): NaiveWorkload | undefined {
  const labels = objects.map((object) => object?.metadata.labels ?? {}).find((own) => own['istio.io/use-waypoint'] !== undefined);
  const name = labels?.['istio.io/use-waypoint'];
  const namespace = labels?.['istio.io/use-waypoint-namespace'] ?? home;
  const gateway = world.objects.find((one) => one.kind === 'Gateway' && one.metadata.name === name && namespaceOf(one) === namespace);
  const serves = gateway?.metadata.labels?.['istio.io/waypoint-for'] ?? 'service';
  return gateway === undefined || ![kind, 'all'].includes(serves) ? undefined
    : world.workloads.find((one) => one.mode === 'waypoint' && one.name === name && one.namespace === namespace);
}
