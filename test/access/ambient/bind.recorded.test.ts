import * as ipaddr from 'ipaddr.js';
import { recordedCases, WORKLOADS } from './recorded-cases';
import { boundPolicies, ztunnelPolicies } from '../../../src/access/ambient/bind';
import { ZtunnelMatch, ZtunnelPolicy } from '../../../src/access/ambient/policy';
import { DEFAULT_MESH } from '../../../src/access/mesh-settings';

/** The policy as the protocol writes it: first values of enumerations and empty lists are left out, addresses are bytes. */
function asRecorded({ name, namespace, scope, action, groups }: ZtunnelPolicy): object {
  return {
    name,
    namespace,
    ...(scope === 'GLOBAL' ? {} : { scope }),
    ...(action === 'ALLOW' ? {} : { action }),
    ...filled('groups', groups.map(({ rules }) => filled('rules', rules.map(({ matches }) => filled('matches', matches.map(matchAsRecorded)))))),
  };
}

function filled(name: string, list: readonly object[]): object {
  return list.length === 0 ? {} : { [name]: list };
}

function matchAsRecorded(match: ZtunnelMatch): object {
  return Object.fromEntries(Object.entries(match).map(([field, values]) => [field, field.endsWith('Ips') ? values.map(blockAsRecorded) : values]));
}

function blockAsRecorded(text: string): object {
  const [address, length] = text.split('/');
  return { address: Buffer.from(ipaddr.parse(address).toByteArray()).toString('base64'), ...(length === '0' ? {} : { length: Number(length) }) };
}

const keyOf = ({ namespace, name }: { namespace: string; name: string }) => `${namespace}/${name}`;
const byKey = (a: ZtunnelPolicy, b: ZtunnelPolicy) => (keyOf(a) < keyOf(b) ? -1 : 1);
const cases = recordedCases();

describe('what istiod sends to ztunnel and binds, as recorded', () => {
  test('every recorded case is there', () => expect(cases.length).toBeGreaterThanOrEqual(468));

  test.each(cases.map((one) => [one.id, one] as const))('%s', (_, { mesh, manifests, expected }) => {
    const sent = ztunnelPolicies(manifests, { ...DEFAULT_MESH, ...mesh });
    const bound = WORKLOADS.map((workload) => [keyOf(workload), boundPolicies(sent, workload).referred] as const)
      .filter(([, keys]) => keys.length > 0);
    expect({ policies: [...sent.sent].sort(byKey).map(asRecorded), bound: Object.fromEntries(bound) }).toEqual(expected);
  });
});
