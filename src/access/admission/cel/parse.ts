import { celTokens, CelSyntaxError, CelToken } from './tokens';

/** An expression in CEL, with operators as calls (`_+_`, `!_`, `_[_]`, `_?_:_`, `@in`). */
export type CelExpression =
  | { readonly kind: 'literal'; readonly value: string | number | boolean | null }
  | { readonly kind: 'name'; readonly name: string }
  | { readonly kind: 'select'; readonly of: CelExpression; readonly field: string }
  | { readonly kind: 'call'; readonly name: string; readonly target?: CelExpression; readonly args: readonly CelExpression[] }
  | { readonly kind: 'list'; readonly items: readonly CelExpression[] }
  | { readonly kind: 'map'; readonly entries: readonly (readonly [CelExpression, CelExpression])[] }
  | { readonly kind: 'message'; readonly type: CelExpression };

const RESERVED = ['as', 'break', 'const', 'continue', 'else', 'for', 'function', 'if', 'import', 'let', 'loop', 'package', 'namespace', 'return',
  'var', 'void', 'while'];
const LITERALS: Record<string, boolean | null> = { true: true, false: false, null: null };
/** The operators that bind alike, the loosest first. */
const LEVELS = [['||'], ['&&'], ['<', '<=', '>', '>=', '==', '!=', 'in'], ['+', '-'], ['*', '/', '%']];
const COMPREHENSIONS: Record<string, number[]> = { all: [2], exists: [2], exists_one: [2], map: [2, 3], filter: [2] };

/**
 * Reads an expression.
 *
 * @throws CelSyntaxError for what is not CEL
 */
export function parseCel(source: string): CelExpression {
  const reader = new Reader(celTokens(source));
  const expression = reader.expression();
  reader.expectEnd();
  return expression;
}

class Reader {
  private at = 0;

  constructor(private readonly tokens: readonly CelToken[]) {
  }

  expression(): CelExpression {
    const condition = this.level(0);
    if (!this.takes('?')) {
      return condition;
    }
    const yes = this.level(0);
    this.expect(':');
    return { kind: 'call', name: '_?_:_', args: [condition, yes, this.expression()] };
  }

  expectEnd(): void {
    if (this.token.kind !== 'end') {
      throw this.unexpected();
    }
  }

  private get token(): CelToken {
    return this.tokens[this.at];
  }

  private level(number: number): CelExpression {
    if (number === LEVELS.length) {
      return this.unary();
    }
    let left = this.level(number + 1);
    for (;;) {
      const { kind, text } = this.token;
      if (kind === 'end' || kind === 'text' || !LEVELS[number].includes(text)) {
        return left;
      }
      this.at += 1;
      left = { kind: 'call', name: text === 'in' ? '@in' : `_${text}_`, args: [left, this.level(number + 1)] };
    }
  }

  private unary(): CelExpression {
    const operator = ['!', '-'].find((one) => this.token.kind === 'operator' && this.token.text === one);
    let count = 0;
    while (operator !== undefined && this.takes(operator)) {
      count += 1;
    }
    return Array.from({ length: count }).reduce<CelExpression>((inner) => ({ kind: 'call', name: `${operator!}_`, args: [inner] }), this.member());
  }

  private member(): CelExpression {
    const named = this.token.text !== '(';
    let of = this.primary();
    for (;;) {
      if (this.takes('.')) {
        of = this.field(of);
      } else if (this.takes('[')) {
        const index = this.expression();
        this.expect(']');
        of = { kind: 'call', name: '_[_]', args: [of, index] };
      } else if (named && (of.kind === 'name' || of.kind === 'select') && this.takes('{')) {
        this.entries('}', () => {
          this.identifier();
          this.expect(':');
          return this.expression();
        });
        of = { kind: 'message', type: of };
      } else {
        return of;
      }
    }
  }

  private field(of: CelExpression): CelExpression {
    if (this.token.kind === 'quoted-field') {
      this.at += 1;
      return { kind: 'select', of, field: this.tokens[this.at - 1].text };
    }
    const field = this.identifier(true);
    return this.takes('(') ? checked({ kind: 'call', name: field, target: of, args: this.list(')') }) : { kind: 'select', of, field };
  }

  private primary(): CelExpression {
    const { kind, text, value } = this.token;
    if (kind === 'number' || kind === 'text') {
      this.at += 1;
      return { kind: 'literal', value: value! };
    }
    if (this.takes('(')) {
      const inner = this.expression();
      this.expect(')');
      return inner;
    }
    if (this.takes('[')) {
      return { kind: 'list', items: this.list(']') };
    }
    if (this.takes('{')) {
      return { kind: 'map', entries: this.entries('}', () => this.entry()) };
    }
    this.takes('.');
    const name = this.identifier();
    if (text in LITERALS) {
      return { kind: 'literal', value: LITERALS[text] };
    }
    return this.takes('(') ? checked({ kind: 'call', name, args: this.list(')') }) : { kind: 'name', name };
  }

  private list(end: string): CelExpression[] {
    return this.entries(end, () => this.expression());
  }

  private entry(): readonly [CelExpression, CelExpression] {
    const key = this.expression();
    this.expect(':');
    return [key, this.expression()];
  }

  private entries<T>(end: string, one: () => T): T[] {
    const all: T[] = [];
    if (end !== ')' && this.takes(',')) {
      this.expect(end);
      return all;
    }
    while (!this.takes(end)) {
      all.push(one());
      if (!this.takes(',')) {
        this.expect(end);
        break;
      }
      if (end === ')' && this.token.text === ')') {
        throw this.unexpected();
      }
    }
    return all;
  }

  private identifier(afterDot = false): string {
    const { kind, text } = this.token;
    if (kind !== 'identifier' || text === 'in' || (!afterDot && RESERVED.includes(text)) || (afterDot && text in LITERALS)) {
      throw this.unexpected();
    }
    this.at += 1;
    return text;
  }

  private takes(operator: string): boolean {
    const found = this.token.kind === 'operator' && this.token.text === operator;
    this.at += found ? 1 : 0;
    return found;
  }

  private expect(operator: string): void {
    if (!this.takes(operator)) {
      throw this.unexpected();
    }
  }

  private unexpected(): CelSyntaxError {
    return new CelSyntaxError(`mismatched input ${this.token.kind === 'end' ? '<EOF>' : this.token.text}`);
  }
}

/** Macros are syntax: their arguments have to have a shape. */
function checked(call: CelExpression & { kind: 'call' }): CelExpression {
  const { name, target, args } = call;
  if (name === 'has' && target === undefined && args.length === 1 && args[0].kind !== 'select') {
    throw new CelSyntaxError('invalid argument to has() macro');
  }
  if (target !== undefined && COMPREHENSIONS[name]?.includes(args.length) === true && args[0].kind !== 'name') {
    throw new CelSyntaxError('argument must be a simple name');
  }
  return call;
}
