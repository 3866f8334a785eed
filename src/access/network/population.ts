import { Address, addressOf } from '../addresses';
import { Labels } from '../objects';
import { Workload } from '../workload';
import { LabelIndex } from './label-index';
import { LabelSelector } from './label-selectors';
import { CompiledPolicy, PodsPeer } from './policy';

/** A workload as policies see it. */
export interface Member {
  readonly index: number;
  readonly workload: Workload;
  readonly namespaceLabels: Labels;
  /** undefined: not known */
  readonly addresses?: readonly Address[];
  /** the policies that select it, by the direction in which they isolate it */
  /** the pod as an end of a connection */
  readonly end: { readonly pod: Member };
  readonly policies: { readonly ingress: CompiledPolicy[]; readonly egress: CompiledPolicy[] };
}

/** From how many selected namespaces on it is cheaper to look at pods first. */
const MANY_NAMESPACES = 16;

/** All workloads, found by selectors of policies. */
export class Population {
  public readonly members: readonly Member[];
  private readonly everywhere: LabelIndex;
  private readonly inNamespace = new Map<string, LabelIndex>();
  private readonly namespaceLabels: ReadonlyMap<string, Labels>;
  private readonly namespaceNames: readonly string[];
  private readonly namespaces: LabelIndex;
  private readonly selected = new Map<string, readonly number[]>();
  private readonly byAddress = new Map<string, Member | undefined>();

  constructor(workloads: readonly Workload[], namespaces: ReadonlyMap<string, Labels>) {
    const labels = new Map<string, Labels>();
    this.namespaceLabels = labels;
    for (const name of new Set([...namespaces.keys(), ...workloads.map(({ namespace }) => namespace)])) {
      // the API server itself writes this label, whatever a manifest says
      labels.set(name, { ...namespaces.get(name), 'kubernetes.io/metadata.name': name });
    }
    this.namespaceNames = [...labels.keys()];
    this.namespaces = new LabelIndex((item) => labels.get(this.namespaceNames[item]) ?? {});
    this.namespaceNames.forEach((_, i) => this.namespaces.add(i));
    this.members = workloads.map((workload, index) => memberOf(workload, index, labels.get(workload.namespace) ?? {}));
    this.everywhere = new LabelIndex((item) => this.members[item].workload.labels);
    this.members.forEach((member) => this.register(member));
  }

  /** The labels of a namespace; one that nobody shows has but the label of its name. */
  public labelsOf(namespace: string): Labels {
    return this.namespaceLabels.get(namespace) ?? { 'kubernetes.io/metadata.name': namespace };
  }

  /** Which pods of a namespace a selector selects. */
  public inside(namespace: string, selector: LabelSelector): readonly number[] {
    return this.inNamespace.get(namespace)?.select(selector) ?? [];
  }

  /** Which pods a peer of a policy names. */
  public peers(peer: PodsPeer, namespace: string): readonly number[] {
    const known = this.selected.get(peer.key);
    if (known !== undefined) {
      return known;
    }
    const found = peer.namespaces === undefined ? this.inside(namespace, peer.pods) : this.across(peer.namespaces, peer.pods);
    this.selected.set(peer.key, found);
    return found;
  }

  /** The one workload of the pod network that has the address; undefined if none or several have it. */
  public withAddress({ family, value }: Address): Member | undefined {
    return this.byAddress.get(`${family} ${value}`);
  }

  private across(namespaces: LabelSelector, pods: LabelSelector): readonly number[] {
    if (namespaces.requirements.length === 0) {
      return this.everywhere.select(pods);
    }
    const names = this.namespaces.select(namespaces).map((item) => this.namespaceNames[item]);
    if (names.length === 1) {
      return this.inside(names[0], pods);
    }
    if (names.length > MANY_NAMESPACES) {
      const chosen = new Set(names);
      return this.everywhere.select(pods).filter((item) => chosen.has(this.members[item].workload.namespace));
    }
    return names.flatMap((name) => this.inside(name, pods)).sort((a, b) => a - b);
  }

  private register(member: Member): void {
    const { namespace, hostNetwork } = member.workload;
    let index = this.inNamespace.get(namespace);
    if (index === undefined) {
      index = new LabelIndex((item) => this.members[item].workload.labels);
      this.inNamespace.set(namespace, index);
    }
    index.add(member.index);
    this.everywhere.add(member.index);
    for (const { family, value } of hostNetwork ? [] : member.addresses ?? []) {
      const key = `${family} ${value}`;
      this.byAddress.set(key, this.byAddress.has(key) ? undefined : member);
    }
  }
}

/** A workload as nobody has selected it yet. */
export function memberOf(workload: Workload, index: number, namespaceLabels: Labels): Member {
  const known = workload.addresses.map(addressOf).filter((address) => address !== undefined);
  const addresses = known.length === 0 ? undefined : known;
  const member = { index, workload, namespaceLabels, addresses, policies: { ingress: [], egress: [] } };
  // the pod is at both ends of this reference, so it can only be given afterwards
  return Object.assign(member, { end: { pod: member as unknown as Member } });
}
