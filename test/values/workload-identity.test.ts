import * as fc from 'fast-check';
import { WorkloadIdentity } from '../../src/values';

const web = { trustDomain: 'cluster.local', namespace: 'shop', serviceAccount: 'web' };

test('is written without spiffe:// in policies and with it elsewhere', () => {
  const identity = WorkloadIdentity.of(web);
  expect(identity.principal).toBe('cluster.local/ns/shop/sa/web');
  expect(identity.spiffeId).toBe('spiffe://cluster.local/ns/shop/sa/web');
  expect(identity.toString()).toBe(identity.principal);
  expect(identity).toMatchObject(web);
});

test('is equal when all three parts are', () => {
  const identity = WorkloadIdentity.of(web);
  expect(identity.isEqualTo(WorkloadIdentity.fromPrincipal('cluster.local/ns/shop/sa/web'))).toBe(true);
  expect(identity.isEqualTo(WorkloadIdentity.of({ ...web, trustDomain: 'td' }))).toBe(false);
  expect(identity.isEqualTo(WorkloadIdentity.of({ ...web, namespace: 'shop2' }))).toBe(false);
  expect(identity.isEqualTo(WorkloadIdentity.of({ ...web, serviceAccount: 'api' }))).toBe(false);
});

test.each([
  [{ ...web, trustDomain: '' }, 'a trust domain is empty'],
  [{ ...web, trustDomain: '*' }, 'a trust domain may hold'],
  [{ ...web, trustDomain: 'Cluster.Local' }, 'a trust domain may hold'],
  [{ ...web, trustDomain: 'a/b' }, 'a trust domain may hold'],
  [{ ...web, trustDomain: 'spiffe://td' }, 'a trust domain may hold'],
  [{ ...web, trustDomain: 'a'.repeat(256) }, 'a trust domain is longer than 255'],
  [{ ...web, namespace: 'a.b' }, 'a namespace is not a DNS label'],
  [{ ...web, namespace: '*' }, 'a namespace is not a DNS label'],
  [{ ...web, serviceAccount: 'Web' }, 'a service account is not a DNS name'],
  [{ ...web, serviceAccount: 'a/b' }, 'a service account is not a DNS name'],
])('refuses %p because one real identity is meant', (options, problem) => {
  expect(() => WorkloadIdentity.of(options)).toThrow(problem);
});

test.each([
  ['spiffe://cluster.local/ns/shop/sa/web', 'which Istio adds itself, so that the value would never match'],
  ['cluster.local/ns/shop/sa/*', 'has a "*"'], ['*', 'has a "*"'],
  ['cluster.local/ns/shop', 'is not of the form'], ['cluster.local/ns/shop/sa/web/x', 'is not of the form'],
  ['cluster.local/sa/web/ns/shop', 'is not of the form'],
  ['/ns/shop/sa/web', 'is not of the form'], ['shop/web', 'is not of the form'], ['', 'is not of the form'],
  ['cluster.local/ns/Shop/sa/web', 'is not of the form'],
])('refuses the principal %j because it %s', (principal, problem) => {
  expect(() => WorkloadIdentity.fromPrincipal(principal)).toThrow(problem);
});

test('a service account may have dots', () => {
  expect(WorkloadIdentity.of({ ...web, serviceAccount: 'a.b' }).principal).toBe('cluster.local/ns/shop/sa/a.b');
});

test('a principal comes back as it was', () => {
  const label = fc.stringMatching(/^[a-z0-9]([a-z0-9-]{0,8}[a-z0-9])?$/);
  fc.assert(fc.property(label, label, label, (trustDomain, namespace, serviceAccount) => {
    const identity = WorkloadIdentity.of({ trustDomain, namespace, serviceAccount });
    expect(WorkloadIdentity.fromPrincipal(identity.principal).isEqualTo(identity)).toBe(true);
    expect(WorkloadIdentity.fromPrincipal(identity.principal)).toMatchObject({ trustDomain, namespace, serviceAccount });
  }));
});
