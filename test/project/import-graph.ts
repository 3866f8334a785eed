import * as fs from 'node:fs';
import * as path from 'node:path';
import * as ts from 'typescript';

/** What each file imports: repository files by their path, packages by their name. */
export type ImportGraph = ReadonlyMap<string, readonly string[]>;

/** What the files of a room may import besides each other. */
export interface Arrows {
  /** Rooms: the longest folder that holds a file is its room. */
  readonly rooms: readonly string[];
  readonly packages: readonly string[];
}

/** Reads the imports of all TypeScript files of a folder. Imports of types alone count too. */
export function readImports(root: string, folder: string): ImportGraph {
  const files = fs.readdirSync(path.join(root, folder), { recursive: true, encoding: 'utf8' })
    .filter((name) => name.endsWith('.ts'))
    .map((name) => path.posix.join(folder, name.split(path.sep).join('/')))
    .sort();
  return new Map(files.map((file) => {
    const specifiers = importsOf(fs.readFileSync(path.join(root, file), 'utf8'));
    return [file, specifiers.map((specifier) => target(root, file, specifier))];
  }));
}

/** The module specifiers of a source text, in whatever form it imports. */
export function importsOf(text: string): string[] {
  const specifiers: string[] = [];
  const visit = (node: ts.Node): void => {
    const specifier = specifierOf(node);
    if (specifier !== undefined && ts.isStringLiteralLike(specifier)) {
      specifiers.push(specifier.text);
    }
    ts.forEachChild(node, visit);
  };
  visit(ts.createSourceFile('source.ts', text, ts.ScriptTarget.Latest, true));
  return specifiers;
}

function specifierOf(node: ts.Node): ts.Node | undefined {
  if (ts.isImportDeclaration(node) || ts.isExportDeclaration(node)) {
    return node.moduleSpecifier;
  }
  if (ts.isExternalModuleReference(node)) {
    return node.expression;
  }
  if (ts.isImportTypeNode(node)) {
    return ts.isLiteralTypeNode(node.argument) ? node.argument.literal : undefined;
  }
  const loads = ts.isCallExpression(node)
    && (node.expression.kind === ts.SyntaxKind.ImportKeyword || (ts.isIdentifier(node.expression) && node.expression.text === 'require'));
  return loads ? node.arguments[0] : undefined;
}

function target(root: string, file: string, specifier: string): string {
  if (!specifier.startsWith('.')) {
    return specifier.startsWith('@') ? specifier.split('/').slice(0, 2).join('/') : specifier.split('/')[0];
  }
  const base = path.posix.join(path.posix.dirname(file), specifier);
  const found = [`${base}.ts`, `${base}/index.ts`, base].find((name) => fs.existsSync(path.join(root, name)) && name.endsWith('.ts'));
  return found ?? base;
}

/** Every import that no arrow allows, as `file looks at target`. */
export function forbiddenImports(graph: ImportGraph, arrows: Readonly<Record<string, Arrows>>): string[] {
  const faults: string[] = [];
  for (const [file, targets] of graph) {
    const room = roomOf(file, Object.keys(arrows));
    if (room === undefined) {
      faults.push(`${file} is in no known room`);
      continue;
    }
    const seen = [...new Set(targets)].filter((to) => !mayLook(room, to, arrows));
    faults.push(...seen.map((to) => `${file} looks at ${to}`));
  }
  return faults;
}

function mayLook(room: string, to: string, arrows: Readonly<Record<string, Arrows>>): boolean {
  if (!to.includes('/') || to.startsWith('@')) {
    return arrows[room].packages.includes(to);
  }
  const other = roomOf(to, Object.keys(arrows));
  return other === room || (other !== undefined && arrows[room].rooms.includes(other));
}

function roomOf(file: string, rooms: string[]): string | undefined {
  return rooms.filter((room) => file === room || file.startsWith(`${room}/`)).sort((a, b) => b.length - a.length)[0];
}

/** One cycle of files if there is any, as the path that leads back to its start. */
export function findCycle(graph: ImportGraph): string[] | undefined {
  const done = new Set<string>();
  const walk = (file: string, trail: string[]): string[] | undefined => {
    if (trail.includes(file)) {
      return [...trail.slice(trail.indexOf(file)), file];
    }
    if (done.has(file)) {
      return undefined;
    }
    for (const to of graph.get(file) ?? []) {
      const cycle = walk(to, [...trail, file]);
      if (cycle !== undefined) {
        return cycle;
      }
    }
    done.add(file);
    return undefined;
  };
  for (const file of graph.keys()) {
    const cycle = walk(file, []);
    if (cycle !== undefined) {
      return cycle;
    }
  }
  return undefined;
}
