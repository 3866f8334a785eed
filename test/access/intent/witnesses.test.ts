import { networkPopulation } from '../../../src/access/intent/witnesses';
import { KubeObject } from '../../../src/access/objects';
import { snapshotOf } from '../../../src/access/snapshot/snapshot';
import { IntendedAccess, IntendedScope } from '../../../src/values/grammar/intended-access';

const MESH = { trustDomain: 'cluster.local', trustDomainAliases: [], rootNamespace: 'istio-system', clusterDomain: 'cluster.local' };

function scope(network: IntendedScope['layers']['network'], labels?: IntendedScope['labels']): IntendedScope {
  return { namespace: 'shop', labels, layers: { network, mtls: 'absent', identity: 'absent', egress: 'absent' }, plaintextPorts: [], mesh: MESH, path: 'app/shop' };
}

function ids(objects: KubeObject[], access: Partial<IntendedAccess> = {}): string[] {
  const snapshot = snapshotOf(objects.map((object) => ({ object, origin: {} })));
  return networkPopulation(snapshot, { scopes: [], edges: [], ...access }).workloads.map(({ id }) => id).sort();
}

function policy(from: object[], podSelector: object = {}): KubeObject {
  return {
    apiVersion: 'networking.k8s.io/v1', kind: 'NetworkPolicy', metadata: { name: 'one', namespace: 'shop' }, spec: { podSelector, policyTypes: ['Ingress'], ingress: [{ from }] },
  };
}

const OTHER = 'shop/(other)';

describe('pods that might be there', () => {
  test('are one with exactly the labels of a selector, also where a pod with more labels is shown', () => {
    const pod = { apiVersion: 'v1', kind: 'Pod', metadata: { name: 'web', namespace: 'shop', labels: { app: 'web', tier: 'front' } }, spec: {} };
    expect(ids([pod, policy([{ podSelector: { matchLabels: { tier: 'front' } } }])])).toEqual(['shop/(other)', 'shop/(tier=front)', 'shop/web']);
  });

  test('are one for each value that is listed', () => {
    const expressions = [{ key: 'a', operator: 'In', values: ['1', '2'] }, { key: 'b', operator: 'In', values: ['3', '4'] }, { key: 'c', operator: 'DoesNotExist' }];
    expect(ids([policy([{ podSelector: { matchExpressions: expressions } }])]))
      .toEqual(['shop/(a=1,b=3)', 'shop/(a=1,b=4)', 'shop/(a=2,b=3)', 'shop/(a=2,b=4)', OTHER]);
  });

  test('are in a namespace of which nothing is known but what the selector asks for', () => {
    expect(ids([policy([{ namespaceSelector: {}, podSelector: { matchLabels: { app: 'web' } } }])])).toEqual(['(other)/(app=web)', '(other)/(other)', OTHER]);
    expect(ids([policy([{ namespaceSelector: { matchLabels: { team: 'x' } } }])])).toEqual(['(team=x)/(other)', OTHER]);
    const named = { matchExpressions: [{ key: 'kubernetes.io/metadata.name', operator: 'In', values: ['edge', 'ops'] }] };
    expect(ids([policy([{ namespaceSelector: named }])])).toEqual(['edge/(other)', 'ops/(other)', OTHER]);
  });

  test('are those that are meant, although no object speaks of them', () => {
    const end = (labels: Record<string, string>, namespace?: string) => ({ name: 'x', pods: { labels, ...(namespace === undefined ? {} : { namespace }) } });
    const edge = {
      from: end({ app: 'a' }, 'edge'), to: end({ app: 'b' }), ports: [], requests: [], issuers: [], claims: [], guard: 'mesh' as const, reason: 'x', path: 'x',
    };
    expect(ids([], { edges: [edge], scopes: [scope('absent', { app: 'c' })] }))
      .toEqual(['(other)/(app=b)', '(other)/(other)', 'edge/(app=a)', 'shop/(app=c)']);
  });

  test('have a twin in quarantine where their namespace is closed, and nowhere else', () => {
    const objects = [policy([], { matchLabels: { app: 'web' } })];
    expect(ids(objects, { scopes: [scope('closed')] })).toEqual(['shop/(app=web)', 'shop/(app=web) (in quarantine)', OTHER, 'shop/(other) (in quarantine)']);
    expect(ids(objects, { scopes: [scope('closed', { app: 'web' })] })).toEqual(['shop/(app=web)', OTHER]);
  });

  test('are none for addresses and for selectors that nothing satisfies', () => {
    const never = { matchLabels: { a: '1' }, matchExpressions: [{ key: 'a', operator: 'DoesNotExist' }] };
    expect(ids([policy([{ ipBlock: { cidr: '192.0.2.0/24' } }, { podSelector: never }])])).toEqual([OTHER]);
  });

  test('are refused where a selector can be satisfied in more ways than can be looked at, with its policy', () => {
    const values = [...Array(30).keys()].map(String);
    const expressions = ['a', 'b'].map((key) => ({ key, operator: 'In', values }));
    expect(() => ids([policy([{ podSelector: { matchExpressions: expressions } }])])).toThrow('a selector of NetworkPolicy shop/one can be satisfied in too many ways');
  });

  test('do not stumble over fields of wrong types', () => {
    const spec = { podSelector: 'x', ingress: [{ from: 'y' }, null], egress: [{ to: [{ podSelector: { matchExpressions: [{ key: 1, operator: 'In', values: 'z' }] } }] }] };
    expect(ids([{ ...policy([]), spec }])).toEqual([OTHER]);
  });
});
