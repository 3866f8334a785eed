// Runs a command cold and tells how long it took and how much memory it held.

const { spawnSync } = require('node:child_process');
const fs = require('node:fs');
const path = require('node:path');

const PROBE = path.join(__dirname, 'probe.js');

/** The middle one. */
function median(values) {
  const sorted = [...values].sort((a, b) => a - b);
  return sorted[Math.floor((sorted.length - 1) / 2)];
}

/** One run of a script by a new node: seconds by the clock, seconds of the main thread on a CPU, and the most memory held, in MB. */
function once(args, { folder, env = {} }) {
  const report = path.join(folder, 'probe.json');
  fs.rmSync(report, { force: true });
  const start = process.hrtime.bigint();
  const result = spawnSync(process.execPath, ['--require', PROBE, ...args], {
    cwd: folder, env: { ...process.env, ...env, ZT_BENCH_REPORT: report }, stdio: ['ignore', fs.openSync(path.join(folder, 'out.txt'), 'w'), 'pipe'], encoding: 'utf8',
  });
  const seconds = Number(process.hrtime.bigint() - start) / 1e9;
  if (result.status !== 0) {
    throw new Error(`node ${args.join(' ')} failed with ${result.status}: ${result.stderr.slice(0, 2000)}`);
  }
  return { seconds, ...JSON.parse(fs.readFileSync(report, 'utf8')) };
}

/** Several cold runs: median and least by the clock, least of the main thread, most memory. */
function cold(args, { runs, ...options }) {
  const all = Array.from({ length: runs }, () => once(args, options));
  const of = (name) => all.map((one) => one[name]);
  return { median: median(of('seconds')), min: Math.min(...of('seconds')), main: Math.min(...of('main')), memory: Math.max(...of('memory')) };
}

module.exports = { cold, median, once };
