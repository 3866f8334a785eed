import { readPolicy } from '../../../src/access/authorization/policy';
import { translatePolicy } from '../../../src/access/authorization/translate';
import { Condition } from '../../../src/access/condition';
import { DEFAULT_MESH } from '../../../src/access/mesh-settings';

const translate = (spec: unknown, chain: 'http' | 'tcp' = 'http') => translatePolicy(
  readPolicy({ object: { apiVersion: 'security.istio.io/v1', kind: 'AuthorizationPolicy', metadata: { name: 'p', namespace: 'foo' }, spec }, origin: {} }),
  chain, DEFAULT_MESH);

function places(condition: Condition): string[] {
  const own = condition.at === undefined ? [] : [condition.at];
  return condition.is === 'all' || condition.is === 'any' ? [...own, ...condition.of.flatMap(places)]
    : condition.is === 'not' ? [...own, ...places(condition.of)] : own;
}

test('every part of a condition says which field it comes from', () => {
  const rule = {
    from: [{ source: { principals: ['a'] } }, { source: { notIpBlocks: ['10.0.0.0/8'] } }],
    to: [{ operation: { paths: ['/x'] } }],
    when: [{ key: 'request.headers[x]', notValues: ['y'] }],
  };
  const [{ condition }] = translate({ rules: [{}, rule] }).rules.slice(1);
  expect(new Set(places(condition))).toEqual(new Set([
    'rules[1]', 'rules[1].from', 'rules[1].from[0]', 'rules[1].from[0].source.principals', 'rules[1].from[1]', 'rules[1].from[1].source.notIpBlocks',
    'rules[1].to', 'rules[1].to[0]', 'rules[1].to[0].operation.paths', 'rules[1].when[0].notValues',
  ]));
});

// istio-semantics 2.7
test('on TCP an ALLOW rule with a property of requests is not there, and any other loses it', () => {
  const rules = [{ from: [{ source: { namespaces: ['foo'] } }, { source: { requestPrincipals: ['*'] } }] }, { to: [{ operation: { ports: ['1'] } }] }];
  expect(translate({ rules }, 'tcp')).toMatchObject({ rules: [{ rule: 1 }], notes: [{ rule: 0, text: expect.stringContaining('not there') }] });
  const { rules: denying, notes } = translate({ action: 'DENY', rules }, 'tcp');
  expect(denying.map(({ rule }) => rule)).toEqual([0, 1]);
  expect(notes).toMatchObject([{ rule: 0, text: expect.stringContaining('from[1].source.requestPrincipals') }]);
  expect(translate({ rules }).notes).toEqual([]);
});

test('what a filter of Envoy says is not known, but for the one that is not there', () => {
  const when = (key: string) => JSON.stringify(translate({ rules: [{ when: [{ key, values: ['x'] }] }] }).rules[0].condition);
  expect(when('experimental.envoy.filters.http.other[a]')).toContain('"is":"unknown"');
  expect(when('experimental.envoy.filters.network.mysql_proxy[a]')).toContain('"value":false');
});
