import * as fs from 'node:fs';
import * as path from 'node:path';
import * as ts from 'typescript';
import { filesBelow, ROOT } from './sources';

interface Block {
  readonly where: string;
  readonly text: string;
}

/** The TypeScript blocks of a Markdown text. */
function markdownBlocks(file: string, text: string): Block[] {
  return [...text.matchAll(/^```(?:ts|typescript)\n([\s\S]*?)^```/gm)].map((match, i) => ({ where: `${file} block ${i + 1}`, text: match[1] }));
}

/** The examples in the doc comments of a source file. */
function exampleBlocks(file: string, text: string): Block[] {
  return [...text.matchAll(/\/\*\*([\s\S]*?)\*\//g)]
    .map((match) => match[1].split('\n').map((line) => line.replace(/^\s*\* ?/, '')).join('\n').split(/^@example\s*$/m)[1])
    .filter((example) => example !== undefined)
    .map((example, i) => ({ where: `${file} example ${i + 1}`, text: example.split(/^@(?!example)\w+/m)[0] }));
}

/** Type-checks all blocks in one program, each as a module of its own. */
function problems(blocks: Block[]): string[] {
  const files = new Map(blocks.map((block, i) => [path.join(ROOT, 'test', `documentation-${i}.ts`), block]));
  const options: ts.CompilerOptions = {
    module: ts.ModuleKind.Node16,
    target: ts.ScriptTarget.ES2022,
    strict: true,
    noEmit: true,
    skipLibCheck: true,
    esModuleInterop: true,
    types: ['node'],
    paths: { 'cdk8s-zero-trust': [path.join(ROOT, 'src')] },
  };
  const host = ts.createCompilerHost(options);
  const { getSourceFile, fileExists, readFile } = host;
  const textOf = (file: string) => files.has(file) ? `${files.get(file)!.text}\nexport {};\n` : undefined;
  host.fileExists = (file) => files.has(file) || fileExists(file);
  host.readFile = (file) => textOf(file) ?? readFile(file);
  host.getSourceFile = (file, version, ...rest) => {
    const text = textOf(file);
    return text === undefined ? getSourceFile(file, version, ...rest) : ts.createSourceFile(file, text, version);
  };
  const program = ts.createProgram([...files.keys()], options, host);
  return ts.getPreEmitDiagnostics(program).map((diagnostic) => {
    const where = files.get(diagnostic.file?.fileName ?? '')?.where ?? diagnostic.file?.fileName;
    return `${where}: ${ts.flattenDiagnosticMessageText(diagnostic.messageText, ' ')}`;
  });
}

describe('documentation', () => {
  const markdown = ['README.md', 'CONTRIBUTING.md', ...filesBelow('docs', '.md')].filter((file) => fs.existsSync(path.join(ROOT, file)));
  const read = (file: string) => fs.readFileSync(path.join(ROOT, file), 'utf8');
  const readme = markdown.flatMap((file) => markdownBlocks(file, read(file)));
  const examples = filesBelow('src').flatMap((file) => exampleBlocks(file, read(file)));

  test('has TypeScript that compiles in Markdown and in doc comments', () => {
    expect(readme.length).toBeGreaterThan(5);
    expect(examples.length).toBeGreaterThan(20);
    expect(problems([...readme, ...examples])).toEqual([]);
  });

  test('would not pass with an example that does not compile', () => {
    const wrong = { where: 'made up', text: "import { Port } from 'cdk8s-zero-trust';\nPort.tcp('80');" };
    expect(problems([wrong])).toEqual([expect.stringContaining('made up: Argument of type')]);
  });

  test('has an example on every public class', () => {
    const without = filesBelow('src').flatMap((file) => [...read(file).matchAll(/\/\*\*((?:(?!\*\/)[\s\S])*)\*\/\nexport (?:abstract )?class (\w+)/g)]
      .filter((match) => !match[1].includes('@example') && isPublic(match[2]))
      .map((match) => `${file} ${match[2]}`));
    expect(without).toEqual([]);
  });

  test('shows the quickstart as it is', () => {
    expect(readme[0].text).toBe(read('examples/quickstart/main.ts'));
    expect(readme[0].text.split('\n').length).toBeLessThanOrEqual(41);
  });
});

function isPublic(name: string): boolean {
  return fs.readFileSync(path.join(__dirname, 'exported-names.txt'), 'utf8').split('\n').includes(name);
}
