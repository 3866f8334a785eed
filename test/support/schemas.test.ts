import * as fs from 'node:fs';
import * as path from 'node:path';
import * as yaml from 'js-yaml';
import { CEL_RULES, celProblems } from './cel-rules';
import { schemaProblems } from './schemas';

const policy = (spec: any) => ({ apiVersion: 'security.istio.io/v1', kind: 'AuthorizationPolicy', metadata: { name: 'a' }, spec });
const peer = (spec: any) => ({ apiVersion: 'security.istio.io/v1', kind: 'PeerAuthentication', metadata: { name: 'a' }, spec });
const request = (spec: any) => ({ apiVersion: 'security.istio.io/v1', kind: 'RequestAuthentication', metadata: { name: 'a' }, spec });
const entry = (spec: any) => ({
  apiVersion: 'networking.istio.io/v1', kind: 'ServiceEntry', metadata: { name: 'a' }, spec: { hosts: ['a.example'], ...spec },
});
const sidecar = (spec: any) => ({ apiVersion: 'networking.istio.io/v1', kind: 'Sidecar', metadata: { name: 'a' }, spec });
const rule = (spec: any) => ({
  apiVersion: 'networking.istio.io/v1',
  kind: 'DestinationRule',
  metadata: { name: 'a' },
  spec: { host: 'a', ...spec },
});
const network = (spec: any) => ({ apiVersion: 'networking.k8s.io/v1', kind: 'NetworkPolicy', metadata: { name: 'a' }, spec });
const PORT = { name: 'tls', number: 443, protocol: 'TLS' };

/** The messages of all CEL rules in a schema. */
function messages(schema: any): string[] {
  if (typeof schema !== 'object' || schema === null) {
    return [];
  }
  const validations = schema['x-kubernetes-validations'];
  const own = Array.isArray(validations) ? validations.map((validation: any) => validation.message) : [];
  return [...own, ...Object.values(schema).flatMap(messages)];
}

describe('the schema of the API server', () => {
  test('accepts a NetworkPolicy with a number, a name and a range as ports', () => {
    expect(schemaProblems(network({
      podSelector: {},
      policyTypes: ['Ingress'],
      ingress: [{ ports: [{ port: 80, protocol: 'TCP' }, { port: 'metrics' }, { port: 8000, endPort: 8100 }] }],
    }))).toEqual([]);
  });

  test.each([
    ['a misspelt field', network({ podSelector: {}, ingres: [] }), /\/spec .*\(ingres\)/],
    ['a misspelt field far below', policy({ rules: [{ from: [{ source: { namespace: ['a'] } }] }] }),
      /\/spec\/rules\/0\/from\/0\/source .*\(namespace\)/],
    ['a field of another selector', policy({ selector: { matchExpressions: [] } }), /\(matchExpressions\)/],
    ['an unknown field beside spec', { ...policy({}), extra: 1 }, /\(extra\)/],
    ['an unknown field of metadata on a custom resource', { ...policy({}), metadata: { name: 'a', lables: {} } },
      /\/metadata .*\(lables\)/],
    ['an unknown field of metadata on a built-in kind', { ...network({ podSelector: {} }), metadata: { nam: 'a' } },
      /\/metadata .*\(nam\)/],
    ['a label that is no string', { ...policy({}), metadata: { name: 'a', labels: { a: 1 } } }, /\/metadata\/labels\/a must be string/],
    ['a number for a text', policy({ rules: [{ to: [{ operation: { ports: [80] } }] }] }), /must be string/],
    ['null for a list', policy({ rules: null }), /\/spec\/rules must be array/],
    ['an unknown action', policy({ action: 'PERMIT' }), /\/spec\/action/],
    ['a condition without key', policy({ rules: [{ when: [{ values: ['a'] }] }] }), /\(key\)/],
    ['17 targets', policy({ targetRefs: Array(17).fill({ kind: 'Service', name: 'a' }) }), /16/],
    ['an empty portLevelMtls', peer({ selector: { matchLabels: { a: 'b' } }, portLevelMtls: {} }), /portLevelMtls/],
    ['an unknown mode', peer({ mtls: { mode: 'ON' } }), /\/spec\/mtls\/mode/],
    ['an empty issuer', request({ jwtRules: [{ issuer: '' }] }), /issuer/],
    ['a header without name', request({ jwtRules: [{ issuer: 'i', fromHeaders: [{}] }] }), /\(name\)/],
    ['a sidecar listener without hosts', sidecar({ egress: [{}] }), /\(hosts\)/],
    ['a rule without host', { ...rule({}), spec: {} }, /\(host\)/],
    ['an unknown TLS mode', rule({ trafficPolicy: { tls: { mode: 'MTLS' } } }), /mode/],
    ['a missing metadata', { apiVersion: 'security.istio.io/v1', kind: 'PeerAuthentication', spec: {} }, /\(metadata\)/],
  ])('refuses %s', (_, object, problem) => {
    expect(schemaProblems(object).join('\n')).toMatch(problem);
  });

  test('leaves what a schema declares open as it is', () => {
    expect(schemaProblems({
      apiVersion: 'v1',
      kind: 'ConfigMap',
      metadata: { name: 'a', annotations: { any: 'thing' } },
      data: { any: 'thing' },
    })).toEqual([]);
  });

  test('knows two kinds of the same name apart', () => {
    const gateway = { kind: 'Gateway', metadata: { name: 'a' }, spec: { servers: [] } };
    expect(schemaProblems({ ...gateway, apiVersion: 'networking.istio.io/v1' })).toEqual([]);
    expect(schemaProblems({ ...gateway, apiVersion: 'gateway.networking.k8s.io/v1' }).join()).toMatch(/servers/);
  });

  test.each([
    ['security.istio.io/v1', 'AuthorisationPolicy'],
    ['security.istio.io/v2', 'AuthorizationPolicy'],
    ['v1', 'NetworkPolicy'],
  ])('throws for %s %s because an object that nobody looked at must not count as good', (apiVersion, kind) => {
    expect(() => schemaProblems({ apiVersion, kind, metadata: { name: 'a' } })).toThrow(`no pinned schema for ${apiVersion} ${kind}`);
  });
});

describe('the CEL rules of the API server', () => {
  const labels = { matchLabels: { app: 'a' } };
  const cases: [string, object, object][] = [
    ['only one of targetRefs or selector can be set',
      policy({ selector: labels, targetRefs: [{ kind: 'Service', name: 'a' }] }), policy({ selector: labels })],
    ['only one of targetRefs or selector can be set',
      request({ selector: labels, targetRef: { kind: 'Service', name: 'a' } }), request({ targetRef: { kind: 'Service', name: 'a' } })],
    ['wildcard not allowed in label key match', policy({ selector: { matchLabels: { 'a*': 'b' } } }), policy({ selector: labels })],
    ['key must not be empty', peer({ selector: { matchLabels: { '': 'b' } } }), peer({ selector: labels })],
    ['wildcard not allowed in label value match', policy({ selector: { matchLabels: { app: 'a*' } } }), policy({ selector: labels })],
    ['cross namespace referencing is not currently supported',
      policy({ targetRefs: [{ kind: 'Service', name: 'a', namespace: 'b' }] }),
      policy({ targetRefs: [{ kind: 'Service', name: 'a', namespace: '' }] })],
    ['Cannot set serviceAccounts with namespaces or principals',
      policy({ rules: [{ from: [{ source: { serviceAccounts: ['a'], notNamespaces: ['b'] } }] }] }),
      policy({ rules: [{ from: [{ source: { serviceAccounts: ['a'] } }, { source: { namespaces: ['b'] } }] }] })],
    ['portLevelMtls requires selector', peer({ portLevelMtls: { 80: {} } }), peer({ selector: labels, portLevelMtls: { 80: {} } })],
    ['portLevelMtls requires selector', peer({ selector: { matchLabels: {} }, portLevelMtls: { 80: {} } }), peer({ selector: labels })],
    ['portLevelMtls: port must be between 1-65535',
      peer({ selector: labels, portLevelMtls: { 0: {} } }), peer({ selector: labels, portLevelMtls: { 65535: {} } })],
    ['portLevelMtls: port must be between 1-65535',
      peer({ selector: labels, portLevelMtls: { http: {} } }), peer({ selector: labels, portLevelMtls: { 1: {} } })],
    ['only one of jwks or jwksUri can be set',
      request({ jwtRules: [{ issuer: 'i', jwks: '{}', jwksUri: 'https://a.example/' }] }),
      request({ jwtRules: [{ issuer: 'i', jwks: '{}' }] })],
    ['url must have scheme http:// or https://',
      request({ jwtRules: [{ jwksUri: 'ftp://a.example/jwks' }] }), request({ jwtRules: [{ jwksUri: 'https://a.example/jwks' }] })],
    ['must be a valid duration greater than 1ms',
      request({ jwtRules: [{ issuer: 'i', timeout: '0.5ms' }] }), request({ jwtRules: [{ issuer: 'i', timeout: '0.001s' }] })],
    ['must be a valid duration greater than 1ms',
      rule({ trafficPolicy: { connectionPool: { tcp: { connectTimeout: '5' } } } }),
      rule({ trafficPolicy: { connectionPool: { tcp: { connectTimeout: '1m5s' } } } })],
    ['only one of WorkloadSelector or Endpoints can be set',
      entry({ resolution: 'STATIC', workloadSelector: {}, endpoints: [{ address: '10.0.0.1' }] }),
      entry({ resolution: 'STATIC', workloadSelector: {} })],
    ['CIDR addresses are allowed only for NONE/STATIC resolution types',
      entry({ addresses: ['10.0.0.0/8'], resolution: 'DNS' }), entry({ addresses: ['10.0.0.0/8'], resolution: 'NONE' })],
    ['NONE mode cannot set endpoints', entry({ endpoints: [{ address: '10.0.0.1' }] }),
      entry({ endpoints: [{ address: '10.0.0.1' }], resolution: 'STATIC' })],
    ['DNS_ROUND_ROBIN mode cannot have multiple endpoints',
      entry({ resolution: 'DNS_ROUND_ROBIN', endpoints: [{ address: 'a.example' }, { address: 'b.example' }] }),
      entry({ resolution: 'DNS_ROUND_ROBIN', endpoints: [{ address: 'a.example' }] })],
    ['Address is required', entry({ resolution: 'STATIC', endpoints: [{}] }),
      entry({ resolution: 'STATIC', endpoints: [{ network: 'n' }] })],
    ['UDS may not include ports',
      entry({ resolution: 'STATIC', endpoints: [{ address: 'unix:///a', ports: { a: 1 } }] }),
      entry({ resolution: 'STATIC', endpoints: [{ address: 'unix:///a' }] })],
    ['UDS must be an absolute path or abstract socket',
      entry({ resolution: 'STATIC', endpoints: [{ address: 'unix://a' }] }),
      entry({ resolution: 'STATIC', endpoints: [{ address: 'unix://@a' }] })],
    ['UDS may not be a dir',
      entry({ resolution: 'STATIC', endpoints: [{ address: 'unix:///a/' }] }),
      entry({ resolution: 'STATIC', endpoints: [{ address: 'unix:///a/b' }] })],
    ['port name must be valid',
      entry({ resolution: 'STATIC', endpoints: [{ address: '10.0.0.1', ports: { a_b: 1 } }] }),
      entry({ resolution: 'STATIC', endpoints: [{ address: '10.0.0.1', ports: { 'a-b': 1 } }] })],
    ['endpoints: port must be between 1-65535',
      entry({ resolution: 'STATIC', endpoints: [{ address: '10.0.0.1', ports: { a: 0 } }] }),
      entry({ resolution: 'STATIC', endpoints: [{ address: '10.0.0.1', ports: { a: 1 } }] })],
    ['hostname cannot be wildcard', entry({ hosts: ['*'] }), entry({ hosts: ['*.a.example'] })],
    ['port number cannot be duplicated', entry({ ports: [PORT, { ...PORT, name: 'b' }] }),
      entry({ ports: [PORT, { ...PORT, name: 'b', number: 8443 }] })],
    ['spec.ports: Duplicate value', entry({ ports: [PORT, { ...PORT, number: 8443 }] }), entry({ ports: [PORT] })],
    ['ports: port must be between 1-65535', entry({ ports: [{ ...PORT, targetPort: 65536 }] }),
      entry({ ports: [{ ...PORT, targetPort: 8443 }] })],
    ['wildcard is not supported in selector',
      sidecar({ workloadSelector: { labels: { app: '*' } } }), sidecar({ workloadSelector: { labels: { app: 'a' } } })],
    ['only one of credentialNames or tlsCertificates can be set',
      sidecar({ ingress: [{ port: { number: 1 }, tls: { credentialNames: ['a'], tlsCertificates: [{}] } }] }),
      sidecar({ ingress: [{ port: { number: 1 }, tls: { credentialNames: ['a'] } }] })],
    ['only one of credentialName or tlsCertificates can be set',
      sidecar({ ingress: [{ port: { number: 1 }, tls: { credentialNames: ['a'], tlsCertificates: [{}] } }] }),
      sidecar({ ingress: [{ port: { number: 1 }, tls: { tlsCertificates: [{}] } }] })],
    ['only one of credentialName or credentialNames can be set',
      sidecar({ ingress: [{ port: { number: 1 }, tls: { credentialName: 'a', credentialNames: ['a'] } }] }),
      sidecar({ ingress: [{ port: { number: 1 }, tls: { credentialName: 'a' } }] })],
  ];

  test.each(cases)('refuse with "%s"', (message, bad, good) => {
    expect(schemaProblems(bad)).toContain(message);
    expect(schemaProblems(good)).toEqual([]);
  });

  test('every rule has a case', () => {
    const tried = new Set(cases.map(([message]) => message));
    expect(CEL_RULES.map((r) => r.message).filter((message) => !tried.has(message))).toEqual([]);
  });

  test('every rule of the pinned schemas of these kinds is one of ours', () => {
    const ours = CEL_RULES.flatMap((r) => r.kinds.map((kind) => `${kind} ${r.message.replace(/^\w+: (?=port must)/, '')}`));
    const upstream = yaml.loadAll(fs.readFileSync(path.join(__dirname, '../../imports/schemas/istio-1.31.4-crds.yaml'), 'utf8'))
      .filter((crd: any) => CEL_RULES.some((r) => r.kinds.includes(crd?.spec.names.kind)))
      .flatMap((crd: any) => messages(crd.spec.versions).map((message) => `${crd.spec.names.kind} ${message}`));
    expect(upstream.length).toBeGreaterThan(100);
    expect([...new Set(upstream)].filter((message) => !ours.includes(message))).toEqual([]);
  });

  test('say nothing about other kinds', () => {
    expect(celProblems(network({ podSelector: {} }))).toEqual([]);
  });
});
