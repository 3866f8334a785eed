import { authorization, networking, objectsOf, peers, tls } from './found';
import { analysisVerdicts, KnownFacts } from '../../src/checks/analysis-verdicts';
import { needsMtls } from '../../src/checks/kiali';

const POLICY = authorization('shop', 'p', '{selector: {matchLabels: {app: web}}, rules: [{from: [{source: {principals: [a], requestPrincipals: [b]}}]}]}');
const said = (yaml: string, checker: string, facts: KnownFacts = {}) => (
  analysisVerdicts(objectsOf(yaml), 'kiali', checker, facts).map(({ code, verdict, object, path }) => `${code} ${verdict} ${object} ${path}`));
const FOUND = ['KIA0105 error AuthorizationPolicy shop/p spec/rules[0]/from[0]/source/principals'];

// as documented for Kiali's checker: what is set for the workload, else for the namespace, else for the mesh
describe('KIA0105', () => {
  const at = (yaml: string, autoMtls: boolean) => said(POLICY + yaml, 'MtlsEnabledChecker', { mesh: { autoMtls } });
  const wide = (mode: string, namespace = 'shop') => tls(namespace, 'd', namespace === 'shop' ? '*.shop.svc.cluster.local' : '*.local', mode);
  const server = (mode: string, namespace = 'shop') => peers(namespace, 'default', `{mtls: {mode: ${mode}}}`);

  test.each([
    ['nothing is set', '', [], FOUND],
    ['the namespace is STRICT', server('STRICT'), [], FOUND],
    ['the namespace is DISABLE', server('DISABLE'), FOUND, FOUND],
    ['the namespace is STRICT and clients send it', server('STRICT') + wide('ISTIO_MUTUAL'), [], []],
    ['clients send it, nothing else is set', wide('ISTIO_MUTUAL'), [], FOUND],
    ['clients send none', wide('DISABLE'), FOUND, FOUND],
    ['the mesh is PERMISSIVE', server('PERMISSIVE', 'istio-system'), [], FOUND],
    ['the mesh is STRICT and clients send it', server('STRICT', 'istio-system') + wide('MUTUAL', 'istio-system'), [], []],
    ['the mesh is STRICT, clients of the namespace send none', server('STRICT', 'istio-system') + wide('DISABLE'), FOUND, FOUND],
    ['the mesh is DISABLE', server('DISABLE', 'istio-system'), FOUND, FOUND],
    ['clients of the mesh send none', wide('DISABLE', 'istio-system'), FOUND, FOUND],
  ])('%s', (_, yaml, automatic, stated) => {
    expect(at(yaml, true)).toEqual(automatic);
    expect(at(yaml, false)).toEqual(stated);
  });

  test('what is set for the workload counts first', () => {
    const own = (mode: string) => peers('shop', 'web', `{selector: {matchLabels: {app: web}}, mtls: {mode: ${mode}}}`);
    expect(at(server('DISABLE') + own('STRICT'), true)).toEqual([]);
    expect(at(server('STRICT') + own('DISABLE'), true)).toEqual(FOUND);
    expect(at(server('STRICT') + own('UNSET'), true)).toEqual([]);
  });

  test('a workload that takes both is judged by the rules for its Services', () => {
    const both = server('STRICT') + peers('shop', 'web', '{selector: {matchLabels: {app: web}}, mtls: {mode: PERMISSIVE}}');
    const web = (name: string) => `---\n{apiVersion: v1, kind: Service, metadata: {namespace: shop, labels: {app: web, service: web}${name}}}\n`;
    expect(at(both + web(', name: web') + tls('shop', 'd', 'web', 'DISABLE'), true)).toEqual(FOUND);
    expect(at(both + web(', name: web') + tls('other', 'd', 'web.shop', 'DISABLE'), true)).toEqual(FOUND);
    expect(at(both + web(', name: web') + tls('shop', 'd', 'api', 'DISABLE'), true)).toEqual([]);
    expect(at(both + web(', name: web') + tls('shop', 'd', 'web', 'ISTIO_MUTUAL'), false)).toEqual([]);
  });

  test('the fields that need it', () => {
    const needs = (rule: string) => needsMtls({ object: objectsOf(authorization('shop', 'p', `{rules: [${rule}]}`))[0], origin: {} });
    expect(['principals', 'notPrincipals', 'namespaces', 'notNamespaces', 'requestPrincipals', 'ipBlocks', 'serviceAccounts']
      .map((field) => needs(`{from: [{source: {${field}: [a]}}]}`))).toEqual([true, true, true, true, false, false, false]);
    expect(['source.principal', 'source.namespace', 'connection.sni', 'source.ip', 'destination.port']
      .map((key) => needs(`{when: [{key: ${key}, values: [a]}]}`))).toEqual([true, true, true, false, false]);
  });
});

test('namespaces and accounts that are told beside the objects exist', () => {
  const exported = networking('ServiceEntry', 'shop', 'e', '{exportTo: [front, frnot]}');
  expect(said(exported, 'ExportToNamespaceChecker', { namespaces: ['front'] })).toEqual(['KIA0005 error ServiceEntry shop/e spec/exportTo[1]']);
  const policy = authorization('shop', 'p', '{rules: [{from: [{source: {principals: ["*/sa/web*", "*/sa/api"]}}]}]}');
  expect(said(policy, 'PrincipalsChecker', { serviceAccounts: ['cluster.local/ns/front/sa/web-1'] }))
    .toEqual(['KIA0106 error AuthorizationPolicy shop/p spec/rules[0]/from[0]/source/principals[1]']);
});

test('a checker says its own codes alone, and what it has no rule for is not silence', () => {
  const mesh = peers('istio-system', 'default', '{mtls: {mode: DISABLE}}') + tls('istio-system', 'd', '*.local', 'ISTIO_MUTUAL');
  expect(said(mesh, 'DisabledMeshWideChecker')).toEqual(['KIA0506 error PeerAuthentication istio-system/default spec/mtls']);
  expect(said(mesh, 'DisabledNamespaceWideChecker')).toEqual([]);
  expect(() => said(mesh, 'NoHostChecker')).toThrow('no rule stands for the checker NoHostChecker');
  expect(analysisVerdicts(objectsOf(mesh), 'kiali').map(({ code }) => code)).toEqual(['KIA0506']);
});
