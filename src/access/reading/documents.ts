import { BlockYaml, isPlainText, readBlockYaml } from './block-yaml';
import { countMembers, scanJson } from './json-text';
import { readWithoutSeparators } from './missing-separators';
import { Excerpt, Remark, TextDocument } from './text-document';
import { DuplicateKey, Outline } from './yaml-outline';
import { readYaml, Unreadable } from './yaml-text';

/** What a text holds. */
export interface Documents {
  readonly documents: TextDocument[];
  readonly remarks: Remark[];
}

const NOTES = '\nNOTES:\n';

/** A file in the middle of being read. */
interface File extends Documents {
  readonly isPlain: boolean;
  /** where the next notes of a Helm release begin; the end of the text if there are none */
  notes: number;
}

/** Cuts a text into documents and reads each for itself, so that a broken one takes none along. */
export function readDocuments(raw: string): Documents {
  const text = withoutMark(raw);
  const file: File = { documents: [], remarks: [], isPlain: isPlainText(text), notes: notesFrom(text, 0) };
  for (const excerpt of excerptsOf(text, file.remarks)) {
    for (let rest: Excerpt | undefined = withoutNotes(excerpt, file); rest !== undefined;) {
      rest = readExcerpt(rest, file);
    }
  }
  return file;
}

/** The text without byte order mark and with one kind of line ends: YAML and JSON read both the same. */
function withoutMark(raw: string): string {
  const text = raw.charCodeAt(0) === 0xFEFF ? raw.slice(1) : raw;
  return text.includes('\r\n') ? text.replaceAll('\r\n', '\n') : text;
}

function* excerptsOf(text: string, remarks: Remark[]): Generator<Excerpt> {
  let start = 0;
  let line = 0;
  while (start < text.length) {
    const next = separatorFrom(text, start);
    yield { text, start, end: next, line };
    line += countLines(text, start, next);
    start = next;
    if (next < text.length) {
      const kept = contentOfSeparator(text, next, line, remarks);
      start = kept ? excerptEnd(text, next) : lineEnd(text, next);
      if (kept) {
        yield { text, start: next, end: start, line };
      }
      line += countLines(text, next, start);
    }
  }
}

/** The position of the next line that begins with three dashes, or the end. */
function separatorFrom(text: string, start: number): number {
  if (text.startsWith('---', start)) {
    return start;
  }
  const next = text.indexOf('\n---', start);
  return next === -1 ? text.length : next + 1;
}

function excerptEnd(text: string, separator: number): number {
  return separatorFrom(text, separator + 1);
}

function lineEnd(text: string, position: number): number {
  const end = text.indexOf('\n', position);
  return end === -1 ? text.length : end + 1;
}

function countLines(text: string, start: number, end: number): number {
  let lines = 0;
  for (let at = text.indexOf('\n', start); at !== -1 && at < end; at = text.indexOf('\n', at + 1)) {
    lines += 1;
  }
  return lines;
}

/** Whether the document begins on the line of its separator; says so, because clients of Kubernetes refuse it. */
function contentOfSeparator(text: string, position: number, line: number, remarks: Remark[]): boolean {
  const rest = text.slice(position + 3, lineEnd(text, position)).trim();
  if (rest === '' || rest.startsWith('#')) {
    return false;
  }
  const isSeparator = /\s/.test(text[position + 3]);
  const what = isSeparator ? 'clients of Kubernetes refuse content on the line of a separator' : `\`---${rest}\` is no separator, and clients of Kubernetes refuse it`;
  remarks.push({ problem: 'separator', line, column: 0, text: `${what}; write \`---\` on a line of its own` });
  return isSeparator;
}

function notesFrom(text: string, start: number): number {
  const notes = text.indexOf(NOTES, start);
  return notes === -1 ? text.length : notes + 1;
}

/** The excerpt up to the notes that Helm prints behind the manifests, without a separator. */
function withoutNotes(excerpt: Excerpt, file: File): Excerpt {
  const { text, start, end } = excerpt;
  if (file.notes < start) {
    file.notes = notesFrom(text, start);
  }
  if (file.notes >= end) {
    return excerpt;
  }
  file.remarks.push({ problem: 'helm-notes', line: excerpt.line + countLines(text, start, file.notes), text: 'the notes of a Helm release' });
  return { ...excerpt, end: file.notes };
}

/** Reads the next document of the excerpt and answers what is left: values of JSON need no separator. */
function readExcerpt(excerpt: Excerpt, file: File): Excerpt | undefined {
  const { text, start, end } = excerpt;
  const content = contentFrom(excerpt);
  if (content.directive !== undefined) {
    file.remarks.push({ problem: 'separator', line: content.directive, text: 'clients of Kubernetes refuse directives (`%`); leave them out' });
  }
  if (content.position >= end) {
    return undefined;
  }
  if (text[content.position] === '{' || text[content.position] === '[') {
    return readJson({ text, start: content.position, end, line: content.line }, file);
  }
  const block = file.isPlain || isPlainText(text.slice(start, end)) ? readBlockYaml(text, start, end) : undefined;
  if (block === undefined) {
    readSlowly(excerpt, content.line, file);
  } else {
    file.documents.push(blockDocument(excerpt, block));
  }
  return undefined;
}

function blockDocument(excerpt: Excerpt, block: BlockYaml): TextDocument {
  return { value: block.value, line: excerpt.line + block.line, excerpt, duplicates: [], parts: block.parts?.get('items'), partPath: [0] };
}

/** Where the content of an excerpt begins: behind blank lines, comments and directives. */
function contentFrom({ text, start, end, line }: Excerpt): { position: number; line: number; directive?: number } {
  let directive: number | undefined;
  let lines = line;
  for (let position = start; position < end; lines += 1) {
    while (text[position] === ' ' || text[position] === '\t') {
      position += 1;
    }
    if (text[position] === '%') {
      directive ??= lines;
    } else if (!(text[position] === '\n' || text[position] === '#')) {
      return { position, line: lines, directive };
    }
    position = lineEnd(text, position);
  }
  return { position: end, line: lines, directive };
}

/** Reads the value of JSON at the start and answers the rest; what is no JSON after all is read as YAML. */
function readJson(excerpt: Excerpt, found: Documents): Excerpt | undefined {
  const { text, start, end, line } = excerpt;
  const scan = scanJson(text, start, end);
  const value = scan === undefined ? undefined : parsedJson(text.slice(start, scan.end));
  if (scan === undefined || value === undefined) {
    readSlowly(excerpt, line, found);
    return undefined;
  }
  const own = { ...excerpt, end: scan.end };
  const duplicates = scan.members === countMembers(value) ? [] : inFile(own, new Outline(text.slice(start, scan.end)).duplicates());
  found.documents.push({ value, line, excerpt: own, duplicates, parts: scan.parts });
  return { text, start: scan.end, end, line: line + countLines(text, start, scan.end) };
}

function parsedJson(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
}

function inFile({ line }: Excerpt, duplicates: readonly DuplicateKey[]): DuplicateKey[] {
  return duplicates.map(({ path, first, again }) => ({
    path,
    first: { line: line + first.line, column: first.column },
    again: { line: line + again.line, column: again.column },
  }));
}

function readSlowly(excerpt: Excerpt, line: number, found: Documents): void {
  const text = excerpt.text.slice(excerpt.start, excerpt.end);
  try {
    const { documents, duplicates } = readYaml(text);
    const pieces = readWithoutSeparators(excerpt, duplicates);
    if (pieces !== undefined) {
      found.documents.push(...pieces);
      found.remarks.push(missingSeparators(pieces));
      return;
    }
    const [value, ...rest] = documents;
    found.documents.push({ value, line, excerpt, duplicates: inFile(excerpt, duplicates) });
    if (rest.some((document) => document !== null)) {
      found.remarks.push({ problem: 'unreadable', line, text: 'clients of Kubernetes read nothing behind `...`; separate documents by a line `---`' });
    }
  } catch (error) {
    if (!(error instanceof Unreadable)) {
      throw error;
    }
    found.remarks.push(unreadable(excerpt, text, error, line));
  }
}

/** At the end of a text a parser stands behind its last line. */
function unreadable(excerpt: Excerpt, text: string, { place, message }: Unreadable, firstLine: number): Remark {
  const last = countLines(text, 0, text.trimEnd().length);
  const hint = text.includes('{{') ? '; it looks like a template: render it first (`helm template`)' : '';
  const line = Math.max(excerpt.line + Math.min(place.line, last), firstLine);
  return { problem: 'unreadable', line, column: place.line > last ? undefined : place.column, text: message + hint };
}

function missingSeparators(pieces: readonly TextDocument[]): Remark {
  const { line } = pieces[1];
  const text = `${pieces.length} objects without a line \`---\` between them are read one by one here; a client of Kubernetes would mix them into one: ` +
    'write `---` before each (`cdk8s synth --stdout` leaves it out between charts)';
  return { problem: 'missing-separator', line, column: 0, text };
}
