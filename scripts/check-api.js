// Compares the public names in .jsii (so compile first) with the committed list, which reviewers see change.
const fs = require('node:fs');
const path = require('node:path');

const root = path.join(__dirname, '..');
const { types } = JSON.parse(fs.readFileSync(path.join(root, '.jsii'), 'utf8'));
const names = Object.values(types).map((type) => type.name).sort();
const committed = fs.readFileSync(path.join(root, 'test', 'project', 'exported-names.txt'), 'utf8').trim().split('\n');

const added = names.filter((name) => !committed.includes(name));
const removed = committed.filter((name) => !names.includes(name));
if (added.length + removed.length > 0) {
  console.error(`the public names changed: added ${added.join(', ') || 'none'}; removed ${removed.join(', ') || 'none'}; `
    + 'if that is meant, correct test/project/exported-names.txt');
  process.exitCode = 1;
} else {
  console.log(`${names.length} public names, as committed`);
}
