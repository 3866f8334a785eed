import { App, ApiObject, Chart } from 'cdk8s';
import * as fc from 'fast-check';
import {
  Cidr, DatabaseEngine, Enforcement, IExternalDatabase, MetricsScrape, PlaintextSource, Port, SecureDatabase, Workload, ZeroTrustNamespace,
} from '../../src';
import { testLawsOfCalls } from '../support/laws';
import { meshWith, synthChecked } from '../support/synth';

const NAMES = ['a', 'b', 'c'];
/** The second namespace is observed, and its database closed ahead of it. */
const PHASES = [Enforcement.ENFORCE, Enforcement.OBSERVE];
const SCRAPES = [MetricsScrape.merged(), MetricsScrape.mutualTls(), MetricsScrape.plaintext('no proxy there')];
const EXPORTER = Port.tcp(9121);

/** One call, as numbers, so that the same calls can be made on fresh trees in any order. */
interface Call {
  readonly kind: number;
  readonly from: number;
  readonly to: number;
  readonly detail: number;
}

const CALL: fc.Arbitrary<Call> = fc.record({ kind: fc.nat(9), from: fc.nat(2), to: fc.nat(1), detail: fc.nat(2) });

interface World {
  readonly app: App;
  readonly spaces: ZeroTrustNamespace[];
  readonly workloads: Workload[];
  readonly databases: SecureDatabase[];
  readonly external: IExternalDatabase[];
}

function world(): World {
  const app = new App();
  const chart = new Chart(app, 'chart');
  const prometheus = { namespace: 'monitoring', podLabels: { app: 'p' }, serviceAccount: 'prom' };
  const mesh = meshWith({ prometheus, pods: [Cidr.of('10.32.0.0/11')], apiServer: { addresses: [Cidr.address('10.0.0.1')], number: 6443 } });
  const spaces = ['left', 'right'].map((name, i) => new ZeroTrustNamespace(chart, name, { mesh, enforcement: PHASES[i] }));
  const workloads = NAMES.map((name, i) => spaces[i % 2].addWorkload(name, { ports: [Port.http(80)] }));
  const template = { metadata: { labels: { app: 'redis' } }, spec: { serviceAccountName: 'from-object', containers: [{ name: 'redis' }] } };
  const apiObject = new ApiObject(chart, 'pods', {
    apiVersion: 'apps/v1',
    kind: 'StatefulSet',
    metadata: { name: 'redis', namespace: 'left' },
    ...{ spec: { serviceName: 'redis', selector: { matchLabels: { app: 'redis' } }, template } },
  });
  const engine = DatabaseEngine.REDIS;
  const databases = [
    SecureDatabase.fromApiObject(spaces[0], 'from-object', { apiObject, engine, exporterPort: EXPORTER }),
    new SecureDatabase(spaces[1], 'stated', { engine, exporterPort: EXPORTER, ports: [Port.REDIS, Port.tcp(6380)], enforcement: Enforcement.ENFORCE }),
  ];
  const external = ['one', 'two'].map((name, i) => SecureDatabase.external(chart, name, {
    engine: DatabaseEngine.POSTGRES, host: `${name}.example.com`, cidrs: [Cidr.of('192.0.2.0/24')], addresses: [Cidr.address(`192.0.2.${i + 1}`)],
  }));
  return { app, spaces, workloads, databases, external };
}

function apply({ kind, from, to, detail }: Call, { spaces, workloads, databases, external }: World): void {
  const [source, db, reason] = [workloads[from], databases[to], `reason ${detail}`];
  const actions = [
    () => db.allowFrom(source, { reason }),
    () => db.allowFrom(source, { ports: [Port.REDIS] }),
    () => db.allowBackupFrom(source, detail === 0 ? {} : { reason }),
    () => db.allowReplication({ reason }),
    () => db.allowMetricsFrom(source, SCRAPES[detail]),
    () => db.allowMetricsFrom(source.namespace.mesh.prometheus(), SCRAPES[detail]),
    () => db.allowTo(source, { reason }),
    () => external[to].allowFrom(detail === 0 ? db : source, { reason }),
    () => db.workload.allowPlaintextFrom(PlaintextSource.cidrs(`s${detail}`, Cidr.of(`10.${detail}.0.0/16`)), Port.REDIS, reason),
    () => db.allowFrom(spaces[detail % 2].everyWorkload(reason)),
  ];
  actions[kind]();
}

function make(calls: Call[]): App {
  const it = world();
  calls.forEach((call) => apply(call, it));
  return it.app;
}

describe('laws of databases', () => {
  testLawsOfCalls(CALL, make);

  test('no rule of a database holds an attribute of HTTP, lacks ports or lacks a source', () => {
    fc.assert(fc.property(fc.array(CALL, { maxLength: 12 }), (calls) => {
      const policies = synthChecked(make(calls)).filter((o) => o.kind === 'AuthorizationPolicy' && o.spec.selector !== undefined);
      for (const policy of policies.filter((o) => ['from-object', 'stated'].includes(o.metadata.name))) {
        for (const rule of policy.spec.rules) {
          expect(Object.keys(rule).sort()).toEqual(['from', 'to']);
          expect(rule.to.flatMap(({ operation }: any) => Object.keys(operation)).filter((key: string) => key !== 'ports')).toEqual([]);
          expect(rule.to.filter(({ operation }: any) => operation.ports.length === 0)).toEqual([]);
          for (const { source } of rule.from) {
            expect(source.principals ?? source.ipBlocks).not.toHaveLength(0);
          }
        }
      }
    }), { numRuns: 40 });
  });

  test('an identity gets the ports of the cluster only by being a member', () => {
    fc.assert(fc.property(fc.array(CALL, { maxLength: 12 }), (calls) => {
      const objects = synthChecked(make(calls));
      for (const name of ['from-object', 'stated']) {
        const rules: any[] = objects.filter((o) => o.kind === 'AuthorizationPolicy' && o.metadata.name === name).flatMap((o) => o.spec.rules);
        const members = rules.filter((rule) => rule.to.some(({ operation }: any) => operation.ports.includes('16379')));
        const sources = members.flatMap((rule) => rule.from.flatMap(({ source }: any) => source.principals));
        expect(sources.filter((principal: string) => !principal.endsWith(`/sa/${name}`))).toEqual([]);
      }
    }), { numRuns: 40 });
  });
});
