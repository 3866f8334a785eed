import * as fs from 'node:fs';
import * as os from 'node:os';
import * as path from 'node:path';
import { ApiObject, App, Chart, Lazy, Testing, YamlOutputType } from 'cdk8s';
import { Construct, RootConstruct } from 'constructs';
import { Cluster, Grants, Port, ZeroTrustNamespace } from '../../src';
import { addTreeCheck } from '../../src/synth/synth-session';
import { faults, meshWith } from '../support/synth';

function withOutdir<T>(output: YamlOutputType | undefined, body: (app: App, outdir: string) => T): T {
  const outdir = fs.mkdtempSync(path.join(os.tmpdir(), 'synth-'));
  try {
    return body(new App({ outdir, yamlOutputType: output }), outdir);
  } finally {
    fs.rmSync(outdir, { recursive: true, force: true });
  }
}

function addShop(scope: Construct, name = 'shop'): ZeroTrustNamespace {
  const shop = new ZeroTrustNamespace(scope, name, { mesh: meshWith() });
  shop.addWorkload('web', { ports: [Port.http(80)] }).allowFrom(shop.addWorkload('client'), { reason: 'pages' });
  return shop;
}

describe('two charts with the same objects', () => {
  test('synthesise when they are marked as clusters', () => {
    withOutdir(undefined, (app, outdir) => {
      for (const name of ['dev', 'prod']) {
        const chart = new Chart(app, name);
        Cluster.mark(chart);
        addShop(chart);
      }
      app.synth();
      const [dev, prod] = ['dev', 'prod'].map((name) => fs.readFileSync(path.join(outdir, `${name}.k8s.yaml`), 'utf8'));
      expect(dev).toBe(prod);
      expect(dev).toContain('name: default-deny');
    });
  });

  test('fail in one cluster, with both paths', () => {
    withOutdir(undefined, (app) => {
      ['dev', 'prod'].forEach((name) => addShop(new Chart(app, name)));
      expect(() => app.synth()).toThrow('NetworkPolicy shop/default-deny is defined 2 times in one cluster, '
        + 'by dev/shop/default-deny/Resource and prod/shop/default-deny/Resource');
    });
  });

  test('fail also where one of the objects is the user\'s own', () => {
    const chart = new Chart(new App(), 'shop');
    addShop(chart);
    new ApiObject(chart, 'raw', { apiVersion: 'networking.k8s.io/v1', kind: 'NetworkPolicy', metadata: { name: 'web', namespace: 'shop' } });
    expect(() => Testing.synth(chart)).toThrow(/NetworkPolicy shop\/web is defined 2 times.*shop\/raw/);
  });

  test('do not fail for the same name in another namespace, kind or API group', () => {
    const chart = new Chart(new App(), 'shop');
    addShop(chart);
    for (const [i, [apiVersion, kind, namespace]] of [['v1', 'Secret', 'shop'], ['v1', 'NetworkPolicy', 'shop'], ['v1', 'ServiceAccount', 'x']].entries()) {
      new ApiObject(chart, `raw${i}`, { apiVersion, kind, metadata: { name: 'web', namespace } });
    }
    expect(() => Testing.synth(chart)).not.toThrow();
  });
});

describe('objects that cdk8s would write to one file', () => {
  test('are an error with one file per resource', () => {
    withOutdir(YamlOutputType.FILE_PER_RESOURCE, (app) => {
      ['a', 'b'].forEach((name) => addShop(new Chart(app, name), name));
      const message = /PeerAuthentication a\/default and PeerAuthentication b\/default would be written to one file.*FOLDER_PER_CHART/;
      expect(() => app.synth()).toThrow(message);
    });
  });

  test('are an error in one folder, and none with a chart per namespace', () => {
    withOutdir(YamlOutputType.FOLDER_PER_CHART_FILE_PER_RESOURCE, (app) => {
      const chart = new Chart(app, 'both');
      ['a', 'b'].forEach((name) => addShop(chart, name));
      expect(() => app.synth()).toThrow(/would be written to one file.*put them into different charts/);
    });
    withOutdir(YamlOutputType.FOLDER_PER_CHART_FILE_PER_RESOURCE, (app, outdir) => {
      ['a', 'b'].forEach((name) => addShop(new Chart(app, name), name));
      app.synth();
      const files = ['a', 'b'].flatMap((name) => fs.readdirSync(path.join(outdir, name)));
      expect(files.filter((file) => file === 'PeerAuthentication.default.k8s.yaml')).toHaveLength(2);
    });
  });

  test('are an error for two clusters too, which write into one folder', () => {
    withOutdir(YamlOutputType.FILE_PER_RESOURCE, (app) => {
      for (const name of ['dev', 'prod']) {
        const chart = new Chart(app, name);
        Cluster.mark(chart);
        addShop(chart);
      }
      const message = /NetworkPolicy\.default-deny, and only the last would remain \(dev\/shop\/default-deny\/Resource and prod\//;
      expect(() => app.synth()).toThrow(message);
    });
  });

  test('are none with one file per chart', () => {
    withOutdir(YamlOutputType.FILE_PER_CHART, (app) => {
      ['a', 'b'].forEach((name) => addShop(new Chart(app, name), name));
      expect(() => app.synth()).not.toThrow();
    });
  });
});

describe('a cluster', () => {
  test('is the app unless something around is marked', () => {
    const app = new App();
    const [dev, other] = [new Chart(app, 'dev'), new Chart(app, 'other')];
    Cluster.mark(dev);
    expect([Cluster.of(new Construct(dev, 'x')), Cluster.of(dev), Cluster.of(other), Cluster.of(app)]).toEqual([dev, dev, app, app]);
  });

  test('cannot lie in another or be the app', () => {
    const app = new App();
    const outer = new Chart(app, 'outer');
    const inner = new Chart(outer, 'inner');
    expect(() => Cluster.mark(app)).toThrow(/is a cluster already/);
    Cluster.mark(inner);
    expect(() => Cluster.mark(outer)).toThrow(/outer and outer\/inner are both marked/);
    expect(() => Cluster.mark(new Construct(inner, 'deeper'))).toThrow(/both marked/);
  });
});

describe('checks of the whole app', () => {
  function counting(charts: number): { app: App; count: () => number } {
    const app = new App({ outdir: fs.mkdtempSync(path.join(os.tmpdir(), 'count-')) });
    let runs = 0;
    Array.from({ length: charts }, (_, i) => addShop(new Chart(app, `c${i}`), `n${i}`));
    addTreeCheck(app, 'count', () => {
      runs += 1;
      return [];
    });
    return { app, count: () => runs };
  }

  test('run once per synth, however many charts there are', () => {
    const { app, count } = counting(20);
    app.synth();
    expect(count()).toBe(1);
    app.synth();
    expect(count()).toBe(2);
    app.synthYaml();
    expect(count()).toBe(3);
    fs.rmSync(app.outdir, { recursive: true });
  });

  test('run again for each chart in a unit test, because the app may have changed', () => {
    const { app, count } = counting(1);
    const [chart] = app.charts;
    Testing.synth(chart);
    Testing.synth(chart);
    expect(count()).toBe(2);
  });

  test('leave out what cannot be rendered, which has a message of its own', () => {
    const chart = new Chart(new App(), 'c');
    addShop(chart);
    new ApiObject(chart, 'broken', { apiVersion: 'v1', kind: 'ConfigMap', data: Lazy.any({ produce: () => { throw new Error('no such thing'); } }) });
    chart.node.addValidation({ validate: () => ['the data is missing'] });
    expect(faults(chart)).toEqual(['[c] the data is missing']);
  });

  test('run for trees whose root is no app', () => {
    const root = new RootConstruct('alone');
    addTreeCheck(new Construct(root, 'child'), 'look', (looked) => [`looked at ${looked.node.id}`]);
    expect(root.node.validate()).toEqual(['looked at alone']);
  });

  test('turn into a message when they cannot read the app', () => {
    const { app } = counting(1);
    addTreeCheck(app, 'broken', () => { throw new Error('cannot read this'); });
    expect(() => Testing.synth(app.charts[0])).toThrow(/the check broken could not read the app: cannot read this/);
  });
});

describe('recorded grants', () => {
  test('list each edge once, sorted, with the holes of the namespace', () => {
    const app = new App();
    const shop = addShop(new Chart(app, 'c'));
    const [web, client] = ['web', 'client'].map((id) => shop.node.findChild(id) as any);
    web.allowFrom(client, { reason: 'pages' });
    const edges = Grants.of(app).list().map((g) => `${g.kind} ${g.from} -> ${g.to} ${g.ports} ${g.reason}`);
    expect(edges).toEqual([
      'grant shop/client -> shop/web http/80 pages',
      'hole every workload of shop -> DNS in kube-system udp/53,tcp/53 name resolution',
      'hole every workload of shop -> istiod in istio-system tcp/15012 proxy configuration and certificates',
    ]);
  });

  test('belong to their cluster', () => {
    const app = new App();
    const [dev, prod] = ['dev', 'prod'].map((name) => new Chart(app, name));
    Cluster.mark(dev);
    addShop(dev);
    expect(Grants.of(prod).list()).toEqual([]);
    expect(Grants.of(dev).list().length).toBeGreaterThan(0);
  });

  test('are written to the file that the command names, once the app is right', () => {
    const file = path.join(fs.mkdtempSync(path.join(os.tmpdir(), 'grants-')), 'grants.json');
    process.env.CDK8S_ZERO_TRUST_GRANTS_FILE = file;
    try {
      const chart = new Chart(new App(), 'c');
      addShop(chart);
      Testing.synth(chart);
      const data = JSON.parse(fs.readFileSync(file, 'utf8'));
      expect(data.format).toBe('zt-grants/1');
      expect(data.clusters[0].grants[0]).toMatchObject({ from: 'shop/client', to: 'shop/web', ports: ['http/80'], routes: [], reason: 'pages' });
    } finally {
      delete process.env.CDK8S_ZERO_TRUST_GRANTS_FILE;
      fs.rmSync(path.dirname(file), { recursive: true });
    }
  });
});
