import { KubeObject, Manifest, ObjectRef, Origin } from '../objects';

/** What a reader says about its input without refusing it. */
export type ReadingNoteKind =
  /** a document for other programs: values of Helm, package.json */
  | 'not-kubernetes'
  | 'empty-list'
  | 'duplicate-key'
  | 'duplicate-object'
  | 'unknown-field'
  | 'generated-name'
  /** separators or directives that clients of Kubernetes refuse */
  | 'separator'
  | 'missing-separator';

export interface ReadingNote {
  readonly kind: ReadingNoteKind;
  readonly origin: Origin;
  readonly text: string;
  readonly path?: string;
  readonly object?: ObjectRef;
  /** the place that wins, or that came first */
  readonly other?: Origin;
}

/** Input that is not in the model; a run that has any ends with exit code 2. */
export interface ReadingError {
  readonly origin: Origin;
  readonly column?: number;
  readonly text: string;
}

/** How much was looked at; `objects` counts those that another one replaced, too. */
export interface ReadingCounts {
  readonly files: number;
  readonly documents: number;
  readonly objects: number;
  readonly foreign: number;
}

/** The objects of an input, one of each name, and all that is to be said about it. */
export interface Reading {
  readonly manifests: readonly Manifest[];
  readonly notes: readonly ReadingNote[];
  readonly errors: readonly ReadingError[];
  readonly counts: ReadingCounts;
}

/** A field that the schema of the object does not have. */
export interface FieldNote {
  readonly path: string;
  readonly problem: string;
}

export interface ReadingOptions {
  /** where objects without a namespace go; `default` unless stated */
  readonly defaultNamespace?: string;
  readonly unknownFields?: (object: KubeObject) => readonly FieldNote[] | undefined;
}

/** What was collected so far; `Collector` fills it. */
export interface Collected {
  readonly manifests: Manifest[];
  readonly notes: ReadingNote[];
  readonly errors: ReadingError[];
  readonly counts: { -readonly [K in keyof ReadingCounts]: ReadingCounts[K] };
}
