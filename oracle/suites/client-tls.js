// What the proxy of a client does: mutual TLS, plaintext or TLS of its own, by DestinationRule, auto mTLS and PeerAuthentication.
const { casesOf } = require('../lib/cases');
const { namespace, pod } = require('../lib/context');
const { settle } = require('../lib/recorded');
const { Tally } = require('../lib/tally');

const CLIENT = { kind: 'sidecar', namespace: 'foo', name: 'client', labels: { app: 'client' }, serviceAccount: 'client', ip: '10.1.1.1' };
const SERVER = { namespace: 'bar', name: 'server', labels: { app: 'server' }, serviceAccount: 'server', ip: '10.1.1.2' };

function objectsOf({ common, objects = [], injected = true }) {
  const server = pod({ ...SERVER, labels: { ...SERVER.labels, ...(injected ? { 'security.istio.io/tlsMode': 'istio' } : {}) } });
  const service = {
    apiVersion: 'v1',
    kind: 'Service',
    metadata: { name: 'server', namespace: 'bar' },
    spec: { clusterIP: '10.9.9.1', selector: SERVER.labels, ports: [{ name: 'http', port: 80, targetPort: 8080 }, { name: 'tcp', port: 9000, targetPort: 9000 }] },
  };
  return [...['foo', 'bar', 'istio-system'].map(namespace), pod(CLIENT), server, service, ...common.objects ?? [], ...objects];
}

async function clientTls(engines, { record }) {
  const tally = new Tally('client side TLS');
  const istio = engines.istio();
  const verdicts = {};
  for (const one of casesOf('client-tls')) {
    const { host = 'server.bar.svc.cluster.local', port = 80, subset } = one;
    const { tls, sni, endpoints } = await istio.ask({ op: 'client', mesh: { ...one.common.mesh, ...one.mesh }, objects: objectsOf(one), proxy: CLIENT, host, port, subset });
    verdicts[one.id] = { tls, ...(sni === undefined || sni === '' ? {} : { sni }), endpoints: endpoints.map((e) => e.tls) };
  }
  const versions = { istio: (await istio.ask({ op: 'version' })).istio };
  await istio.close();
  settle('client-tls', versions, verdicts, { record, tally });
  return tally;
}

module.exports = { clientTls };
