import { peerModeOf, wideModeOf } from './peer-authentication';
import { textMatcher } from './texts';
import { holdsLabels, listOf, Manifest, namespaceOf, NaiveWorkload, NaiveWorld, objectsOfKind, rootNamespace } from './world';

/** What a client asks for: a host of the registry, at a port of that host. */
export interface Destination {
  readonly host: string;
  readonly namespace: string;
  readonly port: number;
  readonly external: boolean;
  readonly subset?: string;
}

export type Cluster = 'auto' | 'mtls' | 'plaintext' | 'simple' | 'mutual';

interface Settings {
  readonly rule?: Manifest;
  /** The traffic policy that speaks for the port, and the one above it. */
  readonly tls?: Manifest;
  readonly top?: Manifest;
  readonly covered: boolean;
}

/** What the proxy of a client does for all endpoints of a destination. */
export function clusterTls(world: NaiveWorld, client: NaiveWorkload, destination: Destination): Cluster {
  const { rule, tls } = settingsFor(world, client, destination);
  if (tls === undefined || tls === null) {
    const automatic = (world.mesh?.enableAutoMtls ?? true) && !destination.external;
    return automatic && wideModeOf(world, destination.namespace) !== 'DISABLE' ? 'auto' : 'plaintext';
  }
  // a secret by its name is looked for only where a selector says who may have it
  const withoutSecret = tls.credentialName !== undefined && !rule.spec.workloadSelector;
  switch (tls.mode ?? 'DISABLE') {
    case 'ISTIO_MUTUAL': return 'mtls';
    case 'SIMPLE': return withoutSecret ? 'plaintext' : 'simple';
    case 'MUTUAL': return withoutSecret ? 'plaintext' : 'mutual';
    default: return 'plaintext';
  }
}

/** What reaches one endpoint: automatic TLS needs a proxy there that takes it. */
export function endpointTls(
  world: NaiveWorld, client: NaiveWorkload, destination: Destination, server: NaiveWorkload, port: number,
): Cluster {
  const cluster = clusterTls(world, client, destination);
  if (cluster !== 'auto') {
    return cluster;
  }
  const { covered, top } = settingsFor(world, client, destination);
  const hidden = covered && top?.mode !== undefined && top.mode !== 'ISTIO_MUTUAL';
  // mutual TLS that is stated above the port is no answer for the cluster, and one for its endpoints
  const isStated = covered && top?.mode === 'ISTIO_MUTUAL';
  const able = server.mode !== 'none' && (isStated || peerModeOf(world, server, port) !== 'DISABLE');
  return able && !hidden ? 'mtls' : 'plaintext';
}

/** Ports over the whole, a subset over its host; an entry for a port stands for all that is above it. */
function settingsFor(world: NaiveWorld, client: NaiveWorkload, destination: Destination): Settings {
  const rule = ruleFor(world, client, destination);
  const policy = rule?.spec.trafficPolicy;
  const subset = listOf<Manifest>(rule?.spec.subsets).find(({ name }) => name === destination.subset)?.trafficPolicy;
  for (const one of [subset, policy]) {
    const port = listOf<Manifest>(one?.portLevelSettings).find((entry) => entry.port?.number === destination.port);
    if (port !== undefined) {
      return { rule, tls: port.tls, top: one.tls, covered: port.tls === undefined };
    }
    if (one?.tls) {
      return { rule, tls: one.tls, covered: false };
    }
  }
  return { rule, covered: false };
}

/**
 * The namespace of the client, that of the Service, the root: the first with a rule for the host decides. Clients see all rules of their
 * own namespace, in the root those alone that nobody else sees; elsewhere the most specific host counts even if it is hidden from them.
 */
function ruleFor(world: NaiveWorld, client: NaiveWorkload, { host, namespace }: Destination): Manifest | undefined {
  const root = rootNamespace(world);
  const all = objectsOfKind(world, 'DestinationRule').filter((rule) => textMatcher(fullHost(rule))(host));
  const rulesIn = (home: string) => all.filter((rule) => namespaceOf(rule) === home);
  const own = rulesIn(client.namespace).filter((rule) => isShown(world, rule, client.namespace)
    && (client.namespace !== root || isPrivate(world, rule)));
  const places = [own, ...[namespace, root].map((home) => longestHosts(rulesIn(home).filter((rule) => !isPrivate(world, rule)))
    .filter((rule) => isShown(world, rule, client.namespace)))];
  const seen = places.find((rules) => rules.length > 0);
  const fitting = seen?.filter((rule) => isFor(rule, client)) ?? [];
  return fitting.length > 0 ? mostSpecific(fitting) : undefined;
}

function exportsOf(world: NaiveWorld, rule: Manifest): string[] {
  const own = rule.spec.workloadSelector ? ['.'] : listOf<string>(rule.spec.exportTo);
  return own.length > 0 ? [...own] : world.mesh?.defaultDestinationRuleExportTo ?? ['*'];
}

/** Nobody outside of its namespace sees it. */
function isPrivate(world: NaiveWorld, rule: Manifest): boolean {
  const to = exportsOf(world, rule);
  return to.length === 1 && ['.', namespaceOf(rule)].includes(to[0]);
}

function isShown(world: NaiveWorld, rule: Manifest, namespace: string): boolean {
  return exportsOf(world, rule).some((to) => to === '*' || to === namespace || (to === '.' && namespaceOf(rule) === namespace));
}

/** A selector speaks of clients in the rule's own namespace. */
function isFor(rule: Manifest, client: NaiveWorkload): boolean {
  const selector = rule.spec.workloadSelector;
  return !selector || (namespaceOf(rule) === client.namespace && holdsLabels(client.labels, selector.matchLabels));
}

/** A name without dots is that of a Service beside the rule. */
function fullHost(rule: Manifest): string {
  const { host } = rule.spec;
  return /[.*]/.test(host) ? host : `${host}.${namespaceOf(rule)}.svc.cluster.local`;
}

/**
 * The longest host, without star first; then one with a selector, else those that are shown alike: the last such group, and in it the
 * oldest that says anything.
 */
function mostSpecific(rules: Manifest[]): Manifest {
  const all = longestHosts(rules);
  const selected = all.filter(({ spec }) => spec.workloadSelector);
  const shownTo = (rule: Manifest) => [...listOf<string>(rule.spec.exportTo)].sort().join(' ');
  const groups = [...new Set(all.map(shownTo))];
  const group = selected.length > 0 ? selected : all.filter((rule) => shownTo(rule) === groups[groups.length - 1]);
  return group.find(({ spec }) => spec.trafficPolicy) ?? group[0];
}

function longestHosts(rules: Manifest[]): Manifest[] {
  const rank = (rule: Manifest) => (fullHost(rule).includes('*') ? fullHost(rule).length : 1000);
  const longest = Math.max(...rules.map(rank));
  return rules.filter((rule) => rank(rule) === longest);
}
