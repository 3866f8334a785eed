import { KubeObject } from '../objects';

/** One case of a case file (`zt-case/1`), as far as every kind has it; fields of a kind are read by its runner. */
export interface Case {
  readonly name: string;
  readonly kind: string;
  readonly mesh?: Readonly<Record<string, unknown>>;
  readonly objects: readonly KubeObject[];
  // each kind has fields of its own, which its runner reads with care
  // eslint-disable-next-line @typescript-eslint/no-explicit-any
  readonly [field: string]: any;
}

/** What was said about one case. */
export interface CaseResult {
  readonly name: string;
  readonly kind: string;
  readonly agree: number;
  readonly disagree: number;
  readonly skipped: number;
  readonly results?: readonly RowResult[];
  readonly matrix?: Readonly<Record<string, readonly string[]>>;
  readonly disagreements?: readonly RowResult[];
  readonly problem?: string;
}

/** What was said about one row of a case: a query, an expectation. */
export interface RowResult {
  readonly agrees?: boolean;
  readonly expect?: unknown;
  readonly [field: string]: unknown;
}

/** Reads a case file: JSON with one case or a list of them. */
export function readCases(text: string): Case[] {
  const data: unknown = JSON.parse(text);
  const cases = isCaseFile(data) ? data.cases : [data];
  return cases.map((one, i) => {
    const fields = one as Partial<Case> | null;
    if (typeof fields?.name !== 'string' || typeof fields.kind !== 'string') {
      throw new Error(`case ${i} has no name and kind`);
    }
    return { ...fields, objects: Array.isArray(fields.objects) ? fields.objects : [] } as unknown as Case;
  });
}

function isCaseFile(data: unknown): data is { cases: unknown[] } {
  return data !== null && typeof data === 'object' && Array.isArray((data as { cases?: unknown }).cases);
}

/** The counts over rows; rows without an expectation count nowhere. */
export function tally(one: Case, results: readonly RowResult[]): CaseResult {
  const judged = results.filter(({ agrees }) => agrees !== undefined);
  const agree = judged.filter(({ agrees }) => agrees).length;
  return { name: one.name, kind: one.kind, agree, disagree: judged.length - agree, skipped: 0, results };
}
