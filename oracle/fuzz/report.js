// Counts what was asked, and writes down what two sides disagree about.
const fs = require('node:fs');
const path = require('node:path');
const yaml = require('js-yaml');
const { root } = require('../lib/engines');

const FOLDER = path.join(root, 'oracle', 'cases', 'fuzz');

/** Writes a case where the suites read it. */
function writeCase(topic, id, about, one) {
  const file = path.join(FOLDER, topic, `${id}.yaml`);
  fs.mkdirSync(path.dirname(file), { recursive: true });
  fs.writeFileSync(file, yaml.dump({ about, ...one }, { lineWidth: 150, noRefs: true, flowLevel: 4 }));
  return path.relative(root, file);
}

class Counts {
  constructor() {
    this.started = Date.now();
    this.sets = 0;
    this.questions = 0;
    this.unasked = 0;
    this.agreed = 0;
    this.verdicts = new Map();
    this.unknown = new Map();
    this.problems = new Map();
    this.disagreements = 0;
  }

  add({ problem, rows }) {
    this.sets += 1;
    if (problem !== undefined) {
      count(this.problems, problem.slice(0, 200));
    }
    rows.forEach(({ engine, unasked, unknown, reason, agrees, times = 1 }) => {
      this.questions += times;
      count(this.verdicts, engine.split(':')[0], times);
      this.unasked += unasked ? times : 0;
      this.disagreements += agrees ? 0 : times;
      if (unknown) {
        count(this.unknown, reason.replace(/rule \d+ of \S+ \S+/, 'a rule'), times);
      }
    });
  }

  print(title) {
    const seconds = Math.round((Date.now() - this.started) / 1000);
    const unknown = [...this.unknown.values()].reduce((sum, n) => sum + n, 0);
    const share = this.questions === 0 ? 0 : (100 * unknown) / this.questions;
    console.log(
      `${title}: ${seconds} s, ${this.sets} sets, ${this.questions} questions, ${this.disagreements} disagreements, ${unknown} unknown (${share.toFixed(2)} %), ${this.unasked} not sent`,
    );
    console.log(`  answers: ${sorted(this.verdicts).map(([name, n]) => `${name} ${n}`).join(', ')}`);
    sorted(this.unknown).slice(0, 12).forEach(([reason, n]) => console.log(`  unknown ${n}: ${reason}`));
    sorted(this.problems).slice(0, 8).forEach(([problem, n]) => console.log(`  engine said nothing ${n}: ${problem}`));
  }
}

const count = (map, key, times = 1) => map.set(key, (map.get(key) ?? 0) + times);
const sorted = (map) => [...map].sort(([, a], [, b]) => b - a);

module.exports = { Counts, writeCase };
