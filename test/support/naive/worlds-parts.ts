import * as fc from 'fast-check';
import { Manifest, NaiveWorkload } from './world';

/** Parts of random worlds. Alphabets are small, so that what is named is often what is there. */

/** Features of random worlds; all but `unchecked` are there unless they are switched off. */
export interface WorldOptions {
  /** Forms that the webhook refuses and the CRD does not. */
  readonly unchecked?: boolean;
  readonly networkPolicies?: boolean;
  readonly peerAuthentications?: boolean;
  readonly destinationRules?: boolean;
  /** RequestAuthentications, tokens of requests, and what policies ask of them. */
  readonly tokens?: boolean;
  /** Attributes of HTTP in policies; ports of HTTP are called all the same. */
  readonly http?: boolean;
  readonly templates?: boolean;
  /** Paths that are written in another way than policies are. */
  readonly encodedPaths?: boolean;
  /** Lines of one header that are there twice. */
  readonly repeatedHeaders?: boolean;
  readonly custom?: boolean;
  readonly dryRun?: boolean;
  readonly targetRefs?: boolean;
  /** Trust domains of other names, aliases, and the fields about them. */
  readonly trustDomains?: boolean;
  readonly ipv6?: boolean;
  /** Addresses that a proxy in front reports. */
  readonly forwarded?: boolean;
  /** Path normalisation other than the one by default. */
  readonly normalization?: boolean;
  /** Clients without proxy beside those with one. */
  readonly outsiders?: boolean;
  readonly queries?: number;
}

/** What a world is about. Where everything meets, most requests fail for several reasons, and no rule is told apart from another. */
export type Focus = 'all' | 'identity' | 'path' | 'header' | 'token' | 'address' | 'tls';

export interface Features extends Required<WorldOptions> {
  readonly focus: Focus;
}

export const FOCI: readonly Focus[] = ['all', 'identity', 'path', 'header', 'token', 'address', 'tls'];

export const ALL_FEATURES: Required<WorldOptions> = {
  unchecked: false,
  networkPolicies: true,
  peerAuthentications: true,
  destinationRules: true,
  tokens: true,
  http: true,
  templates: true,
  encodedPaths: true,
  repeatedHeaders: true,
  custom: true,
  dryRun: true,
  targetRefs: true,
  trustDomains: true,
  ipv6: true,
  forwarded: true,
  normalization: true,
  outsiders: true,
  queries: 12,
};

export const NAMESPACES = ['foo', 'bar'];
export const ROOT = 'istio-system';
export const NAMES = ['a', 'b', 'c'];

export const oneOf = <T>(...values: T[]) => fc.constantFrom(...values);
export const some = <T>(values: T, ...more: T[]) => fc.uniqueArray(fc.constantFrom(values, ...more), { minLength: 1, maxLength: 2 });

/** An object whose keys are there or not, each as often as not. */
export function parts(shape: Record<string, fc.Arbitrary<any>>, always: Record<string, fc.Arbitrary<any>> = {}): fc.Arbitrary<any> {
  return fc.record({ ...shape, ...always }, { requiredKeys: Object.keys(always) });
}

/** A list that is left out, empty, or full: the first and the last mean different things to nobody but people. */
export function listOrNone<T>(item: fc.Arbitrary<T>, maxLength = 2): fc.Arbitrary<T[] | undefined> {
  return fc.oneof(
    { weight: 2, arbitrary: fc.constant(undefined) },
    { weight: 1, arbitrary: fc.constant<T[]>([]) },
    { weight: 5, arbitrary: fc.array(item, { minLength: 1, maxLength }) },
  );
}

/** The object as JSON has it: keys without value are not there. */
export function plain<T>(value: T): T {
  return JSON.parse(JSON.stringify(value));
}

export const LABELS: fc.Arbitrary<Record<string, string>> = parts({ app: oneOf('a', 'b'), tier: oneOf('x', 'y', '') });

/** Labels that a policy asks for; now and then ones that nobody has. */
export const WANTED: fc.Arbitrary<Record<string, string>> = fc.oneof(
  { weight: 4, arbitrary: fc.record({ app: oneOf('a', 'b') }) },
  { weight: 2, arbitrary: fc.record({ tier: oneOf('x', '', 'z') }) },
  { weight: 1, arbitrary: fc.record({ app: oneOf('a', 'c'), tier: oneOf('x', 'y') }) },
);

export interface PodOptions {
  readonly modes: readonly NaiveWorkload['mode'][];
  readonly ipv6: boolean;
}

const PORTS = [
  { name: 'http', port: 8080, protocol: 'TCP' },
  { name: 'db', port: 9000, protocol: 'TCP' },
  { name: 'any', port: 9001, protocol: 'TCP' },
  { name: 'tls', port: 8443, protocol: 'TCP' },
  { name: 'dns', port: 53, protocol: 'UDP' },
  { name: 'sig', port: 7000, protocol: 'SCTP' },
];

/** On some pods a name belongs to another port, and on some nobody has it. */
const OTHER_PORTS = [{ name: 'http', port: 80, protocol: 'TCP' }, { name: 'db', port: 8080, protocol: 'TCP' }];
const PORT_LISTS = [PORTS, [...PORTS.slice(1), ...OTHER_PORTS], PORTS.slice(0, 1)];

export function pods({ modes, ipv6 }: PodOptions): fc.Arbitrary<NaiveWorkload[]> {
  const one = fc.record({
    labels: LABELS,
    account: oneOf('a', 'b'),
    namespace: oneOf(...NAMESPACES, ...NAMESPACES, ROOT),
    mode: oneOf(...modes),
    version: oneOf(4, 4, ipv6 ? 6 : 4),
    ports: oneOf(...PORT_LISTS, PORT_LISTS[0]),
  });
  return fc.array(one, { minLength: 4, maxLength: 6 }).map((all) => all.map(({ account, version, ...rest }, i) => ({
    ...rest,
    id: `${rest.namespace}/w${i}`,
    name: `w${i}`,
    serviceAccount: account,
    ip: version === 6 ? `fd00:${i % 2}::${i + 1}` : `10.${i % 2}.0.${i + 1}`,
  })));
}

/** Namespaces with labels of their own, and the name that everyone has. */
export const NAMESPACE_OBJECTS: fc.Arbitrary<Manifest[]> = fc.tuple(...[...NAMESPACES, ROOT].map((name) => (
  parts({ team: oneOf('red', 'blue'), tier: oneOf('x', '') }).map((labels) => (
    { apiVersion: 'v1', kind: 'Namespace', metadata: { name, labels: { ...labels, 'kubernetes.io/metadata.name': name } } })))));

/** A Service per set of labels in each namespace, with a port of every kind; two of them may lead to one port. */
export const SERVICES: fc.Arbitrary<Manifest[]> = fc.record({
  db: oneOf({ name: 'tcp-db' }, { name: 'db', appProtocol: 'tcp' }, { name: 'mysql' }),
  http: oneOf({ name: 'http' }, { name: 'web', appProtocol: 'http' }, { name: 'grpc-api' }, { name: 'tcp', appProtocol: 'http2' }),
  any: oneOf<any>({ name: 'any' }, { name: 'http-x', appProtocol: 'example.com/custom' }),
  second: oneOf<any>(undefined, undefined, { name: 'tcp-web' }, { name: 'http-web' }),
}).map(({ db, http, any, second }) => [...NAMESPACES, ROOT].flatMap((namespace) => ['a', 'b'].flatMap((app) => {
  const service = (name: string, ports: Manifest[]) => (
    { apiVersion: 'v1', kind: 'Service', metadata: { name, namespace }, spec: { clusterIP: '10.96.0.1', selector: { app }, ports } });
  const all = [
    { ...http, port: 80, targetPort: 8080 }, { ...db, port: 9000, targetPort: 9000 }, { ...any, port: 9001, targetPort: 9001 },
    { name: 'https', port: 443, targetPort: 8443 },
  ];
  return [service(`s-${app}`, all), ...(second === undefined ? [] : [service(`r-${app}`, [{ ...second, port: 81, targetPort: 8080 }])])];
})));

/** Metadata of an object; what is created at the same time is told apart by its name. */
export function named(
  kind: string, apiVersion: string, namespaces: readonly string[], spec: fc.Arbitrary<any>, annotations?: fc.Arbitrary<any>,
): fc.Arbitrary<Manifest> {
  const time = oneOf('2026-01-01T00:00:00Z', '2026-01-02T00:00:00Z', '2026-01-03T00:00:00Z');
  return fc.record({ spec, namespace: oneOf(...namespaces), creationTimestamp: time, annotations: annotations ?? fc.constant(undefined) })
    .map(({ spec: own, ...metadata }): Manifest => plain({ apiVersion, kind, metadata: { ...metadata, name: '' }, spec: own }));
}

/** Gives every object of a world a name of its own. */
export function withNames(objects: Manifest[]): Manifest[] {
  const withName = (object: Manifest, name: string) => ({ ...object, metadata: { ...object.metadata, name } });
  return objects.map((object, i) => (object.metadata.name === '' ? withName(object, `p${i}`) : object));
}
