import { EventType, loadAll, State } from 'js-yaml';
import { withMarkedItems } from './empty-items';
import { isMerge, KUBERNETES_SCHEMA, unmarked } from './yaml-schema';

/** Nesting that js-yaml follows; deeper documents are refused. */
export const DEEPEST = 200;

/** Where something begins: both count from 0, in the text that was read. */
export interface Place {
  readonly line: number;
  readonly column: number;
}

/** A node as js-yaml came across it. Scalars may hold themselves once more: js-yaml first takes them for keys. */
interface OutlineNode extends Place {
  readonly children: OutlineNode[];
  /** what stands before it ends with a colon: a value */
  readonly isValue: boolean;
  result?: unknown;
}

type Pair = readonly [name: string, key: OutlineNode, value: OutlineNode | undefined];

/** A key that a mapping has more than once. */
export interface DuplicateKey {
  readonly path: string;
  readonly first: Place;
  readonly again: Place;
}

/** The documents of a YAML text with the places of their fields. Slow: for what has to be shown to people. */
export class Outline {
  private readonly roots: OutlineNode[] = [];
  private readonly collections = new Map<unknown, OutlineNode>();

  constructor(text: string) {
    const open: OutlineNode[] = [];
    const listener = (event: EventType, state: State) => {
      if (event === 'open') {
        open.push({ line: state.line, column: state.position - state.lineStart, isValue: followsColon(state), children: [] });
      } else {
        this.close(open, state.result);
      }
    };
    loadAll(withMarkedItems(text), undefined, { schema: KUBERNETES_SCHEMA, json: true, maxDepth: DEEPEST, listener } as object);
  }

  /** The place of the deepest part of the path that exists. */
  place(path: readonly (string | number)[], document = 0): Place {
    let node: OutlineNode | undefined = this.roots[document];
    let place: Place = node ?? { line: 0, column: 0 };
    for (const step of path) {
      const found: readonly [Place, OutlineNode | undefined] | undefined = node === undefined ? undefined : this.step(node, step);
      if (found === undefined) {
        break;
      }
      [place, node] = found;
    }
    return place;
  }

  /** All keys that repeat an earlier one of their mapping. */
  duplicates(document = 0): DuplicateKey[] {
    const root = this.roots[document];
    return root === undefined ? [] : this.duplicatesIn(root, '', new Set());
  }

  hasMerges(): boolean {
    return [...this.collections.values()].some((node) => !Array.isArray(node.result) && pairsOf(node).some(([name]) => isMerge(name)));
  }

  /** The place of a key that JSON cannot have: null, a list or a mapping. */
  wrongKey(): Place | undefined {
    for (const node of this.collections.values()) {
      const wrong = Array.isArray(node.result) ? undefined : pairsOf(node).find(([name, key]) => isWrongKey(key.result) && !isMerge(name));
      if (wrong !== undefined) {
        return wrong[1];
      }
    }
    return undefined;
  }

  private close(open: OutlineNode[], result: unknown): void {
    const node = open.pop()!;
    node.result = result;
    if (isCollection(result) && node.children.length > 0 && !this.collections.has(result)) {
      this.collections.set(result, node);
    }
    (open.length === 0 ? this.roots : open[open.length - 1].children).push(node);
  }

  /** The node that lists the parts of what the given one stands for: an alias leads to its anchor. */
  private content(node: OutlineNode): OutlineNode {
    return (isCollection(node.result) ? this.collections.get(node.result) : undefined) ?? node;
  }

  private step(node: OutlineNode, step: string | number): readonly [Place, OutlineNode | undefined] | undefined {
    const content = this.content(node);
    if (Array.isArray(content.result)) {
      const item = typeof step === 'number' ? itemsOf(content)[step] : undefined;
      return item === undefined ? undefined : [item, item];
    }
    const pair = isCollection(content.result) ? this.pair(content, String(step)) : undefined;
    return pair === undefined ? undefined : [pair[1], pair[2]];
  }

  private pair(node: OutlineNode, name: string): Pair | undefined {
    const pairs = pairsOf(node);
    const own = pairs.filter((pair) => pair[0] === name);
    if (own.length > 0) {
      return own[own.length - 1];
    }
    for (const [key, , value] of pairs) {
      const content = isMerge(key) && value !== undefined ? this.content(value) : undefined;
      const merged = content === undefined ? undefined : this.pairOfMerged(content, name);
      if (merged !== undefined) {
        return merged;
      }
    }
    return undefined;
  }

  private pairOfMerged(content: OutlineNode, name: string): Pair | undefined {
    if (!Array.isArray(content.result)) {
      return this.pair(content, name);
    }
    return itemsOf(content).map((item) => item && this.pair(this.content(item), name)).find((pair) => pair !== undefined);
  }

  private duplicatesIn(node: OutlineNode, path: string, seen: Set<unknown>): DuplicateKey[] {
    const content = this.content(node);
    if (!isCollection(content.result) || seen.has(content.result)) {
      return [];
    }
    seen.add(content.result);
    if (Array.isArray(content.result)) {
      return itemsOf(content).flatMap((item, index) => item === undefined ? [] : this.duplicatesIn(item, `${path}[${index}]`, seen));
    }
    const firsts = new Map<string, Place>();
    return pairsOf(content).flatMap(([name, key, value]) => {
      const inner = joined(path, unmarked(name));
      const first = isMerge(name) ? undefined : firsts.get(name);
      firsts.set(name, first ?? key);
      const deeper = value === undefined ? [] : this.duplicatesIn(value, inner, seen);
      return first === undefined ? deeper : [{ path: inner, first, again: key }, ...deeper];
    });
  }
}

/** The path of a field in a mapping: `spec.rules`, `metadata.labels["a.b/c"]`. */
export function joined(path: string, name: string): string {
  if (!/^[A-Za-z_$][\w$-]*$/.test(name)) {
    return `${path}[${JSON.stringify(name)}]`;
  }
  return path === '' ? name : `${path}.${name}`;
}

function isCollection(value: unknown): value is object {
  return typeof value === 'object' && value !== null;
}

/** A node without text stands where js-yaml looked for a key and found none. */
function isWrongKey(result: unknown): boolean {
  return result === null || isCollection(result);
}

function followsColon({ input, position }: State): boolean {
  let before = position - 1;
  while (before >= 0 && /\s/.test(input[before])) {
    before -= 1;
  }
  return input[before] === ':';
}

/** A collection in flow style within block style is read twice; the inner reading has the parts. */
function partsOf(node: OutlineNode): OutlineNode[] {
  const only = node.children.length === 1 ? node.children[0] : undefined;
  return only !== undefined && only.result === node.result ? partsOf(only) : node.children;
}

function pairsOf(node: OutlineNode): Pair[] {
  const parts = partsOf(node);
  const pairs: Pair[] = [];
  for (let index = 0; index < parts.length;) {
    const value: OutlineNode | undefined = parts[index + 1]?.isValue ? parts[index + 1] : undefined;
    pairs.push([String(parts[index].result), parts[index], value]);
    index += value === undefined ? 1 : 2;
  }
  return pairs;
}

/** Nodes by index; items without any text have none. */
function itemsOf(node: OutlineNode): (OutlineNode | undefined)[] {
  const parts = partsOf(node);
  let next = 0;
  return (node.result as unknown[]).map((item) => {
    const part = parts[next];
    if (part === undefined || !Object.is(part.result, item)) {
      return undefined;
    }
    next += 1;
    return part;
  });
}
