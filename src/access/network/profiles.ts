import { AddressSet, hasAddress } from './address-sets';
import { actingRules, CompiledPolicy, Direction, DIRECTIONS, NetworkRule, Peer, portKey } from './policy';
import { Member, Population } from './population';

/** Peers that name at least so many pods are compared by profile, others pod by pod. */
const BROAD = 24;

/** What a policy says in one direction: rules for many as texts, and the pods that it names in peers of few. */
interface PolicyFacts {
  readonly broad: readonly string[];
  readonly few: readonly number[];
}

/**
 * Pods that no policy can tell apart, but for peers that name few pods. Two pods of one profile have the same access to and from every
 * other pod that is no such peer of theirs.
 */
export class Profiles {
  /** the profile of each member as the end at which a direction is judged */
  public readonly of: { readonly [direction in Direction]: readonly number[] };
  /** the members of each profile */
  public readonly members: { readonly [direction in Direction]: readonly (readonly Member[])[] };
  private readonly broad = new Map<string, number>();
  private readonly broadOf: string[];
  private readonly blocks = new Map<string, AddressSet>();
  private readonly names = new Set<string>();
  private readonly facts = new Map<CompiledPolicy, { readonly [direction in Direction]: PolicyFacts }>();

  constructor(private readonly population: Population, policies: readonly CompiledPolicy[]) {
    this.broadOf = population.members.map(() => '');
    for (const policy of policies) {
      DIRECTIONS.flatMap((direction) => actingRules(policy, direction)).forEach((rule) => this.collect(rule, policy.namespace));
    }
    policies.forEach((policy) => this.facts.set(policy, { ingress: this.factsOf(policy, 'ingress'), egress: this.factsOf(policy, 'egress') }));
    const common = population.members.map((member) => this.traits(member));
    const [ingress, egress] = DIRECTIONS.map((direction) => numbered(population.members.map((member) => {
      const rules = new Set(member.policies[direction].flatMap((policy) => this.about(policy, direction).broad));
      const isolated = member.policies[direction].length > 0 ? 'isolated' : 'open';
      return `${isolated}\n${[...rules].sort().join('\n')}\n${common[member.index]}`;
    })));
    this.of = { ingress, egress };
    this.members = { ingress: this.grouped(ingress), egress: this.grouped(egress) };
  }

  /** The pods that the policy names in peers of few. */
  public few(policy: CompiledPolicy, direction: Direction): readonly number[] {
    return this.about(policy, direction).few;
  }

  /** Whether nothing passes in a direction but for peers of few pods, so that nobody else has to be looked at. */
  public isClosed({ policies, workload }: Member, direction: Direction): boolean {
    const own = policies[direction];
    return !workload.hostNetwork && own.length > 0 && own.every((policy) => this.about(policy, direction).broad.length === 0);
  }

  private about(policy: CompiledPolicy, direction: Direction): PolicyFacts {
    return this.facts.get(policy)?.[direction] ?? this.factsOf(policy, direction);
  }

  private collect({ peers = [], named }: NetworkRule, namespace: string): void {
    named.forEach(({ name }) => name !== undefined && this.names.add(name));
    for (const peer of peers) {
      if (peer.is === 'block') {
        this.blocks.set(peer.key, peer.addresses);
      } else if (!this.broad.has(peer.key)) {
        const found = this.population.peers(peer, namespace);
        if (found.length >= BROAD) {
          this.broad.set(peer.key, this.broad.size);
          found.forEach((index) => { this.broadOf[index] += `${this.broad.get(peer.key)} `; });
        }
      }
    }
  }

  private factsOf(policy: CompiledPolicy, direction: Direction): PolicyFacts {
    if (policy.problems.length > 0) {
      return { broad: ['?'], few: [] };
    }
    const few = new Set<number>();
    const broad: string[] = [];
    for (const rule of actingRules(policy, direction)) {
      const wide = rule.peers?.filter((peer) => this.isBroad(peer));
      if (wide?.length !== 0) {
        // equal rules of different policies have equal texts
        broad.push(`${wide?.map(({ key }) => key).sort().join(' or ') ?? '*'} on ${rule.ports?.map(portKey).sort().join(' ') ?? '*'}`);
      }
      for (const peer of rule.peers ?? []) {
        if (peer.is === 'pods' && !this.isBroad(peer)) {
          this.population.peers(peer, policy.namespace).forEach((index) => few.add(index));
        }
      }
    }
    return { broad, few: [...few] };
  }

  private isBroad(peer: Peer): boolean {
    return peer.is === 'block' || this.broad.has(peer.key);
  }

  /** What the policies of others may ask of a pod, but for peers that name few. */
  private traits({ index, workload, addresses }: Member): string {
    const ports = workload.ports.filter(({ name }) => name !== undefined && this.names.has(name))
      .map(({ name, protocol, number }) => `${name}/${protocol}/${number}`).sort().join(' ');
    return `${this.broadOf[index]}|${ports}|${workload.hostNetwork}|${workload.kind === 'Hypothetical'}|${this.whereabouts(addresses)}`;
  }

  private whereabouts(addresses: Member['addresses']): string {
    if (this.blocks.size === 0 || addresses === undefined) {
      return 'anywhere';
    }
    const sets = [...this.blocks.values()];
    return [...new Set(addresses.map((address) => `${address.family}:${sets.flatMap((set, i) => (hasAddress(set, address) ? [i] : [])).join(' ')}`))]
      .sort().join(';');
  }

  private grouped(profiles: readonly number[]): Member[][] {
    const groups: Member[][] = [];
    this.population.members.forEach((member) => (groups[profiles[member.index]] ??= []).push(member));
    return groups;
  }
}

function numbered(texts: readonly string[]): number[] {
  const numbers = new Map<string, number>();
  return texts.map((text) => {
    const number = numbers.get(text) ?? numbers.size;
    numbers.set(text, number);
    return number;
  });
}
