import { inBlock } from './addresses';
import { levelsFor, modeOf, portModes } from './peer-authentication';
import { textMatcher } from './texts';
import { Manifest, namespaceOf, NaiveWorkload, NaiveWorld, NotModelled, objectsOfKind, rootNamespace } from './world';
import { boundTo, ZtunnelMatch, ZtunnelPolicy, ztunnelPolicies } from './ztunnel-policies';

/** A connection as the node's proxy of the server sees it; without identity it came in plaintext. */
export interface ZtunnelConnection {
  readonly identity?: string;
  readonly sourceIp: string;
  readonly ip: string;
  readonly port: number;
}

/** STRICT first, then DENY, then ALLOW. */
export function ztunnelAllows(world: NaiveWorld, server: NaiveWorkload, connection: ZtunnelConnection): boolean {
  if (connection.identity === undefined && plaintextIsDenied(world, server, connection.port)) {
    return false;
  }
  const policies = ztunnelPolicies(world).filter((policy) => isInForce(world, policy, server));
  const matches = (action: string) => policies.some((policy) => policy.action === action && matchesPolicy(policy, connection));
  const isOpen = policies.every((policy) => policy.action !== 'ALLOW');
  return !matches('DENY') && (isOpen || matches('ALLOW'));
}

function isInForce(world: NaiveWorld, policy: ZtunnelPolicy, server: NaiveWorkload): boolean {
  switch (policy.scope) {
    case 'GLOBAL': return true;
    case 'NAMESPACE': return policy.namespace === server.namespace;
    case 'WORKLOAD_SELECTOR': return boundTo(world, policy, server);
  }
}

export function matchesPolicy({ groups }: Pick<ZtunnelPolicy, 'groups'>, connection: ZtunnelConnection): boolean {
  return groups.some((clauses) => clauses.every((matches) => matches.some((match) => matchesAll(match, connection))));
}

/** What says nothing matches nobody, whatever was meant. */
function matchesAll(match: ZtunnelMatch, { identity, sourceIp, ip, port }: ZtunnelConnection): boolean {
  const [, namespace, account] = /^[^/]+\/ns\/([^/]+)\/sa\/([^/]+)$/.exec(identity ?? '') ?? [];
  const isText = (value: string | undefined) => (wanted: string) => value !== undefined && textMatcher(wanted)(value);
  const tests: Record<string, (wanted: string) => boolean> = {
    Principals: isText(identity),
    // who has no identity has the empty namespace
    Namespaces: (wanted) => textMatcher(wanted)(namespace ?? ''),
    ServiceAccounts: (wanted) => wanted === `${namespace}/${account}`,
    SourceIps: (block) => inBlock(sourceIp, block),
    DestinationIps: (block) => inBlock(ip, block),
    DestinationPorts: (wanted) => Number(wanted) === port,
  };
  const fields = Object.entries(match).filter(([, values]) => values.length > 0);
  return fields.length > 0 && fields.every(([name, values]) => {
    const test = tests[name.replace(/^not/, '').replace(/^[a-z]/, (letter) => letter.toUpperCase())];
    return values.some(test) !== name.startsWith('not');
  });
}

/** PeerAuthentication in ambient: what istiod makes of its levels, its slips included. */
export function plaintextIsDenied(world: NaiveWorld, server: NaiveWorkload, port: number): boolean {
  const { namespace, workload } = levelsFor(world, server);
  const root = modeOf(meshLevel(world, server)?.spec);
  const inherited = (modeOf(namespace?.spec) ?? root) === 'STRICT';
  if (workload === undefined) {
    return inherited;
  }
  const ports = portModes(workload.spec);
  // what is written with an empty selector is bound, and not looked at when policies are made
  const isSilent = namespace !== undefined && (modeOf(namespace.spec) === undefined || Boolean(namespace.spec.selector));
  const own = ports.find(([number]) => number === port)?.[1];
  switch (modeOf(workload.spec)) {
    case 'STRICT': return own === undefined || own === 'STRICT';
    case undefined: return inherited ? underStrict(ports, own, isSilent) : own === 'STRICT';
    default: break;
  }
  const strictPorts = ports.some(([, mode]) => mode === 'STRICT');
  if (strictPorts && root === 'STRICT' && isSilent) {
    throw new NotModelled('a STRICT port of a PERMISSIVE workload between a STRICT root and a namespace that says nothing');
  }
  // the policy for the port is bound and never sent when the root is STRICT
  return own === 'STRICT' && (root !== 'STRICT' || namespace !== undefined);
}

/** A workload that says nothing under STRICT: PERMISSIVE makes an exception, DISABLE none. */
function underStrict(ports: ReturnType<typeof portModes>, own: string | undefined, silentNamespace: boolean): boolean {
  const modes = ports.map(([, mode]) => mode);
  if (!modes.includes('PERMISSIVE')) {
    return true;
  }
  if (modes.includes('DISABLE') || (silentNamespace && modes.length > 1)) {
    throw new NotModelled('several modes of ports under an inherited STRICT');
  }
  return !silentNamespace && own !== 'PERMISSIVE';
}

/** In the root namespace anything written as selector hides it from other namespaces. */
function meshLevel(world: NaiveWorld, { namespace }: NaiveWorkload) {
  const root = rootNamespace(world);
  const hasLabels = ({ spec }: Manifest) => Object.keys(spec.selector?.matchLabels ?? {}).length > 0;
  const isWide = (one: Manifest) => !one.spec?.selector || (namespace === root && !hasLabels(one));
  return objectsOfKind(world, 'PeerAuthentication').find((one) => namespaceOf(one) === root && isWide(one));
}
