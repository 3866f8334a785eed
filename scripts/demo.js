// Synthesises examples/online-boutique with the real cdk8s CLI, lists what was written and shows who may reach whom, read from the objects alone.
const { execFileSync } = require('node:child_process');
const fs = require('node:fs');
const path = require('node:path');

const root = path.join(__dirname, '..');
const example = path.join(root, 'examples', 'online-boutique');
const output = path.join(example, 'dist');

function run(command, args) {
  execFileSync(process.execPath, [command, ...args], { cwd: example, stdio: 'inherit' });
}

try {
  console.log('\nSynthesising examples/online-boutique');
  run(path.join(root, 'node_modules', 'cdk8s-cli', 'bin', 'cdk8s'), ['synth', '--check-upgrade=false']);
  console.log('\nObjects written');
  for (const file of fs.readdirSync(output).sort()) {
    const text = fs.readFileSync(path.join(output, file), 'utf8');
    const kinds = [...text.matchAll(/^kind: (.+)$/gm)].map((match) => match[1]);
    const counts = [...new Set(kinds)].sort().map((kind) => `${kinds.filter((k) => k === kind).length} ${kind}`);
    console.log(`  examples/online-boutique/dist/${file}: ${kinds.length} objects, ${text.split('\n').length} lines (${counts.join(', ')})`);
  }
  console.log('');
  console.log('Who may reach whom, as the objects grant it');
  run(path.join(root, 'bin', 'cdk8s-zero-trust'), ['access', '-f', 'dist']);
} catch (error) {
  // the failing command has already said what is wrong
  process.exitCode = error.status ?? 1;
}
