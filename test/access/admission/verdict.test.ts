import { definitionProblems, schemaProblems } from '../../../src/access/admission/schema-problems';
import { admissionVerdict } from '../../../src/access/admission/verdict';
import { webhookProblems } from '../../../src/access/admission/webhook-problems';

const policy = (spec: unknown, metadata: object = {}): any => ({
  apiVersion: 'security.istio.io/v1', kind: 'AuthorizationPolicy', metadata: { name: 'a', namespace: 'b', ...metadata }, spec,
});
const network = (spec: unknown): any => ({ apiVersion: 'networking.k8s.io/v1', kind: 'NetworkPolicy', metadata: { name: 'a', namespace: 'b' }, spec });

// recorded by the API server: apiserver-notes, section 6, and test/conformance/validity.json
describe('the problems of a schema', () => {
  test.each([
    [policy({ rules: [{ when: [{ values: ['a'] }] }] }), 'spec.rules[0].when[0].key', /required/],
    [policy({ action: 'PERMIT' }), 'spec.action', /supported values: "ALLOW", "DENY", "AUDIT", "CUSTOM"/],
    [policy({ selector: { matchLabels: { app: 'a*' } } }), 'spec.selector.matchLabels[app]', /^wildcard not allowed in label value match$/],
    [policy({ selector: {}, targetRefs: [{ kind: 'Service', name: 's' }] }), 'spec', /^only one of targetRefs or selector can be set$/],
    [policy({ rules: [{ from: [{ source: { serviceAccounts: ['a'], principals: ['b'] } }] }] }), 'spec.rules[0].from[0].source', /^Cannot set serviceAccounts/],
    [policy({ targetRefs: Array(17).fill({ kind: 'Service', name: 's' }) }), 'spec.targetRefs', /must have at most 16 items/],
    [policy({}, { name: 'Upper' }), 'metadata.name', /RFC 1123/],
    [network({ ingress: [{ ports: [{ port: 90, endPort: 80 }] }] }), 'spec.ingress[0].ports[0].endPort', /greater than or equal to `port`/],
    [network({ ingress: [{ ports: [{ port: '80' }] }] }), 'spec.ingress[0].ports[0].port', /at least one letter/],
    [network({ ingress: [{ from: [{}] }] }), 'spec.ingress[0].from[0]', /must specify a peer/],
    [network({ ingress: [{ from: [{ ipBlock: { cidr: '10.0.0.1/8' } }] }] }), 'spec.ingress[0].from[0].ipBlock.cidr', /bits set beyond/],
    [network({ ingress: [{ from: [{ ipBlock: { cidr: '10.0.0.0/8', except: ['10.0.0.0/8'] } }] }] }), 'spec.ingress[0].from[0].ipBlock.except[0]', /strict subset/],
    [network({ policyTypes: ['ingress'] }), 'spec.policyTypes[0]', /supported values: "Ingress", "Egress"/],
  ])('name the field: %j', (object, path, problem) => {
    expect(schemaProblems(object)).toEqual([{ path, problem: expect.stringMatching(problem), status: 422 }]);
  });

  test('tell what cannot be read from what is refused', () => {
    const unknown = policy({ rules: [{ from: [{ source: { namespace: ['a'] } }] }], action: 'PERMIT' });
    expect(schemaProblems(unknown)).toEqual([{ path: 'spec.rules[0].from[0].source.namespace', problem: expect.stringContaining('did you mean'), status: 400 }]);
    expect(schemaProblems(unknown, 'apply')![0].status).toBe(500);
  });

  test('leave nulls out by create and refuse them by apply and by the definition', () => {
    expect(schemaProblems(policy({ rules: null }))).toEqual([]);
    expect(schemaProblems(policy({ rules: null }), 'apply')).toEqual([{ path: 'spec.rules', problem: expect.stringContaining('array'), status: 422 }]);
    expect(definitionProblems(policy({ rules: null }))).toHaveLength(1);
    expect(schemaProblems(network({ podSelector: {}, ingress: [{ from: null }] }), 'apply')).toEqual([]);
  });

  test('are not known for kinds without a pinned schema', () => {
    expect(schemaProblems({ apiVersion: 'example.com/v1', kind: 'Any', metadata: { name: 'a' } })).toBeUndefined();
    expect(definitionProblems(network({}))).toBeUndefined();
  });
});

describe('what anybody may write', () => {
  const odd = [null, 5, 'a', true, [], {}, [null], [[]], { a: null }];
  const kinds = [policy({}), network({}), { ...policy({}), kind: 'PeerAuthentication' }, { ...policy({}), kind: 'RequestAuthentication' },
    ...['ServiceEntry', 'Sidecar', 'Gateway', 'DestinationRule', 'VirtualService', 'EnvoyFilter', 'WorkloadEntry', 'WorkloadGroup'].map((kind) => ({
      ...policy({}), apiVersion: kind === 'EnvoyFilter' ? 'networking.istio.io/v1alpha3' : 'networking.istio.io/v1', kind,
    })),
    ...['Deployment', 'StatefulSet', 'DaemonSet', 'ReplicaSet'].map((kind) => ({ ...policy({}), apiVersion: 'apps/v1', kind })),
    ...['Job', 'CronJob'].map((kind) => ({ ...policy({}), apiVersion: 'batch/v1', kind })),
    ...['Service', 'Namespace', 'Pod', 'ServiceAccount'].map((kind) => ({ ...policy({}), apiVersion: 'v1', kind }))];

  test.each(kinds.map((object) => [object.kind, object]))('never breaks the reading of a %s', (_, object) => {
    for (const value of odd) {
      const metadata = { name: value, labels: value, annotations: value };
      for (const broken of [{ ...object, spec: value }, { ...object, metadata: value }, { ...object, metadata }]) {
        expect(() => [schemaProblems(broken), schemaProblems(broken, 'apply'), definitionProblems(broken), webhookProblems(broken)]).not.toThrow();
      }
    }
  });

  test('may be a whole object of nothing', () => {
    for (const broken of [{}, { apiVersion: null }, { apiVersion: 5, kind: 5 }, { apiVersion: 'v1' }] as any[]) {
      expect(schemaProblems(broken)).toBeUndefined();
      expect(webhookProblems(broken)).toBeUndefined();
    }
  });
});

describe('the verdict of one gate', () => {
  // recorded in test/conformance/validity.json
  test('is valid, a warning or an error, with the messages', () => {
    expect(admissionVerdict(policy({ rules: [{}] }), 'webhook')).toEqual({ verdict: 'valid', messages: [] });
    expect(admissionVerdict(policy({ selector: {} }), 'webhook')).toEqual({ verdict: 'warning', messages: ['workload selector specified without labels'] });
    expect(admissionVerdict(policy({ action: 'DENY' }), 'webhook')).toEqual({ verdict: 'error', messages: [expect.stringContaining('DENY action without `rules`')] });
    expect(admissionVerdict(policy({ action: 'DENY' }), 'crd')).toEqual({ verdict: 'valid', messages: [] });
    expect(admissionVerdict(policy({ action: 'PERMIT' }), 'crd')).toEqual({ verdict: 'error', messages: [expect.stringContaining('spec.action: unsupported value')] });
  });

  test('of kinds of the server itself is that of the server, and the webhook has nothing against them', () => {
    const wrong = network({ policyTypes: ['ingress'] });
    expect(admissionVerdict(wrong, 'crd').verdict).toBe('error');
    expect(admissionVerdict(wrong, 'webhook')).toEqual({ verdict: 'valid', messages: [] });
  });

  test('of a version or kind that nobody knows is an error', () => {
    expect(admissionVerdict({ ...policy({}), apiVersion: 'security.istio.io/v1alpha1' }, 'crd').verdict).toBe('error');
    expect(admissionVerdict({ ...policy({}), kind: 'AuthorisationPolicy' }, 'webhook').verdict).toBe('error');
  });
});
