// The examples, really applied to an API server, by create and by server-side apply, and read back as they were.
const { exampleSets } = require('../lib/emitted');
const { holds } = require('../lib/holds');
const { Tally } = require('../lib/tally');

const keyOf = ({ apiVersion, kind, metadata }) => ({ apiVersion, kind, namespace: metadata.namespace, name: metadata.name });
const wide = ['Namespace'];

async function applySet({ where, objects }, way, apiserver, tally) {
  const namespaces = [...new Set(objects.map((o) => o.metadata.namespace).filter((n) => n !== undefined))];
  const defined = objects.filter((o) => wide.includes(o.kind)).map((o) => o.metadata.name);
  const around = namespaces.filter((name) => !defined.includes(name)).map((name) => ({ apiVersion: 'v1', kind: 'Namespace', metadata: { name } }));
  const ordered = [...around, ...objects.filter((o) => wide.includes(o.kind)), ...objects.filter((o) => !wide.includes(o.kind))];
  for (const object of ordered) {
    const reply = await apiserver.ask({ op: way, object });
    tally.check(reply.status < 300, () => `${where}: ${way} of ${object.kind} ${object.metadata.name}: ${reply.status} ${reply.message}`);
  }
  for (const object of objects) {
    const { object: stored } = await apiserver.ask({ op: 'get', ...keyOf(object) });
    tally.check(holds(stored, object), () => `${where}: ${object.kind} ${object.metadata.name} is read back as ${JSON.stringify(stored)}`);
  }
}

async function applied(engines) {
  const tally = new Tally('examples applied to a real API server and read back');
  for (const way of ['create', 'apply']) {
    for (const set of exampleSets()) {
      const apiserver = engines.apiserver();
      await applySet(set, way, apiserver, tally);
      await apiserver.close();
    }
  }
  return tally;
}

module.exports = { applied };
