import * as fs from 'node:fs';
import * as path from 'node:path';
import { authorization, meshed, networking, objectsOf, peers, pod, service, tls } from './found';
import { KubeObject } from '../../src/access/objects';
import { snapshotOf } from '../../src/access/snapshot/snapshot';
import { findAll, RULES } from '../../src/checks/all';
import { analysisVerdicts } from '../../src/checks/analysis-verdicts';
import { defineRule } from '../../src/checks/rule';

const snapshot = (objects: readonly KubeObject[]) => snapshotOf(objects.map((object) => ({ object, origin: {} })));

describe('the rules', () => {
  test('have ids of their own, in an area', () => {
    const ids = RULES.map(({ id }) => id);
    expect(new Set(ids).size).toBe(ids.length);
    ids.forEach((id) => expect(id).toMatch(/^(ambient|api|authz|egress|mtls|workload)\/[a-z-]+$/));
  });

  test('say what they mean and what to do, and know only codes of istioctl and Kiali', () => {
    RULES.forEach(({ effect, fix, aliases }) => {
      expect(effect.length).toBeGreaterThan(20);
      expect(fix.length).toBeGreaterThan(15);
      aliases.forEach((code) => expect(code).toMatch(/^(IST|KIA)\d{4}$/));
    });
  });

  test('have a file and a test file of their name', () => {
    RULES.forEach(({ id }) => {
      expect(fs.existsSync(path.join(__dirname, '../../src/checks', `${id}.ts`))).toBe(true);
      expect(fs.existsSync(path.join(__dirname, `${id}.test.ts`))).toBe(true);
    });
  });

  test('that fail are findings, and hide no other', () => {
    const broken = defineRule({ ...RULES[0], id: 'test/broken' }, () => {
      throw new Error('out of order');
    });
    const other = defineRule({ ...RULES[0], id: 'test/other' }, ({ manifests: [manifest] }) => [{ manifest, path: '', message: 'there' }]);
    expect(findAll(snapshot(objectsOf(meshed('shop'))), [broken, other])).toMatchObject([
      { rule: 'internal/rule-failed', severity: 'error', object: { name: 'test/broken' }, message: 'the rule could not be decided: out of order' },
      { rule: 'test/other', object: { name: 'shop' } },
    ]);
  });
});

const EVERYTHING = objectsOf([
  meshed('shop'),
  pod('shop', 'web'),
  service('shop', 'web'),
  '---\n{apiVersion: apps/v1, kind: Deployment, metadata: {name: api, namespace: shop}, spec: {template: {metadata: {labels: {app: web}}, spec: {containers: [{name: a, securityContext: {runAsUser: 1}}]}}}}\n',
  '---\n{apiVersion: v1, kind: ServiceAccount, metadata: {name: web, namespace: shop}}\n',
  authorization('shop', 'p', '{selector: {matchLabels: {app: web}}, rules: [{from: [{source: {principals: [a], namespaces: [b]}}], when: [{key: source.principal, values: [c]}]}]}'),
  peers('shop', 'web', '{selector: {matchLabels: {app: web}}, mtls: {mode: STRICT}, portLevelMtls: {80: {mode: DISABLE}}}'),
  tls('shop', 'web', 'web', 'DISABLE'),
  networking('DestinationRule', 'shop', 'r', '{host: "*.local", subsets: [{name: a, trafficPolicy: {tls: {mode: SIMPLE}}}], trafficPolicy: {portLevelSettings: [{port: {number: 80}, tls: {mode: MUTUAL}}]}}'),
  networking('ServiceEntry', 'shop', 'e', '{hosts: [a.example.com], ports: [{number: 80, name: a, protocol: TCP}], exportTo: ["."]}'),
  networking('Sidecar', 'shop', 's', '{workloadSelector: {labels: {app: web}}, egress: [{hosts: ["./*"]}], outboundTrafficPolicy: {egressProxy: {host: a}}}'),
  networking('VirtualService', 'shop', 'v', '{hosts: [a], http: [{fault: {delay: {percent: 5}}}], exportTo: [b]}'),
  '---\n{apiVersion: telemetry.istio.io/v1, kind: Telemetry, metadata: {name: t, namespace: shop}, spec: {selector: {matchLabels: {app: web}}}}\n',
].join(''));

/** The value once for each of its fields, with something else in that place. */
function mutants(value: object, wrong: unknown): object[] {
  return Object.entries(value).flatMap(([key, inner]) => {
    const changed = (to: unknown) => (
      Array.isArray(value) ? value.map((item, i) => (String(i) === key ? to : item)) : { ...value, [key]: to });
    return [changed(wrong), ...(inner !== null && typeof inner === 'object' ? mutants(inner, wrong).map(changed) : [])];
  });
}

describe('objects with anything anywhere', () => {
  test.each([[null], [7], ['text'], [[]], [[null]]])('%j stops no rule', (wrong) => {
    const failures = new Set<string>();
    EVERYTHING.forEach((object, i) => {
      const { spec, metadata } = object;
      const more = mutants({ labels: metadata.labels ?? {}, annotations: metadata.annotations ?? {} }, wrong);
      const changed = [...mutants({ spec }, wrong), ...more.map((fields) => ({ metadata: { ...metadata, ...fields } }))];
      changed.forEach((fields) => {
        const objects = EVERYTHING.map((other, j) => (i === j ? { ...object, ...fields } as KubeObject : other));
        findAll(snapshot(objects)).filter(({ rule }) => rule === 'internal/rule-failed').forEach((failed) => failures.add(`${failed.object.name}: ${failed.message}`));
        analysisVerdicts(objects, 'kiali', 'MtlsEnabledChecker');
      });
    });
    expect([...failures]).toEqual([]);
  });
});
