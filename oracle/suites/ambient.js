// What istiod sends to ztunnel for policies, and which workload each is bound to.
const { casesOf } = require('../lib/cases');
const { pod, namespace } = require('../lib/context');
const { policyObjects } = require('../lib/policy-case');
const { settle } = require('../lib/recorded');
const { Tally } = require('../lib/tally');

const WORKLOADS = [['foo', 'w', { app: 'w' }], ['foo', 'v', { app: 'v' }], ['bar', 'w', { app: 'w' }]];

function objectsOf(one) {
  const ambient = (name) => {
    const object = namespace(name);
    object.metadata.labels = { 'kubernetes.io/metadata.name': name, 'istio.io/dataplane-mode': 'ambient' };
    return object;
  };
  const pods = WORKLOADS.map(([home, name, labels], i) => {
    const object = pod({ namespace: home, name, labels, serviceAccount: name, ip: `10.1.1.${i + 1}` });
    object.metadata.annotations = { 'ambient.istio.io/redirection': 'enabled' };
    return object;
  });
  return [...['foo', 'bar', 'istio-system'].map(ambient), ...pods, ...policyObjects(one, { namespace: 'foo', name: 'w' })];
}

async function ambient(engines, { record }) {
  const tally = new Tally('ambient translation (what ztunnel is sent)');
  const istio = engines.istio();
  const verdicts = {};
  for (const one of casesOf('ambient')) {
    const { policies, workloads } = await istio.ask({ op: 'ambient', mesh: { ...one.common.mesh, ...one.mesh }, objects: objectsOf(one) });
    const bound = Object.fromEntries(workloads.filter((w) => w.policies.length > 0).map((w) => [`${w.namespace}/${w.name}`, w.policies]));
    verdicts[one.id] = { policies, bound };
  }
  const versions = { istio: (await istio.ask({ op: 'version' })).istio };
  await istio.close();
  settle('ambient', versions, verdicts, { record, tally });
  return tally;
}

module.exports = { ambient, objectsOf, WORKLOADS };
