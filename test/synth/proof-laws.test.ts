import { App, Chart } from 'cdk8s';
import * as fc from 'fast-check';
import { Example, seen } from './example-apps';
import {
  Cidr, ClaimRequirement, DatabaseEngine, Enforcement, HttpMatch, JwtIssuer, JwtProtectedService, PlaintextSource, Port, SecureDatabase,
  Workload, ZeroTrustNamespace,
} from '../../src';
import { Difference } from '../../src/access/intent/difference';
import { accessDifferences } from '../../src/access/intent/differences';
import { Manifest } from '../../src/access/objects';
import { meshWith } from '../support/synth';

const GATEWAY = { name: 'public', namespace: 'edge', podLabels: { istio: 'gw' }, serviceAccount: 'gw-sa' };
const PROMETHEUS = { namespace: 'monitoring', podLabels: { app: 'prometheus' }, serviceAccount: 'prometheus' };
const PORTS = [Port.http(80), Port.tcp(9000), Port.udp(53)];
const PHASES = [Enforcement.ENFORCE, Enforcement.OBSERVE];
const ISSUERS = ['a', 'b'].map((name) => JwtIssuer.oidc(`https://${name}.example`, { audiences: [`${name}-api`] }));

interface Call {
  readonly kind: number;
  readonly from: number;
  readonly to: number;
  readonly detail: number;
}

const CALL: fc.Arbitrary<Call> = fc.record({ kind: fc.nat(8), from: fc.nat(3), to: fc.nat(3), detail: fc.nat(1) });
const CALLS = fc.array(CALL, { maxLength: 10 });
/** The phase of the second namespace, and of one workload in each. */
const PHASE = fc.tuple(fc.nat(1), fc.nat(1), fc.nat(1));

function make(calls: readonly Call[], [second, ...own]: readonly number[]): Example {
  const app = new App();
  const chart = new Chart(app, 'chart');
  const mesh = meshWith({ ingressGateways: [GATEWAY], prometheus: PROMETHEUS });
  const spaces = ['left', 'right'].map((name, i) => new ZeroTrustNamespace(chart, name, { mesh, enforcement: PHASES[i === 0 ? 0 : second] }));
  const workloads = ['a', 'b', 'c', 'd'].map((name, i) => spaces[i % 2].addWorkload(name, { ports: PORTS, enforcement: i < 2 ? PHASES[own[i]] : undefined }));
  const api = new JwtProtectedService(spaces[0], 'api', { ports: [Port.http(8080)], issuers: ISSUERS });
  const db = new SecureDatabase(spaces[0], 'db', { engine: DatabaseEngine.POSTGRES });
  calls.forEach((call) => apply(call, { workloads, spaces, api, db }));
  return seen('laws', app);
}

interface Built {
  readonly workloads: Workload[];
  readonly spaces: ZeroTrustNamespace[];
  readonly api: JwtProtectedService;
  readonly db: SecureDatabase;
}

function apply({ kind, from, to, detail }: Call, { workloads, spaces, api, db }: Built): void {
  const [source, target] = [workloads[from], workloads[to]];
  const reason = `reason ${detail}`;
  const actions = [
    () => target.allowFrom(source, { ports: [PORTS[detail + 1]], reason }),
    () => target.allowFrom(source, { ports: [PORTS[0]], routes: [HttpMatch.get(`/${detail}`), HttpMatch.post(`/${from}/*`)], reason }),
    () => target.allowFrom(target.namespace.mesh.ingressGateway(), { reason }),
    () => target.allowFrom(spaces[detail].everyWorkload(reason)),
    () => target.allowPlaintextFrom(PlaintextSource.cidrs(`s${detail}`, Cidr.of(`10.${detail}.0.0/16`)), PORTS[1], reason),
    () => api.allowUsers({ issuers: [ISSUERS[detail]], claims: from === 0 ? [ClaimRequirement.contains('scope', 'x')] : undefined, reason }),
    () => api.allowFrom(source, { issuers: [ISSUERS[detail]], routes: [HttpMatch.get('/v1/*')], reason }),
    () => api.allowPublic(`/health/${to}`, { from: [target.namespace.mesh.ingressGateway()], reason }),
    () => db.allowFrom(source, { reason }),
  ];
  actions[kind]();
}

function differences({ access, snapshot }: Example, manifests: readonly Manifest[]): Difference[] {
  return accessDifferences(snapshot(manifests), access);
}

describe('laws of the proof', () => {
  test('it holds for everything that the constructs write', () => {
    fc.assert(fc.property(CALLS, PHASE, (calls, phase) => {
      const app = make(calls, phase);
      expect(differences(app, app.manifests)).toEqual([]);
    }), { numRuns: 60 });
  });

  test('the order of objects shows in no difference', () => {
    fc.assert(fc.property(CALLS, PHASE, fc.nat(), fc.infiniteStream(fc.nat()), (calls, phase, gone, order) => {
      const app = make(calls, phase);
      const some = app.manifests.filter((_, i) => i !== gone % app.manifests.length);
      const keys = [...order.take(some.length)];
      const shuffled = some.map((manifest, i) => ({ manifest, key: keys[i] })).sort((a, b) => a.key - b.key)
        .map(({ manifest }) => manifest);
      const told = (manifests: Manifest[]) => differences(app, manifests).map(({ layer, kind, from, to }) => `${layer} ${kind} ${from} ${to}`).sort();
      expect(told(shuffled)).toEqual(told(some));
    }), { numRuns: 40 });
  });

  test('who says more than is written misses something at most, and who says less finds too much at most', () => {
    fc.assert(fc.property(CALLS, CALLS, PHASE, (calls, more, phase) => {
      const [less, all] = [make(calls, phase), make([...calls, ...more], phase)];
      const kinds = (access: Example, objects: Example) => [...new Set(differences(access, objects.manifests).map(({ kind }) => kind))];
      expect(['missing', 'unknown']).toEqual(expect.arrayContaining(kinds(all, less)));
      expect(['excess', 'unknown']).toEqual(expect.arrayContaining(kinds(less, all)));
    }), { numRuns: 40 });
  });
});
