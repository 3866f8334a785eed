import { Address, inRange } from '../addresses';
import { Leaf, TextField } from '../condition';
import { MeshSettings } from '../mesh-settings';
import { addressAtoms, addressText, ALL_ADDRESSES, setOfRange } from '../network/address-sets';
import { TextPattern } from '../text-pattern';
import { ANY_TEXT, identityDomain, METHOD, pathDomain, SOME_TEXT } from './domains';
import { Choice, Dimension } from './solve';
import { patternKey, TextClass, textClasses, TextDomain, TooManyClasses } from './text-classes';

const MOST_COMBINATIONS = 4096;

/** The open properties of a request to one enforcement point, for `solve`. Leaves about ports have to be answered before. */
export class RequestDimensions {
  private readonly known = new Map<string, Dimension>();

  public constructor(private readonly mesh: MeshSettings) {}

  /** The dimension that a leaf speaks of. */
  public of(leaf: Leaf): Dimension {
    const id = dimensionId(leaf);
    let dimension = this.known.get(id);
    if (dimension === undefined) {
      dimension = this.define(id, leaf);
      this.known.set(id, dimension);
    }
    return dimension;
  }

  private define(id: string, leaf: Leaf): Dimension {
    switch (leaf.is) {
      case 'text': return leaf.field.startsWith('header:') ? severalTexts(id, SOME_OR_EMPTY) : oneText(id, this.domainOf(leaf.field), isOptional(leaf.field));
      case 'claim': return severalTexts(id, ANY_TEXT);
      case 'address': return addresses(id);
      default: throw new Error(`a condition about ${leaf.is} was left open`);
    }
  }

  private domainOf(field: TextField): TextDomain {
    switch (field) {
      case 'path': return pathDomain(this.mesh.pathNormalization);
      case 'method': return METHOD;
      case 'principal': return identityDomain(this.mesh);
      default: return SOME_TEXT;
    }
  }
}

const SOME_OR_EMPTY = ANY_TEXT;

function isOptional(field: TextField): boolean {
  return field === 'sni' || field === 'principal' || field.startsWith('identity');
}

/** The name under which a choice stands in an assignment. */
export function dimensionId(leaf: Leaf): string {
  switch (leaf.is) {
    case 'text': return leaf.field;
    case 'claim': return `claim:${JSON.stringify(leaf.path)}`;
    case 'address': return `address:${leaf.of}`;
    default: return leaf.is;
  }
}

/** The classes of texts by the answers to the leaves; leaves with equal patterns are asked once. */
function classesFor(leaves: readonly Leaf[], domain: TextDomain): TextClass[] {
  const positions = new Map<string, number>();
  const distinct: TextPattern[] = [];
  const position = patternsOf(leaves).map((pattern) => {
    const key = patternKey(pattern);
    const known = positions.get(key);
    if (known !== undefined) {
      return known;
    }
    positions.set(key, distinct.length);
    return distinct.push(pattern) - 1;
  });
  return textClasses(distinct, domain).map(({ witness, matches }) => ({ witness, matches: position.map((i) => matches[i]) }));
}

function patternsOf(leaves: readonly Leaf[]): TextPattern[] {
  return leaves.map((leaf) => {
    if (leaf.is !== 'text' && leaf.is !== 'claim') {
      throw new Error(`a condition about ${leaf.is} has no pattern`);
    }
    return leaf.pattern;
  });
}

/** Every address of both families, as the parts that the ranges of the leaves cannot tell apart. */
function addresses(id: string): Dimension {
  return {
    id,
    choices: (leaves) => {
      const ranges = leaves.flatMap((leaf) => (leaf.is === 'address' ? [leaf.range] : []));
      return addressAtoms(ALL_ADDRESSES, ranges.map(setOfRange)).map(({ family, first }) => {
        const address: Address = { family, value: first };
        return { witness: addressText(address), holds: ranges.map((range) => inRange(range, address)) };
      });
    },
  };
}

/** A field with exactly one text, or none where it may be missing. */
function oneText(id: string, domain: TextDomain, optional: boolean): Dimension {
  return {
    id,
    choices: (leaves) => {
      const classes: Choice[] = classesFor(leaves, domain).map(({ witness, matches }) => ({ witness, holds: matches }));
      return optional ? [{ witness: undefined, holds: leaves.map(() => false) }, ...classes] : classes;
    },
  };
}

/** A field with any number of texts (lines of a header, words of a claim): a leaf holds when one of them does. */
function severalTexts(id: string, domain: TextDomain): Dimension {
  return {
    id,
    choices: (leaves) => {
      const classes = classesFor(leaves, domain).filter(({ matches }) => matches.includes(true));
      return [{ witness: [], holds: leaves.map(() => false) }, ...unions(classes)];
    },
  };
}

/** Every union of classes, by what it satisfies, each with the fewest texts. */
function unions(classes: readonly TextClass[]): Choice[] {
  const found = new Map<string, Choice>();
  const queue: Choice[] = [];
  const add = (witness: string[], holds: boolean[]) => {
    const key = holds.join();
    if (!found.has(key)) {
      if (found.size >= MOST_COMBINATIONS) {
        throw new TooManyClasses('the values of one header or claim can be combined in too many ways');
      }
      const choice = { witness, holds };
      found.set(key, choice);
      queue.push(choice);
    }
  };
  classes.forEach(({ witness, matches }) => add([witness], [...matches]));
  for (const { witness, holds } of queue) {
    classes.forEach((one) => add([...(witness as string[]), one.witness], holds.map((hold, i) => hold || one.matches[i])));
  }
  return [...found.values()];
}
