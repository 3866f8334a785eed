// What the examples grant, asked of real Envoy as real istiod configures it: every grant passes, and nothing else does.
const { example, exampleNames } = require('../lib/apps');
const { isRefusal, verdictsOf } = require('../lib/examples-in-envoy');
const { Tally } = require('../lib/tally');

async function meaning(engines) {
  const tally = new Tally('examples before real Envoy (every grant, and every other pair, port, method, path and token)');
  const asked = { istio: engines.istio(), envoy: engines.envoy() };
  for (const name of exampleNames()) {
    const { answers, rejected } = await verdictsOf(example(name), asked);
    Object.entries(rejected).forEach(([listener, reason]) => tally.check(false, `${name}: Envoy rejects the listener of ${listener}: ${reason}`));
    for (const { granted, verdict, text } of answers) {
      tally.check(granted ? verdict === 'allow' : isRefusal(verdict), () => `${name}: ${text}: ${verdict}, ${granted ? 'though it is granted' : 'though it is not granted'}`);
    }
    const granted = answers.filter((a) => a.granted).length;
    tally.note(`${name}: ${granted} granted requests, ${answers.length - granted} others`);
  }
  await Promise.all(Object.values(asked).map((engine) => engine.close()));
  return tally;
}

module.exports = { meaning };
