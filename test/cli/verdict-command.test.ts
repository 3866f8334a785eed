import * as fs from 'node:fs';
import * as os from 'node:os';
import * as path from 'node:path';
import { run } from '../../src/cli/main';

const MANIFESTS = `
apiVersion: v1
kind: Namespace
metadata: {name: shop, labels: {istio-injection: enabled}}
---
apiVersion: apps/v1
kind: Deployment
metadata: {name: web, namespace: shop}
spec: {selector: {matchLabels: {app: web}}, template: {metadata: {labels: {app: web}}, spec: {serviceAccountName: web, containers: [{name: c, image: x}]}}}
---
apiVersion: apps/v1
kind: Deployment
metadata: {name: orders, namespace: shop}
spec: {selector: {matchLabels: {app: orders}}, template: {metadata: {labels: {app: orders}}, spec: {serviceAccountName: orders, containers: [{name: c, image: x, ports: [{containerPort: 8080}]}]}}}
---
apiVersion: v1
kind: Service
metadata: {name: orders, namespace: shop}
spec: {selector: {app: orders}, ports: [{name: http, port: 80, targetPort: 8080}]}
---
apiVersion: security.istio.io/v1
kind: AuthorizationPolicy
metadata: {name: orders, namespace: shop}
spec:
  selector: {matchLabels: {app: orders}}
  rules:
    - from: [{source: {principals: [cluster.local/ns/shop/sa/web]}}]
      to: [{operation: {methods: [GET]}}]
`;
const TO_ORDERS = ['--from', 'shop/web', '--to', 'shop/orders', '--port', '8080'];
const query = (method: string, expect?: string) => ({
  from: { workload: 'shop/web' },
  to: { workload: 'shop/orders', port: 8080, servicePort: 80, protocol: 'TCP', app: 'http' },
  conn: { mtls: 'auto', via: 'service' },
  http: { method, path: '/', host: 'orders' },
  ...(expect === undefined ? {} : { expect }),
});
const CASE = { name: 'small', kind: 'effective-mtls', objects: [], expect: { mode: 'PERMISSIVE', ports: {} } };
const MATRIX = {
  name: 'matrix',
  kind: 'np-matrix',
  objects: [],
  workloads: [{ id: 'a/a', namespace: 'a', name: 'a', labels: {}, ip: '10.0.0.1', mode: 'none' }],
  matrix: { order: ['a/a', 'ip:203.0.113.1'], verdict: { 'TCP/80': ['11', '0.'] } },
};

describe('cdk8s-zero-trust verdict', () => {
  let folder: string;

  beforeEach(() => {
    folder = fs.mkdtempSync(path.join(os.tmpdir(), 'zero-trust-test-'));
  });

  afterEach(() => {
    fs.rmSync(folder, { recursive: true, force: true });
  });

  function call(...args: string[]): { code: number; out: string; error: string } {
    let [out, error] = ['', ''];
    const code = run(['verdict', ...args], { out: (text) => { out += text; }, error: (text) => { error += text; } });
    return { code, out, error };
  }

  function file(name: string, content: unknown): string {
    const full = path.join(folder, name);
    fs.writeFileSync(full, typeof content === 'string' ? content : JSON.stringify(content));
    return full;
  }

  const manifests = () => ['-f', file('manifests.yaml', MANIFESTS)];

  describe('for one question', () => {
    test('says what becomes of it, and where that is written', () => {
      const { code, out, error } = call(...manifests(), ...TO_ORDERS, '--method', 'POST', '--path', '/v1');
      expect([code, error]).toEqual([0, '']);
      expect(out).toMatch(/^shop\/web -> shop\/orders:8080 POST \/v1: http-403\n/);
      expect(out).toMatch(/refuse +identity +at the destination: .*\[AuthorizationPolicy shop\/orders/);
      expect(out).toContain('rule 0 to[0].operation.methods]');
    });

    test.each([
      ['GET', [], 'allow'], ['POST', [], 'http-403'], ['GET', ['--plaintext'], 'http-403'],
      ['GET', ['--principal', 'cluster.local/ns/shop/sa/other'], 'http-403'], ['GET', ['--principal', 'cluster.local/ns/shop/sa/web'], 'allow'],
      ['GET', ['--pod-address'], 'http-403'], ['GET', ['--service', 'shop/orders'], 'allow'],
    ])('with %s %j is answered with %s', (method, options, verdict) => {
      const { out } = call(...manifests(), ...TO_ORDERS, '--method', method, ...options, '--format', 'json');
      expect(JSON.parse(out)).toMatchObject({ format: 'zt-verdicts/1', results: [{ query: 0, verdict }] });
    });

    test.each([
      ['203.0.113.9', 'shop/orders', 'http-403'], ['node', 'shop/web', 'allow'], ['shop/web', '203.0.113.9', 'allow'], ['shop/web', 'api.example', 'allow'],
    ])('takes addresses, hosts and nodes for ends: %s to %s', (from, to, verdict) => {
      const { out } = call(...manifests(), '--from', from, '--to', to, '--port', '8080', '--method', 'GET', '--format', 'json');
      expect(JSON.parse(out).results[0].verdict).toBe(verdict);
    });

    test('is not asked of workloads that are not there', () => {
      const { code, error, out } = call(...manifests(), '--from', 'shop/nobody', '--to', 'shop/web', '--port', '8080');
      expect([code, out]).toEqual([2, '']);
      expect(error).toContain('shop/nobody');
    });

    test('sends headers and tokens', () => {
      const policies = `${MANIFESTS}---
apiVersion: security.istio.io/v1
kind: RequestAuthentication
metadata: {name: tokens, namespace: shop}
spec: {jwtRules: [{issuer: idp}]}
---
apiVersion: security.istio.io/v1
kind: AuthorizationPolicy
metadata: {name: users, namespace: shop}
spec: {action: DENY, rules: [{from: [{source: {notRequestPrincipals: [idp/alice]}}]}, {when: [{key: 'request.headers[x-a]', values: ['1']}]}]}
`;
      const ask = (...options: string[]) => call('-f', file('tokens.yaml', policies), ...TO_ORDERS, '--method', 'GET', ...options, '--format', 'json').out;
      expect(JSON.parse(ask('--token', '{"iss":"idp","sub":"alice"}')).results[0].verdict).toBe('allow');
      expect(JSON.parse(ask('--token', '{"iss":"idp","sub":"bob"}')).results[0].verdict).toBe('http-403');
      expect(JSON.parse(ask('--token', '{"iss":"other","sub":"alice"}')).results[0].verdict).toBe('http-401');
      expect(JSON.parse(ask('--token', '{"iss":"idp","sub":"alice"}', '--header', 'X-A: 1')).results[0].verdict).toBe('http-403');
    });

    test.each([
      ['--from', ['--to', 'shop/orders', '--port', '80'], /--from, --to and --port/],
      ['a port', ['--from', 'shop/web', '--to', 'shop/orders', '--port', '0'], /--port 0 is no port/],
      ['a port of digits', ['--from', 'shop/web', '--to', 'shop/orders', '--port', 'http'], /--port http is no port/],
      ['a colon in a header', [...TO_ORDERS, '--header', 'x'], /is no header line/],
      ['claims', [...TO_ORDERS, '--token', 'ey'], /is no JSON object/],
      ['claims in a mapping', [...TO_ORDERS, '--token', '[]'], /is no JSON object/],
      ['a known protocol', [...TO_ORDERS, '--protocol', 'ICMP'], /TCP, UDP, SCTP/],
    ])('needs %s', (_, options, message) => {
      const { code, out, error } = call(...manifests(), ...options);
      expect([code, out]).toEqual([2, '']);
      expect(error).toMatch(message);
    });
  });

  describe('for a list of queries', () => {
    const ask = (queries: unknown, ...options: string[]) => call(...manifests(), '--queries', file('queries.json', queries), ...options);

    test('answers each in its order, with what was expected', () => {
      const { code, out } = ask([query('GET', 'allow'), query('POST', 'allow'), query('POST')], '--format', 'json');
      expect(code).toBe(1);
      expect(JSON.parse(out).results).toMatchObject([
        { query: 0, verdict: 'allow', expect: 'allow', agrees: true },
        { query: 1, verdict: 'http-403', expect: 'allow', agrees: false },
        { query: 2, verdict: 'http-403' },
      ]);
      expect(JSON.parse(out).results[2]).not.toHaveProperty('expect');
      expect(JSON.parse(out).results[1].trail.at(-1)).toMatchObject({
        layer: 'identity', where: 'destination', outcome: 'refuse', object: { kind: 'AuthorizationPolicy', namespace: 'shop', name: 'orders' }, rule: 0, clause: 'to[0].operation.methods',
      });
    });

    test('takes what was expected into the text', () => {
      const { code, out } = ask({ queries: [query('GET', 'allow'), query('GET', 'deny')] });
      expect(code).toBe(1);
      expect(out).toContain('allow (as expected)');
      expect(out).toContain('allow (expected deny)');
    });

    test('ends well when all is as expected, or nothing is', () => {
      expect(ask([query('GET', 'allow'), query('POST', 'deny')]).code).toBe(0);
      expect(ask([query('GET'), query('POST')]).code).toBe(0);
    });

    test.each([['a text', '"x"'], ['a mapping without queries', '{}'], ['a list of numbers', '[1]'], ['nothing', '']])('refuses %s', (_, content) => {
      const { code, error } = call(...manifests(), '--queries', file('queries.yaml', content));
      expect([code, error]).toEqual([2, expect.stringContaining('holds no list of queries')]);
    });

    test('refuses files that are not there', () => {
      expect(call(...manifests(), '--queries', path.join(folder, 'gone.yaml'))).toMatchObject({ code: 2, error: expect.stringMatching(/gone.yaml cannot be read: ENOENT/) });
      expect(call('-f', path.join(folder, 'gone'), ...TO_ORDERS)).toMatchObject({ code: 2, out: '', error: expect.stringMatching(/no file or folder .*gone/) });
    });

    test('answers from the rest of what can be read, and says so', () => {
      const broken = file('broken.yaml', `${MANIFESTS}---\nkind: [\n`);
      const { code, out, error } = call('-f', broken, ...TO_ORDERS, '--method', 'GET');
      expect(code).toBe(2);
      expect(out).toContain('allow');
      expect(error).toMatch(/^error: .*broken\.yaml:\d+/m);
    });

    test('finds nothing to answer from in a file without objects', () => {
      expect(call('-f', file('empty.yaml', '# nothing\n'), ...TO_ORDERS)).toMatchObject({ code: 2, error: expect.stringContaining('holds no Kubernetes object') });
    });
  });

  describe('for cases', () => {
    const WRONG = { ...CASE, name: 'wrong', expect: { mode: 'STRICT', ports: {} } };
    const RIDDLE = { name: 'riddle', kind: 'riddle', objects: [] };
    const MANIFESTS_ONLY = { name: 'objects', kind: 'manifests', objects: [] };

    test('counts what agrees, disagrees and is skipped', () => {
      const [one, many] = [file('one.json', CASE), file('many.json', { cases: [WRONG, MANIFESTS_ONLY, MATRIX] })];
      const { code, out } = call('--case', one, many, '--format', 'json');
      expect(code).toBe(1);
      expect(JSON.parse(out)).toMatchObject({
        format: 'zt-verdicts/1',
        cases: [
          { file: one, name: 'small', kind: 'effective-mtls', agree: 1, disagree: 0, skipped: 0 },
          { file: many, name: 'wrong', agree: 0, disagree: 1, results: [{ row: 0, expect: { mode: 'STRICT' }, given: { mode: 'PERMISSIVE' }, agrees: false }] },
          { file: many, name: 'objects', kind: 'manifests', agree: 0, disagree: 0, skipped: 1 },
          { name: 'matrix', agree: 2, disagree: 1, matrix: { 'TCP/80': ['11', '11'] }, disagreements: [{ port: 'TCP/80', from: 'ip:203.0.113.1', to: 'a/a', expect: '0', given: '1' }] },
        ],
        total: { agree: 3, disagree: 2, skipped: 1 },
      });
    });

    test('answers every query of the kind access in its order', () => {
      const objects = [{ apiVersion: 'security.istio.io/v1', kind: 'AuthorizationPolicy', metadata: { name: 'no', namespace: 'shop' }, spec: {} }];
      const workloads = ['web', 'orders'].map((name, i) => ({
        id: `shop/${name}`, namespace: 'shop', name, labels: { app: name }, serviceAccount: name, ip: `10.0.0.${i}`, mode: 'sidecar', ports: [],
      }));
      const access = { name: 'access', kind: 'access', objects, workloads, queries: [query('GET', 'http-403'), query('GET')] };
      const { code, out } = call('--case', file('access.json', access), '--format', 'json');
      expect([code, JSON.parse(out).total]).toEqual([0, { agree: 1, disagree: 0, skipped: 0 }]);
      expect(JSON.parse(out).cases[0].results).toMatchObject([{ query: 0, verdict: 'http-403', expect: 'http-403', agrees: true }, { query: 1, verdict: 'http-403' }]);
    });

    test('keeps what differs alone where that is asked for', () => {
      const files = [file('one.json', CASE), file('wrong.json', WRONG)];
      const json = JSON.parse(call('--case', ...files, '--only', 'disagree', '--format', 'json').out);
      expect([json.cases.map(({ name }: any) => name), json.total]).toEqual([['wrong'], { agree: 1, disagree: 1, skipped: 0 }]);
      const { out } = call('--case', ...files, '--only', 'disagree');
      expect(out).toContain('wrong');
      expect(out).not.toContain('small');
      expect(out).toMatch(/1 agree, 1 disagree, 0 skipped\n$/);
    });

    test('shows counts and differences as text', () => {
      const one = file('wrong.json', { cases: [WRONG, MANIFESTS_ONLY, RIDDLE] });
      const { code, out } = call('--case', one);
      expect(code).toBe(1);
      expect(out.split('\n')).toEqual([
        `${one}: wrong: 0 agree, 1 disagree`,
        '  row 0, expect {"mode":"STRICT","ports":{}}, given {"mode":"PERMISSIVE","ports":{}}',
        `${one}: objects: 0 agree, 0 disagree, skipped: it carries no verdict`,
        `${one}: riddle: 0 agree, 1 disagree`,
        '  there is no kind riddle in this version',
        '0 agree, 2 disagree, 1 skipped',
        '',
      ]);
    });

    test('ends well when all agree', () => {
      expect(call('--case', file('one.json', CASE)).code).toBe(0);
    });

    test.each([['a file that is not there', undefined, /cannot be read: ENOENT/], ['a file that is no JSON', '{', /JSON/], ['a case without a kind', '{"name": "x"}', /has no name and kind/]])(
      'answers the rest beside %s', (_, content, message) => {
        const broken = content === undefined ? path.join(folder, 'gone.json') : file('broken.json', content);
        const { code, out, error } = call('--case', broken, file('one.json', CASE), '--format', 'json');
        expect([code, JSON.parse(out).total.agree]).toEqual([2, 1]);
        expect(error).toMatch(message);
      });
  });

  test('explains itself', () => {
    expect(call('--help')).toMatchObject({ code: 0, out: expect.stringMatching(/Examples:[^]*Exit codes: 0 all as expected, 1 some not, 2 unusable input/) });
  });
});
