import { modeOf, modeProblems, PodFacts } from '../../../src/access/ambient/mode';
import { DataPlaneMode } from '../../../src/access/workload';

const pod = (facts: Partial<PodFacts> = {}): PodFacts => ({ labels: {}, annotations: {}, hostNetwork: false, containers: [{ name: 'app', image: 'app' }], ...facts });
const INJECTED_NAMESPACE = { 'istio-injection': 'enabled' };
const AMBIENT_NAMESPACE = { 'istio.io/dataplane-mode': 'ambient' };
const REVISION_NAMESPACE = { 'istio.io/rev': 'stable' };
const PROXY = { name: 'istio-proxy', image: 'docker.io/istio/proxyv2:1.31.0' };

interface Row {
  readonly pod?: Partial<PodFacts>;
  readonly namespace?: Record<string, string>;
  readonly gatewayClass?: string;
  readonly mode: DataPlaneMode;
}

describe('who gets a sidecar (selectors of the injection webhook and of the injector, Istio 1.31)', () => {
  test.each<[string, Row]>([
    ['nobody asked', { mode: 'none' }],
    ['the namespace is enabled', { namespace: INJECTED_NAMESPACE, mode: 'sidecar' }],
    ['the namespace is disabled, and the pod cannot change that', { namespace: { 'istio-injection': 'disabled' }, pod: { labels: { 'sidecar.istio.io/inject': 'true' } }, mode: 'none' }],
    ['the namespace has a revision', { namespace: REVISION_NAMESPACE, mode: 'sidecar' }],
    ['a revision does not count beside a disabled namespace', { namespace: { ...REVISION_NAMESPACE, 'istio-injection': 'disabled' }, mode: 'none' }],
    ['the pod opts out by label', { namespace: INJECTED_NAMESPACE, pod: { labels: { 'sidecar.istio.io/inject': 'false' } }, mode: 'none' }],
    ['the pod opts out by annotation', { namespace: INJECTED_NAMESPACE, pod: { annotations: { 'sidecar.istio.io/inject': 'false' } }, mode: 'none' }],
    ['the label counts before the annotation', {
      namespace: INJECTED_NAMESPACE,
      pod: { labels: { 'sidecar.istio.io/inject': 'true' }, annotations: { 'sidecar.istio.io/inject': 'false' } },
      mode: 'sidecar',
    }],
    ['the pod opts out under a revision', { namespace: REVISION_NAMESPACE, pod: { labels: { 'sidecar.istio.io/inject': 'false' } }, mode: 'none' }],
    ['another value of the label is no decision', { namespace: INJECTED_NAMESPACE, pod: { labels: { 'sidecar.istio.io/inject': 'yes' } }, mode: 'sidecar' }],
    ['the pod asks by label', { pod: { labels: { 'sidecar.istio.io/inject': 'true' } }, mode: 'sidecar' }],
    ['the pod asks by annotation, which no webhook selects', { pod: { annotations: { 'sidecar.istio.io/inject': 'true' } }, mode: 'none' }],
    ['the pod asks by revision', { pod: { labels: { 'istio.io/rev': 'stable' } }, mode: 'sidecar' }],
    ['a pod on the network of the node is never injected', { namespace: INJECTED_NAMESPACE, pod: { hostNetwork: true }, mode: 'none' }],
    ['system namespaces are never injected', { namespace: { ...INJECTED_NAMESPACE, 'kubernetes.io/metadata.name': 'kube-system' }, mode: 'none' }],
    ['a proxy is there already', { pod: { containers: [PROXY] }, mode: 'sidecar' }],
    ['the injector has left its status', { pod: { annotations: { 'sidecar.istio.io/status': '{}' } }, mode: 'sidecar' }],
    ['a container that waits for the injector is no proxy', { pod: { containers: [{ name: 'istio-proxy', image: 'auto' }] }, mode: 'none' }],
  ])('%s', (_, { pod: facts, namespace = {}, mode }) => expect(modeOf(pod(facts), namespace)).toBe(mode));
});

describe('who is in ambient mode (enablement selectors of istio-cni, Istio 1.31)', () => {
  test.each<[string, Row]>([
    ['the namespace is in it', { namespace: AMBIENT_NAMESPACE, mode: 'ambient' }],
    ['the pod opts out', { namespace: AMBIENT_NAMESPACE, pod: { labels: { 'istio.io/dataplane-mode': 'none' } }, mode: 'none' }],
    ['any other value is not opting out', { namespace: AMBIENT_NAMESPACE, pod: { labels: { 'istio.io/dataplane-mode': 'sidecar' } }, mode: 'ambient' }],
    ['another value on the namespace is not in it', { namespace: { 'istio.io/dataplane-mode': 'none' }, mode: 'none' }],
    ['the pod is in it by itself', { pod: { labels: { 'istio.io/dataplane-mode': 'ambient' } }, mode: 'ambient' }],
    ['a pod on the network of the node cannot be captured', { namespace: AMBIENT_NAMESPACE, pod: { hostNetwork: true }, mode: 'none' }],
    ['istio-cni leaves kube-system alone', { namespace: { ...AMBIENT_NAMESPACE, 'kubernetes.io/metadata.name': 'kube-system' }, mode: 'none' }],
    ['the pod is redirected', { pod: { annotations: { 'ambient.istio.io/redirection': 'enabled' } }, mode: 'ambient' }],
    ['the pod is not redirected yet', { pod: { annotations: { 'ambient.istio.io/redirection': 'pending' } }, mode: 'none' }],
    ['a sidecar keeps a pod out', { namespace: AMBIENT_NAMESPACE, pod: { annotations: { 'sidecar.istio.io/status': '{}' } }, mode: 'sidecar' }],
    ['a sidecar that will be injected keeps a pod out', { namespace: { ...AMBIENT_NAMESPACE, ...INJECTED_NAMESPACE }, mode: 'sidecar' }],
  ])('%s', (_, { pod: facts, namespace = {}, mode }) => expect(modeOf(pod(facts), namespace)).toBe(mode));
});

describe('who is a gateway or a waypoint', () => {
  const name = { 'gateway.networking.k8s.io/gateway-name': 'g' };
  test.each<[string, Row]>([
    ['deployed for a Gateway of Istio', { pod: { labels: { ...name, 'gateway.istio.io/managed': 'istio.io-gateway-controller' } }, mode: 'gateway' }],
    ['deployed for a waypoint', { pod: { labels: { ...name, 'gateway.istio.io/managed': 'istio.io-mesh-controller' } }, mode: 'waypoint' }],
    ['the Gateway is a waypoint', { pod: { labels: name }, gatewayClass: 'istio-waypoint', mode: 'waypoint' }],
    ['the class is on the pod', { pod: { labels: { ...name, 'gateway.networking.k8s.io/gateway-class-name': 'istio-waypoint' } }, mode: 'waypoint' }],
    ['the Gateway is one of Istio', { pod: { labels: name }, gatewayClass: 'istio', mode: 'gateway' }],
    ['the Gateway is one of somebody else', { pod: { labels: name }, gatewayClass: 'nginx', mode: 'none' }],
    ['the Gateway of somebody else in an ambient namespace', { pod: { labels: name }, namespace: AMBIENT_NAMESPACE, gatewayClass: 'nginx', mode: 'ambient' }],
    ['injected as a gateway', {
      pod: { labels: { 'sidecar.istio.io/inject': 'true' }, annotations: { 'inject.istio.io/templates': 'gateway' }, containers: [{ name: 'istio-proxy', image: 'auto' }] },
      mode: 'gateway',
    }],
    ['the template of a gateway where nothing is injected', { pod: { annotations: { 'inject.istio.io/templates': 'gateway' } }, mode: 'none' }],
    ['other templates', { pod: { labels: { 'sidecar.istio.io/inject': 'true' }, annotations: { 'inject.istio.io/templates': 'sidecar,custom' } }, mode: 'sidecar' }],
    ['a classic gateway with its proxy', { pod: { labels: { istio: 'ingressgateway' }, containers: [PROXY] }, mode: 'gateway' }],
    ['the label of a classic gateway without a proxy', { pod: { labels: { istio: 'ingressgateway' } }, mode: 'none' }],
    ['a gateway in an ambient namespace', { namespace: AMBIENT_NAMESPACE, pod: { labels: name, containers: [PROXY] }, mode: 'gateway' }],
  ])('%s', (_, { pod: facts, namespace = {}, gatewayClass, mode }) => expect(modeOf(pod(facts), namespace, gatewayClass)).toBe(mode));
});

describe('labels that contradict each other', () => {
  const codes = (facts: Partial<PodFacts>, namespace: Record<string, string> = {}) => (
    modeProblems(pod(facts), namespace).map(({ code }) => code));

  test('a sound pod has none', () => {
    expect(codes({})).toEqual([]);
    expect(codes({ labels: { 'istio.io/use-waypoint': 'w' } }, AMBIENT_NAMESPACE)).toEqual([]);
    expect(codes({ labels: { 'istio.io/dataplane-mode': 'none', 'sidecar.istio.io/inject': 'true' } }, AMBIENT_NAMESPACE)).toEqual([]);
  });

  test('each has the code of Kiali', () => {
    expect(codes({ labels: { 'sidecar.istio.io/inject': 'true', 'istio.io/dataplane-mode': 'ambient' } })).toContain('KIA1311');
    expect(codes({ labels: { 'istio.io/use-waypoint': 'w' } })).toEqual(['KIA1312']);
    expect(codes({ labels: { 'istio.io/use-waypoint': 'none' } })).toEqual([]);
    expect(codes({ labels: { 'sidecar.istio.io/inject': 'true' }, annotations: { 'ambient.istio.io/redirection': 'enabled' } })).toContain('KIA1314');
    expect(codes({ containers: [PROXY], annotations: { 'ambient.istio.io/redirection': 'enabled' } })).toContain('KIA1315');
    expect(codes({ containers: [PROXY] }, AMBIENT_NAMESPACE)).toEqual(['KIA1316']);
  });
});
