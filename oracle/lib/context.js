// What a running cluster has around policies and no manifest of ours shows: namespaces, and pods for every selector.
function selectorsOf(object) {
  const spec = object.spec ?? {};
  const byKind = {
    AuthorizationPolicy: spec.selector?.matchLabels,
    PeerAuthentication: spec.selector?.matchLabels,
    RequestAuthentication: spec.selector?.matchLabels,
    Sidecar: spec.workloadSelector?.labels,
    DestinationRule: spec.workloadSelector?.matchLabels,
    NetworkPolicy: spec.podSelector?.matchLabels,
    Service: spec.selector,
  };
  const labels = byKind[object.kind];
  return labels === undefined || Object.keys(labels).length === 0 ? [] : [labels];
}

/** Namespaces that are mentioned anywhere: where objects lie, and whose pods are named. */
function namespacesOf(objects) {
  const found = new Set(objects.map((o) => o.metadata.namespace).filter((n) => n !== undefined));
  const visit = (value) => {
    if (value !== null && typeof value === 'object') {
      Object.entries(value).forEach(([key, inner]) => (key === 'kubernetes.io/metadata.name' ? found.add(inner) : visit(inner)));
    }
  };
  visit(objects.map((o) => o.spec));
  return [...found].sort();
}

function namespace(name) {
  return { apiVersion: 'v1', kind: 'Namespace', metadata: { name, labels: { 'kubernetes.io/metadata.name': name, 'istio-injection': 'enabled' } } };
}

function pod({ namespace: home, name, labels, serviceAccount = 'default', ip = '10.1.2.3' }) {
  return {
    apiVersion: 'v1',
    kind: 'Pod',
    metadata: { name, namespace: home, labels, annotations: { 'sidecar.istio.io/status': '{"containers":["istio-proxy"]}' } },
    spec: {
      serviceAccountName: serviceAccount,
      containers: [{ name: 'app', image: 'app' }, { name: 'istio-proxy', image: 'docker.io/istio/proxyv2:1.31.0' }],
    },
    status: { phase: 'Running', podIP: ip },
  };
}

function service({ namespace: home, name, labels, ports, address = '10.9.9.9', waypoint }) {
  const labelled = waypoint && { labels: { 'istio.io/use-waypoint': waypoint.name, 'istio.io/use-waypoint-namespace': waypoint.namespace } };
  return {
    apiVersion: 'v1',
    kind: 'Service',
    metadata: { name, namespace: home, ...labelled },
    spec: {
      clusterIP: address,
      selector: labels,
      ports: ports.map(({ number, port = number, ...rest }) => ({ ...rest, port, targetPort: number, protocol: 'TCP' })),
    },
  };
}

/** The objects with what has to be around them, and what they come with: Deployments have no pods where no controller runs. */
function withContext(objects) {
  const known = new Set(objects.filter((o) => o.kind === 'Namespace').map((o) => o.metadata.name));
  const pods = new Map();
  for (const object of objects) {
    for (const labels of selectorsOf(object)) {
      const key = JSON.stringify([object.metadata.namespace, Object.entries(labels).sort()]);
      pods.set(key, pods.get(key) ?? pod({ namespace: object.metadata.namespace ?? 'default', name: `pod-${pods.size}`, labels }));
    }
  }
  // a policy for a whole namespace has to find somebody there
  const residents = namespacesOf(objects).map((name) => pod({ namespace: name, name: 'resident', labels: { app: 'resident' } }));
  const running = objects.some((o) => o.kind === 'Pod') ? [] : [...pods.values(), ...residents];
  return [...namespacesOf(objects).filter((name) => !known.has(name)).map(namespace), ...objects, ...running];
}

module.exports = { withContext, namespace, pod, service };
