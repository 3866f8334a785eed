import * as fs from 'node:fs';
import { Terminal } from './terminal';
import { unknownFields } from '../access/admission/unknown-fields';
import { AccessModel } from '../access/model/access-model';
import { readPaths } from '../access/reading/read';
import { Reading } from '../access/reading/reading';
import { snapshotOf } from '../access/snapshot/snapshot';

/** Input that nothing can be said about; its message is for the user. */
export class UnusableInput extends Error {}

/** A model of what was read. */
export interface LoadedModel {
  readonly model: AccessModel;
  /** whether all input could be read */
  readonly complete: boolean;
}

/** Reads manifests into a model. What is odd or cannot be read is said on the error stream; the rest is in the model all the same. */
export function loadModel(paths: readonly string[], terminal: Terminal): LoadedModel {
  const given = paths.length === 0 ? ['dist'] : paths;
  const missing = given.find((path) => path !== '-' && !fs.existsSync(path));
  if (missing !== undefined) {
    throw new UnusableInput(`there is no file or folder ${missing}; name the manifests with -f, for example -f dist/ after \`cdk8s synth\``);
  }
  const reading = readPaths(given, { unknownFields, ...(given.includes('-') ? { stdin: fs.readFileSync(0, 'utf8') } : {}) });
  report(reading, terminal);
  const snapshot = snapshotOf(reading.manifests);
  snapshot.problems.forEach(({ manifest, text }) => terminal.error(`note: ${place(manifest?.origin ?? {})}${text}\n`));
  if (reading.manifests.length === 0 && reading.errors.length === 0) {
    throw new UnusableInput(`${given.join(', ')} holds no Kubernetes object`);
  }
  return { model: new AccessModel(snapshot), complete: reading.errors.length === 0 };
}

function report({ notes, errors }: Reading, terminal: Terminal): void {
  notes.forEach(({ origin, text }) => terminal.error(`note: ${place(origin)}${text}\n`));
  errors.forEach(({ origin, text }) => terminal.error(`error: ${place(origin)}${text}\n`));
}

function place({ file, line }: { readonly file?: string; readonly line?: number }): string {
  return file === undefined ? '' : `${file}${line === undefined ? '' : `:${line}`}: `;
}
