import * as fc from 'fast-check';
import { dump } from 'js-yaml';
import { isPlainText, readBlockYaml } from '../../../src/access/reading/block-yaml';
import { readDocuments } from '../../../src/access/reading/documents';
import { fieldPosition } from '../../../src/access/reading/field-position';
import { readText } from '../../../src/access/reading/read';
import { readYaml, Unreadable } from '../../../src/access/reading/yaml-text';

const text = fc.oneof(
  fc.string({ maxLength: 12 }),
  fc.string({ unit: 'grapheme', maxLength: 8 }),
  fc.constantFrom('yes', 'no', 'y', 'on', 'null', '~', '1', '0o7', '1e3', '.inf', '1_000', '010', '', ' ', '- a', 'a: b', '#', 'a #b', '<<', '*', '/x/*', '{{x}}',
    'two\nlines', 'two\n\n  lines\n', '\n', 'tail \n', '---', '...', '|', '"', '\'', '\\', 'a:', ':', '-', '?', '%', '@', '[', '}', '\t', 'cluster.local/ns/a/sa/b'),
);
const key = fc.oneof(fc.stringMatching(/^[a-z][a-zA-Z.\/-]{0,8}$/), text).filter((name) => name !== '__proto__' && isWhole(name));
const number = fc.double({ noNaN: true, noDefaultInfinity: true }).map((value) => value + 0);
const scalar = fc.oneof(text.filter(isWhole), fc.integer(), fc.boolean(), fc.constant(null), number);
const { value } = fc.letrec<{ value: unknown }>((tie) => ({
  value: fc.oneof(
    { maxDepth: 4, depthSize: 'small' },
    scalar, fc.array(tie('value'), { maxLength: 4 }), fc.dictionary(key, tie('value'), { maxKeys: 4, noNullPrototype: true }),
  ),
}));

const name = fc.stringMatching(/^[a-z][a-z0-9]{0,6}$/);
const object = fc.record({
  apiVersion: fc.constantFrom('v1', 'apps/v1', 'security.istio.io/v1beta1', 'networking.k8s.io/v1'),
  kind: fc.constantFrom('Service', 'Deployment', 'AuthorizationPolicy', 'NetworkPolicy'),
  metadata: fc.record({ name, namespace: name }),
  spec: value,
});
const objects = fc.uniqueArray(object, {
  maxLength: 6,
  selector: ({ apiVersion, kind, metadata }) => [apiVersion.split('/')[0], kind, metadata.namespace, metadata.name].join(),
});

const DUMP = { forceQuotes: true, lineWidth: -1, noRefs: true };

/** No lone halves of surrogate pairs: they are no characters. */
function isWhole(characters: string): boolean {
  return !/\p{Surrogate}/u.test(characters);
}

/** All strings in quotes, keys too where they could be something else: which plain scalars are text is not asked here. */
function yaml(content: unknown, options: object = {}): string {
  return dump(content, { ...DUMP, ...options });
}

/** js-yaml writes keys that are other scalars in YAML 1.1 without quotes. */
const plainKeys = (content: unknown): boolean => {
  if (typeof content !== 'object' || content === null) {
    return true;
  }
  const inner = Object.entries(content).every(([field, each]) => (Array.isArray(content) || isPlainKey(field)) && plainKeys(each));
  return inner;
};

function isPlainKey(field: string): boolean {
  return !/^(?:[-+.0-9_]|[yYnN~]$|=$)/.test(field) && field !== '<<';
}

const read = (content: string) => readText(content).manifests.map(({ object: each }) => each);

describe('any objects', () => {
  const plain = objects.filter((all) => all.every(plainKeys));

  test('read back equal from documents of YAML, in both styles', () => {
    fc.assert(fc.property(plain, fc.constantFrom(-1, 0, 2), fc.boolean(), (all, flowLevel, noArrayIndent) => {
      expect(read(all.map((each) => yaml(each, { flowLevel, noArrayIndent })).join('---\n'))).toEqual(all);
    }), { numRuns: 300 });
  });

  test('read back equal from a list, with Windows line ends as well', () => {
    fc.assert(fc.property(plain, fc.boolean(), (all, windows) => {
      const list = yaml({ apiVersion: 'v1', kind: 'List', items: all });
      expect(read(windows ? `\uFEFF${list.replaceAll('\n', '\r\n')}` : list)).toEqual(all);
    }), { numRuns: 200 });
  });

  test('read back equal from JSON: a list, or one value behind the other', () => {
    fc.assert(fc.property(objects, fc.constantFrom(undefined, 1, '\t'), (all, space) => {
      expect(read(JSON.stringify({ apiVersion: 'v1', kind: 'List', items: all }, null, space))).toEqual(all);
      expect(read(all.map((each) => JSON.stringify(each, null, space)).join('\n'))).toEqual(all);
    }), { numRuns: 200 });
  });

  test('keep their lines whatever stands between them', () => {
    const gap = fc.constantFrom('', '\n', '# comment\n', '---\n', '# a\n\n---\n---\n');
    fc.assert(fc.property(plain, fc.array(gap, { minLength: 6, maxLength: 6 }), (all, gaps) => {
      const content = all.map((each, index) => `---\n${gaps[index]}${yaml(each)}`).join('');
      const lines = content.split('\n');
      for (const manifest of readText(content).manifests) {
        expect(lines[manifest.origin.line! - 1]).toMatch(/^"?apiVersion"?: /);
        const at = fieldPosition(manifest, 'kind')!;
        expect(lines[at.line - 1].slice(at.column - 1)).toMatch(/^"?kind"?: /);
      }
    }), { numRuns: 200 });
  });

  test('are lost to no broken document beside them', () => {
    const broken = fc.constantFrom('a: [\n', 'a: b: c\n', '\tx: y\n', 'a: "\n', '- a\nb: c\n', '{"a": \n', 'a: *x\n', '}\n', 'a: b\n c: d\n');
    fc.assert(fc.property(plain, fc.array(broken, { minLength: 7, maxLength: 7 }), (all, wrong) => {
      const content = [wrong[6], ...all.flatMap((each, index) => [yaml(each), wrong[index]])].join('---\n');
      const reading = readText(content);
      expect(reading.manifests.map(({ object: each }) => each)).toEqual(all);
      expect(reading.errors).toHaveLength(all.length + 1);
    }), { numRuns: 100 });
  });
});

describe('the short way for plain block style', () => {
  const fragment = fc.constantFrom('a: b', 'a:', 'b:', 'c: |', 'c: |-', 'c: |+', '- a', '-', '- a: b', '- - a', '- b:', 'x y', '# c', '', ' ', 'd: "q\\n"', 'd: \'q\'\'r\'',
    '"k": v', 'e: {}', 'e: []', 'f: 0x1F', 'f: 010', 'f: yes', 'on: 1', 'g: a # b', 'g: a#b', 'g: a: b', '- "s"', '- |', 'h: -1', 'h: - 1', 'i: /x/*', 'j: 1.10', '- #', 'k: ~', '... ', 'a: >');
  const line = fc.tuple(fc.nat(6), fragment).map(([indent, content]) => `${' '.repeat(indent)}${content}\n`);

  test('gives what js-yaml gives, or nothing', () => {
    let taken = 0;
    fc.assert(fc.property(fc.array(line, { minLength: 1, maxLength: 8 }), (lines) => {
      const content = lines.join('');
      const block = readBlockYaml(content, 0, content.length);
      if (block !== undefined) {
        taken += 1;
        expect(normal(block.value)).toEqual(normal(readYaml(content).documents[0]));
      }
    }), { numRuns: 20_000 });
    expect(taken).toBeGreaterThan(300);
  });

  test('is open for most of what js-yaml writes', () => {
    let taken = 0;
    fc.assert(fc.property(value, (content) => {
      const document = dump({ content }, { noRefs: true, lineWidth: -1 });
      const block = isPlainText(document) ? readBlockYaml(document, 0, document.length) : undefined;
      if (block !== undefined) {
        taken += 1;
        expect(block.value).toEqual(readYaml(document).documents[0]);
      }
    }), { numRuns: 500 });
    expect(taken).toBeGreaterThan(150);
  });

  function normal(given: unknown): unknown {
    return given === null ? undefined : given;
  }
});

test('no text makes the reader throw, and none is lost without a word', () => {
  const piece = fc.constantFrom('a: b\n', '---\n', '- ', '{', '}', '"', '\n', '  ', 'apiVersion: v1\n', 'kind: Pod\n', 'metadata: {name: x}\n', '&a ', '*a', '<<: ', '!', '%YAML 1.2\n',
    '...\n', '\u0000', '\uFEFF', '\t', '|\n', '[', ']', '? ', ': ', '{"a": 1}', 'NOTES:\n', 'items: ');
  fc.assert(fc.property(fc.array(fc.oneof(piece, fc.string({ maxLength: 4 })), { maxLength: 12 }), (pieces) => {
    const content = pieces.join('');
    const { manifests, notes, errors } = readText(content);
    const { documents } = readDocuments(content);
    if (documents.some(({ value: each }) => each !== null && each !== undefined)) {
      expect(manifests.length + notes.length + errors.length).toBeGreaterThan(0);
    }
  }), { numRuns: 3_000 });
});

test('an error of the parser tells its place', () => {
  expect(() => readYaml('a: b\nc: [\n')).toThrow(Unreadable);
});
