// Values of the fields of Istio's policies: ordinary ones, awkward ones, and bad ones that only a bypassed webhook lets in.
const VALUES = {
  principals: ['cluster.local/ns/foo/sa/a', 'cluster.local/ns/bar/sa/b', 'example.org/ns/foo/sa/a', 'old.example/ns/foo/sa/b', 'other.org/ns/foo/sa/a', '*',
    'cluster.local/ns/foo/sa/*', 'cluster.local/ns/foo/*', 'cluster.local/*', 'cluster.local/ns/fo*', '*/sa/a', '*/ns/bar/sa/b', '*a',
    '*/sa/*', '*/ns/foo/*',
    'cluster.local/ns/*/sa/a', 'spiffe://cluster.local/ns/foo/sa/a', 'cluster*/ns/foo/sa/a', '*local/ns/foo/sa/a', '*.org/ns/foo/sa/a',
    'foo/a', '**', 'clu*',
    'example.org/ns/foo/*', 'old.example/*', '*/ns/foo/sa/a/extra', 'cluster.local/ns/foo/sa/a.b', 'cluster.local/ns/foo/sa/A',
    '/ns/foo/sa/a', 'cluster.local'],
  namespaces: [
    'foo', 'bar', '*', 'f*', '*r', 'f*o', '*o*', 'fo', 'FOO', 'istio-system', '*foo', 'foo*', 'f*o*', '**', 'foo/sa/a', 'f.o', 'fo+',
  ],
  serviceAccounts: ['a', 'b', 'foo/a', 'bar/b', 'istio-system/a', 'foo/c', 'a.b', 'foo/a.b', 'a*', 'foo/*', 'A'],
  trustDomains: [
    'cluster.local', 'example.org', 'old.example', '*', '*.org', 'cluster*', 'other.org', 'c*l', '*.local', 'example', 'EXAMPLE.ORG',
  ],
  ipBlocks: ['127.9.0.1', '127.9.0.0/16', '127.9.0.7/16', '127.8.0.0/16', '127.0.0.1', '127.0.0.1/32', '127.0.0.0/8', '10.0.0.0/8', '0.0.0.0/0', '::/0', '::1',
    '2001:db8::/32', '::ffff:127.9.0.1', '::ffff:0:0/96', '127.9.0.0/31', '128.0.0.0/1', '0.0.0.0/1'],
  requestPrincipals: ['*', 'https://idp.example/*', 'https://idp.example/alice', 'idp/alice', 'idp/al*', '*/alice', '*alice', 'idp*', '*/*', 'idp', 'https://idp*',
    'idp/a/b', 'foo*/bar', 'idp/', '*/', 'idp/*e', 'https://idp.example/tenant/alice', 'a/alice', '/alice', 'i*/alice', '*p/alice', '*p/*',
    'idp/ALICE'],
  paths: ['/a', '/a*', '/a/*', '*/a', '*', '/', '/a/b', '/A', '/a*b', '/admin', '/admin*', '/a//b', '*a*', '/a?x', '*b', '/*', '/a/', '/a;b', '/%61', '/a%20b', '//a',
    '/a\\b', 'a', '/a/.', '/a/../b', '**', '/a**', '/x#y', '/ä', '/a%2fb', '/pkg.Svc/Get', '/pkg.Svc/*', '*/Get', '/{a}', '/[ab]', '/a+', '/a.b'],
  templates: ['/a/{*}', '/a/{**}', '/{*}/b', '/{**}', '/a/{**}/b', '/{*}/{**}', '/{*}', '/{**}/a', '/a{*}', '/a/x{*}', '/{*}/{*}', '/a/{*}/b', '/a.b/{*}', '/a%20/{*}',
    '/a/{*}/', '/a/{**}/', '/a*/{*}', '/a/{*}b', '/a/{**}b', '/v1/{*}/x/{**}', '/{*}.json', '/a/b{**}', '/a+b/{*}', '/a(b)/{*}',
    '/{*}-{*}', '/{**}{*}', '/{x}/{*}', '/{x={*}}b', '/{**}b{*}'],
  hosts: [
    'a.com', 'A.com', '*.a.com', 'a.com:*', 'a.com*', '*', 'b.com:8080', 'a*m', 'w', 'W*', '*:8080', '*com', 'a.*', 'x.a.com', '', 'a,b',
    'xn--a',
  ].filter((v) => v !== ''),
  methods: ['GET', 'POST', 'P*', '*T', '*', 'get', 'G*T', 'PUT', 'HEAD', 'OPTIONS', 'GET*', '*GET', 'PATCH', 'DELETE', 'M-SEARCH'],
  ports: ['8080', '9000', '9001', '80', '12345', '8443', '08080', '0', '1', '65535'],
  'destination.ip': ['${address}', '127.88.0.0/16', '127.0.0.0/8', '10.0.0.0/8', '::/0', '0.0.0.0/0'],
  'connection.sni': [
    '*', 'outbound_*', 'outbound_.8080_._.w', 'outbound_.8080_._.a.com', '*.w', '*a.com', 'a.com', 'w', 'A.com', '*W', 'x.example', 'o*w',
  ],
  'request.headers': [
    'one', 'one*', '*one', '*', 'two', 'one,two', 'o*e', 'One', 'two*', '*,two', 'one, two', '**', '127.9.0.1', 'application/grpc', 'true',
    'https', 'http',
  ],
  'request.auth.audiences': ['one', 'o*', '*', '*e', 'two', 'http://two/', 'One'],
  'request.auth.presenter': ['client', 'c*', '*', '*t'],
  'request.auth.claims': ['admin', 'adm*', '*', 'true', '*min', '1', 'a b', 'read', 'read write', 'x', 'ADMIN', 'null', 'user'],
};
VALUES.remoteIpBlocks = VALUES.ipBlocks;

/** What the webhook refuses and the CRD lets in. */
const BAD = {
  principals: [''], namespaces: [''], ipBlocks: [
    '10.0.0.0/33', 'nonsense', '', '127.9.0.1/', '127.9.0', '::1%lo', '010.0.0.1', ' 127.9.0.1',
  ],
  remoteIpBlocks: ['nonsense', '', '10.0.0.0/-1', '1.2.3.4/032'], requestPrincipals: [''], hosts: [''], methods: [''],
  ports: ['http', '70000', '*', '', '8080-8090', '-1', ' 8080', '+8080', '8080.0', '0x1f90', '8_080', '80808080808'],
  paths: ['', '/a/{*}{*}', '/{*}b'],
  'destination.ip': ['nonsense'], 'connection.sni': [''], 'request.headers': [''], 'request.auth.audiences': [''],
  'request.auth.presenter': [''], 'request.auth.claims': [''],
};

/** Templates that Envoy does not take, and some of which end it. */
const KILLERS = [
  'a/{*}', '{**}', '//{*}', '/e/{**}/{*}', '/{**}/{**}', '/a/{*}?x', '/a/{x}/{*}', '/ä/{*}', '/a//{*}', '/{*}x/{*}', '/a/{*}b/',
  '/{x={*}b}', '/{**}/{*}b',
];

const HEADERS = ['x-a', 'X-A', 'accept', 'Accept-Language', 'user-agent', 'cookie', 'x-forwarded-for', 'host', ':authority', ':method', ':path', ':scheme', 'x-b',
  'content-type', 'x-request-id', 'x-forwarded-proto', 'authorization', 'x-token', 'x-claim', 'x-payload', 'referer', 'origin',
  'x-envoy-x', 'connection', 'te', 'via'];
const CLAIMS = [
  '[group]', '[realm][roles]', '[scope]', '[permission]', '[sub]', '[iss]', '[a.b]', '[realm.roles]', '[aud]', '[flag]', '[azp]',
  '[realm][x][y]', '[exp]',
];
const CONDITIONS = [
  ['source.ip', 'ipBlocks'], ['remote.ip', 'ipBlocks'], ['source.namespace', 'namespaces'], ['source.principal', 'principals'],
  ['source.serviceAccount', 'serviceAccounts'], ['source.trustDomain', 'trustDomains'], ['request.auth.principal', 'requestPrincipals'],
  ['request.auth.audiences'], ['request.auth.presenter'], ['destination.ip'], ['destination.port', 'ports'], ['connection.sni'],
  ...HEADERS.map((name) => [`request.headers[${name}]`, 'request.headers']),
  ...CLAIMS.map((path) => [`request.auth.claims${path}`, 'request.auth.claims']),
];
const ODD_KEYS = ['source.nothing', 'request.headers', 'request.headersX', 'request.auth.claimsX[group]', 'request.auth.claims', 'destination.labels[app]', 'request.headers[x-a',
  'request.auth.claims[a][', 'source.user', 'Source.ip', 'request.headers[x-a][b]', 'request.auth.claims[group][]', 'request.headers[]',
  'request.auth.claims[]'];

/** Pieces of which values nobody thought of are put together. */
const PIECES = {
  principals: [
    'cluster.local', 'example.org', '/', '/ns/', 'foo', 'bar', '/sa/', 'a', '*', '.', 'spiffe://', 'old.example', '/ns/foo/sa/a',
  ],
  namespaces: ['foo', 'bar', '*', 'f', 'o', '/', '.', 'sa', '-'],
  trustDomains: ['cluster', '.local', 'example', '.org', '*', 'old.', 'other', '.'],
  requestPrincipals: ['idp', '/', '*', 'alice', 'https://idp.example', 'a', 'foo*', 'tenant', 'bar'],
  paths: ['/', '/', 'a', 'b', '*', '.', '?', ';', 'admin', '%61', '\\', '//', 'A', '%2f', ' ', '#', '[', '~', '{', '}'],
  hosts: ['a', '.com', '*', ':', '8080', '.', 'A', 'x', 'b', 'w', '-'],
  methods: ['GET', 'P', '*', 'OST', 'T', 'get', 'UT'],
  'connection.sni': ['outbound_.', '8080', '_._.', 'w', '*', 'a.com', '.', 'A'],
  'request.headers': ['one', 'two', ',', ' ', '*', 'o', 'e', '=', 'One', ''],
  'request.auth.claims': ['admin', 'a', '*', ' ', 'true', 'x', '1', 'user', 'read'],
};

module.exports = { PIECES, VALUES, BAD, KILLERS, CONDITIONS, ODD_KEYS, HEADERS };
