// Asks the engines and compares with what is recorded; with --record it records. usage: node oracle/ask.js [--record] [SUITE ...]
const { engines, missing, versions } = require('./lib/engines');

const SUITES = {
  policies: () => require('./suites/policies').policies,
  'fuzz-policies': () => require('./suites/policies').found,
  'envoy-versions': () => require('./suites/policies').envoyVersions,
  validity: () => require('./suites/validity').validity,
  ambient: () => require('./suites/ambient').ambient,
  'client-tls': () => require('./suites/client-tls').clientTls,
  'network-policies': () => require('./suites/network-policies').networkPolicies,
  emitted: () => require('./suites/emitted').emitted,
  applied: () => require('./suites/applied').applied,
  meaning: () => require('./suites/meaning').meaning,
  planted: () => require('./suites/planted').planted,
};

async function run(names, record) {
  let failed = 0;
  for (const name of names) {
    const started = Date.now();
    try {
      const tally = await SUITES[name]()({ ...engines, versions }, { record });
      tally.note(`${Math.round((Date.now() - started) / 1000)} s`);
      tally.print();
      failed += tally.failures.length;
    } catch (error) {
      console.log(`${name}: 0 passed, 1 failed`);
      console.log(`  ${error.message}`);
      failed += 1;
    }
  }
  return failed;
}

const words = process.argv.slice(2);
const names = words.filter((word) => !word.startsWith('--'));
const unknown = names.find((name) => SUITES[name] === undefined);
if (unknown !== undefined) {
  console.log(`there is no suite ${unknown}; there are ${Object.keys(SUITES).join(', ')}`);
  process.exitCode = 2;
} else if (missing().length > 0) {
  console.log(`not built: ${missing().join(', ')}; run node oracle/build.js`);
  process.exitCode = 3;
} else {
  run(names.length === 0 ? Object.keys(SUITES) : names, words.includes('--record')).then((failed) => {
    // engines of a suite that failed half way end with their input
    process.exit(failed === 0 ? 0 : 1);
  });
}
