import { Manifest } from '../../../src/access/objects';
import { joinReadings, readObjects, readText } from '../../../src/access/reading/read';
import { Reading } from '../../../src/access/reading/reading';

const names = ({ manifests }: Reading) => manifests.map(({ object: { kind, metadata }, origin: { line } }: Manifest) =>
  `${line}: ${kind} ${metadata.namespace ?? '-'}/${metadata.name}`);
const noted = ({ notes }: Reading) => notes.map(({ kind, origin: { line } }) => `${line}: ${kind}`);
const wrong = ({ errors }: Reading) => errors.map(({ origin: { line }, text }) => `${line}: ${text}`);
const service = (name: string, namespace?: string) => ({ apiVersion: 'v1', kind: 'Service', metadata: namespace === undefined ? { name } : { name, namespace } });
const text = (name: string, more = '') => `apiVersion: v1\nkind: Service\nmetadata:\n  name: ${name}\n  namespace: shop\n${more}`;

describe('documents of YAML', () => {
  test('are separated by lines of three dashes, with comments; empty ones are nothing', () => {
    const reading = readText(`---\n# nothing\n---\n${text('a')}--- # Source: chart/templates/b.yaml\n\n${text('b')}---\n---\n`);
    expect(names(reading)).toEqual(['4: Service shop/a', '11: Service shop/b']);
    expect(reading).toMatchObject({ notes: [], errors: [], counts: { documents: 2, objects: 2, foreign: 0 } });
  });

  test('begin at their first content, with their file', () => {
    const [{ origin }] = readText(`# license\n\n# Source: x\n${text('a')}`, { file: 'x.yaml' }).manifests;
    expect(origin).toEqual({ file: 'x.yaml', line: 4 });
  });

  test('may be broken without harm to the others', () => {
    const reading = readText(`${text('a')}---\na: [\n---\n${text('b')}---\nx: y: z\n`, { file: 'f' });
    expect(names(reading)).toEqual(['1: Service shop/a', '9: Service shop/b']);
    expect(reading.errors.map(({ origin }) => [origin.file, origin.line])).toEqual([['f', 7], ['f', 15]]);
    expect(reading.errors[1]).toMatchObject({ column: 5, text: 'bad indentation of a mapping entry' });
  });

  test('of other programs are counted and said', () => {
    const reading = readText('replicaCount: 2\n---\n- a\n---\njust text\n---\napiVersion: v2\nname: chart\nversion: 1.0.0\n---\n' +
      'apiVersion: kustomize.config.k8s.io/v1beta1\nkind: Kustomization\nresources: [a.yaml]\n---\napiVersion: v1\nkind: Config\nclusters: []\n');
    expect(reading.manifests).toEqual([]);
    expect(noted(reading)).toEqual(['1: not-kubernetes', '3: not-kubernetes', '5: not-kubernetes', '7: not-kubernetes', '11: not-kubernetes', '15: not-kubernetes']);
    expect(reading.counts.foreign).toBe(6);
    expect(reading.errors).toEqual([]);
  });

  test('that are templates of Helm are errors that name the way out', () => {
    const reading = readText('apiVersion: v1\nkind: Service\nmetadata:\n  name: {{ .Values.name }}\n---\n{{- if .Values.x }}\na: b\n{{- end }}\n');
    expect(reading.manifests).toEqual([]);
    expect(reading.errors).toHaveLength(2);
    expect(reading.errors.every((error) => error.text.includes('helm template'))).toBe(true);
    expect(reading.errors[0].origin.line).toBe(4);
  });

  test('that begin on the line of their separator, or follow a directive, are read, and it is said that clients refuse them', () => {
    const reading = readText('%YAML 1.2\n---\napiVersion: v1\nkind: Service\nmetadata: {name: a}\n--- {apiVersion: v1, kind: Service, metadata: {name: b}}\n');
    expect(names(reading)).toEqual(['3: Service default/a', '6: Service default/b']);
    expect(noted(reading)).toEqual(['1: separator', '6: separator']);
  });

  test('behind three dots are an error: clients never see them', () => {
    const reading = readText(`${text('a')}...\n${text('b')}`);
    expect(names(reading)).toEqual(['1: Service shop/a']);
    expect(reading.errors).toHaveLength(1);
    expect(readText(`${text('a')}...\n---\n${text('b')}...\n`)).toMatchObject({ errors: [], manifests: { length: 2 } });
  });
});

describe('what Helm prints', () => {
  test('of a release is read: head, sources, notes without a separator', () => {
    const reading = readText(`NAME: shop\nLAST DEPLOYED: now\nHOOKS:\nMANIFEST:\n---\n# Source: shop/templates/a.yaml\n${text('a')}\nNOTES:\n1. Get the URL: {{ x }}\n  kubectl: "\n`);
    expect(names(reading)).toEqual(['7: Service shop/a']);
    expect(noted(reading).sort()).toEqual(['13: not-kubernetes', '1: not-kubernetes'].sort());
    expect(reading.errors).toEqual([]);
  });

  test('is not cut at text that only looks like notes', () => {
    const [{ object }] = readText(`${text('a')}data:\n  x: |\n    a\n\n    NOTES:\n    b\n`).manifests;
    expect(object.data.x).toBe('a\n\nNOTES:\nb\n');
  });
});

describe('lists', () => {
  test('of kind List give their members, each with its line', () => {
    const reading = readText('apiVersion: v1\nkind: List\nitems:\n- apiVersion: v1\n  kind: Service\n  metadata:\n    name: a\n- apiVersion: v1\n  kind: Namespace\n  metadata: {name: b}\nmetadata:\n  resourceVersion: ""\n');
    expect(names(reading)).toEqual(['4: Service default/a', '8: Namespace -/b']);
  });

  test('of one kind lend it to members without', () => {
    const items = [{ metadata: { name: 'a', namespace: 'n' }, spec: {} }];
    expect(names(readText(JSON.stringify({ apiVersion: 'networking.k8s.io/v1', kind: 'NetworkPolicyList', items })))).toEqual(['1: NetworkPolicy n/a']);
    expect(readText(JSON.stringify({ apiVersion: 'v1', kind: 'List', items })).errors).toHaveLength(1);
  });

  test('in lists, and lists in JSON, have lines too', () => {
    const list = (items: unknown[]) => ({ apiVersion: 'v1', kind: 'List', items });
    const json = JSON.stringify(list([service('a'), list([service('b'), service('c')])]), null, 1);
    const lines = json.split('\n');
    const reading = readText(`\n${json}`);
    expect(reading.manifests.map(({ object }) => object.metadata.name)).toEqual(['a', 'b', 'c']);
    expect(reading.manifests.map(({ origin }) => lines[origin.line! - 2].trim())).toEqual(['{', '{', '{']);
    expect(new Set(reading.manifests.map(({ origin }) => origin.line)).size).toBe(3);
  });

  test('without members are noted, without a list of members are errors', () => {
    expect(noted(readText('apiVersion: v1\nkind: List\nitems: []\n'))).toEqual(['1: empty-list']);
    expect(noted(readText('apiVersion: v1\nkind: List\nitems:\n'))).toEqual(['1: empty-list']);
    expect(wrong(readText('apiVersion: v1\nkind: List\nitems: x\n'))).toEqual(['1: items of a List must be a list, got the text "x"']);
    expect(readText('apiVersion: v1\nkind: List\nitems: [1, {a: b}]\n').errors).toHaveLength(2);
  });
});

describe('objects that no cluster takes', () => {
  test.each([
    ['apiVersion: v1\nkind: Service\nmetadata:\n  name: 1\n', 'metadata.name of a Service must be text, got the number 1: quote it'],
    ['apiVersion: v1\nkind: Service\nmetadata:\n  name: on\n', 'metadata.name of a Service must be text, got the boolean true: quote it'],
    ['apiVersion: v1\nkind: Service\nmetadata:\n  name: a\n  namespace: [b]\n', 'metadata.namespace of a Service must be text, got a list'],
    ['apiVersion: v1\nkind: Service\nmetadata:\n  name: a\n  labels:\n    x: no\n', 'metadata.labels[x] of a Service must be text, got the boolean false: quote it'],
    ['apiVersion: v1\nkind: Service\nmetadata:\n  name: a\n  labels: [x]\n', 'metadata.labels of a Service must be a mapping, got a list'],
    ['apiVersion: v1\nkind: Service\nmetadata:\n  name: a\n  annotations: {x: 1}\n', 'metadata.annotations[x] of a Service must be text, got the number 1: quote it'],
    ['apiVersion: v1\nkind: Service\nmetadata:\n  labels: {}\n', 'metadata.name of a Service is missing'],
    ['apiVersion: v1\nkind: Service\n', 'metadata of a Service must be a mapping with a name, got nothing'],
    ['kind: Service\nmetadata:\n  name: a\n', 'apiVersion must be text, got nothing'],
    ['apiVersion: 1\nkind: Service\nmetadata:\n  name: a\n', 'apiVersion must be text, got the number 1: quote it'],
    ['apiVersion: v1\nmetadata:\n  name: a\n', 'kind must be text, got nothing'],
  ])('%j', (given, error) => {
    const reading = readText(`${given}---\n${text('b')}`);
    expect(wrong(reading)).toEqual([`1: ${error}`]);
    expect(names(reading)).toHaveLength(1);
  });

  test('nulls in metadata are taken as the server takes them', () => {
    const [{ object }] = readText('apiVersion: v1\nkind: Service\nmetadata:\n  name: a\n  namespace:\n  labels: {x: ~, w: z}\n  annotations:\n').manifests;
    expect(object.metadata).toEqual({ name: 'a', namespace: 'default', labels: { x: '', w: 'z' } });
  });
});

describe('repeated keys', () => {
  test('are noted with both lines, the last one counts', () => {
    const reading = readText(text('a', 'spec:\n  type: A\n  selector: {a: b, a: c}\n  type: B\n'));
    expect(reading.manifests[0].object.spec).toEqual({ type: 'B', selector: { a: 'c' } });
    expect(reading.notes.map(({ kind, path, origin, other }) => [kind, path, origin.line, other?.line])).toEqual([
      ['duplicate-key', 'spec.selector.a', 8, 8], ['duplicate-key', 'spec.type', 9, 7],
    ]);
  });

  test('are seen in JSON', () => {
    const reading = readText('{"apiVersion": "v1", "kind": "Service",\n"metadata": {"name": "a",\n"name": "b"}}');
    expect(names(reading)).toEqual(['1: Service default/b']);
    expect(reading.notes).toMatchObject([{ kind: 'duplicate-key', path: 'metadata.name', origin: { line: 3 }, other: { line: 2 } }]);
    expect(readText('{"apiVersion": "v1", "kind": "Service", "metadata": {"name": "a:{\\"b\\"", "labels": {"x": "[\\\\"}}}').notes).toEqual([]);
  });

  test('of the top level are objects without a separator, each read with its line', () => {
    const reading = readText(`${text('a', 'spec: {}\n')}${text('b')}# c\n${text('c')}---\n${text('d')}`);
    expect(names(reading)).toEqual(['1: Service shop/a', '7: Service shop/b', '13: Service shop/c', '19: Service shop/d']);
    expect(noted(reading)).toEqual(['7: missing-separator']);
    expect(reading.notes[0].text).toContain('cdk8s synth --stdout');
  });

  test('of the top level that are no such objects leave the last one', () => {
    const reading = readText('apiVersion: v1\nkind: Service\nmetadata: {name: a}\napiVersion: v1\nkind: Pod\n');
    expect(names(reading)).toEqual(['1: Pod default/a']);
    expect(noted(reading)).toEqual(['4: duplicate-key', '5: duplicate-key']);
  });
});

describe('objects of one name', () => {
  test('leave the last one and a note with both places', () => {
    const reading = readText(`${text('a', 'spec: {x: 1}\n')}---\n${text('b')}---\n${text('a', 'spec: {x: 2}\n')}`);
    expect(reading.manifests.map(({ object }) => [object.metadata.name, object.spec?.x])).toEqual([['b', undefined], ['a', 2]]);
    expect(reading.notes).toMatchObject([{ kind: 'duplicate-object', origin: { line: 1 }, other: { line: 14 }, object: { name: 'a' } }]);
    expect(reading.notes[0].text).toContain('different content');
    expect(reading.counts.objects).toBe(3);
  });

  test('are the same in other versions, and with other orders of keys', () => {
    const policy = (version: string, order: object) => ({ apiVersion: `security.istio.io/${version}`, kind: 'AuthorizationPolicy', ...order });
    const a = { metadata: { name: 'a', namespace: 'n' }, spec: { x: 1, y: [2] } };
    const b = { spec: { y: [2], x: 1 }, metadata: { namespace: 'n', name: 'a' } };
    expect(readObjects([policy('v1', a), policy('v1', b)]).notes[0].text).toContain('the same content');
    expect(readObjects([policy('v1beta1', a), policy('v1', b)])).toMatchObject({ manifests: [{ object: { apiVersion: 'security.istio.io/v1' } }], notes: { length: 1 } });
  });

  test('are not the same in other groups, kinds and namespaces, or where the cluster makes the name', () => {
    const generated = { apiVersion: 'batch/v1', kind: 'Job', metadata: { generateName: 'j-' } };
    const reading = readObjects([
      service('a'), service('a', 'n'), { ...service('a'), kind: 'Pod' }, { ...service('a'), apiVersion: 'serving.knative.dev/v1' }, generated, generated,
    ]);
    expect(reading.manifests).toHaveLength(6);
    expect(reading.notes.map(({ kind }) => kind)).toEqual(['generated-name', 'generated-name']);
  });

  test('are found where the default namespace is written once and left out once', () => {
    expect(readObjects([service('a'), service('a', 'default')]).manifests).toHaveLength(1);
  });

  test('meet across readings, too', () => {
    const joined = joinReadings([readObjects([service('a'), service('b')]), readText(text('a').replace('namespace: shop', 'namespace: default'))]);
    expect(joined.manifests.map(({ object, origin }) => [object.metadata.name, origin.line])).toEqual([['b', undefined], ['a', 1]]);
    expect(joined).toMatchObject({ notes: [{ kind: 'duplicate-object' }], counts: { documents: 3, objects: 3, files: 1 } });
  });
});

describe('namespaces', () => {
  test('are `default` where none is written, or what is stated', () => {
    expect(names(readText('apiVersion: v1\nkind: Pod\nmetadata: {name: a}\n'))).toEqual(['1: Pod default/a']);
    expect(names(readText('apiVersion: v1\nkind: Pod\nmetadata: {name: a, namespace: ""}\n', { defaultNamespace: 'x' }))).toEqual(['1: Pod x/a']);
  });

  test('are nothing for kinds without, even if one is written', () => {
    const cluster = (apiVersion: string, kind: string) => ({ apiVersion, kind, metadata: { name: 'a', namespace: 'n' } });
    const reading = readObjects([
      cluster('v1', 'Namespace'), cluster('rbac.authorization.k8s.io/v1', 'ClusterRole'), cluster('policy.networking.k8s.io/v1alpha1', 'AdminNetworkPolicy'),
      cluster('cilium.io/v2', 'CiliumClusterwideNetworkPolicy'), cluster('gateway.networking.k8s.io/v1', 'GatewayClass'),
      cluster('example.com/v1', 'Namespace'), cluster('rbac.authorization.k8s.io/v1', 'Role'),
    ]);
    expect(reading.manifests.map(({ object }) => object.metadata.namespace)).toEqual([undefined, undefined, undefined, undefined, undefined, 'n', 'n']);
  });

  test('follow definitions of kinds in the same input', () => {
    const definition = (kind: string, scope: string) =>
      ({ apiVersion: 'apiextensions.k8s.io/v1', kind: 'CustomResourceDefinition', metadata: { name: kind }, spec: { group: 'x.example', scope, names: { kind } } });
    const reading = readObjects([
      { apiVersion: 'x.example/v1', kind: 'Wide', metadata: { name: 'a' } }, { apiVersion: 'x.example/v1', kind: 'Near', metadata: { name: 'a' } },
      definition('Wide', 'Cluster'), definition('Near', 'Namespaced'), { ...definition('x', 'y'), spec: 'wrong' },
    ]);
    expect(reading.manifests.slice(0, 2).map(({ object }) => object.metadata.namespace)).toEqual([undefined, 'default']);
  });
});

describe('objects that are there already', () => {
  test('are never changed', () => {
    const given = [service('a'), { apiVersion: 'v1', kind: 'Namespace', metadata: { name: 'n', namespace: 'x', labels: { a: null } } }];
    const before = JSON.stringify(given);
    const reading = readObjects(given, (index) => ({ constructPath: `app/${index}` }));
    expect(JSON.stringify(given)).toBe(before);
    expect(reading.manifests.map(({ object, origin }) => [object.metadata.namespace, origin.constructPath])).toEqual([['default', 'app/0'], [undefined, 'app/1']]);
  });

  test('may be anything', () => {
    const reading = readObjects([undefined, null, 1, 'x', [], {}, { apiVersion: 'v1', kind: 'Pod', metadata: 'x' }, service('a')]);
    expect([reading.manifests.length, reading.notes.length, reading.errors.length]).toEqual([1, 6, 1]);
  });
});

test('fields that a schema does not know are noted with their object', () => {
  const unknownFields = ({ kind }: { kind: string }) => kind === 'Service' ? [{ path: 'spec.selectr', problem: 'unknown field `selectr`' }] : undefined;
  const reading = readText(`${text('a')}---\napiVersion: v1\nkind: Pod\nmetadata: {name: b}\n`, { unknownFields });
  expect(reading.notes).toEqual([{
    kind: 'unknown-field',
    path: 'spec.selectr',
    text: 'unknown field `selectr`',
    origin: { line: 1 },
    object: { kind: 'Service', namespace: 'shop', name: 'a', origin: { line: 1 } },
  }]);
});

test('names of fields that JavaScript knows are plain fields', () => {
  const reading = readText('apiVersion: v1\nkind: Pod\nmetadata: {name: a}\nconstructor: x\n__proto__: {w: z}\n');
  expect(Object.keys(reading.manifests[0].object)).toEqual(['apiVersion', 'kind', 'metadata', 'constructor', '__proto__']);
  expect(reading.manifests[0].object.w).toBeUndefined();
});

describe('aliases', () => {
  test('that multiply are refused, those that people write are not', () => {
    const levels = Array.from({ length: 8 }, (_, level) => `l${level + 1}: &l${level + 1} [${Array(10).fill(`*l${level}`).join(', ')}]`);
    expect(wrong(readText(`l0: &l0 x\n${levels.join('\n')}\n`))).toEqual(['1: aliases repeat too much']);
    expect(readText(text('a', 'x: &x {a: b}\nw: *x\nz: [*x, *x]\n')).errors).toEqual([]);
  });

  test('that contain themselves are refused', () => {
    expect(wrong(readText('a: &a\n  b: *a\n'))).toEqual(['1: an anchor contains itself']);
  });
});

test('an empty item does not swallow the list around it', () => {
  const [{ object }] = readText(text('a', 'rules:\n- from:\n  -\n- to: [x]\n  note: |\n    -\n   \n')).manifests;
  expect(object.rules).toEqual([{ from: [null] }, { to: ['x'], note: '-\n' }]);
});

test.each(['~: b\n', 'a: {: b}\n', 'null: b\n', '? [a]\n: b\n', 'a: {[b]: c}\n', '? {a: b}\n'])('a key that is no text is an error: %j', (given) => {
  expect(wrong(readText(given))).toEqual(['1: a key must be text']);
  expect(readText('"null": b\n').errors).toEqual([]);
});
