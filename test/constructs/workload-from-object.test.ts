import { ApiObject, Chart } from 'cdk8s';
import {
  Cluster, HttpMatch, PlaintextSource, Port, ServiceAccountRef, Workload, WorkloadFromApiObjectProps, ZeroTrustNamespace,
} from '../../src';
import { faults, meshWith, newChart, only, synthChecked } from '../support/synth';

const LABELS = { app: 'cart' };
const CONTAINER = { name: 'server', image: 'cart:1', ports: [{ containerPort: 7070, name: 'api' }, { containerPort: 9000, protocol: 'UDP' }] };
const POD = { serviceAccountName: 'cart', containers: [CONTAINER] };

function template(spec: object = {}, metadata: object = {}) {
  return { metadata: { labels: LABELS, ...metadata }, spec: { ...POD, ...spec } };
}

interface World {
  readonly chart: Chart;
  readonly shop: ZeroTrustNamespace;
  readonly object: ApiObject;
  readonly cart: Workload;
}

function world(kind: string, spec: object, props: Partial<WorkloadFromApiObjectProps> = {}, namespace: string | undefined = 'shop'): World {
  const chart = newChart();
  const shop = new ZeroTrustNamespace(chart, 'shop', { mesh: meshWith() });
  const apiVersion = { Deployment: 'apps/v1', StatefulSet: 'apps/v1', DaemonSet: 'apps/v1', Job: 'batch/v1', CronJob: 'batch/v1', Pod: 'v1' }[kind] ?? 'v1';
  const object = new ApiObject(chart, 'pods', { apiVersion, kind, metadata: { name: 'cart', namespace, ...(kind === 'Pod' ? { labels: LABELS } : {}) }, ...{ spec } });
  const cart = Workload.fromApiObject(shop, 'cart', { apiObject: object, ...props });
  return { chart, shop, object, cart };
}

function deployment(spec: object = {}, metadata: object = {}, props: Partial<WorkloadFromApiObjectProps> = {}): World {
  return world('Deployment', { selector: { matchLabels: LABELS }, template: template(spec, metadata) }, props);
}

describe('a workload from an object', () => {
  test.each([
    ['Deployment', { selector: { matchLabels: LABELS }, template: template({}, { labels: { ...LABELS, more: 'x' } }) }],
    ['StatefulSet', { selector: { matchLabels: LABELS }, serviceName: 'cart', template: template() }],
    ['DaemonSet', { selector: { matchLabels: LABELS }, template: template() }],
    ['Job', { template: template({ restartPolicy: 'Never' }) }],
    ['CronJob', { schedule: '* * * * *', jobTemplate: { spec: { template: template({ restartPolicy: 'Never' }) } } }],
    ['Pod', POD],
  ])('reads selector and ports of a %s', (kind, spec) => {
    const { chart, shop, cart } = world(kind, spec);
    cart.allowFrom(shop.addWorkload('web'));
    const objects = synthChecked(chart);
    expect(only(objects, 'AuthorizationPolicy', 'cart').spec).toMatchObject({ selector: { matchLabels: LABELS }, rules: [{ to: [{ operation: { ports: ['7070'] } }] }] });
    expect(only(objects, 'NetworkPolicy', 'cart').spec.ingress[0].ports).toEqual([{ port: 7070, protocol: 'TCP' }, { port: 9000, protocol: 'UDP' }]);
    expect(only(objects, 'NetworkPolicy', 'web').spec.egress[0].to).toEqual([{ podSelector: { matchLabels: LABELS } }]);
    expect(only(objects, 'ServiceAccount', 'cart').automountServiceAccountToken).toBe(false);
  });

  test('sees what is added to the object later, and does not change it', () => {
    const labels: Record<string, string> = {};
    const { chart, shop, object, cart } = world('Deployment', { selector: { matchLabels: labels }, template: template({}, { labels }) });
    cart.allowFrom(shop.addWorkload('web'), { ports: [Port.tcp(7070)] });
    labels.app = 'late';
    const before = JSON.stringify(object.toJson());
    expect(only(synthChecked(chart), 'NetworkPolicy', 'cart').spec.podSelector.matchLabels).toEqual({ app: 'late' });
    expect(JSON.stringify(object.toJson())).toBe(before);
  });

  test('accepts an account that something else makes', () => {
    const { chart } = deployment({ serviceAccountName: 'from-helm' }, {}, { serviceAccount: ServiceAccountRef.existing('from-helm') });
    expect(synthChecked(chart).filter((o) => o.kind === 'ServiceAccount')).toEqual([]);
  });
});

describe('pods that would not be what the workload says are refused', () => {
  test.each([
    ['without an account', { serviceAccountName: undefined }, {}, /sets no serviceAccountName and runs as default.*add to the pod spec: serviceAccountName: cart/],
    ['with another account', { serviceAccountName: 'admin' }, {}, /runs as admin.*serviceAccountName: cart/],
    ['on the network of the node', { hostNetwork: true }, {}, /network of its node/],
    ['with injection off by label', {}, { labels: { ...LABELS, 'sidecar.istio.io/inject': 'false' } }, /switches injection off/],
    ['with injection off by annotation', {}, { annotations: { 'sidecar.istio.io/inject': 'false' } }, /switches injection off/],
  ])('%s', (_, spec, metadata, message) => {
    expect(faults(deployment(spec, metadata).chart)).toEqual([expect.stringMatching(message)]);
    expect(faults(deployment().chart)).toEqual([]);
  });

  test('with a selector that no policy can express', () => {
    const selector = { matchLabels: LABELS, matchExpressions: [{ key: 'a', operator: 'Exists' }] };
    expect(faults(world('Deployment', { selector, template: template() }).chart)).toEqual([expect.stringMatching(/matchExpressions, which no Istio policy can express/)]);
  });

  test('without labels', () => {
    const { chart } = world('Job', { template: { metadata: {}, spec: POD } });
    expect(faults(chart)).toEqual([expect.stringMatching(/no labels to select its pods by.*whole namespace/)]);
  });

  test('in another namespace', () => {
    const { chart } = world('Deployment', { selector: { matchLabels: LABELS }, template: template() }, {}, 'elsewhere');
    expect(faults(chart)).toEqual([expect.stringMatching(/is in namespace "elsewhere" but its workload is in shop/)]);
  });

  test('of a kind that makes none', () => {
    expect(faults(world('ConfigMap', {}).chart)).toEqual([expect.stringMatching(/has no pods; give a Deployment/)]);
  });

  test('without the declared container port, but not when they list none at all', () => {
    const { chart } = deployment({}, {}, { ports: [Port.grpc(80)] });
    expect(faults(chart)).toEqual([expect.stringMatching(/no container port grpc\/80.*TCP\/7070, UDP\/9000/)]);
    expect(faults(deployment({ containers: [{ name: 'server' }] }, {}, { ports: [Port.grpc(80)] }).chart)).toEqual([]);
  });

  test('with routes to ports whose protocol nobody declared', () => {
    const { chart, shop, cart } = deployment();
    cart.allowFrom(shop.addWorkload('web'), { routes: [HttpMatch.get('/x')] });
    expect(faults(chart)).toEqual([expect.stringMatching(/routes on undeclared\/7070 of shop\/cart would be dropped/)]);
  });

  test('but not for the ports of a grant that was refused', () => {
    const { chart, shop, cart } = deployment();
    const elsewhere = newChart('elsewhere');
    Cluster.mark(elsewhere);
    const stranger = new ZeroTrustNamespace(elsewhere, 'shop', { mesh: shop.mesh }).addWorkload('web');
    expect(() => cart.allowFrom(stranger, { ports: [Port.http(1)] })).toThrow(/different clusters/);
    expect(() => cart.allowPlaintextFrom(PlaintextSource.pods('lab', { namespace: 'lab', podLabels: { app: 'lab' } }), Port.http(1), 'no mesh there')).toThrow(/fact pods/);
    expect(faults(chart)).toEqual([]);
  });
});

describe('a Service of the pods', () => {
  function withService(port: object, ports: Port[], selector: object = LABELS): string[] {
    const { chart } = deployment({}, {}, { ports });
    new ApiObject(chart, 'service', { apiVersion: 'v1', kind: 'Service', metadata: { name: 'cart', namespace: 'shop' }, spec: { selector, ports: [port] } });
    return faults(chart);
  }

  test.each([
    ['appProtocol', { port: 80, targetPort: 7070, appProtocol: 'grpc' }],
    ['appProtocol of Kubernetes', { port: 7070, appProtocol: 'kubernetes.io/h2c' }],
    ['name', { name: 'http-api', port: 7070 }],
    ['named target port', { name: 'grpc', port: 1, targetPort: 'api' }],
  ])('may agree with the declared protocol by %s', (_, port) => {
    expect(withService(port, [Port.grpc(7070)])).toEqual([]);
  });

  test.each([
    ['says TCP', { name: 'tcp-api', port: 7070 }, Port.grpc(7070), /is plain TCP, but shop\/cart declares grpc\/7070; set appProtocol: grpc/],
    ['says HTTPS, which is TCP for the proxy', { port: 7070, appProtocol: 'https' }, Port.http(7070), /is plain TCP/],
    ['says HTTP for a TCP port', { name: 'http', port: 7070 }, Port.tcp(7070), /carries HTTP, but shop\/cart declares tcp\/7070/],
    ['says nothing', { name: 'api', port: 7070 }, Port.http(7070), /is guessed from the first bytes/],
    ['has an unknown appProtocol over a good name', { name: 'http-api', appProtocol: 'example.com/custom', port: 7070 }, Port.http(7070), /is guessed/],
  ])('is an error when it %s', (_, port, declared, message) => {
    expect(withService(port, [declared])).toEqual([expect.stringMatching(message)]);
  });

  test('of other pods, or for other ports, does not matter', () => {
    expect(withService({ name: 'tcp', port: 7070 }, [Port.grpc(7070)], { app: 'other' })).toEqual([]);
    expect(withService({ name: 'tcp', port: 9999 }, [Port.grpc(7070)])).toEqual([]);
  });

  test('cannot contradict a protocol that nobody declared', () => {
    const { chart } = deployment();
    new ApiObject(chart, 'service', { apiVersion: 'v1', kind: 'Service', metadata: { name: 'cart', namespace: 'shop' }, spec: { selector: LABELS, ports: [{ name: 'x', port: 7070 }] } });
    expect(faults(chart)).toEqual([]);
  });
});
