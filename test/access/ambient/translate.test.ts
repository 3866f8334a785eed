import { parseAddressBlock, parseBool, parsePort } from '../../../src/access/ambient/go-values';
import { translateAuthorizationPolicy } from '../../../src/access/ambient/translate';
import { DEFAULT_MESH } from '../../../src/access/mesh-settings';
import { KubeObject } from '../../../src/access/objects';

const object = (spec: unknown, metadata: object = {}): KubeObject => ({
  apiVersion: 'security.istio.io/v1', kind: 'AuthorizationPolicy', metadata: { name: 'p', namespace: 'foo', ...metadata }, spec,
});
const translate = (spec: unknown, metadata: object = {}, flags: Record<string, boolean> = {}) => (
  translateAuthorizationPolicy({ object: object(spec, metadata), origin: {} }, { ...DEFAULT_MESH, flags }));

describe('what is said about a translation beside what is sent', () => {
  test('parts for waypoints are named', () => {
    const rules = [{ from: [{ source: { requestPrincipals: ['*'] } }], to: [{ operation: { ports: ['1'], methods: ['GET'], notPaths: ['/a'] } }] },
      { when: [{ key: 'connection.sni', values: ['a'] }] }];
    expect(translate({ action: 'DENY', rules })).toMatchObject({ lost: ['connection.sni', 'methods', 'notPaths', 'requestPrincipals'] });
    expect(translate({ rules: [{ to: [{ operation: { ports: ['1'] } }] }] })).toMatchObject({ lost: [] });
  });

  test('rules and clauses keep their place in the policy', () => {
    const rules = [{ to: [{ operation: { methods: ['GET'] } }] }, { from: [{ source: { namespaces: ['a'] } }], when: [{ key: 'source.ip', values: ['10.0.0.1'] }] }];
    expect(translate({ rules })).toMatchObject({ sent: { groups: [{ at: 'rules[1]', rules: [{ at: 'rules[1].from' }, { at: 'rules[1].when[0]' }] }] } });
  });

  test('a dry run is sent where istiod is told to, and marked', () => {
    const dry = { annotations: { 'istio.io/dry-run': 'true' } };
    expect(translate({ rules: [{}] }, dry)).toEqual({ notSent: expect.stringContaining('dry run') });
    const sent = translate({ rules: [{}] }, dry, { AMBIENT_ENABLE_DRY_RUN_AUTHORIZATION_POLICY: true });
    expect(sent).toMatchObject({ sent: { dryRun: true } });
    expect(translate({ rules: [{}] })).toMatchObject({ sent: { dryRun: false } });
  });
});

describe('objects that cannot be there, or that stop istiod', () => {
  test.each<[string, unknown]>([
    ['an entry of from without a source', { rules: [{ from: [{}] }] }],
    ['an entry of from with a source that is null', { rules: [{ from: [{ source: null }] }] }],
    ['an entry of to without an operation', { action: 'DENY', rules: [{ to: [{}] }] }],
  ])('%s: istiod panics', (_, spec) => expect(translate(spec)).toEqual({ unknown: expect.stringContaining('panics') }));

  test.each<[string, unknown]>([
    ['a text for a list', { rules: 'all' }],
    ['a rule that is null', { rules: [null] }],
    ['a rule that is a text', { rules: ['all'] }],
    ['a number among texts', { rules: [{ to: [{ operation: { ports: [8080] } }] }] }],
    ['a text for texts', { rules: [{ from: [{ source: { principals: '*' } }] }] }],
    ['a list for a mapping', { rules: [{ from: [{ source: [] }] }] }],
    ['another action', { action: 'allow', rules: [{}] }],
    ['a list for the spec', []],
    ['a selector that is a text', { selector: 'app=w' }],
    ['a number for a label', { selector: { matchLabels: { version: 1 } } }],
  ])('%s: the API server refuses it', (_, spec) => expect(translate(spec)).toEqual({ unknown: expect.stringContaining('API server refuses') }));

  test('null and left out are the same', () => {
    expect(translate({ selector: null, rules: null, action: null })).toEqual(translate(undefined));
    expect(translate({ rules: [{ from: null, to: null, when: null }] })).toEqual(translate({ rules: [{}] }));
  });
});

describe('values as Go reads them', () => {
  test('booleans', () => {
    expect(['1', 't', 'T', 'TRUE', 'true', 'True'].map(parseBool)).toEqual(Array(6).fill(true));
    expect(['0', 'f', 'F', 'FALSE', 'false', 'False'].map(parseBool)).toEqual(Array(6).fill(false));
    expect(['', 'yes', 'tRUE', undefined].map(parseBool)).toEqual(Array(4).fill(undefined));
  });

  test('ports', () => {
    expect(['0', '80', '08080', '65535'].map(parsePort)).toEqual([0, 80, 8080, 65535]);
    expect(['', '65536', '-1', '+80', '80.0', ' 80', 'http'].map(parsePort)).toEqual(Array(7).fill(undefined));
  });

  test('addresses', () => {
    expect(parseAddressBlock('10.0.0.1')).toBe('10.0.0.1/32');
    expect(parseAddressBlock('10.1.2.3/8')).toBe('10.1.2.3/8');
    expect(parseAddressBlock('2001:DB8::1')).toBe('2001:db8::1/128');
    expect(parseAddressBlock('fe80::1%eth0')).toBe('fe80::1/128');
    expect(parseAddressBlock('::1.2.3.4')).toBe('::102:304/128');
    expect(['fe80::1%eth0/64', '010.0.0.1', '10.0.0', '10.0.0.0/33', '10.0.0.0/08', '10.0.0.0/8/8', ''].map(parseAddressBlock)).toEqual(Array(7).fill(undefined));
  });
});
