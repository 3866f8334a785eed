import { childPath, FieldNote, isRecord, keyPath } from './field-note';
import { isAddressText } from './go-addresses';
import { translated } from './re2';
import { propertyNode, reaches, SchemaNode, schemaNode } from './schema-tables';

/** A value without the nulls that the schema does not take, as the API server reads a custom resource that is created. */
export function withoutNulls(value: unknown, node: SchemaNode): unknown {
  return holdsNull(value) ? pruned(value, node) : value;
}

function holdsNull(value: unknown): boolean {
  return value === null || (typeof value === 'object' && Object.values(value).some(holdsNull));
}

function pruned(value: unknown, node: SchemaNode): unknown {
  if (Array.isArray(value)) {
    return node.items === undefined ? value : value.map((item) => pruned(item, schemaNode(node.items!)));
  }
  if (!isRecord(value)) {
    return value;
  }
  return Object.fromEntries(Object.entries(value).flatMap(([name, inner]): [string, unknown][] => {
    const known = propertyNode(node, name);
    if (known === undefined) {
      return [[name, inner]];
    }
    return inner === null && known.nullable !== true && known.default === undefined ? [] : [[name, pruned(inner, known)]];
  }));
}

/** A value with the defaults of its schema. */
export function withDefaults(value: unknown, node: SchemaNode): unknown {
  if (!reaches(node, 'default')) {
    return value;
  }
  if (Array.isArray(value)) {
    return node.items === undefined ? value : value.map((item) => withDefaults(item, schemaNode(node.items!)));
  }
  if (!isRecord(value)) {
    return value;
  }
  const result: Record<string, unknown> = { ...value };
  for (const [name, number] of Object.entries(node.properties ?? {})) {
    const known = schemaNode(number);
    const absent = !Object.hasOwn(result, name) || result[name] === undefined || (result[name] === null && known.nullable !== true);
    if (absent && known.default !== undefined) {
      result[name] = known.default;
    }
    if (Object.hasOwn(result, name)) {
      result[name] = withDefaults(result[name], known);
    }
  }
  if (node.additionalProperties !== undefined) {
    const known = schemaNode(node.additionalProperties);
    Object.keys(value).forEach((name) => { result[name] = withDefaults(result[name], known); });
  }
  return result;
}

/** What a schema has against a value, its rules in CEL left aside. */
export function structuralProblems(value: unknown, node: SchemaNode, path: string): FieldNote[] {
  const notes: FieldNote[] = [];
  check(value, node, path, notes);
  return notes;
}

function check(value: unknown, node: SchemaNode, path: string, notes: FieldNote[]): void {
  if (value === null && node.nullable === true) {
    return;
  }
  if (!hasType(value, node)) {
    const wanted = node.intOrString === true ? 'integer,string' : node.type;
    notes.push({ path, problem: `must be of type ${wanted}: ${JSON.stringify(value === null ? 'null' : typeName(value))}` });
    return;
  }
  if (node.enum !== undefined && !node.enum.includes(value)) {
    const supported = node.enum.map((one) => JSON.stringify(one)).join(', ');
    notes.push({ path, problem: `unsupported value: ${JSON.stringify(value)}: supported values: ${supported}` });
  }
  checkJunctions(value, node, path, notes);
  if (typeof value === 'string') {
    checkText(value, node, path, notes);
  } else if (typeof value === 'number') {
    checkNumber(value, node, path, notes);
  } else if (Array.isArray(value)) {
    checkList(value, node, path, notes);
  } else if (isRecord(value)) {
    checkObject(value, node, path, notes);
  }
}

function hasType(value: unknown, node: SchemaNode): boolean {
  if (node.intOrString === true) {
    return typeof value === 'string' || Number.isInteger(value);
  }
  switch (node.type) {
    case undefined: return true;
    case 'object': return isRecord(value);
    case 'array': return Array.isArray(value);
    case 'integer': return Number.isInteger(value);
    default: return typeof value === node.type;
  }
}

function typeName(value: unknown): string {
  return Array.isArray(value) ? 'array' : Number.isInteger(value) ? 'integer' : typeof value;
}

function checkText(value: string, node: SchemaNode, path: string, notes: FieldNote[]): void {
  const length = node.minLength === undefined && node.maxLength === undefined ? 0 : [...value].length;
  if (node.minLength !== undefined && length < node.minLength) {
    notes.push({ path, problem: `should be at least ${node.minLength} chars long` });
  }
  if (node.maxLength !== undefined && length > node.maxLength) {
    notes.push({ path, problem: `too long: may not be more than ${node.maxLength} bytes` });
  }
  if (node.format !== undefined && Object.hasOwn(TEXT_FORMATS, node.format) && !TEXT_FORMATS[node.format](value)) {
    notes.push({ path, problem: `must be of type ${node.format}` });
  }
  if (node.pattern !== undefined && !translated(node.pattern).test(value)) {
    notes.push({ path, problem: `should match '${node.pattern}'` });
  }
}

/** The formats of texts that are looked at. */
export const TEXT_FORMATS: Readonly<Record<string, (text: string) => boolean>> = {
  'ipv4': (text) => text.includes('.') && !text.includes(':') && isAddressText(text),
  'ipv6': (text) => text.includes(':') && isAddressText(text, { zones: false, mapped: true }),
  'date-time': (text) => /^\d{4}-\d\d-\d\d[Tt ]\d\d:\d\d:\d\d(?:\.\d+)?(?:[Zz]|[+-]\d\d:\d\d)$/.test(text),
  'byte': (text) => /^(?:[A-Za-z0-9+/]{4})*(?:[A-Za-z0-9+/]{2}==|[A-Za-z0-9+/]{3}=)?$/.test(text),
};

const RANGES: Record<string, readonly [number, number]> = {
  int32: [-(2 ** 31), 2 ** 31 - 1], uint32: [0, 2 ** 32 - 1], int64: [-(2 ** 63), 2 ** 63], uint64: [0, 2 ** 64],
};

function checkNumber(value: number, node: SchemaNode, path: string, notes: FieldNote[]): void {
  const [least, most] = node.format === undefined || !Object.hasOwn(RANGES, node.format) ? [-Infinity, Infinity] : RANGES[node.format];
  const minimum = Math.max(least, node.minimum ?? -Infinity);
  const maximum = Math.min(most, node.maximum ?? Infinity);
  if (value < minimum || (node.exclusiveMinimum === true && value === node.minimum)) {
    notes.push({ path, problem: `should be greater than or equal to ${minimum}` });
  }
  if (value > maximum || (node.exclusiveMaximum === true && value === node.maximum)) {
    notes.push({ path, problem: `should be less than or equal to ${maximum}` });
  }
}

function checkList(value: readonly unknown[], node: SchemaNode, path: string, notes: FieldNote[]): void {
  if (node.minItems !== undefined && value.length < node.minItems) {
    notes.push({ path, problem: `should have at least ${node.minItems} items` });
  }
  if (node.maxItems !== undefined && value.length > node.maxItems) {
    notes.push({ path, problem: `too many: ${value.length}: must have at most ${node.maxItems} items` });
  }
  if (node.items !== undefined) {
    const items = schemaNode(node.items);
    value.forEach((item, i) => check(item, items, `${path}[${i}]`, notes));
  }
  duplicatesOf(value, node).forEach((i) => notes.push({ path: `${path}[${i}]`, problem: 'duplicate value' }));
}

/** The places in a set, or in a list with keys, of what is there before. */
export function duplicatesOf(value: readonly unknown[], node: SchemaNode, defaults: Readonly<Record<string, unknown>> = {}): number[] {
  if (node.listType !== 'set' && node.listType !== 'map') {
    return [];
  }
  const seen = new Set<string>();
  return value.flatMap((item, i) => {
    const keys = node.listType === 'set' ? item : node.listKeys?.map((key) => (isRecord(item) ? item[key] ?? defaults[key] : undefined));
    const text = JSON.stringify(keys);
    const known = seen.has(text);
    seen.add(text);
    return known ? [i] : [];
  });
}

function checkObject(value: Record<string, unknown>, node: SchemaNode, path: string, notes: FieldNote[]): void {
  const names = Object.keys(value).filter((name) => value[name] !== undefined);
  if (node.minProperties !== undefined && names.length < node.minProperties) {
    notes.push({ path, problem: `should have at least ${node.minProperties} properties` });
  }
  if (node.maxProperties !== undefined && names.length > node.maxProperties) {
    notes.push({ path, problem: `must have at most ${node.maxProperties} properties` });
  }
  node.required?.filter((name) => !Object.hasOwn(value, name) || value[name] === undefined)
    .forEach((name) => notes.push({ path: childPath(path, name), problem: 'required value' }));
  for (const name of names) {
    const known = propertyNode(node, name);
    if (known !== undefined) {
      const declared = node.properties !== undefined && Object.hasOwn(node.properties, name);
      check(value[name], known, declared ? childPath(path, name) : keyPath(path, name), notes);
    }
  }
}

function checkJunctions(value: unknown, node: SchemaNode, path: string, notes: FieldNote[]): void {
  node.allOf?.forEach((number) => check(value, schemaNode(number), path, notes));
  if (node.anyOf !== undefined && !node.anyOf.some((number) => keeps(value, number))) {
    notes.push({ path, problem: 'must validate at least one schema (anyOf)' });
  }
  if (node.oneOf !== undefined && node.oneOf.filter((number) => keeps(value, number)).length !== 1) {
    notes.push({ path, problem: 'must validate one and only one schema (oneOf)' });
  }
  if (node.not !== undefined && keeps(value, node.not)) {
    notes.push({ path, problem: 'must not validate the schema (not)' });
  }
}

function keeps(value: unknown, number: number): boolean {
  return structuralProblems(value, schemaNode(number), '').length === 0;
}
