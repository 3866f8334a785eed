// One assertion in a warm process: the verdict on one request in a model that is there already. Prints milliseconds.

const path = require('node:path');
const { median } = require('./measure');

const [library, file] = process.argv.slice(2);
const room = (name) => require(path.join(library, 'lib', 'src', 'access', name));
const { AccessModel } = room('model/access-model');
const { answerQuery } = room('cases/access-case');
const { readPaths } = room('reading/read');
const { snapshotOf } = room('snapshot/snapshot');

const model = new AccessModel(snapshotOf(readPaths([file]).manifests));
const pods = model.snapshot.workloads.filter(({ kind }) => kind === 'Deployment').map(({ id }) => id);
const query = (i) => ({
  from: { workload: pods[(i * 7919) % pods.length] }, to: { workload: pods[(i * 104729 + 1) % pods.length], port: 8080, protocol: 'TCP', app: 'http' },
  conn: { via: 'service' }, http: { method: 'GET', path: '/api/v0/x', host: '', headers: [], tokens: [] },
});
const times = Array.from({ length: 400 }, (_, i) => {
  const start = process.hrtime.bigint();
  answerQuery(model, query(i), i);
  return Number(process.hrtime.bigint() - start) / 1e6;
});
// the first ones warm the process
console.log(JSON.stringify({ median: median(times.slice(100)), most: Math.max(...times.slice(100)), first: times[0] }));
