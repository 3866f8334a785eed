// NetworkPolicies: who reaches whom in small worlds, by engines of others.
const { casesOf } = require('../lib/cases');
const { packRows } = require('../lib/pack');
const { settle } = require('../lib/recorded');
const { Tally } = require('../lib/tally');

const EXTERNALS = ['203.0.113.7', '10.0.0.9', '2001:db8::7'];
const PORTS = [{ port: 80, protocol: 'TCP' }, { port: 8080, protocol: 'TCP' }, { port: 53, protocol: 'UDP' }, { port: 81, protocol: 'TCP' }];

const addressOf = ({ family }, i, j) => (family === 6 ? `fd00:${(10 + i).toString(16)}::${(10 + j).toString(16)}` : `10.${10 + i}.0.${10 + j}`);

/** A world: namespaces with labels, and in each of them pods for every combination of labels. */
function worldOf({ common, policies }) {
  const { namespaces, pods, containerPorts } = common.world;
  const all = namespaces.flatMap((space, i) => pods.map((one, j) => ({
    id: `${space.name}/${one.name}`, namespace: space.name, labels: one.labels ?? {}, ip: addressOf(one, i, j), ports: one.ports ?? containerPorts ?? [],
  })));
  return { namespaces: namespaces.map(({ name, labels = {} }) => ({ name, labels: { 'kubernetes.io/metadata.name': name, ...labels } })), pods: all, policies };
}

/** Engines read policies as they are stored, so each goes through the API server's own strategies first. */
async function stored(policies, strategies) {
  return Promise.all(policies.map(async ({ name, in: namespace, ...spec }, i) => {
    const object = { apiVersion: 'networking.k8s.io/v1', kind: 'NetworkPolicy', metadata: { name: name ?? `policy-${i}`, namespace }, spec };
    const reply = await strategies.ask({ op: 'create', object });
    if (reply.status !== 201) {
      throw new Error(`the API server refuses a policy: ${reply.message}`);
    }
    return reply.object;
  }));
}

/** Every pair of a matrix with its verdict, in the order in which the engines give them. */
function pairsOf(world, { inside, outside }) {
  const ends = [...world.pods.map(({ id }) => id), ...EXTERNALS];
  const pairs = (matrix, offset) => Object.entries(matrix).flatMap(([port, rows]) => rows.flatMap(
    (row, i) => [...row].map((verdict, j) => ({ verdict, pair: `${ends[i]} to ${ends[offset + j]} ${port}` })),
  ));
  return [...pairs(inside, 0), ...pairs(outside, world.pods.length)];
}

/** Checks that all engines say the same of every pair; returns how many pairs there are. */
function compare(id, world, [[first, matrix], ...others], tally) {
  const pairs = pairsOf(world, matrix);
  tally.check(others.length > 0, `${id}: one engine alone decided`);
  for (const [other, its] of others) {
    const theirs = pairsOf(world, its);
    const differing = pairs.filter(({ pair, verdict }, i) => theirs[i]?.pair !== pair || theirs[i].verdict !== verdict);
    const some = () => differing.slice(0, 5).map(({ pair, verdict }) => `${pair} (${verdict} by ${first})`).join(', ');
    tally.check(differing.length === 0 && theirs.length === pairs.length,
      () => `${id}: ${other} disagrees about ${differing.length} of ${pairs.length} pairs: ${some()}`);
  }
  return pairs.length;
}

const packed = (matrix) => Object.fromEntries(Object.entries(matrix).map(([port, rows]) => [port, packRows(rows)]));

async function networkPolicies(engines, { record }) {
  const tally = new Tally('NetworkPolicies before other engines');
  const asked = { netpol: engines.netpol(), strategies: engines.strategies() };
  const verdicts = {};
  let pairs = 0;
  for (const one of casesOf('network-policies')) {
    const world = worldOf(one);
    const policies = await stored(world.policies, asked.strategies);
    const reply = await asked.netpol.ask({ op: 'matrix', ...world, policies, externals: EXTERNALS, ports: PORTS });
    const answers = Object.entries(reply.engines);
    pairs += compare(one.id, world, answers, tally);
    const [, { inside, outside }] = answers[0];
    verdicts[one.id] = { inside: packed(inside), outside: packed(outside) };
  }
  const { id, ...versions } = await asked.netpol.ask({ op: 'version' });
  await Promise.all(Object.values(asked).map((engine) => engine.close()));
  settle('network-policies', versions, verdicts, { record, tally });
  tally.note(`${pairs} pairs of source, destination and port, each decided by ${Object.keys(versions).join(' and ')}`);
  return tally;
}

module.exports = { networkPolicies, worldOf, EXTERNALS, PORTS };
