import { Manifest, Origin } from '../objects';
import { Excerpt } from './text-document';
import { Outline } from './yaml-outline';

/** A place for people and editors: line and column count from 1. */
export interface FieldPosition {
  readonly file?: string;
  readonly line: number;
  readonly column: number;
}

/** Where in a document an object stands: the document itself, or a member of its lists. */
export interface ObjectPlace {
  readonly excerpt: Excerpt;
  readonly path: readonly (string | number)[];
}

const places = new WeakMap<Origin, ObjectPlace>();

/** Remembers where the object of an origin stands, for `fieldPosition`. */
export function rememberPlace(origin: Origin, place: ObjectPlace): void {
  places.set(origin, place);
}

/**
 * Where a field of an object is written (`spec.rules[0].from[1].source.principals[0]`, `metadata.labels["a.b/c"]`), or the deepest
 * part of its path that exists. The key for fields of mappings, the value for members of lists; `undefined` for objects that were not
 * read from a text.
 */
export function fieldPosition({ origin }: Pick<Manifest, 'origin'>, path: string): FieldPosition | undefined {
  const place = places.get(origin);
  if (place === undefined) {
    return undefined;
  }
  const outline = outlineOf(place.excerpt);
  if (outline === undefined) {
    return { file: origin.file, line: origin.line ?? place.excerpt.line + 1, column: 1 };
  }
  const { line, column } = outline.place([...place.path, ...stepsOf(path)]);
  return { file: origin.file, line: place.excerpt.line + line + 1, column: columnOf(place.excerpt, line, column) };
}

/** The outline that was asked for last: questions come object by object. */
let recent: { readonly excerpt: Excerpt; readonly outline: Outline | undefined } | undefined;

/** The outline of a document, or `undefined` where only JSON.parse understands it. */
export function outlineOf(excerpt: Excerpt): Outline | undefined {
  if (recent?.excerpt !== excerpt) {
    recent = { excerpt, outline: newOutline(excerpt) };
  }
  return recent.outline;
}

function newOutline({ text, start, end }: Excerpt): Outline | undefined {
  try {
    return new Outline(text.slice(start, end));
  } catch {
    return undefined;
  }
}

/** An excerpt of JSON can begin behind another value on the same line. */
function columnOf({ text, start }: Excerpt, line: number, column: number): number {
  return line > 0 ? column + 1 : column + 1 + (start - (text.lastIndexOf('\n', start - 1) + 1));
}

const STEP = /\.?([^.[\]]+)|\[(\d+)\]|\[("(?:[^"\\]|\\.)*")\]|\['((?:[^']|'')*)'\]|\[([^\]]*)\]/gy;

/** The steps of a path as people write it; text in brackets that is no number is a key. */
export function stepsOf(path: string): (string | number)[] {
  return [...path.matchAll(STEP)].map(([, name, index, quoted, single, bare]) => {
    if (name !== undefined) {
      return name;
    }
    if (index !== undefined) {
      return Number(index);
    }
    return quoted === undefined ? single ?? bare : JSON.parse(quoted) as string;
  });
}
