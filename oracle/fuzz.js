// Random policies, asked of our access model and of the engines. usage: node oracle/fuzz.js [--minutes N] [--seed S] [--first BATCH] [--batches N] [--engine NAME]
const { missing } = require('./lib/engines');
const { Counts, writeCase } = require('./fuzz/report');
const { shrink } = require('./fuzz/shrink');

const ENGINES = {
  istio: () => require('./fuzz/policies'),
  'network-policies': () => require('./fuzz/network-policies'),
  ambient: () => require('./fuzz/ambient'),
};
/** So many kinds of disagreements of a run are made small and written down; all are counted. */
const MOST_WRITTEN = 8;
const MOST_SHOWN = 3;
const SHRINKING = 120e3;

/** What is alike in two disagreements, as far as it shows: both answers, and the words of our reason. */
const signature = ({ engine, model, reason = '' }) => `${model}, ${engine.slice(0, 40)}, ${reason.replace(/\d+|\S*\/\S*/g, '').slice(0, 60)}`;

class Run {
  constructor(name, seed) {
    this.fuzzed = ENGINES[name]();
    this.seed = seed;
    this.name = name;
    this.counts = new Counts();
    this.seen = new Map();
  }

  async batch(asked, number) {
    const cases = this.fuzzed.generate(this.seed, number);
    const compared = await this.fuzzed.compare(asked, cases);
    for (const [i, result] of compared.entries()) {
      this.counts.add(result);
      for (const [at, row] of result.rows.entries()) {
        if (!row.agrees) {
          await this.disagreement(asked, cases[i], at, row, `seed ${this.seed}, batch ${number}, set ${i}, question ${at}`);
        }
      }
    }
  }

  async disagreement(asked, one, at, row, where) {
    const kind = signature(row);
    const times = this.seen.get(kind) ?? 0;
    this.seen.set(kind, times + 1);
    if (times < MOST_SHOWN) {
      console.log(`disagreement (${where}): the model says ${row.model} (${row.reason}), the engine ${row.engine}`);
    }
    if (times > 0 || this.seen.size > MOST_WRITTEN) {
      return;
    }
    const alike = (results) => results.map(
      ({ rows }) => rows.some((other) => !other.agrees && other.engine === row.engine && other.model === row.model),
    );
    const disagree = async (cases) => alike(await this.fuzzed.compare(asked, cases));
    const focused = this.fuzzed.focus(one, at);
    const [isSteady] = await disagree([focused]);
    if (!isSteady) {
      console.log('  the question alone is answered alike: it depends on what else was asked, or on time');
      return;
    }
    const small = await shrink(focused, this.fuzzed.shrinking, disagree, Date.now() + SHRINKING);
    const id = `seed-${this.seed}-${where.replace(/\D+/g, '-').split('-').slice(2).join('-')}`;
    const about = `Found by fuzzing (${where}): the model said ${row.model}, the engine ${row.engine}.`;
    const file = writeCase(this.fuzzed.topic, id, about, (this.fuzzed.written ?? asWritten)(small));
    console.log(`  smallest: ${JSON.stringify(small)}\n  written to ${file}`);
  }
}

const isEmpty = (value) => value !== null && typeof value === 'object' && Object.keys(value).length === 0;
const asWritten = (one) => ({ cases: [{ id: 'case', ...Object.fromEntries(Object.entries(one).filter(([, value]) => !isEmpty(value))) }] });

async function fuzz(name, { minutes, seed, first, batches }) {
  const run = new Run(name, seed);
  const asked = run.fuzzed.open();
  const end = Date.now() + minutes * 60e3;
  let told = Date.now();
  for (let number = first; Date.now() < end && number < first + batches; number += 1) {
    await run.batch(asked, number);
    if (Date.now() - told > 60e3) {
      told = Date.now();
      run.counts.print(`${name} so far (batch ${number})`);
    }
  }
  run.counts.print(`${name} with seed ${seed}`);
  await asked.close();
  return run.counts.disagreements;
}

function options(words) {
  const value = (name, otherwise) => (words.includes(name) ? words[words.indexOf(name) + 1] : otherwise);
  const number = (name, otherwise) => Number(value(name, otherwise));
  return {
    minutes: number('--minutes', 1), seed: number('--seed', 1), first: number('--first', 0), batches: number('--batches', Infinity), engine: value('--engine', undefined),
  };
}

async function main() {
  const { engine, ...rest } = options(process.argv.slice(2));
  const names = engine === undefined ? Object.keys(ENGINES) : [engine];
  if (names.some((name) => ENGINES[name] === undefined) || Object.values(rest).some(Number.isNaN)) {
    console.log(
      `usage: node oracle/fuzz.js [--minutes N] [--seed S] [--first BATCH] [--batches N] [--engine ${Object.keys(ENGINES).join('|')}]`,
    );
    return 2;
  }
  if (missing().length > 0) {
    console.log(`not built: ${missing().join(', ')}; run node oracle/build.js`);
    return 3;
  }
  let disagreements = 0;
  for (const name of names) {
    // the minutes are those of all engines together
    disagreements += await fuzz(name, { ...rest, minutes: rest.minutes / names.length });
  }
  return disagreements === 0 ? 0 : 1;
}

// engines of a run that failed half way end with their input
main().then((code) => process.exit(code), (error) => {
  console.log(error.stack);
  process.exit(2);
});
