import { Arrival, namesOf } from './arrival';
import { Asked } from './attach';
import { PortProtocol, portProtocolOf, protocolOf } from './ports';
import { behindChain } from './sidecar';
import { listOf, Manifest, namespaceOf, NaiveQuery, NaiveVerdict, NaiveWorkload, NaiveWorld, NotModelled, workloadOf } from './world';

/** What a waypoint was asked for, as it stands in a query. */
export function askedOf({ to, conn }: NaiveQuery): Asked {
  const name = to.serviceEntry ?? conn.service;
  if (name === undefined) {
    return { kind: 'Pod' };
  }
  return { kind: to.serviceEntry === undefined ? 'Service' : 'ServiceEntry', namespace: name.split('/')[0], name: name.split('/')[1] };
}

/** The policies of a waypoint see the port and the address that were asked for, and the identity that the tunnel brought. */
export function waypointVerdict(
  world: NaiveWorld, waypoint: NaiveWorkload, query: NaiveQuery, arrival: Arrival, asked: Asked,
): NaiveVerdict {
  if (arrival.tls === 'none') {
    throw new NotModelled('plaintext at a waypoint');
  }
  const { protocol, ip } = targetOf(world, query, asked);
  const layer = protocol === 'auto' ? arrival.bytes : protocol;
  const names = namesOf(arrival.principal);
  return behindChain(world, waypoint, query, { arrival, layer, names, secure: true, ip, port: askedPort(query, asked), asked });
}

export function askedPort({ to }: NaiveQuery, asked: Asked): number {
  return asked.kind === 'Pod' ? to.port : to.servicePort ?? to.port;
}

function targetOf(world: NaiveWorld, query: NaiveQuery, asked: Asked): { protocol: PortProtocol; ip: string } {
  if (asked.kind === 'Pod') {
    const pod = workloadOf(world, query.to.workload ?? '');
    return { protocol: portProtocolOf(world, pod, query.to.port), ip: pod.ip };
  }
  const object = world.objects.find((one) => one.kind === asked.kind
    && namespaceOf(one) === asked.namespace && one.metadata.name === asked.name);
  const number = askedPort(query, asked);
  const port = listOf<Manifest>(object?.spec.ports).find((one) => (one.port ?? one.number) === number);
  if (port === undefined) {
    throw new NotModelled(`${asked.kind} ${asked.namespace}/${asked.name} has no port ${number}`);
  }
  const protocol = asked.kind === 'Service' ? protocolOf(port) : protocolOf({ name: port.protocol });
  return { protocol, ip: query.to.ip ?? object.spec.clusterIP ?? object.spec.addresses?.[0] ?? '0.0.0.0' };
}
