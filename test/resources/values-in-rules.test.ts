import { emittedOnly, shopChart } from './emit';
import { AuthorizationPolicy } from '../../src/resources';
import { Cidr, ClaimRequirement, HostPattern, HttpMatch, JwtIssuer, WorkloadIdentity } from '../../src/values';

test('what the value classes produce is what a rule takes', () => {
  const match = HttpMatch.of({
    methods: ['GET', 'POST'],
    paths: ['/v1/*', '/a/{*}/b', '*.png'],
    hosts: [HostPattern.exact('orders.shop'), HostPattern.exactWithPort('orders.shop', 8080), HostPattern.subdomainsOf('shop.example')],
    headers: [{ name: 'x-team', values: ['a*', '*b', '*', 'c'] }],
  });
  const claims = [
    ClaimRequirement.contains('groups', 'buyers'), ClaimRequirement.startsWith('email', 'a'), ClaimRequirement.present('sub'),
    ClaimRequirement.nested(['realm_access', 'roles'], 'admin'),
  ];
  const issuers = ['https://idp.example.com/realms/shop', 'https://idp.example.com/', 'accounts.example.com']
    .map((issuer) => JwtIssuer.jwksUri(issuer, 'https://idp.example.com/jwks', { audiences: ['orders'] }));
  const chart = shopChart();
  new AuthorizationPolicy(chart, 'orders').addRule({
    from: [{
      principals: [WorkloadIdentity.of({ trustDomain: 'cluster.local', namespace: 'shop', serviceAccount: 'web' }).principal],
      requestPrincipals: issuers.map((issuer) => issuer.requestPrincipal),
      ipBlocks: [Cidr.of('10.0.0.0/8').block, Cidr.address('2001:db8::1').block],
    }],
    to: [{ methods: match.methods, paths: match.paths, hosts: match.hosts.flatMap((host) => host.patterns) }],
    when: [
      ...match.headers.map(({ name, values }) => ({ key: `request.headers[${name}]`, values })),
      ...claims.map((claim) => ({ key: claim.key, values: claim.values })),
    ],
  });
  expect(emittedOnly(chart).spec.rules[0].from[0].source).toEqual({
    principals: ['cluster.local/ns/shop/sa/web'],
    requestPrincipals: ['https://idp.example.com/realms/shop/*', 'https://idp.example.com//*', 'accounts.example.com/*'],
    ipBlocks: ['10.0.0.0/8', '2001:db8::1/128'],
  });
});
