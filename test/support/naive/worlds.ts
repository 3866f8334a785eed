import * as fc from 'fast-check';
import { NaiveMesh, NaiveQuery, NaiveWorkload, NaiveWorld } from './world';
import { networkPolicy, networkQuery } from './worlds-networks';
import { ALL_FEATURES, Features, FOCI, NAMESPACE_OBJECTS, oneOf, plain, pods, SERVICES, withNames, WorldOptions } from './worlds-parts';
import {
  authorizationPolicy, DESTINATION_RULE, PEER_AUTHENTICATION, PEER_LEVELS,
  PROVIDERS, requestAuthentication,
} from './worlds-policies';
import { named, requestOf, witness } from './worlds-requests';

export type { WorldOptions } from './worlds-parts';

export interface NaiveCase {
  readonly world: NaiveWorld;
  readonly queries: NaiveQuery[];
}

/** Pods without proxies, and NetworkPolicies. */
export function arbitraryNetworkWorld(options: WorldOptions = {}): fc.Arbitrary<NaiveCase> {
  const { ipv6, queries } = { ...ALL_FEATURES, ...options };
  const policies = fc.array(networkPolicy(ipv6), { minLength: 1, maxLength: 5 });
  return fc.tuple(pods({ modes: ['none'], ipv6 }), NAMESPACE_OBJECTS, policies)
    .map(([workloads, namespaces, objects]): NaiveWorld => plain({ objects: withNames([...namespaces, ...objects]), workloads }))
    .chain((world) => asked(world, networkQuery(world.workloads, ipv6), queries));
}

/** Pods with sidecars, some without, under every policy of Istio and now and then NetworkPolicies. */
export function arbitrarySidecarWorld(options: WorldOptions = {}): fc.Arbitrary<NaiveCase> {
  return oneOf(...FOCI).chain((focus) => meshCase({ ...ALL_FEATURES, ...options, focus }, 'sidecar'));
}

/** Pods of ambient without waypoints, some outside of the mesh: what the proxies of nodes decide. */
export function arbitraryAmbientWorld(options: WorldOptions = {}): fc.Arbitrary<NaiveCase> {
  // attributes of HTTP stay in the policies, since rules with them change their meaning
  return oneOf(...FOCI.filter((focus) => !['header', 'token'].includes(focus)))
    .chain((focus) => meshCase({ ...ALL_FEATURES, destinationRules: false, ...options, focus }, 'ambient'));
}

function meshCase(features: Features, mode: NaiveWorkload['mode']): fc.Arbitrary<NaiveCase> {
  const modes: NaiveWorkload['mode'][] = features.outsiders && features.focus === 'all' ? [mode, mode, mode, 'none'] : [mode];
  return meshWorld(features, modes).chain((world) => asked(world, meshQuery(world, features), features.queries));
}

function asked(world: NaiveWorld, query: fc.Arbitrary<NaiveQuery>, queries: number): fc.Arbitrary<NaiveCase> {
  return fc.array(query, { minLength: queries, maxLength: queries }).map((all) => ({ world, queries: plain(all) }));
}

function meshWorld(features: Features, modes: NaiveWorkload['mode'][]): fc.Arbitrary<NaiveWorld> {
  const { focus } = features;
  const isAll = focus === 'all';
  const several = (wanted: boolean, one: fc.Arbitrary<any>, maxLength: number) => (wanted ? fc.array(one, { maxLength }) : fc.constant([]));
  return fc.record({
    workloads: pods({ modes, ipv6: features.ipv6 }),
    namespaces: NAMESPACE_OBJECTS,
    services: SERVICES,
    authorization: fc.array(authorizationPolicy(features), { minLength: focus === 'tls' ? 0 : 1, maxLength: isAll ? 4 : 2 }),
    peers: focus === 'tls' && features.peerAuthentications ? PEER_LEVELS
      : several(features.peerAuthentications && isAll, PEER_AUTHENTICATION, 3),
    tokens: several(features.tokens && (isAll || focus === 'token'), requestAuthentication(features), isAll ? 2 : 3),
    rules: several(features.destinationRules && (isAll || focus === 'tls'), DESTINATION_RULE, 3),
    network: several(features.networkPolicies && isAll, fc.oneof(...Array(3).fill(fc.constant(undefined)), networkPolicy(features.ipv6)), 1)
      .map((list) => list.filter((policy) => policy !== undefined)),
    mesh: meshOf(features),
  }).map(({ workloads, namespaces, services, authorization, peers, tokens, rules, network, mesh }) => plain({
    mesh, workloads, objects: withNames([...namespaces, ...services, ...authorization, ...peers, ...tokens, ...rules, ...network]),
  }));
}

function meshOf({ trustDomains, normalization, tokens, focus }: Features): fc.Arbitrary<NaiveMesh> {
  const names = oneOf<NaiveMesh>(
    {},
    {},
    { trustDomain: 'example.org' },
    { trustDomain: 'example.org', trustDomainAliases: ['old.example'] },
    { trustDomain: 'example.org', trustDomainAliases: ['cluster.local'] },
    { trustDomain: 'cluster.local', trustDomainAliases: ['old.example'] },
  );
  const path = oneOf(undefined, undefined, 'NONE', 'BASE', 'MERGE_SLASHES', 'DECODE_AND_MERGE_SLASHES');
  const keys = oneOf(undefined, undefined, undefined, { 'https://keys.example/jwks': 'unreachable' });
  return fc.record({
    names: trustDomains && ['all', 'identity'].includes(focus) ? names : fc.constant({}),
    pathNormalization: normalization ? path.filter((mode) => mode !== undefined || focus !== 'path') : fc.constant(undefined),
    jwks: tokens ? keys : fc.constant(undefined),
  }).map(({ names: own, ...rest }) => ({ ...own, ...rest, extensionProviders: PROVIDERS }));
}

/** Ports of pods with the ports of Services before them, and what is sent there. */
interface AskedPort {
  readonly port: number;
  readonly servicePort?: number;
  readonly app: string;
  readonly protocol?: string;
}

const HTTP_PORTS: AskedPort[] = [
  { port: 8080, servicePort: 80, app: 'http' },
  { port: 8080, servicePort: 80, app: 'http2' },
  { port: 8080, app: 'http' },
  { port: 9001, servicePort: 9001, app: 'http' },
];
const PORTS: AskedPort[] = [
  ...HTTP_PORTS,
  { port: 8080, servicePort: 80, app: 'http' },
  { port: 9000, servicePort: 9000, app: 'tcp' },
  { port: 9001, servicePort: 9001, app: 'tcp' },
  { port: 12345, app: 'http' },
  { port: 12345, app: 'tcp' },
  { port: 8443, servicePort: 443, app: 'https' },
  { port: 15021, app: 'http' },
  { port: 53, app: 'udp', protocol: 'UDP' },
];

function meshQuery(world: NaiveWorld, features: Features): fc.Arbitrary<NaiveQuery> {
  const ids = world.workloads.map(({ id }) => id);
  const proxied = world.workloads.filter(({ mode }) => mode !== 'none');
  const servers = [...proxied, ...proxied.filter(({ namespace }) => namespace === 'foo' && features.focus !== 'all')].map(({ id }) => id);
  const isAboutHttp = ['path', 'header', 'token', 'tls'].includes(features.focus);
  const isAmbient = proxied.some(({ mode }) => mode === 'ambient');
  const inside = fc.record({ workload: oneOf(...ids) });
  const outside = fc.record({ outside: fc.constant(true), ip: oneOf('203.0.113.7', '10.1.0.200', '2001:db8::7') });
  return fc.record({
    from: features.outsiders ? fc.oneof({ weight: 6, arbitrary: inside }, { weight: 1, arbitrary: outside }) : inside,
    server: oneOf(...servers, ...servers, ...servers, ...ids),
    port: oneOf<AskedPort>(...PORTS, ...(isAboutHttp ? [...HTTP_PORTS, ...HTTP_PORTS, ...HTTP_PORTS, ...HTTP_PORTS] : [])),
    mtls: oneOf<boolean | 'auto'>('auto', false, ...(features.focus === 'tls' ? [isAmbient ? false : 'auto' as const] : [true, true])),
    principal: principalOf(world),
    http: requestOf(world, features),
    answers: fc.record({ 'ext-http': oneOf('ok', 'denied'), 'ext-grpc': oneOf('ok', 'denied') }),
  }).map(({ from, server, port: { protocol = 'TCP', ...port }, mtls, principal, http, answers }): NaiveQuery => ({
    from,
    to: { workload: server, ...port, protocol },
    conn: {
      mtls: mtls === true && protocol !== 'TCP' ? false : mtls,
      via: port.servicePort === undefined ? 'pod-ip' : 'service',
      ...(mtls === true ? { principal: principal(from) } : {}),
    },
    ...(['http', 'http2'].includes(port.app) ? { http } : {}),
    extAuthz: answers,
  }));
}

/** Mostly the identity of who asks; else what a policy names, or one that is not shaped as those of Istio are. */
function principalOf(world: NaiveWorld): fc.Arbitrary<(from: NaiveQuery['from']) => string> {
  const domains = [world.mesh?.trustDomain ?? 'cluster.local', ...world.mesh?.trustDomainAliases ?? []];
  const own = oneOf(...domains).map((domain) => ({ workload }: NaiveQuery['from']) => {
    const { namespace, serviceAccount } = world.workloads.find(({ id }) => id === workload) ?? { namespace: 'foo', serviceAccount: 'a' };
    return `${domain}/ns/${namespace}/sa/${serviceAccount}`;
  });
  const shapes = ['ns/foo/sa/a/extra', 'ns/foo/x/sa/a', 'workload/foo'].map((rest) => `${domains[0]}/${rest}`);
  const odd = oneOf(...shapes, 'other.org/ns/foo/sa/a', 'cluster.local/ns/foo/sa/a');
  const meant = named(world, /rincipals$|^source.principal$/).map((value) => witness(value.replace('spiffe://', ''), 'a'))
    .filter((value) => /^[^*/]+\/ns\//.test(value));
  return fc.oneof(
    { weight: 5, arbitrary: own },
    { weight: meant.length > 0 ? 2 : 0, arbitrary: oneOf(...meant, '').map((value) => () => value) },
    { weight: 1, arbitrary: odd.map((value) => () => value) },
  );
}
