import { childPath, FieldNote, isRecord } from './field-note';
import { propertyNode, SchemaNode, schemaNode } from './schema-tables';
import { duplicatesOf, TEXT_FORMATS } from './structural';
import { didYouMean } from './suggestion';

/**
 * Which reader: the decoder of Go's types, strict or passing over what it does not know, or the merge of server-side apply, for kinds of
 * the server itself or of a definition.
 */
export type FieldReader = 'go' | 'go-lenient' | 'apply-built-in' | 'apply-custom';

/**
 * What a reader of types finds: fields that it does not know and values of another type. Nulls are no values. Server-side apply also
 * refuses lists in which two items have the same keys.
 */
export function typedFieldProblems(value: unknown, node: SchemaNode, path: string, reader: FieldReader): FieldNote[] {
  const notes: FieldNote[] = [];
  collect(value, node, path, reader, notes);
  return notes;
}

function collect(value: unknown, node: SchemaNode, path: string, reader: FieldReader, notes: FieldNote[]): void {
  if (value === null || value === undefined) {
    return;
  }
  const problem = typeProblem(value, node, reader);
  if (problem !== undefined) {
    notes.push({ path, problem });
  } else if (Array.isArray(value)) {
    collectList(value, node, path, reader, notes);
  } else if (isRecord(value)) {
    collectObject(value, node, path, reader, notes);
  }
}

function collectObject(value: Record<string, unknown>, node: SchemaNode, path: string, reader: FieldReader, notes: FieldNote[]): void {
  const closed = node.properties !== undefined && node.open !== true && node.additionalProperties === undefined;
  for (const name of Object.keys(value)) {
    const inner = value[name];
    const known = propertyNode(node, name);
    if (known !== undefined) {
      collect(inner, known, childPath(path, name), reader, notes);
    } else if (closed && inner !== undefined && reader !== 'go-lenient') {
      notes.push({ path: childPath(path, name), problem: `unknown field "${name}"${didYouMean(name, Object.keys(node.properties!))}` });
    }
  }
}

/** Keys that have a value where none is given. Of kinds of the server every other key is empty then. */
const KEY_DEFAULTS = { protocol: 'TCP' };

function collectList(value: readonly unknown[], node: SchemaNode, path: string, reader: FieldReader, notes: FieldNote[]): void {
  if (node.items !== undefined) {
    const items = schemaNode(node.items);
    value.forEach((item, i) => collect(item, items, `${path}[${i}]`, reader, notes));
  }
  if (reader === 'go' || reader === 'go-lenient') {
    return;
  }
  if (reader === 'apply-custom' && node.listType === 'map') {
    const items = schemaNode(node.items!);
    const lacks = (item: unknown, key: string) => isRecord(item) && (item[key] ?? propertyNode(items, key)?.default) === undefined;
    value.forEach((item, i) => node.listKeys?.filter((key) => lacks(item, key))
      .forEach((key) => notes.push({ path: `${path}[${i}]`, problem: `omits key field "${key}"` })));
  }
  duplicatesOf(value, node, reader === 'apply-built-in' ? KEY_DEFAULTS : {})
    .forEach((i) => notes.push({ path: `${path}[${i}]`, problem: 'duplicate entries for the same key' }));
}

function typeProblem(value: unknown, node: SchemaNode, reader: FieldReader): string | undefined {
  if (node.intOrString === true) {
    if (typeof value === 'string') {
      return undefined;
    }
    return reader === 'apply-custom' ? numericProblem(value) : integerProblem(value, 'go', 'int32');
  }
  if (node.quantity === true) {
    return typeof value === 'string' || typeof value === 'number' ? undefined : wrong('quantity', value);
  }
  switch (node.type) {
    case undefined: return undefined;
    case 'object': return isRecord(value) ? undefined : wrong('map', value);
    case 'array': return Array.isArray(value) ? undefined : wrong('list', value);
    case 'integer': return reader === 'apply-custom' ? numericProblem(value) : integerProblem(value, reader, node.format);
    case 'number': return numericProblem(value);
    default: return typeof value === node.type && isReadable(value, node) ? undefined : wrong(node.format ?? node.type, value);
  }
}

/** Times are parsed by whoever knows the type. */
function isReadable(value: unknown, { format }: SchemaNode): boolean {
  return format !== 'date-time' || TEXT_FORMATS[format](String(value));
}

function numericProblem(value: unknown): string | undefined {
  return typeof value === 'number' ? undefined : wrong('numeric', value);
}

/** Server-side apply lets numbers that are too large run over. */
function integerProblem(value: unknown, reader: FieldReader, format: string | undefined): string | undefined {
  const limit = reader === 'apply-built-in' ? Infinity : format === 'int32' ? 2 ** 31 : 2 ** 63;
  return Number.isInteger(value) && Number(value) < limit && Number(value) >= -limit ? undefined : wrong(format ?? 'integer', value);
}

function wrong(wanted: string, value: unknown): string {
  return `expected ${wanted}, got ${JSON.stringify(value)}`;
}
