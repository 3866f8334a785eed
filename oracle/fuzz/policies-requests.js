// Random requests, most of them made of what the policies of a set name.
const { fc, oneOf, mostly, parts, someOf } = require('./arbitrary');
const { HEADERS, PIECES } = require('./values');

/** The values of fields, or of conditions about keys, wherever they stand in the policies of a set. */
function named({ policies }, field) {
  const found = [];
  const visit = (node, inside) => {
    if (typeof node === 'string' && inside) {
      found.push(node);
    } else if (typeof node === 'object' && node !== null) {
      const isAbout = typeof node.key === 'string' && field.test(node.key);
      Object.entries(node).forEach(
        ([name, value]) => visit(value, isAbout ? /alues$/.test(name) : field.test(name) || (inside && Array.isArray(node))),
      );
    }
  };
  visit(policies, false);
  return [...new Set(found)].filter((value) => value !== '');
}

/** A text that a pattern may have meant. */
const witness = (pattern, filling) => pattern.replace(/\{\*\}/g, filling).replace(/\{\*\*\}/g, `${filling}/${filling}`).replace(/^\*|\*$/g, filling);

function meant(set, field, others, fillings = ['', 'x', 'b']) {
  const patterns = named(set, field);
  const plain = oneOf(...others);
  return patterns.length === 0 ? plain
    : mostly(3, fc.tuple(oneOf(...patterns), oneOf(...fillings)).map(([pattern, filling]) => witness(pattern, filling)), plain);
}

const DISGUISES = [
  (path) => `/x/..${path}`, (path) => path.replace('/', '//'), (path) => `${path}/`, (path) => `${path}?q=1`, (path) => `${path}#f`, (path) => `${path}?`,
  (path) => path.replace(/a/, '%61'), (path) => path.replace(/(.)\//, '$1%2f'), (path) => path.replace(/(.)\//, '$1\\'), (path) => path.toUpperCase(),
  (path) => `${path};p=1`, (path) => `${path}%20`, (path) => `/.${path}`, (path) => path.replace(/(.)\//, '$1%2F..%2f'), (path) => `${path}%00`, (path) => `${path}/.`,
  (path) => `${path}/..`, (path) => path.replace(/a/, '%2561'), (path) => `/%2e${path}`, (path) => `${path}/..;x`, (path) => `http://a.com${path}`, (path) => `${path}?a=/../b`,
  (path) => `${path}//`, (path) => `/x/%2E%2e${path}`, (path) => path.replace(/a/, '%zz'),
];
const SEGMENTS = [
  'a', 'b', 'admin', 'A', '%61', '..', '.', '%2e%2e', '%2f', '\\', '..;x', 'a;b', '%25', '', '*', '{', '|', '"', '[x', '~', '%5c', 'x]',
  '<', '`', '^', '%', '%4', 'é', "'", '@', ':', '%C3%A9', '+', '%7F',
];
const ANY_PATH = fc.oneof(
  fc.array(oneOf(...SEGMENTS), { minLength: 1, maxLength: 4 }).map((list) => `/${list.join('/')}`),
  fc.array(oneOf(...PIECES.paths), { minLength: 1, maxLength: 5 }).map((list) => `/${list.join('')}`),
);

function pathOf(set) {
  const named = meant(set, /^(not)?[pP]aths$/, ['/', '/a', '/a/b', '/b', '/pkg.Svc/Get']).map((path) => (path.startsWith('/') ? path : `/${path}`));
  const disguised = fc.tuple(named, oneOf(...DISGUISES)).map(([path, disguise]) => disguise(path));
  return fc.oneof({ weight: 6, arbitrary: named }, { weight: 3, arbitrary: disguised }, { weight: 1, arbitrary: ANY_PATH });
}

function claimsOf(set) {
  const subjects = named(set, /equestPrincipals$|^request.auth.principal$/).map(
    (value) => witness(value.slice(value.lastIndexOf('/') + 1), 'x'),
  );
  const values = named(set, /^request.auth.claims/).map((value) => witness(value, 'x'));
  const ordinary = parts({
    sub: mostly(5, oneOf('alice', 'alice', 'bar', ...subjects), oneOf('', 'a/b', '*')),
    aud: mostly(4, oneOf('one', ['two', 'one'], 'http://two/'), oneOf([], 'three', 'https://one/')),
    azp: oneOf('client', ['client'], 5, ''),
    group: oneOf('admin', ['user', 'admin'], true, 'true', { admin: 'x' }, null, '', 1, [1, 'true'], 'a b', ...values),
    realm: oneOf(
      { roles: ['admin'] }, { roles: 'admin' }, 'admin', { roles: { admin: 'admin' } }, { x: { y: 'x' } }, { roles: ['a b', 1] },
      { x: [{ y: 'x' }] },
    ),
    scope: oneOf('read', 'read write', ['read write'], '', ' read  write '),
    permission: oneOf('read write', 'x'),
    flag: oneOf(true, 'true', 1, 1.5, [[]], ...values),
    'a.b': oneOf('x', 'admin'),
    'realm.roles': oneOf('x'),
  });
  // types and times that make a token none at all
  const odd = someOf({
    sub: oneOf(5, null), aud: oneOf(null, ['one', 5]), jti: oneOf('x', 5), nbf: oneOf(0, 1, 32503680000, 'x'), exp: oneOf(0, 1, 'x', 32503680000, -1),
    iat: oneOf('x', 1, 32503680000), iss: oneOf('idp', '', 5, 'https://idp.example'),
  }, 1, 1);
  return fc.oneof(
    { weight: 2, arbitrary: fc.constant({}) }, { weight: 5, arbitrary: ordinary },
    { weight: 1, arbitrary: fc.tuple(ordinary, odd).map(([own, more]) => ({ ...own, ...more })) },
  );
}

const PLACES = mostly(3, fc.constant({}), oneOf(
  { in: 'query' }, { in: 'query', name: 'token' }, { name: 'x-token' }, { in: 'cookie', name: 'session' }, { name: 'x-token', prefix: 'Token ' }, { prefix: 'bearer ' }, { prefix: '' },
  { name: 'x-a' }, { in: 'query', name: 'q' }, { prefix: 'Bearer  ' }, { name: 'X-Token', prefix: 'Token' }, { name: 'cookie', prefix: 'session=' }, { prefix: 'Basic x, Bearer ' },
));
function tokenOf(set) {
  const issuers = set.authentications.flatMap(({ jwtRules }) => jwtRules.map(({ issuer }) => issuer));
  return fc.record({
    place: PLACES,
    issuer: mostly(5, oneOf(...issuers, 'https://idp.example'), oneOf('idp', 'unknown', 'foobar')),
    state: mostly(6, fc.constant('valid'), oneOf('expired', 'forged', 'garbage')),
    claims: claimsOf(set),
    without: mostly(8, fc.constant(undefined), oneOf(['sub'], ['exp'], ['iss'], ['iat', 'exp'])),
  }).map(({ place, ...rest }) => ({ ...place, ...rest }));
}

function headersOf(set) {
  const values = meant(set, /^request\.headers/, ['one', 'two', 'three', 'one,two', '', 'One', ' one ', 'two, one'], ['', 'x', ',one']);
  const asked = set.policies.flatMap(({ rules }) => (rules ?? []).flatMap(({ when }) => (when ?? []).map(({ key }) => /^request\.headers\[([a-z-]+)\]$/i.exec(key)?.[1])))
    .filter((name) => name !== undefined && !/^(host|connection|te)$/i.test(name));
  const sendable = HEADERS.filter((name) => !name.startsWith(':') && !/^(host|connection|te|authorization)$/.test(name));
  const line = fc.tuple(mostly(2, oneOf('x-a', ...asked), oneOf(...sendable)), values);
  const special = oneOf(['x-forwarded-for', '127.9.0.1'], ['x-forwarded-for', '127.8.0.1, 127.9.0.1'], ['x-forwarded-for', '127.9.0.1,127.8.0.1'], ['x-forwarded-for', '::1'],
    ['x-forwarded-for', '2001:db8::1'], ['x-forwarded-for', 'garbage'], ['x-forwarded-for', '127.9.0.1:80'], ['x-forwarded-for', ''], ['x-forwarded-for', '127.9.0.1, '],
    ['x-forwarded-for', '10.0.0.1,::ffff:127.9.0.1'], ['x-forwarded-for', '[::1]'], ['x-ext-authz', 'deny'], ['x-ext-authz', 'deny'], ['x-ext-authz', 'allow'],
    ['origin', 'http://a.com'], ['access-control-request-method', 'GET'], ['x-envoy-external-address', '127.9.0.1'], ['x-real-ip', '127.9.0.1'], ['authorization', 'Basic YTpi'],
    ['authorization', 'Bearer '], ['authorization', 'Bearer garbage'], ['cookie', 'session=garbage; a=b'], ['x-forwarded-proto', 'https'], ['forwarded', 'for=127.9.0.1']);
  const lines = fc.array(mostly(2, line, special), { maxLength: 3 });
  // the authorizers of the harness look for one line
  const once = (list) => list.filter(([name], i) => name !== 'x-ext-authz' || list.findIndex((other) => other[0] === name) === i)
    // a client of gRPC is asked about as one
    .map(([name, value]) => [name, name === 'content-type' ? value.replace('grpc', 'json') : value]);
  return fc.oneof(fc.constant([]), lines, lines.map((list) => [...list, ...list.slice(0, 1)])).map(once);
}

/** Whose certificate: mostly of the domain of the mesh, else what a policy names, or none that Istio would sign. */
function fromOf(set) {
  const { trustDomain = 'cluster.local', trustDomainAliases = [] } = set.mesh;
  const own = [trustDomain, trustDomain, ...trustDomainAliases].filter((domain) => !domain.includes('*')).flatMap((domain) => (
    ['foo/sa/a', 'foo/sa/b', 'bar/sa/b', 'foo/sa/a.b', 'istio-system/sa/a'].map((rest) => `${domain}/ns/${rest}`)));
  const odd = [`${trustDomain}/ns/foo/sa/a/extra`, `${trustDomain}/ns/foo/x/sa/a`, `${trustDomain}/workload/foo`, 'other.org/ns/foo/sa/a', 'cluster.local/ns/foo/sa/a', `${trustDomain}/ns/foo`,
    `${trustDomain}/x/ns/foo/sa/a`, `${trustDomain}/ns/foo/bar/sa/a`, `${trustDomain}/ns/FOO/sa/a`];
  const wanted = named(set, /rincipals$|^source.principal$/).map((value) => witness(value.replace('spiffe://', ''), 'a')).filter((value) => /^[^*/]+\/ns\/[^*]+$/.test(value));
  return fc.oneof(
    { weight: 6, arbitrary: oneOf(...own) }, { weight: 2, arbitrary: oneOf(...wanted, ...own) }, { weight: 1, arbitrary: oneOf(...odd) }, { weight: 2, arbitrary: fc.constant(undefined) },
  );
}

const KIND_OF_PORT = {
  tcp: 'tcp', tls: 'tcp', https: 'tcp', mongo: 'tcp', redis: 'tcp', mysql: 'tcp', udp: 'tcp', 'kubernetes.io/wss': 'tcp',
};
const isTcp = ({ app, name }) => KIND_OF_PORT[app ?? name?.split('-')[0]] !== undefined;

function connectionOf(set) {
  const { kind = 'sidecar', ports } = set.target;
  const mtls = set.objects.some(({ kind: what, spec }) => what === 'Gateway' && spec.servers[0].tls !== undefined);
  const known = ports.map(
    (port) => ({ port: kind === 'waypoint' ? port.servicePort ?? port.number : port.number, protocol: isTcp(port) ? 'tcp' : 'http' }),
  );
  const passed = kind === 'sidecar' ? [
    { port: 12345, protocol: 'http' }, { port: 12345, protocol: 'tcp' }, { port: 9001, protocol: 'http' },
  ] : [];
  const protocol = mostly(3, fc.constant(undefined), oneOf('http', 'tcp', 'http2', 'grpc'));
  const tls = kind === 'gateway' ? oneOf(...(mtls ? ['plain-tls', 'plain-tls', 'none'] : ['none', 'none', 'plain-tls']))
    : kind === 'waypoint' ? fc.constant('mesh') : mostly(14, fc.constant(undefined), oneOf('plain-tls', 'mesh', 'none'));
  return fc.record({
    at: oneOf(...known, ...known, ...(passed.length === 0 ? [] : [passed[0], passed[1], passed[2]].slice(0, 3))),
    protocol, tls, ip: kind === 'waypoint' ? fc.constant(undefined) : mostly(
      2, fc.constant(undefined), oneOf('127.9.0.1', '127.8.0.1', '127.9.1.7'),
    ),
    sni: mostly(3, fc.constant(undefined), oneOf('a.com', 'A.com', 'x.example', 'w')),
  }).map(({ at, protocol: own, ...rest }) => ({ port: at.port, protocol: own ?? at.protocol, ...rest }));
}

/** HTTP/2 is sent by a library that refuses what it takes for nonsense. */
const sendableOverHttp2 = (text) => /^[\x21-\x7e]*$/.test(text) && !/[#\\^`{|}"<>%[\]]/.test(text);

function requestOf(set) {
  return fc.record({
    connection: connectionOf(set),
    from: set.target.kind === 'waypoint' ? fromOf(set).filter((from) => from !== undefined) : fromOf(set),
    method: mostly(3, meant(set, /^(not)?[mM]ethods$/, ['GET', 'POST', 'PUT'], ['', 'X', 'OS', 'GE']), oneOf('GET', 'HEAD', 'OPTIONS', 'DELETE', 'PATCH', 'get', 'TRACE', 'GETX')),
    path: pathOf(set),
    host: meant(set, /^(not)?[hH]osts$/, ['w', 'a.com', 'A.com:8080', 'b.com', 'a.com:80', 'x.a.com', 'xa.com', 'a.com.']).map((host) => host.replace(/[^!-~]/g, '') || 'w'),
    headers: headersOf(set),
    tokens: fc.oneof({ weight: set.authentications.length > 0 ? 2 : 9, arbitrary: fc.constant([]) }, { weight: 4, arbitrary: fc.array(tokenOf(set), { minLength: 1, maxLength: 1 }) },
      { weight: 1, arbitrary: fc.array(tokenOf(set), { minLength: 2, maxLength: 2 }) }),
  }).map(({ connection: { tls, ...connection }, from, headers, path, method, tokens, ...rest }) => {
    const http2 = connection.protocol === 'http2' || connection.protocol === 'grpc';
    const common = { from: tls === 'none' ? undefined : from, tls, ...connection };
    if (connection.protocol === 'tcp') {
      return common;
    }
    return {
      ...common, ...rest,
      method: connection.protocol === 'grpc' ? 'POST' : /^[A-Za-z-]+$/.test(method) ? method : 'GET',
      ...(http2 ? { host: /^[\w.-]+(:\d+)?$/.test(rest.host) ? rest.host : 'w' } : {}),
      path: http2 && !(path.startsWith('/') && sendableOverHttp2(path)) ? '/a' : path,
      headers: http2 ? headers.filter(([name]) => !/^(connection|te|content-type|user-agent)$/i.test(name)) : headers,
      tokens,
    };
  });
}

module.exports = { requestOf };
