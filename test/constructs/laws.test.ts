import { App, Chart } from 'cdk8s';
import * as fc from 'fast-check';
import { Cidr, CloudIdentity, Enforcement, HttpMatch, PlaintextSource, Port, Workload, ZeroTrustNamespace } from '../../src';
import { testLawsOfCalls } from '../support/laws';
import { meshWith } from '../support/synth';

const GATEWAY = { name: 'public', namespace: 'edge', podLabels: { istio: 'gw' }, serviceAccount: 'gw-sa' };
const NAMES = ['a', 'b', 'c', 'd'];
/** One namespace is enforced and the other observed, and each holds one workload that is ahead or behind. */
const PHASES = [Enforcement.ENFORCE, Enforcement.OBSERVE, Enforcement.OBSERVE, Enforcement.ENFORCE];
const PORTS = [Port.http(80), Port.tcp(9000), Port.udp(53)];

/** One call, as numbers, so that the same calls can be made on fresh trees in any order. */
interface Call {
  readonly kind: number;
  readonly from: number;
  readonly to: number;
  readonly detail: number;
}

const CALL: fc.Arbitrary<Call> = fc.record({ kind: fc.nat(8), from: fc.nat(3), to: fc.nat(3), detail: fc.nat(2) });

function make(calls: Call[]): App {
  const app = new App();
  const chart = new Chart(app, 'chart');
  const mesh = meshWith({ ingressGateways: [GATEWAY], apiServer: { addresses: [Cidr.address('10.0.0.1')], number: 6443 } });
  const spaces = ['left', 'right'].map((name, i) => new ZeroTrustNamespace(chart, name, { mesh, enforcement: PHASES[i] }));
  const workloads = NAMES.map((name, i) => spaces[i % 2].addWorkload(name, { ports: PORTS, enforcement: PHASES[i] }));
  calls.forEach((call) => apply(call, workloads, spaces));
  return app;
}

function apply({ kind, from, to, detail }: Call, workloads: Workload[], spaces: ZeroTrustNamespace[]): void {
  const [source, target] = [workloads[from], workloads[to]];
  const reason = `reason ${detail}`;
  const actions = [
    () => target.allowFrom(source, { reason }),
    () => target.allowFrom(source, { ports: [PORTS[detail]] }),
    () => target.allowFrom(source, { ports: [Port.http(80)], routes: [HttpMatch.get(`/${detail}`), HttpMatch.post(`/${from}/*`)], reason }),
    () => source.allowTo(target, { ports: [Port.http(80)], routes: [HttpMatch.of({ paths: ['/h'], headers: [{ name: 'x-a', values: [`${detail}`] }] })] }),
    () => target.allowFrom(target.namespace.mesh.ingressGateway(), { reason }),
    () => target.allowFrom(spaces[detail % 2].everyWorkload(reason)),
    () => target.allowPlaintextFrom(PlaintextSource.cidrs(`s${detail}`, Cidr.of(`10.${detail}.0.0/16`)), Port.tcp(9000), reason),
    () => source.needsKubernetesApi(reason),
    () => source.allowCloudIdentity(CloudIdentity.EKS_POD_IDENTITY, reason),
  ];
  actions[kind]();
}

describe('laws of grants', () => {
  testLawsOfCalls(CALL, make);
});
