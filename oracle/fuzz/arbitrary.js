// Small arbitraries that all generators share. Alphabets are small, so that what is named is often what is there.
const fc = require('fast-check');

const oneOf = (...values) => fc.constantFrom(...values);

/** The first as often as `weight` says, else one of the others. */
const mostly = (weight, first, ...others) => fc.oneof(
  { weight, arbitrary: first }, ...others.map((arbitrary) => ({ weight: 1, arbitrary })),
);

/** One or two different values. */
const few = (values, maxLength = 2) => fc.uniqueArray(fc.constantFrom(...values), { minLength: 1, maxLength });

/** An object whose keys are there or not, each as often as not; `always` are there. */
const parts = (shape, always = {}) => fc.record({ ...shape, ...always }, { requiredKeys: Object.keys(always) });

/** Some of many fields. */
const someOf = (shape, minLength = 1, maxLength = 3) => fc.uniqueArray(fc.constantFrom(...Object.keys(shape)), { minLength, maxLength })
  .chain((names) => fc.record(Object.fromEntries(names.map((name) => [name, shape[name]]))));

/** A list that is left out, now and then empty, mostly full. */
const listOrNone = (item, maxLength = 2) => fc.oneof(
  { weight: 3, arbitrary: fc.constant(undefined) },
  { weight: 1, arbitrary: fc.constant([]) },
  { weight: 6, arbitrary: fc.array(item, { minLength: 1, maxLength }) },
);

/** As JSON has it: keys without a value are not there. */
const plain = (value) => JSON.parse(JSON.stringify(value));

/** Values of an arbitrary that a seed and a number give again each time. */
const drawn = (arbitrary, seed, number, count) => fc.sample(
  arbitrary, { seed: Math.imul(seed, 1000003) + number, numRuns: count },
).map(plain);

module.exports = { fc, oneOf, mostly, few, parts, someOf, listOrNone, plain, drawn };
