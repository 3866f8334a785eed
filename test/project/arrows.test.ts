import * as fs from 'node:fs';
import * as path from 'node:path';
import { Arrows, findCycle, forbiddenImports, ImportGraph, importsOf, readImports } from './import-graph';

const ROOT = path.join(__dirname, '..', '..');

/** docs/architecture.md says why each arrow exists. */
const ARROWS: Record<string, Arrows> = {
  'imports': { rooms: [], packages: ['cdk8s', 'constructs'] },
  'src/values/grammar': { rooms: [], packages: ['ipaddr.js'] },
  'src/values': { rooms: ['src/values/grammar'], packages: ['cdk8s'] },
  'src/resources': { rooms: ['src/values', 'src/values/grammar', 'imports'], packages: ['cdk8s', 'constructs'] },
  'src/access': { rooms: ['src/values/grammar'], packages: ['ipaddr.js', 'js-yaml', 'node:fs', 'node:path'] },
  'src/checks': { rooms: ['src/access', 'src/values', 'src/values/grammar'], packages: [] },
  'src/synth': {
    rooms: ['src/access', 'src/checks', 'src/values', 'src/values/grammar'],
    packages: ['cdk8s', 'constructs', 'node:fs', 'node:path'],
  },
  'src/constructs': {
    rooms: ['src/resources', 'src/synth', 'src/values', 'src/values/grammar'],
    packages: ['cdk8s', 'constructs', 'js-yaml', 'node:fs', 'node:path'],
  },
  'src/reports': { rooms: ['src/access', 'src/checks', 'src/values', 'src/values/grammar'], packages: [] },
  'src/testing': {
    rooms: ['src/access', 'src/checks', 'src/reports', 'src/synth', 'src/values', 'src/values/grammar'],
    packages: ['cdk8s', 'constructs'],
  },
  'src/cli': {
    rooms: ['src/access', 'src/checks', 'src/reports', 'src/values', 'src/values/grammar'],
    packages: ['commander', 'js-yaml', 'node:child_process', 'node:fs', 'node:os', 'node:path'],
  },
  'src/index.ts': { rooms: ['src/constructs', 'src/resources', 'src/synth', 'src/testing', 'src/values'], packages: [] },
};

describe('the rooms of src', () => {
  const graph = readImports(ROOT, 'src');

  test('look only where the arrows point', () => {
    expect(graph.size).toBeGreaterThan(50);
    expect(forbiddenImports(graph, ARROWS)).toEqual([]);
  });

  test('import files that exist', () => {
    const missing = [...graph].flatMap(([file, targets]) => targets.filter((to) => to.startsWith('src/') && !graph.has(to)).map((to) => `${file}: ${to}`));
    expect(missing).toEqual([]);
  });

  test('hold no cycle of imports', () => {
    expect(findCycle(graph)).toBeUndefined();
  });

  test('import no package that is neither a peer, bundled nor part of Node.js', () => {
    const { peerDependencies, bundledDependencies } = JSON.parse(fs.readFileSync(path.join(ROOT, 'package.json'), 'utf8'));
    const allowed = [...Object.keys(peerDependencies), ...bundledDependencies];
    const packages = Object.values(ARROWS).flatMap((arrows) => arrows.packages).filter((name) => !name.startsWith('node:'));
    expect(packages.filter((name) => !allowed.includes(name))).toEqual([]);
  });
});

describe('the arrows', () => {
  const look = (from: string, to: string) => forbiddenImports(new Map([[from, [to]]]), ARROWS);

  test.each([
    ['src/access/load.ts', 'cdk8s'],
    ['src/access/load.ts', 'constructs'],
    ['src/access/load.ts', 'src/values/port.ts'],
    ['src/access/load.ts', 'src/resources/sidecar.ts'],
    ['src/access/load.ts', 'src/synth/grants.ts'],
    ['src/checks/open.ts', 'js-yaml'],
    ['src/values/port.ts', 'src/resources/sidecar.ts'],
    ['src/values/port.ts', 'constructs'],
    ['src/values/grammar/names.ts', 'src/values/port.ts'],
    ['src/resources/sidecar.ts', 'src/constructs/mesh.ts'],
    ['src/resources/sidecar.ts', 'src/synth/grants.ts'],
    ['src/constructs/mesh.ts', 'src/access/load.ts'],
    ['src/constructs/mesh.ts', 'imports/k8s.ts'],
    ['src/synth/grants.ts', 'src/constructs/mesh.ts'],
    ['src/reports/table.ts', 'src/constructs/mesh.ts'],
    ['src/cli/main.ts', 'src/constructs/mesh.ts'],
    ['src/index.ts', 'src/access/load.ts'],
    ['src/index.ts', 'imports/k8s.ts'],
    ['src/values/port.ts', 'test/support/app.ts'],
  ])('forbid %s to look at %s', (from, to) => {
    expect(look(from, to)).toEqual([`${from} looks at ${to}`]);
  });

  test.each([
    ['src/access/load.ts', 'src/values/grammar/names.ts'],
    ['src/access/load.ts', 'js-yaml'],
    ['src/constructs/mesh.ts', 'src/resources/sidecar.ts'],
    ['src/constructs/mesh.ts', 'src/constructs/peer.ts'],
    ['src/resources/sidecar.ts', 'imports/networking.istio.io.ts'],
    ['src/synth/grants.ts', 'src/access/load.ts'],
  ])('let %s look at %s', (from, to) => {
    expect(look(from, to)).toEqual([]);
  });

  test('know every room, so that a new folder needs an entry', () => {
    expect(forbiddenImports(new Map([['src/extras/new.ts', []]]), ARROWS)).toEqual(['src/extras/new.ts is in no known room']);
  });
});

describe('the reader of imports', () => {
  test('finds every form of import, types included', () => {
    const text = `
      import a from 'one'; import 'two'; import type { T } from './three'; export * from './four'; export { type U } from './five';
      import six = require('six'); type V = import('./seven').V; const eight = import('eight'); const nine = require('nine');
      const text = "import x from 'none'"; // import y from 'none'
    `;
    expect(importsOf(text)).toEqual(['one', 'two', './three', './four', './five', 'six', './seven', 'eight', 'nine']);
  });

  test('finds a cycle, and none where there is none', () => {
    const cyclic: ImportGraph = new Map([['a', ['b', 'd']], ['b', ['c']], ['c', ['d', 'b']], ['d', []]]);
    expect(findCycle(cyclic)).toEqual(['b', 'c', 'b']);
    expect(findCycle(new Map([['a', ['a']]]))).toEqual(['a', 'a']);
    expect(findCycle(new Map([['a', ['b', 'c']], ['b', ['d']], ['c', ['d']], ['d', ['cdk8s']]]))).toBeUndefined();
  });
});
