// The synthetic family: N workloads in N/10 namespaces, 3 callees each, and policies that allow exactly these calls.

const PORT = 8080;
const CALLEES = 3;

/** A small generator of numbers that gives the same row for the same seed everywhere. */
function randomOf(seed) {
  let state = seed % 2147483647;
  return (below) => {
    state = (state * 48271) % 2147483647;
    return state % below;
  };
}

/** Who calls whom, as numbers of workloads. */
function callsOf(count, seed) {
  const random = randomOf(seed);
  return Array.from({ length: count }, (_, caller) => {
    const callees = new Set();
    while (callees.size < Math.min(CALLEES, count - 1)) {
      const callee = random(count);
      if (callee !== caller) {
        callees.add(callee);
      }
    }
    return [...callees];
  });
}

/** The documents of the family as YAML; `both` adds AuthorizationPolicies to NetworkPolicies. */
function familyYaml(count, { both, seed = 7 }) {
  const namespaces = Math.ceil(count / 10);
  const home = (i) => `ns-${i % namespaces}`;
  const callees = callsOf(count, seed);
  const callers = Array.from({ length: count }, () => []);
  callees.forEach((targets, caller) => targets.forEach((callee) => callers[callee].push(caller)));
  const documents = [];
  for (let n = 0; n < namespaces; n += 1) {
    documents.push(namespaceOf(`ns-${n}`, both), defaultDeny(`ns-${n}`), ...(both ? [allowNothing(`ns-${n}`)] : []));
  }
  for (let i = 0; i < count; i += 1) {
    documents.push(...workloadOf(i, home(i)), networkPolicy(i, home, callers[i], callees[i]), ...(both ? [authorizationPolicy(i, home, callers[i])] : []));
  }
  return { documents: documents.length, text: documents.join('---\n'), edges: callees.flat().length };
}

function head(apiVersion, kind, name, namespace) {
  return `apiVersion: ${apiVersion}\nkind: ${kind}\nmetadata:\n  name: ${name}\n${namespace === undefined ? '' : `  namespace: ${namespace}\n`}`;
}

function namespaceOf(name, mesh) {
  return `${head('v1', 'Namespace', name)}${mesh ? '  labels:\n    istio-injection: enabled\n' : ''}`;
}

function defaultDeny(namespace) {
  return `${head('networking.k8s.io/v1', 'NetworkPolicy', 'default-deny', namespace)}spec:\n  podSelector: {}\n  policyTypes:\n    - Ingress\n    - Egress\n`;
}

function allowNothing(namespace) {
  return `${head('security.istio.io/v1', 'AuthorizationPolicy', 'allow-nothing', namespace)}spec: {}\n`;
}

function workloadOf(i, namespace) {
  const name = `app-${i}`;
  return [
    `${head('v1', 'ServiceAccount', name, namespace)}`,
    `${head('apps/v1', 'Deployment', name, namespace)}spec:
  replicas: 1
  selector:
    matchLabels:
      app: ${name}
  template:
    metadata:
      labels:
        app: ${name}
    spec:
      serviceAccountName: ${name}
      containers:
        - name: main
          image: example.com/${name}:1
          ports:
            - containerPort: ${PORT}
`,
    `${head('v1', 'Service', name, namespace)}spec:
  selector:
    app: ${name}
  ports:
    - name: http
      port: ${PORT}
      targetPort: ${PORT}
`,
  ];
}

function networkPolicy(i, home, callers, callees) {
  const rules = (name, peers, key) => (peers.length === 0 ? '' : `  ${name}:\n${peers.map((peer) => peerRule(peer, home, key)).join('')}`);
  return `${head('networking.k8s.io/v1', 'NetworkPolicy', `app-${i}`, home(i))}spec:
  podSelector:
    matchLabels:
      app: app-${i}
  policyTypes:
    - Ingress
    - Egress
${rules('ingress', callers, 'from')}${rules('egress', callees, 'to')}`;
}

function peerRule(peer, home, key) {
  return `    - ${key}:
        - namespaceSelector:
            matchLabels:
              kubernetes.io/metadata.name: ${home(peer)}
          podSelector:
            matchLabels:
              app: app-${peer}
      ports:
        - protocol: TCP
          port: ${PORT}
`;
}

function authorizationPolicy(i, home, callers) {
  const rules = callers.map((caller, n) => `    - from:
        - source:
            principals:
              - cluster.local/ns/${home(caller)}/sa/app-${caller}
      to:
        - operation:
            methods:
              - GET
              - POST
            paths:
              - /api/v${n % 3}/*
            ports:
              - "${PORT}"
`);
  return `${head('security.istio.io/v1', 'AuthorizationPolicy', `app-${i}`, home(i))}spec:
  selector:
    matchLabels:
      app: app-${i}
${rules.length === 0 ? '' : `  rules:\n${rules.join('')}`}`;
}

module.exports = { familyYaml };
