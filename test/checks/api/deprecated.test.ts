import { deprecated } from '../../../src/checks/api/deprecated';
import { findings, found, networking } from '../found';

const delay = (text: string) => networking('VirtualService', 'shop', 'v', `{hosts: [a], http: [{}, {fault: {delay: ${text}}}]}`);

test('percent of a delay', () => {
  expect(found(deprecated, delay('{percent: 50}'))).toEqual(['VirtualService shop/v spec.http[1].fault.delay.percent']);
  expect(found(deprecated, delay('{percent: 0}') + delay('{percentage: {value: 50}}'))).toEqual([]);
});

test('the egress proxy of a Sidecar', () => {
  expect(found(deprecated, networking('Sidecar', 'shop', 's', '{outboundTrafficPolicy: {egressProxy: {host: a}}}')))
    .toEqual(['Sidecar shop/s spec.outboundTrafficPolicy.egressProxy']);
  expect(found(deprecated, networking('Sidecar', 'shop', 's', '{outboundTrafficPolicy: {mode: ALLOW_ANY}}'))).toEqual([]);
});

test('the roles that were before AuthorizationPolicy: definitions and objects', () => {
  const definition = (group: string) => `{apiVersion: apiextensions.k8s.io/v1, kind: CustomResourceDefinition, metadata: {name: c}, spec: {group: ${group}, names: {kind: ServiceRole}}}`;
  expect(found(deprecated, definition('rbac.istio.io'))).toEqual(['CustomResourceDefinition c spec.names.kind']);
  expect(found(deprecated, definition('rbac.example.com'))).toEqual([]);
  const role = '{apiVersion: rbac.istio.io/v1alpha1, kind: ServiceRole, metadata: {name: r, namespace: shop}}';
  expect(findings(deprecated, role)).toMatchObject([{ path: 'kind', aliases: [] }]);
  expect(found(deprecated, role.replace('rbac.istio.io', 'rbac.example.com'))).toEqual([]);
});
