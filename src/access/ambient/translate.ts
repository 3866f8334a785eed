import { MeshSettings } from '../mesh-settings';
import { Labels, Manifest, refOf } from '../objects';
import { fieldsOf, Fields, Malformed } from './fields';
import { parseAddressBlock, parseBool, parsePort } from './go-values';
import { ZtunnelAccount, ZtunnelClause, ZtunnelGroup, ZtunnelMatch, ZtunnelPolicy, ZtunnelText } from './policy';

/** What becomes of an AuthorizationPolicy on its way to ztunnel. */
export type Translation =
  | {
    readonly sent: ZtunnelPolicy;
    /** whose workloads it is bound to, where it is for some alone */
    readonly selector: Labels;
    /** its parts for waypoints, which are missing from what is sent */
    readonly lost: readonly string[];
  }
  | { readonly notSent: string }
  /** istiod or the API server would not survive, or not take, the object */
  | { readonly unknown: string };

const L4_KEYS = ['source.ip', 'source.namespace', 'source.principal', 'destination.ip', 'destination.port'] as const;
const L7_SOURCE_FIELDS = ['remoteIpBlocks', 'notRemoteIpBlocks', 'requestPrincipals', 'notRequestPrincipals'] as const;
const L7_OPERATION_FIELDS = ['hosts', 'notHosts', 'methods', 'notMethods', 'paths', 'notPaths'] as const;

/** Whether dry runs are sent to ztunnel; istiod does not by default. */
export function sendsDryRuns({ flags }: MeshSettings): boolean {
  return parseBool(String(flags.AMBIENT_ENABLE_DRY_RUN_AUTHORIZATION_POLICY ?? 'false')) === true;
}

/** Decides what istiod sends to ztunnel for an AuthorizationPolicy. */
export function translateAuthorizationPolicy(manifest: Manifest, mesh: MeshSettings): Translation {
  try {
    return translate(manifest, mesh);
  } catch (error) {
    if (error instanceof Malformed) {
      return { unknown: error.message };
    }
    throw error;
  }
}

function translate(manifest: Manifest, mesh: MeshSettings): Translation {
  const { metadata } = manifest.object;
  const namespace = metadata.namespace ?? 'default';
  const spec = fieldsOf(manifest.object.spec, 'spec');
  const dryRun = parseBool(fieldsOf(metadata.annotations, 'metadata.annotations').text('istio.io/dry-run')) === true;
  if (dryRun && !sendsDryRuns(mesh)) {
    return { notSent: 'it is a dry run' };
  }
  if (spec.list('targetRefs').length > 0 || spec.child('targetRef') !== undefined) {
    return { notSent: 'it is for waypoints and gateways: it has targetRefs' };
  }
  const action = spec.choice('action', ['ALLOW', 'DENY', 'AUDIT', 'CUSTOM']) ?? 'ALLOW';
  if (action === 'AUDIT' || action === 'CUSTOM') {
    return { notSent: `ztunnel does not know ${action}` };
  }
  const lost = new Set<string>();
  const groups = spec.children('rules').map((rule, i) => groupOf(rule, `rules[${i}]`, { action, namespace, lost }));
  return {
    sent: {
      name: metadata.name,
      namespace,
      scope: spec.child('selector') !== undefined ? 'WORKLOAD_SELECTOR' : namespace === mesh.rootNamespace ? 'GLOBAL' : 'NAMESPACE',
      action,
      groups: groups.filter((group) => group !== undefined),
      dryRun,
      of: refOf(manifest),
    },
    selector: spec.child('selector')?.labels('matchLabels') ?? {},
    lost: [...lost].sort(),
  };
}

interface RuleContext {
  readonly action: 'ALLOW' | 'DENY';
  readonly namespace: string;
  readonly lost: Set<string>;
}

/** A rule with a part for waypoints: as ALLOW it is left out, as DENY what is left of it stays, be it nothing. */
function groupOf(rule: Fields, at: string, { action, namespace, lost }: RuleContext): ZtunnelGroup | undefined {
  const found: string[] = [];
  const to = rule.children('to').map((entry) => operationMatch(required(entry, 'operation'), found));
  const from = rule.children('from').map((entry) => sourceMatch(required(entry, 'source'), namespace, found));
  const when = rule.children('when').map((condition, i): ZtunnelClause => ({ matches: [conditionMatch(condition, found)], at: `${at}.when[${i}]` }));
  found.forEach((name) => lost.add(name));
  if (action === 'ALLOW' && found.length > 0) {
    return undefined;
  }
  return { rules: [...clause(to, `${at}.to`), ...clause(from, `${at}.from`), ...when], at };
}

function clause(matches: readonly ZtunnelMatch[], at: string): ZtunnelClause[] {
  return matches.length === 0 ? [] : [{ matches, at }];
}

/** istiod takes for granted that an entry of `from` or `to` has a content, and stops when it has none. */
function required(entry: Fields, name: string): Fields {
  const content = entry.child(name);
  if (content === undefined) {
    throw new Malformed(`${entry.path} has no ${name}: istiod panics on it in ambient mode`);
  }
  return content;
}

function operationMatch(operation: Fields, found: string[]): ZtunnelMatch {
  found.push(...L7_OPERATION_FIELDS.filter((name) => operation.texts(name).length > 0));
  return compact({ destinationPorts: ports(operation.texts('ports')), notDestinationPorts: ports(operation.texts('notPorts')) });
}

/** `trustDomains` is not looked at at all: neither translated nor counted as a part for waypoints. */
function sourceMatch(source: Fields, namespace: string, found: string[]): ZtunnelMatch {
  found.push(...L7_SOURCE_FIELDS.filter((name) => source.texts(name).length > 0));
  return compact({
    sourceIps: blocks(source.texts('ipBlocks')),
    notSourceIps: blocks(source.texts('notIpBlocks')),
    namespaces: source.texts('namespaces').map(textMatch),
    notNamespaces: source.texts('notNamespaces').map(textMatch),
    serviceAccounts: source.texts('serviceAccounts').map((value) => account(value, namespace)),
    notServiceAccounts: source.texts('notServiceAccounts').map((value) => account(value, namespace)),
    principals: source.texts('principals').map(textMatch),
    notPrincipals: source.texts('notPrincipals').map(textMatch),
  });
}

function conditionMatch(condition: Fields, found: string[]): ZtunnelMatch {
  const key = L4_KEYS.find((known) => known === condition.text('key'));
  const [values, notValues] = [condition.texts('values'), condition.texts('notValues')];
  switch (key) {
    case 'source.namespace': return compact({ namespaces: values.map(textMatch), notNamespaces: notValues.map(textMatch) });
    case 'source.principal': return compact({ principals: values.map(textMatch), notPrincipals: notValues.map(textMatch) });
    case 'source.ip': return compact({ sourceIps: blocks(values), notSourceIps: blocks(notValues) });
    case 'destination.ip': return compact({ destinationIps: blocks(values), notDestinationIps: blocks(notValues) });
    case 'destination.port': return compact({ destinationPorts: ports(values), notDestinationPorts: ports(notValues) });
    case undefined:
      found.push(condition.text('key') ?? '');
      return {};
  }
}

function textMatch(value: string): ZtunnelText {
  if (value === '*') {
    return { presence: {} };
  }
  if (value.startsWith('*')) {
    return { suffix: value.slice(1) };
  }
  return value.endsWith('*') ? { prefix: value.slice(0, -1) } : { exact: value };
}

function account(value: string, namespace: string): ZtunnelAccount {
  const slash = value.indexOf('/');
  return slash < 0 ? { namespace, serviceAccount: value } : { namespace: value.slice(0, slash), serviceAccount: value.slice(slash + 1) };
}

/** Values that cannot be read are dropped; a field that loses all of them asks nothing any more. */
function ports(values: readonly string[]): number[] {
  return values.map(parsePort).filter((port) => port !== undefined);
}

function blocks(values: readonly string[]): string[] {
  return values.map(parseAddressBlock).filter((block) => block !== undefined);
}

/** Only the fields that ask something, as the protocol writes it. */
function compact(match: ZtunnelMatch): ZtunnelMatch {
  return Object.fromEntries(Object.entries(match).filter(([, values]: [string, readonly unknown[]]) => values.length > 0));
}
