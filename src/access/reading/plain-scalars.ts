/** What a plain scalar stands for in JSON; infinities and NaN cannot be written there and are answered as numbers. */
export type Scalar = string | number | boolean | null;

const WORDS = new Map<string, Scalar>([
  ...['y', 'Y', 'yes', 'Yes', 'YES', 'true', 'True', 'TRUE', 'on', 'On', 'ON'].map((word) => [word, true] as const),
  ...['n', 'N', 'no', 'No', 'NO', 'false', 'False', 'FALSE', 'off', 'Off', 'OFF'].map((word) => [word, false] as const),
  ...['', '~', 'null', 'Null', 'NULL'].map((word) => [word, null] as const),
  ...['.nan', '.NaN', '.NAN'].map((word) => [word, NaN] as const),
  ...['.inf', '.Inf', '.INF', '+.inf', '+.Inf', '+.INF'].map((word) => [word, Infinity] as const),
  ...['-.inf', '-.Inf', '-.INF'].map((word) => [word, -Infinity] as const),
]);
const LONGEST_WORD = 5;

const enum Hint { WORD = 1, NUMBER = 2 }

/** By the first character: what a plain scalar can be other than text. */
const HINTS = new Uint8Array(128);
[...'yYnNtTfFoO~'].forEach((char) => { HINTS[char.charCodeAt(0)] = Hint.WORD; });
[...'0123456789+-.'].forEach((char) => { HINTS[char.charCodeAt(0)] = Hint.NUMBER; });

const SMALL_NUMBER = /^(?:0|[1-9][0-9]{0,14})$/;
const INTEGER = /^([-+]?)(0[xX][0-9a-fA-F]+|0[bB][01]+|0[oO][0-7]+|0[0-7]*|[1-9][0-9]*)$/;
const FLOAT = /^[-+]?(?:\.[0-9]+|[0-9]+(?:\.[0-9]*)?)(?:[eE][-+]?[0-9]+)?$/;
const LEADING_DOT = /^\.[0-9]+(?:_[0-9]+)*(?:[eE][-+]?[0-9]+(?:_[0-9]+)*)?$/;
const LEAST_INTEGER = -(2n ** 63n);
const GREATEST_INTEGER = 2n ** 63n - 1n;
const GREATEST_UNSIGNED = 2n ** 64n - 1n;

/** Reads a scalar that stands without quotes as clients of Kubernetes do (YAML 1.1 in the reading of go-yaml 2). */
export function plainScalar(text: string): Scalar {
  const first = text.charCodeAt(0);
  const hint = first < 128 ? HINTS[first] : 0;
  if (hint === 0) {
    return text === '' ? null : text;
  }
  if (text.length <= LONGEST_WORD) {
    const word = WORDS.get(text);
    if (word !== undefined) {
      return word;
    }
  }
  return hint === Hint.NUMBER ? numberOr(text) : text;
}

/** The text of a key whose plain form is another scalar: `on` is `true`; `undefined` where a client refuses it. */
export function plainKey(text: string): string | undefined {
  const value = plainScalar(text);
  if (typeof value === 'string') {
    return value;
  }
  if (typeof value === 'number') {
    return Number.isInteger(value) && Math.abs(value) < 1e21 ? String(value) : undefined;
  }
  return value === null ? undefined : String(value);
}

function numberOr(text: string): Scalar {
  if (SMALL_NUMBER.test(text)) {
    return Number(text);
  }
  if (text.startsWith('.')) {
    return finiteOr(LEADING_DOT.test(text) ? text.replaceAll('_', '') : '', text);
  }
  const plain = text.replaceAll('_', '');
  const integer = INTEGER.exec(plain);
  if (integer !== null) {
    const value = integerOf(integer[1], integer[2]);
    if (value !== undefined) {
      return value;
    }
  }
  return finiteOr(FLOAT.test(plain) ? plain : '', text);
}

function integerOf(sign: string, digits: string): number | undefined {
  const octal = /^0[0-7]+$/.test(digits);
  const size = BigInt(octal ? `0o${digits.slice(1)}` : digits.toLowerCase());
  const value = sign === '-' ? -size : size;
  const greatest = sign === '' ? GREATEST_UNSIGNED : GREATEST_INTEGER;
  return value >= LEAST_INTEGER && value <= greatest ? Number(value) : undefined;
}

function finiteOr(digits: string, text: string): Scalar {
  const value = digits === '' ? NaN : Number(digits);
  return Number.isFinite(value) ? value + 0 : text;
}
