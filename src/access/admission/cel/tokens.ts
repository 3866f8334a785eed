/** A word of an expression in CEL. `end` closes the list. */
export interface CelToken {
  readonly kind: 'identifier' | 'quoted-field' | 'number' | 'text' | 'operator' | 'end';
  readonly text: string;
  readonly value?: number | string;
}

/** Thrown where an expression is not CEL. */
export class CelSyntaxError extends Error {}

const BLANK = /(?:[\t \r\n\f]|\/\/[^\n]*(?:\n|$))+/y;
const IDENTIFIER = /[A-Za-z_]\w*/y;
const QUOTED_FIELD = /`[\w.\-/ ]+`/y;
const NUMBER = /(?:0x[0-9a-fA-F]+[uU]?|(?:\d+\.\d+(?:[eE][+-]?\d+)?|\d+[eE][+-]?\d+|\.\d+(?:[eE][+-]?\d+)?|\d+[uU]?))/y;
const TEXT = /[bB]?(?:"""(?:[^\\]|\\[\s\S])*?"""|'''(?:[^\\]|\\[\s\S])*?'''|"(?:[^\\"\n\r]|\\.)*"|'(?:[^\\'\n\r]|\\.)*')/y;
const RAW_TEXT = /[bB]?[rR](?:"""[\s\S]*?"""|'''[\s\S]*?'''|"[^"\n\r]*"|'[^'\n\r]*')/y;
const OPERATOR = /(?:==|!=|<=|>=|&&|\|\||[-+*/%!<>?:.,()[\]{}])/y;

/** The words of an expression. */
export function celTokens(source: string): CelToken[] {
  const tokens: CelToken[] = [];
  let at = 0;
  const take = (pattern: RegExp) => {
    pattern.lastIndex = at;
    const found = pattern.exec(source)?.[0];
    at += found?.length ?? 0;
    return found;
  };
  take(BLANK);
  while (at < source.length) {
    const token = nextToken(take, tokens.at(-1)?.text === '-');
    if (token === undefined) {
      throw new CelSyntaxError(`token recognition error at: ${JSON.stringify(source.slice(at, at + 10))}`);
    }
    tokens.push(token);
    take(BLANK);
  }
  return [...tokens, { kind: 'end', text: '' }];
}

function nextToken(take: (pattern: RegExp) => string | undefined, afterMinus: boolean): CelToken | undefined {
  const raw = take(RAW_TEXT);
  if (raw !== undefined) {
    return { kind: 'text', text: raw, value: unquoted(raw) };
  }
  const text = take(TEXT);
  if (text !== undefined) {
    return { kind: 'text', text, value: unescaped(unquoted(text)) };
  }
  const identifier = take(IDENTIFIER);
  if (identifier !== undefined) {
    return { kind: 'identifier', text: identifier };
  }
  const quoted = take(QUOTED_FIELD);
  if (quoted !== undefined) {
    return { kind: 'quoted-field', text: quoted.slice(1, -1) };
  }
  const number = take(NUMBER);
  if (number !== undefined) {
    return { kind: 'number', text: number, value: numberOf(number, afterMinus) };
  }
  const operator = take(OPERATOR);
  return operator === undefined ? undefined : { kind: 'operator', text: operator };
}

function numberOf(text: string, negative: boolean): number {
  const bare = text.replace(/[uU]$/, '');
  if (/^(?:0x[0-9a-fA-F]+|\d+)$/.test(bare)) {
    const most = bare === text ? 2n ** 63n - (negative ? 0n : 1n) : 2n ** 64n - 1n;
    if (BigInt(bare) > most) {
      throw new CelSyntaxError(`invalid int literal ${text}`);
    }
  }
  if (!Number.isFinite(Number(bare))) {
    throw new CelSyntaxError(`invalid double literal ${text}`);
  }
  return Number(bare);
}

function unquoted(text: string): string {
  const inner = text.replace(/^[rRbB]*/, '');
  const width = inner.startsWith('"""') || inner.startsWith("'''") ? 3 : 1;
  return inner.slice(width, -width);
}

const ESCAPES: Record<string, string> = {
  'a': '\x07', 'b': '\b', 'f': '\f', 'n': '\n', 'r': '\r', 't': '\t', 'v': '\v', '\\': '\\', '?': '?', '"': '"', "'": "'", '`': '`',
};

function unescaped(text: string): string {
  return text.replace(/\\(?:([abfnrtv\\?"'`])|[xX]([0-9a-fA-F]{2})|u([0-9a-fA-F]{4})|U([0-9a-fA-F]{8})|([0-3][0-7]{2})|[\s\S])/g,
    (all, simple, byte, short, long, octal) => {
      if (simple !== undefined) {
        return ESCAPES[simple];
      }
      const hex = byte ?? short ?? long;
      const code = hex === undefined ? parseInt(octal, 8) : parseInt(hex, 16);
      if (Number.isNaN(code) || code > 0x10ffff || (code >= 0xd800 && code <= 0xdfff)) {
        throw new CelSyntaxError(`unknown escape ${all}`);
      }
      return String.fromCodePoint(code);
    });
}
