import { loadAll, YAMLException } from 'js-yaml';
import { withMarkedItems, withoutMarks } from './empty-items';
import { DEEPEST, DuplicateKey, Outline, Place } from './yaml-outline';
import { isMerge, KUBERNETES_SCHEMA, NotJson, unmarked } from './yaml-schema';

/** Up to so many values nearly all may come from aliases, and from so many on hardly any: where go-yaml draws the line. */
const FEW_VALUES = 400_000;
const MANY_VALUES = 4_000_000;

/** Why a text cannot be read, and where in it (line and column count from 0). */
export class Unreadable extends Error {
  constructor(message: string, readonly place: Place = { line: 0, column: 0 }) {
    super(message);
  }
}

/** Documents between two separators; there is more than one only behind `...`. */
export interface YamlText {
  readonly documents: readonly unknown[];
  readonly duplicates: readonly DuplicateKey[];
}

/** Reads any YAML as clients of Kubernetes do, the last of equal keys winning; throws `Unreadable`. */
export function readYaml(text: string): YamlText {
  const marked = withMarkedItems(text);
  let duplicates: readonly DuplicateKey[] = [];
  let documents: unknown[];
  try {
    documents = parsed(marked, false);
  } catch (error) {
    if (!(error instanceof YAMLException) || error.reason !== 'duplicated mapping key') {
      throw unreadable(error);
    }
    documents = parsedAgain(marked);
    duplicates = duplicatesOf(text);
  }
  refuseWrongKeys(text, documents);
  return { documents: documents.map((document) => finished(document, text, marked !== text)), duplicates };
}

function duplicatesOf(text: string): readonly DuplicateKey[] {
  const outline = new Outline(text);
  const duplicates = outline.duplicates();
  if (text.includes('<<') && outline.hasMerges()) {
    throw new Unreadable('repeated keys beside a merge key `<<`', duplicates[0]?.again);
  }
  return duplicates;
}

/** What a key that is a list or a mapping can look like. */
const MAYBE_WRONG_KEY = /\?\s|\{\s*\{|[\]}]\s*:/;

/** js-yaml makes text of every key; clients of Kubernetes refuse what JSON cannot have. */
function refuseWrongKeys(text: string, documents: readonly unknown[]): void {
  const isSuspect = MAYBE_WRONG_KEY.test(text) || documents.some((document) => hasNullKey(document, new Set()));
  const place = isSuspect ? new Outline(text).wrongKey() : undefined;
  if (place !== undefined) {
    throw new Unreadable('a key must be text', place);
  }
}

function hasNullKey(value: unknown, seen: Set<unknown>): boolean {
  if (typeof value !== 'object' || value === null || seen.has(value)) {
    return false;
  }
  seen.add(value);
  return (!Array.isArray(value) && Object.hasOwn(value, 'null')) || Object.values(value).some((inner) => hasNullKey(inner, seen));
}

function parsed(text: string, json: boolean): unknown[] {
  const options = { schema: KUBERNETES_SCHEMA, json, maxDepth: DEEPEST };
  return loadAll(text, undefined, options) as unknown[];
}

function parsedAgain(text: string): unknown[] {
  try {
    return parsed(text, true);
  } catch (error) {
    throw unreadable(error);
  }
}

function unreadable(error: unknown): unknown {
  if (error instanceof YAMLException) {
    const { line = 0, column = 0 } = (error.mark ?? {}) as Partial<Place>;
    return new Unreadable(error.reason, { line, column });
  }
  return error instanceof NotJson ? new Unreadable(error.message) : error;
}

function finished(document: unknown, text: string, marked: boolean): unknown {
  if (text.includes('*') && text.includes('&')) {
    countValues(document, { above: new Set(), seen: new Set(), values: 0, repeated: 0 }, false);
  }
  return marked || text.includes('<<') ? merged(document, new Map()) : document;
}

interface Count {
  readonly above: Set<unknown>;
  readonly seen: Set<unknown>;
  values: number;
  repeated: number;
}

/** Refuses what aliases blow up, as clients of Kubernetes do, and what has no end. */
function countValues(value: unknown, count: Count, repeated: boolean): void {
  count.values += 1;
  count.repeated += repeated ? 1 : 0;
  if (count.repeated > 100 && count.values > 1000 && count.repeated / count.values > mostRepeated(count.values)) {
    throw new Unreadable('aliases repeat too much');
  }
  if (typeof value !== 'object' || value === null) {
    return;
  }
  if (count.above.has(value)) {
    throw new Unreadable('an anchor contains itself');
  }
  const again = repeated || count.seen.has(value);
  count.seen.add(value);
  count.above.add(value);
  Object.values(value).forEach((inner) => countValues(inner, count, again));
  count.above.delete(value);
}

function mostRepeated(values: number): number {
  const part = Math.min(Math.max((values - FEW_VALUES) / (MANY_VALUES - FEW_VALUES), 0), 1);
  return 0.99 - 0.89 * part;
}

/** The value without marks: merge keys are replaced by what they bring in, in the order of the text: go-yaml lets the later one win. */
function merged(value: unknown, done: Map<unknown, unknown>): unknown {
  if (typeof value === 'string') {
    return withoutMarks(unmarked(value));
  }
  if (typeof value !== 'object' || value === null) {
    return value;
  }
  const known = done.get(value);
  if (known !== undefined) {
    return known;
  }
  const result = Array.isArray(value) ? value.map((item) => merged(item, done)) : mergedMapping(value, done);
  done.set(value, result);
  return result;
}

function mergedMapping(mapping: object, done: Map<unknown, unknown>): object {
  const result = {};
  for (const [key, raw] of Object.entries(mapping)) {
    const value = merged(raw, done);
    if (isMerge(key)) {
      mergeSources(value).forEach((source) => Object.entries(source).forEach(([name, inner]) => setOwn(result, name, inner)));
    } else {
      setOwn(result, key, value);
    }
  }
  return result;
}

/** The mappings that a merge key brings in, the strongest last. */
function mergeSources(value: unknown): object[] {
  const sources: unknown[] = Array.isArray(value) ? [...value].reverse() : [value];
  if (!sources.every((source) => typeof source === 'object' && source !== null && !Array.isArray(source))) {
    throw new Unreadable('a merge key `<<` takes a mapping or a list of mappings');
  }
  return sources as object[];
}

/** Sets a field even if it is called `__proto__`. */
function setOwn(object: object, name: string, value: unknown): void {
  Object.defineProperty(object, name, { value, configurable: true, enumerable: true, writable: true });
}
