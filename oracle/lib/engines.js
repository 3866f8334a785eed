// Where the engines are and how they are started.
const fs = require('node:fs');
const path = require('node:path');
const { Engine } = require('./engine');
const versions = require('../versions.json');

const root = path.join(__dirname, '..', '..');
const bin = path.join(root, 'oracle', '.bin');
const crds = path.join(root, 'imports', 'schemas');
const envoyOf = (version) => path.join(bin, `envoy-${version}`);
const envoys = [versions.envoy, ...versions.otherEnvoys];

const PROGRAMS = {
  istio: { module: 'istio', package: '.' },
  'envoy-run': { module: 'envoy', package: '.' },
  strategies: { module: 'k8s', package: './strategies' },
  apiserver: { module: 'k8s', package: './apiserver' },
  netpol: { module: 'netpol', package: '.' },
};

const program = (name) => path.join(bin, name);

/** The programs that are not there, Envoy included. */
function missing() {
  const files = [...Object.keys(PROGRAMS).map(program), ...envoys.map(envoyOf)];
  return files.filter((file) => !fs.existsSync(file)).map((file) => path.basename(file));
}

const engines = {
  istio: () => new Engine(program('istio'), [], { name: 'istio' }),
  envoy: (version = versions.envoy) => new Engine(program('envoy-run'), ['-envoy', envoyOf(version)], { name: 'envoy-run' }),
  strategies: () => new Engine(program('strategies'), ['-crds', crds], { name: 'strategies' }),
  apiserver: () => new Engine(program('apiserver'), ['-crds', crds], { name: 'apiserver' }),
  netpol: () => new Engine(program('netpol'), [], { name: 'netpol' }),
};

module.exports = { root, bin, envoyOf, envoys, PROGRAMS, program, missing, engines, versions };
