import type { KubeObject } from '../objects';
import { childPath, FieldNote, isRecord } from './field-note';
import { kindEntry, propertyNode, SchemaNode, schemaNode, tables } from './schema-tables';
import { didYouMean } from './suggestion';

/** What every object has; metadata is read apart. */
const EVERYWHERE = ['apiVersion', 'kind', 'metadata'];

/** The fields that the API server does not know, with what was probably meant; `undefined` for kinds that no pinned schema knows. */
export function unknownFields(object: KubeObject): FieldNote[] | undefined {
  const entry = kindEntry(object.apiVersion, object.kind);
  if (entry === undefined) {
    return undefined;
  }
  // nearly always, and without the work that names of fields are
  if (knowsAll(object.metadata, schemaNode(tables().metadata)) && knowsAll(object, schemaNode(entry.node), EVERYWHERE)) {
    return [];
  }
  const notes: FieldNote[] = [];
  const rest = Object.fromEntries(Object.entries(object).filter(([name]) => !EVERYWHERE.includes(name)));
  collect(object.metadata, schemaNode(tables().metadata), 'metadata', notes);
  collect(rest, schemaNode(entry.node), '', notes);
  return notes;
}

/** Whether a schema knows all fields of a value but for some. */
function knowsAll(value: unknown, node: SchemaNode, but: readonly string[] = []): boolean {
  if (Array.isArray(value)) {
    const items = node.items === undefined ? undefined : schemaNode(node.items);
    return items === undefined || value.every((item) => knowsAll(item, items));
  }
  return !isRecord(value) || Object.keys(value).every((name) => {
    const known = propertyNode(node, name);
    return but.includes(name) || (known === undefined ? value[name] === undefined || !isClosed(node) : knowsAll(value[name], known));
  });
}

function collect(value: unknown, node: SchemaNode, path: string, notes: FieldNote[]): void {
  if (Array.isArray(value)) {
    if (node.items !== undefined) {
      const items = schemaNode(node.items);
      value.forEach((item, i) => collect(item, items, `${path}[${i}]`, notes));
    }
    return;
  }
  if (!isRecord(value)) {
    return;
  }
  for (const name of Object.keys(value)) {
    const inner = value[name];
    const known = propertyNode(node, name);
    if (known !== undefined) {
      collect(inner, known, childPath(path, name), notes);
    } else if (inner !== undefined && isClosed(node)) {
      notes.push({ path: childPath(path, name), problem: `unknown field "${name}"${didYouMean(name, Object.keys(node.properties ?? {}))}` });
    }
  }
}

/** Whether a schema is of an object that takes no fields but those that it names. */
function isClosed(node: SchemaNode): boolean {
  return node.properties !== undefined && node.open !== true && node.additionalProperties === undefined;
}
