import * as fc from 'fast-check';
import { listOrNone, named, NAMESPACES, oneOf, parts, ROOT, some, WANTED, Features } from './worlds-parts';

/** Random policies of Istio: as the webhook lets them through, and with `unchecked` as only the CRD does. */

const V1 = 'security.istio.io/v1';
const HOMES = [...NAMESPACES, ...NAMESPACES, ROOT];
export const PROVIDERS = [{ name: 'ext-http', api: 'http' }, { name: 'ext-grpc', api: 'grpc' }];
export const ISSUERS = ['https://idp.example', 'idp'];

const SELECTOR = fc.oneof(
  { weight: 4, arbitrary: fc.constant(undefined) },
  { weight: 4, arbitrary: fc.record({ matchLabels: WANTED }) },
  { weight: 1, arbitrary: oneOf<any>({}, { matchLabels: {} }) },
);

/** A world about one thing has its policies where the workloads are that it asks. */
function placesFor({ focus }: Features): { homes: string[]; selector: fc.Arbitrary<any> } {
  const mostlyNone = fc.oneof({ weight: 5, arbitrary: fc.constant(undefined) }, { weight: 1, arbitrary: SELECTOR });
  return focus === 'all' ? { homes: HOMES, selector: SELECTOR } : { homes: ['foo', 'foo', ROOT], selector: mostlyNone };
}

const PRINCIPALS = [
  'cluster.local/ns/foo/sa/a', 'cluster.local/ns/bar/sa/b', 'example.org/ns/foo/sa/a', 'old.example/ns/foo/sa/b', 'other.org/ns/foo/sa/a',
  '*', 'cluster.local/ns/foo/sa/*', 'cluster.local/ns/foo/*', 'cluster.local/*', 'cluster.local/ns/fo*', '*/sa/a', '*a', '*/sa/*',
  '*/ns/bar/sa/b', 'cluster.local/ns/*/sa/a', 'spiffe://cluster.local/ns/foo/sa/a', 'foo/a',
  'cluster*/ns/foo/sa/a', '*local/ns/foo/sa/a', '*.org/ns/foo/sa/a',
];
const SPACES = ['foo', 'bar', '*', 'f*', '*r', 'f*o', '*o*', 'fo', 'FOO', ROOT];
const ACCOUNTS = ['a', 'b', 'foo/a', 'bar/b', `${ROOT}/a`, 'foo/c'];
const DOMAINS = ['cluster.local', 'example.org', 'old.example', '*', '*.org', 'cluster*', 'other.org'];
const BLOCKS = ['10.0.0.1', '10.0.0.0/16', '10.1.0.0/16', '10.1.2.3/16', '203.0.113.0/24', '0.0.0.0/0', '::/0', 'fd00::/32', '10.0.0.2/32'];
const TOKENS = ['*', 'https://idp.example/*', 'https://idp.example/alice', 'idp/alice', 'idp/al*', '*/alice', '*alice', 'idp*',
  '*/*', 'idp', 'https://idp*'];
const PATHS = ['/a', '/a*', '/a/*', '*/a', '*', '/', '/a/b', '/A', '/a*b', '/admin', '/a//b', '*a*', '/a?x'];
const TEMPLATES = ['/a/{*}', '/a/{**}', '/{*}/b', '/{**}', '/a/{**}/b', '/{*}/{**}'];
const HOSTS = ['a.com', 'A.com', '*.a.com', 'a.com:*', 'a.com*', '*', 'b.com:8080', 'a*m'];
const METHODS = ['GET', 'POST', 'P*', '*T', '*', 'get'];
const PORTS = ['8080', '9000', '9001', '80', '12345', '8443'];

export function listOfValues(values: string[], bad: string[], { unchecked }: Features): fc.Arbitrary<string[]> {
  const full = fc.uniqueArray(oneOf(...values, ...(unchecked ? [...bad, ''] : [])), { minLength: 1, maxLength: 2 });
  return fc.oneof({ weight: 8, arbitrary: full }, { weight: 1, arbitrary: fc.constant<string[]>([]) });
}

const withNot = (shape: Record<string, fc.Arbitrary<any>>) => ({
  ...shape,
  ...Object.fromEntries(Object.entries(shape).map(([name, value]) => [`not${name[0].toUpperCase()}${name.slice(1)}`, value])),
});

/** One to three fields of many; an account never stands beside another name, since the CRD refuses that. */
function fewOf(shape: Record<string, fc.Arbitrary<any>>, minLength: number): fc.Arbitrary<any> {
  return fc.uniqueArray(oneOf(...Object.keys(shape)), { minLength, maxLength: 3 }).chain((names) => {
    const isAccount = names.some((name) => /serviceAccounts/i.test(name));
    const kept = names.filter((name) => !isAccount || !/^(not)?(namespaces|principals)$/i.test(name));
    return fc.record(Object.fromEntries(kept.map((name) => [name, shape[name]])));
  });
}

function sourceShape(options: Features, custom: boolean): Record<string, fc.Arbitrary<any>> {
  const addresses = {
    ipBlocks: listOfValues(BLOCKS, ['10.0.0.0/33', 'nonsense'], options),
    ...(options.http ? { remoteIpBlocks: listOfValues(BLOCKS, ['nonsense'], options) } : {}),
  };
  const identities = {
    principals: listOfValues(PRINCIPALS, [], options),
    namespaces: listOfValues(SPACES, [], options),
    serviceAccounts: listOfValues(ACCOUNTS, [], { ...options, unchecked: false }),
    ...(options.trustDomains ? { trustDomains: listOfValues(DOMAINS, [], { ...options, unchecked: false }) } : {}),
  };
  const tokens = options.tokens ? { requestPrincipals: listOfValues(TOKENS, [], options) } : {};
  return withNot(custom ? addresses : { ...identities, ...addresses, ...tokens });
}

function operationShape(options: Features): Record<string, fc.Arbitrary<any>> {
  const http = {
    paths: listOfValues([...PATHS, ...(options.templates ? TEMPLATES : [])], options.templates ? ['/a{*}', '/{*}b'] : [], options),
    hosts: listOfValues(HOSTS, [], options),
    methods: listOfValues(METHODS, [], options),
  };
  return withNot({ ports: listOfValues(PORTS, ['http', '70000', '*'], options), ...(options.http ? http : {}) });
}

function conditionKeys(options: Features, custom: boolean): [string, string[]][] {
  const common: [string, string[]][] = [['source.ip', BLOCKS], ['destination.ip', ['10.0.0.0/16', '10.1.0.0/16', '::/0']],
    ['destination.port', PORTS]];
  const identities: [string, string[]][] = [['source.principal', PRINCIPALS], ['source.namespace', SPACES], ['source.serviceAccount',
    ACCOUNTS]];
  const headers: [string, string[]][] = [
    ['request.headers[x-a]', ['one', 'one*', '*one', '*', 'two']], ['request.headers[Accept]', ['one', 'one,two', 'two*']],
    ['remote.ip', BLOCKS],
    ['connection.sni', ['*', 'outbound_.80_*', '*.cluster.local']],
  ];
  const claims: [string, string[]][] = [
    ['request.auth.principal', TOKENS], ['request.auth.audiences', ['one', 'o*', '*']], ['request.auth.presenter', ['client']],
    ['request.auth.claims[group]', ['admin', 'adm*', '*', 'true']], ['request.auth.claims[realm][roles]', ['admin', '*']],
    ['request.auth.claims[scope]', ['read', 'read write', '*']],
  ];
  const domains: [string, string[]][] = [['source.trustDomain', DOMAINS]];
  const unknown: [string, string[]][] = [['source.nothing', ['a']], ['request.headers', ['one']], ['request.auth.claimsX[group]',
    ['admin']]];
  return [
    ...common, ...(custom ? [] : identities), ...(options.http ? headers : []), ...(options.tokens && !custom ? claims : []),
    ...(options.unchecked ? unknown : []), ...(options.trustDomains && !custom ? domains : []),
  ];
}

function conditionOf(options: Features, keys: [string, string[]][]): fc.Arbitrary<any> {
  return oneOf(...keys).chain(([key, values]) => {
    const list = some(values[0], ...values.slice(1));
    const said = fc.oneof(fc.record({ values: list }), fc.record({ notValues: list }), fc.record({ values: list, notValues: list }));
    const all = options.unchecked ? fc.oneof({ weight: 9, arbitrary: said }, { weight: 1, arbitrary: fc.constant({}) }) : said;
    return all.map((own) => ({ key, ...own }));
  });
}

/** A rule about one thing: one field of one source or operation, or one condition. */
function focusedRule(options: Features, custom: boolean): fc.Arbitrary<any> {
  const fields: Record<string, RegExp> = {
    identity: /principals|namespaces|serviceAccounts|trustDomains|source\.(principal|namespace|serviceAccount|trustDomain)/i,
    path: /paths|methods/i,
    header: /hosts|request\.headers/i,
    token: /requestPrincipals|request\.auth/i,
    address: /ipBlocks|ports|\.ip$|\.port$|sni/i,
    tls: /^principals$|^notPrincipals$|^namespaces$/,
  };
  const wanted = fields[options.focus];
  const isOther = (name: string) => options.focus === 'identity' && /^(not)?requestPrincipals$/i.test(name);
  const oneField = (shape: Record<string, fc.Arbitrary<any>>, wrap: (spec: any) => any) => Object.entries(shape)
    .filter(([name]) => wanted.test(name) && !isOther(name)).map(([name, values]) => values.map((list) => wrap({ [name]: list })));
  const keys = conditionKeys(options, custom).filter(([key]) => wanted.test(key));
  const all = [
    ...oneField(sourceShape(options, custom), (source) => ({ from: [{ source }] })),
    ...oneField(operationShape(options), (operation) => ({ to: [{ operation }] })),
    ...(keys.length > 0 ? [conditionOf(options, keys).map((one) => ({ when: [one] }))] : []),
  ];
  return all.length > 0 ? fc.oneof(...all) : fc.constant({});
}

function rule(options: Features, custom = false): fc.Arbitrary<any> {
  if (options.focus !== 'all') {
    return focusedRule(options, custom);
  }
  const fewest = options.unchecked ? 0 : 1;
  const one = conditionOf(options, conditionKeys(options, custom));
  return fc.record({
    from: listOrNone(fewOf(sourceShape(options, custom), fewest).map((source) => ({ source }))),
    to: listOrNone(fewOf(operationShape(options), fewest).map((operation) => ({ operation }))),
    when: fc.oneof({ weight: 2, arbitrary: fc.constant(undefined) }, { weight: 1, arbitrary: fc.array(one, { maxLength: 2 }) }),
  });
}

export function authorizationPolicy(options: Features) {
  const rules = (custom: boolean) => fc.array(rule(options, custom), { minLength: 1, maxLength: 2 });
  const few = rules(false);
  const none = oneOf<any>(undefined, []);
  const bodies = [
    { weight: 6, arbitrary: fc.record({ action: oneOf(undefined, 'ALLOW'), rules: fc.oneof({ weight: 5, arbitrary: few }, none) }) },
    { weight: 5, arbitrary: fc.record({ action: fc.constant('DENY'), rules: options.unchecked ? fc.oneof(few, none) : few }) },
    { weight: 1, arbitrary: fc.record({ action: fc.constant('AUDIT'), rules: rules(false) }) },
  ];
  const provider = fc.record({ name: oneOf('ext-http', 'ext-grpc', 'missing') });
  const custom = fc.record({ action: fc.constant('CUSTOM'), provider, rules: rules(true) });
  const usual = options.focus === 'all' ? bodies : bodies.slice(0, 2);
  const body = fc.oneof(...usual, ...(options.custom ? [{ weight: 1, arbitrary: custom }] : []));
  const { homes, selector } = placesFor(options);
  const chosen = fc.record({ selector });
  const attached = options.targetRefs && options.focus === 'all';
  const where = attached ? fc.oneof({ weight: 6, arbitrary: chosen }, { weight: 1, arbitrary: REFS }) : chosen;
  const spec = fc.tuple(body, where).map(([own, place]) => ({ ...own, ...place }));
  const values = options.unchecked ? ['true', 'false', '1', 'yes', ''] : ['true', 'false'];
  const trial = options.dryRun ? fc.record({ 'istio.io/dry-run': oneOf(...values) }) : fc.constant(undefined);
  const annotations = fc.oneof({ weight: 9, arbitrary: fc.constant(undefined) }, { weight: 1, arbitrary: trial });
  // a dry run is for ALLOW and DENY; elsewhere the webhook refuses it
  return named('AuthorizationPolicy', V1, homes, spec, annotations).map((policy) => {
    const { annotations: own, ...metadata } = policy.metadata;
    const tried = own !== undefined && !['AUDIT', 'CUSTOM'].includes(policy.spec.action);
    return { ...policy, metadata: tried ? { ...metadata, annotations: own } : metadata };
  });
}

const REFS = fc.record({
  targetRefs: fc.constant([{ group: '', kind: 'Service', name: 's-a' }]),
});

const MODE = oneOf('STRICT', 'PERMISSIVE', 'DISABLE', 'UNSET');

export const PEER_AUTHENTICATION = named('PeerAuthentication', V1, HOMES, fc.oneof(
  parts({ mtls: fc.record({ mode: MODE }), selector: oneOf<any>({}, { matchLabels: {} }) }),
  parts({ mtls: fc.record({ mode: MODE }) }),
  parts({
    mtls: fc.record({ mode: MODE }),
    portLevelMtls: fc.dictionary(oneOf('8080', '9000', '9001', '12345'), fc.record({ mode: MODE }), { minKeys: 1, maxKeys: 2 }),
  }, { selector: fc.record({ matchLabels: WANTED }) }),
));

/** One of every level, so that they meet: the mesh, a namespace, a workload with a port. */
export const PEER_LEVELS: fc.Arbitrary<any[]> = fc.record({
  mesh: oneOf(undefined, 'STRICT', 'PERMISSIVE', 'DISABLE', 'UNSET'),
  namespace: oneOf(undefined, 'STRICT', 'PERMISSIVE', 'DISABLE', 'UNSET'),
  workload: oneOf(undefined, 'STRICT', 'PERMISSIVE', 'DISABLE', 'UNSET'),
  port: oneOf(undefined, 'STRICT', 'PERMISSIVE', 'DISABLE', 'UNSET'),
  home: oneOf('foo', 'foo', 'bar'),
}).map(({ mesh, namespace, workload, port, home }) => {
  const peer = (where: string, name: string, mode: string, rest: any = {}) => (
    { apiVersion: V1, kind: 'PeerAuthentication', metadata: { name, namespace: where }, spec: { mtls: { mode }, ...rest } });
  const ports = port === undefined ? {} : { portLevelMtls: { 8080: { mode: port } } };
  return [
    ...(mesh === undefined ? [] : [peer(ROOT, 'mesh', mesh)]),
    ...(namespace === undefined ? [] : [peer(home, 'space', namespace)]),
    ...(workload === undefined ? [] : [peer(home, 'work', workload, { selector: { matchLabels: { app: 'a' } }, ...ports })]),
  ];
});

const PLACES = fc.oneof(
  { weight: 4, arbitrary: fc.constant({}) },
  {
    weight: 1,
    arbitrary: oneOf<any>({ fromHeaders: [{ name: 'x-token' }] }, { fromHeaders: [{ name: 'x-token', prefix: 'Token ' }] },
      { fromParams: ['token'] },
      { fromCookies: ['session'] }),
  },
);

const OPTIONAL = parts({ audiences: some('one', 'two'), forwardOriginalToken: fc.boolean() });
const JWT_RULE = fc.tuple(PLACES, OPTIONAL, oneOf(...ISSUERS))
  .map(([places, rest, issuer]) => ({ issuer, jwksUri: 'https://keys.example/jwks', ...places, ...rest }));

export function requestAuthentication(options: Features) {
  const { homes, selector } = placesFor(options);
  return named('RequestAuthentication', V1, homes, fc.record({
    selector,
    jwtRules: fc.array(JWT_RULE, { minLength: 1, maxLength: 2 }),
  }));
}


const PORT_TLS = (tls: fc.Arbitrary<any>) => parts({ tls }, { port: fc.record({ number: oneOf(80, 9000, 8080) }) });
const TLS = fc.record({ mode: oneOf('DISABLE', 'ISTIO_MUTUAL', 'ISTIO_MUTUAL', 'SIMPLE') });

const NETWORKING = 'networking.istio.io/v1';

export const DESTINATION_RULE = named('DestinationRule', NETWORKING, HOMES, parts({ exportTo: oneOf(['*'], ['.'], ['foo']) }, {
  host: oneOf('s-a', 's-a.foo.svc.cluster.local', 's-b.bar.svc.cluster.local', '*.foo.svc.cluster.local', '*.local', '*'),
  trafficPolicy: parts({
    tls: TLS,
    portLevelSettings: fc.array(PORT_TLS(TLS), { minLength: 1, maxLength: 1 }),
  }),
}));
