import { plainKey, plainScalar } from './plain-scalars';

/** A member of a list: the part [start, end) of the text, and its line, from 0 where the reading began. */
export interface ListPart {
  readonly start: number;
  readonly end: number;
  readonly line: number;
}

/** What the plain block style gave. */
export interface BlockYaml {
  readonly value: unknown;
  /** line of the first content, from 0 */
  readonly line: number;
  /** the members of lists in the fields of the root */
  readonly parts?: ReadonlyMap<string, readonly ListPart[]>;
}

/** Whether the text has characters that need the whole grammar: tabs, carriage returns, controls, halves of surrogate pairs. */
export function isPlainText(text: string): boolean {
  // eslint-disable-next-line no-control-regex
  return !/[\x00-\x09\x0B-\x1F\x7F-\x9F\u2028\u2029\uD800-\uDFFF\uFEFF\uFFFE\uFFFF]/.test(text);
}

/**
 * Reads the part [start, end) of a plain text if it is YAML as programs write it: mappings and lists by indentation, scalars on one line,
 * literal blocks. Answers `undefined` for anything else, so that a complete parser decides; never reads something in another way.
 */
export function readBlockYaml(text: string, start: number, end: number): BlockYaml | undefined {
  try {
    return new Reader(text, start, end).read();
  } catch (error) {
    if (error === OUTSIDE) {
      return undefined;
    }
    throw error;
  }
}

/** Thrown at the first character outside of the subset; an object of its own costs no stack trace. */
const OUTSIDE = { outside: true };

const SPACE = 32;
const HASH = 35;
const DOUBLE_QUOTE = 34;
const QUOTE = 39;
const DASH = 45;
const COLON = 58;
const DEEPEST = 60;
const NONE = -1;

/** Characters of keys that need no further thought; by code. */
const IN_KEY = new Uint8Array(128);
[...'ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789_./-'].forEach((char) => { IN_KEY[char.charCodeAt(0)] = 1; });

/** Characters that can begin a plain scalar; by code. A dash is looked at on its own. */
const BEGINS_PLAIN = new Uint8Array(128);
[...'ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789_./+($^;=\\~'].forEach((char) => { BEGINS_PLAIN[char.charCodeAt(0)] = 1; });

const DOUBLE_QUOTED = /"(?:[^"\\\n]|\\["\\/bfnrt]|\\u(?![dD][89a-fA-F])[0-9a-fA-F]{4})*"/y;
const SINGLE_QUOTED = /'(?:[^'\n]|'')*'/y;

const hasOwn = Object.prototype.hasOwnProperty;

class Reader {
  /** start of the line in hand, its first character that is no space, and its end */
  private content: number;
  private lineEnd: number;
  private indent = NONE;
  private line = NONE;
  private depth = 0;
  /** behind the key that `key` found */
  private afterKey = 0;
  /** of the list in a field of the root that was read last */
  private lastParts: readonly ListPart[] = [];
  private parts: Map<string, readonly ListPart[]> | undefined;

  constructor(private readonly text: string, start: number, private readonly end: number) {
    this.content = start;
    this.lineEnd = start - 1;
  }

  read(): BlockYaml {
    this.nextLine();
    const { line } = this;
    if (this.isAtEnd()) {
      return { value: undefined, line, parts: this.parts };
    }
    if (this.indent !== 0) {
      throw OUTSIDE;
    }
    const value = this.block(0);
    if (!this.isAtEnd()) {
      throw OUTSIDE;
    }
    return { value, line, parts: this.parts };
  }

  private isAtEnd(): boolean {
    return this.indent === NONE;
  }

  /** Goes to the next line with content; `indent` is NONE behind the last one. */
  private nextLine(): void {
    const { text, end } = this;
    for (let start = this.lineEnd + 1; start < end; start = this.lineEnd + 1) {
      this.line += 1;
      this.setLineEnd(start);
      let content = start;
      while (text.charCodeAt(content) === SPACE) {
        content += 1;
      }
      if (content < this.lineEnd && text.charCodeAt(content) !== HASH) {
        this.content = content;
        this.indent = content - start;
        return;
      }
    }
    this.indent = NONE;
  }

  private setLineEnd(start: number): void {
    const lineEnd = this.text.indexOf('\n', start);
    this.lineEnd = lineEnd === -1 || lineEnd > this.end ? this.end : lineEnd;
  }

  /** The mapping or list whose first line is in hand. */
  private block(indent: number): unknown {
    this.depth += 1;
    if (this.depth > DEEPEST) {
      throw OUTSIDE;
    }
    const value = this.isDash(this.content) ? this.list(indent) : this.mapping(indent);
    this.depth -= 1;
    return value;
  }

  private isDash(position: number): boolean {
    return this.text.charCodeAt(position) === DASH && (position + 1 === this.lineEnd || this.text.charCodeAt(position + 1) === SPACE);
  }

  private mapping(indent: number): Record<string, unknown> {
    const result: Record<string, unknown> = {};
    do {
      const key = this.key(this.content);
      if (key === undefined || hasOwn.call(result, key) || key === '__proto__') {
        throw OUTSIDE;
      }
      result[key] = this.field(key, indent);
    } while (this.indent === indent);
    this.notDeeper(indent);
    return result;
  }

  /** Behind a block no line may be deeper than the block. */
  private notDeeper(indent: number): void {
    if (this.indent > indent) {
      throw OUTSIDE;
    }
  }

  /** The key that begins at the position, if one does; sets `afterKey`. */
  private key(position: number): string | undefined {
    const first = this.text.charCodeAt(position);
    return first === DOUBLE_QUOTE || first === QUOTE ? this.quotedKey(position, first) : this.plainKey(position, first);
  }

  private plainKey(position: number, first: number): string | undefined {
    const { text } = this;
    let code = first;
    let end = position;
    while (code < 128 && IN_KEY[code] === 1) {
      end += 1;
      code = text.charCodeAt(end);
    }
    if (end === position || first === DASH || !this.isColon(end)) {
      return undefined;
    }
    this.afterKey = end + 1;
    const key = plainKey(text.slice(position, end));
    if (key === undefined) {
      throw OUTSIDE;
    }
    return key;
  }

  private quotedKey(position: number, first: number): string | undefined {
    const end = this.quotedEnd(position, first);
    if (!this.isColon(end)) {
      return undefined;
    }
    this.afterKey = end + 1;
    return this.unquoted(position, end, first);
  }

  private isColon(position: number): boolean {
    return this.text.charCodeAt(position) === COLON && position < this.lineEnd &&
      (position + 1 === this.lineEnd || this.text.charCodeAt(position + 1) === SPACE);
  }

  /** The value of the field whose key ends at `afterKey`; afterwards the next line is in hand. */
  private field(key: string, indent: number): unknown {
    const { depth } = this;
    const position = this.skipSpaces(this.afterKey);
    if (!this.isEmpty(position)) {
      const value = this.scalar(position, indent);
      this.notDeeper(indent);
      return value;
    }
    this.nextLine();
    if (this.indent > indent) {
      return this.named(key, depth, this.block(this.indent));
    }
    return this.indent === indent && this.isDash(this.content) ? this.named(key, depth, this.block(indent)) : null;
  }

  private named(key: string, depth: number, value: unknown): unknown {
    if (depth === 1 && Array.isArray(value)) {
      this.parts ??= new Map();
      this.parts.set(key, this.lastParts);
    }
    return value;
  }

  private list(indent: number): unknown[] {
    const result: unknown[] = [];
    // lists in fields of the root are one deeper than it
    const parts: ListPart[] | undefined = this.depth === 2 ? [] : undefined;
    while (this.indent === indent && this.isDash(this.content)) {
      const { line } = this;
      const start = this.content - indent;
      result.push(this.item(indent));
      parts?.push({ start, end: this.isAtEnd() ? this.end : this.content - this.indent, line });
    }
    this.notDeeper(indent);
    this.lastParts = parts ?? this.lastParts;
    // a list that grew has room for sixteen more, and there are very many short ones
    return result.slice();
  }

  private item(indent: number): unknown {
    const position = this.skipSpaces(this.content + 1);
    if (this.isEmpty(position)) {
      this.nextLine();
      return this.indent > indent ? this.block(this.indent) : null;
    }
    if (this.isDash(position) || this.key(position) !== undefined) {
      // a block that begins on the line of the dash: as if the dash were a space
      this.indent += position - this.content;
      this.content = position;
      return this.block(this.indent);
    }
    const value = this.scalar(position, indent);
    this.notDeeper(indent);
    return value;
  }

  private skipSpaces(position: number): number {
    let next = position;
    while (this.text.charCodeAt(next) === SPACE) {
      next += 1;
    }
    return next;
  }

  /** Whether nothing but a comment is left of the line. */
  private isEmpty(position: number): boolean {
    return position >= this.lineEnd || (this.text.charCodeAt(position) === HASH && this.text.charCodeAt(position - 1) === SPACE);
  }

  /** A scalar that begins on the line in hand. */
  private scalar(position: number, indent: number): unknown {
    const first = this.text.charCodeAt(position);
    if (first === DOUBLE_QUOTE || first === QUOTE) {
      const end = this.quotedEnd(position, first);
      return this.last(end, this.unquoted(position, end, first));
    }
    if (this.text.startsWith('{}', position)) {
      return this.last(position + 2, {});
    }
    if (this.text.startsWith('[]', position)) {
      return this.last(position + 2, []);
    }
    return this.text[position] === '|' ? this.literal(position, indent) : this.plain(position, first);
  }

  /** The value, if nothing follows it on its line. */
  private last<T>(end: number, value: T): T {
    if (!this.isEmpty(this.skipSpaces(end))) {
      throw OUTSIDE;
    }
    this.nextLine();
    return value;
  }

  private quotedEnd(position: number, first: number): number {
    const pattern = first === DOUBLE_QUOTE ? DOUBLE_QUOTED : SINGLE_QUOTED;
    pattern.lastIndex = position;
    if (!pattern.test(this.text) || pattern.lastIndex > this.lineEnd) {
      throw OUTSIDE;
    }
    return pattern.lastIndex;
  }

  private unquoted(position: number, end: number, first: number): string {
    const inner = this.text.slice(position + 1, end - 1);
    if (first === QUOTE) {
      return inner.includes('\'') ? inner.replaceAll('\'\'', '\'') : inner;
    }
    return inner.includes('\\') ? JSON.parse(this.text.slice(position, end)) as string : inner;
  }

  private plain(position: number, first: number): unknown {
    const { text, lineEnd } = this;
    const second = text.charCodeAt(position + 1);
    if (!(first < 128 && (BEGINS_PLAIN[first] === 1 || (first === DASH && second < 128 && IN_KEY[second] === 1)))) {
      throw OUTSIDE;
    }
    let end = position;
    let before = first;
    for (let at = position; at < lineEnd; at += 1) {
      const code = text.charCodeAt(at);
      if (code === SPACE) {
        before = code;
        continue;
      }
      if (code === HASH && before === SPACE) {
        break;
      }
      if (code === COLON && (at + 1 === lineEnd || text.charCodeAt(at + 1) === SPACE)) {
        throw OUTSIDE;
      }
      before = code;
      end = at + 1;
    }
    const value = plainScalar(text.slice(position, end));
    if (typeof value === 'number' && !Number.isFinite(value)) {
      throw OUTSIDE;
    }
    this.nextLine();
    return value;
  }

  /** A literal block: `|`, `|-` or `|+`. */
  private literal(position: number, indent: number): string {
    const header = this.text.slice(position, this.lineEnd);
    if (header !== '|' && header !== '|-' && header !== '|+') {
      throw OUTSIDE;
    }
    const lines = this.literalLines(indent);
    let last = lines.length;
    while (last > 0 && lines[last - 1] === '') {
      last -= 1;
    }
    const body = lines.slice(0, last).join('\n');
    if (header === '|-') {
      return body;
    }
    if (header === '|') {
      return last === 0 ? '' : `${body}\n`;
    }
    return lines.map((line) => `${line}\n`).join('');
  }

  private literalLines(indent: number): string[] {
    const { text, end } = this;
    const lines: string[] = [];
    let blockIndent = NONE;
    let start = this.lineEnd + 1;
    for (; start < end; start = this.lineEnd + 1) {
      const lineEndBefore = this.lineEnd;
      this.setLineEnd(start);
      const content = Math.min(this.skipSpaces(start), this.lineEnd);
      const blank = content === this.lineEnd;
      if (blankBefore(blank, blockIndent, content - start, indent)) {
        throw OUTSIDE;
      }
      if (!blank && blockIndent === NONE && content - start > indent) {
        blockIndent = content - start;
      }
      if (!blank && (blockIndent === NONE || content - start < blockIndent)) {
        this.lineEnd = lineEndBefore;
        break;
      }
      this.line += 1;
      lines.push(blank && (blockIndent === NONE || content - start <= blockIndent) ? '' : text.slice(start + blockIndent, this.lineEnd));
    }
    this.nextLine();
    return lines;
  }
}

/** Spaces in a blank line before the first line of a literal can be a mistake. */
function blankBefore(blank: boolean, blockIndent: number, spaces: number, indent: number): boolean {
  return blank && blockIndent === NONE && spaces > Math.max(indent, 0);
}
