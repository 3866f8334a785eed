// Verdicts as the engines gave them, in test/conformance: written by this file alone, never by hand.
const fs = require('node:fs');
const path = require('node:path');
const { root } = require('./engines');

const fileOf = (topic) => path.join(root, 'test', 'conformance', `${topic}.json`);

function read(topic) {
  return fs.existsSync(fileOf(topic)) ? JSON.parse(fs.readFileSync(fileOf(topic), 'utf8')) : { engines: {}, verdicts: {} };
}

/** One line per case, so that a change of one verdict is a change of one line. */
function write(topic, engines, verdicts) {
  const lines = Object.entries(verdicts).sort(([a], [b]) => (a < b ? -1 : 1)).map(([id, verdict]) => `${JSON.stringify(id)}:${JSON.stringify(verdict)}`);
  fs.mkdirSync(path.dirname(fileOf(topic)), { recursive: true });
  fs.writeFileSync(fileOf(topic), `{"format":"zt-verdicts/1",\n"engines":${JSON.stringify(engines)},\n"verdicts":{\n${lines.join(',\n')}\n}}\n`);
}

/** Compares verdicts with the recorded ones, or records them. */
function settle(topic, engines, verdicts, { record, tally }) {
  const before = read(topic);
  if (record) {
    const changed = Object.keys({ ...before.verdicts, ...verdicts }).filter((id) => JSON.stringify(before.verdicts[id]) !== JSON.stringify(verdicts[id]));
    changed.filter((id) => id in before.verdicts).forEach((id) => tally.note(`${id}: ${JSON.stringify(before.verdicts[id])} is now ${JSON.stringify(verdicts[id])}`));
    write(topic, engines, verdicts);
    tally.note(`recorded ${Object.keys(verdicts).length} verdicts, ${changed.length} of them new or changed`);
  }
  const expected = read(topic);
  tally.check(JSON.stringify(expected.engines) === JSON.stringify(engines), () => `${topic} was recorded with ${JSON.stringify(expected.engines)}, not with ${JSON.stringify(engines)}`);
  for (const [id, verdict] of Object.entries(verdicts)) {
    tally.check(JSON.stringify(expected.verdicts[id]) === JSON.stringify(verdict),
      () => `${id}: ${JSON.stringify(verdict)}, recorded was ${JSON.stringify(expected.verdicts[id])}`);
  }
  const gone = Object.keys(expected.verdicts).filter((id) => !(id in verdicts));
  tally.check(gone.length === 0, () => `recorded verdicts without a case: ${gone.slice(0, 5).join(', ')}`);
}

module.exports = { settle, read };
