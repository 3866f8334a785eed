import { admissionVerdict } from '../admission/verdict';
import { KubeObject } from '../objects';
import { Case, CaseResult, RowResult, tally } from './case-file';
import { mappings, text } from '../snapshot/fields';

/** What an analyser of others says about an object. */
export interface AnalysisMessage {
  /** index of the object, or `Kind [namespace/]name` */
  readonly object: number | string;
  readonly code: string;
  readonly verdict: string;
  readonly message: string;
  readonly path?: string;
}

/** Answers what analysers of others say; the checks that know it are in another room. */
export type Analysis = (one: Case, gate: 'analyze' | 'kiali') => readonly AnalysisMessage[];

/** Answers whether objects are admitted, and what analysers of others say about them. */
export function runValidityCase(one: Case, analysis: Analysis): CaseResult {
  const expected = mappings(one.expect);
  const gate = one.checker === undefined ? 'analyze' : 'kiali';
  const analysed = expected.some((row) => row.gate === 'analyze' || row.gate === 'kiali') || one.complete === true;
  const messages = analysed ? analysis(one, gate) : [];
  const used = new Set<AnalysisMessage>();
  const rows = expected.map((row, i): RowResult => (
    row.gate === 'crd' || row.gate === 'webhook' ? admission(one, row, i, row.gate) : analysisRow(one, row, i, messages, used)));
  const more = one.complete === true ? messages.filter((message) => !used.has(message)) : [];
  const silent = one.complete === true && expected.length === 0 && more.length === 0
    ? [{ row: 0, expect: 'silence', given: 'silence', agrees: true }] : [];
  return tally(one, [...rows, ...silent, ...more.map((message) => ({ expect: null, given: message, agrees: false }))]);
}

function admission(one: Case, row: Readonly<Record<string, unknown>>, index: number, gate: 'crd' | 'webhook'): RowResult {
  const object = objectOf(one, row.object);
  if (object === undefined) {
    return { row: index, object: row.object, gate, expect: row.verdict, given: null, agrees: false };
  }
  const { verdict, messages } = admissionVerdict(object, gate);
  const silenced = row.warningsUnknown === true && verdict === 'warning' ? 'valid' : verdict;
  return { row: index, object: row.object, gate, expect: row.verdict, given: silenced, messages, agrees: silenced === row.verdict };
}

function analysisRow(
  one: Case, row: Readonly<Record<string, unknown>>, index: number, messages: readonly AnalysisMessage[], used: Set<AnalysisMessage>,
): RowResult {
  const found = messages
    .find((message) => !used.has(message) && message.code === row.code && nameOf(one, message.object) === nameOf(one, row.object)
    && (row.path === undefined || message.path === undefined || message.path === row.path));
  if (found !== undefined) {
    used.add(found);
  }
  return {
    row: index,
    object: row.object,
    gate: row.gate,
    code: row.code,
    expect: row.verdict,
    given: found?.verdict ?? null,
    agrees: found?.verdict === row.verdict,
  };
}

function objectOf({ objects }: Case, said: unknown): KubeObject | undefined {
  return typeof said === 'number' ? objects[said] : objects.find((object) => nameText(object) === said);
}

function nameOf(one: Case, said: unknown): string {
  const object = typeof said === 'number' ? one.objects[said] : undefined;
  return object === undefined ? text(said) ?? String(said) : nameText(object);
}

function nameText({ kind, metadata }: KubeObject): string {
  return `${kind} ${metadata?.namespace === undefined ? '' : `${metadata.namespace}/`}${metadata?.name}`;
}
