import { Command, CommanderError, Option } from 'commander';
import { addAccessCommand } from './access-command';
import { caseHooks } from './case-hooks';
import { recordedGrants } from './recorded-grants';
import { Terminal } from './terminal';
import { addVerdictCommand } from './verdict-command';
import { GRANTS_FORMATS, grantsReport } from '../reports/grants-report';

const UNUSABLE_INPUT = 2;

/** Runs the command line and returns its exit code. */
export function run(args: string[], terminal: Terminal): number {
  let code = 0;
  try {
    program(terminal, (given) => { code = given; }).parse(args, { from: 'user' });
    return code;
  } catch (error) {
    if (error instanceof CommanderError) {
      return error.exitCode === 0 ? 0 : UNUSABLE_INPUT;
    }
    terminal.error(`error: ${(error as Error).message}\n`);
    return UNUSABLE_INPUT;
  }
}

function program(terminal: Terminal, exit: (code: number) => void): Command {
  const command = new Command('cdk8s-zero-trust')
    .description('Zero-trust security for Kubernetes and Istio with cdk8s')
    .exitOverride()
    .configureOutput({ writeOut: (text) => terminal.out(text), writeErr: (text) => terminal.error(text) });
  command.command('grants')
    .description('run a cdk8s app and show who may reach whom, as recorded by its constructs')
    .option('--app <command>', 'command that runs the app (default: `app` of cdk8s.yaml)')
    .option('--folder <folder>', 'folder of the app', '.')
    .addOption(new Option('--format <format>', 'form of the output').choices(GRANTS_FORMATS).default('text'))
    .addHelpText('after', '\nExamples:\n  cdk8s-zero-trust grants\n  cdk8s-zero-trust grants --folder examples/quickstart --format markdown\n')
    .action((options: { app?: string; folder: string; format: string }) => {
      terminal.out(`${grantsReport(recordedGrants(options.folder, options.app), options.format)}\n`);
    });
  addAccessCommand(command, terminal, exit);
  addVerdictCommand(command, terminal, exit, caseHooks);
  return command;
}
