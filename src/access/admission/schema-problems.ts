import type { KubeObject } from '../objects';
import { checkBuiltIn } from './built-in/checks';
import { checkMetadata, subdomainProblem } from './built-in/names';
import { AdmissionProblem, FieldNote, isRecord } from './field-note';
import { ruleProblems } from './rule-problems';
import { KindEntry, kindEntry, SchemaNode, schemaNode, tables } from './schema-tables';
import { structuralProblems, withDefaults, withoutNulls } from './structural';
import { typedFieldProblems } from './typed-fields';
import { unknownFields } from './unknown-fields';

/** How an object comes to the API server: by create (POST, strict), or by server-side apply. */
export type WayIn = 'create' | 'apply';

/**
 * Why the API server would not take an object: its schema, the rules of the schema in CEL, and for kinds of the server itself what is
 * checked in code. What depends on the cluster (is the namespace there, is the address free) is left aside. No problem is a good answer;
 * `undefined` is given for kinds that no pinned schema knows.
 */
export function schemaProblems(object: KubeObject, by: WayIn = 'create'): AdmissionProblem[] | undefined {
  const entry = kindEntry(object.apiVersion, object.kind);
  if (entry === undefined) {
    return undefined;
  }
  const unread = entry.custom === true ? customUnread(object, entry, by) : builtInUnread(object, entry, by);
  if (unread.length > 0) {
    return unread.map((note) => ({ ...note, status: by === 'create' ? 400 : 500 }));
  }
  const refused = entry.custom === true ? customRefused(object, entry, by) : builtInRefused(object);
  return refused.map((note) => ({ ...note, status: 422 }));
}

/**
 * What the definition of a custom resource alone says, as validators without a server do: nulls are values, names and labels are not looked
 * at. `undefined` for kinds that no definition knows.
 */
export function definitionProblems(object: KubeObject): FieldNote[] | undefined {
  const entry = kindEntry(object.apiVersion, object.kind);
  if (entry?.custom !== true) {
    return undefined;
  }
  const problems = validated(withDefaults(object, schemaNode(entry.node)), schemaNode(entry.node));
  return [...problems, ...(unknownFields(object) ?? []).filter(({ path }) => !path.startsWith('metadata.'))];
}

function validated(value: unknown, node: SchemaNode): FieldNote[] {
  const problems = structuralProblems(value, node, '');
  return problems.length > 0 ? problems : ruleProblems(value, node, '');
}

function metadataUnread(object: KubeObject, reader: 'go' | 'apply-built-in'): FieldNote[] {
  const { metadata }: { readonly metadata: unknown } = object;
  return typedFieldProblems(metadata, schemaNode(tables().metadata), 'metadata', reader);
}

function customUnread(object: KubeObject, entry: KindEntry, by: WayIn): FieldNote[] {
  const node = withoutMetadata(schemaNode(entry.node));
  if (by === 'apply') {
    return [...metadataUnread(object, 'apply-built-in'), ...typedFieldProblems(bare(object), node, '', 'apply-custom')];
  }
  const unknown = (unknownFields(object) ?? []).filter(({ path }) => !path.startsWith('metadata.'));
  return [...metadataUnread(object, 'go'), ...unknown];
}

function customRefused(object: KubeObject, entry: KindEntry, by: WayIn): FieldNote[] {
  const node = schemaNode(entry.node);
  const notes: FieldNote[] = [];
  checkMetadata(object.metadata, subdomainProblem, 'metadata', (path, problem) => notes.push({ path, problem }));
  const value = withDefaults(by === 'create' ? withoutNulls(object, node) : object, node);
  return [...notes, ...validated(value, node)];
}

function builtInUnread(object: KubeObject, entry: KindEntry, by: WayIn): FieldNote[] {
  return typedFieldProblems(object, schemaNode(entry.node), '', by === 'create' ? 'go' : 'apply-built-in');
}

function builtInRefused(object: KubeObject): FieldNote[] {
  const notes: FieldNote[] = [];
  checkBuiltIn(object, (path, problem) => notes.push({ path, problem }));
  return notes;
}

/** An object without what every object has. */
function bare(object: KubeObject): Record<string, unknown> {
  const { apiVersion: _, kind: __, metadata: ___, ...rest } = object;
  return isRecord(rest) ? rest : {};
}

function withoutMetadata(node: SchemaNode): SchemaNode {
  const properties = Object.fromEntries(Object.entries(node.properties ?? {}).filter(([name]) => name !== 'metadata'));
  return { ...node, properties };
}
