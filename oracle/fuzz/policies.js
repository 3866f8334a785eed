// Istio's policies: real istiod and real Envoy on one side, our access model on the other.
const { engines } = require('../lib/engines');
const { filled } = require('../lib/cases');
const { objectsOf, requestsOf, targetOf } = require('../lib/policy-case');
const { fc, drawn } = require('./arbitrary');
const { decide } = require('./policies-model');
const { requestOf } = require('./policies-requests');
const { SET } = require('./policies-sets');

const SETS = 70;
const REQUESTS = 16;

/** One batch of cases, each a set of policies with requests. */
function generate(seed, number) {
  const cases = SET.chain(
    (set) => fc.record(
      {
        set: fc.constant(set), requests: fc.array(requestOf(JSON.parse(JSON.stringify(set))), { minLength: REQUESTS, maxLength: REQUESTS }),
      },
    ),
  );
  return drawn(cases, seed, number, SETS).map(({ set, requests }) => ({ ...set, requests }));
}

const asCase = (written, i) => ({ ...written, id: `case-${i}`, common: {} });

/** The listener that istiod makes of one case, with the requests to it. */
async function prepare(one, ip, { istio, jwksOf }) {
  const own = filled(one, { address: ip });
  const target = targetOf(own, ip);
  const objects = await objectsOf(own, target, jwksOf);
  const reply = await istio.ask({ op: 'listeners', mesh: own.mesh, objects, proxy: target });
  if (reply.listeners.length !== 1) {
    throw new Error(`${reply.listeners.length} listeners`);
  }
  return {
    listener: { name: one.id, ip, kind: target.kind, listener: reply.listeners[0], routes: reply.routes },
    requests: requestsOf(own, target).map((request) => ({ listener: one.id, ...request })),
  };
}

const addressOf = (i) => `127.88.${Math.floor(i / 250)}.${1 + (i % 250)}`;

class Engines {
  constructor() {
    this.istio = engines.istio();
    this.envoy = engines.envoy();
    this.keys = new Map();
    this.jwksOf = async (issuer) => {
      if (!this.keys.has(issuer)) {
        this.keys.set(issuer, (await this.envoy.ask({ op: 'jwks', issuer })).jwks);
      }
      return this.keys.get(issuer);
    };
  }

  async run(prepared) {
    if (prepared.length === 0) {
      return [];
    }
    const { verdicts, rejected } = await this.envoy.ask(
      { listeners: prepared.map(({ listener }) => listener), requests: prepared.flatMap(({ requests }) => requests) },
    );
    let next = 0;
    return prepared.map(({ listener, requests }) => {
      const own = verdicts.slice(next, next + requests.length);
      next += requests.length;
      return listener.name in rejected ? requests.map(() => `rejected: ${rejected[listener.name]}`) : own;
    });
  }

  /** What Envoy answers to every request of every case. What may end Envoy runs in one of its own. */
  async ask(cases, mayEnd = () => false) {
    const answers = new Array(cases.length);
    const prepared = [];
    for (const [i, one] of cases.entries()) {
      try {
        prepared.push({ i, ...await prepare(asCase(one, i), addressOf(i), this) });
      } catch (error) {
        answers[i] = { error: error.message };
      }
    }
    const together = prepared.filter(({ i }) => !mayEnd(i));
    (await this.run(together)).forEach((own, at) => { answers[together[at].i] = { verdicts: own }; });
    for (const alone of prepared.filter(({ i }) => mayEnd(i))) {
      const [own] = await this.run([alone]);
      answers[alone.i] = { verdicts: own };
    }
    return answers;
  }

  async close() {
    await Promise.all([this.istio.close(), this.envoy.close()]);
  }
}

/** What our model says of every case. */
async function model(cases) {
  return Promise.all(cases.map((one, i) => decide(asCase(one, i)).catch((error) => ({ crash: error.stack }))));
}

/** One question after the other with both answers. */
async function compare(asked, cases) {
  const ours = await model(cases);
  const theirs = await asked.ask(cases, (i) => ours[i].refuses === true);
  return cases.map((one, i) => {
    if (theirs[i].error !== undefined) {
      return { problem: theirs[i].error, rows: [] };
    }
    return { rows: theirs[i].verdicts.map((verdict, at) => rowOf(verdict, ours[i], at)) };
  });
}

function rowOf(answer, own, at) {
  // what has no route is not implemented to a client of gRPC; before a reset there may be an alert of TLS
  const engine = { 'grpc-12': '404', 'banner-reset': 'reset' }[answer] ?? answer;
  if (own.crash !== undefined) {
    return { engine, model: 'crash', reason: own.crash, agrees: false };
  }
  const { verdict, reason } = own.answers[at];
  const refused = engine.startsWith('rejected: ') && verdict === 'unknown' && own.refuses;
  // what the harness itself could not ask is no verdict
  const unasked = engine.startsWith('error: ');
  const isUnknown = verdict === 'unknown' && !refused && !unasked;
  return { engine, model: verdict, reason, unasked, unknown: isUnknown, agrees: unasked || isUnknown || refused || verdict === engine };
}

/** What of a case must stay where it is. */
const FIXED = new RegExp(`^(${[
  'target', 'target\\.(kind|name|namespace|ports|labels)', 'target\\.ports\\.\\d+\\.number', 'objects\\.\\d+\\..*',
  'authentications\\.\\d+\\.jwtRules\\.\\d+\\.issuer', 'requests',
  'requests\\.0', 'requests\\.0\\.(port|protocol)', 'requests\\.0\\.tokens\\.\\d+\\.issuer', 'requests\\.0\\.headers\\.\\d+\\.\\d+',
].join('|')})$`);
const shrinking = {
  may: (path) => !FIXED.test(path),
  mend: (one) => (
    one.target.ports.length === 0 ? undefined : { mesh: {}, objects: [], peers: [], authentications: [], policies: [], ...one }
  ),
};

module.exports = {
  topic: 'policies', generate, open: () => new Engines(), compare, shrinking, focus: (one, at) => ({ ...one, requests: [one.requests[at]] }),
};
