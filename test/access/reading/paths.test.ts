import * as fs from 'node:fs';
import * as os from 'node:os';
import * as path from 'node:path';
import * as fc from 'fast-check';
import { readPaths } from '../../../src/access/reading/read';

const pod = (name: string) => `apiVersion: v1\nkind: Pod\nmetadata:\n  name: ${name}\n`;
let folder: string;
const at = (name: string) => path.join(folder, name);
const write = (name: string, content: string | Buffer) => {
  fs.mkdirSync(path.dirname(at(name)), { recursive: true });
  fs.writeFileSync(at(name), content);
};
const names = (paths: string[], options = {}) => readPaths(paths, options).manifests.map(({ object }) => object.metadata.name);

beforeEach(() => {
  folder = fs.mkdtempSync(path.join(os.tmpdir(), 'reading-'));
});

afterEach(() => fs.rmSync(folder, { recursive: true, force: true }));

describe('folders', () => {
  test('give their manifests and those below, by name; nothing hidden, nothing of node_modules, no other files', () => {
    write('b.yaml', pod('b'));
    write('a/z.yml', pod('z'));
    write('a/y.JSON', JSON.stringify({ apiVersion: 'v1', kind: 'Pod', metadata: { name: 'y' } }));
    write('.git/x.yaml', pod('x'));
    write('.hidden.yaml', pod('x'));
    write('node_modules/p/x.yaml', pod('x'));
    write('c.txt', pod('x'));
    expect(names([folder])).toEqual(['y', 'z', 'b']);
    expect(readPaths([folder]).manifests.map(({ origin }) => origin.file)).toEqual([at('a/y.JSON'), at('a/z.yml'), at('b.yaml')]);
  });

  test('survive symbolic links that lead in circles or nowhere', () => {
    write('a/b.yaml', pod('b'));
    fs.symlinkSync(folder, at('a/up'));
    fs.symlinkSync(at('nowhere'), at('dangling'));
    fs.symlinkSync(at('self'), at('self'));
    fs.symlinkSync(at('gone.yaml'), at('link.yaml'));
    const reading = readPaths([folder]);
    expect(reading.manifests).toHaveLength(1);
    expect(reading.errors).toEqual([{ origin: { file: at('link.yaml') }, text: 'cannot be read: there is no such file' }]);
  });

  test('give a file once, whichever way it is reached', () => {
    write('a.yaml', pod('a'));
    fs.symlinkSync(at('a.yaml'), at('z.yaml'));
    expect(readPaths([folder, at('a.yaml'), at('z.yaml')])).toMatchObject({ manifests: { length: 1 }, notes: [], counts: { files: 1 } });
  });
});

describe('files', () => {
  test('are read whatever their name, in the order in which they are given', () => {
    write('a.txt', pod('a'));
    write('.b', pod('b'));
    expect(names([at('.b'), at('a.txt')])).toEqual(['b', 'a']);
  });

  test('that cannot be read are errors, and the others are read', () => {
    write('a.yaml', pod('a'));
    write('b.yaml', Buffer.from([0x61, 0x3A, 0x20, 0xFF, 0xFE]));
    const reading = readPaths([at('nothing'), at('b.yaml'), at('a.yaml')]);
    expect(reading.manifests).toHaveLength(1);
    expect(reading.errors).toEqual([
      { origin: { file: at('nothing') }, text: 'cannot be read: there is no such file' },
      { origin: { file: at('b.yaml') }, text: 'cannot be read: it is not UTF-8 text' },
    ]);
  });

  test('of PowerShell are read', () => {
    write('a.yaml', Buffer.from(`\uFEFF${pod('a').replaceAll('\n', '\r\n')}`, 'utf16le'));
    write('b.yaml', `\uFEFF${pod('b')}# \uFFFD\n`);
    expect(names([folder])).toEqual(['a', 'b']);
  });

  test('give the same objects in any order of theirs, if no two have the same name', () => {
    const all = ['a', 'b', 'c', 'd'].map((name) => {
      write(`${name}.yaml`, `${pod(name)}---\n${pod(`${name}2`)}`);
      return at(`${name}.yaml`);
    });
    const expected = names(all).sort();
    fc.assert(fc.property(fc.shuffledSubarray(all, { minLength: 4 }), (order) => {
      expect(names(order).sort()).toEqual(expected);
    }), { numRuns: 24 });
  });

  test('that come later win', () => {
    write('a.yaml', `${pod('a')}spec: {x: 1}\n`);
    write('b.yaml', `${pod('a')}spec: {x: 2}\n`);
    expect(readPaths([folder])).toMatchObject({
      manifests: [{ object: { spec: { x: 2 } }, origin: { file: at('b.yaml') } }],
      notes: [{ kind: 'duplicate-object', origin: { file: at('a.yaml'), line: 1 }, other: { file: at('b.yaml'), line: 1 } }],
    });
  });
});

test('the standard input is one of the paths', () => {
  write('a.yaml', pod('a'));
  expect(names(['-', at('a.yaml')], { stdin: pod('s') })).toEqual(['s', 'a']);
  expect(readPaths(['-'], { stdin: 'a: [' }).errors).toMatchObject([{ origin: { file: 'stdin' } }]);
});
