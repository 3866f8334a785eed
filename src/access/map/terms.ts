import { Condition, Leaf } from '../condition';
import { dimensionId } from '../relation/dimensions';

/** Something that is said of one property: one of the leaves holds, or none of them. */
export interface Literal {
  /** the property: the name of its dimension */
  readonly of: string;
  readonly leaves: readonly Leaf[];
  readonly holds: boolean;
}

/** Literals that all have to be true. */
export type Term = readonly Literal[];

/** More than anybody would read. */
const MOST_TERMS = 128;

/** A condition as alternatives of things said of single properties; `undefined` if there are too many or if something in it is unknown. */
export function termsOf(condition: Condition, holds = true): readonly Term[] | undefined {
  switch (condition.is) {
    case 'constant': return condition.value === holds ? [[]] : [];
    case 'unknown': return undefined;
    case 'not': return termsOf(condition.of, !holds);
    case 'all':
    case 'any': {
      const property = (condition.is === 'any') ? commonProperty(condition.of) : undefined;
      if (property !== undefined) {
        return [[{ of: property, leaves: condition.of as readonly Leaf[], holds }]];
      }
      const parts = condition.of.map((part) => termsOf(part, holds));
      return (condition.is === 'any') === holds ? joined(parts) : multiplied(parts);
    }
    default: return [[{ of: dimensionId(condition), leaves: [condition], holds }]];
  }
}

/** The one property of which all parts speak. */
function commonProperty(parts: readonly Condition[]): string | undefined {
  const ids = new Set(parts.map((part) => (part.is === 'text' || part.is === 'claim' || part.is === 'address' ? dimensionId(part) : '')));
  const [id] = ids;
  return ids.size === 1 && id !== '' ? id : undefined;
}

function joined(parts: readonly (readonly Term[] | undefined)[]): readonly Term[] | undefined {
  const all: Term[] = [];
  for (const part of parts) {
    if (part === undefined || all.length + part.length > MOST_TERMS) {
      return undefined;
    }
    all.push(...part);
  }
  return all;
}

function multiplied(parts: readonly (readonly Term[] | undefined)[]): readonly Term[] | undefined {
  let product: readonly Term[] = [[]];
  for (const part of parts) {
    if (part === undefined || product.length * part.length > MOST_TERMS) {
      return undefined;
    }
    product = product.length === 1 && product[0].length === 0 ? part : product.flatMap((term) => part.map((more) => [...term, ...more]));
  }
  return product;
}
