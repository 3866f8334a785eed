import { DEFAULT_MESH } from '../../../../src/access/mesh-settings';
import { Manifest } from '../../../../src/access/objects';
import { AccessConfig } from '../../../../src/access/relation/queries/access-tables';
import {
  AuthorizationPart, emptyAuthorization, isVacuousAccess, redundantAuthorization, unauthorized,
} from '../../../../src/access/relation/queries/authorization-findings';
import { pod, policy } from '../../network/worlds';

const workloads = [pod('shop/web'), pod('shop/db'), pod('bar/other')];
const authorization = (name: string, spec: object): Manifest => (
  { object: { apiVersion: 'security.istio.io/v1', kind: 'AuthorizationPolicy', metadata: { namespace: 'shop', name }, spec }, origin: {} });
const set = (...specs: object[]): AccessConfig => {
  const policies = specs.map((spec, i) => authorization(`p-${i}`, spec));
  const mesh = { mesh: DEFAULT_MESH, services: [], kind: (_: string, kind: string) => (kind === 'AuthorizationPolicy' ? policies : []) };
  return { name: 'set', workloads, namespaces: new Map(), policies: [], mesh };
};
const plain: AccessConfig = { name: 'plain', workloads, namespaces: new Map(), policies: [] };
const texts = (parts: readonly AuthorizationPart[]) => parts.map(({ policy: { name }, rule }) => (rule === undefined ? name : `${name} ${rule}`));
const selector = (app: string) => ({ selector: { matchLabels: { app } } });
const of = (namespace: string) => ({ from: [{ source: { namespaces: [namespace] } }] });
const paths = (...given: string[]) => ({ to: [{ operation: { paths: given } }] });

describe('findings among AuthorizationPolicies', () => {
  test('are policies of nobody, and rules for nobody', () => {
    const found = emptyAuthorization(set({ ...selector('wbe'), rules: [{}] }, { rules: [of('bar'), of('nowhere')] }), DEFAULT_MESH);
    expect(texts(found)).toEqual(['p-0', 'p-1 1']);
    expect(emptyAuthorization(set({ rules: [] }, { action: 'DENY', rules: [{}] }), DEFAULT_MESH)).toEqual([]);
  });

  test('are policies and rules that others make needless, of requests as of peers', () => {
    expect(texts(redundantAuthorization(set({ rules: [paths('/a')] }, { rules: [paths('/a*')] }), DEFAULT_MESH))).toEqual(['p-0']);
    expect(texts(redundantAuthorization(set({ rules: [paths('/a*'), paths('/a/b', '/ac'), paths('/b')] }), DEFAULT_MESH))).toEqual(['p-0 1']);
  });

  test('are sets that change nothing', () => {
    expect([plain, set({ rules: [{}] }), set({ action: 'DENY' })].map((one) => isVacuousAccess(one, DEFAULT_MESH))).toEqual([true, true, true]);
    expect([set({}), { ...plain, policies: [policy('shop/p', { podSelector: {} })] }].map((one) => isVacuousAccess(one, DEFAULT_MESH))).toEqual([false, false]);
  });

  test('are workloads to which none applies', () => {
    const ids = (config: AccessConfig) => unauthorized(config).map(({ id }) => id);
    expect(ids(set({ ...selector('web'), rules: [{}] }))).toEqual(['shop/db', 'bar/other']);
    expect(ids(plain)).toHaveLength(3);
  });

  test('never are sure of what tokens decide', () => {
    const authentication: Manifest = {
      object: { apiVersion: 'security.istio.io/v1', kind: 'RequestAuthentication', metadata: { namespace: 'shop', name: 'r' }, spec: { jwtRules: [{ issuer: 'i' }] } },
      origin: {},
    };
    const mesh = { mesh: DEFAULT_MESH, services: [], kind: (_: string, kind: string) => (kind === 'RequestAuthentication' ? [authentication] : []) };
    expect(isVacuousAccess({ ...plain, mesh }, DEFAULT_MESH)).toBe(false);
  });
});
