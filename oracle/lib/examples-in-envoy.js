// An example before real istiod and real Envoy: which of many requests its YAML admits.
const { namespace, pod, service } = require('./context');
const { isGranted, variations } = require('./requests');

/** Addresses on the loopback network, one per workload. */
const addressOf = (index) => `127.77.${Math.floor(index / 250)}.${1 + (index % 250)}`;

function serviceOf(workload) {
  const ports = workload.ports.filter((p) => p.transport === 'TCP').map(({ number, application }) => {
    const appProtocol = application === 'undeclared' ? 'tcp' : application;
    return { number, name: `${appProtocol}-${number}`, appProtocol };
  });
  return service({ ...workload, ports });
}

/** Who sends: every workload, the gateways of the facts, an identity that nobody knows, and nobody at all. */
function sourcesOf(app) {
  const domain = app.mesh.trustDomain;
  return [
    ...app.workloads.map((w) => ({ name: w.id, principal: `${domain}/ns/${w.namespace}/sa/${w.serviceAccount}` })),
    ...(app.mesh.ingressGateways ?? []).map((g) => ({ name: `${g.namespace}/${g.name}`, principal: `${domain}/ns/${g.namespace}/sa/${g.serviceAccount}` })),
    { name: 'a stranger', principal: `${domain}/ns/default/sa/default` },
    { name: 'plaintext', principal: null },
  ];
}

/** The keys of the issuers are not to be had, so istiod is given keys of ours. */
async function withKeys(objects, envoy) {
  return Promise.all(objects.map(async (object) => {
    if (object.kind !== 'RequestAuthentication') {
      return object;
    }
    const jwtRules = await Promise.all(object.spec.jwtRules.map(async ({ jwksUri, ...rule }) => (
      { ...rule, jwks: (await envoy.ask({ op: 'jwks', issuer: rule.issuer })).jwks })));
    return { ...object, spec: { ...object.spec, jwtRules } };
  }));
}

function aroundPolicies(app) {
  const emitted = app.objects.filter((o) => /istio\.io/.test(o.apiVersion));
  const names = [...new Set([...app.workloads.map((w) => w.namespace), app.mesh.rootNamespace])];
  const pods = app.workloads.map((w, i) => pod({ ...w, ip: addressOf(i) }));
  return [...names.map(namespace), ...app.workloads.filter((w) => w.ports.length > 0).map(serviceOf), ...pods, ...emitted];
}

/** One listener for each workload that has ports, from the objects as they are. */
async function listenersOf(app, objects, istio) {
  const targets = app.workloads.map((workload, i) => ({ workload, ip: addressOf(i) })).filter(({ workload }) => workload.ports.length > 0);
  const listeners = [];
  for (const { workload, ip } of targets) {
    const proxy = { kind: 'sidecar', namespace: workload.namespace, name: workload.name, labels: workload.labels, serviceAccount: workload.serviceAccount, ip };
    const reply = await istio.ask({ op: 'listeners', mesh: { trustDomain: app.mesh.trustDomain, rootNamespace: app.mesh.rootNamespace }, objects, proxy });
    listeners.push({ name: workload.id, ip, kind: 'sidecar', listener: reply.listeners[0] });
  }
  return listeners;
}

/** Every request with what is expected of it. */
function requestsOf(app) {
  const sources = sourcesOf(app);
  return app.workloads.filter((w) => w.ports.length > 0).flatMap((target) => {
    const grants = app.grants.filter((g) => g.kind === 'grant' && g.to === target.id && !g.plaintext);
    const http = new Map(target.ports.map((p) => [p.number, ['http', 'http2', 'grpc'].includes(p.application)]));
    return variations(grants, target.ports).flatMap((request) => sources.map((source) => {
      const protocol = http.get(request.port) ?? true ? 'http' : 'tcp';
      return {
        granted: source.principal !== null && isGranted(grants, source.name, request),
        text: `${source.name} -> ${target.id}:${request.port} ${request.method} ${request.path} ${request.token === undefined ? 'no token' : JSON.stringify(request.token)}`,
        ask: {
          listener: target.id, port: request.port, from: { principal: source.principal }, protocol, tls: source.principal === null ? 'none' : 'mesh',
          method: request.method, path: request.path, host: request.host ?? target.name, headers: request.headers,
          tokens: request.token === undefined ? [] : [request.token],
        },
      };
    }));
  });
}

/** Answers of a proxy that refuses; anything else that is not `allow` says that the question went wrong. */
const REFUSALS = ['401', '403', 'reset'];
const isRefusal = (verdict) => REFUSALS.includes(verdict);

/** Asks istiod and Envoy; objects may be changed on the way, to see whether a fault would be noticed. */
async function verdictsOf(app, { istio, envoy }, change = (objects) => objects) {
  const objects = change(await withKeys(aroundPolicies(app), envoy));
  const listeners = await listenersOf(app, objects, istio);
  const requests = requestsOf(app);
  const { verdicts, rejected } = await envoy.ask({ listeners, requests: requests.map((r) => r.ask) });
  return { rejected, answers: requests.map((request, i) => ({ ...request, verdict: verdicts[i] })) };
}

module.exports = { verdictsOf, isRefusal };
