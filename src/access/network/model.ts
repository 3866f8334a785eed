import { Address, addressOf, rangeOf } from '../addresses';
import { Labels, Manifest, refText } from '../objects';
import { Source, Step } from '../question';
import { TransportProtocol, Workload } from '../workload';
import { addressGroups, AddressGroup } from './address-groups';
import { AddressSet, ALL_ADDRESSES, NO_ADDRESSES, setOfRange, unionOfAddresses } from './address-sets';
import { EndOf, pairReach, World } from './ends';
import { matchesLabels } from './label-selectors';
import { CompiledPolicy, Direction, DIRECTIONS } from './policy';
import { Member, memberOf, Population } from './population';
import { Connections, connectionsOfReach, reaches } from './reach';
import { compilePolicies, HostBits, isNetworkPolicy } from './read-policy';
import { explain } from './trail';
import { Edge, WorkloadMap } from './workload-map';

/** What the network layer is decided from. */
export interface NetworkWorld {
  readonly workloads: readonly Workload[];
  readonly namespaces: ReadonlyMap<string, Labels>;
  /** NetworkPolicies; objects of other kinds are passed over */
  readonly policies: readonly Manifest[];
  /** the CIDRs that pods without a known address have theirs from; left out: any, and an empty list: addresses in no block of any policy */
  readonly podAddresses?: readonly string[];
  /** what the API server does with CIDRs like 10.0.0.1/8; left out: what today's does, it refuses them */
  readonly hostBits?: HostBits;
}

/** Where a connection goes. */
export type Destination = { readonly workload: Workload } | { readonly address: string };

/** One connection. */
export interface NetworkQuestion {
  readonly from: Source;
  readonly to: Destination;
  readonly protocol: TransportProtocol;
  readonly port: number;
}

export interface NetworkVerdict {
  /** undefined is unknown */
  readonly allowed: boolean | undefined;
  readonly steps: readonly Step[];
}

/** What the NetworkPolicies of a cluster let pass, exactly. */
export class NetworkModel {
  public readonly policies: readonly CompiledPolicy[];
  private readonly world: World;
  private readonly members: ReadonlyMap<string, Member>;
  private readonly foreign = new WeakMap<Workload, Member>();
  private readonly map: WorkloadMap;

  constructor(world: NetworkWorld) {
    const population = new Population(world.workloads, world.namespaces);
    // sorted, so that the order of objects never shows in an answer
    this.policies = sortedByName(compilePolicies(world.policies.filter(isNetworkPolicy), world.hostBits));
    for (const policy of this.policies) {
      const selected = population.inside(policy.namespace, policy.selector);
      for (const direction of DIRECTIONS.filter((one) => policy.rules[one] !== undefined)) {
        selected.forEach((index) => population.members[index].policies[direction].push(policy));
      }
    }
    this.members = new Map(population.members.map((member) => [member.workload.id, member]));
    this.world = { population, podAddresses: podAddresses(world.podAddresses) };
    this.map = new WorkloadMap(this.world, this.policies);
  }

  /** Whether one connection passes, and what decided. */
  public verdict({ from, to, protocol, port }: NetworkQuestion): NetworkVerdict {
    const [source, destination] = [this.sourceEnd(from), this.destinationEnd(to)];
    const allowed = reaches(pairReach(this.world, source, destination), protocol, port);
    return { allowed, steps: explain({ world: this.world, from: source, to: destination, protocol, port, allowed }) };
  }

  /** Everything that passes between two ends. */
  public connections(from: Source, to: Destination): Connections {
    return connectionsOfReach(pairReach(this.world, this.sourceEnd(from), this.destinationEnd(to)));
  }

  /** Who of the workloads reaches this one on what, as groups of equal access; those that do not reach it are left out. */
  public ingressOf(workload: Workload): Edge[] {
    return this.map.groups(this.memberOf(workload), 'ingress');
  }

  /** Whom of the workloads this one reaches on what, as groups of equal access. */
  public egressOf(workload: Workload): Edge[] {
    return this.map.groups(this.memberOf(workload), 'egress');
  }

  /** The whole map of workloads: for each of them who reaches it. */
  public edges(): Edge[] {
    return this.world.population.members.flatMap((member) => this.map.groups(member, 'ingress'));
  }

  /** What passes between a workload and addresses that belong to no pod, all of them, as groups of equal access. */
  public outside(workload: Workload, direction: Direction): AddressGroup[] {
    return addressGroups(this.world, this.memberOf(workload), direction);
  }

  /** The policies that isolate a workload in a direction. */
  public policiesOf(workload: Workload, direction: Direction): readonly CompiledPolicy[] {
    return this.memberOf(workload).policies[direction];
  }

  private sourceEnd(from: Source): EndOf {
    return 'nodeLocal' in from ? from : this.destinationEnd(from);
  }

  private destinationEnd(to: Destination): EndOf {
    if ('workload' in to) {
      return { pod: this.memberOf(to.workload) };
    }
    const address = addressOf(to.address);
    return address === undefined ? { text: to.address } : this.endAt(address, to.address);
  }

  /** An address may be that of a pod that is known. */
  private endAt(address: Address, text: string): EndOf {
    const pod = this.world.population.withAddress(address);
    return { ...(pod === undefined ? {} : { pod }), address, text };
  }

  /** A workload that is not among those of the world is judged as if it were. */
  private memberOf(workload: Workload): Member {
    const known = this.members.get(workload.id) ?? this.foreign.get(workload);
    if (known !== undefined) {
      return known;
    }
    const member = memberOf(workload, -1, this.world.population.labelsOf(workload.namespace));
    const near = this.policies.filter(({ namespace }) => namespace === workload.namespace);
    for (const policy of near.filter(({ selector }) => matchesLabels(selector, workload.labels))) {
      DIRECTIONS.filter((one) => policy.rules[one] !== undefined).forEach((direction) => member.policies[direction].push(policy));
    }
    this.foreign.set(workload, member);
    return member;
  }
}

function podAddresses(cidrs: readonly string[] | undefined): AddressSet {
  const ranges = cidrs?.map(rangeOf).filter((range) => range !== undefined);
  return ranges === undefined ? ALL_ADDRESSES : ranges.map(setOfRange).reduce(unionOfAddresses, NO_ADDRESSES);
}

function sortedByName(policies: readonly CompiledPolicy[]): CompiledPolicy[] {
  const named = policies.map((policy) => ({ policy, text: refText(policy.ref) }));
  return named.sort((a, b) => (a.text < b.text ? -1 : a.text > b.text ? 1 : 0)).map(({ policy }) => policy);
}
