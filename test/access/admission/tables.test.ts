import { execFileSync } from 'node:child_process';
import * as fs from 'node:fs';
import * as os from 'node:os';
import * as path from 'node:path';
import { kindEntry, tables } from '../../../src/access/admission/schema-tables';

const ROOT = path.join(__dirname, '../../..');
const TABLES = path.join(ROOT, 'src/access/admission/tables.ts');

describe('the tables of schemas', () => {
  test('are those of the pinned schemas', () => {
    const folder = fs.mkdtempSync(path.join(os.tmpdir(), 'tables-'));
    const fresh = path.join(folder, 'tables.ts');
    execFileSync(process.execPath, [path.join(ROOT, 'scripts/make-schema-tables.js'), fresh], { stdio: 'pipe' });
    expect(fs.readFileSync(fresh, 'utf8') === fs.readFileSync(TABLES, 'utf8')).toBe(true);
    fs.rmSync(folder, { recursive: true });
  });

  test('stay small', () => {
    expect(fs.statSync(TABLES).size).toBeLessThan(400 * 1024);
  });

  test.each([
    'security.istio.io/v1 AuthorizationPolicy', 'security.istio.io/v1beta1 PeerAuthentication', 'networking.istio.io/v1alpha3 ServiceEntry',
    'networking.istio.io/v1beta1 ProxyConfig', 'networking.istio.io/v1 WorkloadGroup', 'telemetry.istio.io/v1alpha1 Telemetry',
    'extensions.istio.io/v1alpha1 WasmPlugin', 'extensions.istio.io/v1alpha1 TrafficExtension', 'gateway.networking.k8s.io/v1beta1 HTTPRoute',
    'gateway.networking.k8s.io/v1 GRPCRoute', 'networking.k8s.io/v1 NetworkPolicy', 'apps/v1 DaemonSet', 'apps/v1 ReplicaSet', 'batch/v1 CronJob',
  ])('hold %s', (key) => {
    const [apiVersion, kind] = key.split(' ');
    expect(kindEntry(apiVersion, kind)).toBeDefined();
  });

  test('hold every kind that the webhook decodes', () => {
    const kinds = Object.keys(tables().kinds).map((key) => key.split(' ')[1]);
    expect(Object.keys(tables().roots).filter((kind) => !kinds.includes(kind))).toEqual([]);
  });
});
