// Replays case files with known verdicts (format zt-case/1, docs/corpora.md) and fails on every difference that is not listed with its reason
// in test/corpora/exceptions.json, and on every listed one that is none any more. usage: node scripts/test-corpora.js FOLDER
const fs = require('node:fs');
const path = require('node:path');

const ROOT = path.join(__dirname, '..');
const EXCEPTIONS = path.join(ROOT, 'test', 'corpora', 'exceptions.json');

function caseFiles(folder) {
  return fs.readdirSync(folder).filter((name) => name.endsWith('.json')).sort().map((name) => path.join(folder, name))
    .filter((file) => Array.isArray(JSON.parse(fs.readFileSync(file, 'utf8')).cases));
}

/** Asks the command, in this process: it is what users call. */
function ask(files) {
  const { run } = require(path.join(ROOT, 'lib', 'src', 'cli', 'main'));
  let out = '';
  const code = run(['verdict', '--case', ...files, '--format', 'json'], { out: (text) => { out += text; }, error: (text) => process.stderr.write(text) });
  if (code === 2) {
    throw new Error('some case file cannot be used');
  }
  return JSON.parse(out);
}

function differing(one) {
  const rows = [...one.results ?? [], ...one.disagreements ?? []].filter((row) => row.agrees === false);
  return rows.map((row) => String(row.query ?? row.row ?? row.port ?? JSON.stringify(row.given ?? one.problem)));
}

function report(answer, exceptions) {
  const perFile = new Map();
  const faults = [];
  for (const one of answer.cases) {
    const name = path.basename(one.file);
    const total = perFile.get(name) ?? { agree: 0, excepted: 0, failed: 0, skipped: 0 };
    const known = exceptions[one.name];
    const same = known !== undefined && JSON.stringify([...known.rows].map(String).sort()) === JSON.stringify(differing(one).sort());
    perFile.set(name, {
      agree: total.agree + one.agree,
      excepted: total.excepted + (same ? one.disagree : 0),
      failed: total.failed + (same ? 0 : one.disagree),
      skipped: total.skipped + one.skipped,
    });
    if (one.disagree > 0 && !same) {
      faults.push(`${one.name}: ${one.problem ?? `rows ${differing(one).join(', ')}`}`);
    } else if (known !== undefined && one.disagree === 0) {
      faults.push(`${one.name} is listed as an exception and agrees`);
    }
  }
  return { perFile, faults };
}

function main(folder) {
  if (folder === undefined || !fs.existsSync(folder)) {
    console.log(`there is no folder ${folder ?? '(none given)'} with case files; usage: npm run test:corpora -- FOLDER`);
    console.log('corpora: 0 passed, 1 failed');
    return 1;
  }
  const { perFile, faults } = report(ask(caseFiles(folder)), JSON.parse(fs.readFileSync(EXCEPTIONS, 'utf8')));
  let [agree, excepted] = [0, 0];
  for (const [name, total] of perFile) {
    console.log(`${name.padEnd(34)} ${String(total.agree).padStart(6)} agree, ${total.excepted} explained, ${total.failed} differ, ${total.skipped} without verdict`);
    agree += total.agree;
    excepted += total.excepted;
  }
  faults.forEach((fault) => console.log(`  ${fault}`));
  console.log(`${excepted} verdicts are explained in test/corpora/exceptions.json`);
  console.log(`corpora: ${agree} passed, ${faults.length} failed`);
  return faults.length === 0 ? 0 : 1;
}

process.exitCode = main(process.argv[2]);
