import { unknownFields } from '../../../src/access/admission/unknown-fields';

const policy = (spec: object) => ({ apiVersion: 'security.istio.io/v1', kind: 'AuthorizationPolicy', metadata: { name: 'a' }, spec });
const network = (spec: object) => ({ apiVersion: 'networking.k8s.io/v1', kind: 'NetworkPolicy', metadata: { name: 'a' }, spec });

describe('unknown fields', () => {
  test.each([
    ['a field that is misspelt in the singular', policy({ rules: [{ from: [{ source: { namespace: ['a'] } }] }] }),
      'spec.rules[0].from[0].source.namespace', 'unknown field "namespace", did you mean "namespaces"?'],
    ['a field with a letter too few', network({ podSelector: {}, ingres: [] }), 'spec.ingres', 'unknown field "ingres", did you mean "ingress"?'],
    ['a field in the wrong case', network({ podselector: {} }), 'spec.podselector', 'unknown field "podselector", did you mean "podSelector"?'],
    ['two letters that are swapped', policy({ rules: [{ form: [] }] }), 'spec.rules[0].form', 'unknown field "form", did you mean "from"?'],
    ['a field of another selector', policy({ selector: { matchExpressions: [] } }), 'spec.selector.matchExpressions', 'unknown field "matchExpressions"'],
    ['a field of metadata', { ...policy({}), metadata: { name: 'a', lables: {} } }, 'metadata.lables', 'unknown field "lables", did you mean "labels"?'],
    ['a field beside spec', { ...policy({}), extra: 1 }, 'extra', 'unknown field "extra"'],
    ['a field deep in a pod', {
      apiVersion: 'apps/v1', kind: 'Deployment', metadata: { name: 'a' }, spec: { template: { spec: { serviceAcountName: 'a' } } },
    }, 'spec.template.spec.serviceAcountName', 'unknown field "serviceAcountName", did you mean "serviceAccountName"?'],
  ])('are found: %s', (_, object, path, problem) => {
    expect(unknownFields(object)).toEqual([{ path, problem }]);
  });

  test.each([
    ['known fields', policy({ action: 'ALLOW', rules: [{ from: [{ source: { namespaces: ['a'] } }] }] })],
    ['keys of maps', { ...network({ podSelector: { matchLabels: { any: 'thing' } } }), metadata: { name: 'a', labels: { any: 'thing' }, annotations: { a: 'b' } } }],
    ['what a schema leaves open', {
      apiVersion: 'networking.istio.io/v1alpha3', kind: 'EnvoyFilter', metadata: { name: 'a' }, spec: { configPatches: [{ patch: { value: { any: { thing: 1 } } } }] },
    }],
    ['a status as kubectl prints it', { ...policy({}), status: { conditions: [], any: 'thing' } }],
    ['older versions', { ...policy({ rules: [] }), apiVersion: 'security.istio.io/v1beta1' }],
    ['fields that are undefined', policy({ rule: undefined })],
    ['values of another type', policy({ rules: 'a', selector: [], action: { b: 1 } })],
  ])('are not seen in %s', (_, object) => {
    expect(unknownFields(object)).toEqual([]);
  });

  test.each([['security.istio.io/v2', 'AuthorizationPolicy'], ['v1', 'NetworkPolicy'], ['example.com/v1', 'Any'], ['v1', 'constructor']])(
    'are not known for %s %s', (apiVersion, kind) => {
      expect(unknownFields({ apiVersion, kind, metadata: { name: 'a' } })).toBeUndefined();
    });
});
