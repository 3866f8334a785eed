import * as fs from 'node:fs';
import { Command } from 'commander';
import { load } from 'js-yaml';
import { Terminal } from './terminal';
import { unknownFields } from '../access/admission/unknown-fields';
import { MeshSettings } from '../access/mesh-settings';
import { AccessModel } from '../access/model/access-model';
import { readPaths } from '../access/reading/read';
import { Reading } from '../access/reading/reading';
import { mapping } from '../access/snapshot/fields';
import { meshSettings } from '../access/snapshot/mesh-config';
import { snapshotOf } from '../access/snapshot/snapshot';

/** Input that nothing can be said about; its message is for the user. */
export class UnusableInput extends Error {}

/** A model of what was read. */
export interface LoadedModel {
  readonly model: AccessModel;
  /** whether all input could be read */
  readonly complete: boolean;
}

/** What is known of the mesh and shows in no manifest, as options. */
export interface MeshOptions {
  readonly mesh?: string;
  readonly istio?: string;
  /** whether workloads that annotations tell of are taken to have Services where none is shown */
  readonly presumeServices?: boolean;
}

/** The options by which manifests, and what they do not show, are given. */
export function addModelOptions(command: Command): Command {
  return command
    .option('-f, --file <path>', 'files or folders with manifests, - for the standard input (repeatable; default: dist)', collect, [])
    .option('--mesh <file>', 'mesh configuration or Helm values of istiod, where no ConfigMap `istio` is among the manifests')
    .option('--istio <version>', 'version of Istio, such as 1.30 (default: 1.31)');
}

/** For options that may be repeated. */
export function collect(value: string, all: string[]): string[] {
  return [...all, value];
}

/** Reads manifests into a model. What is odd or cannot be read is said on the error stream; the rest is in the model all the same. */
export function loadModel(paths: readonly string[], terminal: Terminal, options: MeshOptions = {}): LoadedModel {
  const given = paths.length === 0 ? ['dist'] : paths;
  const missing = given.find((path) => path !== '-' && !fs.existsSync(path));
  if (missing !== undefined) {
    throw new UnusableInput(`there is no file or folder ${missing}; name the manifests with -f, for example -f dist/ after \`cdk8s synth\``);
  }
  const reading = readPaths(given, { unknownFields, ...(given.includes('-') ? { stdin: fs.readFileSync(0, 'utf8') } : {}) });
  report(reading, terminal);
  const { presumeServices } = options;
  const snapshot = snapshotOf(reading.manifests, { mesh: meshOf(options), presumeServices });
  snapshot.problems.forEach(({ manifest, text }) => terminal.error(`note: ${place(manifest?.origin ?? {})}${text}\n`));
  if (reading.manifests.length === 0 && reading.errors.length === 0) {
    throw new UnusableInput(`${given.join(', ')} holds no Kubernetes object`);
  }
  return { model: new AccessModel(snapshot), complete: reading.errors.length === 0 };
}

function meshOf({ mesh, istio }: MeshOptions): Partial<MeshSettings> {
  if (istio !== undefined && !/^1\.\d+(\.\d+)?$/.test(istio)) {
    throw new UnusableInput(`--istio ${istio} is no version; it is written such as 1.31`);
  }
  return { ...(mesh === undefined ? {} : settingsIn(mesh)), ...(istio === undefined ? {} : { istio: istio.split('.').slice(0, 2).join('.') }) };
}

/** The file is the mesh configuration itself, or values of a chart that hold it. */
function settingsIn(file: string): Partial<MeshSettings> {
  let data: unknown;
  try {
    data = load(fs.readFileSync(file, 'utf8'));
  } catch (error) {
    throw new UnusableInput(`--mesh ${file} cannot be read: ${(error as Error).message.split('\n')[0]}`);
  }
  const fields = mapping(data);
  return meshSettings(fields.meshConfig === undefined ? fields : mapping(fields.meshConfig));
}

function report({ notes, errors }: Reading, terminal: Terminal): void {
  notes.forEach(({ origin, text }) => terminal.error(`note: ${place(origin)}${text}\n`));
  errors.forEach(({ origin, text }) => terminal.error(`error: ${place(origin)}${text}\n`));
}

function place({ file, line }: { readonly file?: string; readonly line?: number }): string {
  return file === undefined ? '' : `${file}${line === undefined ? '' : `:${line}`}: `;
}
