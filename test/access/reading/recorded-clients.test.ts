import * as recorded from './recorded-clients.json';
import { isPlainText, readBlockYaml } from '../../../src/access/reading/block-yaml';
import { readDocuments } from '../../../src/access/reading/documents';

interface Case {
  readonly text: string;
  readonly documents: unknown[];
  readonly error?: string;
}

const CASES = recorded.cases as Case[];

/** What a client reads, or half of it without a word, and what is an error here. */
const REFUSED_HERE = [
  // the rest of the text is lost to the client
  'a: b\n...\nc: d\n', 'a: |\n  x\n...\nb: 1\n', '  a: 1\nb: 2\n', '"a":b\n',
  // not in the grammar of js-yaml
  'a: {a: -}\n', 'a: [a\nb]\n',
  // the order of repeated keys and a merge key is lost to js-yaml
  'c:\n  k: v\n  <<: {k: w}\n  k: x\n',
];

/** What a client refuses and is read here all the same: nothing of it can be taken for something else. */
const READ_HERE = [
  'a: b\n\t\nc: d\n', '- a\n-\tb\n', '...\n', 'a: [::1, fe80::/10]\n', 'a: "\\x41\\u0042\\U00000043\\/\\e\\_\\N\\L\\P\\0"\n',
  'a: "\\ud83d\\ude00"\n', 'a: "\\ud83d"\n', 'a: \u0085b\n', 'a: \u2028b\n', '{"a": 1} x\n', '{"a": 1}\n{"b": 2}\n---\nc: 3\n', 'a: &a b: c\n',
];

/** What is read otherwise than clients do. */
const READ_OTHERWISE = [
  // null instead of the empty text
  'v: !\n', 'a: !\n',
  // YAML 1.1 takes a question mark within a list for a key
  'a: [?x]\n',
  // and a colon behind a key for a part of it
  'a: {b:, c: d}\n',
  // an escaped line break swallows the empty line behind it
  'a: "q\\\n\n  x"\n',
  // the inner anchor is the later one
  'a: &x\n  a: &x\n    k: v\nb: *x\n',
  // the byte order mark is not part of a key
  '---\n\uFEFFa: b\n',
  // objects without separators are read one by one, and it is said that clients do not
  'apiVersion: v1\nkind: A\nmetadata:\n  name: a\napiVersion: v1\nkind: B\nmetadata:\n  name: b\n',
];

function read(text: string) {
  const { documents, remarks } = readDocuments(text);
  const values = documents.map(({ value }) => value).filter((value) => value !== null && value !== undefined);
  return { values: plain(values), remarks, errors: remarks.filter(({ problem }) => problem === 'unreadable') };
}

/** Without the difference of 0 and -0, which JSON does not have either. */
function plain(value: unknown): unknown {
  return JSON.parse(JSON.stringify(value));
}

describe('texts that clients of Kubernetes were given', () => {
  const known = [...REFUSED_HERE, ...READ_HERE, ...READ_OTHERWISE];
  const others = CASES.filter(({ text }) => !known.includes(text));
  const readable = others.filter(({ error }) => error === undefined);
  const refused = others.filter(({ error }) => error !== undefined);

  test('are many', () => {
    expect(readable.length).toBeGreaterThan(400);
    expect(refused.length).toBeGreaterThan(80);
    expect(known.filter((text) => !CASES.some((each) => each.text === text))).toEqual([]);
  });

  test('are read as they read them', () => {
    const different = readable.filter(({ text, documents }) => {
      const { values, errors } = read(text);
      return errors.length > 0 || !isSame(values, documents);
    });
    expect(different).toEqual([]);
  });

  test('are never taken without a word where they refuse them', () => {
    expect(refused.filter(({ text }) => read(text).remarks.length === 0)).toEqual([]);
  });

  test('are refused here where a client loses the rest or js-yaml has no rule', () => {
    expect(REFUSED_HERE.filter((text) => read(text).errors.length === 0)).toEqual([]);
  });

  test('mean what they say where only this reader takes them', () => {
    expect(READ_HERE.filter((text) => read(text).errors.length > 0)).toEqual([]);
    expect(read('a: [::1, fe80::/10]\n').values).toEqual([{ a: ['::1', 'fe80::/10'] }]);
  });

  test('give the same by the short way for plain block style, as often as it is open', () => {
    const short = CASES.filter(({ text }) => isPlainText(text) && !/^---|^\{/m.test(text))
      .flatMap(({ text, documents, error }) => {
        const block = readBlockYaml(text, 0, text.length);
        const values = [block?.value].filter((value) => value !== null && value !== undefined);
        return block === undefined ? [] : [{ text, documents, error, read: plain(values) }];
      });
    expect(short.length).toBeGreaterThan(250);
    expect(short.filter(({ documents, error, read: value }) => error !== undefined || !isSame(value, documents))).toEqual([]);
  });
});

function isSame(a: unknown, b: unknown): boolean {
  try {
    expect(a).toEqual(b);
    return true;
  } catch {
    return false;
  }
}
