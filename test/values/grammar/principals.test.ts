import { parsePrincipal, principalProblem, trustDomainProblem } from '../../../src/values/grammar/principals';

test('a principal is read into its parts', () => {
  expect(parsePrincipal('td.example/ns/shop/sa/web')).toEqual({ trustDomain: 'td.example', namespace: 'shop', serviceAccount: 'web' });
});

test.each([
  '', '*', 'td/ns/shop', 'td/ns/shop/sa/*', '*/ns/shop/sa/web', 'spiffe://td/ns/shop/sa/web', 'td/sa/shop/ns/web', 'td/ns/shop/sa/web/',
])(
  'the foreign principal %j is not the one of a single workload', (value) => {
    expect(parsePrincipal(value)).toBeUndefined();
    expect(principalProblem(value)).toBeDefined();
  },
);

test.each(['cluster.local', 'td', 'a_b-c.d', '0'])('%s is a trust domain', (value) => {
  expect(trustDomainProblem(value)).toBeUndefined();
});
