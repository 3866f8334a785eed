import { Manifest, Origin } from '../objects';
import { Collector, lastOfEach } from './collector';
import { inputsOf } from './paths';
import { Reading, ReadingOptions } from './reading';

/** Reads the objects of a text: YAML or JSON, one or many documents. */
export function readText(text: string, options: ReadingOptions & { readonly file?: string } = {}): Reading {
  const collector = new Collector(options);
  collector.addText(text, options.file);
  return collector.reading();
}

/** Reads the objects of files, of folders with all that is below them, and of the standard input (`-`). */
export function readPaths(paths: readonly string[], options: ReadingOptions & { readonly stdin?: string } = {}): Reading {
  const collector = new Collector(options);
  for (const input of inputsOf(paths, options.stdin)) {
    if ('problem' in input) {
      collector.addError({ file: input.file }, input.problem);
    } else {
      collector.addText(input.text, input.file);
    }
  }
  return collector.reading();
}

/** Reads objects that are there already, those of a construct tree above all; none of them is changed. */
export function readObjects(
  objects: readonly unknown[], originOf: (index: number) => Origin = () => ({}), options: ReadingOptions = {},
): Reading {
  const collector = new Collector(options);
  objects.forEach((object, index) => collector.addObject(object, originOf(index)));
  return collector.reading();
}

/** Several readings as one: objects of a later one replace those of the same name. */
export function joinReadings(readings: readonly Reading[]): Reading {
  const manifests: Manifest[] = readings.flatMap((reading) => reading.manifests);
  const { kept, notes } = lastOfEach(manifests);
  const sum = (count: keyof Reading['counts']) => readings.reduce((total, { counts }) => total + counts[count], 0);
  return {
    manifests: kept,
    notes: [...readings.flatMap((reading) => reading.notes), ...notes],
    errors: readings.flatMap((reading) => reading.errors),
    counts: { files: sum('files'), documents: sum('documents'), objects: sum('objects'), foreign: sum('foreign') },
  };
}
