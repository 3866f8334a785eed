/** What an API server would not have stored: a field of another type than its schema says. */
export class Unreadable extends Error {}

type Fields = Readonly<Record<string, unknown>>;

/** A mapping; absent and null are empty ones. */
export function fieldsAt(value: unknown, at: string): Fields {
  if (value === undefined || value === null) {
    return {};
  }
  if (typeof value !== 'object' || Array.isArray(value)) {
    throw new Unreadable(`${at} is no mapping`);
  }
  return value as Fields;
}

/** A list; absent and null are empty ones. */
export function listAt(value: unknown, at: string): readonly unknown[] {
  if (value === undefined || value === null) {
    return [];
  }
  if (!Array.isArray(value)) {
    throw new Unreadable(`${at} is no list`);
  }
  return value;
}

/** A list of texts; absent and null are empty ones. */
export function textsAt(value: unknown, at: string): readonly string[] {
  const items = listAt(value, at);
  if (!items.every((item) => typeof item === 'string')) {
    throw new Unreadable(`${at} holds something else than text`);
  }
  return items as readonly string[];
}

/** A text, or `undefined` for what is absent or null. */
export function textAt(value: unknown, at: string): string | undefined {
  if (value !== undefined && value !== null && typeof value !== 'string') {
    throw new Unreadable(`${at} is no text`);
  }
  return value ?? undefined;
}
