import { CaseResult, RowResult } from '../access/cases/case-file';
import { refText } from '../access/objects';
import { Step } from '../access/question';

/** The version of the JSON that other programs read. */
const FORMAT = 'zt-verdicts/1';

/** The answers to a list of queries. */
export function verdictReport(results: readonly RowResult[], queries: readonly Readonly<Record<string, unknown>>[],
  format: string): string {
  if (format === 'json') {
    return JSON.stringify({ format: FORMAT, results: results.map(contractRow) }, undefined, 2);
  }
  return results.map((result, i) => [
    `${queryText(queries[i])}: ${String(result.verdict)}${expectation(result)}`,
    `  ${String(result.reason)}`,
    ...(result.ifProvidersAgree === undefined ? [] : [`  if ${(result.ifProvidersAgree as string[]).join(' and ')} agree`]),
    ...(result.trail as Step[]).map(stepText),
  ].join('\n')).join('\n\n');
}

function expectation({ agrees, expect }: RowResult): string {
  return agrees === undefined ? '' : agrees ? ' (as expected)' : ` (expected ${String(expect)})`;
}

function stepText({ layer, where, outcome, object, rule, clause, text }: Step): string {
  const decider = object === undefined
    ? '' : ` [${refText(object)}${rule === undefined ? '' : ` rule ${rule}`}${clause === undefined ? '' : ` ${clause}`}]`;
  return `  ${outcome.padEnd(7)} ${layer.padEnd(8)} at the ${where}: ${text}${decider}`;
}

function queryText(query: Readonly<Record<string, unknown>> | undefined): string {
  const [from, to, http] = [query?.from, query?.to, query?.http].map((part) => (part ?? {}) as Record<string, unknown>);
  const request = query?.http === undefined ? '' : ` ${String(http.method ?? 'GET')} ${String(http.path ?? '/')}`;
  const source = from.workload ?? (from.node === true ? 'a process on the node' : from.ip);
  return `${String(source)} -> ${String(to.workload ?? to.ip ?? to.host ?? to.serviceEntry)}:${String(to.port)}${request}`;
}

/** Answers as other programs read them: nothing but what the contract names. */
function contractRow({ agrees, ...rest }: RowResult): object {
  return agrees === undefined ? rest : { ...rest, agrees };
}

/** What was said about cases. */
export function caseReport(
  answered: readonly { readonly file: string; readonly result: CaseResult }[],
  { format, onlyDisagreements }: { readonly format: string; readonly onlyDisagreements: boolean },
): string {
  const total = { agree: 0, disagree: 0, skipped: 0 };
  answered.forEach(({ result }) => {
    total.agree += result.agree;
    total.disagree += result.disagree;
    total.skipped += result.skipped;
  });
  const shown = onlyDisagreements ? answered.filter(({ result }) => result.disagree > 0).map(onlyWhatDiffers) : answered;
  if (format === 'json') {
    return JSON.stringify({ format: FORMAT, cases: shown.map(({ file, result }) => ({ file, ...withoutAgrees(result) })), total });
  }
  const lines = shown.flatMap(({ file, result }) => [
    ...(result.disagree === 0
      && onlyDisagreements
      ? [] : [`${file}: ${result.name}: ${result.agree} agree, ${result.disagree} disagree${result.skipped === 0 ? '' : ', skipped: it carries no verdict'}`]),
    ...(result.problem === undefined ? [] : [`  ${result.problem}`]),
    ...[...result.results ?? [], ...result.disagreements ?? []].filter(({ agrees }) => agrees === false).map(differenceText),
  ]);
  return [...lines, `${total.agree} agree, ${total.disagree} disagree, ${total.skipped} skipped`].join('\n');
}

function onlyWhatDiffers({
  file,
  result,
}: { readonly file: string; readonly result: CaseResult }): { readonly file: string; readonly result: CaseResult } {
  return { file, result: { ...result, results: result.results?.filter(({ agrees }) => agrees === false) } };
}

function withoutAgrees({ disagreements, ...result }: CaseResult): object {
  return { ...result, ...(disagreements === undefined || disagreements.length === 0 ? {} : { disagreements }) };
}

function differenceText({ agrees: _, trail: __, ...row }: RowResult): string {
  return `  ${Object.entries(row).map(([key, value]) => `${key} ${typeof value === 'string' ? value : JSON.stringify(value)}`).join(', ')}`;
}
