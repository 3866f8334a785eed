import { authorization, meshed, networking, objectsOf, pod, service } from './found';
import { analysisVerdicts } from '../../src/checks/analysis-verdicts';

// what istioctl 1.31 says of these objects, recorded by its own analyzers (op `analyze` of the oracle)
const SHOP = meshed('shop') + pod('shop', 'web') + service('shop', 'web', '[{port: 80}, {name: tcp, port: 81}]');
const said = (yaml: string, analyzer?: string) => analysisVerdicts(objectsOf(yaml), 'analyze', analyzer).map(({ code, verdict, object }) => `${code} ${verdict} ${object}`);

test('levels are those of istioctl', () => {
  const policy = authorization('shop', 'p', '{selector: {matchLabels: {app: wbe}}, rules: [{from: [{source: {namespaces: [shpo]}}]}]}');
  expect(said(SHOP + policy)).toEqual([
    'IST0127 warning AuthorizationPolicy shop/p',
    'IST0101 error AuthorizationPolicy shop/p',
    'IST0103 warning Pod shop/web',
    'IST0118 info Service shop/web',
  ]);
});

test('one analyzer says its own codes alone, and what it has no rule for is not silence', () => {
  expect(said(SHOP, 'service.PortNameAnalyzer')).toEqual(['IST0118 info Service shop/web']);
  expect(said(SHOP, 'injection.Analyzer')).toEqual(['IST0103 warning Pod shop/web']);
  expect(said(SHOP, 'sidecar.SelectorAnalyzer')).toEqual([]);
  expect(() => said(SHOP, 'gateway.SecretAnalyzer')).toThrow('no rule stands for the analyzer gateway.SecretAnalyzer');
});

test('pods count for it, what makes them does not', () => {
  const web = '---\n{apiVersion: apps/v1, kind: Deployment, metadata: {name: web, namespace: shop}, spec: {template: {metadata: {labels: {app: web}}}}}\n';
  const policy = authorization('shop', 'p', '{selector: {matchLabels: {app: web}}}');
  expect(said(meshed('shop') + web + policy)).toEqual(['IST0127 warning AuthorizationPolicy shop/p']);
  expect(said(meshed('shop') + pod('shop', 'web') + policy, 'authz.AuthorizationPoliciesAnalyzer')).toEqual([]);
});

test('the same thing is said once', () => {
  const policy = authorization('shop', 'p', '{rules: [{from: [{source: {namespaces: [a]}}]}, {from: [{source: {namespaces: [a, b]}}]}]}');
  expect(said(SHOP + policy, 'authz.AuthorizationPoliciesAnalyzer')).toEqual(['IST0101 error AuthorizationPolicy shop/p', 'IST0101 error AuthorizationPolicy shop/p']);
  const entry = networking('ServiceEntry', 'shop', 'e', '{hosts: [a.b], ports: [{number: 1, name: a, protocol: TCP}, {number: 2, name: b, protocol: TCP}]}');
  expect(said(entry, 'serviceentry.ProtocolAddressesAnalyzer')).toEqual(['IST0134 warning ServiceEntry shop/e']);
});
