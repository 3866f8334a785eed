// AuthorizationPolicy, PeerAuthentication and RequestAuthentication: what real Envoy does with what real istiod makes of them.
const { casesOf } = require('../lib/cases');
const { objectsOf, requestsOf, targetOf } = require('../lib/policy-case');
const { settle } = require('../lib/recorded');
const { Tally } = require('../lib/tally');

const BATCH = 60;

async function listenerOf(one, ip, { istio, jwksOf }) {
  const target = targetOf(one, ip);
  const objects = await objectsOf(one, target, jwksOf);
  const reply = await istio.ask({ op: 'listeners', mesh: { ...one.common.mesh, ...one.mesh }, objects, proxy: target });
  return { target, listener: { name: one.id, ip, kind: target.kind, listener: reply.listeners[0], routes: reply.routes } };
}

/** Several cases in one Envoy, each at an address of its own. */
async function askBatch(batch, first, asked) {
  const listeners = [];
  const requests = [];
  const counts = [];
  for (const [i, one] of batch.entries()) {
    const ip = `127.88.${Math.floor((first + i) / 250) % 250}.${1 + ((first + i) % 250)}`;
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

async function policies(engines, { record }) {
  const tally = new Tally('policies before real Envoy');
  const asked = { istio: engines.istio(), envoy: engines.envoy() };
  const keys = new Map();
  const jwksOf = async (issuer) => {
    if (!keys.has(issuer)) {
      keys.set(issuer, (await asked.envoy.ask({ op: 'jwks', issuer })).jwks);
    }
    return keys.get(issuer);
  };
  const cases = casesOf('policies');
  const verdicts = {};
  for (let i = 0; i < cases.length; i += BATCH) {
    Object.assign(verdicts, Object.fromEntries(await askBatch(cases.slice(i, i + BATCH), i, { ...asked, jwksOf })));
  }
  const versions = { istio: (await asked.istio.ask({ op: 'version' })).istio, envoy: engines.versions.envoy };
  await Promise.all(Object.values(asked).map((engine) => engine.close()));
  settle('policies', versions, verdicts, { record, tally });
  tally.note(`${cases.length} sets of policies, ${Object.values(verdicts).join(' ').split(' ').length} requests`);
  return tally;
}

module.exports = { policies };
