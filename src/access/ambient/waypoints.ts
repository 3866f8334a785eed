import { Labels, Manifest, ObjectRef, refOf } from '../objects';
import { Workload } from '../workload';
import { Fields, fieldsOf, Malformed } from './fields';
import { parseBool } from './go-values';

/** A Gateway that workloads and services can name as their waypoint. */
export interface Waypoint {
  readonly name: string;
  readonly namespace: string;
  /** what it takes traffic for: `service`, `workload`, `all`, `none` */
  readonly trafficFor: string;
  /** the account of its pods, whose identity the destination sees */
  readonly serviceAccount: string;
  /** namespaces whose workloads and services may name it */
  readonly admits: { readonly from: 'All' | 'Same' | 'Nobody' } | { readonly from: 'Selector'; readonly matchLabels: Labels };
  readonly of: ObjectRef;
  /** why nobody can tell whether it stands in the way */
  readonly unknown?: string;
}

/** What names a waypoint: a Service, a ServiceEntry or a pod, by its labels. */
export interface WaypointUser {
  readonly namespace: string;
  readonly labels: Labels;
}

/** Which waypoint stands in the way, or why none does. */
export type Attachment =
  | { readonly waypoint: Waypoint }
  | { readonly none: string }
  | { readonly unknown: string };

/** The waypoints of a cluster and the labels of its namespaces. */
export interface WaypointIndex {
  readonly waypoints: ReadonlyMap<string, Waypoint>;
  readonly namespaces: ReadonlyMap<string, Labels>;
}

const USE = 'istio.io/use-waypoint';
const CANARY = 'istio.io/use-waypoint-canary';
const WAYPOINT_FOR = 'istio.io/waypoint-for';
const INGRESS_USE = 'istio.io/ingress-use-waypoint';
const MANAGED = 'gateway.istio.io/managed';
const GATEWAY_NAME = 'gateway.networking.k8s.io/gateway-name';
const WAYPOINT_CLASS = 'istio-waypoint';
const MESH_CONTROLLER = 'istio.io/mesh-controller';

/** Collects the waypoints among the objects; the pods that run them tell the account, where they are known. */
export function waypointIndex(
  manifests: readonly Manifest[], namespaces: ReadonlyMap<string, Labels>, workloads: readonly Workload[] = [],
): WaypointIndex {
  const ofKind = (kind: string) => manifests.filter(({ object }) => object.kind === kind && String(object.apiVersion).startsWith('gateway.networking.k8s.io/'));
  const classes = new Map(ofKind('GatewayClass').map((manifest) => [manifest.object.metadata.name, manifest]));
  const waypoints = ofKind('Gateway').map((manifest) => readWaypoint(manifest, classes, workloads));
  return { namespaces, waypoints: new Map(waypoints.map((waypoint) => [`${waypoint.namespace}/${waypoint.name}`, waypoint])) };
}

function readWaypoint(manifest: Manifest, classes: ReadonlyMap<string, Manifest>, workloads: readonly Workload[]): Waypoint {
  const { metadata } = manifest.object;
  const [name, namespace] = [metadata.name, metadata.namespace ?? 'default'];
  const known = { name, namespace, of: refOf(manifest), serviceAccount: accountOf(manifest, workloads) };
  try {
    const spec = fieldsOf(manifest.object.spec, 'spec');
    const className = spec.text('gatewayClassName') ?? '';
    const gatewayClass = classes.get(className);
    const problem = classProblem(className, gatewayClass) ?? readyProblem(manifest);
    return {
      ...known,
      trafficFor: metadata.labels?.[WAYPOINT_FOR] ?? gatewayClass?.object.metadata.labels?.[WAYPOINT_FOR] ?? 'service',
      admits: admittedBy(spec),
      ...(problem === undefined ? {} : { unknown: problem }),
    };
  } catch (error) {
    if (error instanceof Malformed) {
      return { ...known, trafficFor: 'service', admits: { from: 'Same' }, unknown: error.message };
    }
    throw error;
  }
}

/** istiod takes any Gateway that a label names for a waypoint; what one of another class does with the traffic is not modelled. */
function classProblem(className: string, gatewayClass: Manifest | undefined): string | undefined {
  const controller = fieldsOf(gatewayClass?.object.spec, 'spec').text('controllerName');
  return className === WAYPOINT_CLASS || controller === MESH_CONTROLLER ? undefined : `the Gateway is of class ${className}, which is not known to be one of waypoints`;
}

/** A Gateway that nothing has reported about yet is taken to come up; one that is reported to have no address is not used. */
function readyProblem({ object }: Manifest): string | undefined {
  const status = object.status === undefined || object.status === null ? undefined : fieldsOf(object.status, 'status');
  return status === undefined || status.list('addresses').length > 0 ? undefined
    : 'the waypoint has no address yet: until it has, traffic passes it by';
}

function accountOf({ object: { metadata } }: Manifest, workloads: readonly Workload[]): string {
  const pods = workloads.find(({ namespace, labels }) => namespace === (metadata.namespace ?? 'default') && labels[GATEWAY_NAME] === metadata.name);
  return pods?.serviceAccount ?? metadata.annotations?.['gateway.istio.io/service-account'] ?? metadata.annotations?.['gateway.istio.io/name-override'] ?? metadata.name;
}

/** The listener for HBONE says who may use the waypoint; without one, or without a word, its own namespace. */
function admittedBy(spec: Fields): Waypoint['admits'] {
  const listener = spec.children('listeners').find((one) => one.text('protocol') === 'HBONE' && one.number('port') === 15008);
  const allowed = listener?.child('allowedRoutes')?.child('namespaces');
  const from = allowed?.choice('from', ['All', 'Same', 'Selector', 'None']) ?? 'Same';
  if (from !== 'Selector') {
    return { from: from === 'All' ? 'All' : 'Same' };
  }
  const selector = allowed?.child('selector');
  if (selector === undefined) {
    return { from: 'Nobody' };
  }
  if (selector.list('matchExpressions').length > 0) {
    throw new Malformed('the namespaces that may use the waypoint are given by expressions, which are not modelled here');
  }
  return { from, matchLabels: selector.labels('matchLabels') };
}

/** Decides which waypoint takes the traffic for a Service or ServiceEntry. */
export function waypointOfService(index: WaypointIndex, service: WaypointUser): Attachment {
  if (['istio.io-mesh-controller', 'istio.io-eastwest-controller'].includes(service.labels[MANAGED] ?? '')) {
    return { none: 'it is the Service of a waypoint itself' };
  }
  const found = attachment(index, service);
  if (!('waypoint' in found)) {
    return found;
  }
  const { waypoint } = found;
  if (waypoint.trafficFor !== 'service' && waypoint.trafficFor !== 'all') {
    return { none: `waypoint ${waypoint.name} takes no traffic for services: ${WAYPOINT_FOR} is ${waypoint.trafficFor}` };
  }
  const level = service.labels[USE] === undefined ? { ...index.namespaces.get(service.namespace), ...service.labels } : service.labels;
  return level[CANARY] === undefined ? found : { unknown: `traffic is shared with a second waypoint (${CANARY})` };
}

/** Decides which waypoint takes the traffic for the addresses of a workload. */
export function waypointOfWorkload(index: WaypointIndex, workload: WaypointUser): Attachment {
  const instanceOf = workload.labels[GATEWAY_NAME];
  if (instanceOf !== undefined && index.waypoints.has(`${workload.namespace}/${instanceOf}`)) {
    return { none: 'it is a pod of a gateway itself' };
  }
  const found = attachment(index, workload);
  if ('waypoint' in found && found.waypoint.trafficFor !== 'workload' && found.waypoint.trafficFor !== 'all') {
    return { none: `waypoint ${found.waypoint.name} takes no traffic for the addresses of workloads: ${WAYPOINT_FOR} is ${found.waypoint.trafficFor}` };
  }
  return found;
}

/** Whether a gateway sends what comes in for a Service through its waypoint. */
export function ingressUsesWaypoint({ namespaces }: WaypointIndex, service: WaypointUser): boolean {
  return parseBool(service.labels[INGRESS_USE] ?? namespaces.get(service.namespace)?.[INGRESS_USE]) === true;
}

/** The own label counts first, `none` and a waypoint that is not there included; then that of the namespace. */
function attachment({ namespaces, waypoints }: WaypointIndex, { namespace, labels }: WaypointUser): Attachment {
  const stated = labels[USE] === undefined ? namespaces.get(namespace) ?? {} : labels;
  const name = stated[USE];
  if (name === undefined) {
    return { none: `no label ${USE} on it or its namespace` };
  }
  if (name === 'none') {
    return { none: `its label ${USE} is none` };
  }
  const key = `${stated[`${USE}-namespace`] ?? namespace}/${name}`;
  const waypoint = waypoints.get(key);
  if (waypoint === undefined) {
    return { none: `there is no waypoint ${key}` };
  }
  if (waypoint.unknown !== undefined) {
    return { unknown: `waypoint ${key}: ${waypoint.unknown}` };
  }
  return admits(waypoint, namespace, namespaces.get(namespace) ?? {}) ? { waypoint } : { none: `waypoint ${key} does not admit namespace ${namespace}` };
}

function admits({ admits: rule, namespace: own }: Waypoint, namespace: string, labels: Labels): boolean {
  if (rule.from === 'Selector') {
    return Object.entries(rule.matchLabels).every(([key, value]) => labels[key] === value);
  }
  return rule.from === 'All' || (rule.from === 'Same' && own === namespace);
}
