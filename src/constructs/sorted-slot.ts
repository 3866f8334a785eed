import { Construct } from 'constructs';

/**
 * A place whose children come in the order of their ids: what is defined in it on demand is written in the same order, whichever call came
 * first.
 */
export function sortedSlot(scope: Construct, id: string): Construct {
  const slot = new Construct(scope, id);
  const node = slot.node;
  const inOrderOfCalls = Object.getOwnPropertyDescriptor(Object.getPrototypeOf(node), 'children')!.get!;
  // constructs knows only the order of creation, and documents are written in the order of `children`
  Object.defineProperty(node, 'children', {
    get: () => (inOrderOfCalls.call(node) as Construct[]).sort((a, b) => (a.node.id < b.node.id ? -1 : 1)),
  });
  return slot;
}
