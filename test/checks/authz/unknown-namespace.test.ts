import { unknownNamespace } from '../../../src/checks/authz/unknown-namespace';
import { authorization, findings, found, meshed } from '../found';

const sources = (values: string) => meshed('shop') + meshed('shop-test') + authorization('shop', 'p', `{rules: [{from: [{source: ${values}}]}]}`);

test.each([
  ['a name', '{namespaces: [shop, shpo]}', 'namespaces[1]'],
  ['a name in a negation', '{notNamespaces: [shpo]}', 'notNamespaces[0]'],
  ['a beginning', '{namespaces: ["prod-*"]}', 'namespaces[0]'],
  ['an end', '{namespaces: ["*-prod"]}', 'namespaces[0]'],
])('%s that no namespace has is found', (_, source, path) => {
  expect(found(unknownNamespace, sources(source))).toEqual([`AuthorizationPolicy shop/p spec.rules[0].from[0].source.${path}`]);
});

test.each(['{namespaces: [shop]}', '{notNamespaces: [shop]}', '{namespaces: ["shop-*", "*-test", "*"]}', '{principals: [nobody]}'])('%s is not found', (source) => {
  expect(found(unknownNamespace, sources(source))).toEqual([]);
});

test('every star of a name is a wildcard, as for Istio', () => {
  expect(found(unknownNamespace, sources('{namespaces: ["s*-*st"]}'))).toEqual([]);
});

test('a namespace that an object lies in exists, one that a policy merely names does not', () => {
  const other = authorization('web', 'q', '{rules: [{from: [{source: {principals: [cluster.local/ns/ghost/sa/a]}}]}]}');
  expect(found(unknownNamespace, other + authorization('web', 'p', '{rules: [{from: [{source: {namespaces: [web, ghost]}}]}]}')))
    .toEqual(['AuthorizationPolicy web/p spec.rules[0].from[0].source.namespaces[1]']);
});

test('conditions count, though no other tool looks at them', () => {
  const policy = authorization('shop', 'p', '{rules: [{when: [{key: source.namespace, values: [shop], notValues: [shpo]}]}]}');
  expect(findings(unknownNamespace, meshed('shop') + policy)).toMatchObject([{ path: 'spec.rules[0].when[0].notValues[0]', aliases: [] }]);
});
