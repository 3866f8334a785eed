import * as fs from 'node:fs';
import * as path from 'node:path';

/** A file to read, or why it cannot be read. */
export type Input =
  | { readonly file: string; readonly text: string }
  | { readonly file: string; readonly problem: string };

/** How the standard input is called in origins. */
export const STDIN = 'stdin';

const MANIFEST = /\.(?:ya?ml|json)$/i;

/**
 * The files of paths in their order: a file as it is, of a folder all *.yaml, *.yml and *.json below it by name, hidden ones and
 * node_modules left out, `-` for the standard input. A file that is reached twice is read once.
 */
export function* inputsOf(paths: readonly string[], stdin?: string): Generator<Input> {
  const seen = new Set<string>();
  for (const given of paths) {
    if (given === '-') {
      yield attempt(STDIN, () => stdin ?? textOf(fs.readFileSync(0)));
    } else {
      yield* below(given, seen, true);
    }
  }
}

function* below(file: string, seen: Set<string>, given: boolean): Generator<Input> {
  const found = attempt(file, () => fs.realpathSync(file));
  if ('problem' in found) {
    yield found;
    return;
  }
  const isFolder = fs.statSync(found.text).isDirectory();
  if (seen.has(found.text) || !(given || isFolder || MANIFEST.test(file))) {
    return;
  }
  seen.add(found.text);
  if (isFolder) {
    yield* inFolder(file, seen);
  } else {
    yield attempt(file, () => textOf(fs.readFileSync(file)));
  }
}

function* inFolder(folder: string, seen: Set<string>): Generator<Input> {
  let names: string[] = [];
  try {
    names = fs.readdirSync(folder).filter((name) => !name.startsWith('.') && name !== 'node_modules').sort();
  } catch (error) {
    yield { file: folder, problem: problemOf(error) };
  }
  for (const name of names) {
    const file = path.join(folder, name);
    // a dangling link is worth a word only where it would be read
    if (MANIFEST.test(name) || isDirectory(file)) {
      yield* below(file, seen, false);
    }
  }
}

function isDirectory(file: string): boolean {
  try {
    return fs.statSync(file).isDirectory();
  } catch {
    return false;
  }
}

function attempt(file: string, read: () => string): Input {
  try {
    return { file, text: read() };
  } catch (error) {
    return { file, problem: problemOf(error) };
  }
}

function problemOf(error: unknown): string {
  const { code, message } = error as NodeJS.ErrnoException;
  const known: Record<string, string> = {
    ENOENT: 'there is no such file',
    EACCES: 'it may not be read',
    ELOOP: 'its symbolic links lead in circles',
    ERR_STRING_TOO_LONG: 'it is too large to be read at once',
    ERR_FS_FILE_TOO_LARGE: 'it is too large to be read at once',
  };
  return `cannot be read: ${known[code ?? ''] ?? message}`;
}

/** The text of a file: UTF-8, or UTF-16 as PowerShell writes it. */
function textOf(bytes: Buffer): string {
  if (bytes[0] === 0xFF && bytes[1] === 0xFE) {
    return bytes.toString('utf16le');
  }
  const text = bytes.toString('utf8');
  // bytes that are no UTF-8 turn into a longer character
  if (Buffer.byteLength(text) !== bytes.length || (text.includes('\uFFFD') && !Buffer.from(text).equals(bytes))) {
    throw new Error('it is not UTF-8 text');
  }
  return text;
}
