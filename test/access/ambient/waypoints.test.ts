import { Attachment, ingressUsesWaypoint, waypointIndex, waypointOfService, waypointOfWorkload } from '../../../src/access/ambient/waypoints';
import { Labels, Manifest } from '../../../src/access/objects';
import { Workload } from '../../../src/access/workload';

interface GatewayFacts {
  readonly labels?: Labels;
  readonly annotations?: Labels;
  readonly namespace?: string;
  readonly className?: string;
  readonly routes?: unknown;
  readonly more?: object;
}

function gateway({ labels, annotations, namespace = 'shop', className = 'istio-waypoint', routes, more }: GatewayFacts = {}): Manifest {
  const listener = { name: 'mesh', port: 15008, protocol: 'HBONE', ...(routes === undefined ? {} : { allowedRoutes: { namespaces: routes } }) };
  return {
    object: {
      apiVersion: 'gateway.networking.k8s.io/v1', kind: 'Gateway', metadata: { name: 'w', namespace, labels, annotations }, spec: { gatewayClassName: className, listeners: [listener] }, ...more,
    },
    origin: {},
  };
}

const USES = { 'istio.io/use-waypoint': 'w' };
const index = (manifests: Manifest[], namespaces: Record<string, Labels> = {}, workloads: Workload[] = []) => (
  waypointIndex(manifests, new Map(Object.entries(namespaces)), workloads));
const brief = (found: Attachment) => ('waypoint' in found ? `${found.waypoint.namespace}/${found.waypoint.name}` : 'unknown' in found ? 'unknown' : 'none');
const service = (labels: Labels, manifests = [gateway()], namespaces: Record<string, Labels> = {}, namespace = 'shop') => (
  brief(waypointOfService(index(manifests, namespaces), { namespace, labels })));
const workload = (labels: Labels, manifests = [gateway({ labels: { 'istio.io/waypoint-for': 'all' } })], namespaces: Record<string, Labels> = {}) => (
  brief(waypointOfWorkload(index(manifests, namespaces), { namespace: 'shop', labels })));

describe('which waypoint is named (istiod, ambient/waypoints.go)', () => {
  test.each<[string, Labels, Record<string, Labels>, string]>([
    ['by the object', USES, {}, 'shop/w'],
    ['by the namespace', {}, { shop: USES }, 'shop/w'],
    ['by nobody', {}, {}, 'none'],
    ['the object opts out', { 'istio.io/use-waypoint': 'none' }, { shop: USES }, 'none'],
    ['the object names one that is not there', { 'istio.io/use-waypoint': 'absent' }, { shop: USES }, 'none'],
    ['the namespace opts out', {}, { shop: { 'istio.io/use-waypoint': 'none' } }, 'none'],
    ['in another namespace', { ...USES, 'istio.io/use-waypoint-namespace': 'other' }, {}, 'none'],
    ['the namespace of the label is that of its own object', USES, { shop: { 'istio.io/use-waypoint-namespace': 'other' } }, 'shop/w'],
  ])('%s', (_, labels, namespaces, expected) => expect(service(labels, [gateway()], namespaces)).toBe(expected));

  test('a waypoint called none cannot be named', () => {
    const none = gateway({ more: { metadata: { name: 'none', namespace: 'shop' } } });
    expect(service({ 'istio.io/use-waypoint': 'none' }, [none])).toBe('none');
  });

  test('two waypoints share the traffic', () => {
    expect(service({ ...USES, 'istio.io/use-waypoint-canary': 'v' })).toBe('unknown');
    expect(service(USES, [gateway()], { shop: { 'istio.io/use-waypoint-canary': 'v' } })).toBe('shop/w');
    expect(service({}, [gateway()], { shop: { ...USES, 'istio.io/use-waypoint-canary': 'v' } })).toBe('unknown');
  });

  test('a waypoint has none itself', () => {
    expect(service({ 'gateway.istio.io/managed': 'istio.io-mesh-controller' }, [gateway()], { shop: USES })).toBe('none');
    expect(workload({ 'gateway.networking.k8s.io/gateway-name': 'w', ...USES })).toBe('none');
    expect(workload({ 'gateway.networking.k8s.io/gateway-name': 'absent', ...USES })).toBe('shop/w');
  });
});

describe('what a waypoint takes traffic for', () => {
  test.each<[string | undefined, string, string]>([
    [undefined, 'shop/w', 'none'],
    ['service', 'shop/w', 'none'],
    ['workload', 'none', 'shop/w'],
    ['all', 'shop/w', 'shop/w'],
    ['none', 'none', 'none'],
    ['nonsense', 'none', 'none'],
  ])('%s', (value, forService, forWorkload) => {
    const manifests = [gateway(value === undefined ? {} : { labels: { 'istio.io/waypoint-for': value } })];
    expect([service(USES, manifests), workload(USES, manifests)]).toEqual([forService, forWorkload]);
  });

  test('its class speaks where it is silent', () => {
    const gatewayClass: Manifest = {
      object: {
        apiVersion: 'gateway.networking.k8s.io/v1', kind: 'GatewayClass', metadata: { name: 'istio-waypoint', labels: { 'istio.io/waypoint-for': 'workload' } }, spec: { controllerName: 'istio.io/mesh-controller' },
      },
      origin: {},
    };
    expect([service(USES, [gateway(), gatewayClass]), workload(USES, [gateway(), gatewayClass])]).toEqual(['none', 'shop/w']);
    expect(service(USES, [gateway({ labels: { 'istio.io/waypoint-for': 'service' } }), gatewayClass])).toBe('shop/w');
  });
});

describe('who may name a waypoint', () => {
  const labels = { ...USES, 'istio.io/use-waypoint-namespace': 'infra' };

  test.each<[string, unknown, string]>([
    ['its own namespace alone, unless it says more', undefined, 'none'],
    ['Same', { from: 'Same' }, 'none'],
    ['None is read as Same', { from: 'None' }, 'none'],
    ['All', { from: 'All' }, 'infra/w'],
    ['namespaces by their labels', { from: 'Selector', selector: { matchLabels: { team: 'a' } } }, 'infra/w'],
    ['namespaces with other labels', { from: 'Selector', selector: { matchLabels: { team: 'b' } } }, 'none'],
    ['an empty selector', { from: 'Selector', selector: {} }, 'infra/w'],
    ['no selector', { from: 'Selector' }, 'none'],
    ['expressions', { from: 'Selector', selector: { matchExpressions: [{ key: 'team', operator: 'Exists' }] } }, 'unknown'],
  ])('%s', (_, routes, expected) => expect(service(labels, [gateway({ namespace: 'infra', routes })], { shop: { team: 'a' } })).toBe(expected));

  test('Same admits its own namespace', () => expect(service(USES, [gateway({ routes: { from: 'Same' } })])).toBe('shop/w'));
});

describe('Gateways that may not be waypoints', () => {
  test('another class', () => expect(service(USES, [gateway({ className: 'istio' })])).toBe('unknown'));

  test('no address yet', () => {
    expect(service(USES, [gateway({ more: { status: { conditions: [] } } })])).toBe('unknown');
    expect(service(USES, [gateway({ more: { status: { addresses: [{ value: '10.0.0.9' }] } } })])).toBe('shop/w');
  });

  test('broken objects', () => {
    expect(service(USES, [gateway({ more: { spec: 'waypoint' } })])).toBe('unknown');
    expect(service(USES, [gateway({ more: { spec: { gatewayClassName: 'istio-waypoint', listeners: 'mesh' } } })])).toBe('unknown');
  });
});

describe('the account of a waypoint', () => {
  const account = (facts: GatewayFacts, workloads: Workload[] = []) => index([gateway(facts)], {}, workloads).waypoints.get('shop/w')?.serviceAccount;

  test('has the name of the Gateway, unless it says another one', () => {
    expect(account({})).toBe('w');
    expect(account({ annotations: { 'gateway.istio.io/name-override': 'x' } })).toBe('x');
    expect(account({ annotations: { 'gateway.istio.io/name-override': 'x', 'gateway.istio.io/service-account': 'y' } })).toBe('y');
  });

  test('is that of its pods, where they are known', () => {
    const pods: Workload = {
      id: 'shop/w',
      namespace: 'shop',
      name: 'w',
      kind: 'Deployment',
      labels: { 'gateway.networking.k8s.io/gateway-name': 'w' },
      annotations: {},
      serviceAccount: 'z',
      addresses: [],
      mode: 'waypoint',
      hostNetwork: false,
      ports: [],
    };
    expect(account({}, [pods])).toBe('z');
    expect(account({}, [{ ...pods, namespace: 'other' }])).toBe('w');
  });
});

describe('what comes in through a gateway', () => {
  test.each<[string, Labels, Labels, boolean]>([
    ['passes waypoints by', {}, {}, false],
    ['unless the Service asks for it', { 'istio.io/ingress-use-waypoint': 'true' }, {}, true],
    ['or its namespace', {}, { 'istio.io/ingress-use-waypoint': 'true' }, true],
    ['and the Service does not refuse', { 'istio.io/ingress-use-waypoint': 'false' }, { 'istio.io/ingress-use-waypoint': 'true' }, false],
    ['with a boolean as Go reads it', { 'istio.io/ingress-use-waypoint': '1' }, {}, true],
    ['and not with anything else', { 'istio.io/ingress-use-waypoint': 'yes' }, { 'istio.io/ingress-use-waypoint': 'true' }, false],
  ])('%s', (_, labels, namespace, expected) => expect(ingressUsesWaypoint(index([], { shop: namespace }), { namespace: 'shop', labels })).toBe(expected));
});
