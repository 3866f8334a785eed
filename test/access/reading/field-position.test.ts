import { fieldPosition } from '../../../src/access/reading/field-position';
import { readObjects, readText } from '../../../src/access/reading/read';

const TEXT = `# Source: x
apiVersion: security.istio.io/v1
kind: AuthorizationPolicy
metadata:
  name: a
  labels: {app.kubernetes.io/name: x, b: c}
spec:
  rules:
  - from:
    - source:
        principals: ["a", "b"]
    - source: {principals: [c,
         d], x: {w: z}}
    to: &t
    - operation:
        methods:
        - GET
        -   POST
  - to: *t
  - <<: {when: [{key: k}]}
---
apiVersion: v1
kind: List
items:
- apiVersion: v1
  kind: Service
  metadata: {name: s1}
  spec:
    ports:
    - port: 1
- {apiVersion: v1, kind: Service, metadata: {name: s2}}
---
{"apiVersion": "v1", "kind": "List",
 "items": [{"apiVersion": "v1", "kind": "Service", "metadata": {"name": "s3"}}, {
    "apiVersion": "v1", "kind": "Service",
\t"metadata": {"name": "s4"}}]} {"apiVersion": "v1", "kind": "Service", "metadata": {"name": "s5"}}
--- # three objects without separators follow
apiVersion: v1
kind: Service
metadata:
  name: s6
apiVersion: v1
kind: Service
metadata:
  name: s7
`;

const reading = readText(TEXT, { file: 'f.yaml' });
const lines = TEXT.split('\n');

test.each([
  ['a', '', 2, 'apiVersion: security'],
  ['a', 'metadata.labels["app.kubernetes.io/name"]', 6, 'app.kubernetes.io/name: x'],
  ['a', 'metadata.labels[app.kubernetes.io/name]', 6, 'app.kubernetes.io/name: x'],
  ['a', 'metadata.labels[\'b\']', 6, 'b: c}'],
  ['a', 'spec.rules[0].from[0].source.principals[0]', 11, '"a"'],
  ['a', 'spec.rules[0].from[1].source.principals[1]', 13, 'd], x'],
  ['a', 'spec.rules[0].from[1].source.x.w', 13, 'w: z'],
  ['a', 'spec.rules[0].from[1]', 12, 'source: {principals'],
  ['a', 'spec.rules[1].to[0].operation.methods[1]', 18, 'POST'],
  ['a', 'spec.rules[2].when[0].key', 20, 'key: k'],
  ['a', 'spec.rules[0].from[7].source', 9, 'from:'],
  ['a', 'spec.selector.matchLabels', 7, 'spec:'],
  ['s1', 'spec.ports[0].port', 30, 'port: 1'],
  ['s1', '', 25, 'apiVersion: v1'],
  ['s2', 'metadata.name', 31, 'name: s2'],
  ['s3', 'metadata.name', 34, '"name": "s3"'],
  ['s4', 'metadata.name', 36, '"name": "s4"'],
  ['s5', 'kind', 36, '"kind": "Service", "metadata": {"name": "s5"'],
  ['s6', 'metadata.name', 41, 'name: s6'],
  ['s7', 'metadata.name', 45, 'name: s7'],
])('%s: %s stands on line %d', (name, path, line, start) => {
  const manifest = reading.manifests.find(({ object }) => object.metadata.name === name)!;
  const position = fieldPosition(manifest, path)!;
  expect(position).toMatchObject({ file: 'f.yaml', line });
  expect(lines[line - 1].slice(position.column - 1)).toMatch(new RegExp(`^${start.replace(/[{[(.*+]/g, '\\$&')}`));
});

test('objects know the lines of their documents and members', () => {
  expect(reading.manifests.map(({ object, origin }) => `${object.metadata.name} ${origin.line}`)).toEqual([
    'a 2', 's1 25', 's2 31', 's3 34', 's4 34', 's5 36', 's6 38', 's7 42',
  ]);
});

test('is unknown for objects that were not read from a text', () => {
  const [manifest] = readObjects([{ apiVersion: 'v1', kind: 'Service', metadata: { name: 'a' } }]).manifests;
  expect(fieldPosition(manifest, 'metadata.name')).toBeUndefined();
});
