import * as fs from 'node:fs';
import * as path from 'node:path';
import * as ts from 'typescript';
import { compilerOptions, INDEX, ROOT } from './library-program';

describe('the public names', () => {
  const program = ts.createProgram([INDEX], compilerOptions());
  const checker = program.getTypeChecker();
  const index = program.getSourceFile(INDEX)!;
  const exported = checker.getExportsOfModule(checker.getSymbolAtLocation(index)!)
    .map((symbol) => symbol.declarations?.some(ts.isExportSpecifier) ? checker.getAliasedSymbol(symbol) : symbol);

  test('are those of exported-names.txt: a name that goes or changes breaks somebody', () => {
    const committed = fs.readFileSync(path.join(__dirname, 'exported-names.txt'), 'utf8').trimEnd().split('\n');
    expect(exported.map((symbol) => symbol.name).sort()).toEqual(committed);
    expect(committed).toEqual([...new Set(committed)].sort());
  });

  test('are flat: the index re-exports whole rooms without a namespace of its own', () => {
    for (const statement of index.statements) {
      expect(ts.isExportDeclaration(statement) && statement.exportClause === undefined).toBe(true);
    }
  });

  test('are declared neither in the access model nor in generated classes', () => {
    const declared = exported.flatMap((symbol) => symbol.declarations ?? []).map((d) => path.relative(ROOT, d.getSourceFile().fileName));
    expect(declared.length).toBeGreaterThanOrEqual(exported.length);
    expect(declared.filter((file) => file.startsWith(path.join('src', 'access')) || file.startsWith('imports'))).toEqual([]);
  });

  test('are types that jsii knows: a class, an enum or an interface', () => {
    const isType = (node: ts.Node) => ts.isClassDeclaration(node) || ts.isEnumDeclaration(node) || ts.isInterfaceDeclaration(node);
    expect(exported.filter((symbol) => symbol.declarations?.every(isType) !== true).map((symbol) => symbol.name)).toEqual([]);
  });
});
