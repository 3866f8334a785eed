import { Excerpt, TextDocument } from './text-document';
import { DuplicateKey } from './yaml-outline';
import { readYaml, Unreadable } from './yaml-text';

const TOP_KEY = /^([A-Za-z]+):(?=\s)/;

/**
 * Reads objects that follow each other without a separator, if that is what repeated keys of the top level mean: each part that begins
 * with the first key must be an object for itself, with no key repeated.
 */
export function readWithoutSeparators(excerpt: Excerpt, duplicates: readonly DuplicateKey[]): TextDocument[] | undefined {
  if (!['apiVersion', 'kind'].every((key) => duplicates.some(({ path }) => path === key))) {
    return undefined;
  }
  const parts = partsOf(excerpt).map(readPart);
  return parts.every((part): part is TextDocument => part !== undefined) ? parts : undefined;
}

function partsOf(excerpt: Excerpt): Excerpt[] {
  const { text } = excerpt;
  const starts: Excerpt[] = [];
  let firstKey: string | undefined;
  let line = excerpt.line;
  for (let start = excerpt.start; start < excerpt.end; line += 1) {
    const next = text.indexOf('\n', start);
    const key = TOP_KEY.exec(text.slice(start, next === -1 ? excerpt.end : next + 1))?.[1];
    firstKey ??= key;
    if (key !== undefined && key === firstKey) {
      starts.push({ text, start, end: excerpt.end, line });
    }
    start = next === -1 ? excerpt.end : next + 1;
  }
  return starts.map((part, index) => ({ ...part, end: starts[index + 1]?.start ?? part.end }));
}

function readPart(excerpt: Excerpt): TextDocument | undefined {
  const { line } = excerpt;
  const value = valueOf(excerpt);
  const isObject = typeof value === 'object' && value !== null && 'apiVersion' in value && 'kind' in value && 'metadata' in value;
  return isObject ? { value, line, excerpt, duplicates: [] } : undefined;
}

function valueOf({ text, start, end }: Excerpt): unknown {
  const part = text.slice(start, end);
  try {
    const { documents, duplicates } = readYaml(part);
    return documents.length === 1 && duplicates.length === 0 ? documents[0] : undefined;
  } catch (error) {
    if (error instanceof Unreadable) {
      return undefined;
    }
    throw error;
  }
}
