import * as fs from 'node:fs';
import * as os from 'node:os';
import * as path from 'node:path';
import { Yaml } from 'cdk8s';
import { schemaProblems } from '../support/schemas';

const EXAMPLES = path.join(__dirname, '..', '..', 'examples');
const NAMES = fs.readdirSync(EXAMPLES).filter((name) => fs.existsSync(path.join(EXAMPLES, name, 'main.ts')));

describe('examples', () => {
  test.each(NAMES)('%s emits nothing but objects that the schemas of their kinds accept', (name) => {
    const outdir = fs.mkdtempSync(path.join(os.tmpdir(), 'example-'));
    process.env.CDK8S_OUTDIR = outdir;
    jest.requireActual(path.join(EXAMPLES, name, 'main'));
    const objects = fs.readdirSync(outdir).flatMap((file) => Yaml.load(path.join(outdir, file)));
    fs.rmSync(outdir, { recursive: true, force: true });
    expect(objects.length).toBeGreaterThan(5);
    expect(objects.flatMap((object) => schemaProblems(object).map((problem) => `${object.kind} ${object.metadata.name}: ${problem}`))).toEqual([]);
  });

  test.each(NAMES)('%s stands alone: it has all that copying its folder out needs', (name) => {
    for (const file of ['main.ts', 'package.json', 'cdk8s.yaml', 'tsconfig.json', 'README.md']) {
      expect(fs.existsSync(path.join(EXAMPLES, name, file))).toBe(true);
    }
    const sources = fs.readdirSync(path.join(EXAMPLES, name)).filter((file) => file.endsWith('.ts'));
    const outside = sources.filter((file) => /from '\.\.\//.test(fs.readFileSync(path.join(EXAMPLES, name, file), 'utf8')));
    expect(outside).toEqual([]);
  });
});
