// network-config-analyzer from PyPI on the same inputs, in a virtual environment below the folder of the bench.

const { spawnSync } = require('node:child_process');
const path = require('node:path');

const PACKAGE = 'network-config-analyzer';

function run(command, args, options = {}) {
  return spawnSync(command, args, { encoding: 'utf8', ...options });
}

/** The analyzer, or why it is not there. */
function installed(folder) {
  const environment = path.join(folder, 'python');
  const made = run('python3', ['-m', 'venv', environment], { timeout: 120_000 });
  if (made.status !== 0) {
    return { missing: 'no Python 3 with venv here' };
  }
  const python = path.join(environment, 'bin', 'python');
  const pip = run(python, ['-m', 'pip', 'install', '--quiet', '--disable-pip-version-check', PACKAGE, 'setuptools<80'], { timeout: 300_000 });
  if (pip.status !== 0) {
    return { missing: `pip could not install ${PACKAGE}: ${(pip.stderr ?? '').trim().split('\n').at(-1)}` };
  }
  const { stdout } = run(python, ['-m', 'pip', 'show', PACKAGE]);
  return { python, version: /^Version: (.*)$/m.exec(stdout)?.[1] ?? '' };
}

/** How long the analyzer takes for the map of a file, in seconds, or why nobody can tell. */
function analyzed({ python }, file, limit) {
  const start = process.hrtime.bigint();
  const result = run(python, ['-m', 'nca', '--connectivity', '--resource_list', file], {
    timeout: limit * 1000, env: { ...process.env, NO_COLOR: '1' }, maxBuffer: 1 << 28,
  });
  const seconds = Number(process.hrtime.bigint() - start) / 1e9;
  if (result.error?.code === 'ETIMEDOUT' || result.signal !== null) {
    return { missing: `not done after ${limit} s` };
  }
  const lines = (result.stdout ?? '').split('\n').length;
  return lines > 5 ? { seconds } : { missing: `failed: ${`${result.stdout}${result.stderr}`.trim().split('\n').at(-1)}` };
}

module.exports = { analyzed, installed };
