import { CelError, CelRule, compileRule } from './cel/compile';
import { childPath, FieldNote, isRecord, keyPath } from './field-note';
import { propertyNode, reaches, SchemaNode, schemaNode, tables } from './schema-tables';

const compiled = new Map<number, CelRule>();

/** What the rules of a schema in CEL have against a value that the schema itself takes. */
export function ruleProblems(value: unknown, node: SchemaNode, path: string): FieldNote[] {
  const notes: FieldNote[] = [];
  collect(value, node, path, notes);
  return notes;
}

function collect(value: unknown, node: SchemaNode, path: string, notes: FieldNote[]): void {
  if (value === null || value === undefined || !reaches(node, 'rules')) {
    return;
  }
  node.rules?.forEach((number) => {
    const problem = problemOf(number, value);
    if (problem !== undefined) {
      const [, , fieldPath] = tables().rules[number];
      notes.push({ path: fieldPath === undefined ? path : `${path}${fieldPath}`, problem });
    }
  });
  if (Array.isArray(value)) {
    if (node.items !== undefined) {
      const items = schemaNode(node.items);
      value.forEach((item, i) => collect(item, items, `${path}[${i}]`, notes));
    }
  } else if (isRecord(value)) {
    for (const name of Object.keys(value)) {
      const known = propertyNode(node, name);
      if (known !== undefined) {
        const declared = node.properties !== undefined && Object.hasOwn(node.properties, name);
        collect(value[name], known, declared ? childPath(path, name) : keyPath(path, name), notes);
      }
    }
  }
}

function problemOf(number: number, value: unknown): string | undefined {
  const [source, message] = tables().rules[number];
  let rule = compiled.get(number);
  if (rule === undefined) {
    rule = compileRule(source);
    compiled.set(number, rule);
  }
  try {
    return rule(value) ? undefined : message;
  } catch (error) {
    if (error instanceof CelError) {
      return `${error.message} evaluating rule: ${message}`;
    }
    throw error;
  }
}
