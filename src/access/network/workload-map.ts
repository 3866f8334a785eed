import { Workload } from '../workload';
import { pairReach, World } from './ends';
import { CompiledPolicy, Direction, DIRECTIONS } from './policy';
import { Member } from './population';
import { portsText } from './port-sets';
import { Profiles } from './profiles';
import { Connections, connectionsOfReach, isNoConnection } from './reach';

/** Workloads as all of a list that others may share, but for some. */
export interface WorkloadGroup {
  readonly among: readonly Workload[];
  readonly except: ReadonlySet<Workload>;
}

/** Who has the same access to whom. */
export interface Edge {
  readonly from: WorkloadGroup;
  readonly to: WorkloadGroup;
  readonly connections: Connections;
}

/** The workloads of a group, one by one. */
export function workloadsOf({ among, except }: WorkloadGroup): readonly Workload[] {
  return except.size === 0 ? among : among.filter((workload) => !except.has(workload));
}

const NOBODY: ReadonlySet<Workload> = new Set();

function opposite(direction: Direction): Direction {
  return direction === 'ingress' ? 'egress' : 'ingress';
}

/** All pairs of workloads without looking at all pairs: by profile where profiles decide, by pod where a peer names few pods. */
export class WorkloadMap {
  private profiles?: Profiles;
  private readonly groupsOfProfile: { readonly [direction in Direction]: (readonly Workload[])[] } = { ingress: [], egress: [] };
  /** by direction and pod: the policies that name the pod as one of few peers in that direction */
  private readonly naming: { readonly [direction in Direction]: (CompiledPolicy[] | undefined)[] } = { ingress: [], egress: [] };
  private readonly selecting = { ingress: new Map<CompiledPolicy, Member[]>(), egress: new Map<CompiledPolicy, Member[]>() };
  private readonly decided = new Map<number, Connections>();

  constructor(private readonly world: World, private readonly policies: readonly CompiledPolicy[]) {}

  /** Who reaches a pod, or whom it reaches, as groups of equal access. */
  public groups(pivot: Member, direction: Direction): Edge[] {
    const profiles = this.prepared();
    const few = pivot.index < 0 ? new Set(this.world.population.members) : this.named(pivot, direction, profiles);
    const edges = this.pairs(pivot, direction, few);
    if (pivot.index < 0) {
      return edges;
    }
    const far = opposite(direction);
    profiles.members[far].forEach((members, number) => {
      const example = members.find((member) => !few.has(member));
      const connections = example && this.between(pivot, example, direction, profiles);
      if (connections !== undefined && !isNoConnection(connections)) {
        const except = [...few].filter(({ index }) => profiles.of[far][index] === number).map(({ workload }) => workload);
        const among = this.groupsOfProfile[far][number];
        edges.push(edge(pivot, { among, except: except.length === 0 ? NOBODY : new Set(except) }, direction, connections));
      }
    });
    return edges;
  }

  /** The access of those that are looked at one by one, put together where it is equal. */
  private pairs(pivot: Member, direction: Direction, few: ReadonlySet<Member>): Edge[] {
    const byText = new Map<string, { among: Workload[]; connections: Connections }>();
    // most are one object, which needs no text
    const byObject = new Map<Connections, Workload[]>();
    for (const other of few) {
      const connections = this.judge(pivot, other, direction);
      const alike = byObject.get(connections);
      if (alike !== undefined) {
        alike.push(other.workload);
      } else if (!isNoConnection(connections)) {
        const text = `${portsText(connections.allowed)}|${portsText(connections.unknown)}`;
        const group = byText.get(text) ?? { among: [], connections };
        group.among.push(other.workload);
        byText.set(text, group);
        byObject.set(connections, group.among);
      }
    }
    return [...byText.values()].map(({ among, connections }) => edge(pivot, { among, except: NOBODY }, direction, connections));
  }

  /** The pods that a peer of few pods concerns together with this one, and the pod itself. */
  private named(pivot: Member, direction: Direction, profiles: Profiles): Set<Member> {
    const { members } = this.world.population;
    const few = new Set([pivot]);
    pivot.policies[direction].forEach((policy) => profiles.few(policy, direction).forEach((index) => few.add(members[index])));
    const far = opposite(direction);
    if (!profiles.isClosed(pivot, direction)) {
      this.naming[far][pivot.index]?.forEach((policy) => this.selecting[far].get(policy)?.forEach((member) => few.add(member)));
    }
    return few;
  }

  private between(pivot: Member, example: Member, direction: Direction, { of }: Profiles): Connections {
    const [source, destination] = direction === 'ingress' ? [example, pivot] : [pivot, example];
    const key = of.egress[source.index] * this.world.population.members.length + of.ingress[destination.index];
    let connections = this.decided.get(key);
    if (connections === undefined) {
      connections = this.judge(pivot, example, direction);
      this.decided.set(key, connections);
    }
    return connections;
  }

  private judge(pivot: Member, other: Member, direction: Direction): Connections {
    const [from, to] = direction === 'ingress' ? [other, pivot] : [pivot, other];
    return connectionsOfReach(pairReach(this.world, from.end, to.end));
  }

  /** A single question needs none of this, so it is made when the first map is asked for. */
  private prepared(): Profiles {
    if (this.profiles === undefined) {
      const profiles = new Profiles(this.world.population, this.policies);
      for (const direction of DIRECTIONS) {
        this.policies.forEach((policy) => this.index(policy, direction, profiles));
        for (const member of this.world.population.members) {
          member.policies[direction].forEach((policy) => this.selecting[direction].get(policy)?.push(member));
        }
        this.groupsOfProfile[direction].push(...profiles.members[direction].map((members) => members.map(({ workload }) => workload)));
      }
      this.profiles = profiles;
    }
    return this.profiles;
  }

  private index(policy: CompiledPolicy, direction: Direction, profiles: Profiles): void {
    const named = profiles.few(policy, direction);
    if (named.length > 0) {
      this.selecting[direction].set(policy, []);
      named.forEach((index) => (this.naming[direction][index] ??= []).push(policy));
    }
  }
}

function edge(pivot: Member, group: WorkloadGroup, direction: Direction, connections: Connections): Edge {
  const one = { among: [pivot.workload], except: NOBODY };
  return direction === 'ingress' ? { from: group, to: one, connections } : { from: one, to: group, connections };
}
