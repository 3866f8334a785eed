import { ListPart } from './block-yaml';

const QUOTE = 34;
const BACKSLASH = 92;
const NEWLINE = 10;
const COLON = 58;
const OPEN_LIST = 0x5B;
const CLOSE_LIST = 0x5D;
const OPEN_OBJECT = 0x7B;
const CLOSE_OBJECT = 0x7D;

/** What a look at the characters of a JSON value tells; positions are in the text. */
export interface JsonScan {
  /** behind the value */
  readonly end: number;
  /** members of all objects, repeated keys included */
  readonly members: number;
  /** the members of the list `items` of the outermost object that are objects or lists */
  readonly parts: readonly ListPart[];
}

/** Looks over the object or list of JSON that begins at the position; `undefined` where its brackets do not close. */
export function scanJson(text: string, start: number, limit: number): JsonScan | undefined {
  const parts: ListPart[] = [];
  let members = 0;
  let line = 0;
  let depth = 0;
  let string = -1;
  let inItems = false;
  let part = { start, line };
  for (let at = start; at < limit; at += 1) {
    const code = text.charCodeAt(at);
    if (code === QUOTE) {
      string = at;
      at = stringEnd(text, at);
    } else if (code === NEWLINE) {
      line += 1;
    } else if (code === COLON) {
      members += 1;
      inItems = depth === 1 ? text.startsWith('"items"', string) : inItems;
    } else if (code === OPEN_OBJECT || code === OPEN_LIST) {
      depth += 1;
      if (inItems && depth === 3) {
        part = { start: at, line };
      }
    } else if (code === CLOSE_OBJECT || code === CLOSE_LIST) {
      depth -= 1;
      if (inItems && depth === 2) {
        parts.push({ ...part, end: at + 1 });
      }
      if (depth === 0) {
        return { end: at + 1, members, parts };
      }
    }
  }
  return undefined;
}

/** The number of members of all objects in the value. */
export function countMembers(value: unknown): number {
  if (typeof value !== 'object' || value === null) {
    return 0;
  }
  const inner = Object.values(value);
  return inner.reduce((sum: number, next) => sum + countMembers(next), Array.isArray(value) ? 0 : inner.length);
}

function stringEnd(text: string, start: number): number {
  let end = start;
  do {
    end = text.indexOf('"', end + 1);
  } while (end !== -1 && isEscaped(text, end));
  return end === -1 ? text.length : end;
}

function isEscaped(text: string, position: number): boolean {
  let before = position - 1;
  while (text.charCodeAt(before) === BACKSLASH) {
    before -= 1;
  }
  return (position - before) % 2 === 0;
}
