// Sets of objects that the library emits: those of the examples, and those of the construct tests, as they run.
const { execFileSync } = require('node:child_process');
const fs = require('node:fs');
const os = require('node:os');
const path = require('node:path');
const { example, exampleNames } = require('./apps');
const { root } = require('./engines');

function exampleSets() {
  return exampleNames().map((name) => ({ where: `examples/${name}`, objects: example(name).objects }));
}

/** Runs the construct tests, which hand out every set that they synthesise. */
function testSets() {
  const file = path.join(fs.mkdtempSync(path.join(os.tmpdir(), 'emitted-')), 'sets.jsonl');
  execFileSync(process.execPath, [path.join(root, 'node_modules', 'jest', 'bin', 'jest.js'), '--ci', '--coverage=false', '--silent', 'test/constructs'], {
    cwd: root, stdio: ['ignore', 'ignore', 'ignore'], env: { ...process.env, CDK8S_ZERO_TRUST_EMITTED: file },
  });
  const lines = fs.readFileSync(file, 'utf8').split('\n').filter((line) => line !== '');
  fs.rmSync(path.dirname(file), { recursive: true, force: true });
  return [...new Set(lines)].map((line) => JSON.parse(line));
}

module.exports = { exampleSets, testSets };
