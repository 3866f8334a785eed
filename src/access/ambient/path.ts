import { MeshSettings } from '../mesh-settings';
import { Source } from '../question';
import { TransportProtocol, Workload } from '../workload';
import { parseBool } from './go-values';
import { bypassesInbound } from './mode';
import { Attachment, ingressUsesWaypoint, Waypoint, WaypointIndex, waypointOfService, waypointOfWorkload } from './waypoints';

/** The Service or ServiceEntry that a client calls by its address. */
export interface PathTarget {
  readonly kind: 'Service' | 'ServiceEntry';
  readonly namespace: string;
  readonly name: string;
  readonly labels: Readonly<Record<string, string>>;
  /** has no address of its own: its clients call pods */
  readonly headless: boolean;
  /** the port of the Service */
  readonly port: number;
}

/** One connection: from whom, to whom, and by which name. */
export interface Connection {
  readonly source: Source;
  /** the pod that answers; undefined for a host outside of the cluster */
  readonly destination?: Workload;
  /** undefined: the address of the pod itself is called, or the proxy of the client does not know the Service */
  readonly target?: PathTarget;
  /** the port of the pod */
  readonly port: number;
  readonly protocol: TransportProtocol;
  /** whether mutual TLS arrives, where somebody saw it */
  readonly encrypted?: boolean;
}

/** What the way of a connection depends on beside its ends. */
export interface PathWorld {
  readonly mesh: MeshSettings;
  readonly waypoints: WaypointIndex;
}

/**
 * How a connection arrives: in a tunnel with mutual TLS (HBONE), as the client sent it, or as the proxy of the client decides from
 * DestinationRules and automatic mutual TLS.
 */
export type Transport = 'tunnel' | 'plaintext' | 'client-tls';

/** A place where something of the mesh handles the connection, and what it sees of it. */
export interface EnforcementPoint {
  /** `source-ztunnel` has no policies: it opens the tunnel */
  readonly at: 'source-ztunnel' | 'waypoint' | 'destination-ztunnel' | 'destination-sidecar' | 'destination-gateway';
  /** the pod in front of which it stands; not said of waypoints */
  readonly workload?: Workload;
  readonly waypoint?: Waypoint;
  /** what a waypoint stands for here */
  readonly target?: { readonly kind: 'Service' | 'ServiceEntry' | 'Workload'; readonly namespace: string; readonly name: string };
  readonly transport: Transport;
  /** the identity of the peer in a tunnel, without `spiffe://` */
  readonly peer?: string;
  /** the port that policies see here: of the Service at its waypoint, of the pod everywhere else */
  readonly port: number;
  /** whose address is the direct peer */
  readonly from: 'source' | 'waypoint';
}

/** One leg of the way as NetworkPolicy sees it: limits of ports are about this one, whatever is in the tunnel. */
export interface NetworkLeg {
  readonly from: 'source' | 'waypoint';
  readonly to: 'waypoint' | 'destination';
  readonly port: number;
  /** addresses that stand for the source, where its own are not seen */
  readonly sourceAddresses?: readonly string[];
}

/** The way of a connection through the mesh, in order. */
export interface AmbientPath {
  readonly points: readonly EnforcementPoint[];
  readonly legs: readonly NetworkLeg[];
  readonly reason: string;
  /** why the way cannot be decided; then the points are empty */
  readonly unknown?: string;
  /** why nothing that an application sends can arrive; then there are no points */
  readonly refused?: string;
  /** why the connection may pass the points by all the same */
  readonly mayBypass?: string;
}

export const HBONE_PORT = 15008;
/** what istio-cni gives processes of the node as address, so that ztunnel lets probes pass */
export const NODE_LOCAL_ADDRESSES: readonly string[] = ['169.254.7.127', 'fd16:9254:7127:1337:ffff:ffff:ffff:ffff'];

/** The identity of a workload, without `spiffe://`. */
export function principalOf(
  { namespace, serviceAccount }: { readonly namespace: string; readonly serviceAccount: string }, { trustDomain }: MeshSettings,
): string {
  return `${trustDomain}/ns/${namespace}/sa/${serviceAccount}`;
}

/** Whether a workload accepts tunnels: ambient mode, or a proxy that was told to. */
export function acceptsTunnel({ mode, labels, annotations }: Workload, { flags }: MeshSettings): boolean {
  if (mode === 'ambient' || mode === 'waypoint' || (labels['networking.istio.io/tunnel'] ?? '').split(',').includes('http')) {
    return true;
  }
  return mode === 'sidecar' && (parseBool(String(flags.ISTIO_META_ENABLE_HBONE ?? 'false')) === true || proxySays(annotations, 'ISTIO_META_ENABLE_HBONE'));
}

function proxySays(annotations: Workload['annotations'], name: string): boolean {
  const config = annotations['proxy.istio.io/config'];
  return config !== undefined && new RegExp(`${name}["']?\\s*:\\s*["']?true`).test(config);
}

/** Decides the way of a connection: who handles it, which identity and port each sees, and which ports NetworkPolicy sees. */
export function pathOf(connection: Connection, world: PathWorld): AmbientPath {
  const { source, destination, port, protocol } = connection;
  if (protocol !== 'TCP') {
    return { points: [], legs: direct(port), reason: `the mesh does not carry ${protocol}` };
  }
  if ('nodeLocal' in source) {
    return fromNode(connection);
  }
  if (destination?.mode === 'waypoint') {
    return { points: [], legs: direct(port), reason: '', unknown: 'connections to the pods of a waypoint itself are not modelled' };
  }
  if (destination?.mode === 'ambient' && port === HBONE_PORT) {
    return { points: [], legs: direct(port), reason: '', refused: `port ${HBONE_PORT} of a pod in ambient mode takes tunnels with a certificate of the mesh alone` };
  }
  const attached = waypointInTheWay(connection, world);
  if ('unknown' in attached) {
    return { points: [], legs: [], reason: '', unknown: attached.unknown };
  }
  return 'waypoint' in attached ? throughWaypoint(connection, attached.waypoint, world) : straight(connection, attached.none, world);
}

function direct(port: number): NetworkLeg[] {
  return [{ from: 'source', to: 'destination', port }];
}

/** Processes of the node, kubelet among them: istio-cni lets them pass ztunnel on every TCP port. */
function fromNode({ destination, port }: Connection): AmbientPath {
  if (destination?.mode === 'ambient') {
    return {
      points: [],
      legs: [{ from: 'source', to: 'destination', port, sourceAddresses: NODE_LOCAL_ADDRESSES }],
      reason: 'processes on the node of the pod pass its ztunnel by',
    };
  }
  return { points: arrival(destination, { transport: 'plaintext', port, from: 'source' }), legs: direct(port), reason: 'a process on the node has no identity' };
}

/** Only ztunnel, and gateways that are told to, send to waypoints; only addresses of services lead to the waypoint of a service. */
function waypointInTheWay({ source, destination, target, encrypted }: Connection, { waypoints }: PathWorld): Attachment {
  if (encrypted === false) {
    return { none: 'plaintext passes waypoints by' };
  }
  const mode = 'workload' in source ? source.workload.mode : 'none';
  const service = target === undefined || target.headless ? undefined : target;
  if (mode === 'gateway') {
    if (service === undefined || !ingressUsesWaypoint(waypoints, service)) {
      return { none: 'gateways pass waypoints by unless the Service asks for it' };
    }
    return waypointOfService(waypoints, service);
  }
  if (mode !== 'ambient') {
    return { none: mode === 'sidecar' ? 'sidecars pass waypoints by' : 'a client without ztunnel passes waypoints by' };
  }
  if (service !== undefined) {
    return waypointOfService(waypoints, service);
  }
  return destination === undefined ? { none: 'the host is called by its address' } : waypointOfWorkload(waypoints, destination);
}

function throughWaypoint(connection: Connection, waypoint: Waypoint, { mesh }: PathWorld): AmbientPath {
  const { source, destination, target, port } = connection;
  const at: EnforcementPoint = {
    at: 'waypoint',
    waypoint,
    target: standsFor(connection),
    transport: 'tunnel',
    ...('workload' in source ? { peer: principalOf(source.workload, mesh) } : {}),
    port: target === undefined || target.headless ? port : target.port,
    from: 'source',
  };
  const tunnel = destination !== undefined && acceptsTunnel(destination, mesh);
  const seen = tunnel ? { transport: 'tunnel', peer: principalOf(waypoint, mesh) } as const : { transport: 'plaintext' } as const;
  return {
    points: [...departure(connection), at, ...arrival(destination, { ...seen, port, from: 'waypoint' })],
    legs: [
      { from: 'source', to: 'waypoint', port: HBONE_PORT },
      { from: 'waypoint', to: 'destination', port: tunnel ? HBONE_PORT : port },
    ],
    reason: `waypoint ${waypoint.namespace}/${waypoint.name} takes it for ${textOf(at.target)}; the destination sees the identity of the waypoint`,
  };
}

function standsFor({ target, destination }: Connection): EnforcementPoint['target'] {
  if (target !== undefined && !target.headless) {
    return { kind: target.kind, namespace: target.namespace, name: target.name };
  }
  return destination === undefined ? undefined : { kind: 'Workload', namespace: destination.namespace, name: destination.name };
}

function textOf(target: EnforcementPoint['target']): string {
  return target === undefined ? 'it' : `${target.kind} ${target.namespace}/${target.name}`;
}

function straight(connection: Connection, withoutWaypoint: string, { mesh }: PathWorld): AmbientPath {
  const { source, destination, port } = connection;
  const sent = transportOf(connection, mesh);
  if (typeof sent !== 'string') {
    return { points: [], legs: [], reason: '', unknown: sent.unknown };
  }
  const peer = sent === 'tunnel' && 'workload' in source ? { peer: principalOf(source.workload, mesh) } : {};
  const last = arrival(destination, { transport: sent, ...peer, port, from: 'source' });
  const host = 'workload' in source && source.workload.hostNetwork && destination?.mode === 'ambient' && sent === 'plaintext';
  return {
    points: [...departure(connection), ...last],
    legs: direct(sent === 'tunnel' ? HBONE_PORT : port),
    reason: `${withoutWaypoint}; ${TEXTS[sent]}`,
    ...(host ? { mayBypass: 'the source is on the network of its node: pods on the same node let it pass their ztunnel by' } : {}),
  };
}

const TEXTS: Readonly<Record<Transport, string>> = {
  'tunnel': 'both ends speak HBONE',
  'plaintext': 'it is sent without an identity',
  'client-tls': 'the proxy of the client decides about TLS',
};

/** How the client's side sends without a waypoint. */
function transportOf(connection: Connection, mesh: MeshSettings): Transport | { readonly unknown: string } {
  const { source, destination, target, encrypted } = connection;
  if (encrypted !== undefined && destination?.mode === 'ambient') {
    return encrypted ? 'tunnel' : 'plaintext';
  }
  if (!('workload' in source)) {
    return 'plaintext';
  }
  const tunnel = destination !== undefined && acceptsTunnel(destination, mesh);
  const { mode, annotations } = source.workload;
  if (mode === 'ambient' || mode === 'waypoint') {
    return tunnel ? 'tunnel' : 'plaintext';
  }
  if (mode === 'none') {
    return 'plaintext';
  }
  if (destination?.mode !== 'ambient') {
    return 'client-tls';
  }
  if (target === undefined || proxySays(annotations, 'ISTIO_META_DISABLE_HBONE_SEND')) {
    return 'plaintext';
  }
  if (destination.labels['security.istio.io/tlsMode'] === 'istio') {
    return { unknown: 'the label security.istio.io/tlsMode on a pod in ambient mode makes proxies send it TLS that ztunnel does not end' };
  }
  return mode === 'sidecar' && target.headless ? { unknown: 'what a sidecar sends to a pod in ambient mode behind a headless Service is not known' } : 'tunnel';
}

function departure({ source, target, port }: Connection): EnforcementPoint[] {
  return 'workload' in source && source.workload.mode === 'ambient'
    ? [{ at: 'source-ztunnel', workload: source.workload, transport: 'plaintext', port: target?.port ?? port, from: 'source' }] : [];
}

/** Who handles the connection at the destination. */
function arrival(destination: Workload | undefined, seen: Omit<EnforcementPoint, 'at' | 'workload'>): EnforcementPoint[] {
  switch (destination?.mode) {
    case 'ambient': {
      const bypassed = seen.transport === 'plaintext' && bypassesInbound(destination.annotations);
      return bypassed ? [] : [{ at: 'destination-ztunnel', workload: destination, ...seen }];
    }
    case 'sidecar': return [{ at: 'destination-sidecar', workload: destination, ...seen }];
    case 'gateway': return [{ at: 'destination-gateway', workload: destination, ...seen }];
    default: return [];
  }
}
