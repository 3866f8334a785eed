import { isCovered, RegistryEntry, texts } from '../egress/registry';
import { MeshSettings } from '../mesh-settings';
import { groupOf, Labels, Manifest, ObjectRef, refOf } from '../objects';
import { labels, mapping, mappings, text } from '../snapshot/fields';
import { selects, Workload } from '../workload';
import { compareTexts, namespaceOf, olderManifestFirst } from './precedence';

type Fields = Readonly<Record<string, unknown>>;

/** A traffic policy and the object that it stands in. */
export interface StatedPolicy {
  readonly fields: Fields;
  readonly object: ObjectRef;
}

/** A subset of a host; without a policy the one of the rule counts. */
export interface StatedSubset {
  readonly name: string;
  readonly labels: Labels;
  readonly policy?: StatedPolicy;
  readonly object: ObjectRef;
}

/** A DestinationRule, or several of one host and namespace that istiod merges. */
export interface HostRule {
  readonly namespace: string;
  readonly host: string;
  readonly exportTo: ReadonlySet<string>;
  /** of the clients; with it the rule counts in its own namespace alone */
  readonly selector?: Labels;
  readonly policy?: StatedPolicy;
  readonly subsets: readonly StatedSubset[];
  readonly objects: readonly ObjectRef[];
}

/** Finds the rule by which a client treats a host. */
export interface DestinationRules {
  /** the DestinationRule that speaks for the client's calls of the host */
  of(client: Pick<Workload, 'namespace' | 'labels' | 'mode'>, entry: RegistryEntry): HostRule | undefined;
}

/** Rules by their host. */
class Hosts {
  private readonly exact = new Map<string, HostRule[]>();
  private readonly wildcards = new Map<string, HostRule[]>();

  add(rule: HostRule): void {
    const hosts = rule.host.startsWith('*') ? this.wildcards : this.exact;
    hosts.set(rule.host, merged(hosts.get(rule.host) ?? [], rule));
  }

  /** The rules of the most specific host: the exact one, else the longest wildcard. */
  mostSpecific(host: string): readonly HostRule[] | undefined {
    const exact = host.startsWith('*') ? this.wildcards.get(host) : this.exact.get(host);
    if (exact !== undefined) {
      return exact;
    }
    const covering = [...this.wildcards.keys()].filter((wildcard) => isSuffix(host, wildcard))
      .sort((a, b) => b.length - a.length || compareTexts(a, b));
    return covering.length === 0 ? undefined : this.wildcards.get(covering[0]);
  }
}

// a wildcard host is compared without its star, so `*.b` may be covered by a longer pattern than itself only if that ends alike
function isSuffix(host: string, wildcard: string): boolean {
  return isCovered(host.startsWith('*') ? host.slice(1) : host, wildcard);
}

class HostsByNamespace {
  private readonly namespaces = new Map<string, Hosts>();

  add(rule: HostRule): void {
    const known = this.namespaces.get(rule.namespace) ?? new Hosts();
    known.add(rule);
    this.namespaces.set(rule.namespace, known);
  }

  mostSpecific(namespace: string, host: string): readonly HostRule[] | undefined {
    return this.namespaces.get(namespace)?.mostSpecific(host);
  }
}

/** Reads the DestinationRules among the objects. */
export function compileDestinationRules(manifests: readonly Manifest[], mesh: MeshSettings): DestinationRules {
  const local = new HostsByNamespace();
  const exported = new HostsByNamespace();
  const hidden = new HostsByNamespace();
  for (const rule of rulesOf(manifests, mesh)) {
    const { exportTo, namespace } = rule;
    if (exportTo.size === 0 || ['*', '.', namespace].some((name) => exportTo.has(name))) {
      local.add(rule);
    }
    if (!isPrivate(rule, mesh)) {
      exported.add(rule);
    } else if (namespace === mesh.rootNamespace) {
      hidden.add(rule);
    }
  }
  const lookup = memoized((namespace, entry) => {
    const own = (namespace === mesh.rootNamespace ? hidden : local).mostSpecific(namespace, entry.hostname);
    const from = (owner: string) => shown(exported, owner, entry.hostname, namespace);
    return own ?? from(entry.namespace) ?? from(mesh.rootNamespace) ?? [];
  });
  return { of: (client, entry) => ruleFor(client, lookup(client.namespace, entry)) };
}

type Lookup = (namespace: string, entry: RegistryEntry) => readonly HostRule[];

function memoized(lookup: Lookup): Lookup {
  const known = new WeakMap<RegistryEntry, Map<string, readonly HostRule[]>>();
  return (namespace, entry) => {
    const ofEntry = known.get(entry) ?? new Map<string, readonly HostRule[]>();
    known.set(entry, ofEntry);
    const found = ofEntry.get(namespace) ?? lookup(namespace, entry);
    ofEntry.set(namespace, found);
    return found;
  };
}

function isPrivate({ exportTo, namespace }: HostRule, mesh: MeshSettings): boolean {
  return exportTo.size === 0 ? (mesh.defaultExportTo?.destinationRule ?? []).includes('.')
    : exportTo.size === 1 && (exportTo.has('.') || exportTo.has(namespace));
}

function shown(hosts: HostsByNamespace, owner: string, host: string, to: string): readonly HostRule[] | undefined {
  const found = (hosts.mostSpecific(owner, host) ?? []).filter(({ exportTo }) => exportTo.size === 0 || exportTo.has('*') || exportTo.has(to));
  return found.length === 0 ? undefined : found;
}

/** Of the rules of one host the first one that selects the client, else the last one for all clients. */
function ruleFor(client: Pick<Workload, 'namespace' | 'labels'>, rules: readonly HostRule[]): HostRule | undefined {
  const own = rules.filter(({ namespace }) => namespace === client.namespace);
  return own.find(({ selector }) => selector !== undefined && selects(selector, client.labels))
    ?? rules.filter(({ selector }) => selector === undefined).at(-1);
}

/** The rules, those with a selector first, then the oldest. */
function rulesOf(manifests: readonly Manifest[], mesh: MeshSettings): HostRule[] {
  const rules = manifests.filter(({ object }) => object.kind === 'DestinationRule' && groupOf(object.apiVersion) === 'networking.istio.io')
    .sort(olderManifestFirst).flatMap((manifest) => ruleOf(manifest, mesh));
  return [...rules.filter(({ selector }) => selector !== undefined), ...rules.filter(({ selector }) => selector === undefined)];
}

function ruleOf(manifest: Manifest, mesh: MeshSettings): HostRule[] {
  const spec = mapping(manifest.object.spec);
  const host = text(spec.host);
  if (host === undefined || host === '') {
    return [];
  }
  const namespace = namespaceOf(manifest.object.metadata);
  const object = refOf(manifest);
  const selecting = spec.workloadSelector !== undefined && spec.workloadSelector !== null;
  return [{
    namespace,
    host: fullHost(host, namespace, mesh),
    exportTo: new Set(selecting ? ['.'] : texts(spec.exportTo)),
    selector: selecting ? labels(mapping(spec.workloadSelector).matchLabels) : undefined,
    policy: policyOf(spec.trafficPolicy, object),
    subsets: mappings(spec.subsets).map((subset) => (
      { name: text(subset.name) ?? '', labels: labels(subset.labels), policy: policyOf(subset.trafficPolicy, object), object })),
    objects: [object],
  }];
}

/** A host without a dot is one of the namespace of the object. */
export function fullHost(host: string, namespace: string, mesh: MeshSettings): string {
  return host === '*' || host.includes('.') || host.includes(':') ? host : `${host}.${namespace}.svc.${mesh.clusterDomain}`;
}

function policyOf(fields: unknown, object: ObjectRef): StatedPolicy | undefined {
  return fields === undefined || fields === null ? undefined : { fields: mapping(fields), object };
}

/** Adds a rule to those of its host, merged as istiod does: into each that is shown to no others and selects alike. */
function merged(rules: readonly HostRule[], rule: HostRule): HostRule[] {
  let separately = true;
  const result = rules.map((existing) => {
    const same = equalSets(rule.exportTo, existing.exportTo);
    separately = !same;
    const wider = existing.exportTo.size > 0 && [...existing.exportTo].every((name) => rule.exportTo.has(name));
    const clash = existing.selector !== undefined && rule.selector !== undefined && !equalLabels(existing.selector, rule.selector);
    if ((!same && !wider) || clash) {
      separately = true;
      return existing;
    }
    if ((existing.selector === undefined) === (rule.selector === undefined)) {
      separately = false;
    }
    return {
      ...existing,
      policy: existing.policy ?? rule.policy,
      subsets: [...existing.subsets, ...rule.subsets.filter(({ name }) => !existing.subsets.some((subset) => subset.name === name))],
      objects: [...existing.objects, ...rule.objects],
    };
  });
  return separately ? [...result, rule] : result;
}

function equalSets(a: ReadonlySet<string>, b: ReadonlySet<string>): boolean {
  return a.size === b.size && [...a].every((item) => b.has(item));
}

function equalLabels(a: Labels, b: Labels): boolean {
  return Object.keys(a).length === Object.keys(b).length && selects(a, b);
}
