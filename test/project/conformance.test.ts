import * as fs from 'node:fs';
import * as path from 'node:path';
import { filesBelow, ROOT } from './sources';

const FOLDER = path.join(ROOT, 'test', 'conformance');
const read = (file: string) => fs.readFileSync(path.join(ROOT, file), 'utf8');
const VERSIONS = JSON.parse(read('oracle/versions.json'));
const RECORDED = fs.readdirSync(FOLDER).filter((file) => file.endsWith('.json'));

describe('recorded verdicts', () => {
  test.each(RECORDED)('%s names the engines that gave them, at the versions that are pinned', (file) => {
    const { format, engines, verdicts } = JSON.parse(fs.readFileSync(path.join(FOLDER, file), 'utf8'));
    expect(format).toBe('zt-verdicts/1');
    expect(Object.keys(engines).length).toBeGreaterThan(0);
    for (const [engine, version] of Object.entries(engines)) {
      expect([engine, version]).toEqual([engine, VERSIONS[engine]]);
    }
    expect(Object.keys(verdicts).length).toBeGreaterThan(0);
  });

  test('are nowhere typed by hand: no case says what it expects', () => {
    const expecting = filesBelow('oracle/cases', '.yaml').filter((file) => /^\s*(?:- )?(?:expect|verdict)s?:/m.test(read(file)));
    expect(expecting).toEqual([]);
  });
});

describe('pinned versions', () => {
  test.each([
    ['oracle/istio/go.mod', 'istio.io/istio', 'istio'], ['oracle/k8s/go.mod', 'k8s.io/kubernetes', 'kubernetes'],
    ['oracle/k8s/go.mod', 'go.etcd.io/etcd/server/v3', 'etcd'], ['oracle/netpol/go.mod', 'github.com/mattfenwick/cyclonus', 'cyclonus'],
    ['oracle/netpol/go.mod', 'sigs.k8s.io/kube-network-policies', 'kube-network-policies'],
  ])('%s requires %s at the version of oracle/versions.json', (file, module, name) => {
    expect(new RegExp(`^\\s*(?:require )?${module.replace(/[.]/g, '\\.')} (\\S+)`, 'm').exec(read(file))?.[1]).toBe(VERSIONS[name]);
  });
});
