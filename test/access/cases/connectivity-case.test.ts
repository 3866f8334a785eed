import { Case } from '../../../src/access/cases/case-file';
import { runConnectivityCase } from '../../../src/access/cases/connectivity-case';

const pod = (name: string, more: object = {}) => ({ apiVersion: 'v1', kind: 'Pod', metadata: { name, labels: { app: name }, ...more }, spec: { containers: [] } });
const deployment = (name: string, replicas?: number) => ({
  apiVersion: 'apps/v1', kind: 'Deployment', metadata: { name }, spec: { replicas, template: { metadata: { labels: { app: name } }, spec: { containers: [] } } },
});
const policy = (name: string, spec: object) => ({ apiVersion: 'networking.k8s.io/v1', kind: 'NetworkPolicy', metadata: { name, namespace: 'default' }, spec });
const from = (...ports: number[]) => ({ podSelector: { matchLabels: { app: 'db' } }, ingress: [{ ports: ports.map((port) => ({ port })) }] });
const authorization = (name: string, spec: object) => (
  { apiVersion: 'security.istio.io/v1', kind: 'AuthorizationPolicy', metadata: { name, namespace: 'default' }, spec });
const get = { rules: [{ to: [{ operation: { methods: ['GET'] } }] }] };
const sidecar = { apiVersion: 'networking.istio.io/v1', kind: 'Sidecar', metadata: { name: 's', namespace: 'default' }, spec: {} };
const ingress = {
  apiVersion: 'networking.k8s.io/v1',
  kind: 'Ingress',
  metadata: { name: 'i', namespace: 'default' },
  spec: { defaultBackend: { service: { name: 'db', port: { number: 80 } } } },
};
const inputs: Record<string, object[]> = {
  pods: [pod('web'), pod('db')],
  one: [policy('one', from(80))],
  two: [policy('two', from(80, 81))],
  typo: [policy('typo', { podSelector: { matchLabels: { app: 'bd' } } }), policy('twice', { podSelector: {}, ingress: [{ ports: [{ port: 80 }] }, { ports: [{ port: 80 }] }] })],
  broken: [policy('broken', { podSelector: {}, ingress: [{ from: [{ ipBlock: { cidr: '128.0.0.0/5', except: ['172.16.0.0/16'] } }] }] })],
  requests: [authorization('get', get), authorization('any', { rules: [{}] })],
  ingress: [ingress],
  others: [sidecar],
  owned: [pod('a-1', { ownerReferences: [{ kind: 'DaemonSet', name: 'a' }] }), pod('a-2', { ownerReferences: [{ kind: 'DaemonSet', name: 'a' }] })],
  several: [deployment('many', 3), deployment('single'), deployment('single')],
};

/** The answers to queries over sets of these inputs; a set is called by the resources in it, after `@` its topology. */
function ask(...queries: [kind: string, configs: string[], more?: object][]) {
  const configs = Object.fromEntries(queries.flatMap(([, names]) => names).map((name) => name.split('/')[0]).map((name) => {
    const [resources, topology = 'pods'] = name.split('@');
    return [name, { topology: [topology], resources: resources === 'nothing' ? [] : resources.split('+') }];
  }));
  const one = {
    name: 'c',
    kind: 'connectivity',
    objects: [],
    inputs,
    configs,
    queries: queries.map(([kind, names, more], i) => ({ name: `q${i}`, query: { [kind]: names }, ...more })),
  };
  return runConnectivityCase(one as unknown as Case);
}

const given = (...queries: Parameters<typeof ask>) => ask(...queries).results!.map((row) => row.given);

describe('queries over sets of policies', () => {
  test('count what differs', () => {
    expect(given(['equivalence', ['one', 'one', 'two']], ['equivalence', ['requests/default/get', 'requests/default/any']])).toEqual([2, 1]);
    expect(given(['strongEquivalence', ['one', 'one']], ['strongEquivalence', ['one', 'two']])).toEqual([0, 1]);
    expect(given(['strongEquivalence', ['requests', 'requests']], ['strongEquivalence', ['requests/default/get', 'requests/default/any']])).toEqual([0, 1]);
    expect(given(['semanticDiff', ['one', 'two']], ['semanticDiff', ['one', 'one']])).toEqual([2, 0]);
  });

  test('count what contains and what disturbs what', () => {
    expect(given(['containment', ['two', 'one']], ['containment', ['one', 'two']])).toEqual([1, 0]);
    expect(given(['twoWayContainment', ['one', 'one']], ['twoWayContainment', ['one', 'two']], ['twoWayContainment', ['two', 'one']])).toEqual([3, 2, 1]);
    expect(given(['interferes', ['one', 'two']], ['pairwiseInterferes', ['one', 'two']])).toEqual([1, 1]);
    expect(given(['permits', ['one', 'two']], ['permits', ['two', 'one']], ['forbids', ['one', 'two']])).toEqual([1, 0, 1]);
  });

  test('count findings in each set', () => {
    expect(given(['emptiness', ['typo', 'one']], ['redundancy', ['typo']], ['vacuity', ['nothing', 'one', 'requests']])).toEqual([1, 3, 2]);
    expect(ask(['redundancy', ['requests']], ['emptiness', ['requests']]).results!.map(({ found }) => found)).toEqual([
      ['AuthorizationPolicy default/get'], [],
    ]);
    expect(given(['sanity', ['one']], ['sanity', ['typo']], ['sanity', ['nothing']])).toEqual([0, 3, 1]);
    expect(given(['disjointness', ['one+two']], ['disjointness', ['one']])).toEqual([1, 0]);
  });

  test('count workloads that nothing captures, by their controllers or pod by pod', () => {
    expect(given(['allCaptured', ['one']], ['allCaptured', ['one+requests']], ['allCaptured', ['one@owned']])).toEqual([3, 3, 2]);
    expect(given(['allCaptured', ['one@several']], ['allCaptured', ['one@several'], { output: { outputEndpoints: 'pods' } }])).toEqual([4, 6]);
    expect(given(['allCaptured', ['nothing@owned']], ['allCaptured', ['ingress@several']])).toEqual([2, 4]);
  });

  test('list what passes', () => {
    const [{ found }] = ask(['connectivityMap', ['one+requests/default/get']]).results!;
    expect(found).toContain('default/web => default/db: udp/all sctp/all other, some requests on tcp/all');
    const [{ found: network }] = ask(['connectivityMap', ['one']]).results!;
    expect(network).toEqual(expect.arrayContaining(['default/web => default/db: tcp/80', 'default/db => default/web: all', '0.0.0.0 and on => default/db: tcp/80']));
  });

  test('name the request in which sets differ', () => {
    const [{ found }] = ask(['equivalence', ['requests/default/get', 'requests/default/any']]).results!;
    expect(found).toEqual([expect.stringMatching(/web => default\/db Z \/ on tcp\/1 may pass in requests\/default\/any alone$/)]);
  });

  test('tell new and lost peers from changes between those that stay', () => {
    const [{ found }] = ask(['semanticDiff', ['nothing', 'nothing@several']]).results!;
    expect(found).toEqual([
      'lost removed', 'lost addresses and removed', 'gained added', 'gained added and addresses',
    ]);
  });

  test('agree with what is expected, or not, or have nothing to agree with', () => {
    const { agree, disagree, results } = ask(
      ['vacuity', ['one'], { expected: 0 }], ['vacuity', ['one'], { expected: 1 }], ['vacuity', ['one'], { expectedNotExecuted: 1 }],
    );
    expect([agree, disagree]).toEqual([1, 1]);
    expect(results!.map(({ query, name, expect: wanted, agrees }) => [query, name, wanted, agrees])).toEqual([
      [0, 'q0', 0, true], [1, 'q1', 1, false], [2, 'q2', undefined, undefined],
    ]);
  });

  test('say nothing where other objects could decide, or where nothing can be asked', () => {
    expect(ask(['equivalence', ['one', 'one+others']], ['emptiness', ['one+others']]).results!.map((row) => [row.given, row.reason])).toEqual([
      ['unknown', 'the answer does not look at Sidecar'], [0, 'the answer does not look at Sidecar'],
    ]);
    expect(ask(['vacuity', ['one/default/missing']], ['guess', ['one']]).results!.map((row) => [row.given, row.reason])).toEqual([
      ['unknown', 'there is no policy missing in one'], ['unknown', 'there is no query guess'],
    ]);
    const absent = { name: 'c', kind: 'connectivity', objects: [], queries: [{ query: { vacuity: ['x'] }, expected: 1 }, {}, { query: null }, { query: { vacuity: 3 } }] };
    expect(runConnectivityCase(absent as unknown as Case).results!.map((row) => row.given)).toEqual(['unknown', 'unknown', 'unknown', 0]);
  });

  test('take policies that no API server stores for unknown', () => {
    const [{ given: count, reason }] = ask(['equivalence', ['broken', 'broken']]).results!;
    expect(count).toBe(1);
    expect(reason).toContain('no API server stores NetworkPolicy default/broken: ingress[0].from[0].ipBlock.except[0]');
  });
});
