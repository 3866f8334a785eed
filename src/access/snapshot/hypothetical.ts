import { Labels, Manifest } from '../objects';
import { DataPlaneMode, Workload } from '../workload';
import { labels, list, mapping, mappings, text } from './fields';
import { ModeOf } from './workloads';

/** The service account of a pod that nothing tells of: parentheses cannot be in a name, so no policy names it. */
export const UNLISTED = '(other)';

const SELECTOR_POLICIES = ['AuthorizationPolicy', 'PeerAuthentication', 'RequestAuthentication'];

/** Answers whether some workload of a namespace has all of these labels. */
export type Finder = (namespace: string, wanted: Labels) => boolean;

/** What hypothetical workloads are made from. */
export interface World {
  readonly manifests: readonly Manifest[];
  readonly namespaces: ReadonlyMap<string, Labels>;
  readonly workloads: readonly Workload[];
  readonly modeOf: ModeOf;
  readonly rootNamespace: string;
}

/**
 * Workloads that stand for what policies speak of and nothing shows: pods for a selector that selects nobody, pods of an account that
 * nobody runs as, and one pod per namespace that no policy knows. With them a repository of policies alone can be analysed too.
 */
export function hypotheticalWorkloads(world: World): Workload[] {
  const make = new Maker(world);
  for (const { object } of world.manifests) {
    const namespace = object.metadata.namespace ?? 'default';
    const spec = mapping(object.spec);
    if (object.kind === 'NetworkPolicy') {
      make.forSelector(namespace, spec.podSelector);
      mappings(spec.ingress).flatMap(({ from }) => mappings(from)).forEach((peer) => make.forPeer(namespace, peer));
      mappings(spec.egress).flatMap(({ to }) => mappings(to)).forEach((peer) => make.forPeer(namespace, peer));
    } else if (SELECTOR_POLICIES.includes(object.kind) && namespace !== world.rootNamespace) {
      make.forSelector(namespace, spec.selector);
    }
    if (object.kind === 'AuthorizationPolicy') {
      mappings(spec.rules).flatMap(({ from }) => mappings(from)).forEach(({ source }) => make.forIdentities(namespace, mapping(source)));
    }
  }
  world.namespaces.forEach((_, namespace) => make.unlisted(namespace));
  return make.made();
}

class Maker {
  private readonly found = new Map<string, Workload>();
  private readonly byLabel = new Map<string, Workload[]>();
  private readonly accounts = new Set<string>();

  public constructor(private readonly world: World) {
    for (const workload of world.workloads) {
      this.accounts.add(`${workload.namespace}/${workload.serviceAccount}`);
      for (const [key, value] of Object.entries(workload.labels)) {
        const name = `${workload.namespace} ${key}=${value}`;
        const known = this.byLabel.get(name);
        if (known === undefined) {
          this.byLabel.set(name, [workload]);
        } else {
          known.push(workload);
        }
      }
    }
  }

  public made(): Workload[] {
    return [...this.found.values()];
  }

  public forSelector(namespace: string, selector: unknown): void {
    const wanted = satisfying(selector);
    if (wanted !== undefined && Object.keys(wanted).length > 0 && !this.exists(namespace, wanted)) {
      const name = Object.entries(wanted).map(([key, value]) => `${key}=${value}`).sort().join(',');
      this.add(namespace, `(${name})`, wanted, UNLISTED);
    }
  }

  /** Pods of a peer in the namespaces that it means by name, or in its own. */
  public forPeer(own: string, peer: Readonly<Record<string, unknown>>): void {
    if (peer.ipBlock !== undefined) {
      return;
    }
    const named = labels(mapping(mapping(peer.namespaceSelector).matchLabels))['kubernetes.io/metadata.name'];
    if (peer.namespaceSelector === undefined || named !== undefined) {
      this.forSelector(named ?? own, peer.podSelector);
    }
  }

  public forIdentities(own: string, source: Readonly<Record<string, unknown>>): void {
    for (const principal of list(source.principals).filter((one) => typeof one === 'string')) {
      const match = /^[^*]*\/ns\/([^/*]+)\/sa\/([^/*]+)$/.exec(principal);
      if (match !== null) {
        this.forAccount(match[1], match[2]);
      }
    }
    for (const account of list(source.serviceAccounts).filter((one) => typeof one === 'string')) {
      const parts = account.split('/');
      this.forAccount(parts.length === 2 ? parts[0] : own, parts[parts.length - 1]);
    }
  }

  public unlisted(namespace: string): void {
    this.add(namespace, UNLISTED, {}, UNLISTED);
  }

  private forAccount(namespace: string, account: string): void {
    if (!this.accounts.has(`${namespace}/${account}`)) {
      this.add(namespace, `(account ${account})`, {}, account);
    }
  }

  private exists(namespace: string, wanted: Labels): boolean {
    const keys = Object.keys(wanted);
    const candidates = this.byLabel.get(`${namespace} ${keys[0]}=${wanted[keys[0]]}`) ?? [];
    return candidates.some(({ labels: own }) => keys.every((key) => own[key] === wanted[key]));
  }

  private add(namespace: string, name: string, podLabels: Labels, serviceAccount: string): void {
    const id = `${namespace}/${name}`;
    if (!this.found.has(id)) {
      this.found.set(id, {
        id,
        namespace,
        name,
        kind: 'Hypothetical',
        labels: podLabels,
        annotations: {},
        serviceAccount,
        addresses: [],
        mode: this.modeIn(namespace, podLabels),
        hostNetwork: false,
        ports: [],
      });
    }
  }

  private modeIn(namespace: string, podLabels: Labels): DataPlaneMode {
    const { modeOf, namespaces } = this.world;
    return modeOf({ labels: podLabels, annotations: {}, hostNetwork: false, containers: [] }, namespaces.get(namespace) ?? {});
  }
}

/** Labels that a selector accepts, as few as there can be; `undefined` for one that nothing satisfies. */
export function satisfying(selector: unknown): Labels | undefined {
  const stated = labels(mapping(selector).matchLabels);
  if (mapping(selector).matchExpressions === undefined) {
    return stated;
  }
  const wanted = new Map(Object.entries(stated));
  for (const { key, operator, values } of mappings(mapping(selector).matchExpressions)) {
    const name = text(key) ?? '';
    const known = wanted.get(name);
    const allowed = list(values).map(String);
    const refused = known !== undefined && ((operator === 'In' && !allowed.includes(known)) || (operator === 'NotIn' && allowed.includes(known))
      || operator === 'DoesNotExist');
    if (refused || (operator === 'In' && allowed.length === 0)) {
      return undefined;
    }
    if (known === undefined && (operator === 'In' || operator === 'Exists')) {
      wanted.set(name, operator === 'In' ? allowed[0] : 'x');
    }
  }
  return Object.fromEntries(wanted);
}
