import { ApiObject, JsonPatch } from 'cdk8s';
import { emittedOnly, errorOf, shopChart, validationErrors } from './emit';
import {
  LabelExpression, LabelSelector, NetworkPolicy, NetworkPolicyEgressRule, NetworkPolicyIngressRule, NetworkPolicyPeer, NetworkPolicyType,
} from '../../src/resources';
import { Cidr, Port, TransportProtocol } from '../../src/values';

const WEB = LabelSelector.labels({ app: 'web' });
const ORDERS = LabelSelector.labels({ app: 'orders' });
const FROM_WEB: NetworkPolicyIngressRule = { from: [NetworkPolicyPeer.pods(WEB)], ports: [Port.http(8080)] };

describe('NetworkPolicy', () => {
  test('denies both directions when it only names them', () => {
    const chart = shopChart();
    new NetworkPolicy(chart, 'default-deny', {
      podSelector: LabelSelector.all(), policyTypes: [NetworkPolicyType.INGRESS, NetworkPolicyType.EGRESS],
    });
    expect(emittedOnly(chart, 'spec.podSelector')).toEqual({
      apiVersion: 'networking.k8s.io/v1',
      kind: 'NetworkPolicy',
      metadata: { name: 'default-deny', namespace: 'shop' },
      spec: { podSelector: {}, policyTypes: ['Ingress', 'Egress'] },
    });
  });

  test('writes the direction of its rules into policyTypes because the API server would else add Ingress', () => {
    const chart = shopChart();
    new NetworkPolicy(chart, 'orders', { podSelector: ORDERS, egress: [{ to: [NetworkPolicyPeer.pods(WEB)] }] });
    expect(emittedOnly(chart).spec).toEqual({
      podSelector: { matchLabels: { app: 'orders' } },
      policyTypes: ['Egress'],
      egress: [{ to: [{ podSelector: { matchLabels: { app: 'web' } } }] }],
    });
  });

  test('renders port numbers as numbers, names as texts, ranges with their end, and always the protocol', () => {
    const chart = shopChart();
    new NetworkPolicy(chart, 'orders', {
      podSelector: ORDERS,
      ingress: [{
        from: [NetworkPolicyPeer.pods(WEB)],
        ports: [
          Port.http(8080), Port.udp(53), Port.named('metrics', TransportProtocol.TCP), Port.tcpRange(8000, 8100),
          Port.undeclared(9000, TransportProtocol.SCTP),
        ],
      }],
    });
    expect(emittedOnly(chart).spec.ingress[0].ports).toEqual([
      { port: 8080, protocol: 'TCP' },
      { port: 53, protocol: 'UDP' },
      { port: 'metrics', protocol: 'TCP' },
      { port: 8000, endPort: 8100, protocol: 'TCP' },
      { port: 9000, protocol: 'SCTP' },
    ]);
  });

  test('keeps every kind of peer apart: a pod selector and a namespace selector in one peer are ANDed', () => {
    const chart = shopChart();
    new NetworkPolicy(chart, 'orders', {
      podSelector: ORDERS,
      ingress: [{
        from: [
          NetworkPolicyPeer.pods(WEB),
          NetworkPolicyPeer.podsInNamespace('monitoring', LabelSelector.labels({ app: 'prometheus' })),
          NetworkPolicyPeer.podsInNamespaces(LabelSelector.labels({ team: 'a' }), LabelSelector.all()),
          NetworkPolicyPeer.namespace('istio-system'),
          NetworkPolicyPeer.namespaces(LabelSelector.of({ expressions: [LabelExpression.exists('team')] })),
          NetworkPolicyPeer.cidr(Cidr.of('10.0.0.0/16', { except: ['10.0.1.0/24'] })),
          NetworkPolicyPeer.cidr(Cidr.of('2001:db8::/64')),
        ],
      }],
    });
    expect(emittedOnly(chart, 'spec.ingress.0.from.2.podSelector').spec.ingress[0].from).toEqual([
      { podSelector: { matchLabels: { app: 'web' } } },
      {
        namespaceSelector: { matchLabels: { 'kubernetes.io/metadata.name': 'monitoring' } },
        podSelector: { matchLabels: { app: 'prometheus' } },
      },
      { namespaceSelector: { matchLabels: { team: 'a' } }, podSelector: {} },
      { namespaceSelector: { matchLabels: { 'kubernetes.io/metadata.name': 'istio-system' } } },
      { namespaceSelector: { matchExpressions: [{ key: 'team', operator: 'Exists' }] } },
      { ipBlock: { cidr: '10.0.0.0/16', except: ['10.0.1.0/24'] } },
      { ipBlock: { cidr: '2001:db8::/64' } },
    ]);
  });

  test('renders anywhere as a rule without peers', () => {
    const chart = shopChart();
    const policy = new NetworkPolicy(chart, 'gateway', { podSelector: ORDERS });
    policy.addIngressRule({ from: [NetworkPolicyPeer.anywhere()], ports: [Port.tls(8443)] });
    policy.addEgressRule({ to: [NetworkPolicyPeer.anywhere()], ports: [Port.DNS_UDP] });
    expect(emittedOnly(chart).spec).toMatchObject({
      policyTypes: ['Ingress', 'Egress'],
      ingress: [{ ports: [{ port: 8443, protocol: 'TCP' }] }],
      egress: [{ ports: [{ port: 53, protocol: 'UDP' }] }],
    });
  });

  test('appends produced rules to its own in the given order', () => {
    const chart = shopChart();
    const policy = new NetworkPolicy(chart, 'orders', { podSelector: ORDERS, ingress: [FROM_WEB] });
    const late: NetworkPolicyIngressRule[] = [];
    policy._produceRules(() => ({ ingress: late, egress: [{ to: [NetworkPolicyPeer.namespace('b')] }] }));
    late.push({ from: [NetworkPolicyPeer.namespace('a')] });
    expect(policy.policyTypes).toEqual(['Ingress', 'Egress']);
    expect(policy.ingress).toHaveLength(2);
    expect(policy.egress).toHaveLength(1);
    expect(emittedOnly(chart).spec.ingress.map((rule: any) => Object.keys(rule.from[0])[0])).toEqual(['podSelector', 'namespaceSelector']);
  });

  test('takes the pod selector that is produced in the end', () => {
    const chart = shopChart();
    const policy = new NetworkPolicy(chart, 'orders', { podSelector: LabelSelector.all(), ingress: [FROM_WEB] });
    const labels: { [key: string]: string } = {};
    policy._producePodSelector(() => LabelSelector.labels(labels));
    expect(validationErrors(chart)).toEqual([expect.stringContaining('LabelSelector.all()')]);
    labels.app = 'orders';
    expect(policy.podSelector.toString()).toBe('app=orders');
    expect(emittedOnly(chart).spec.podSelector).toEqual({ matchLabels: { app: 'orders' } });
  });

  test('denies what policyTypes names when nothing is produced', () => {
    const chart = shopChart();
    const policy = new NetworkPolicy(chart, 'orders', { podSelector: ORDERS, policyTypes: [NetworkPolicyType.EGRESS] });
    policy._produceRules(() => ({ ingress: [], egress: [] }));
    expect(emittedOnly(chart).spec).toEqual({ podSelector: { matchLabels: { app: 'orders' } }, policyTypes: ['Egress'] });
  });

  test.each([
    ['from', (p: NetworkPolicy) => p.addIngressRule({ from: [] }), 'NetworkPolicyPeer.anywhere()'],
    ['to', (p: NetworkPolicy) => p.addEgressRule({ to: [] }), 'NetworkPolicyPeer.anywhere()'],
    ['ports', (p: NetworkPolicy) => p.addIngressRule({ ...FROM_WEB, ports: [] }), 'all ports'],
  ])('refuses an empty %s because the API server drops it, which opens the policy', (field, call, fix) => {
    const policy = new NetworkPolicy(shopChart(), 'a', { podSelector: WEB });
    const message = errorOf(() => call(policy));
    expect(message).toContain(`${field} of a NetworkPolicy rule must not be empty, got []`);
    expect(message).toContain(fix);
    expect([...policy.ingress, ...policy.egress]).toEqual([]);
  });

  test.each(['ingress', 'egress', 'policyTypes'])('refuses an empty %s because it does not say whether the direction is denied',
    (field) => {
      expect(errorOf(() => new NetworkPolicy(shopChart(), 'a', { podSelector: WEB, [field]: [] }))).toContain(`${field} must not be empty`);
    });

  test('refuses a peer beside anywhere because it would mean nothing', () => {
    const policy = new NetworkPolicy(shopChart(), 'a', { podSelector: WEB });
    expect(errorOf(() => policy.addEgressRule({ to: [NetworkPolicyPeer.anywhere(), NetworkPolicyPeer.pods(WEB)] })))
      .toContain('got ["anywhere","pods app=web"]');
  });

  test('refuses a direction that is named twice', () => {
    expect(errorOf(() => new NetworkPolicy(shopChart(), 'a', {
      podSelector: WEB, policyTypes: [NetworkPolicyType.INGRESS, NetworkPolicyType.INGRESS],
    }))).toContain('a direction of policyTypes is there twice, got "Ingress"');
  });

  test('is not synthesised without rules and policyTypes because the API server would make it deny ingress', () => {
    const chart = shopChart();
    new NetworkPolicy(chart, 'a', { podSelector: WEB });
    expect(validationErrors(chart)).toEqual([expect.stringContaining('isolates nothing')]);
    expect(() => emittedOnly(chart)).toThrow(/\[shop\/a\] a NetworkPolicy without rules and policyTypes isolates nothing/);
  });

  test('is not synthesised with rules for a direction that policyTypes does not name because they mean nothing', () => {
    const chart = shopChart();
    const policy = new NetworkPolicy(chart, 'a', { podSelector: WEB, policyTypes: [NetworkPolicyType.INGRESS] });
    policy.addEgressRule({ to: [NetworkPolicyPeer.pods(WEB)] });
    expect(validationErrors(chart)).toEqual([expect.stringContaining('rules for Egress have no effect')]);
  });

  test('is not synthesised with a produced rule that is empty', () => {
    const chart = shopChart();
    const policy = new NetworkPolicy(chart, 'a', { podSelector: WEB, ingress: [FROM_WEB] });
    policy._produceRules(() => ({ ingress: [{ from: [] }], egress: [] }));
    expect(validationErrors(chart)).toEqual([expect.stringContaining('from of a NetworkPolicy rule must not be empty')]);
    expect(() => policy.apiObject.toJson()).toThrow(/must not be empty/);
  });

  test('keeps a rule as it was when its lists are changed afterwards', () => {
    const chart = shopChart();
    const rule = { to: [NetworkPolicyPeer.pods(WEB)], ports: [Port.http(80)] };
    const policy = new NetworkPolicy(chart, 'a', { podSelector: ORDERS, egress: [rule] });
    rule.to.push(NetworkPolicyPeer.anywhere());
    rule.ports.length = 0;
    policy.egress.push({} as NetworkPolicyEgressRule);
    policy.policyTypes.length = 0;
    expect(emittedOnly(chart).spec).toMatchObject({ policyTypes: ['Egress'], egress: [{ to: [{}], ports: [{ port: 80 }] }] });
  });

  test('can be patched and described through its ApiObject', () => {
    const chart = shopChart();
    const policy = new NetworkPolicy(chart, 'a', { podSelector: WEB, ingress: [FROM_WEB], metadata: { name: 'b', namespace: 'c' } });
    ApiObject.of(policy).addJsonPatch(JsonPatch.add('/metadata/labels', { team: 'x' }));
    expect(policy.apiObject).toBe(ApiObject.of(policy));
    expect(policy.node.findChild('Resource')).toBe(policy.apiObject);
    expect([policy.name, policy.namespace, policy.kind]).toEqual(['b', 'c', 'NetworkPolicy']);
    expect(emittedOnly(chart).metadata).toEqual({ name: 'b', namespace: 'c', labels: { team: 'x' } });
  });
});

describe('NetworkPolicyPeer', () => {
  test.each(['', 'Shop', 'a.b', 'a'.repeat(64)])('refuses the namespace name %j', (name) => {
    expect(errorOf(() => NetworkPolicyPeer.namespace(name))).toContain('the namespace of a peer');
    expect(errorOf(() => NetworkPolicyPeer.podsInNamespace(name, WEB))).toContain('the namespace of a peer');
  });

  test('describes itself for messages', () => {
    expect([
      NetworkPolicyPeer.podsInNamespace('a', WEB), NetworkPolicyPeer.podsInNamespaces(LabelSelector.all(), WEB),
      NetworkPolicyPeer.namespace('a'),
      NetworkPolicyPeer.namespaces(LabelSelector.all()), NetworkPolicyPeer.cidr(Cidr.address('10.0.0.1')), NetworkPolicyPeer.anywhere(),
    ].map(String)).toEqual(['pods app=web in a', 'pods app=web in namespaces *', 'namespace a', 'namespaces *', '10.0.0.1/32', 'anywhere']);
  });
});
