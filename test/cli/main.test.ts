import * as fs from 'node:fs';
import * as os from 'node:os';
import * as path from 'node:path';
import { run } from '../../src/cli/main';

describe('cdk8s-zero-trust grants', () => {
  let folder: string;

  beforeEach(() => {
    folder = fs.mkdtempSync(path.join(os.tmpdir(), 'zero-trust-test-'));
  });

  afterEach(() => {
    fs.rmSync(folder, { recursive: true, force: true });
  });

  function call(...args: string[]): { code: number; out: string; error: string } {
    let [out, error] = ['', ''];
    const code = run(args, { out: (text) => { out += text; }, error: (text) => { error += text; } });
    return { code, out, error };
  }

  /** An app as far as the command can see it: something that writes the grants file and its output. */
  function writeApp(body: string): string {
    fs.writeFileSync(path.join(folder, 'app.js'), body);
    return `${JSON.stringify(process.execPath)} app.js`;
  }

  const RECORDING = `require('fs').writeFileSync(process.env.CDK8S_ZERO_TRUST_GRANTS_FILE, JSON.stringify({
    format: 'zt-grants/1', clusters: [{ cluster: '', grants: [{ kind: 'grant', from: 'shop/web', to: 'shop/db', ports: ['tcp/5432'], routes: [], issuers: [], claims: [],
    plaintext: false, reason: 'orders', path: 'x' }], assumptions: [] }] }));`;

  test('runs the app of cdk8s.yaml and shows its grants', () => {
    fs.writeFileSync(path.join(folder, 'cdk8s.yaml'), `language: typescript\napp: ${JSON.stringify(writeApp(RECORDING))}\n`);
    const { code, out, error } = call('grants', '--folder', folder);
    expect([code, error]).toEqual([0, '']);
    expect(out).toMatch(/shop\/web +shop\/db +tcp\/5432 +any +orders/);
  });

  test('leaves no output in the folder of the app', () => {
    const app = writeApp(`require('fs').mkdirSync(process.env.CDK8S_OUTDIR, { recursive: true }); ${RECORDING}`);
    expect(call('grants', '--folder', folder, '--app', app).code).toBe(0);
    expect(fs.readdirSync(folder)).toEqual(['app.js']);
  });

  test('prints the requested format', () => {
    const { out } = call('grants', '--folder', folder, '--app', writeApp(RECORDING), '--format', 'json');
    expect(JSON.parse(out).clusters[0].grants[0].to).toBe('shop/db');
  });

  test.each([
    ['there is no cdk8s.yaml', () => ({}), /there is no cdk8s.yaml here.*--app/],
    ['cdk8s.yaml names no app', () => { fs.writeFileSync(path.join(folder, 'cdk8s.yaml'), 'language: typescript\n'); }, /names no command.*app: COMMAND/],
  ])('fails with advice when %s', (_, prepare, message) => {
    prepare();
    const { code, out, error } = call('grants', '--folder', folder);
    expect([code, out]).toEqual([2, '']);
    expect(error).toMatch(message);
  });

  test('shows the message of a failing app without its stack trace', () => {
    const { code, out, error } = call('grants', '--folder', folder, '--app', writeApp('throw new Error("orders does not listen on tcp/1");'));
    expect([code, out]).toEqual([2, '']);
    expect(error).toContain('orders does not listen on tcp/1');
    expect(error).not.toMatch(/^\s+at /m);
  });

  test('shows all that a failing app said when it is no error message', () => {
    const { error } = call('grants', '--folder', folder, '--app', writeApp('console.error("no such chart"); process.exit(3);'));
    expect(error).toContain('no such chart');
  });

  test('says so when the app records nothing', () => {
    const { code, error } = call('grants', '--folder', folder, '--app', writeApp(''));
    expect(code).toBe(2);
    expect(error).toContain('recorded no grants');
  });

  test('refuses the file of another version', () => {
    const app = writeApp(RECORDING.replace('zt-grants/1', 'zt-grants/9'));
    const { code, error } = call('grants', '--folder', folder, '--app', app);
    expect(code).toBe(2);
    expect(error).toContain('zt-grants/9');
  });

  test('explains itself, and refuses what it does not know', () => {
    expect(call('--help')).toMatchObject({ code: 0, out: expect.stringContaining('grants') });
    expect(call('grants', '--help').out).toContain('Examples:');
    expect(call('grants', '--format', 'xml')).toMatchObject({ code: 2, error: expect.stringContaining('text, json, markdown') });
    expect(call('nonsense').code).toBe(2);
  });
});
