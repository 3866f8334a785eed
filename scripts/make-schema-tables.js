// Generates src/access/admission/tables.ts from the pinned schemas: what admission needs of them, each sub-schema once, as one text.
// usage: node scripts/make-schema-tables.js [OUTPUT FILE]
const fs = require('node:fs');
const path = require('node:path');
const yaml = require('js-yaml');
require('ts-node').register({ transpileOnly: true, project: path.join(__dirname, '..', 'test', 'tsconfig.json') });
const { compileRule } = require('../src/access/admission/cel/compile');
const { translated } = require('../src/access/admission/re2');

const root = path.join(__dirname, '..');
const schemas = path.join(root, 'imports', 'schemas');
const served = path.join(schemas, 'served');
const out = path.resolve(process.argv[2] ?? path.join(root, 'src', 'access', 'admission', 'tables.ts'));

const BUILT_IN = [
  'v1 Namespace', 'v1 Service', 'v1 ServiceAccount', 'v1 Pod', 'apps/v1 Deployment', 'apps/v1 StatefulSet', 'apps/v1 DaemonSet',
  'apps/v1 ReplicaSet', 'batch/v1 Job', 'batch/v1 CronJob', 'networking.k8s.io/v1 NetworkPolicy',
];
const CLUSTER_WIDE = ['Namespace'];
const CUSTOM_FILES = [
  [schemas, /^istio-.*-crds\.yaml$/], [schemas, /^gateway-api-.*-crds\.yaml$/], [served, /-crds\.yaml$/],
];

// what is kept of a schema; sub-schemas are replaced by their numbers
const PLAIN = ['type', 'required', 'enum', 'format', 'minimum', 'maximum', 'minLength', 'maxLength', 'minItems', 'maxItems', 'minProperties',
  'maxProperties', 'pattern', 'nullable', 'default', 'uniqueItems', 'exclusiveMinimum', 'exclusiveMaximum', 'multipleOf'];
const RENAMED = {
  'x-kubernetes-list-type': 'listType', 'x-kubernetes-list-map-keys': 'listKeys', 'x-kubernetes-int-or-string': 'intOrString',
  'x-kubernetes-preserve-unknown-fields': 'open', 'x-kubernetes-embedded-resource': 'embedded',
};
const ONE = ['items', 'not', 'additionalProperties'];
const MANY = ['allOf', 'anyOf', 'oneOf'];
const FORMATS = ['int32', 'int64', 'uint32', 'uint64', 'double', 'float', 'ipv4', 'ipv6', 'date-time', 'byte', 'binary'];
const IGNORED = ['description', 'properties', 'x-kubernetes-validations', '$ref', 'x-kubernetes-group-version-kind', 'x-kubernetes-map-type',
  'x-kubernetes-patch-strategy', 'x-kubernetes-patch-merge-key', 'x-kubernetes-unions', 'title'];

class Tables {
  constructor(definitions) {
    this.definitions = definitions;
    this.nodes = [];
    this.numbers = new Map();
    this.rules = [];
    this.reading = new Set();
  }

  number(node) {
    const text = JSON.stringify(node);
    if (!this.numbers.has(text)) {
      this.numbers.set(text, this.nodes.length);
      this.nodes.push(node);
    }
    return this.numbers.get(text);
  }

  add(schema) {
    if (schema.$ref !== undefined) {
      return this.addDefinition(schema.$ref.replace('#/definitions/', ''));
    }
    const unknown = Object.keys(schema).find((key) => ![...PLAIN, ...Object.keys(RENAMED), ...ONE, ...MANY, ...IGNORED].includes(key));
    if (unknown !== undefined) {
      throw new Error(`a schema says ${unknown}, which nothing here understands`);
    }
    const node = {};
    PLAIN.filter((key) => schema[key] !== undefined).forEach((key) => { node[key] = schema[key]; });
    Object.entries(RENAMED).filter(([key]) => schema[key] !== undefined).forEach(([key, name]) => { node[name] = schema[key]; });
    ONE.filter((key) => typeof schema[key] === 'object').forEach((key) => { node[key] = this.add(schema[key]); });
    MANY.filter((key) => schema[key] !== undefined).forEach((key) => { node[key] = schema[key].map((inner) => this.add(inner)); });
    if (schema.properties !== undefined) {
      node.properties = Object.fromEntries(Object.entries(schema.properties).map(([name, inner]) => [name, this.add(inner)]));
    }
    if (schema['x-kubernetes-validations'] !== undefined) {
      node.rules = schema['x-kubernetes-validations'].map((rule) => this.addRule(rule));
    }
    if (node.format !== undefined && !FORMATS.includes(node.format)) {
      throw new Error(`a schema asks for the format ${node.format}, which nothing here understands`);
    }
    if (node.pattern !== undefined) {
      translated(node.pattern);
    }
    return this.number(node);
  }

  addDefinition(name) {
    if (name.endsWith('.IntOrString')) {
      return this.number({ intOrString: true });
    }
    if (name.endsWith('.Quantity')) {
      return this.number({ quantity: true });
    }
    if (this.reading.has(name)) {
      throw new Error(`${name} holds itself`);
    }
    this.reading.add(name);
    const definition = this.definitions[name];
    if (definition === undefined) {
      throw new Error(`no definition of ${name}`);
    }
    const number = this.add(definition);
    this.reading.delete(name);
    return number;
  }

  addRule({ rule, message, fieldPath, messageExpression, optionalOldSelf }) {
    if (messageExpression !== undefined || optionalOldSelf !== undefined) {
      throw new Error(`a rule with messageExpression or optionalOldSelf: ${rule}`);
    }
    compileRule(rule);
    const entry = [rule, message ?? `failed rule: ${rule}`, ...(fieldPath === undefined ? [] : [fieldPath])];
    const found = this.rules.findIndex((other) => JSON.stringify(other) === JSON.stringify(entry));
    return found >= 0 ? found : this.rules.push(entry) - 1;
  }
}

function readJson(folder, pattern) {
  const file = fs.readdirSync(folder).find((name) => pattern.test(name));
  return JSON.parse(fs.readFileSync(path.join(folder, file), 'utf8'));
}

function definitions() {
  return { ...readJson(schemas, /-definitions\.json$/).definitions, ...readJson(served, /-definitions\.json$/).definitions };
}

function apiVersion(group, version) {
  return group === '' ? version : `${group}/${version}`;
}

function addBuiltIn(tables, kinds) {
  Object.values(tables.definitions).forEach((definition) => (definition['x-kubernetes-group-version-kind'] ?? []).forEach(({ group, version, kind }) => {
    const key = `${apiVersion(group, version)} ${kind}`;
    if (BUILT_IN.includes(key)) {
      kinds[key] = { node: tables.add(definition), ...(CLUSTER_WIDE.includes(kind) ? { clusterWide: true } : {}) };
    }
  }));
  const missing = BUILT_IN.filter((key) => kinds[key] === undefined);
  if (missing.length > 0) {
    throw new Error(`no definition of ${missing.join(', ')}`);
  }
}

function addCustom(tables, kinds, definition) {
  const { group, names, scope, versions } = definition.spec;
  const others = readJson(served, /^other-versions\.json$/)[`${group}/${names.kind}`] ?? [];
  versions.forEach(({ name, schema }) => {
    const entry = { node: tables.add(schema.openAPIV3Schema), custom: true, ...(scope === 'Cluster' ? { clusterWide: true } : {}) };
    [name, ...(name === 'v1' ? others : [])].forEach((version) => { kinds[`${apiVersion(group, version)} ${names.kind}`] = entry; });
  });
}

/** Messages and enums by number; `m3` is a message, `e3` an enum. */
function messageTables({ roots, messages, enums }) {
  const names = Object.keys(messages);
  const enumNames = Object.keys(enums);
  const short = (type) => {
    const [what, name] = type.split(' ');
    return name === undefined ? what : what === 'enum' ? `e${enumNames.indexOf(name)}` : `m${names.indexOf(name)}`;
  };
  const field = ({ name, proto, type, list, map, oneof }) => ({
    name, type: short(type), ...(proto === undefined ? {} : { proto }), ...(list ? { list } : {}), ...(map === undefined ? {} : { map }),
    ...(oneof === undefined ? {} : { oneof }),
  });
  return {
    messages: Object.values(messages).map((fields) => fields.map(field)),
    enums: enumNames.map((name) => enums[name]),
    roots: Object.fromEntries(Object.entries(roots).map(([kind, name]) => [kind, names.indexOf(name)])),
  };
}

function main() {
  const tables = new Tables(definitions());
  const kinds = {};
  addBuiltIn(tables, kinds);
  const metadata = tables.addDefinition('io.k8s.apimachinery.pkg.apis.meta.v1.ObjectMeta');
  CUSTOM_FILES.flatMap(([folder, pattern]) => fs.readdirSync(folder).filter((name) => pattern.test(name)).map((name) => path.join(folder, name)))
    .flatMap((file) => yaml.loadAll(fs.readFileSync(file, 'utf8')))
    .filter((definition) => definition?.kind === 'CustomResourceDefinition')
    .forEach((definition) => addCustom(tables, kinds, definition));
  const { nodes, rules } = tables;
  const all = { kinds, metadata, nodes, rules, ...messageTables(readJson(served, /-messages\.json$/)) };
  const text = JSON.stringify(all).replace(/[\\']/g, '\\$&');
  fs.writeFileSync(out, `// Generated by scripts/make-schema-tables.js from the pinned schemas; do not edit.\n/* eslint-disable */\nexport const TABLES = '${text}';\n`);
  console.log(`${Object.keys(kinds).length} kinds, ${nodes.length} schemas, ${rules.length} rules, ${Math.round(text.length / 1024)} kB`);
}

main();
