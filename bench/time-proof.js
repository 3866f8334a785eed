// Preloaded into every process of `cdk8s synth`: writes down how long the proofs in it took.

const fs = require('node:fs');
const Module = require('node:module');

const plain = Module._extensions['.js'];
Module._extensions['.js'] = (module, filename) => {
  plain(module, filename);
  if (/[\\/]src[\\/]synth[\\/]prove\.js$/.test(filename)) {
    const { proveCluster } = module.exports;
    module.exports.proveCluster = (...args) => {
      const start = process.hrtime.bigint();
      try {
        return proveCluster(...args);
      } finally {
        fs.appendFileSync(process.env.ZT_BENCH_PROOFS, `${Number(process.hrtime.bigint() - start) / 1e6}\n`);
      }
    };
  }
};
