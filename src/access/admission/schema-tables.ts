import { TABLES } from './tables';

/** What the pinned schemas say of one value. Numbers stand for other schemas. */
export interface SchemaNode {
  readonly type?: 'object' | 'array' | 'string' | 'integer' | 'number' | 'boolean';
  readonly format?: string;
  readonly required?: readonly string[];
  readonly enum?: readonly unknown[];
  readonly minimum?: number;
  readonly maximum?: number;
  readonly exclusiveMinimum?: boolean;
  readonly exclusiveMaximum?: boolean;
  readonly minLength?: number;
  readonly maxLength?: number;
  readonly minItems?: number;
  readonly maxItems?: number;
  readonly minProperties?: number;
  readonly maxProperties?: number;
  readonly pattern?: string;
  readonly nullable?: boolean;
  readonly default?: unknown;
  readonly properties?: Readonly<Record<string, number>>;
  readonly additionalProperties?: number;
  readonly items?: number;
  readonly not?: number;
  readonly allOf?: readonly number[];
  readonly anyOf?: readonly number[];
  readonly oneOf?: readonly number[];
  readonly listType?: 'atomic' | 'set' | 'map';
  readonly listKeys?: readonly string[];
  readonly intOrString?: boolean;
  readonly quantity?: boolean;
  /** takes fields that it does not name */
  readonly open?: boolean;
  readonly rules?: readonly number[];
}

/** A kind in one of its versions. */
export interface KindEntry {
  readonly node: number;
  /** defined by a CustomResourceDefinition */
  readonly custom?: boolean;
  readonly clusterWide?: boolean;
}

/** A field of a message of Istio's API. Its type is a scalar, a well-known message, `m3` (a message) or `e3` (an enum). */
export interface MessageField {
  readonly name: string;
  /** the name in the protocol buffer, which decoding takes as well */
  readonly proto?: string;
  readonly type: string;
  readonly list?: boolean;
  /** the type of the keys */
  readonly map?: string;
  readonly oneof?: string;
}

interface Tables {
  readonly kinds: Readonly<Record<string, KindEntry>>;
  readonly metadata: number;
  readonly nodes: readonly SchemaNode[];
  readonly rules: readonly (readonly [rule: string, message: string, fieldPath?: string])[];
  readonly messages: readonly (readonly MessageField[])[];
  readonly enums: readonly Readonly<Record<string, number>>[];
  readonly roots: Readonly<Record<string, number>>;
}

let parsed: Tables | undefined;

/** The tables, read at first use. */
export function tables(): Tables {
  parsed ??= JSON.parse(TABLES) as Tables;
  return parsed;
}

/** The schema of a number. */
export function schemaNode(number: number): SchemaNode {
  return tables().nodes[number];
}

/** The entry of a kind in the version given, or `undefined` where no pinned schema knows it. */
export function kindEntry(apiVersion: unknown, kind: unknown): KindEntry | undefined {
  const key = `${String(apiVersion)} ${String(kind)}`;
  return Object.hasOwn(tables().kinds, key) ? tables().kinds[key] : undefined;
}

const reaching = { default: new Map<SchemaNode, boolean>(), rules: new Map<SchemaNode, boolean>() };

/** Whether a schema, or one below it, has defaults or rules; most do not, and need no look. */
export function reaches(node: SchemaNode, what: 'default' | 'rules'): boolean {
  let known = reaching[what].get(node);
  if (known === undefined) {
    const below = [...Object.values(node.properties ?? {}), node.items, node.additionalProperties].filter((number) => number !== undefined);
    known = node[what] !== undefined || below.some((number) => reaches(schemaNode(number), what));
    reaching[what].set(node, known);
  }
  return known;
}

/** The schema of one field of an object, or `undefined`. */
export function propertyNode(node: SchemaNode, name: string): SchemaNode | undefined {
  if (node.properties !== undefined && Object.hasOwn(node.properties, name)) {
    return schemaNode(node.properties[name]);
  }
  return node.additionalProperties === undefined ? undefined : schemaNode(node.additionalProperties);
}
