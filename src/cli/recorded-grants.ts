import { spawnSync } from 'node:child_process';
import * as fs from 'node:fs';
import * as os from 'node:os';
import * as path from 'node:path';
import { load } from 'js-yaml';
import { invalid } from '../values/errors';
import { ClusterGrants, GRANTS_FILE_FORMAT, GRANTS_FILE_VARIABLE, GrantsFile } from '../values/grants-file';

/** Runs a cdk8s app with its output in a temporary folder and returns the grants that it recorded. */
export function recordedGrants(folder: string, command?: string): ClusterGrants[] {
  const app = command ?? appCommand(folder);
  const room = fs.mkdtempSync(path.join(os.tmpdir(), 'zero-trust-'));
  try {
    const file = path.join(room, 'grants.json');
    const env = { ...process.env, CDK8S_OUTDIR: path.join(room, 'dist'), [GRANTS_FILE_VARIABLE]: file };
    // the command is the user's own, from cdk8s.yaml, and cdk8s runs it by the shell as well
    const result = spawnSync(app, { cwd: folder, env, shell: true, encoding: 'utf8', stdio: ['ignore', 'pipe', 'pipe'] });
    if (result.status !== 0) {
      throw new Error(`the app failed: ${app}\n${appError(result.stderr)}`);
    }
    return read(file, app);
  } finally {
    fs.rmSync(room, { recursive: true, force: true });
  }
}

function appCommand(folder: string): string {
  const file = path.join(folder, 'cdk8s.yaml');
  if (!fs.existsSync(file)) {
    throw invalid(
      'there is no cdk8s.yaml here',
      folder,
      'the folder of a cdk8s app',
      'change to it, or name the command that runs the app with --app',
    );
  }
  const config = load(fs.readFileSync(file, 'utf8')) as { app?: unknown } | undefined;
  if (typeof config?.app !== 'string') {
    throw invalid(`${file} names no command`, config?.app, 'app: COMMAND', 'add it, or name the command with --app');
  }
  return config.app;
}

function read(file: string, app: string): ClusterGrants[] {
  if (!fs.existsSync(file)) {
    throw invalid(
      'the app recorded no grants',
      app,
      'an app that uses the constructs of cdk8s-zero-trust and calls app.synth()',
      'check that the app synthesises',
    );
  }
  const data = JSON.parse(fs.readFileSync(file, 'utf8')) as GrantsFile;
  if (data.format !== GRANTS_FILE_FORMAT) {
    throw invalid(
      'the app uses another version of the library',
      data.format,
      GRANTS_FILE_FORMAT,
      'run the command of the version that the app depends on',
    );
  }
  return data.clusters;
}

/** The message of an error without its stack trace. */
function appError(stderr: string): string {
  const lines = stderr.split('\n');
  const message = lines.findIndex((line) => /^\w*Error: /.test(line));
  const end = lines.findIndex((line, i) => i > message && /^\s+at /.test(line));
  return (message < 0 ? lines : lines.slice(message, end < 0 ? undefined : end)).join('\n').trim();
}
