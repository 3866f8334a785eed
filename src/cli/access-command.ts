import { Command, Option } from 'commander';
import { addModelOptions, loadModel, MeshOptions, UnusableInput } from './load-model';
import { progressOn } from './progress';
import { Terminal } from './terminal';
import { didYouMean } from '../access/admission/suggestion';
import { accessMap } from '../access/map/access-map';
import { AccessModel } from '../access/model/access-model';
import { ACCESS_FORMATS, accessReport } from '../reports/access-report';

const UNUSABLE_INPUT = 2;

interface AccessOptions extends MeshOptions {
  readonly file: string[];
  readonly from?: string;
  readonly to?: string;
  readonly format: string;
}

const EXAMPLES = `
Examples:
  cdk8s-zero-trust access
  cdk8s-zero-trust access -f dist/ --to shop/orders
  cdk8s-zero-trust access -f dist/ --from outside --format markdown
  kubectl get -A -o yaml \$(kubectl api-resources --verbs list -o name | grep -v events | paste -sd,) | cdk8s-zero-trust access -f - --format json

Exit codes: 0 the map is complete, 2 something could not be read and the map is that of the rest.
`;

/** Adds the command that prints who may reach whom. `exit` takes the exit code. */
export function addAccessCommand(program: Command, terminal: Terminal, exit: (code: number) => void): void {
  addModelOptions(program.command('access'))
    .description('show who may reach whom with what, as manifests grant it in all layers together')
    .option('--from <who>', 'namespace/workload, namespace/* or outside')
    .option('--to <whom>', 'namespace/workload, namespace/*, outside or the name of a host')
    .addOption(new Option('--format <format>', 'form of the output').choices(ACCESS_FORMATS).default('text'))
    .addHelpText('after', EXAMPLES)
    .action((options: AccessOptions) => exit(access(options, terminal)));
}

function access({ file, from, to, format, ...mesh }: AccessOptions, terminal: Terminal): number {
  // errors that are caught inside need no stack, and many are
  Error.stackTraceLimit = 0;
  const { model, complete } = loadModel(file, terminal, mesh);
  const { workloads } = model.snapshot;
  const hosts = model.world.registry.entries.filter(({ kind }) => kind === 'ServiceEntry').map(({ hostname }) => hostname);
  const { step, end } = progressOn(terminal, 'workloads looked at');
  const map = accessMap(model, {
    ...(from === undefined ? {} : { from: named('--from', from, model, []) }),
    ...(to === undefined ? {} : { to: named('--to', to, model, hosts) }),
    progress: step,
  });
  end();
  terminal.out(`${accessReport(map, workloads, format, { colour: terminal.colour === true })}\n`);
  return complete ? 0 : UNUSABLE_INPUT;
}

/** Whether an id is the one that was named, or one of a namespace that was. */
function named(option: string, name: string, { snapshot: { workloads, namespaces } }: AccessModel,
  others: readonly string[]): (id: string) => boolean {
  const ids = workloads.map(({ id }) => id);
  if (name === 'outside') {
    return (id) => id === 'outside' || !(id.includes('/') && !/^[0-9a-f.:]+\/\d+$/i.test(id));
  }
  if (ids.includes(name) || others.includes(name)) {
    return (id) => id === name;
  }
  const namespace = name.replace(/\/\*$/, '');
  if (namespaces.has(namespace)) {
    return (id) => id.startsWith(`${namespace}/`);
  }
  const short = ids.filter((id) => id.slice(id.indexOf('/') + 1) === name);
  if (short.length === 1) {
    return (id) => id === short[0];
  }
  const meant = short.length > 1 ? `; there are ${short.join(' and ')}` : didYouMean(name, [...ids, ...namespaces.keys(), ...others]);
  throw new UnusableInput(`${option} ${name} is none of the workloads, namespaces${others.length === 0 ? '' : ', hosts'} of the manifests, nor outside${meant}`);
}
