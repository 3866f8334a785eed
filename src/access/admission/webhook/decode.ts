import { isRecord } from '../field-note';
import { durationOf } from '../go-texts';
import { MessageField, tables } from '../schema-tables';

/** A message as istiod's webhook decodes it: known fields under their JSON names, nothing where a field is absent, empty or null. */
export type Message = Readonly<Record<string, unknown>>;

/** Thrown where a value cannot be decoded. */
export class DecodeError extends Error {}

/** A kind that the webhook knows. */
export function isWebhookKind(kind: string): boolean {
  return Object.hasOwn(tables().roots, kind);
}

/**
 * Decodes the spec of a kind. Unknown fields are passed over, numbers may be texts, names may be those of the protocol buffer. Durations
 * become nanoseconds, enums their names, and of fields that exclude each other the last one declared stays.
 *
 * @throws DecodeError
 */
export function decodeSpec(kind: string, spec: unknown): Message {
  return decodeMessage(tables().roots[kind], spec, 'spec');
}

function decodeMessage(number: number, value: unknown, path: string): Message {
  if (value === null || value === undefined) {
    return {};
  }
  if (!isRecord(value)) {
    throw new DecodeError(`${path}: cannot unmarshal ${nameOf(value)} into an object`);
  }
  const result: Record<string, unknown> = {};
  const chosen = new Map<string, string>();
  for (const field of tables().messages[number]) {
    const { name, proto, oneof } = field;
    const raw = Object.hasOwn(value, name) ? value[name] : proto !== undefined && Object.hasOwn(value, proto) ? value[proto] : undefined;
    const decoded = raw === undefined || raw === null ? undefined : decodeField(field, raw, `${path}.${name}`);
    if (decoded !== undefined) {
      if (oneof !== undefined) {
        delete result[chosen.get(oneof) ?? ''];
        chosen.set(oneof, name);
      }
      result[name] = decoded;
    }
  }
  return result;
}

function decodeField(field: MessageField, raw: unknown, path: string): unknown {
  if (field.list === true) {
    if (!Array.isArray(raw)) {
      throw new DecodeError(`${path}: cannot unmarshal ${nameOf(raw)} into a list`);
    }
    return raw.length === 0 ? undefined : raw.map((item, i) => decodeValue(field.type, item, `${path}[${i}]`));
  }
  if (field.map === undefined) {
    return decodeValue(field.type, raw, path);
  }
  if (!isRecord(raw)) {
    throw new DecodeError(`${path}: cannot unmarshal ${nameOf(raw)} into a map`);
  }
  return Object.fromEntries(Object.entries(raw).map(([key, value]) => [
    field.map === 'string' ? key : String(decodeNumber(field.map!, key, path)), decodeValue(field.type, value, `${path}[${key}]`),
  ]));
}

function decodeValue(type: string, value: unknown, path: string): unknown {
  if (/^m\d/.test(type)) {
    return decodeMessage(Number(type.slice(1)), value, path);
  }
  if (/^e\d/.test(type)) {
    return decodeEnum(Number(type.slice(1)), value, path);
  }
  switch (type) {
    case 'string': return decodeScalar('string', value, '', path);
    case 'bool': case 'BoolValue': return decodeScalar('boolean', value, false, path);
    case 'bytes': return decodeScalar('string', value, '', path);
    case 'StringValue': return decodeScalar('string', value, '', path);
    case 'Duration': return decodeDuration(value, path);
    case 'Struct': return decodeStruct(value, path);
    default: return decodeNumber(type.replace(/Value$/, '').toLowerCase(), value, path);
  }
}

function decodeScalar(type: string, value: unknown, empty: unknown, path: string): unknown {
  if (value === null) {
    return empty;
  }
  if (typeof value !== type) {
    throw new DecodeError(`${path}: cannot unmarshal ${nameOf(value)} into a ${type}`);
  }
  return value;
}

function decodeStruct(value: unknown, path: string): unknown {
  if (value !== null && !isRecord(value)) {
    throw new DecodeError(`${path}: bad StructValue`);
  }
  return value ?? {};
}

function decodeDuration(value: unknown, path: string): bigint {
  const nanoseconds = value === null ? 0n : typeof value === 'string' ? durationOf(value) : undefined;
  if (nanoseconds === undefined) {
    throw new DecodeError(`${path}: bad Duration: ${JSON.stringify(value)}`);
  }
  return nanoseconds;
}

function decodeEnum(number: number, value: unknown, path: string): string {
  const names = tables().enums[number];
  if (typeof value === 'string' && Object.hasOwn(names, value)) {
    return value;
  }
  if (Number.isInteger(value) || value === null) {
    return Object.keys(names).find((name) => names[name] === (value ?? 0)) ?? String(value);
  }
  throw new DecodeError(`${path}: unknown value ${JSON.stringify(value)} for enum`);
}

const RANGES: Readonly<Record<string, readonly [number, number]>> = {
  int32: [-(2 ** 31), 2 ** 31 - 1], uint32: [0, 2 ** 32 - 1], int64: [-(2 ** 63), 2 ** 63], uint64: [0, 2 ** 64],
};

/** A number in JSON. */
const NUMBER = /^-?(?:0|[1-9]\d*)(?:\.\d+)?(?:[eE][+-]?\d+)?$/;

function decodeNumber(type: string, value: unknown, path: string): number {
  const text = typeof value === 'string' ? value.replace(/^[ \t\r\n]+|[ \t\r\n]+$/g, '') : undefined;
  const number = value === null ? 0 : text === undefined ? value : NUMBER.test(text) ? Number(text) : undefined;
  const range = RANGES[type];
  if (typeof number !== 'number') {
    throw new DecodeError(`${path}: cannot unmarshal ${JSON.stringify(value)} into a number`);
  }
  if (range !== undefined && (!Number.isInteger(number) || number < range[0] || number > range[1] || /[.eE]/.test(text ?? ''))) {
    throw new DecodeError(`${path}: cannot unmarshal number ${number} into ${type}`);
  }
  return number;
}

function nameOf(value: unknown): string {
  return Array.isArray(value) ? 'array' : value === null ? 'null' : typeof value;
}
