/** What is wrong with an object, each with the field. */
export type Problems = string[];

export type Fields = Readonly<Record<string, unknown>>;

/**
 * The fields of a value; nothing for what is left out, and a problem for what is no object. With a list of `known` fields any other is a
 * problem too: some clients have it refused, others have it dropped.
 */
export function fieldsOf(value: unknown, at: string, problems: Problems, known?: readonly string[]): Fields | undefined {
  if (value === undefined || value === null) {
    return undefined;
  }
  if (typeof value !== 'object' || Array.isArray(value)) {
    problems.push(`${at}: ${kindOf(value)} where an object belongs`);
    return undefined;
  }
  if (known !== undefined) {
    for (const name in value) {
      if (!known.includes(name)) {
        problems.push(`${at}.${name}: no such field`);
      }
    }
  }
  return value as Fields;
}

/** The items of a list; none for what is left out, and a problem (and nothing) for what is no list. */
export function listOf(value: unknown, at: string, problems: Problems): readonly unknown[] | undefined {
  if (value === undefined || value === null) {
    return [];
  }
  if (!Array.isArray(value)) {
    problems.push(`${at}: ${kindOf(value)} where a list belongs`);
    return undefined;
  }
  return value;
}

/** A text; nothing for what is left out, and a problem for what is no text. */
export function textOf(value: unknown, at: string, problems: Problems): string | undefined {
  if (value !== undefined && value !== null && typeof value !== 'string') {
    problems.push(`${at}: ${kindOf(value)} where a text belongs`);
  }
  return typeof value === 'string' ? value : undefined;
}

/** A whole number, and a problem for everything else. */
export function wholeNumberOf(value: unknown, at: string, problems: Problems): number | undefined {
  if (typeof value !== 'number' || !Number.isInteger(value)) {
    problems.push(`${at}: ${JSON.stringify(value)} is not a whole number`);
    return undefined;
  }
  return value;
}

function kindOf(value: unknown): string {
  return Array.isArray(value) ? 'a list' : value === null ? 'nothing' : `a value of type ${typeof value}`;
}
