import { Labels } from '../objects';
import { DataPlaneMode } from '../workload';
import { parseBool } from './go-values';

/** What of a pod decides how its traffic meets the mesh. */
export interface PodFacts {
  readonly labels: Labels;
  readonly annotations: Labels;
  readonly hostNetwork: boolean;
  readonly containers: readonly { readonly name?: string; readonly image?: string }[];
}

const INJECT = 'sidecar.istio.io/inject';
const REVISION = 'istio.io/rev';
const NAMESPACE_INJECTION = 'istio-injection';
const MODE = 'istio.io/dataplane-mode';
const REDIRECTION = 'ambient.istio.io/redirection';
const STATUS = 'sidecar.istio.io/status';
const TEMPLATES = 'inject.istio.io/templates';
const MANAGED = 'gateway.istio.io/managed';
const GATEWAY_NAME = 'gateway.networking.k8s.io/gateway-name';
const GATEWAY_CLASS = 'gateway.networking.k8s.io/gateway-class-name';
const CLASSIC_GATEWAYS: readonly string[] = ['ingressgateway', 'egressgateway', 'eastwestgateway'];
const NAMESPACE_NAME = 'kubernetes.io/metadata.name';
/** the injector never touches these, whatever their labels say */
const NEVER_INJECTED: readonly string[] = ['kube-system', 'kube-public', 'kube-node-lease', 'local-path-storage'];
/** istio-cni leaves these alone unless it is told otherwise */
const NEVER_REDIRECTED: readonly string[] = ['kube-system'];

/**
 * Decides the data plane mode of a pod; `gatewayClass` is the class of the Gateway that its label names, where that is known.
 * What is already running counts first, then what the injector will add, then what istio-cni will redirect: the injector acts when
 * a pod is created, and istio-cni leaves out every pod that then has a sidecar.
 */
export function modeOf(pod: PodFacts, namespaceLabels: Labels, gatewayClass?: string): DataPlaneMode {
  if (isWaypoint(pod, gatewayClass)) {
    return 'waypoint';
  }
  const injected = isInjected(pod, namespaceLabels);
  if (isGateway(pod, injected, gatewayClass)) {
    return 'gateway';
  }
  if (injected || hasSidecar(pod)) {
    return 'sidecar';
  }
  return isRedirected(pod, namespaceLabels) ? 'ambient' : 'none';
}

/** What of the labels contradicts itself, with the code that others know it by; the mode is decided all the same. */
export function modeProblems(pod: PodFacts, namespaceLabels: Labels): { readonly code: string; readonly text: string }[] {
  const mode = modeOf(pod, namespaceLabels);
  const asksSidecar = pod.labels[INJECT] === 'true' || pod.annotations[INJECT] === 'true';
  const asksAmbient = pod.labels[MODE] === 'ambient';
  const redirected = pod.annotations[REDIRECTION] === 'enabled';
  const found = [
    { code: 'KIA1311', holds: asksSidecar && asksAmbient, text: 'the pod asks for a sidecar and for ambient mode: with a sidecar it is left out of ambient mode' },
    {
      code: 'KIA1312',
      holds: pod.labels['istio.io/use-waypoint'] !== undefined && pod.labels['istio.io/use-waypoint'] !== 'none' && mode !== 'ambient',
      text: 'the pod names a waypoint and is not in ambient mode',
    },
    { code: 'KIA1314', holds: asksSidecar && redirected, text: 'the pod asks for a sidecar and is redirected to ztunnel' },
    { code: 'KIA1315', holds: hasSidecar(pod) && redirected, text: 'the pod has a sidecar and is redirected to ztunnel' },
    {
      code: 'KIA1316',
      holds: mode === 'sidecar' && namespaceLabels[MODE] === 'ambient' && pod.labels[MODE] !== 'none',
      text: 'the pod has a sidecar in a namespace in ambient mode: ztunnel does not capture it',
    },
  ];
  return found.filter(({ holds }) => holds).map(({ code, text }) => ({ code, text }));
}

function isWaypoint({ labels }: PodFacts, gatewayClass: string | undefined): boolean {
  return labels[MANAGED] === 'istio.io-mesh-controller' || (labels[GATEWAY_NAME] !== undefined && (gatewayClass ?? labels[GATEWAY_CLASS]) === 'istio-waypoint');
}

function isGateway(pod: PodFacts, injected: boolean, gatewayClass: string | undefined): boolean {
  if (pod.labels[GATEWAY_NAME] !== undefined && isOfIstio(pod, gatewayClass ?? pod.labels[GATEWAY_CLASS])) {
    return true;
  }
  const template = (pod.annotations[TEMPLATES] ?? '').split(',').some((name) => name.trim() === 'gateway');
  return injected ? template : CLASSIC_GATEWAYS.includes(pod.labels.istio ?? '') && hasSidecar(pod);
}

/** The label of the name is common to all implementations of the Gateway API. */
function isOfIstio(pod: PodFacts, gatewayClass: string | undefined): boolean {
  return (pod.labels[MANAGED] ?? '').startsWith('istio.io-') || hasSidecar(pod) || (gatewayClass ?? 'istio').startsWith('istio');
}

/** A proxy is there already; `auto` is a container that the injector has still to fill. */
function hasSidecar({ annotations, containers }: PodFacts): boolean {
  return annotations[STATUS] !== undefined || containers.some(({ name, image }) => name === 'istio-proxy' && image !== 'auto');
}

/** What the selectors of the webhook and then the injector itself decide, with the values of the charts. */
function isInjected({ labels, annotations, hostNetwork }: PodFacts, namespaceLabels: Labels): boolean {
  const namespace = namespaceLabels[NAMESPACE_NAME] ?? '';
  const injection = namespaceLabels[NAMESPACE_INJECTION];
  const wanted = labels[INJECT] ?? annotations[INJECT];
  if (hostNetwork || NEVER_INJECTED.includes(namespace) || wanted === 'false') {
    return false;
  }
  if (injection !== undefined) {
    return injection === 'enabled';
  }
  // an annotation alone does not reach the webhook: its selectors look at labels
  return namespaceLabels[REVISION] !== undefined || labels[REVISION] !== undefined || labels[INJECT] === 'true';
}

function isRedirected({ labels, annotations, hostNetwork }: PodFacts, namespaceLabels: Labels): boolean {
  if (annotations[REDIRECTION] === 'enabled') {
    return true;
  }
  if (hostNetwork || NEVER_REDIRECTED.includes(namespaceLabels[NAMESPACE_NAME] ?? '')) {
    return false;
  }
  return labels[MODE] === 'ambient' || (labels[MODE] !== 'none' && namespaceLabels[MODE] === 'ambient');
}

/** Whether plaintext to a pod in ambient mode passes its ztunnel by: a pod that is redirected for what it sends alone. */
export function bypassesInbound(annotations: Labels): boolean {
  return parseBool(annotations['ambient.istio.io/bypass-inbound-capture']) === true;
}
