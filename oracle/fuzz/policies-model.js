// What our access model says of a case about Istio's policies, in the words of the harness of Envoy.
const { access } = require('./lib');
const { filled } = require('../lib/cases');
const { objectsOf, requestsOf, targetOf } = require('../lib/policy-case');

const ADDRESS = '127.88.0.1';
const KEYS = JSON.stringify({ keys: [{ kty: 'RSA', n: 'AQAB', e: 'AQAB' }] });
const WORDS = { 'connection-reset': 'reset', unknown: 'unknown' };
const ALPN = {
  mesh: { http: ['istio-http/1.1'], http2: ['istio-h2'], grpc: ['istio-h2'], tcp: ['istio'] },
  'plain-tls': { http: ['http/1.1'], http2: ['h2'], grpc: ['h2'], tcp: [] },
};

function meshOf(written) {
  const { completeMesh, meshSettings } = access('snapshot/mesh-config');
  const extensionProviders = (written.extensionProviders ?? []).map(({ name, ...api }) => ({
    name, api: api.envoyExtAuthzGrpc === undefined ? 'http' : 'grpc', service: Object.values(api)[0].service,
  }));
  return completeMesh(meshSettings(written), { istio: '1.31', extensionProviders });
}

/** The Service that a waypoint is asked for. */
function servedAt(objects) {
  const found = objects.find(({ kind, spec }) => kind === 'Service' && spec.clusterIP === ADDRESS);
  return found === undefined ? undefined : { kind: 'Service', namespace: found.metadata.namespace, name: found.metadata.name };
}

async function prepared(written) {
  const one = filled(written, { address: ADDRESS });
  const target = targetOf(one, ADDRESS);
  const objects = await objectsOf(one, target, async () => KEYS);
  const manifests = objects.map((object) => ({ object, origin: {} }));
  const mesh = meshOf({ ...one.common.mesh, ...one.mesh });
  const { namespace, name, labels, serviceAccount } = target;
  const workload = {
    id: `${namespace}/${name}`, kind: 'Pod', namespace, name, labels, serviceAccount, annotations: {}, addresses: [target.ip], hostNetwork: false,
    mode: target.kind, ports: target.ports.map(({ number }) => ({ number, protocol: 'TCP' })),
  };
  const snapshot = access('snapshot/snapshot').snapshotOf(manifests, { mesh, workloads: [workload], hypothetical: false });
  const service = target.kind === 'waypoint' ? servedAt(objects) : undefined;
  return {
    objects,
    requests: requestsOf(one, target),
    model: access('inbound').compileInbound(snapshot, workload, service),
    applications: access('mtls/application').compileApplications({ services: snapshot.services, manifests, mesh }),
    gateways: access('mtls/gateway-chain').compileGateways({ manifests, services: snapshot.services, mesh }),
  };
}

function clientOf({ from, protocol, tls, host, port, sni }) {
  const name = host.split(':')[0];
  return {
    speaks: protocol === 'grpc' ? 'http2' : protocol,
    tls: tls !== 'none',
    ...(tls === 'none' ? {} : { principal: from.principal ?? undefined }),
    alpn: ALPN[tls]?.[protocol],
    // an empty name is the name of the host for the harness
    sni: tls === 'none' ? undefined : tls === 'mesh' ? `outbound_.${port}_._.${name}` : sni || name,
    address: from.ip ?? '127.0.0.1',
  };
}

function tokenOf({ in: place, issuer, state, name, prefix, claims, without }) {
  const header = name || 'Authorization';
  const names = { header, query: name || 'access_token', cookie: name || 'token' };
  // the harness signs with the times of the moment it asks
  const all = { iss: issuer, iat: 1, exp: 32503680000, ...claims, ...(state === 'expired' ? { exp: 2 } : {}) };
  const kept = Object.fromEntries(Object.entries(all).filter(([claim]) => !without.includes(claim)));
  return {
    in: place,
    name: names[place],
    prefix: prefix ?? (header.toLowerCase() === 'authorization' ? 'Bearer ' : ''),
    claims: kept,
    // the keys are those of the issuer that the request names, whatever the token says
    state: state === 'garbage' ? 'malformed' : kept.iss !== issuer || state === 'forged' ? 'forged' : 'valid',
  };
}

function requestOf({ method, path, host, headers, tokens, protocol }) {
  const ofProtocol = protocol === 'grpc' ? [['content-type', 'application/grpc'], ['te', 'trailers']] : [];
  return protocol === 'tcp' ? undefined : { method, path, host, headers: [...ofProtocol, ...headers], tokens: tokens.map(tokenOf) };
}

function answersOf({ headers }) {
  const denied = headers.some(([name, value]) => name.toLowerCase() === 'x-ext-authz' && value === 'deny');
  return { http: denied ? 'denied' : 'ok', grpc: denied ? 'denied' : 'ok', deaf: 'ok' };
}

function gatewayClient({ speaks, tls, sni, principal }) {
  const certificate = principal === undefined ? undefined : { trusted: true, names: [`spiffe://${principal}`] };
  return { tls, sni: sni?.toLowerCase(), certificate, speaks: speaks === 'tcp' ? 'tcp' : 'http' };
}

/** What a waypoint takes a port of its Service for. */
function servedPort(objects, port) {
  const { applicationOfProtocol, protocolOfPort } = access('mtls/protocols');
  const { name } = servedAt(objects);
  const found = objects.find(
    ({ kind, metadata }) => kind === 'Service' && metadata.name === name,
  ).spec.ports.find((one) => one.port === port);
  return applicationOfProtocol(found === undefined ? 'UNKNOWN' : protocolOfPort(found));
}

function takenBy({ model, applications, gateways, objects }, client, port) {
  if (model.kind === 'gateway') {
    return access('mtls/gateway-chain').gatewayChain(gateways, model.workload, port, gatewayClient(client));
  }
  return model.kind === 'waypoint' ? servedPort(objects, port) : applications.of(model.workload, port).application;
}

/** What the router of a gateway makes of a request that its filters let pass. */
function routed({ model, gateways }, taken, { passed, verdict }, client) {
  if (model.kind !== 'gateway' || verdict !== 'allow') {
    return verdict;
  }
  const { gatewayConnection, gatewayRoute } = access('mtls/gateway-chain');
  if (passed === undefined) {
    return gatewayConnection(gateways, taken, gatewayClient(client)).outcome === 'destinations' ? 'allow' : 'connection-reset';
  }
  const { request: { host, path: seen, method, lines }, claims } = passed;
  const headers = [...lines].flatMap(([name, values]) => values.map((value) => [name, value]));
  const answer = gatewayRoute(gateways, taken, { host, path: seen.split('?')[0], method, headers, claims });
  return answer.outcome === 'destinations' ? 'allow' : answer.status === undefined ? answer.outcome : `http-${answer.status}`;
}

/** For each request of a case the verdict and its reason, and whether Envoy is expected to refuse the whole listener. */
async function decide(written) {
  const ready = await prepared(written);
  return {
    refuses: ready.model.authorization.refusals.length > 0,
    answers: ready.requests.map((request) => {
      const client = clientOf(request);
      const taken = takenBy(ready, client, request.port);
      const arrival = { port: request.port, taken, client, request: requestOf(request), destination: ADDRESS };
      const asked = access('inbound').inboundVerdict(ready.model, { ...arrival, answers: answersOf(request) });
      // an authorizer that is asked about bytes sees no header that it could refuse
      const isAboutBytes = asked.verdict === 'connection-reset' && /asks grpc/.test(asked.reason);
      const verdict = isAboutBytes ? access('inbound').inboundVerdict(
        ready.model, { ...arrival, answers: answersOf({ headers: [] }) },
      ) : asked;
      const outcome = routed(ready, taken, verdict, client);
      // where bytes are handed on as they are, the backend of the harness would have to speak HTTP/2, and it does not
      const isUnanswered = outcome === 'allow' && verdict.passed === undefined && ['http2', 'grpc'].includes(request.protocol);
      return { verdict: isUnanswered ? 'reset' : WORDS[outcome] ?? outcome.replace(/^http-/, ''), reason: verdict.reason };
    }),
  };
}

module.exports = { decide };
