/** Something about one field of an object. */
export interface FieldNote {
  readonly path: string;
  readonly problem: string;
}

/** Why the API server refuses an object, with the status of its answer. */
export interface AdmissionProblem extends FieldNote {
  readonly status: 400 | 422 | 500;
}

/** The path of a field. */
export function childPath(path: string, name: string): string {
  return path === '' ? name : `${path}.${name}`;
}

/** The path of an entry of a map with keys of anybody's. */
export function keyPath(path: string, key: string): string {
  return `${path}[${key}]`;
}

/** Whether a value is a JSON object. */
export function isRecord(value: unknown): value is Record<string, unknown> {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}

/** The items of a list; none where there is none. */
export function itemsOf(value: unknown): readonly unknown[] {
  return Array.isArray(value) ? value : [];
}

/** The object itself; an empty one where there is none. */
export function recordOf(value: unknown): Record<string, unknown> {
  return isRecord(value) ? value : {};
}
