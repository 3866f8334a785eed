import { noMatchingWorkload } from '../../../src/checks/authz/no-matching-workload';
import { authorization, found, meshed, pod } from '../found';

const SHOP = meshed('shop') + pod('shop', 'web');
const selecting = (namespace: string, labels: string) => SHOP + authorization(namespace, 'p', `{selector: {matchLabels: ${labels}}}`);

test('a selector that selects nobody is found, in its namespace and in the whole mesh', () => {
  expect(found(noMatchingWorkload, selecting('shop', '{app: wbe}'))).toEqual(['AuthorizationPolicy shop/p spec.selector']);
  expect(found(noMatchingWorkload, selecting('istio-system', '{app: wbe}'))).toEqual(['AuthorizationPolicy istio-system/p spec.selector']);
  expect(found(noMatchingWorkload, selecting('other', '{app: web}'))).toEqual(['AuthorizationPolicy other/p spec.selector']);
});

test('a selector that selects somebody is not found; one in the root namespace is for all namespaces', () => {
  expect(found(noMatchingWorkload, selecting('shop', '{app: web}'))).toEqual([]);
  expect(found(noMatchingWorkload, selecting('istio-system', '{app: web}'))).toEqual([]);
});

test('a policy for a whole namespace is found where the namespace is empty, one for the mesh never', () => {
  expect(found(noMatchingWorkload, SHOP + authorization('empty', 'p', '{}'))).toEqual(['AuthorizationPolicy empty/p spec']);
  expect(found(noMatchingWorkload, SHOP + authorization('shop', 'p', '{}') + authorization('istio-system', 'q', '{}'))).toEqual([]);
});

test('pods outside of the mesh enforce nothing; those that ztunnel captures do', () => {
  const policy = authorization('bare', 'p', '{selector: {matchLabels: {app: web}}}');
  expect(found(noMatchingWorkload, pod('bare', 'web') + policy)).toEqual(['AuthorizationPolicy bare/p spec.selector']);
  expect(found(noMatchingWorkload, pod('bare', 'web', ', annotations: {ambient.istio.io/redirection: enabled}') + policy)).toEqual([]);
});

test('what is attached by reference is not judged here', () => {
  const ref = '{targetRefs: [{group: gateway.networking.k8s.io, kind: Gateway, name: g}]}';
  expect(found(noMatchingWorkload, authorization('shop', 'p', ref))).toEqual([]);
});
