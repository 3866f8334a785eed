import { blockOf } from './addresses';
import { targetRefsOf } from './attach';
import { isDryRun } from './authorization';
import { holdsLabels, listOf, Manifest, namespaceOf, NaiveWorkload, NaiveWorld, NotModelled, objectsOfKind, rootNamespace } from './world';

/** Lists of values by field; all fields have to hold, `not…` means none of the values. */
export type ZtunnelMatch = Record<string, readonly string[]>;

export interface ZtunnelPolicy {
  readonly name: string;
  readonly namespace: string;
  readonly scope: 'GLOBAL' | 'NAMESPACE' | 'WORKLOAD_SELECTOR';
  readonly action: 'ALLOW' | 'DENY';
  readonly selector?: Record<string, string>;
  /** One of the groups, in it all of the clauses, in each one of the matches. */
  readonly groups: readonly (readonly (readonly ZtunnelMatch[])[])[];
}

/** What the proxies of nodes are sent of AuthorizationPolicies. */
export function ztunnelPolicies(world: NaiveWorld): ZtunnelPolicy[] {
  return objectsOfKind(world, 'AuthorizationPolicy').flatMap((policy): ZtunnelPolicy[] => {
    const { action = 'ALLOW', selector, rules } = policy.spec ?? {};
    const namespace = namespaceOf(policy);
    if (targetRefsOf(policy).length > 0 || isDryRun(policy) || !['ALLOW', 'DENY'].includes(action)) {
      return [];
    }
    const wide = namespace === rootNamespace(world) ? 'GLOBAL' : 'NAMESPACE';
    return [{
      name: policy.metadata.name,
      namespace,
      scope: selector ? 'WORKLOAD_SELECTOR' : wide,
      action,
      selector: selector?.matchLabels,
      groups: listOf<Manifest>(rules).flatMap((rule) => groupOf(rule, action, namespace)),
    }];
  });
}

/** A selector that selects nothing in particular binds to nobody. */
export function boundTo(world: NaiveWorld, { scope, selector, namespace }: ZtunnelPolicy, workload: NaiveWorkload): boolean {
  return scope === 'WORKLOAD_SELECTOR' && selector !== undefined && Object.keys(selector).length > 0
    && (namespace === workload.namespace || namespace === rootNamespace(world)) && holdsLabels(workload.labels, selector);
}

/** Rules of ALLOW with anything of HTTP go; those of DENY keep what is left of them. */
function groupOf(rule: Manifest, action: string, home: string): ZtunnelMatch[][][] {
  const parts = [...listOf<Manifest>(rule?.from).map((one) => one?.source), ...listOf<Manifest>(rule?.to).map((one) => one?.operation)];
  if (!rule || parts.some((part) => !part)) {
    throw new NotModelled('istiod panics at a rule, source or operation that is left out');
  }
  const isHttp = parts.some((part) => HTTP_FIELDS.some((field) => listOf(part[field]).length > 0))
    || listOf<Manifest>(rule.when).some(({ key }) => !(key in CONDITIONS));
  if (isHttp && action === 'ALLOW') {
    return [];
  }
  const from = listOf<Manifest>(rule.from).map(({ source }) => matchOf(SOURCE, source, home));
  const to = listOf<Manifest>(rule.to).map(({ operation }) => matchOf(OPERATION, operation, home));
  const when = listOf<Manifest>(rule.when).map(({ key, values, notValues }) => {
    const field = CONDITIONS[key];
    return [field === undefined ? {} : matchOf([['values', ...field]], { values, notValues }, home)];
  });
  return [[to, from, ...when].filter((matches) => matches.length > 0)];
}

const HTTP_FIELDS = ['requestPrincipals', 'remoteIpBlocks', 'hosts', 'methods', 'paths'].flatMap((name) => [name, oppositeOf(name)]);

function oppositeOf(name: string): string {
  return `not${name[0].toUpperCase()}${name.slice(1)}`;
}

type Reader = (value: string, home: string) => string[];

const asIs: Reader = (value) => [value];
const account: Reader = (value, home) => [value.includes('/') ? value : `${home}/${value}`];
const block: Reader = (value) => (blockOf(value) === undefined ? [] : [value]);
const port: Reader = (value) => (/^\d+$/.test(value) && Number(value) <= 65535 ? [String(Number(value))] : []);

/** What a field is called in a policy, what it is called there, and what becomes of its values; bad ones are left out. */
const SOURCE: [string, string, Reader][] = [
  ['principals', 'principals', asIs],
  ['namespaces', 'namespaces', asIs],
  ['serviceAccounts', 'serviceAccounts', account],
  ['ipBlocks', 'sourceIps', block],
];
const OPERATION: [string, string, Reader][] = [['ports', 'destinationPorts', port]];
const CONDITIONS: Record<string, [string, Reader]> = {
  'source.ip': ['sourceIps', block],
  'source.namespace': ['namespaces', asIs],
  'source.principal': ['principals', asIs],
  'destination.ip': ['destinationIps', block],
  'destination.port': ['destinationPorts', port],
};

function matchOf(fields: readonly [string, string, Reader][], spec: Manifest, home: string): ZtunnelMatch {
  const read = (name: string, reader: Reader) => listOf<string>(spec[name]).flatMap((value) => reader(value, home));
  const all = fields.flatMap(([name, there, reader]): [string, string[]][] => [
    [there, read(name, reader)],
    [oppositeOf(there), read(oppositeOf(name), reader)],
  ]);
  return Object.fromEntries(all.filter(([, values]) => values.length > 0));
}
