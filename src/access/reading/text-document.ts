import { ListPart } from './block-yaml';
import { DuplicateKey } from './yaml-outline';

/** The part [start, end) of a text that holds a document; `line` counts from 0. */
export interface Excerpt {
  readonly text: string;
  readonly start: number;
  readonly end: number;
  readonly line: number;
}

/** A document and where it stands; all lines count from 0 at the start of the file. */
export interface TextDocument {
  readonly value: unknown;
  readonly line: number;
  readonly excerpt: Excerpt;
  readonly duplicates: readonly DuplicateKey[];
  /** the members of `items`, if they were seen on the way, and the path to a member within its own part */
  readonly parts?: readonly ListPart[];
  readonly partPath?: readonly number[];
}

/** Something to say about a place of a text. */
export interface Remark {
  readonly problem: 'unreadable' | 'separator' | 'missing-separator' | 'helm-notes';
  readonly line: number;
  readonly column?: number;
  readonly text: string;
}
