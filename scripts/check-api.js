// Compares the types of the compiled library (.jsii) with the committed list of public names.
// usage: node scripts/check-api.js
const fs = require('node:fs');
const path = require('node:path');

const root = path.join(__dirname, '..');
const list = path.join(root, 'test', 'project', 'exported-names.txt');

function difference(committed, assembly) {
  const types = Object.values(assembly.types).map((type) => type.fqn.slice(assembly.name.length + 1));
  return [
    ...types.filter((name) => !committed.includes(name)).map((name) => `${name} is exported but not in the list`),
    ...committed.filter((name) => !types.includes(name)).map((name) => `${name} is in the list but not exported`),
    ...Object.keys(assembly.submodules ?? {}).map((name) => `${name} is a submodule, but exports are flat`),
  ];
}

function main() {
  const assembly = path.join(root, '.jsii');
  if (!fs.existsSync(assembly)) {
    console.error('there is no .jsii; run `npx projen compile` first');
    return 1;
  }
  const committed = fs.readFileSync(list, 'utf8').split('\n').filter((line) => line !== '');
  const faults = difference(committed, JSON.parse(fs.readFileSync(assembly, 'utf8')));
  if (faults.length > 0) {
    console.error(`${faults.join('\n')}\nif it is intended, change test/project/exported-names.txt and tell it in CHANGELOG.md`);
    return 1;
  }
  console.log(`${committed.length} public names, as committed`);
  return 0;
}

process.exitCode = main();
