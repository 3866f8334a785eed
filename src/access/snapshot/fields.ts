import { Labels } from '../objects';

/** A mapping, or an empty one for anything else. */
export function mapping(value: unknown): Readonly<Record<string, unknown>> {
  return value !== null && typeof value === 'object' && !Array.isArray(value) ? value as Record<string, unknown> : {};
}

/** The items of a list, or none for anything else. */
export function list(value: unknown): readonly unknown[] {
  return Array.isArray(value) ? value : [];
}

/** The mappings in a list; other items are left out. */
export function mappings(value: unknown): readonly Readonly<Record<string, unknown>>[] {
  return list(value).filter((item): item is Record<string, unknown> => item !== null && typeof item === 'object' && !Array.isArray(item));
}

/** A text, or `undefined`. */
export function text(value: unknown): string | undefined {
  return typeof value === 'string' ? value : undefined;
}

/** The texts in a mapping: labels and annotations that an API server would store. */
export function labels(value: unknown): Labels {
  const fields = mapping(value);
  const names = Object.keys(fields);
  return names.every((name) => typeof fields[name] === 'string') ? fields as Labels
    : Object.fromEntries(names.filter((name) => typeof fields[name] === 'string').map((name) => [name, fields[name] as string]));
}
