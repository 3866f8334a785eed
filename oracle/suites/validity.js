// What admission says of objects: Istio's webhook, the CRDs, and the API server by create and by server-side apply.
const { casesOf } = require('../lib/cases');
const { settle } = require('../lib/recorded');
const { Tally } = require('../lib/tally');

const API_VERSIONS = {
  AuthorizationPolicy: 'security.istio.io/v1', PeerAuthentication: 'security.istio.io/v1', RequestAuthentication: 'security.istio.io/v1',
  ServiceEntry: 'networking.istio.io/v1', DestinationRule: 'networking.istio.io/v1', Sidecar: 'networking.istio.io/v1', Gateway: 'networking.istio.io/v1',
  VirtualService: 'networking.istio.io/v1', Telemetry: 'telemetry.istio.io/v1', NetworkPolicy: 'networking.k8s.io/v1', Namespace: 'v1', Service: 'v1',
  ServiceAccount: 'v1', Deployment: 'apps/v1', StatefulSet: 'apps/v1',
};

function objectOf({ kind, apiVersion = API_VERSIONS[kind], metadata, ...rest }) {
  const scope = kind === 'Namespace' ? {} : { namespace: 'foo' };
  return { apiVersion, kind, metadata: { name: 'it', ...scope, ...metadata }, ...rest };
}

async function verdictOf({ object }, { istio, apiserver }) {
  const whole = objectOf(object);
  const answers = { create: (await apiserver.ask({ op: 'create', object: whole, dryRun: true })).status, apply: (await apiserver.ask({ op: 'apply', object: whole, dryRun: true })).status };
  if (/istio\.io/.test(whole.apiVersion)) {
    const { webhook, crd } = await istio.ask({ op: 'validate', object: whole });
    answers.webhook = webhook.allowed ? (webhook.warnings ?? []).length > 0 ? 'warns' : 'accepts' : 'rejects';
    answers.crd = crd.valid ? 'accepts' : 'rejects';
  }
  return answers;
}

async function validity(engines, { record }) {
  const tally = new Tally('admission (webhook, CRD, API server)');
  const asked = { istio: engines.istio(), apiserver: engines.apiserver() };
  await asked.apiserver.ask({ op: 'create', object: { apiVersion: 'v1', kind: 'Namespace', metadata: { name: 'foo' } } });
  const verdicts = {};
  for (const one of casesOf('validity')) {
    verdicts[one.id] = await verdictOf(one, asked);
  }
  const versions = { istio: (await asked.istio.ask({ op: 'version' })).istio, kubernetes: (await asked.apiserver.ask({ op: 'version' })).kubernetes };
  await Promise.all(Object.values(asked).map((engine) => engine.close()));
  settle('validity', versions, verdicts, { record, tally });
  const given = Object.values(verdicts);
  tally.note(`${given.filter((v) => v.webhook).length} webhook and CRD verdicts, ${given.length} of the API server by create and by apply`);
  return tally;
}

module.exports = { validity };
