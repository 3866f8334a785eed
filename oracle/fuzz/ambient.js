// Ambient mode: what istiod sends to ztunnel and binds to workloads on one side, our translation on the other.
const ipaddr = require('ipaddr.js');
const { engines } = require('../lib/engines');
const { policyObjects } = require('../lib/policy-case');
const { objectsOf, WORKLOADS } = require('../suites/ambient');
const { drawn } = require('./arbitrary');
const { access } = require('./lib');
const { SET } = require('./policies-sets');

const SETS = 40;

/** Sets of policies as for sidecars; requests and what only Envoy is told are left out. */
function generate(seed, number) {
  return drawn(SET, seed, number, SETS).map(({ mesh: { trustDomain, trustDomainAliases, rootNamespace }, policies, peers }) => ({
    mesh: JSON.parse(JSON.stringify({ trustDomain, trustDomainAliases, rootNamespace })),
    policies: policies.map(({ targetRefs, ...policy }) => (targetRefs === undefined ? policy : { ...policy, targetRefs })),
    peers,
  }));
}

const asCase = (one) => ({ ...one, id: 'case', common: {} });
const filled = (name, list) => (list.length === 0 ? {} : { [name]: list });

/** A policy as the protocol writes it: first values of enumerations and empty lists are left out, addresses are bytes. */
function asSent({ name, namespace, scope, action, groups }) {
  return {
    name, namespace, ...(scope === 'GLOBAL' ? {} : { scope }), ...(action === 'ALLOW' ? {} : { action }),
    ...filled(
      'groups', groups.map(({ rules }) => filled('rules', rules.map(({ matches }) => filled('matches', matches.map(matchAsSent))))),
    ),
  };
}

function matchAsSent(match) {
  return Object.fromEntries(
    Object.entries(match).map(([field, values]) => [field, field.endsWith('Ips') ? values.map(blockAsSent) : values]),
  );
}

function blockAsSent(text) {
  const [address, length] = text.split('/');
  return {
    address: Buffer.from(ipaddr.parse(address).toByteArray()).toString('base64'), ...(length === '0' ? {} : { length: Number(length) }),
  };
}

const keyOf = ({ namespace, name }) => `${namespace}/${name}`;
const byKey = (a, b) => (keyOf(a) < keyOf(b) ? -1 : 1);

/** What our model sends and binds, and what it cannot say. */
function modelOf(one) {
  const manifests = policyObjects(asCase(one), { namespace: 'foo', name: 'w' }).map((object) => ({ object, origin: {} }));
  const { boundPolicies, ztunnelPolicies } = access('ambient/bind');
  const sent = ztunnelPolicies(manifests, { ...access('mesh-settings').DEFAULT_MESH, ...one.mesh });
  const bound = WORKLOADS.map(
    ([namespace, name, labels]) => [`${namespace}/${name}`, boundPolicies(sent, { namespace, name, labels }).referred],
  ).filter(([, keys]) => keys.length > 0);
  return {
    unknown: sent.unknown.map(({ why }) => why),
    answer: canonical({ policies: [...sent.sent].sort(byKey).map(asSent), bound: Object.fromEntries(bound) }),
  };
}

/** The same text for the same answer, whatever the order of keys. */
function canonical(value) {
  const sorted = (node) => (Array.isArray(node) ? node.map(sorted) : node !== null && typeof node === 'object'
    ? Object.fromEntries(Object.keys(node).sort().map((key) => [key, sorted(node[key])])) : node);
  return JSON.stringify(sorted(value));
}

async function compareOne(istio, one) {
  const ours = modelOf(one);
  try {
    const { policies, workloads } = await istio.ask({ op: 'ambient', mesh: one.mesh, objects: objectsOf(asCase(one)) });
    const bound = Object.fromEntries(
      workloads.filter((workload) => workload.policies.length > 0).map((workload) => [keyOf(workload), workload.policies]),
    );
    const engine = canonical({ policies, bound });
    return { rows: [rowOf(engine, ours)] };
  } catch (error) {
    const panics = /panic|crashed/.test(error.message);
    const expected = ours.unknown.some((why) => why.includes('panics'));
    return panics ? { rows: [{
      engine: 'panics', model: expected ? 'panics' : 'answers', reason: error.message, agrees: expected,
    }] } : { problem: error.message, rows: [] };
  }
}

function rowOf(engine, { unknown, answer }) {
  const [reason] = unknown;
  const agrees = engine === answer;
  return agrees || reason !== undefined ? { engine: 'answers', model: 'answers', reason, unknown: reason !== undefined, agrees: true }
    : { engine: 'another answer', model: 'answers', reason: difference(engine, answer), agrees: false };
}

function difference(engine, model) {
  const at = [...engine].findIndex((character, i) => character !== model[i]);
  return `engine …${engine.slice(Math.max(0, at - 60), at + 120)}… model …${model.slice(Math.max(0, at - 60), at + 120)}…`;
}

async function compare({ istio }, cases) {
  const results = [];
  for (const one of cases) {
    results.push(await compareOne(istio, one));
  }
  return results;
}

module.exports = {
  topic: 'ambient', generate, compare, focus: (one) => one,
  open: () => {
    const istio = engines.istio();
    return { istio, close: () => istio.close() };
  },
  shrinking: { may: () => true, mend: (one) => ({ mesh: {}, policies: [], peers: [], ...one }) },
};
