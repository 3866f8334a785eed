import * as fs from 'node:fs';
import * as os from 'node:os';
import * as path from 'node:path';
import { Yaml } from 'cdk8s';

describe('quickstart', () => {
  const outdir = fs.mkdtempSync(path.join(os.tmpdir(), 'quickstart-'));
  let objects: any[];

  beforeAll(() => {
    process.env.CDK8S_OUTDIR = outdir;
    jest.requireActual('./main');
    objects = Yaml.load(path.join(outdir, 'shop.k8s.yaml'));
  });

  afterAll(() => fs.rmSync(outdir, { recursive: true, force: true }));

  test('emits what is committed', () => {
    expect(fs.readFileSync(path.join(outdir, 'shop.k8s.yaml'), 'utf8')).toMatchSnapshot();
  });

  test('lets web read orders, and nothing else', () => {
    const policies = objects.filter((o) => o.kind === 'AuthorizationPolicy');
    expect(policies.map((p) => p.metadata.name)).toEqual(['allow-nothing', 'orders']);
    expect(policies[0].spec.rules).toBeUndefined();
    expect(policies[1].spec.rules).toEqual([{
      from: [{ source: { principals: ['cluster.local/ns/shop/sa/web'] } }],
      to: [{ operation: { methods: ['GET'], paths: ['/v1/orders/*'], ports: ['8080'] } }],
    }]);
  });
});
