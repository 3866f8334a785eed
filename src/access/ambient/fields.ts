import { Labels } from '../objects';

/** An object that no API server would have taken, or that stops istiod: what it decides is unknown. */
export class Malformed extends Error {}

/**
 * A mapping of an object, read the way an API server checks it before istiod sees it: null and empty lists are left out, anything of the
 * wrong type means that the object cannot be there in this form.
 */
export class Fields {
  constructor(private readonly value: Readonly<Record<string, unknown>>, readonly path: string) {}

  /** The mapping of a field, or `undefined` where it is left out. */
  child(name: string): Fields | undefined {
    const value = this.value[name];
    return value === undefined || value === null ? undefined : fieldsOf(value, this.at(name));
  }

  /** The items of a list. */
  list(name: string): readonly unknown[] {
    const value = this.value[name];
    if (value === undefined || value === null) {
      return [];
    }
    return Array.isArray(value) ? value : wrong(this.at(name), 'is not a list');
  }

  /** The mappings of a list. */
  children(name: string): Fields[] {
    return this.list(name).map((item, i) => (item === null ? wrong(`${this.at(name)}[${i}]`, 'is null') : fieldsOf(item, `${this.at(name)}[${i}]`)));
  }

  /** The texts of a list. */
  texts(name: string): string[] {
    return this.list(name).map((item, i) => (typeof item === 'string' ? item : wrong(`${this.at(name)}[${i}]`, 'is not a text')));
  }

  /** A text, or `undefined` where it is left out. */
  text(name: string): string | undefined {
    const value = this.value[name];
    if (value === undefined || value === null) {
      return undefined;
    }
    return typeof value === 'string' ? value : wrong(this.at(name), 'is not a text');
  }

  /** A number, or `undefined` where it is left out. */
  number(name: string): number | undefined {
    const value = this.value[name];
    if (value === undefined || value === null) {
      return undefined;
    }
    return typeof value === 'number' ? value : wrong(this.at(name), 'is not a number');
  }

  /** One of some texts, or `undefined` where it is left out. */
  choice<T extends string>(name: string, choices: readonly T[]): T | undefined {
    const value = this.text(name);
    return value === undefined ? undefined : choices.find((choice) => choice === value) ?? wrong(this.at(name), `is none of ${choices.join(', ')}`);
  }

  /** The names of the fields that are there. */
  names(): string[] {
    return Object.keys(this.value);
  }

  /** The labels that a selector asks for. */
  labels(name: string): Labels {
    const fields = this.child(name);
    return fields === undefined ? {} : Object.fromEntries(fields.names().map((key) => [key, fields.text(key) ?? '']));
  }

  private at(name: string): string {
    return `${this.path}.${name}`;
  }
}

/** The fields of a mapping; what is left out has none. */
export function fieldsOf(value: unknown, path: string): Fields {
  if (value === undefined || value === null) {
    return new Fields({}, path);
  }
  return typeof value === 'object' && !Array.isArray(value) ? new Fields(value as Record<string, unknown>, path) : wrong(path, 'is not a mapping');
}

function wrong(path: string, what: string): never {
  throw new Malformed(`${path} ${what}: the API server refuses such an object`);
}
