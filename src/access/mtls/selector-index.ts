import { Labels } from '../objects';
import { selects } from '../workload';

/** Something of a namespace that selects pods by labels; an empty selector selects all of them. */
export interface Selecting<T> {
  readonly namespace: string;
  readonly selector: Labels;
  readonly item: T;
}

/** Finds what selects a pod without asking everything in its namespace. */
export interface SelectorIndex<T> {
  /** the items of the namespace that select the labels, in the order in which they were given */
  selecting(namespace: string, labels: Labels): readonly T[];
}

interface Entry<T> extends Selecting<T> {
  readonly position: number;
}

/** Indexes by namespace and by the first label that a selector asks for. */
export function selectorIndex<T>(items: readonly Selecting<T>[]): SelectorIndex<T> {
  const buckets = new Map<string, Entry<T>[]>();
  items.forEach((item, position) => {
    const [first] = Object.entries(item.selector);
    const key = first === undefined ? item.namespace : bucket(item.namespace, ...first);
    const known = buckets.get(key);
    if (known === undefined) {
      buckets.set(key, [{ ...item, position }]);
    } else {
      known.push({ ...item, position });
    }
  });
  return {
    selecting: (namespace, labels) => {
      const found = Object.entries(labels).flatMap(([key, value]) => buckets.get(bucket(namespace, key, value)) ?? [])
        .filter(({ selector }) => selects(selector, labels));
      return [...buckets.get(namespace) ?? [], ...found].sort((a, b) => a.position - b.position).map(({ item }) => item);
    },
  };
}

// no namespace or label holds a blank
function bucket(namespace: string, key: string, value: string): string {
  return `${namespace} ${key} ${value}`;
}
