// The examples as they are: their objects, what they granted, and who is who.
const fs = require('node:fs');
const os = require('node:os');
const path = require('node:path');
const { root } = require('./engines');

require('ts-node').register({ transpileOnly: true, compilerOptions: { module: 'commonjs', moduleResolution: 'node10', ignoreDeprecations: '6.0' } });

const { App, Yaml } = require('cdk8s');
const { Grants, Workload } = require('cdk8s-zero-trust');

const ran = new Map();

/** An example as it ran; a module runs once in a process. */
function example(name) {
  if (!ran.has(name)) {
    ran.set(name, run(name));
  }
  return ran.get(name);
}

/** Runs an example and looks at the app that it synthesises. */
function run(name) {
  const outdir = fs.mkdtempSync(path.join(os.tmpdir(), 'example-'));
  const synth = App.prototype.synth;
  let app;
  App.prototype.synth = function (...args) {
    app = this;
    return synth.apply(this, args);
  };
  process.env.CDK8S_OUTDIR = outdir;
  try {
    require(path.join(root, 'examples', name, 'main.ts'));
    const objects = fs.readdirSync(outdir).sort().flatMap((file) => Yaml.load(path.join(outdir, file)));
    return { name, objects, grants: Grants.of(app).list(), workloads: workloadsOf(app), mesh: factsOf(app) };
  } finally {
    App.prototype.synth = synth;
    fs.rmSync(outdir, { recursive: true, force: true });
  }
}

function instances(app) {
  return app.node.findAll().filter((c) => c instanceof Workload);
}

function workloadsOf(app) {
  return instances(app).map((workload) => ({
    id: workload.peerName,
    name: workload.workloadName,
    namespace: workload.namespaceName,
    serviceAccount: workload.serviceAccountName,
    labels: workload._pods.labels(),
    ports: workload.ports.map((port) => ({ number: port.number, transport: port.transport, application: port.application })),
  }));
}

function factsOf(app) {
  return instances(app)[0].namespace.mesh.facts;
}

function exampleNames() {
  const folder = path.join(root, 'examples');
  return fs.readdirSync(folder).filter((name) => fs.existsSync(path.join(folder, name, 'main.ts'))).sort();
}

module.exports = { example, exampleNames };
