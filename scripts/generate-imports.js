// Generates the L1 classes in imports/ from the pinned schemas in imports/schemas/, without network.
// usage: node scripts/generate-imports.js [OUTPUT FOLDER]
const { execFileSync } = require('node:child_process');
const fs = require('node:fs');
const path = require('node:path');

const root = path.join(__dirname, '..');
const schemas = path.join(root, 'imports', 'schemas');
const out = path.resolve(process.argv[2] ?? path.join(root, 'imports'));
const cli = path.join(root, 'node_modules', 'cdk8s-cli');

// cdk8s-cli can only download the Kubernetes schema, so its download function is replaced by one that reads the pinned file.
// Its exports map hides these modules, hence the absolute paths.
async function importKubernetes() {
  const util = require(path.join(cli, 'lib', 'util.js'));
  const file = fs.readdirSync(schemas).find((name) => name.startsWith('k8s-'));
  const version = /^k8s-(.+)-definitions\.json$/.exec(file)[1];
  util.download = async () => fs.readFileSync(path.join(schemas, file), 'utf8');
  const { ImportKubernetesApi } = require(path.join(cli, 'lib', 'import', 'k8s.js'));
  await new ImportKubernetesApi({ apiVersion: version }).import({ outdir: out, targetLanguage: 'typescript', classNamePrefix: 'Kube' });
}

function importCrds() {
  for (const file of fs.readdirSync(schemas).filter((name) => name.endsWith('-crds.yaml')).sort()) {
    execFileSync(process.execPath, [
      path.join(cli, 'bin', 'cdk8s'), 'import', path.join(schemas, file), '-l', 'typescript', '-o', out, '--no-save', '--check-upgrade=false',
    ], { stdio: ['ignore', 'ignore', 'inherit'], cwd: root });
  }
}

importKubernetes().then(importCrds).catch((error) => {
  console.error(error.message);
  process.exitCode = 1;
});
