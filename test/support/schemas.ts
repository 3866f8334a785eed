import * as fs from 'node:fs';
import * as path from 'node:path';
import Ajv, { ValidateFunction } from 'ajv';
import * as yaml from 'js-yaml';
import { celProblems } from './cel-rules';

const SCHEMAS = path.join(__dirname, '..', '..', 'imports', 'schemas');
const OBJECT_META = '#/definitions/io.k8s.apimachinery.pkg.apis.meta.v1.ObjectMeta';

type Schema = any;

/**
 * What the API server would find wrong with an object, by its pinned schema: unknown fields, wrong types, missing fields, values out of
 * range, and (for the Istio kinds that we emit) the rules that the schema holds in CEL. No answer is a good answer.
 *
 * @throws when there is no pinned schema for the kind: an object that nobody looked at must not count as good
 */
export function schemaProblems(object: any): string[] {
  const key = `${object.apiVersion} ${object.kind}`;
  const schema = all().schemas.get(key);
  if (schema === undefined) {
    throw new Error(`no pinned schema for ${key}; add it to imports/schemas`);
  }
  const validate = compiled(key, schema);
  validate(object);
  return [...(validate.errors ?? []).map((error) => describe(error)), ...celProblems(object)];
}

interface Pinned {
  readonly definitions: { [name: string]: Schema };
  readonly schemas: Map<string, Schema>;
}

let pinned: Pinned | undefined;
const validators = new Map<string, ValidateFunction>();

function all(): Pinned {
  pinned ??= load();
  return pinned;
}

function load(): Pinned {
  const files = fs.readdirSync(SCHEMAS);
  const definitionsFile = files.find((file) => file.endsWith('-definitions.json'))!;
  const definitions = closed(JSON.parse(fs.readFileSync(path.join(SCHEMAS, definitionsFile), 'utf8')).definitions);
  const builtin = Object.keys(definitions).flatMap((name) => (definitions[name]['x-kubernetes-group-version-kind'] ?? [])
    .map((gvk: any): [string, Schema] => [`${gvk.group === '' ? '' : `${gvk.group}/`}${gvk.version} ${gvk.kind}`,
      { $ref: `#/definitions/${name}` }]));
  const custom = files.filter((file) => file.endsWith('-crds.yaml'))
    .flatMap((file) => yaml.loadAll(fs.readFileSync(path.join(SCHEMAS, file), 'utf8')))
    .flatMap((crd) => (crd === null ? [] : customSchemas(crd)));
  return { definitions, schemas: new Map([...builtin, ...custom]) };
}

function customSchemas(crd: any): [string, Schema][] {
  return crd.spec.versions.map((version: any) => {
    const schema = version.schema.openAPIV3Schema;
    const properties = {
      ...schema.properties, apiVersion: { type: 'string' }, kind: { type: 'string' }, metadata: { type: 'object' },
    };
    const withMetadata = closed({ ...schema, properties });
    withMetadata.properties.metadata = { $ref: OBJECT_META };
    withMetadata.required = [...new Set(['metadata', ...schema.required ?? []])];
    return [`${crd.spec.group}/${version.name} ${crd.spec.names.kind}`, withMetadata];
  });
}

function compiled(key: string, schema: Schema): ValidateFunction {
  let validate = validators.get(key);
  if (validate === undefined) {
    const ajv = new Ajv({ strict: false, validateFormats: false, allErrors: true });
    validate = ajv.compile({ ...schema, definitions: all().definitions });
    validators.set(key, validate);
  }
  return validate;
}

/**
 * A copy of a schema in which every object with properties takes no other ones. What stands below `oneOf` and its like only restricts what
 * is declared elsewhere, so it stays open.
 */
function closed(schema: Schema): Schema {
  if (Array.isArray(schema)) {
    return schema.map(closed);
  }
  if (typeof schema !== 'object' || schema === null) {
    return schema;
  }
  const copy = Object.fromEntries(Object.entries(schema)
    .map(([key, value]) => [key, ['oneOf', 'anyOf', 'allOf', 'not'].includes(key) ? value : closed(value)]));
  const isOpen = schema['x-kubernetes-preserve-unknown-fields'] === true || schema.additionalProperties !== undefined;
  return typeof schema.properties === 'object' && schema.type === 'object' && !isOpen ? { ...copy, additionalProperties: false } : copy;
}

function describe(error: NonNullable<ValidateFunction['errors']>[number]): string {
  const field = error.params.additionalProperty ?? error.params.missingProperty;
  return `${error.instancePath || '/'} ${error.message}${field === undefined ? '' : ` (${field})`}`;
}
