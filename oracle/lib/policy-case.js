// A case about one workload: the objects around it, and requests to it.
const { namespace, pod, service } = require('./context');

const DOMAIN = 'cluster.local';
const WAYPOINT_ADDRESS = '10.1.2.3';
const TCP_APPS = ['tcp', 'tls', 'https', 'mongo', 'mysql', 'redis'];

/** Who decides about the requests of a case. They are sent to `address`: a workload's own, or that of the Service behind a waypoint. */
function targetOf({ common, target: own }, address) {
  const merged = { kind: 'sidecar', namespace: 'foo', name: 'w', labels: { app: 'w' }, ports: [{ number: 8080, app: 'http' }], ...common.target, ...own };
  const target = { serviceAccount: merged.name, ...merged };
  if (merged.kind !== 'waypoint') {
    return { ...target, ip: address, service: merged };
  }
  const behind = { namespace: merged.namespace, name: 'w', labels: { app: 'w' }, waypoint: merged, address, ...merged.service };
  return { ...target, ip: WAYPOINT_ADDRESS, service: behind };
}

function serviceOf({ ports, service: owner }) {
  const own = ports.filter((port) => port.service !== false).map(({ number, app, name, servicePort }) => ({
    number, port: servicePort, name: name ?? `${app ?? 'port'}-${number}`, appProtocol: name === undefined ? app : undefined,
  }));
  return service({ ...owner, ports: own });
}

/** A waypoint is asked at the ports of the Service, everybody else at those of the pod. */
const askedPort = (target, { number, servicePort = number }) => (target.kind === 'waypoint' ? servicePort : number);

// the older one counts where several exclude each other, and without a time the order would be any
const createdAt = (i) => new Date(Date.UTC(2026, 0, 1, 0, 0, i)).toISOString().replace('.000', '');
const istio = (kind, group, version) => (spec, i, target) => ({
  apiVersion: `${group}/${version}`,
  kind,
  metadata: { name: spec.name ?? `${kind.toLowerCase()}-${i}`, namespace: spec.in ?? target.namespace, ...(spec.annotations === undefined ? {} : { annotations: spec.annotations }), creationTimestamp: createdAt(i) },
  spec: Object.fromEntries(Object.entries(spec).filter(([key]) => !['name', 'in', 'annotations'].includes(key))),
});
const POLICY = istio('AuthorizationPolicy', 'security.istio.io', 'v1');
const PEER = istio('PeerAuthentication', 'security.istio.io', 'v1');
const TOKENS = istio('RequestAuthentication', 'security.istio.io', 'v1');

const listOf = (one, name) => [...one.common[name] ?? [], ...one[name] ?? []];

/** The policies of a case without anything around them. */
function policyObjects(one, target) {
  return [
    ...listOf(one, 'peers').map((spec, i) => PEER(spec, i, target)),
    ...listOf(one, 'policies').map((spec, i) => POLICY(spec, i, target)),
    ...listOf(one, 'objects'),
  ];
}

/** The objects of a case. Issuers without keys get those with which the tokens are minted. */
async function objectsOf(one, target, jwksOf) {
  const authentications = await Promise.all(listOf(one, 'authentications').map(async (spec, i) => {
    const jwtRules = await Promise.all((spec.jwtRules ?? []).map(async (rule) => (
      rule.jwks === undefined && rule.jwksUri === undefined ? { ...rule, jwks: await jwksOf(rule.issuer) } : rule)));
    return TOKENS({ ...spec, jwtRules }, i, target);
  }));
  const namespaces = new Set(['foo', 'bar', 'istio-system', target.namespace, target.service.namespace]);
  return [
    ...[...namespaces].map(namespace),
    serviceOf(target),
    pod(target),
    ...authentications,
    ...policyObjects(one, target),
  ];
}

/** The requests of a case, as the program that drives Envoy takes them. */
function requestsOf(one, target) {
  const lists = [one.requests ?? 'default'].flat();
  const said = lists.flatMap((entry) => (typeof entry === 'string' ? one.common.requests[entry] : [entry]));
  const protocols = new Map(target.ports.map((port) => [askedPort(target, port), TCP_APPS.includes(port.app) ? 'tcp' : 'http']));
  return said.map(({ from, port = askedPort(target, target.ports[0]), ip, token, tokens, protocol, ...request }) => ({
    port,
    from: { principal: principalOf(from), ...(ip === undefined ? {} : { ip }) },
    protocol: protocol ?? protocols.get(port) ?? 'http',
    tls: from === undefined ? 'none' : 'mesh',
    method: 'GET',
    path: '/',
    host: target.service.name,
    headers: [],
    tokens: (tokens ?? (token === undefined ? [] : [token])).map(tokenOf),
    ...request,
  }));
}

/** `foo/a` is an account of the mesh's own domain; anything longer is the whole identity. */
function principalOf(from) {
  if (from === undefined) {
    return null;
  }
  const parts = from.split('/');
  return parts.length === 2 ? `${DOMAIN}/ns/${parts[0]}/sa/${parts[1]}` : from;
}

function tokenOf({ in: place = 'header', issuer = 'https://idp.example', state = 'valid', name, prefix, claims, without = [] }) {
  return { in: place, issuer, state, ...(name === undefined ? {} : { name }), ...(prefix === undefined ? {} : { prefix }), claims: { sub: 'alice', ...claims }, without };
}

module.exports = { targetOf, objectsOf, policyObjects, requestsOf };
