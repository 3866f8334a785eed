// Random policies around one workload, in the format of oracle/cases/policies.
const { fc, oneOf, mostly, few, parts, someOf, listOrNone } = require('./arbitrary');
const { VALUES, PIECES, BAD, KILLERS, CONDITIONS, ODD_KEYS } = require('./values');

const ROOT = 'istio-system';
const WANTED = oneOf({ app: 'w' }, { app: 'w' }, { app: 'w', tier: 'x' }, { tier: '' }, { app: 'v' });
const SELECTOR = fc.oneof(
  { weight: 5, arbitrary: fc.constant(undefined) },
  { weight: 4, arbitrary: fc.record({ matchLabels: WANTED }) },
  { weight: 1, arbitrary: oneOf({}, { matchLabels: {} }) },
);
const HOME = mostly(5, fc.constant(undefined), oneOf(ROOT, 'bar', 'foo', 'config'));

const PROVIDERS = [
  {
    name: 'http', envoyExtAuthzHttp: { service: 'authz.foo.svc.cluster.local', port: 8000, includeRequestHeadersInCheck: ['x-ext-authz'] },
  },
  { name: 'deaf', envoyExtAuthzHttp: { service: 'authz.foo.svc.cluster.local', port: 8001 } },
  { name: 'grpc', envoyExtAuthzGrpc: { service: 'authz.foo.svc.cluster.local', port: 9001 } },
  { name: 'nowhere', envoyExtAuthzHttp: { service: 'nobody.foo.svc.cluster.local', port: 8000 } },
];
const AUTHORIZERS = {
  apiVersion: 'v1', kind: 'Service', metadata: { name: 'authz', namespace: 'foo' },
  spec: {
    clusterIP: '10.9.9.8', selector: { app: 'authz' },
    ports: [{ name: 'http', port: 8000 }, { name: 'http-deaf', port: 8001 }, { name: 'grpc', port: 9001 }],
  },
};

const madeOf = (pieces) => fc.array(oneOf(...pieces), { minLength: 1, maxLength: 4 }).map((list) => list.join('')).filter((value) => value !== '');

function listOf(name, unchecked) {
  const plain = name === 'paths' ? [...VALUES.paths, ...VALUES.templates] : VALUES[name];
  const made = PIECES[name] === undefined ? few(plain) : fc.array(madeOf(PIECES[name]), { minLength: 1, maxLength: 2 });
  const good = mostly(3, few(plain), made);
  const all = unchecked && BAD[name] !== undefined ? fc.oneof(
    { weight: 4, arbitrary: good }, { weight: 2, arbitrary: few([...BAD[name], ...plain.slice(0, 4)]) },
  ) : good;
  return fc.oneof({ weight: 12, arbitrary: all }, { weight: 1, arbitrary: fc.constant([]) });
}

const negation = (name) => `not${name[0].toUpperCase()}${name.slice(1)}`;
const withNot = (names, unchecked) => Object.fromEntries(
  names.flatMap((name) => [name, name, negation(name)].map((field) => [field, listOf(name, unchecked)])),
);

const SOURCES = ['principals', 'namespaces', 'serviceAccounts', 'trustDomains', 'ipBlocks', 'remoteIpBlocks', 'requestPrincipals'];
const OPERATIONS = ['paths', 'hosts', 'methods', 'ports'];

/** The CRD refuses accounts beside other names. */
function admitted(source) {
  const isAccount = Object.keys(source).some((name) => /serviceAccounts/i.test(name));
  return isAccount ? Object.fromEntries(Object.entries(source).filter(([name]) => !/^(not)?(namespaces|principals)$/i.test(name))) : source;
}

function condition(unchecked) {
  const known = oneOf(...CONDITIONS).chain(([key, values = key]) => {
    const list = listOf(values, unchecked);
    return fc.oneof(
      fc.record({ values: list }), fc.record({ notValues: list }), fc.record({ values: list, notValues: list }),
    ).map((own) => ({ key, ...own }));
  });
  const odd = fc.record(
    {
      key: oneOf(...ODD_KEYS, 'request.headers[x-a]'), values: oneOf(['one'], ['*'], undefined, []),
      notValues: oneOf(undefined, undefined, ['one']),
    },
  );
  return unchecked ? mostly(5, known, odd) : known;
}

/** An entry without anything in it is any to sidecars, and ends istiod in ambient mode. */
const part = (unchecked, full) => (unchecked ? mostly(40, full, fc.constant({})) : full);

function rule(unchecked) {
  const fewest = unchecked ? 0 : 1;
  return fc.record({
    from: listOrNone(part(unchecked, someOf(withNot(SOURCES, unchecked), fewest).map((source) => ({ source: admitted(source) })))),
    to: listOrNone(part(unchecked, someOf(withNot(OPERATIONS, unchecked), fewest).map((operation) => ({ operation })))),
    when: fc.oneof(
      { weight: 2, arbitrary: fc.constant(undefined) }, { weight: 1, arbitrary: fc.array(condition(unchecked), { maxLength: 2 }) },
    ),
  });
}

function policy(unchecked, kind) {
  const rules = fc.array(rule(unchecked), { minLength: 1, maxLength: 3 });
  const none = oneOf(undefined, [], [{}]);
  const body = fc.oneof(
    { weight: 6, arbitrary: fc.record({ action: oneOf(undefined, 'ALLOW'), rules: mostly(6, rules, none) }) },
    { weight: 5, arbitrary: fc.record({ action: fc.constant('DENY'), rules: unchecked ? mostly(6, rules, none) : rules }) },
    { weight: 1, arbitrary: fc.record({ action: fc.constant('AUDIT'), rules }) },
    {
      weight: 2,
      arbitrary: fc.record(
        {
          action: fc.constant('CUSTOM'), provider: fc.record({ name: oneOf('http', 'http', 'grpc', 'deaf', 'nowhere', 'missing') }), rules,
        },
      ),
    },
  );
  const annotations = mostly(
    12, fc.constant(undefined),
    fc.record({ 'istio.io/dry-run': oneOf('true', 'false', ...(unchecked ? ['1', 'yes', '', 'T', 'TRUE', 'tRUE'] : [])) }),
  );
  return fc.record({ body, where: place(kind), in: HOME, annotations }).map(
    ({ body: own, where, ...rest }) => ({ ...rest, ...where, ...own }),
  );
}

/** Whom a policy is for; a waypoint is found by reference alone. */
function place(kind) {
  const refs = kind === 'waypoint' ? [
    {
      kind: 'Gateway', group: 'gateway.networking.k8s.io', name: 'wp',
    }, { kind: 'Service', group: '', name: 'w' }, { kind: 'Service', group: 'core', name: 'w' },
    {
      kind: 'Gateway', group: 'gateway.networking.k8s.io', name: 'other',
    }, { kind: 'GatewayClass', group: 'gateway.networking.k8s.io', name: 'istio-waypoint' },
  ] : [{ kind: 'Service', group: '', name: 'w' }];
  const referring = fc.record({ targetRefs: few(refs), selector: mostly(6, fc.constant(undefined), SELECTOR) });
  const selecting = fc.record({ selector: SELECTOR });
  return kind === 'waypoint' ? mostly(6, referring, selecting) : mostly(20, selecting, referring);
}

const MODE = oneOf('STRICT', 'STRICT', 'PERMISSIVE', 'DISABLE', 'UNSET');
const MTLS = mostly(8, fc.record({ mode: MODE }), oneOf({}, undefined, null));
const PEER = fc.record({
  in: HOME,
  spec: fc.oneof(
    fc.record({ mtls: MTLS, selector: mostly(4, fc.constant(undefined), oneOf({}, { matchLabels: {} })) }),
    parts({
      mtls: MTLS,
      portLevelMtls: fc.dictionary(oneOf('8080', '9000', '9001', '12345', '80'), fc.record({ mode: MODE }), { minKeys: 1, maxKeys: 3 }),
    }, { selector: fc.record({ matchLabels: WANTED }) }),
  ),
}).map(({ in: home, spec }) => ({ in: home, ...spec }));

const ISSUERS = ['https://idp.example', 'https://idp.example', 'idp', 'a', 'foo*', 'https://idp.example/tenant'];
const PLACES = mostly(4, fc.constant({}), oneOf(
  { fromHeaders: [{ name: 'x-token' }] }, { fromHeaders: [{ name: 'x-token', prefix: 'Token ' }] }, { fromParams: ['token'] }, { fromCookies: ['session'] },
  { fromHeaders: [
    { name: 'X-Token', prefix: 'Token' }, { name: 'Authorization', prefix: 'Bearer ' },
  ] }, { fromHeaders: [{ name: 'Authorization', prefix: 'bearer ' }] },
  { fromParams: ['token', 'access_token'] }, { fromHeaders: [{ name: 'x-a' }], fromParams: ['q'] }, { fromHeaders: [{ name: 'cookie', prefix: 'session=' }] },
));
const JWT_RULE = fc.record({
  issuer: oneOf(...ISSUERS),
  places: PLACES,
  rest: mostly(2, fc.constant({}), parts({
    audiences: few(['one', 'two', 'http://two/', 'https://one']),
    forwardOriginalToken: fc.boolean(),
    outputPayloadToHeader: oneOf('x-payload', 'X-A'),
    outputClaimToHeaders: oneOf(
      [{ header: 'x-claim', claim: 'group' }], [{ header: 'x-a', claim: 'sub' }], [{ header: 'x-claim', claim: 'realm.roles' }],
    ),
    spaceDelimitedClaims: oneOf(['group'], ['roles', 'realm']),
  })),
}).map(({ issuer, places, rest }) => ({ issuer, ...places, ...rest }));
const AUTHENTICATION = (kind) => fc.record({
  in: HOME, where: place(kind), jwtRules: fc.array(JWT_RULE, { minLength: 1, maxLength: 2 }),
}).map(({ where, ...rest }) => ({ ...rest, ...where }));

const MESH = fc.record({
  names: mostly(3, fc.constant({}), oneOf(
    {
      trustDomain: 'example.org', trustDomainAliases: ['old.example'],
    }, { trustDomain: 'example.org' }, { trustDomain: 'example.org', trustDomainAliases: ['cluster.local'] },
    { trustDomainAliases: ['old.example'] }, {
      trustDomain: 'cluster.local', trustDomainAliases: ['old.example', 'other.org'],
    }, { trustDomain: 'old.example', trustDomainAliases: ['example.org', 'other.org'] },
  )),
  normalization: mostly(3, fc.constant(undefined), oneOf('NONE', 'BASE', 'MERGE_SLASHES', 'DECODE_AND_MERGE_SLASHES', 'DEFAULT')),
  rootNamespace: mostly(12, fc.constant(undefined), oneOf('config', 'foo')),
}).map(({ names, normalization, rootNamespace }) => ({ ...names, rootNamespace, pathNormalization: normalization === undefined ? undefined : { normalization } }));

const PORTS = {
  http: [{ app: 'http' }, { app: 'http', servicePort: 80 }, { app: 'http2' }, { app: 'grpc' }, { name: 'http-x' }, { name: 'grpc' }, { name: 'http2-a', servicePort: 80 },
    { app: 'grpc-web' }, { app: 'kubernetes.io/h2c', name: undefined }, { app: 'HTTP' }, { app: 'kubernetes.io/ws' }],
  tcp: [{ app: 'tcp' }, { app: 'tls' }, { app: 'https' }, { app: 'mongo' }, { app: 'redis' }, { app: 'mysql' }, { name: 'tcp-db', servicePort: 80 }, { name: 'mysql' }, { name: 'https-x' },
    { app: 'udp' }, { app: 'kubernetes.io/wss' }],
  sniffed: [
    { name: 'web' }, { name: 'a-http' }, { name: 'http_a' }, { name: 'x' }, { app: 'example.com/custom' },
    { name: 'httpx', servicePort: 80 },
  ],
};
const portOf = (number) => fc.oneof(...Object.values(PORTS).map((list) => oneOf(...list))).map((port) => ({ number, ...port }));
const TARGET_PORTS = fc.record({
  first: fc.oneof(
    { weight: 5, arbitrary: oneOf(...PORTS.http).map((port) => ({ number: 8080, ...port })) }, { weight: 1, arbitrary: portOf(8080) },
  ),
  second: mostly(2, oneOf(...PORTS.tcp).map((port) => ({ number: 9000, ...port })), portOf(9000)),
  third: mostly(1, fc.constant(undefined), portOf(9001), fc.constant({ number: 9001, app: 'http', service: false })),
// of several ports one may have a number of the Service
}).map(({ first, second, third }) => [first, second, third].filter((port) => port !== undefined)
  .map((port, i, all) => (all.findIndex(({ servicePort }) => servicePort !== undefined && servicePort === port.servicePort) < i && port.servicePort !== undefined
    ? { ...port, servicePort: undefined } : port)));

/** Another Service for a port of the workload; of two of one age the first by name decides. */
const SECOND_SERVICE = fc.record({
  name: oneOf('a', 'z'), port: oneOf(...Object.values(PORTS).flat()), target: oneOf(8080, 9000, 9001),
}).map(({ name, port: { app, name: called = app.replace(/[^a-z]/gi, '-').toLowerCase() }, target }) => ({
  apiVersion: 'v1', kind: 'Service', metadata: { name, namespace: 'foo' },
  spec: {
    clusterIP: '10.9.9.7', selector: { app: 'w' },
    ports: [{ name: called, ...(app === undefined ? {} : { appProtocol: app }), port: 81, targetPort: target, protocol: 'TCP' }],
  },
}));

const LABELS = oneOf({ app: 'w' }, { app: 'w', tier: 'x' }, { app: 'w', tier: '' });

const GATEWAY = (protocol) => [
  {
    apiVersion: 'v1', kind: 'Service', metadata: { name: 'back', namespace: 'foo' },
    spec: { clusterIP: '10.9.9.9', selector: { app: 'back' }, ports: [{ name: 'http', port: 80, targetPort: 8080 }] },
  },
  {
    apiVersion: 'networking.istio.io/v1', kind: 'Gateway', metadata: { name: 'gw', namespace: 'foo' },
    spec: {
      selector: { app: 'w' },
      servers: [{
        port: { number: 80, name: 'http', protocol }, hosts: ['*'], ...(protocol === 'HTTPS' ? { tls: { mode: 'ISTIO_MUTUAL' } } : {}),
      }],
    },
  },
  {
    apiVersion: 'networking.istio.io/v1', kind: 'VirtualService', metadata: { name: 'w', namespace: 'foo' },
    spec: {
      hosts: ['*'], gateways: ['foo/gw'], http: [{ route: [{ destination: { host: 'back.foo.svc.cluster.local', port: { number: 80 } } }] }],
    },
  },
];

function targetOf(kind) {
  if (kind === 'sidecar') {
    return fc.record({ ports: TARGET_PORTS, labels: LABELS }).map((target) => ({ target, objects: [] }));
  }
  if (kind === 'waypoint') {
    return fc.record({ ports: TARGET_PORTS }).map(
      ({ ports }) => (
        {
          target: {
            kind, name: 'wp', labels: { app: 'wp' }, ports: ports.filter(({ service, app }) => service !== false && app !== 'udp'),
          },
          objects: [],
        }
      ),
    );
  }
  return fc.record({ labels: LABELS, protocol: oneOf('HTTP', 'HTTP', 'HTTPS'), numTrustedProxies: oneOf(undefined, 1, 2) }).map(({ labels, protocol, numTrustedProxies }) => ({
    target: { kind, labels, ports: [{ number: 8080, app: 'http', servicePort: 80 }] },
    objects: GATEWAY(protocol),
    mesh: numTrustedProxies === undefined ? {} : { defaultConfig: { gatewayTopology: { numTrustedProxies } } },
  }));
}

/** The emulated tunnel in front of a waypoint is TLS to it, which the real one is not: nothing is asked about that. */
const withoutScheme = (kind, policies) => (kind !== 'waypoint' ? policies
  : JSON.parse(JSON.stringify(policies).replace(/request\.headers\[(:scheme|x-forwarded-proto)\]/g, 'request.headers[x-b]')));

/** Policies for one workload of a kind, without requests. `unchecked` are forms that the webhook refuses. */
function setOf(kind, unchecked) {
  return fc.record({
    mesh: MESH,
    around: targetOf(kind),
    policies: fc.array(policy(unchecked, kind), { minLength: 1, maxLength: 4 }),
    peers: kind === 'sidecar' ? fc.array(PEER, { maxLength: 3 }) : fc.constant([]),
    authentications: mostly(1, fc.constant([]), fc.array(AUTHENTICATION(kind), { minLength: 1, maxLength: 2 })),
    second: kind === 'sidecar' ? mostly(6, fc.constant([]), fc.array(SECOND_SERVICE, { minLength: 1, maxLength: 1 })) : fc.constant([]),
    killer: mostly(150, fc.constant(undefined), oneOf(...KILLERS)),
  }).map(({ mesh, around, policies, peers, authentications, second, killer }) => {
    const asks = policies.some(({ action }) => action === 'CUSTOM');
    const all = killer === undefined ? policies : [...policies, { rules: [{ to: [{ operation: { paths: [killer] } }] }] }];
    return {
      mesh: { ...mesh, ...around.mesh, ...(asks ? { extensionProviders: PROVIDERS } : {}) },
      target: around.target,
      objects: [...around.objects, ...second, ...(asks ? [AUTHORIZERS] : [])],
      peers,
      authentications,
      policies: withoutScheme(kind, all),
    };
  });
}

const SET = fc.record({
  kind: oneOf(...Array(8).fill('sidecar'), 'gateway', 'waypoint'),
  unchecked: mostly(4, fc.constant(false), fc.constant(true)),
}).chain(({ kind, unchecked }) => setOf(kind, unchecked));

module.exports = { SET };
