import { App, Chart, Testing } from 'cdk8s';
import { schemaProblems } from '../support/schemas';

/** A chart that lies in the namespace `shop`. */
export function shopChart(): Chart {
  return new Chart(new App(), 'shop', { namespace: 'shop' });
}

/** The objects of a chart. Each must be one that the API server takes. */
export function emitted(chart: Chart): any[] {
  const objects = Testing.synth(chart);
  for (const object of objects) {
    expect(schemaProblems(object)).toEqual([]);
  }
  return objects;
}

/** The only object of a chart. Nothing in it may be null or empty, except for the places that the test names. */
export function emittedOnly(chart: Chart, ...emptyPlaces: string[]): any {
  const objects = emitted(chart);
  expect(objects).toHaveLength(1);
  expect(emptyValues(objects[0])).toEqual(emptyPlaces);
  return objects[0];
}

/** The parts that every error has: lower case start, the value, what is allowed, how to fix it, no full stop. */
export const ERROR_SHAPE = /^[a-z].*, got .+; allowed: .+; .*[^.]$/s;

/** The message of the error that a function throws. */
export function errorOf(call: () => unknown): string {
  try {
    call();
  } catch (error) {
    const message = (error as Error).message;
    expect(message).toMatch(ERROR_SHAPE);
    return message;
  }
  throw new Error('nothing was thrown');
}

/** The messages with which a chart refuses to be synthesised, without the path of the construct. */
export function validationErrors(chart: Chart): string[] {
  const messages = chart.node.findAll().flatMap((construct) => construct.node.validate());
  for (const message of messages) {
    expect(message).toMatch(ERROR_SHAPE);
  }
  return messages;
}

function emptyValues(value: any, place = ''): string[] {
  if (value === null) {
    return [place];
  }
  if (typeof value !== 'object') {
    return [];
  }
  const entries = Object.entries(value);
  return entries.length === 0 ? [place] : entries.flatMap(([key, inner]) => emptyValues(inner, place === '' ? key : `${place}.${key}`));
}
