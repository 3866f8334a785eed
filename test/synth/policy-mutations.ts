/** Plain data of a manifest. */
export type Json = null | boolean | number | string | Json[] | { [field: string]: Json };

/** One change of one object. */
export interface Mutation {
  /** what sort of change it is, for counting */
  readonly kind: string;
  /** what exactly is changed, unique within an object */
  readonly at: string;
  /** the objects that stand in the place of the one that is changed */
  readonly objects: readonly Json[];
}

type Path = readonly (string | number)[];
type Change = readonly [kind: string, to: Json];

const GONE = Symbol('gone');
type Fields = { [field: string]: Json };

const MODES = ['STRICT', 'PERMISSIVE', 'DISABLE', 'UNSET'];

/** Every single change of a policy that this test knows: each deletion, each widening and narrowing of a value, each split of a rule. */
export function mutationsOf(policy: Json): Mutation[] {
  const object = policy as Fields;
  const spec = object.spec ?? {};
  return [
    { kind: 'delete the object', at: 'object', objects: [] },
    ...inside(spec, ['spec']).map(({ kind, at, changed }) => ({ kind, at: `${pathText(at)}${valueText(valueAt(spec, at.slice(1)))}: ${kind}`, objects: [{ ...object, ...(changed as Fields) }] })),
    ...additions(object),
    ...splits(object),
  ].filter(({ objects }) => objects.length !== 1 || JSON.stringify(objects[0]) !== JSON.stringify(object));

  function inside(value: Json, path: Path): { kind: string; at: Path; changed: Json }[] {
    const put = (to: Json | typeof GONE) => ({ spec: replaced(spec, path.slice(1), to) });
    const children = Array.isArray(value) ? value.map((item, i) => [i, item] as const)
      : value !== null && typeof value === 'object' ? Object.entries(value) : [];
    return [
      ...(path.length === 1 ? [] : [{ kind: `delete ${deletedKind(path)}`, at: path, changed: put(GONE) }]),
      ...changes(value, path, object.kind as string).map(([kind, to]) => ({ kind, at: path, changed: put(to) })),
      ...children.flatMap(([key, child]) => inside(child, [...path, key])),
    ];
  }
}

function deletedKind(path: Path): string {
  const [last, before, beforeThat] = [...path].reverse();
  if (before === 'matchLabels' || before === 'labels') {
    return 'a label';
  }
  if (beforeThat === 'metadata' && before === 'annotations') {
    return 'an annotation';
  }
  return typeof last === 'number' ? `an item of ${String(before)}` : String(last);
}

/** Other values in the place of one. */
function changes(value: Json, path: Path, kind: string): Change[] {
  const [last, before] = [...path].reverse();
  const field = typeof last === 'number' ? String(before) : String(last);
  if (Array.isArray(value)) {
    const more = kind === 'ServiceEntry' && field === 'hosts' ? 'other.example' : typeof value[0] === 'string' ? ONE_MORE[field] : undefined;
    return value.length === 0 ? [] : [[`empty ${field}`, []], ...(more === undefined ? [] : [[`one more of ${field}`, [...value, more]] as Change])];
  }
  if (value !== null && typeof value === 'object') {
    return Object.keys(value).length === 0 ? [] : [[`empty ${deletedKind(path)}`, {}]];
  }
  if (typeof value === 'number') {
    return [['next port', value + 1], ['port before', value - 1]];
  }
  return typeof value === 'string' ? textChanges(value, field, before === 'matchLabels' || before === 'labels', kind) : [];
}

const ONE_MORE: Record<string, string | undefined> = {
  paths: '/other',
  methods: 'TRACE',
  principals: 'cluster.local/ns/default/sa/other',
  requestPrincipals: 'https://other.example/*',
  audiences: 'other',
  hosts: '*/*',
  ports: '1',
  values: 'other',
  policyTypes: 'Ingress',
};
const FREE_TEXTS = ['paths', 'methods', 'hosts', 'principals', 'requestPrincipals', 'audiences', 'exportTo'];
const PATTERNS = [...FREE_TEXTS, 'values', 'notPaths', 'notMethods'];

function textChanges(value: string, field: string, label: boolean, kind: string): Change[] {
  if (label) {
    return [['other label value', `${value}-other`]];
  }
  if (field === 'mode') {
    return kind === 'Sidecar' ? [['other outbound mode', value === 'REGISTRY_ONLY' ? 'ALLOW_ANY' : 'REGISTRY_ONLY']]
      : MODES.filter((mode) => mode !== value).map((mode) => [`mode ${mode}`, mode]);
  }
  if (field === 'action') {
    return ['ALLOW', 'DENY', 'AUDIT'].filter((action) => action !== value).map((action) => [`action ${action}`, action]);
  }
  if (field === 'protocol') {
    return (kind === 'NetworkPolicy' ? ['TCP', 'UDP', 'SCTP'] : ['TCP', 'TLS', 'HTTP', 'HTTPS']).filter((protocol) => protocol !== value)
      .map((protocol) => [`protocol ${protocol}`, protocol]);
  }
  if (field === 'policyTypes') {
    return [['other policy type', value === 'Ingress' ? 'Egress' : 'Ingress']];
  }
  if (field === 'operator') {
    return ['Exists', 'DoesNotExist'].filter((operator) => operator !== value).map((operator) => [`operator ${operator}`, operator]);
  }
  if (field === 'ports') {
    return [['next port', String(Number(value) + 1)], ['port before', String(Number(value) - 1)]];
  }
  if (field === 'cidr' || field === 'ipBlocks' || field === 'remoteIpBlocks' || field === 'except') {
    return cidrChanges(value);
  }
  return [
    ['other text', `${value}x`],
    ...(PATTERNS.includes(field) ? patternChanges(value) : []),
    ...(field === 'principals' ? principalChanges(value) : []),
    ...(field === 'hosts' ? [['wider host', hostAbove(value)] as Change] : []),
    ...(field === 'exportTo' ? [['exported to all', '*'] as Change] : []),
  ];
}

function patternChanges(value: string): Change[] {
  const found: Change[] = [['wildcard', '*'], ['wildcard before', `*${value.replace(/^\*/, '')}`]];
  return value.endsWith('*')
    ? [...found, ['without wildcard', value.slice(0, -1)], ['shorter prefix', `${value.slice(0, -2)}*`]]
    : [...found, ['wildcard behind', `${value}*`], ['shorter text', `${value.slice(0, -1)}`], ['other case', value === value.toUpperCase() ? value.toLowerCase() : value.toUpperCase()]];
}

function principalChanges(value: string): Change[] {
  const [trustDomain, , namespace, , account] = value.split('/');
  const from = (parts: string[]) => [parts[0], 'ns', parts[1], 'sa', parts[2]].join('/');
  return [
    ['other account', from([trustDomain, namespace, 'other'])], ['other namespace', from([trustDomain, 'other', account])],
    ['other trust domain', from(['other.local', namespace, account])], ['any account', from([trustDomain, namespace, '*'])],
    ['any trust domain', `*/ns/${namespace}/sa/${account}`],
  ];
}

function hostAbove(host: string): string {
  return host.includes('/') ? `${host.slice(0, host.indexOf('/'))}/*` : `*.${host.slice(host.indexOf('.') + 1)}`;
}

/** A block that holds this one, one beside it, and half of it. */
function cidrChanges(cidr: string): Change[] {
  const [address, length] = cidr.split('/');
  const bits = Number(length);
  const half: Change[] = bits < 32 ? [['half of the block', `${address}/${bits + 1}`]] : [];
  return address.includes(':') ? [['any address', '::/0']] : [['any address', '0.0.0.0/0'], ['other block', `203.0.113.0/${Math.max(bits, 24)}`], ...half];
}

/** Fields that an object does not have and that change what it means. */
function additions(object: Fields): Mutation[] {
  const spec = (object.spec ?? {}) as Fields;
  const metadata = object.metadata as Fields;
  const withSpec = (kind: string, more: Fields): Mutation => ({ kind, at: kind, objects: [{ ...object, spec: { ...spec, ...more } }] });
  const byKind: Record<string, () => Mutation[]> = {
    AuthorizationPolicy: () => [
      { kind: 'dry run', at: 'dry run', objects: [{ ...object, metadata: { ...metadata, annotations: { ...(metadata.annotations as Fields), 'istio.io/dry-run': 'true' } } }] },
      withSpec('one more rule: everything', { rules: [...((spec.rules ?? []) as Json[]), {}] }),
      withSpec('one more rule: any identity', { rules: [...((spec.rules ?? []) as Json[]), { from: [{ source: { principals: ['*'] } }] }] }),
      ...(spec.selector === undefined ? [withSpec('selector added', { selector: { matchLabels: { app: 'other' } } })] : []),
    ],
    PeerAuthentication: () => [withSpec('port opened', {
      selector: spec.selector ?? { matchLabels: { app: 'other' } }, portLevelMtls: { ...(spec.portLevelMtls as Fields), 8080: { mode: 'PERMISSIVE' } },
    })],
    NetworkPolicy: () => ['ingress', 'egress'].map((direction) => withSpec(`one more rule: all ${direction}`, { [direction]: [...((spec[direction] ?? []) as Json[]), {}] })),
    RequestAuthentication: () => [withSpec('one more issuer', { jwtRules: [...((spec.jwtRules ?? []) as Json[]), { issuer: 'https://other.example' }] })],
  };
  const moved: Mutation = { kind: 'other namespace', at: 'metadata.namespace', objects: [{ ...object, metadata: { ...metadata, namespace: 'elsewhere' } }] };
  return [moved, ...(byKind[object.kind as string]?.() ?? [])];
}

/** Two rules in the place of one: what had to hold together is enough by itself. */
function splits(object: Fields): Mutation[] {
  const spec = (object.spec ?? {}) as Fields;
  const lists = object.kind === 'NetworkPolicy' ? ['ingress', 'egress'] : object.kind === 'AuthorizationPolicy' ? ['rules'] : [];
  return lists.flatMap((list) => ((spec[list] ?? []) as Fields[]).flatMap((rule, i) => {
    const rules = spec[list] as Json[];
    const into = (parts: Json[]) => [{ ...object, spec: { ...spec, [list]: [...rules.slice(0, i), ...parts, ...rules.slice(i + 1)] } }];
    const fields = Object.keys(rule);
    const apart: Mutation[] = fields.length < 2 ? [] : [{
      kind: 'fields of a rule apart', at: `${list}[${i}] apart`, objects: into(fields.map((field) => ({ [field]: rule[field] }))),
    }];
    const itemsOf = (field: string) => (Array.isArray(rule[field]) ? rule[field] : []);
    const inside = fields.flatMap((field) => itemsOf(field).flatMap((item, j) => partsOf(item).map((parts, k): Mutation => ({
      kind: `fields of an item of ${field} apart`,
      at: `${list}[${i}].${field}[${j}] apart (${k})`,
      objects: into([{ ...rule, [field]: [...itemsOf(field).slice(0, j), ...parts, ...itemsOf(field).slice(j + 1)] }]),
    }))));
    return [...apart, ...inside];
  }));
}

/** A peer, source or operation as one item per field. */
function partsOf(item: Json): Json[][] {
  if (item === null || typeof item !== 'object' || Array.isArray(item)) {
    return [];
  }
  const [[outer, inner] = ['', null]] = Object.entries(item);
  if (outer === 'source' || outer === 'operation') {
    const fields = Object.entries(inner as Fields);
    return fields.length < 2 ? [] : [fields.map(([field, value]) => ({ [outer]: { [field]: value } }))];
  }
  const fields = Object.entries(item);
  return fields.length < 2 || 'key' in item || 'port' in item || 'cidr' in item ? [] : [fields.map(([field, value]) => ({ [field]: value }))];
}

function replaced(value: Json, path: Path, to: Json | typeof GONE): Json {
  const [key, ...rest] = path;
  if (key === undefined) {
    return to as Json;
  }
  if (Array.isArray(value)) {
    const gone = rest.length === 0 && to === GONE;
    return gone ? value.filter((_, i) => i !== key) : value.map((item, i) => (i === key ? replaced(item, rest, to) : item));
  }
  const fields = value as Fields;
  if (rest.length === 0 && to === GONE) {
    return Object.fromEntries(Object.entries(fields).filter(([name]) => name !== key));
  }
  return { ...fields, [key]: replaced(fields[key], rest, to) };
}

function valueAt(value: Json, path: Path): Json {
  return path.reduce<Json>((inside, key) => (inside as Fields)[key], value);
}

/** What is changed, where it is short. */
function valueText(value: Json): string {
  return value !== null && typeof value === 'object' ? '' : ` ${JSON.stringify(value)}`;
}

function pathText(path: Path): string {
  return path.map((part, i) => (typeof part === 'number' ? `[${part}]` : i === 0 ? part : `.${part}`)).join('');
}
