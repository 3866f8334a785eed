/** Thrown where a text is no regular expression of RE2, with the words of Go's parser. */
export class RegexSyntaxError extends Error {}

const cache = new Map<string, RegExp>();

/**
 * A regular expression of RE2 (as Go reads it) as one of JavaScript, to search with.
 *
 * @throws RegexSyntaxError where Go would not compile it
 */
export function translated(source: string): RegExp {
  let expression = cache.get(source);
  if (expression === undefined) {
    expression = new RegExp(new Re2Reader(source).read(), 'u');
    cache.set(source, expression);
  }
  return expression;
}

/** What is wrong with a regular expression, or `undefined`. */
export function regexProblem(source: string): string | undefined {
  try {
    new Re2Reader(source).read();
    return undefined;
  } catch (error) {
    if (error instanceof RegexSyntaxError) {
      return `error parsing regexp: ${error.message}`;
    }
    throw error;
  }
}

interface Flags {
  readonly ignoreCase: boolean;
  readonly multiLine: boolean;
  readonly dotAll: boolean;
}

/** What was read last: its text, and how often its parts are repeated at most. `undefined` where nothing can be repeated. */
interface Piece {
  readonly source: string;
  readonly repeated: number;
}

const PERL_CLASSES: Record<string, string> = {
  d: '0-9', D: '^0-9', w: '0-9A-Za-z_', W: '^0-9A-Za-z_', s: '\\t\\n\\f\\r ', S: '^\\t\\n\\f\\r ',
};
const POSIX_CLASSES: Record<string, string> = {
  alnum: '0-9A-Za-z',
  alpha: 'A-Za-z',
  ascii: '\\x00-\\x7f',
  blank: '\\t ',
  cntrl: '\\x00-\\x1f\\x7f',
  digit: '0-9',
  graph: '!-~',
  lower: 'a-z',
  print: ' -~',
  punct: '!-/:-@\\[-`{-~',
  space: '\\t\\n\\v\\f\\r ',
  upper: 'A-Z',
  word: '0-9A-Za-z_',
  xdigit: '0-9A-Fa-f',
};
const CONTROL: Record<string, number> = { a: 7, f: 12, n: 10, r: 13, t: 9, v: 11 };
const MOST = 1000;

class Re2Reader {
  private readonly characters: string[];
  private at = 0;

  constructor(private readonly text: string) {
    this.characters = [...text];
  }

  read(): string {
    const { source } = this.alternatives({ ignoreCase: false, multiLine: false, dotAll: false }, 0);
    if (this.at < this.characters.length) {
      throw new RegexSyntaxError(`unexpected ): \`${this.text}\``);
    }
    return source;
  }

  private alternatives(flags: Flags, depth: number): Piece {
    if (depth > MOST) {
      throw new RegexSyntaxError(`expression nests too deeply: \`${this.text}\``);
    }
    let current = flags;
    let repeated = 1;
    const done: string[] = [];
    let pieces: Piece[] = [];
    let canRepeat = true;
    while (this.at < this.characters.length && this.characters[this.at] !== ')') {
      const repetition = this.repetition();
      if (repetition !== undefined) {
        pieces.push(this.repeat(pieces.pop(), repetition, canRepeat));
        canRepeat = false;
      } else if (this.takes('|')) {
        done.push(pieces.map(({ source }) => source).join(''));
        pieces = [];
        canRepeat = true;
      } else {
        const changed = this.flagsAlone(current);
        if (changed === undefined) {
          pieces.push(...this.atom(current, depth));
          canRepeat = true;
        } else {
          current = changed;
        }
      }
      repeated = Math.max(repeated, pieces.at(-1)?.repeated ?? 1);
    }
    return { source: [...done, pieces.map(({ source }) => source).join('')].join('|'), repeated };
  }

  private repetition(): { readonly text: string; readonly most: number } | undefined {
    const rest = this.characters.slice(this.at, this.at + 14).join('');
    const found = /^(?:[*+?]|\{(\d+)(,(\d*))?\})/.exec(rest);
    if (found === null) {
      return undefined;
    }
    const [text, from, range, to] = found;
    if (from !== undefined) {
      const least = Number(from);
      const most = range === undefined ? least : to === '' ? Infinity : Number(to);
      if (/^0\d/.test(from) || /^0\d/.test(to ?? '')) {
        return undefined;
      }
      if (least > MOST || (most !== Infinity && most > MOST) || least > most) {
        throw new RegexSyntaxError(`invalid repeat count: \`${text}\``);
      }
      this.at += text.length;
      return { text: this.lazy(text), most: Math.max(least, most === Infinity ? least : most, 1) };
    }
    this.at += 1;
    return { text: this.lazy(text), most: 1 };
  }

  private lazy(text: string): string {
    return this.takes('?') ? `${text}?` : text;
  }

  private repeat(piece: Piece | undefined, { text, most }: { text: string; most: number }, canRepeat: boolean): Piece {
    if (!canRepeat) {
      throw new RegexSyntaxError(`invalid nested repetition operator: \`${text}\``);
    }
    if (piece === undefined) {
      throw new RegexSyntaxError(`missing argument to repetition operator: \`${text}\``);
    }
    const repeated = piece.repeated * most;
    if (repeated > MOST) {
      throw new RegexSyntaxError(`invalid repeat count: \`${text}\``);
    }
    return { source: `(?:${piece.source})${text}`, repeated };
  }

  /** `(?i)` changes how the rest of the group is read. */
  private flagsAlone(flags: Flags): Flags | undefined {
    const found = /^\(\?([imsU]*)(?:-([imsU]+))?\)/.exec(this.characters.slice(this.at, this.at + 14).join(''));
    if (found === null) {
      return undefined;
    }
    this.at += found[0].length;
    return withFlags(flags, found[1], found[2] ?? '');
  }

  /** One piece, or none for an empty quotation. */
  private atom(flags: Flags, depth: number): Piece[] {
    const character = this.characters[this.at];
    if (character === '(') {
      return [this.group(flags, depth)];
    }
    if (character === '[') {
      return [single(this.characterClass(flags))];
    }
    if (character === '\\' && this.characters[this.at + 1] === 'Q') {
      this.at += 1;
      return this.quoted(flags);
    }
    return [this.simple(flags)];
  }

  private simple(flags: Flags): Piece {
    const character = this.characters[this.at];
    this.at += 1;
    switch (character) {
      case '.': return single(flags.dotAll ? '[\\s\\S]' : '[^\\n]');
      case '^': return single(flags.multiLine ? '(?:^|(?<=\\n))' : '^');
      case '$': return single(flags.multiLine ? '(?:$|(?=\\n))' : '$');
      case '\\': return this.escaped(flags);
      default: return single(literal(character.codePointAt(0)!, flags));
    }
  }

  private group(flags: Flags, depth: number): Piece {
    const rest = this.characters.slice(this.at).join('');
    const found = /^\((?:\?(?:P?<\w+>|([imsU]*)(?:-([imsU]+))?:))?/.exec(rest)!;
    const [opening, on = '', off = ''] = found;
    if (rest.startsWith('(?') && opening === '(') {
      throw new RegexSyntaxError(`invalid or unsupported Perl syntax: \`${rest.slice(0, 3)}\``);
    }
    this.at += opening.length;
    const { source, repeated } = this.alternatives(withFlags(flags, on, off), depth + 1);
    if (!this.takes(')')) {
      throw new RegexSyntaxError(`missing closing ): \`${this.text}\``);
    }
    return { source: `(?:${source})`, repeated };
  }

  private escaped(flags: Flags): Piece {
    const character = this.characters[this.at];
    switch (character) {
      case 'A': this.at += 1; return single('^');
      case 'z': this.at += 1; return single('$');
      case 'b': this.at += 1; return single('(?:(?<=[0-9A-Za-z_])(?![0-9A-Za-z_])|(?<![0-9A-Za-z_])(?=[0-9A-Za-z_]))');
      case 'B': this.at += 1; return single('(?:(?<=[0-9A-Za-z_])(?=[0-9A-Za-z_])|(?<![0-9A-Za-z_])(?![0-9A-Za-z_]))');
      default: {
        const inner = this.perlOrUnicode();
        return single(inner === undefined ? literal(this.escapedCharacter(), flags) : `[${inner}]`);
      }
    }
  }

  private quoted(flags: Flags): Piece[] {
    const rest = this.characters.slice(this.at + 1).join('');
    const end = rest.indexOf('\\E');
    const text = end < 0 ? rest : rest.slice(0, end);
    this.at += 1 + [...text].length + (end < 0 ? 0 : 2);
    return [...text].map((character) => single(literal(character.codePointAt(0)!, flags)));
  }

  /** The inside of a class for `\d`, `\pL` and their like, after the backslash. */
  private perlOrUnicode(): string | undefined {
    const character = this.characters[this.at];
    if (character in PERL_CLASSES) {
      this.at += 1;
      return PERL_CLASSES[character];
    }
    if (character !== 'p' && character !== 'P') {
      return undefined;
    }
    const found = /^[pP](?:\{(\^?)([\w -]+)\}|(\w))/.exec(this.characters.slice(this.at).join(''));
    const property = found === null ? undefined : unicodeProperty(found[2] ?? found[3]);
    if (found === null || property === undefined) {
      throw new RegexSyntaxError(`invalid character class range: \`\\${found?.[0] ?? character}\``);
    }
    this.at += found[0].length;
    return `\\${(character === 'P') === (found[1] === '^') ? 'p' : 'P'}{${property}}`;
  }

  private escapedCharacter(): number {
    const rest = this.characters.slice(this.at, this.at + 12).join('');
    const octal = /^(?:[1-7][0-7]{1,2}|0[0-7]{0,2})/.exec(rest)?.[0];
    const hex = /^x(?:([0-9A-Fa-f]{2})|\{([0-9A-Fa-f]+)\})/.exec(rest);
    const [character] = [...rest];
    if (octal !== undefined) {
      this.at += octal.length;
      return parseInt(octal, 8);
    }
    if (hex !== null && parseInt(hex[1] ?? hex[2], 16) <= 0x10ffff) {
      this.at += hex[0].length;
      return parseInt(hex[1] ?? hex[2], 16);
    }
    if (character === undefined) {
      throw new RegexSyntaxError('trailing backslash at end of expression: ``');
    }
    this.at += 1;
    if (character in CONTROL) {
      return CONTROL[character];
    }
    if (!/^[\x00-\x7f]$/.test(character) || /^[0-9A-Za-z]$/.test(character)) {
      throw new RegexSyntaxError(`invalid escape sequence: \`\\${character}\``);
    }
    return character.codePointAt(0)!;
  }

  private characterClass(flags: Flags): string {
    const start = this.at;
    this.at += 1;
    const negated = this.takes('^');
    const parts: string[] = [];
    // in JavaScript a class without members that is negated by a part needs a class of its own
    const negatedParts: string[] = [];
    let first = true;
    while (first || this.characters[this.at] !== ']') {
      if (this.at >= this.characters.length) {
        throw new RegexSyntaxError(`missing closing ]: \`${this.characters.slice(start).join('')}\``);
      }
      first = false;
      const inner = this.classPart(flags);
      (inner.startsWith('^') ? negatedParts : parts).push(inner);
    }
    this.at += 1;
    const all = [...(parts.length === 0 ? [] : [`[${parts.join('')}]`]), ...negatedParts.map((part) => `[${part}]`)];
    return negated ? `(?:(?!${all.join('|')})[\\s\\S])` : `(?:${all.join('|')})`;
  }

  private classPart(flags: Flags): string {
    const rest = this.characters.slice(this.at, this.at + 14).join('');
    const posix = /^\[:(\^?)(\w+):\]/.exec(rest);
    if (posix !== null) {
      const inner = POSIX_CLASSES[posix[2]];
      if (inner === undefined) {
        throw new RegexSyntaxError(`invalid character class range: \`${posix[0]}\``);
      }
      this.at += posix[0].length;
      return `${posix[1]}${inner}`;
    }
    if (rest.startsWith('\\')) {
      this.at += 1;
      const inner = this.at < this.characters.length ? this.perlOrUnicode() : undefined;
      if (inner !== undefined) {
        return inner;
      }
      this.at -= 1;
    }
    return this.range(flags);
  }

  private range(flags: Flags): string {
    const start = this.at;
    const low = this.classCharacter();
    let high = low;
    if (this.characters[this.at] === '-' && this.at + 1 < this.characters.length && this.characters[this.at + 1] !== ']') {
      this.at += 1;
      high = this.classCharacter();
    }
    if (high < low) {
      throw new RegexSyntaxError(`invalid character class range: \`${this.characters.slice(start, this.at).join('')}\``);
    }
    return [[low, high], ...(flags.ignoreCase ? otherCase(low, high) : [])].map(([a, b]) => `${code(a)}-${code(b)}`).join('');
  }

  private classCharacter(): number {
    if (this.at >= this.characters.length) {
      throw new RegexSyntaxError(`missing closing ]: \`${this.text}\``);
    }
    const character = this.characters[this.at];
    this.at += 1;
    return character === '\\' ? this.escapedCharacter() : character.codePointAt(0)!;
  }

  private takes(character: string): boolean {
    const found = this.characters[this.at] === character;
    this.at += found ? 1 : 0;
    return found;
  }
}

function single(source: string): Piece {
  return { source, repeated: 1 };
}

function withFlags(flags: Flags, on: string, off: string): Flags {
  const set = (letter: string, now: boolean) => (on.includes(letter) || now) && !off.includes(letter);
  return { ignoreCase: set('i', flags.ignoreCase), multiLine: set('m', flags.multiLine), dotAll: set('s', flags.dotAll) };
}

function literal(point: number, { ignoreCase }: Flags): string {
  const character = String.fromCodePoint(point);
  const other = character.toLowerCase() === character ? character.toUpperCase() : character.toLowerCase();
  return ignoreCase && other !== character && [...other].length === 1 ? `[${code(point)}${code(other.codePointAt(0)!)}]` : code(point);
}

function code(point: number): string {
  return `\\u{${point.toString(16)}}`;
}

/** The ranges of the other case for ASCII letters within a range. */
function otherCase(low: number, high: number): number[][] {
  const within = (from: number, to: number, shift: number) => {
    const [a, b] = [Math.max(low, from), Math.min(high, to)];
    return a <= b ? [[a + shift, b + shift]] : [];
  };
  return [...within(65, 90, 32), ...within(97, 122, -32)];
}

/** The property of JavaScript with the name of a category or script; case, blanks, `_` and `-` do not count. */
function unicodeProperty(name: string): string | undefined {
  const words = name.split(/[ _-]/).map((word) => word.charAt(0).toUpperCase() + word.slice(1).toLowerCase());
  const names = [name, name.toUpperCase(), words.join('_'), words.join('')];
  return names.flatMap((one) => [one, `Script=${one}`]).filter((one) => isCategoryOrScript(one)).find((candidate) => {
    try {
      return new RegExp(`\\p{${candidate}}`, 'u') !== undefined;
    } catch {
      return false;
    }
  });
}

/** JavaScript knows more properties by a lone name (`Alphabetic`, `Emoji`) than Go. */
function isCategoryOrScript(candidate: string): boolean {
  return candidate.startsWith('Script=') || CATEGORIES.test(candidate);
}

const CATEGORIES = new RegExp(`^(?:Any|ASCII|Assigned|LC|C[cfnos]?|L[lmotu]?|M[cen]?|N[dlo]?|P[cdefios]?|S[ckmo]?|Z[lps]?|punct|digit|cntrl|Other|Control|Format|${
  'Unassigned|Private_Use|Surrogate|Letter|Cased_Letter|Lowercase_Letter|Modifier_Letter|Other_Letter|Titlecase_Letter|Uppercase_Letter|Mark|'
}Combining_Mark|Spacing_Mark|Enclosing_Mark|Nonspacing_Mark|Number|Decimal_Number|Letter_Number|Other_Number|Punctuation|${
  'Connector_Punctuation|Dash_Punctuation|Close_Punctuation|Final_Punctuation|Initial_Punctuation|Other_Punctuation|Open_Punctuation|Symbol|'
}Currency_Symbol|Modifier_Symbol|Math_Symbol|Other_Symbol|Separator|Line_Separator|Paragraph_Separator|Space_Separator)$`);
