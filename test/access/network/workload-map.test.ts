import * as fc from 'fast-check';
import { pod, policy, tcp } from './worlds';
import { NetworkModel } from '../../../src/access/network/model';
import { containsPorts, equalPorts, hasPort, PortSets, PROTOCOLS } from '../../../src/access/network/port-sets';
import { isNoConnection } from '../../../src/access/network/reach';
import { workloadsOf } from '../../../src/access/network/workload-map';
import { Labels, Manifest } from '../../../src/access/objects';
import { TransportProtocol, Workload } from '../../../src/access/workload';

const NAMESPACES = ['a', 'b'];
const KEYS = ['app', 'tier'];
const VALUES = ['x', 'y', ''];
const RUNS = { numRuns: 150 };

const labels = fc.dictionary(fc.constantFrom(...KEYS), fc.constantFrom(...VALUES), { maxKeys: 2 });
const expression = fc.oneof(
  fc.record({ key: fc.constantFrom(...KEYS), operator: fc.constantFrom('In', 'NotIn'), values: fc.subarray(VALUES, { minLength: 1 }) }),
  fc.record({ key: fc.constantFrom(...KEYS), operator: fc.constantFrom('Exists', 'DoesNotExist') }),
);
const expressions = fc.record({ matchExpressions: fc.array(expression, { maxLength: 2 }) });
const selector = fc.oneof(fc.constant({}), fc.record({ matchLabels: labels }), expressions);
const namespaceSelector = fc.oneof(selector, fc.constantFrom(...NAMESPACES).map((name) => ({ matchLabels: { 'kubernetes.io/metadata.name': name } })));
const block = fc.constantFrom({ cidr: '10.0.0.0/29' }, { cidr: '0.0.0.0/0', except: ['10.0.0.0/30'] }, { cidr: '::/0' }, { cidr: '10.0.0.4/32' });
const peer = fc.oneof(
  fc.record({ podSelector: selector }), fc.record({ namespaceSelector }), fc.record({ podSelector: selector, namespaceSelector }),
  fc.record({ ipBlock: block }),
);
const port = fc.oneof(
  fc.record({ port: fc.constantFrom<string | number>(80, 81, 'http', 'other') }), fc.record({ port: fc.constant(80), endPort: fc.constantFrom(80, 90) }),
  fc.record({ protocol: fc.constantFrom('UDP', 'SCTP') }), fc.constant({ port: 0 }),
);
const rule = (side: string) => fc.record(
  { [side]: fc.array(peer, { maxLength: 2 }), ports: fc.array(port, { maxLength: 2 }) }, { requiredKeys: [] },
);
const rules = (side: string) => fc.array(rule(side), { maxLength: 2 });
const policies = fc.array(fc.tuple(fc.constantFrom(...NAMESPACES), fc.record({
  podSelector: selector, policyTypes: fc.subarray(['Ingress', 'Egress']), ingress: rules('from'), egress: rules('to'),
}, { requiredKeys: ['podSelector'] })), { maxLength: 4 }).map((all) => all.map(([namespace, spec], i) => policy(`${namespace}/p-${i}`, spec)));
const workload = fc.record({
  namespace: fc.constantFrom(...NAMESPACES),
  labels,
  kind: fc.constantFrom('Pod', 'Deployment', 'Hypothetical'),
  hostNetwork: fc.constantFrom(false, false, false, true),
  addresses: fc.subarray(['10.0.0.1', '10.0.0.4', '10.0.0.9', 'fd00::1'], { maxLength: 2 }),
  named: fc.boolean(),
});
const workloads = fc.array(workload, { minLength: 1, maxLength: 6 }).map((all) => all.map(({ namespace, named, ...rest }, i) => pod(`${namespace}/w-${i}`, {
  ...rest, ports: named ? [tcp(80 + i, 'http')] : [],
})));
const spaces = new Map<string, Labels>([['a', { app: 'x' }], ['b', { tier: 'y' }]]);
const world = fc.record({ workloads, policies });
const modelOf = (of: { workloads: readonly Workload[]; policies: readonly Manifest[] }) => new NetworkModel({ ...of, namespaces: spaces });

/** All pairs one by one, as text. */
function pairs(model: NetworkModel, all: readonly Workload[]): string[] {
  return all.flatMap((from) => all.map((to) => `${from.id} ${to.id} ${JSON.stringify(model.connections({ workload: from }, { workload: to }))}`)).sort();
}

/** Every port at which one of the sets begins or ends, and its neighbours. */
function boundaries(sets: readonly PortSets[], protocol: TransportProtocol): number[] {
  const ends = sets.flatMap((set) => set[protocol].flatMap(({ first, last }) => [first - 1, first, last, last + 1]));
  return [...new Set([1, 80, 81, 65535, ...ends])].filter((number) => number >= 1 && number <= 65535);
}

describe('the map of all workloads', () => {
  // A namespace of more than 24 pods makes peers broad, which takes another way through the map.
  test.each([1, 6])('says of every pair what the pair alone says (%i times the pods)', (times) => {
    fc.assert(fc.property(world, ({ workloads: few, policies: all }) => {
      const many = Array.from({ length: times }, (_, i) => few.map((one) => ({ ...one, id: `${one.id}-${i}`, name: `${one.name}-${i}` }))).flat();
      const model = modelOf({ workloads: many, policies: all });
      const expected = pairs(model, many).filter((line) => !isNoConnection(JSON.parse(line.slice(line.indexOf('{')))));
      const edges = (list: ReturnType<NetworkModel['edges']>) => list.flatMap(({ from, to, connections }) => workloadsOf(from).flatMap(
        (source) => workloadsOf(to).map((destination) => `${source.id} ${destination.id} ${JSON.stringify(connections)}`))).sort();
      expect(edges(model.edges())).toEqual(expected);
      expect(edges(many.flatMap((one) => model.egressOf(one)))).toEqual(expected);
    }), { numRuns: times === 1 ? 150 : 40 });
  });
});

describe('verdicts', () => {
  test('agree with the sets of ports at every boundary, and with their own trails', () => {
    fc.assert(fc.property(world, (of) => {
      const model = modelOf(of);
      for (const from of [...of.workloads.map((one) => ({ workload: one })), { address: '10.0.0.9' }, { address: '2001:db8::1' }]) {
        const to = { workload: of.workloads[0] };
        const { allowed, unknown } = model.connections(from, to);
        for (const protocol of PROTOCOLS) {
          for (const number of boundaries([allowed, unknown], protocol)) {
            const said = model.verdict({ from, to, protocol, port: number });
            expect(said.allowed).toBe(hasPort(allowed, protocol, number) ? true : hasPort(unknown, protocol, number) ? undefined : false);
            expect(said.steps.some(({ outcome }) => outcome === 'refuse')).toBe(said.allowed === false);
            expect(said.steps.every(({ outcome }) => outcome === 'pass')).toBe(said.allowed === true);
          }
        }
      }
    }), RUNS);
  });

  test('do not depend on the order of objects', () => {
    fc.assert(fc.property(world, (of) => {
      const turned = { workloads: [...of.workloads].reverse(), policies: [...of.policies].reverse() };
      expect(pairs(modelOf(turned), of.workloads)).toEqual(pairs(modelOf(of), of.workloads));
      const question = { from: { workload: of.workloads[0] }, to: { workload: of.workloads.at(-1) as Workload }, protocol: 'TCP' as const, port: 80 };
      expect(modelOf(turned).verdict(question)).toEqual(modelOf(of).verdict(question));
    }), RUNS);
  });

  test('do not depend on the names of policies', () => {
    fc.assert(fc.property(world, (of) => {
      const renamed = of.policies.map((one, i) => ({ ...one, object: { ...one.object, metadata: { ...one.object.metadata, name: `renamed-${9 - i}` } } }));
      expect(pairs(modelOf({ ...of, policies: renamed }), of.workloads)).toEqual(pairs(modelOf(of), of.workloads));
    }), RUNS);
  });

  test('only gain from one more policy for pods that are isolated already', () => {
    const deny = NAMESPACES.map((namespace) => policy(`${namespace}/deny`, { podSelector: {}, policyTypes: ['Ingress', 'Egress'] }));
    fc.assert(fc.property(world, (of) => {
      const [before, after] = [of.policies.slice(1), of.policies].map((all) => modelOf({ ...of, policies: [...deny, ...all] }));
      for (const from of of.workloads) {
        for (const to of of.workloads) {
          const [was, is] = [before, after].map((model) => model.connections({ workload: from }, { workload: to }));
          expect(containsPorts(is.allowed, was.allowed)).toBe(true);
        }
      }
    }), RUNS);
  });

  test('for addresses outside are the same for all that a group holds', () => {
    fc.assert(fc.property(world, (of) => {
      const model = modelOf(of);
      const [to] = of.workloads;
      for (const { addresses, connections } of model.outside(to, 'ingress')) {
        for (const { last } of addresses[4]) {
          const address = [3, 2, 1, 0].map((i) => (last / 256n ** BigInt(i)) % 256n).join('.');
          if (!of.workloads.some((one) => one.addresses.includes(address))) {
            const alone = model.connections({ address }, { workload: to });
            expect([equalPorts(alone.allowed, connections.allowed), equalPorts(alone.unknown, connections.unknown)]).toEqual([true, true]);
          }
        }
      }
    }), RUNS);
  });
});
