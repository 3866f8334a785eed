// What is measured within a process: an assertion, and the proof at synth.

const fs = require('node:fs');
const path = require('node:path');
const { spawnSync } = require('node:child_process');

function node(args, { cwd, env = {} }) {
  const result = spawnSync(process.execPath, args, { cwd, env: { ...process.env, ...env }, encoding: 'utf8' });
  if (result.status !== 0) {
    throw new Error(`node ${args.join(' ')} failed: ${result.stderr.slice(0, 2000)}`);
  }
  return result.stdout;
}

/** One verdict in a model that is there already, in milliseconds. */
function assertion({ library }, folder, file) {
  return JSON.parse(node([path.join(__dirname, 'assertion.js'), library, file], { cwd: folder }));
}

function proofs(file) {
  const times = fs.existsSync(file) ? fs.readFileSync(file, 'utf8').trim().split('\n').map(Number) : [];
  return times.reduce((sum, time) => sum + time, 0);
}

/** The example by the real command, several times: the fastest synth and its proof. */
function proof({ library, runs }, folder) {
  const example = path.join(library, 'examples', 'online-boutique');
  const output = path.join(folder, 'boutique');
  const found = Array.from({ length: runs }, () => {
    const file = path.join(folder, 'proofs.txt');
    fs.rmSync(file, { force: true });
    const start = process.hrtime.bigint();
    node([path.join(library, 'node_modules', 'cdk8s-cli', 'bin', 'cdk8s'), 'synth', '--check-upgrade=false', '--output', output], {
      cwd: example, env: { NODE_OPTIONS: `--require ${path.join(__dirname, 'time-proof.js')}`, ZT_BENCH_PROOFS: file },
    });
    return { seconds: Number(process.hrtime.bigint() - start) / 1e9, proof: proofs(file) };
  });
  const [fastest] = found.sort((a, b) => a.seconds - b.seconds);
  const objects = fs.readdirSync(output).reduce((sum, name) => sum + (fs.readFileSync(path.join(output, name), 'utf8').match(/^kind: /gm) ?? []).length, 0);
  return { ...fastest, objects };
}

/** An app of many charts in one process. */
function charts({ library }, folder, count) {
  const file = path.join(folder, `proofs-${count}.txt`);
  const output = path.join(folder, `charts-${count}`);
  const said = node(['--require', path.join(__dirname, 'time-proof.js'), path.join(__dirname, 'charts.js'), library, String(count), output], {
    cwd: library, env: { ZT_BENCH_PROOFS: file },
  });
  return { ...JSON.parse(said), proof: proofs(file) };
}

module.exports = { assertion, charts, proof };
