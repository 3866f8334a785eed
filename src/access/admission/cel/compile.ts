import { isAddressText } from '../go-addresses';
import { durationOf, parseRequestUrl, parseUrl } from '../go-texts';
import { translated } from '../re2';
import { CelExpression, parseCel } from './parse';

/** Thrown where a rule cannot be evaluated for a value; the API server refuses such a value. */
export class CelError extends Error {}

/** A rule of a schema as a function: true where `self` keeps it. It throws CelError where the rule has no answer. */
export type CelRule = (self: unknown) => boolean;

type Scope = Readonly<Record<string, unknown>>;
type Evaluated = (scope: Scope) => unknown;

/** A duration or a URL, which are values of their own in CEL. */
class Duration {
  constructor(readonly nanoseconds: bigint) {
  }
}

class Url {
  constructor(readonly scheme: string) {
  }
}

/**
 * Compiles a rule.
 *
 * @throws where the rule is not CEL or uses a function that is not known here
 */
export function compileRule(source: string): CelRule {
  const evaluate = compile(parseCel(source));
  return (self) => truth(evaluate({ self }));
}

function compile(expression: CelExpression): Evaluated {
  switch (expression.kind) {
    case 'literal': return () => expression.value;
    case 'name': return (scope) => {
      if (!Object.hasOwn(scope, expression.name)) {
        throw new CelError(`undeclared reference to ${expression.name}`);
      }
      return scope[expression.name];
    };
    case 'select': return compileSelect(expression);
    case 'list': {
      const items = expression.items.map(compile);
      return (scope) => items.map((item) => item(scope));
    }
    case 'map': {
      const entries = expression.entries.map(([key, value]) => [compile(key), compile(value)]);
      return (scope) => Object.fromEntries(entries.map(([key, value]) => [String(key(scope)), value(scope)]));
    }
    case 'message': throw new CelError('messages are not known here');
    case 'call': return compileCall(expression);
  }
}

function compileSelect({ of, field }: CelExpression & { kind: 'select' }): Evaluated {
  const inner = compile(of);
  const name = unescapedField(field);
  return (scope) => {
    const value = inner(scope);
    if (!isMap(value) || !Object.hasOwn(value, name) || value[name] === undefined) {
      throw new CelError(`no such key: ${name}`);
    }
    return value[name];
  };
}

/** Fields that are words of CEL are written `__namespace__`. */
function unescapedField(field: string): string {
  return /^__[a-z]+__$/.test(field) ? field.slice(2, -2) : field;
}

function compileCall(call: CelExpression & { kind: 'call' }): Evaluated {
  const { name, target, args } = call;
  if (name === 'has' && args.length === 1 && args[0].kind === 'select') {
    const of = compile(args[0].of);
    const field = unescapedField(args[0].field);
    return (scope) => {
      const value = of(scope);
      return isMap(value) && Object.hasOwn(value, field) && value[field] !== undefined;
    };
  }
  if (name === '_?_:_') {
    const [condition, yes, no] = args.map(compile);
    return (scope) => (truth(condition(scope)) ? yes(scope) : no(scope));
  }
  if (name === '_&&_' || name === '_||_') {
    const [left, right] = args.map(compile);
    return shortCircuit(left, right, name === '_||_');
  }
  if (target !== undefined && name in MACROS && args.length === 2 && args[0].kind === 'name') {
    return compileMacro(MACROS[name], compile(target), args[0].name, compile(args[1]));
  }
  return compileFunction(name, target === undefined ? args : [target, ...args]);
}

/** One side that decides makes an error on the other one irrelevant. */
function shortCircuit(left: Evaluated, right: Evaluated, decisive: boolean): Evaluated {
  return (scope) => {
    let failure: unknown;
    for (const side of [left, right]) {
      try {
        if (truth(side(scope)) === decisive) {
          return decisive;
        }
      } catch (error) {
        failure = error;
      }
    }
    if (failure !== undefined) {
      throw failure;
    }
    return !decisive;
  };
}

type Macro = (items: readonly unknown[], test: (item: unknown) => unknown) => unknown;

/** Whether one of the answers is `decisive`; errors count only if none is. */
function decided(items: readonly unknown[], test: (item: unknown) => unknown, decisive: boolean): boolean {
  let failure: unknown;
  for (const item of items) {
    try {
      if (truth(test(item)) === decisive) {
        return true;
      }
    } catch (error) {
      failure = error;
    }
  }
  if (failure !== undefined) {
    throw failure;
  }
  return false;
}

const MACROS: Record<string, Macro> = {
  all: (items, test) => !decided(items, test, false),
  exists: (items, test) => decided(items, test, true),
  exists_one: (items, test) => items.filter((item) => truth(test(item))).length === 1,
  filter: (items, test) => items.filter((item) => truth(test(item))),
  map: (items, test) => items.map(test),
};

function compileMacro(macro: Macro, of: Evaluated, variable: string, body: Evaluated): Evaluated {
  return (scope) => {
    const range = of(scope);
    const items = Array.isArray(range) ? range : Object.keys(mapOf(range));
    return macro(items, (item) => body({ ...scope, [variable]: item }));
  };
}

function compileFunction(name: string, args: readonly CelExpression[]): Evaluated {
  const known = FUNCTIONS[name];
  if (known === undefined) {
    throw new CelError(`unknown function ${name}`);
  }
  if (name === 'matches' && args[1]?.kind === 'literal') {
    translated(String(args[1].value));
  }
  const compiled = args.map(compile);
  return (scope) => known(...compiled.map((argument) => argument(scope)));
}

// eslint-disable-next-line @typescript-eslint/no-explicit-any
const FUNCTIONS: Record<string, (...args: any[]) => unknown> = {
  '!_': (value) => !truth(value),
  '-_': (value) => -value,
  '_+_': (a, b) => (Array.isArray(a) ? [...a, ...b] : a + b),
  '_-_': (a, b) => a - b,
  '_*_': (a, b) => a * b,
  '_%_': (a, b) => a % b,
  '_<_': (a, b) => comparable(a) < comparable(b),
  '_<=_': (a, b) => comparable(a) <= comparable(b),
  '_>_': (a, b) => comparable(a) > comparable(b),
  '_>=_': (a, b) => comparable(a) >= comparable(b),
  '_==_': equal,
  '_!=_': (a, b) => !equal(a, b),
  '@in': (item, within) => (Array.isArray(within) ? within.some((one) => equal(one, item)) : Object.hasOwn(mapOf(within), String(item))),
  '_[_]': (of, index) => {
    const found = Array.isArray(of) ? of[index] : Object.hasOwn(mapOf(of), index) ? of[index] : undefined;
    if (found === undefined) {
      throw new CelError(`no such key: ${index}`);
    }
    return found;
  },
  'size': (value) => (typeof value === 'string' ? [...value].length : Array.isArray(value) ? value.length : Object.keys(mapOf(value)).length),
  'contains': (text, part) => text_(text).includes(part),
  'startsWith': (text, part) => text_(text).startsWith(part),
  'endsWith': (text, part) => text_(text).endsWith(part),
  'matches': (text, pattern) => translated(pattern).test(text_(text)),
  'split': (text, by) => text_(text).split(by),
  'substring': (text, from, to) => {
    const characters = [...text_(text)];
    const end = to ?? characters.length;
    if (from < 0 || end > characters.length || from > end) {
      throw new CelError(`index out of range: ${end}`);
    }
    return characters.slice(from, end).join('');
  },
  'int': (value) => {
    if (typeof value === 'string' && !/^[+-]?\d+$/.test(value)) {
      throw new CelError("type conversion error from 'string' to 'int'");
    }
    return Math.trunc(Number(value));
  },
  'string': (value) => String(value),
  'duration': (text) => {
    const nanoseconds = durationOf(text_(text));
    if (nanoseconds === undefined) {
      throw new CelError('type conversion error from \'string\' to \'duration\'');
    }
    return new Duration(nanoseconds);
  },
  'isURL': (text) => parseRequestUrl(text_(text)) !== undefined,
  'url': (text) => {
    const url = parseRequestUrl(text_(text));
    if (url === undefined || parseUrl(text) === undefined) {
      throw new CelError('URL parse error during conversion from string');
    }
    return new Url(url.scheme);
  },
  'getScheme': (url) => (url as Url).scheme,
  'isIP': (text) => isAddressText(text_(text), { zones: false, mapped: false }),
};

function text_(value: unknown): string {
  if (typeof value !== 'string') {
    throw new CelError('no such overload');
  }
  return value;
}

function comparable(value: unknown): number | bigint | string {
  if (typeof value === 'number' || typeof value === 'string') {
    return value;
  }
  if (value instanceof Duration) {
    return value.nanoseconds;
  }
  throw new CelError('no such overload');
}

function equal(a: unknown, b: unknown): boolean {
  if (a instanceof Duration && b instanceof Duration) {
    return a.nanoseconds === b.nanoseconds;
  }
  if (Array.isArray(a) && Array.isArray(b)) {
    return a.length === b.length && a.every((item, i) => equal(item, b[i]));
  }
  if (isMap(a) && isMap(b)) {
    const keys = Object.keys(a);
    return keys.length === Object.keys(b).length && keys.every((key) => Object.hasOwn(b, key) && equal(a[key], b[key]));
  }
  return a === b;
}

function isMap(value: unknown): value is Record<string, unknown> {
  return typeof value === 'object' && value !== null && !Array.isArray(value) && !(value instanceof Duration) && !(value instanceof Url);
}

function mapOf(value: unknown): Record<string, unknown> {
  if (!isMap(value)) {
    throw new CelError('no such overload');
  }
  return value;
}

function truth(value: unknown): boolean {
  if (typeof value !== 'boolean') {
    throw new CelError('no such overload');
  }
  return value;
}
