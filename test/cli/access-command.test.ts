import * as fs from 'node:fs';
import * as os from 'node:os';
import * as path from 'node:path';
import { run } from '../../src/cli/main';
import { progressOn } from '../../src/cli/progress';

describe('cdk8s-zero-trust access', () => {
  let folder: string;

  beforeEach(() => {
    folder = fs.mkdtempSync(path.join(os.tmpdir(), 'zero-trust-test-'));
  });

  afterEach(() => {
    fs.rmSync(folder, { recursive: true, force: true });
  });

  function call(...args: string[]): { code: number; out: string; error: string } {
    let [out, error] = ['', ''];
    const code = run(['access', ...args], { out: (text) => { out += text; }, error: (text) => { error += text; } });
    return { code, out, error };
  }

  function write(name: string, text: string): string {
    const file = path.join(folder, name);
    fs.writeFileSync(file, text);
    return file;
  }

  const pod = (name: string) => `{apiVersion: v1, kind: Pod, metadata: {name: ${name}, namespace: shop, labels: {app: ${name}}}, spec: {containers: [{name: app}]}}`;
  const MANIFESTS = [pod('web'), pod('orders'), `
apiVersion: networking.k8s.io/v1
kind: NetworkPolicy
metadata: { name: orders, namespace: shop }
spec: { podSelector: { matchLabels: { app: orders } }, ingress: [{ from: [{ podSelector: { matchLabels: { app: web } } }], ports: [{ port: 8080 }] }] }`].join('\n---\n');

  test('prints one line per edge', () => {
    const { code, out, error } = call('-f', write('all.yaml', MANIFESTS), '--to', 'shop/orders');
    expect([code, error]).toEqual([0, '']);
    expect(out).toContain('shop/web -> shop/orders');
    expect(out).toMatch(/tcp\/8080 +any/);
  });

  test('reads several files, and a folder', () => {
    const files = [write('pods.yaml', [pod('web'), pod('orders')].join('\n---\n')), write('policy.yaml', MANIFESTS.split('\n---\n')[2])];
    expect(call('-f', files[0], '-f', files[1], '--to', 'shop/orders').out).toBe(call('-f', folder, '--to', 'shop/orders').out);
  });

  test('prints the contract as JSON', () => {
    const { out } = call('-f', write('all.yaml', MANIFESTS), '--from', 'shop/web', '--to', 'shop/orders', '--format', 'json');
    expect(JSON.parse(out)).toMatchObject({ format: 'zt-access/1', edges: [{ from: 'shop/web', to: 'shop/orders', ports: [{ protocol: 'TCP', first: 8080, last: 8080 }], requests: 'any' }] });
  });

  test('takes a namespace, a name that is unique, or outside', () => {
    const file = write('all.yaml', MANIFESTS);
    expect(call('-f', file, '--from', 'web', '--to', 'orders').out).toContain('shop/web -> shop/orders');
    expect(call('-f', file, '--from', 'outside', '--to', 'shop').out).toContain('outside -> shop/web');
    expect(call('-f', file, '--from', 'outside', '--to', 'shop/orders').out).not.toContain('->');
  });

  test('suggests what was probably meant', () => {
    const { code, out, error } = call('-f', write('all.yaml', MANIFESTS), '--from', 'shop/wep');
    expect([code, out]).toEqual([2, '']);
    expect(error).toContain('did you mean "shop/web"?');
  });

  test('reads the rest of broken input, says where it is broken, and ends with 2', () => {
    write('all.yaml', MANIFESTS);
    const broken = write('broken.yaml', 'apiVersion: v1\nkind: [Pod\n');
    const { code, out, error } = call('-f', folder, '--to', 'shop/orders');
    expect(code).toBe(2);
    expect(out).toContain('shop/web -> shop/orders');
    expect(error).toContain(broken);
    expect(error).not.toMatch(/^\s+at /m);
  });

  test('says so when there is nothing to read', () => {
    const { code, error } = call('-f', path.join(folder, 'nowhere'));
    expect(code).toBe(2);
    expect(error).toContain('nowhere');
  });

  test('explains itself, and refuses what it does not know', () => {
    expect(call('--help')).toMatchObject({ code: 0, out: expect.stringContaining('Examples:') });
    expect(call('--format', 'xml')).toMatchObject({ code: 2, error: expect.stringContaining('mermaid') });
  });
});

describe('progress', () => {
  function watched(isWatched: boolean, ...times: number[]): string {
    let error = '';
    const { step, end } = progressOn({ out: () => undefined, error: (text) => { error += text; }, watched: isWatched }, 'things', () => times.shift() ?? 0);
    step(1, 3);
    step(2, 3);
    end();
    return error;
  }

  test('is shown after a second, and removed at the end', () => {
    expect(watched(true, 0, 1500, 1500, 1550, 1550)).toBe('\r1 of 3 things\r\u001b[K');
  });

  test('is not shown before, nor where nobody watches', () => {
    expect(watched(true, 0, 500, 700)).toBe('');
    expect(watched(false, 0, 5000, 6000)).toBe('');
  });
});
