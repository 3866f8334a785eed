// Measures the access model and prints one table. Nothing here is asserted: numbers of one machine say nothing about another one.

const fs = require('node:fs');
const os = require('node:os');
const path = require('node:path');
const { parseArgs } = require('node:util');
const { familyYaml } = require('./family');
const { cold, once } = require('./measure');
const { analyzed, installed } = require('./others');
const { assertion, charts, proof } = require('./warm');

const USAGE = `node bench/run.js [--runs 5] [--sizes 100,300,1000,3000,10000] [--limit 300] [--no-others] [--library FOLDER]

  --runs N        cold runs of each question; the table shows their median and the fastest one
  --sizes LIST    numbers of workloads for the growth
  --limit N       seconds for network-config-analyzer, which is installed from PyPI into a temporary folder if Python 3 is there
  --no-others     without network-config-analyzer
  --library DIR   the folder of a compiled library (bin/ and lib/); default: this repository`;

/** What others need for the same inputs, as measured when this was begun, and what is to be reached, in seconds. */
const QUESTIONS = [
  { name: 'NetworkPolicy map of all pairs', both: false, count: 1000, others: 30, by: 'cyclonus, one port only', goal: 0.6 },
  { name: 'NetworkPolicy x AuthorizationPolicy with HTTP', both: true, count: 250, others: 65, by: 'network-config-analyzer', goal: 0.5 },
  { name: 'the same', both: true, count: 1000, goal: 1.0 },
  { name: 'the same', both: true, count: 10_000, goal: 4.0, goalMemory: 500 },
];

function table(head, rows) {
  const all = [head, ...rows].map((row) => row.map(String));
  const widths = head.map((_, i) => Math.max(...all.map((row) => row[i].length)));
  const line = (row) => `| ${row.map((cell, i) => cell.padEnd(widths[i])).join(' | ')} |`;
  return [line(all[0]), `|${widths.map((width) => '-'.repeat(width + 2)).join('|')}|`, ...all.slice(1).map(line)].join('\n');
}

const s = (seconds) => (seconds >= 10 ? seconds.toFixed(1) : seconds.toFixed(2));
const mb = (memory) => `${Math.round(memory)} MB`;

function options() {
  const { values } = parseArgs({ options: {
    'runs': { type: 'string', default: '5' },
    'sizes': { type: 'string', default: '100,300,1000,3000,10000' },
    'limit': { type: 'string', default: '300' },
    'no-others': { type: 'boolean', default: false },
    'library': { type: 'string', default: path.join(__dirname, '..') },
    'help': { type: 'boolean', default: false },
  } });
  return {
    help: values.help,
    runs: Number(values.runs),
    sizes: values.sizes.split(',').map(Number),
    limit: Number(values.limit),
    others: !values['no-others'],
    library: path.resolve(values.library),
  };
}

class Bench {
  constructor(given, folder) {
    this.given = given;
    this.folder = folder;
    this.measured = new Map();
  }

  say(text) {
    process.stderr.write(`${text}\n`);
  }

  input(count, both) {
    const file = path.join(this.folder, `${both ? 'both' : 'network'}-${count}.yaml`);
    if (!fs.existsSync(file)) {
      fs.writeFileSync(file, familyYaml(count, { both }).text);
    }
    return file;
  }

  /** The map of a family by the command, cold, from start to end. */
  map(count, both) {
    const key = `${count} ${both}`;
    if (!this.measured.has(key)) {
      this.say(`map of ${count} workloads (${both ? 'both layers' : 'NetworkPolicies'}), ${this.given.runs} cold runs`);
      const args = [path.join(this.given.library, 'bin', 'cdk8s-zero-trust'), 'access', '-f', this.input(count, both), '--format', 'json'];
      this.measured.set(key, cold(args, { runs: this.given.runs, folder: this.folder }));
    }
    return this.measured.get(key);
  }

  questions() {
    const rows = QUESTIONS.map(({ name, both, count, others, by, goal, goalMemory }) => {
      const { median, min, main, memory } = this.map(count, both);
      return [name, count, s(median), s(min), s(main), mb(memory), others === undefined ? 'nobody' : `${others} s (${by})`,
        others === undefined ? '' : `${Math.round(others / min)}x`, `${goal} s${goalMemory === undefined ? '' : `, ${goalMemory} MB`}`];
    });
    const { median, most } = assertion(this.given, this.folder, this.input(250, true));
    rows.push(['one assertion in a warm process', 250, `${median.toFixed(3)} ms`, `most ${most.toFixed(1)} ms`, '', '', 'a cluster', '', '1 ms']);
    return table(['question', 'N', 'median s', 'fastest s', 'main thread s', 'memory', 'best other tool', 'ratio', 'to reach'], rows);
  }

  growth() {
    const rows = [false, true].flatMap((both) => {
      let before;
      return this.given.sizes.map((count) => {
        const { min, main, memory } = this.map(count, both);
        const exponent = before === undefined ? '' : (Math.log(main / before.main) / Math.log(count / before.count)).toFixed(2);
        before = { count, main };
        return [both ? 'both' : 'NetworkPolicy', count, familyYaml(count, { both }).documents, count * 3, s(min), s(main), exponent, mb(memory)];
      });
    });
    return table(['layers', 'N', 'documents', 'edges', 'fastest s', 'main thread s', 'exponent', 'memory'], rows);
  }

  beside() {
    if (!this.given.others) {
      return 'network-config-analyzer: not asked for';
    }
    const analyzer = installed(this.folder);
    if (analyzer.missing !== undefined) {
      return `network-config-analyzer: ${analyzer.missing}`;
    }
    const rows = [50, 100, 250].map((count) => {
      this.say(`network-config-analyzer with ${count} workloads, at most ${this.given.limit} s`);
      const theirs = analyzed(analyzer, this.input(count, true), this.given.limit);
      const { min } = this.map(count, true);
      return [count, s(min), theirs.seconds === undefined ? theirs.missing : s(theirs.seconds),
        theirs.seconds === undefined ? '' : `${Math.round(theirs.seconds / min)}x`];
    });
    return table(['N', 'this library, s', `network-config-analyzer ${analyzer.version}, s`, 'ratio'], rows);
  }

  synth() {
    this.say('the proof at synth');
    const boutique = proof(this.given, this.folder);
    const rows = [['cdk8s synth of examples/online-boutique', boutique.objects, s(boutique.seconds), boutique.proof.toFixed(0), `${(boutique.proof / 10 / boutique.seconds).toFixed(1)} %`]];
    for (const count of [25, 50, 100]) {
      const { synth, objects, proof: took } = charts(this.given, this.folder, count);
      rows.push([`app.synth() of ${count} charts in one process`, objects, s(synth / 1000), took.toFixed(0), `${(took / synth * 100).toFixed(0)} %`]);
    }
    return table(['synth', 'objects', 's', 'proof ms', 'share'], rows);
  }

  run() {
    const machine = `${os.cpus().length} CPUs (${os.cpus()[0]?.model ?? 'unknown'}), load ${os.loadavg()[0].toFixed(1)} at the start, Node ${process.version}, ${os.type()} ${os.arch()}`;
    const start = once(['-e', '0'], { folder: this.folder });
    console.log(`${machine}; Node alone: ${s(start.seconds)} s, ${mb(start.memory)}\n`);
    for (const [title, part] of [
      ['Whole process, cold, reading included', () => this.questions()], ['Growth', () => this.growth()],
      ['Beside ours, same inputs', () => this.beside()], ['The proof at synth', () => this.synth()],
    ]) {
      console.log(`${title}\n\n${part()}\n`);
    }
  }
}

const given = options();
if (given.help) {
  console.log(USAGE);
} else {
  const folder = fs.mkdtempSync(path.join(os.tmpdir(), 'zero-trust-bench-'));
  try {
    new Bench(given, folder).run();
  } finally {
    fs.rmSync(folder, { recursive: true, force: true });
  }
}
