// Reads cases: YAML of ours, in which one entry may stand for several.
const fs = require('node:fs');
const path = require('node:path');
const yaml = require('js-yaml');
const { root } = require('./engines');

const FOLDER = path.join(root, 'oracle', 'cases');

/** Every combination of the values of `each`. */
function combinations(each = {}) {
  return Object.entries(each).reduce((all, [name, values]) => all.flatMap((one) => values.map((value) => ({ ...one, [name]: value }))), [{}]);
}

/** Puts values where `${name}` stands: the value itself for a whole text, its text inside of one. */
function filled(node, values) {
  if (typeof node === 'string') {
    const whole = /^\$\{(\w+)\}$/.exec(node);
    return whole !== null && whole[1] in values
      ? values[whole[1]]
      : node.replace(/\$\{(\w+)\}/g, (text, name) => (name in values ? String(values[name]) : text));
  }
  if (Array.isArray(node)) {
    return node.map((item) => filled(item, values));
  }
  return node !== null && typeof node === 'object'
    ? Object.fromEntries(Object.entries(node).map(([key, value]) => [filled(key, values), filled(value, values)]))
    : node;
}

/** The cases of one topic, each with a unique id and with what its file says for all of them. */
function casesOf(topic) {
  const folder = path.join(FOLDER, topic);
  const all = fs.readdirSync(folder).filter((file) => file.endsWith('.yaml')).sort().flatMap((file) => {
    const { cases, ...common } = yaml.load(fs.readFileSync(path.join(folder, file), 'utf8'));
    return cases.flatMap(({ each, ...one }) => combinations(each).map((values, i) => {
      const number = Object.keys(each ?? {}).length === 0 ? '' : `#${i}`;
      return { common, ...filled(one, values), id: `${path.basename(file, '.yaml')}/${one.id}${number}` };
    }));
  });
  const twice = all.find(({ id }, i) => all.findIndex((other) => other.id === id) < i);
  if (twice !== undefined) {
    throw new Error(`two cases are called ${twice.id}`);
  }
  return all;
}

module.exports = { casesOf, filled };
