import { identityDifferences } from '../../../src/access/intent/identity';
import { KubeObject } from '../../../src/access/objects';
import { snapshotOf } from '../../../src/access/snapshot/snapshot';
import { IntendedAccess, IntendedEdge } from '../../../src/values/grammar/intended-access';

const LABELS = { app: 'api' };
const MESH = { trustDomain: 'cluster.local', trustDomainAliases: [], rootNamespace: 'istio-system', clusterDomain: 'cluster.local' };
const TOKEN: IntendedEdge = {
  from: { name: 'anybody', principals: ['*'] },
  to: { name: 'api', pods: { namespace: 'shop', labels: LABELS } },
  ports: [{ protocol: 'TCP', first: 80, last: 80 }],
  requests: [],
  issuers: [{ issuer: 'https://idp.example', audiences: ['api'] }],
  claims: [],
  guard: 'mesh',
  reason: 'users',
  path: 'app/api',
};
const PUBLIC: IntendedEdge = { ...TOKEN, issuers: [], requests: [{ methods: ['GET'], paths: ['/health'], hosts: [], headers: [] }] };
const TOKEN_RULE = { from: [{ source: { principals: ['*'], requestPrincipals: ['https://idp.example/*'] } }], to: [{ operation: { ports: ['80'] } }] };
const PUBLIC_RULE = { from: [{ source: { principals: ['*'] } }], to: [{ operation: { ports: ['80'], methods: ['GET'], paths: ['/health'] } }] };
const JWT_RULE = { issuer: 'https://idp.example', audiences: ['api'] };

/** The differences at a workload with these policies, as kind and witness. */
function found(rules: object[], jwtRules: object[] | undefined, edges: IntendedEdge[]): string[] {
  const access: IntendedAccess = {
    scopes: [{ namespace: 'shop', layers: { network: 'absent', mtls: 'absent', identity: 'closed', egress: 'absent' }, plaintextPorts: [], mesh: MESH, path: 'app/shop' }],
    edges,
  };
  const named = (kind: string, spec: object): KubeObject => ({
    apiVersion: 'security.istio.io/v1', kind, metadata: { name: 'api', namespace: 'shop' }, spec: { selector: { matchLabels: LABELS }, ...spec },
  });
  const objects: KubeObject[] = [
    { apiVersion: 'v1', kind: 'Namespace', metadata: { name: 'shop', labels: { 'istio-injection': 'enabled' } } },
    { apiVersion: 'v1', kind: 'Pod', metadata: { name: 'api', namespace: 'shop', labels: LABELS }, spec: { containers: [{ name: 'api', ports: [{ containerPort: 80 }] }] } },
    { apiVersion: 'v1', kind: 'Service', metadata: { name: 'api', namespace: 'shop' }, spec: { selector: LABELS, ports: [{ name: 'http', port: 80 }] } },
    { apiVersion: 'security.istio.io/v1', kind: 'AuthorizationPolicy', metadata: { name: 'allow-nothing', namespace: 'shop' }, spec: {} },
    named('AuthorizationPolicy', { action: 'ALLOW', rules }),
    ...(jwtRules === undefined ? [] : [named('RequestAuthentication', { jwtRules })]),
  ];
  const snapshot = snapshotOf(objects.map((object) => ({ object, origin: {} })));
  return identityDifferences(snapshot, access).map(({ kind, to, witness }) => `${kind} ${to} ${witness}`);
}

describe('tokens', () => {
  test('are as they are meant', () => {
    expect(found([TOKEN_RULE], [JWT_RULE], [TOKEN])).toEqual([]);
    expect(found([TOKEN_RULE, PUBLIC_RULE], [JWT_RULE], [TOKEN, PUBLIC])).toEqual([]);
  });

  test('that nobody validates count as refused', () => {
    const witness = /^missing shop\/api:80 .*with a token of https:\/\/idp\.example that says .*aud=api/;
    expect(found([TOKEN_RULE], undefined, [TOKEN])).toEqual([expect.stringMatching(witness)]);
    expect(found([TOKEN_RULE], [{ ...JWT_RULE, issuer: 'https://other.example' }], [TOKEN])).toHaveLength(1);
  });

  test.each([[undefined], [[]], [['api', 'other']]])('for other audiences are admitted if these are accepted: %j', (audiences) => {
    expect(found([TOKEN_RULE], [{ ...JWT_RULE, audiences }], [TOKEN])).toEqual([expect.stringMatching(/^excess shop\/api:80 /)]);
  });

  test('for the audience that is meant are refused if another one is accepted', () => {
    expect(found([TOKEN_RULE], [{ ...JWT_RULE, audiences: ['other'] }], [TOKEN]).map((text) => text.split(' ')[0]).sort()).toEqual(['excess', 'missing']);
  });

  test('that nobody asks for admit to nothing', () => {
    expect(found([PUBLIC_RULE], undefined, [PUBLIC])).toEqual([]);
    const witness = /^excess shop\/api:80 .*with a token of https:\/\/idp\.example/;
    expect(found([TOKEN_RULE, PUBLIC_RULE], [JWT_RULE], [PUBLIC])).toEqual([expect.stringMatching(witness)]);
    expect(found([{ from: [{ source: { requestPrincipals: ['*'] } }] }], [{ issuer: 'https://other.example' }], [])).not.toEqual([]);
  });
});
