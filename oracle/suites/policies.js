// AuthorizationPolicy, PeerAuthentication and RequestAuthentication: what real Envoy does with what real istiod makes of them.
const { casesOf, filled } = require('../lib/cases');
const { objectsOf, requestsOf, targetOf } = require('../lib/policy-case');
const { read, settle } = require('../lib/recorded');
const { Tally } = require('../lib/tally');

const BATCH = 60;

async function listenerOf(one, ip, { istio, jwksOf }) {
  const target = targetOf(one, ip);
  const objects = await objectsOf(one, target, jwksOf);
  const reply = await istio.ask({ op: 'listeners', mesh: { ...one.common.mesh, ...one.mesh }, objects, proxy: target });
  if (reply.listeners.length !== 1) {
    throw new Error(`${one.id}: istiod gives its proxy ${reply.listeners.length} listeners, and a case is about one`);
  }
  return { target, listener: { name: one.id, ip, kind: target.kind, listener: reply.listeners[0], routes: reply.routes } };
}

/** Several cases in one Envoy, each at an address of its own. */
async function askBatch(batch, first, asked) {
  const listeners = [];
  const requests = [];
  const counts = [];
  for (const [i, written] of batch.entries()) {
    const ip = `127.88.${Math.floor((first + i) / 250) % 250}.${1 + ((first + i) % 250)}`;
    const one = filled(written, { address: ip });
    const { target, listener } = await listenerOf(one, ip, asked);
    const own = requestsOf(one, target);
    listeners.push(listener);
    requests.push(...own.map((request) => ({ listener: one.id, ...request })));
    counts.push(own.length);
  }
  const { verdicts, rejected } = await asked.envoy.ask({ listeners, requests });
  let next = 0;
  return batch.map((one, i) => {
    const own = verdicts.slice(next, next + counts[i]);
    next += counts[i];
    return [one.id, one.id in rejected ? 'rejected' : own.join(' ')];
  });
}

/** What one version of Envoy says of every case. */
async function verdictsBy(version, engines, cases) {
  const asked = { istio: engines.istio(), envoy: engines.envoy(version) };
  const keys = new Map();
  const jwksOf = async (issuer) => {
    if (!keys.has(issuer)) {
      keys.set(issuer, (await asked.envoy.ask({ op: 'jwks', issuer })).jwks);
    }
    return keys.get(issuer);
  };
  const verdicts = {};
  for (let i = 0; i < cases.length; i += BATCH) {
    Object.assign(verdicts, Object.fromEntries(await askBatch(cases.slice(i, i + BATCH), i, { ...asked, jwksOf })));
  }
  const { istio } = await asked.istio.ask({ op: 'version' });
  await Promise.all(Object.values(asked).map((engine) => engine.close()));
  return { verdicts, istio };
}

const suite = (folder, topic, title) => async (engines, { record }) => {
  const tally = new Tally(title);
  const cases = casesOf(folder);
  const { verdicts, istio } = await verdictsBy(engines.versions.envoy, engines, cases);
  settle(topic, { istio, envoy: engines.versions.envoy }, verdicts, { record, tally });
  tally.note(`${cases.length} sets of policies, ${Object.values(verdicts).join(' ').split(' ').length} requests`);
  return tally;
};
const policies = suite('policies', 'policies', 'policies before real Envoy');
const found = suite('fuzz/policies', 'fuzz-policies', 'what fuzzing found, before real Envoy');

/** Where other versions of Envoy say something else than what is recorded of the pinned one. */
async function envoyVersions(engines, { record }) {
  const tally = new Tally('policies before other versions of Envoy');
  const cases = casesOf('policies');
  const pinned = read('policies').verdicts;
  const differences = {};
  let istio;
  for (const version of engines.versions.otherEnvoys) {
    const asked = await verdictsBy(version, engines, cases);
    istio = asked.istio;
    const different = Object.entries(asked.verdicts).filter(([id, verdict]) => verdict !== pinned[id]);
    different.forEach(([id, verdict]) => { differences[id] = { ...differences[id], [version]: verdict }; });
    tally.note(`Envoy ${version} differs from ${engines.versions.envoy} in ${different.length} of ${cases.length} sets`);
  }
  settle('envoy-versions', { istio, envoy: engines.versions.envoy, otherEnvoys: engines.versions.otherEnvoys }, differences, { record, tally });
  return tally;
}

module.exports = { policies, found, envoyVersions };
