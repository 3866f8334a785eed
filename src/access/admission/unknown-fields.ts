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
  const notes: FieldNote[] = [];
  const rest = Object.fromEntries(Object.entries(object).filter(([name]) => !EVERYWHERE.includes(name)));
  collect(object.metadata, schemaNode(tables().metadata), 'metadata', notes);
  collect(rest, schemaNode(entry.node), '', notes);
  return notes;
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
