import * as fc from 'fast-check';
import { NaiveQuery, NaiveWorkload } from './world';
import { listOrNone, named, NAMESPACES, oneOf, parts, ROOT, some, WANTED } from './worlds-parts';

/** Random NetworkPolicies, as the API server admits them. */

export const OUTSIDE_V4 = ['203.0.113.7', '203.0.113.130', '10.1.0.200'];
export const OUTSIDE_V6 = ['2001:db8::7', 'fd00:1::200'];

const EXPRESSION = fc.oneof(
  fc.record({ key: oneOf('app', 'tier'), operator: oneOf('In', 'NotIn'), values: some('a', 'b', 'x', '') }),
  fc.record({ key: oneOf('app', 'tier', 'none'), operator: oneOf('Exists', 'DoesNotExist') }),
);

const SELECTOR = fc.oneof(
  { weight: 2, arbitrary: fc.constant({}) },
  { weight: 4, arbitrary: fc.record({ matchLabels: WANTED }) },
  { weight: 3, arbitrary: fc.record({ matchExpressions: fc.array(EXPRESSION, { minLength: 1, maxLength: 2 }) }) },
  { weight: 1, arbitrary: fc.record({ matchLabels: WANTED, matchExpressions: fc.array(EXPRESSION, { maxLength: 1 }) }) },
);

const NAMESPACE_SELECTOR = fc.oneof(
  fc.constant({}),
  fc.record({ matchLabels: fc.oneof(fc.record({ team: oneOf('red', 'blue') }), fc.record({ tier: oneOf('x', '') })) }),
  fc.record({ matchLabels: fc.record({ 'kubernetes.io/metadata.name': oneOf(...NAMESPACES, 'gone') }) }),
  oneOf('Exists', 'DoesNotExist').map((operator) => ({ matchExpressions: [{ key: 'team', operator }] })),
);

const BLOCKS: Record<string, string[]> = {
  '0.0.0.0/0': ['10.0.0.0/8', '10.1.0.0/16', '203.0.113.0/25'],
  '10.0.0.0/8': ['10.1.0.0/16', '10.0.0.2/32'],
  '203.0.113.0/24': ['203.0.113.7/32', '203.0.113.128/25'],
  '10.0.0.1/32': [],
};
const BLOCKS_V6: Record<string, string[]> = { '::/0': ['fd00::/16'], 'fd00::/16': ['fd00:1::/32', 'fd00::1/128'], '2001:db8::/32': [] };

function block(ipv6: boolean): fc.Arbitrary<any> {
  const all = ipv6 ? { ...BLOCKS, ...BLOCKS_V6 } : BLOCKS;
  return oneOf(...Object.keys(all)).chain((cidr) => parts(
    { except: fc.subarray(all[cidr]) }, { cidr: fc.constant(cidr) })).map((ipBlock) => ({ ipBlock }));
}

function peer(ipv6: boolean): fc.Arbitrary<any> {
  return fc.oneof(
    fc.record({ podSelector: SELECTOR }),
    fc.record({ namespaceSelector: NAMESPACE_SELECTOR }),
    fc.record({ podSelector: SELECTOR, namespaceSelector: NAMESPACE_SELECTOR }),
    block(ipv6),
  );
}

const PROTOCOL = oneOf(undefined, 'TCP', 'UDP', 'SCTP');
const PORT = fc.oneof(
  fc.record({ protocol: PROTOCOL, port: oneOf<any>(8080, 9000, 53, 7000, 80, 'http', 'db', 'dns', 'sig', 'gone') }),
  fc.record({ protocol: PROTOCOL, port: oneOf(80, 8080, 9000), endPort: oneOf(9000, 9001, 65535) }),
  fc.record({ protocol: PROTOCOL }),
);

export function networkPolicy(ipv6: boolean) {
  const rules = (field: string) => listOrNone(fc.record({ [field]: listOrNone(peer(ipv6)), ports: listOrNone(PORT) }));
  return named('NetworkPolicy', 'networking.k8s.io/v1', [...NAMESPACES, ...NAMESPACES, ROOT], fc.record({
    podSelector: SELECTOR,
    policyTypes: oneOf<any>(undefined, [], ['Ingress'], ['Egress'], ['Ingress', 'Egress']),
    ingress: rules('from'),
    egress: rules('to'),
  }));
}

const ASKED: [string, number][] = [
  ['TCP', 8080], ['TCP', 9000], ['TCP', 9001], ['TCP', 80], ['TCP', 22], ['UDP', 53], ['UDP', 8080], ['SCTP', 7000], ['TCP', 7000],
];

/** Who asks whom for a port; nobody knows more of addresses outside than themselves. */
export function networkQuery(workloads: readonly NaiveWorkload[], ipv6: boolean): fc.Arbitrary<NaiveQuery> {
  const outside = ipv6 ? [...OUTSIDE_V4, ...OUTSIDE_V6] : OUTSIDE_V4;
  const pod = fc.record({ workload: oneOf(...workloads.map(({ id }) => id)) });
  const ends = fc.oneof(
    { weight: 5, arbitrary: fc.record({ from: pod, to: pod }) },
    { weight: 2, arbitrary: fc.record({ from: fc.record({ outside: fc.constant(true), ip: oneOf(...outside) }), to: pod }) },
    { weight: 2, arbitrary: fc.record({ from: pod, to: fc.record({ ip: oneOf(...outside) }) }) },
  );
  return fc.tuple(ends, oneOf(...ASKED))
    .map(([{ from, to }, [protocol, port]]) => ({ from, to: { ...to, protocol, port }, conn: { mtls: false } }));
}
