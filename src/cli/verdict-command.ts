import * as fs from 'node:fs';
import { Command, Option } from 'commander';
import { load } from 'js-yaml';
import { addModelOptions, collect, loadModel, MeshOptions, UnusableInput } from './load-model';
import { oneQuery, QuestionOptions } from './question-options';
import { Terminal } from './terminal';
import { didYouMean } from '../access/admission/suggestion';
import { answerQuery, questionOf } from '../access/cases/access-case';
import { Case, CaseResult, readCases, RowResult } from '../access/cases/case-file';
import { CaseHooks, runCase } from '../access/cases/run-case';
import { AccessModel } from '../access/model/access-model';
import { caseReport, verdictReport } from '../reports/verdict-report';

const SOME_NOT_AS_EXPECTED = 1;
const UNUSABLE_INPUT = 2;

interface VerdictOptions extends QuestionOptions, MeshOptions {
  readonly file: string[];
  readonly queries?: string;
  readonly case?: string[];
  readonly only?: string;
  readonly format: string;
}

const EXAMPLES = `
Examples:
  cdk8s-zero-trust verdict -f dist/ --from shop/web --to shop/orders --port 8080 --method GET --path /v1/orders/7
  cdk8s-zero-trust verdict -f dist/ --from 203.0.113.7 --to shop/web --port 8080 --format json
  kubectl get -A -o yaml networkpolicy,authorizationpolicy,pod,service,namespace | cdk8s-zero-trust verdict -f - --queries queries.yaml
  cdk8s-zero-trust verdict --case cases/*.json --format json --only disagree

Exit codes: 0 all as expected, 1 some not, 2 unusable input.
`;

/** Adds the command that answers questions. `exit` takes the exit code. */
export function addVerdictCommand(program: Command, terminal: Terminal, exit: (code: number) => void, hooks: CaseHooks): void {
  addModelOptions(program.command('verdict'))
    .description('say what becomes of a connection or request, and which objects decide it')
    .option('--queries <file>', 'YAML or JSON with a list of queries, each with what is expected')
    .option('--case <files...>', 'case files: objects, queries and what is expected in one')
    .addOption(new Option('--only <what>', 'of cases, keep just what differs').choices(['disagree']))
    .option('--from <who>', 'namespace/workload, an address, or node (a process on the node of the target)')
    .option('--to <whom>', 'namespace/workload, an address, or the name of a host')
    .option('--port <number>', 'port of the pod')
    .option('--service <name>', 'namespace/service that is dialled; by default the one that leads to the port')
    .option('--pod-address', 'the address of the pod is dialled, not a Service')
    .addOption(new Option('--protocol <name>', 'transport').choices(['TCP', 'UDP', 'SCTP']).default('TCP'))
    .option('--method <name>', 'method of the request; asks about HTTP')
    .option('--path <target>', 'path of the request, query included; asks about HTTP')
    .option('--host <authority>', 'host of the request; asks about HTTP')
    .option('--header <line>', 'header line `name: value` (repeatable)', collect, [])
    .option('--token <claims>', 'claims of a valid token as JSON, sent as bearer token')
    .option('--principal <name>', 'identity that arrives, TRUST_DOMAIN/ns/NAMESPACE/sa/ACCOUNT')
    .option('--plaintext', 'no mutual TLS arrives')
    .addOption(new Option('--format <format>', 'form of the output').choices(['text', 'json']).default('text'))
    .addHelpText('after', EXAMPLES)
    .action((options: VerdictOptions) => exit(verdict(options, terminal, hooks)));
}

function verdict(options: VerdictOptions, terminal: Terminal, hooks: CaseHooks): number {
  if (options.case !== undefined) {
    return cases(options, options.case, terminal, hooks);
  }
  const { model, complete } = loadModel(options.file, terminal, { ...options, presumeServices: true });
  const queries = options.queries === undefined ? [known(oneQuery(options), model)] : readQueries(options.queries);
  const results = queries.map((query, index) => answerQuery(model, query, index));
  terminal.out(`${verdictReport(results, queries, options.format)}\n`);
  return complete ? exitCode(results) : UNUSABLE_INPUT;
}

/** A question about somebody who is not there is a slip of the pen. */
function known(query: Readonly<Record<string, unknown>>, { world }: AccessModel): Readonly<Record<string, unknown>> {
  const problem = questionOf(world, query);
  if (typeof problem === 'string') {
    const ids = world.snapshot.workloads.map(({ id }) => id);
    const [wrong] = [query.from, query.to].map((end) => (end as { workload?: string }).workload)
      .filter((id) => id !== undefined && !ids.includes(id));
    throw new UnusableInput(`${problem}${wrong === undefined ? '' : didYouMean(wrong, ids)}`);
  }
  return query;
}

function exitCode(results: readonly RowResult[]): number {
  return results.some(({ agrees }) => agrees === false) ? SOME_NOT_AS_EXPECTED : 0;
}

function readQueries(file: string): Readonly<Record<string, unknown>>[] {
  const data = load(readFile(file)) as { queries?: unknown } | unknown[] | undefined;
  const queries = Array.isArray(data) ? data : data?.queries;
  if (!Array.isArray(queries) || queries.some((query) => query === null || typeof query !== 'object')) {
    throw new UnusableInput(`${file} holds no list of queries; it is a list, or a mapping with the key queries`);
  }
  return queries as Readonly<Record<string, unknown>>[];
}

function readFile(file: string): string {
  try {
    return fs.readFileSync(file === '-' ? 0 : file, 'utf8');
  } catch (error) {
    throw new UnusableInput(`${file} cannot be read: ${(error as NodeJS.ErrnoException).code ?? (error as Error).message}`);
  }
}

function cases({ only, format }: VerdictOptions, files: readonly string[], terminal: Terminal, hooks: CaseHooks): number {
  let unusable = false;
  const results = files.flatMap((file): { readonly file: string; readonly result: CaseResult }[] => {
    let read: Case[];
    try {
      read = readCases(readFile(file));
    } catch (error) {
      terminal.error(`error: ${file}: ${(error as Error).message}\n`);
      unusable = true;
      return [];
    }
    return read.map((one) => ({ file, result: runCase(one, hooks) }));
  });
  terminal.out(`${caseReport(results, { format, onlyDisagreements: only === 'disagree' })}\n`);
  return unusable ? UNUSABLE_INPUT : results.some(({ result }) => result.disagree > 0) ? SOME_NOT_AS_EXPECTED : 0;
}

