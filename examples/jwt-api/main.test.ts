import * as fs from 'node:fs';
import * as os from 'node:os';
import * as path from 'node:path';
import { Yaml } from 'cdk8s';

const CUSTOMERS = 'https://login.shop.example/realms/customers/*';
const STAFF = 'https://sso.shop.example/realms/staff/*';

describe('jwt-api', () => {
  const outdir = fs.mkdtempSync(path.join(os.tmpdir(), 'jwt-api-'));
  let objects: any[];

  beforeAll(() => {
    process.env.CDK8S_OUTDIR = outdir;
    jest.requireActual('./main');
    objects = Yaml.load(path.join(outdir, 'shop.k8s.yaml'));
  });

  afterAll(() => fs.rmSync(outdir, { recursive: true, force: true }));

  /** The one rule that mentions a path. */
  function ruleFor(pattern: string): any {
    const policy = objects.find((o) => o.kind === 'AuthorizationPolicy' && o.metadata.name === 'orders');
    const rules = policy.spec.rules.filter((r: any) => r.to.some((t: any) => t.operation.paths?.includes(pattern)));
    expect(rules).toHaveLength(1);
    return rules[0];
  }

  test('emits what is committed', () => {
    expect(fs.readFileSync(path.join(outdir, 'shop.k8s.yaml'), 'utf8')).toMatchSnapshot();
  });

  test.each([
    ['/v1/catalog/*', [CUSTOMERS, STAFF], []],
    ['/v1/orders/*', [CUSTOMERS], [{ key: 'request.auth.claims[scope]', values: ['orders'] }]],
    ['/v1/admin/*', [STAFF], [{ key: 'request.auth.claims[realm_access][roles]', values: ['order-admin'] }]],
  ])('asks for a token and its claims in one rule with %s', (pattern, requestPrincipals, claims) => {
    const { from, when = [] } = ruleFor(pattern);
    expect(from).toEqual([{ source: { principals: ['cluster.local/ns/istio-ingress/sa/istio-ingressgateway'], requestPrincipals } }]);
    expect(when).toEqual(claims);
  });

  test('asks for no token on the health path and for preflights of its own page, and nowhere else', () => {
    const policy = objects.find((o) => o.kind === 'AuthorizationPolicy' && o.metadata.name === 'orders');
    const open = policy.spec.rules.filter((r: any) => r.from.some((f: any) => f.source.requestPrincipals === undefined));
    expect(open.flatMap((r: any) => r.to.map((t: any) => t.operation))).toEqual([
      { methods: ['GET', 'HEAD'], paths: ['/v1/health'], ports: ['8080'] }, { methods: ['OPTIONS'], paths: ['/v1/*'], ports: ['8080'] },
    ]);
    expect(open[1].when).toContainEqual({ key: 'request.headers[origin]', values: ['https://www.shop.example'] });
  });
});
