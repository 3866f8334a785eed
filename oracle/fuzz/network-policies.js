// NetworkPolicies: two engines of others on one side, our access model on the other.
const { engines } = require('../lib/engines');
const { worldOf, EXTERNALS, PORTS } = require('../suites/network-policies');
const { fc, oneOf, mostly, few, listOrNone, parts, drawn } = require('./arbitrary');
const { access } = require('./lib');

const WORLDS = 25;
const ASKED = [...PORTS, { port: 9000, protocol: 'TCP' }, { port: 65535, protocol: 'TCP' }, { port: 1, protocol: 'TCP' }, { port: 80, protocol: 'UDP' }, { port: 7000, protocol: 'SCTP' },
  { port: 80, protocol: 'SCTP' }];

const NAMESPACES = [
  { name: 'x', labels: { team: 'a', tier: 'front' } }, { name: 'y', labels: { team: 'b' } }, { name: 'z', labels: { team: '', stage: '' } },
];
const LABELS = parts(
  {
    app: oneOf('a', 'b', 'c', ''), tier: oneOf('web', 'db', ''), role: oneOf('client', 'server'),
    'example.com/long-name': oneOf('1', 'true'),
  },
);
const POD_PORTS = fc.uniqueArray(fc.record({
  name: oneOf('web', 'alt', 'dns', 'sig', 'x-1'), port: oneOf(80, 8080, 81, 53, 7000, 9000, 65535), protocol: oneOf('TCP', 'TCP', 'UDP', 'SCTP', undefined),
}), { maxLength: 4, selector: ({ name, protocol = 'TCP' }) => `${name} ${protocol}` });
const POD = fc.record({ labels: LABELS, ports: POD_PORTS, family: mostly(4, fc.constant(undefined), fc.constant(6)) });
const WORLD = fc.record({ namespaces: fc.subarray(NAMESPACES, { minLength: 2 }), pods: fc.array(POD, { minLength: 2, maxLength: 6 }) })
  .map(({ namespaces, pods }) => ({ namespaces, pods: pods.map((pod, i) => ({ name: `p${i}`, ...pod })) }));

const KEYS = ['app', 'tier', 'role', 'example.com/long-name', 'absent', 'team', 'stage'];
const VALUES = ['a', 'b', 'c', '', 'web', 'db', 'client', 'true', '1'];
const EXPRESSION = fc.oneof(
  fc.record({ key: oneOf(...KEYS), operator: oneOf('In', 'NotIn'), values: few(VALUES, 3) }),
  fc.record({ key: oneOf(...KEYS), operator: oneOf('Exists', 'DoesNotExist'), values: oneOf(undefined, undefined, []) }),
);
const MATCH = parts({ app: oneOf('a', 'b', 'c', ''), tier: oneOf('web', 'db', ''), role: oneOf('client', 'server') });
const selector = (labels) => fc.oneof(
  { weight: 3, arbitrary: oneOf({}, { matchLabels: {} }, { matchExpressions: [] }) },
  { weight: 4, arbitrary: fc.record({ matchLabels: labels }) },
  { weight: 4, arbitrary: fc.record({ matchExpressions: fc.array(EXPRESSION, { minLength: 1, maxLength: 2 }) }) },
  { weight: 2, arbitrary: fc.record({ matchLabels: labels, matchExpressions: fc.array(EXPRESSION, { minLength: 1, maxLength: 1 }) }) },
);
const PODS = selector(MATCH);
const SPACES = selector(
  fc.oneof(
    parts({ team: oneOf('a', 'b', ''), stage: oneOf('') }), fc.record({ 'kubernetes.io/metadata.name': oneOf('x', 'y', 'z', 'gone') }),
  ),
);

const BLOCKS = {
  '0.0.0.0/0': ['10.0.0.0/8', '10.10.0.0/16', '203.0.113.0/25', '10.11.0.11/32', '0.0.0.0/1'],
  '10.0.0.0/8': ['10.10.0.0/16', '10.10.0.10/32', '10.11.0.8/30', '10.0.0.0/24'],
  '10.10.0.0/16': ['10.10.0.11/32', '10.10.0.8/29'], '203.0.113.0/24': ['203.0.113.7/32', '203.0.113.4/30'], '203.0.113.7/32': [],
  '10.12.0.0/14': ['10.12.0.0/16'],
  '::/0': ['fd00::/16', '2001:db8::/32', 'fd00:a::/32', '::/1'], 'fd00::/16': ['fd00:a::/32', 'fd00:a::b/128'],
  '2001:db8::/32': ['2001:db8::7/128', '2001:db8::/64'], 'fd00:b::/32': [],
};
const BLOCK = oneOf(...Object.keys(BLOCKS)).chain(
  (cidr) => fc.record({ cidr: fc.constant(cidr), except: mostly(1, fc.constant(undefined), fc.subarray(BLOCKS[cidr])) }),
);
const PEER = fc.oneof(
  fc.record({ podSelector: PODS }), fc.record({ namespaceSelector: SPACES }), fc.record({ podSelector: PODS, namespaceSelector: SPACES }), fc.record({ ipBlock: BLOCK }),
);
const PORT = fc.oneof(
  {
    weight: 4,
    arbitrary: fc.record(
      {
        protocol: oneOf(undefined, 'TCP', 'UDP', 'SCTP'),
        port: oneOf(80, 8080, 81, 53, 7000, 9000, 65535, 1, 'web', 'alt', 'dns', 'sig', 'gone', 'x-1'),
      },
    ),
  },
  {
    weight: 2,
    arbitrary: fc.record(
      { protocol: oneOf(undefined, 'TCP', 'UDP', 'SCTP'), port: oneOf(1, 53, 80, 81), endPort: oneOf(81, 8080, 8079, 65535, 82) },
    ),
  },
  { weight: 1, arbitrary: fc.record({ protocol: oneOf('TCP', 'UDP', 'SCTP') }) },
  { weight: 1, arbitrary: fc.constant({}) },
  // what the API server refuses
  {
    weight: 1,
    arbitrary: mostly(
      8, fc.constant({ port: 80 }),
      oneOf(
        { port: 80, endPort: 79 }, { port: 'web', endPort: 90 }, { port: 0 }, { port: 'Web' }, { endPort: 80 }, { port: 65536 },
        { port: '80' }, { protocol: 'tcp' },
      ),
    ),
  },
);
const rules = (field) => listOrNone(fc.record({ [field]: listOrNone(PEER), ports: listOrNone(PORT) }));
const POLICY = fc.record({
  in: oneOf('x', 'y', 'z'), podSelector: PODS, policyTypes: oneOf(
    undefined, undefined, [], ['Ingress'], ['Egress'], ['Ingress', 'Egress'], ['Egress', 'Ingress'],
  ),
  ingress: rules('from'), egress: rules('to'),
});
const CASE = WORLD.chain((world) => fc.record({
  world: fc.constant(world),
  policies: fc.array(POLICY.filter((policy) => world.namespaces.some(({ name }) => name === policy.in)), { minLength: 1, maxLength: 5 }),
}));

const generate = (seed, number) => drawn(CASE, seed, number, WORLDS);
const worldOfCase = ({ world, policies }) => worldOf({ common: { world }, policies });

class Engines {
  constructor() {
    this.netpol = engines.netpol();
    this.strategies = engines.strategies();
  }

  /** Policies as the API server stores them, or undefined for one that it refuses. */
  async stored(policies) {
    return Promise.all(policies.map(async ({ in: namespace, ...spec }, i) => {
      const object = { apiVersion: 'networking.k8s.io/v1', kind: 'NetworkPolicy', metadata: { name: `policy-${i}`, namespace }, spec };
      const reply = await this.strategies.ask({ op: 'create', object });
      return reply.status === 201 ? reply.object : undefined;
    }));
  }

  async close() {
    await Promise.all([this.netpol.close(), this.strategies.close()]);
  }
}

function ends({ pods }) {
  return {
    inside: [[...pods.map(({ id }) => id), ...EXTERNALS], pods.map(({ id }) => id)], outside: [pods.map(({ id }) => id), EXTERNALS],
  };
}

/** Every verdict of our model, in the order of the engines. */
function modelOf(world) {
  const { NetworkModel } = access('network/model');
  const { hasPort } = access('network/port-sets');
  const workloads = world.pods.map(({ id, namespace, labels, ip, ports }) => ({
    id, namespace, name: id.split('/')[1], kind: 'Pod', labels, annotations: {}, serviceAccount: 'default', addresses: [ip], mode: 'none', hostNetwork: false,
    ports: ports.map(({ name, port, protocol = 'TCP' }) => ({ name, number: port, protocol })),
  }));
  const policies = world.policies.map(({ in: namespace, ...spec }, i) => (
    { object: { apiVersion: 'networking.k8s.io/v1', kind: 'NetworkPolicy', metadata: { name: `policy-${i}`, namespace }, spec }, origin: {} }));
  const model = new NetworkModel({ workloads, policies, namespaces: new Map(world.namespaces.map(({ name, labels }) => [name, labels])) });
  const [pods, outside] = [workloads.map((workload) => ({ workload })), EXTERNALS.map((address) => ({ address }))];
  const matrix = (sources, destinations) => {
    const found = sources.map((from) => destinations.map((to) => model.connections(from, to)));
    return Object.fromEntries(ASKED.map(({ port, protocol }) => [`${protocol}/${port}`, found.map((row) => row.map(
      ({ allowed, unknown }) => (hasPort(unknown, protocol, port) ? '?' : hasPort(allowed, protocol, port) ? '1' : '0')).join(''))]));
  };
  return { inside: matrix([...pods, ...outside], pods), outside: matrix(pods, outside) };
}

/** Whether our reading of each policy finds what the API server refuses. */
function admission(policies, stored) {
  const { compilePolicy } = access('network/read-policy');
  return policies.flatMap(({ in: namespace, ...spec }, i) => {
    const object = { apiVersion: 'networking.k8s.io/v1', kind: 'NetworkPolicy', metadata: { name: 'it', namespace }, spec };
    const { problems } = compilePolicy({ object, origin: {} });
    const [engine, model] = [stored[i] !== undefined, problems.length === 0].map((admitted) => (admitted ? 'admitted' : 'refused'));
    return [{ engine, model, reason: problems.map((problem) => JSON.stringify(problem)).join('; '), agrees: engine === model }];
  });
}

async function compareOne(asked, one) {
  const world = worldOfCase(one);
  const stored = await asked.stored(world.policies);
  const admitted = world.policies.filter((_, i) => stored[i] !== undefined);
  const { engines: answers } = await asked.netpol.ask(
    { op: 'matrix', ...world, policies: stored.filter((policy) => policy !== undefined), externals: EXTERNALS, ports: ASKED },
  );
  const ours = modelOf({ ...world, policies: admitted });
  const rows = Object.entries(answers).flatMap(([engine, answer]) => rowsOf(engine, answer, ours, world));
  return { rows: [...admission(world.policies, stored), ...rows] };
}

/** One row for all pairs that are decided alike, and one for each that is not. */
function rowsOf(name, answer, ours, world) {
  const alike = { 0: 0, 1: 0 };
  const different = [];
  const unknown = [];
  for (const [side, [sources, destinations]] of Object.entries(ends(world))) {
    for (const port of Object.keys(ours[side])) {
      answer[side][port].forEach((row, i) => [...row].forEach((verdict, j) => {
        const model = ours[side][port][i][j];
        const reason = `${port} from ${sources[i]} to ${destinations[j]}, by ${name}`;
        if (model === '?') {
          unknown.push({ engine: verdict, model: 'unknown', reason: `${port}`, unknown: true, agrees: true });
        } else if (model === verdict) {
          alike[verdict] += 1;
        } else {
          different.push({ engine: verdict, model, reason, agrees: false });
        }
      }));
    }
  }
  return [
    ...Object.entries(alike).map(([verdict, times]) => ({ engine: verdict, model: verdict, reason: '', agrees: true, times })), ...unknown,
    ...different,
  ];
}

async function compare(asked, cases) {
  return Promise.all(cases.map((one) => compareOne(asked, one).catch((error) => ({ problem: error.message, rows: [] }))));
}

/** What of a world must stay where it is. */
const FIXED = /^(world|policies|world\.(namespaces|pods)|world\.(namespaces|pods)\.\d+\.(name|labels|ports)|world\.pods\.\d+\.ports\.\d+\.\w+|policies\.\d+\.(in|podSelector)|.*\.(key|operator|cidr|port))$/;
const shrinking = {
  may: (path) => !FIXED.test(path),
  mend: (one) => (
    one.world.pods.length > 0 && one.policies.every(
      ({ in: home }) => one.world.namespaces.some(({ name }) => name === home),
    ) ? one : undefined
  ),
};

module.exports = {
  topic: 'network-policies', generate, open: () => new Engines(), compare, shrinking, focus: (one) => one,
  written: ({ world, policies }) => ({ world, cases: [{ id: 'case', policies }] }),
};
