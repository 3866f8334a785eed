// Every object that the library emits, before the API server, the CRDs, Istio's webhook and all of its analyzers.
const { withContext } = require('../lib/context');
const { holds } = require('../lib/holds');
const { exampleSets, testSets } = require('../lib/emitted');
const { Tally } = require('../lib/tally');

/** Codes that must stay, with the reason. */
const EXPECTED = {
  IST0103: 'pods that tests define are only read; nothing injects a proxy into them here',
  IST0134: 'TCP hosts without addresses are written only where proxies capture DNS, which gives each host an address of its own',
};

/** Tests also hold objects of their own, which the library only reads. */
const isOurs = (o) => o.metadata.labels?.['app.kubernetes.io/managed-by'] === 'cdk8s-zero-trust';
const nameOf = (o) => `${o.kind} ${o.metadata.namespace ?? ''}/${o.metadata.name}`;

async function checkObject(object, where, { strategies, istio }, tally) {
  const stored = await strategies.ask({ op: 'create', object });
  tally.check(stored.status === 201, () => `${where} ${nameOf(object)}: the API server answers ${stored.status} ${stored.message}`);
  tally.check(stored.status !== 201 || holds(stored.object, object), () => `${where} ${nameOf(object)}: the API server stores something else: ${JSON.stringify(stored.object)}`);
  if (!/istio\.io/.test(object.apiVersion)) {
    return;
  }
  const { webhook, crd } = await istio.ask({ op: 'validate', object });
  tally.check(webhook.allowed, () => `${where} ${nameOf(object)}: the webhook refuses it: ${webhook.message}`);
  tally.check((webhook.warnings ?? []).length === 0, () => `${where} ${nameOf(object)}: the webhook warns: ${webhook.warnings.join('; ')}`);
  tally.check(crd.valid, () => `${where} ${nameOf(object)}: its CRD refuses it: ${crd.errors.join('; ')}`);
}

async function emitted(engines) {
  const tally = new Tally('emitted objects (API server strategies, CRD, webhook, analyzers)');
  const sets = [...exampleSets(), ...testSets().map((objects, i) => ({ where: `test set ${i}`, objects }))];
  const asked = { strategies: engines.strategies(), istio: engines.istio() };
  const seen = new Set();
  for (const { where, objects } of sets) {
    for (const object of objects.filter((o) => isOurs(o) && !seen.has(JSON.stringify(o)))) {
      seen.add(JSON.stringify(object));
      await checkObject(object, where, asked, tally);
    }
    const { messages, skipped } = await asked.istio.ask({ op: 'analyze', objects: withContext(objects) });
    tally.check(skipped.length === 0, () => `${where}: analyzers did not run: ${skipped.join(', ')}`);
    const unexpected = messages.filter((m) => EXPECTED[m.code] === undefined);
    tally.check(unexpected.length === 0, () => `${where}: ${unexpected.slice(0, 3).map((m) => `${m.code} ${m.object}: ${m.text}`).join('; ')}`);
  }
  await Promise.all(Object.values(asked).map((engine) => engine.close()));
  tally.note(`${seen.size} distinct objects in ${sets.length} sets`);
  Object.entries(EXPECTED).forEach(([code, reason]) => tally.note(`${code} is expected: ${reason}`));
  return tally;
}

module.exports = { emitted };
