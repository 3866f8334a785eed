import { reservedUserId } from '../../../src/checks/workload/reserved-user-id';
import { findings, found } from '../found';

const deployment = (spec: string, kind = 'Deployment', labels = '{}') => (
  `{apiVersion: apps/v1, kind: ${kind}, metadata: {name: web, namespace: shop, labels: ${labels}}, spec: {template: {spec: ${spec}}}}`);
const AS_PROXY = '{securityContext: {runAsUser: 1337}, containers: [{name: web}]}';

test('pods and containers that run as user 1337', () => {
  expect(found(reservedUserId, deployment(AS_PROXY))).toEqual(['Deployment shop/web spec.template.spec.securityContext.runAsUser']);
  const containers = '{containers: [{name: a}, {name: b, securityContext: {runAsUser: 1337}}]}';
  expect(found(reservedUserId, `{apiVersion: v1, kind: Pod, metadata: {name: web, namespace: shop}, spec: ${containers}}`))
    .toEqual(['Pod shop/web spec.containers[1].securityContext.runAsUser']);
});

test('other users, the proxy itself and parts of Istio may', () => {
  expect(found(reservedUserId, deployment('{securityContext: {runAsUser: 1000}, containers: [{name: web}]}'))).toEqual([]);
  expect(found(reservedUserId, deployment('{containers: [{name: istio-proxy, securityContext: {runAsUser: 1337}}]}'))).toEqual([]);
  expect(found(reservedUserId, deployment(AS_PROXY, 'Deployment', '{istio: ingressgateway}'))).toEqual([]);
});

test('other controllers count too, though istioctl does not look at them', () => {
  expect(findings(reservedUserId, deployment(AS_PROXY, 'StatefulSet'))).toMatchObject([{ aliases: [] }]);
  const cronJob = `{apiVersion: batch/v1, kind: CronJob, metadata: {name: c, namespace: shop}, spec: {jobTemplate: {spec: {template: {spec: ${AS_PROXY}}}}}}`;
  expect(found(reservedUserId, cronJob)).toEqual(['CronJob shop/c spec.jobTemplate.spec.template.spec.securityContext.runAsUser']);
});
