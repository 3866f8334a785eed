import { waypointOfService, waypointOfWorkload } from '../ambient/waypoints';
import { Condition } from '../condition';
import { AccessModel } from '../model/access-model';
import { World } from '../model/world';
import { Intervals, normalized } from '../network/intervals';
import { hasPort } from '../network/port-sets';
import { Connections } from '../network/reach';
import { Source } from '../question';
import { Workload } from '../workload';
import { clientSide } from './client-side';
import { AccessEdge, Destination, edge, EdgeLayers, EdgePorts, edgePorts, PortGrants } from './edges';
import { Grant, grantsOf, weakest } from './grants';
import { outsideSources } from './outside';
import { MeshGuards, Passage, passagesTo } from './passages';
import { commonPorts, portClasses, portsOfInterest } from './ports-of-interest';
import { SourceGroup, SourceGroups } from './source-groups';
import { NamedGroup, SourceList, SourceNames } from './source-names';
import { StandIns } from './stand-ins';

/** The whole map. */
export interface AccessMap {
  readonly edges: readonly AccessEdge[];
  /** sources and exceptions that are too many to be named in an edge */
  readonly groups: readonly NamedGroup[];
  /** ports that are left out, and why */
  readonly notes: readonly string[];
  /** namespaces with workloads that objects tell of; others are merely named by policies */
  readonly shown: ReadonlySet<string>;
}

/** Whose edges are asked for. */
export interface AccessMapOptions {
  readonly from?: (id: string) => boolean;
  readonly to?: (id: string) => boolean;
  /** called for each destination that has been looked at */
  readonly progress?: (done: number, all: number) => void;
}

/** Who may reach whom with what, as the objects of a snapshot grant it in all layers together. */
export function accessMap(model: AccessModel, options: AccessMapOptions = {}): AccessMap {
  return new Mapping(model.world, options).run();
}

const TUNNEL = 15008;

class Mapping {
  private readonly common: ReadonlySet<number>;
  private readonly groups: SourceGroups;
  private readonly names: SourceNames;
  private readonly standing: StandIns;
  private readonly notes = new Set<string>();

  public constructor(private readonly world: World, private readonly options: AccessMapOptions) {
    this.common = commonPorts(world);
    this.groups = new SourceGroups(world);
    this.standing = new StandIns(world.snapshot);
    this.names = new SourceNames(world.snapshot.workloads);
  }

  public run(): AccessMap {
    const { workloads } = this.world.snapshot;
    const { to = () => true, from } = this.options;
    const targets = from === undefined ? workloads : this.reachedBy(workloads.filter(({ id }) => from(id)));
    const asked = targets.filter(({ id }) => to(id));
    const edges = asked.flatMap((workload, i) => {
      this.options.progress?.(i, asked.length);
      return this.edgesTo(workload);
    });
    const side = clientSide(this.world, this.names, { from, to: this.options.to });
    return {
      edges: [...edges, ...side.edges],
      groups: this.names.groups,
      notes: [...this.notes, ...side.notes],
      shown: this.standing.shown,
    };
  }

  /** Those that the network lets some sources reach; waypoints may lead anywhere. */
  private reachedBy(sources: readonly Workload[]): readonly Workload[] {
    const { workloads } = this.world.snapshot;
    if (this.options.from!('outside') || this.world.waypoints.waypoints.size > 0) {
      return workloads;
    }
    const reached = new Set(sources.flatMap((source) => this.world.network.egressOf(source).flatMap(({ to }) => to.among)));
    return workloads.filter((one) => reached.has(one));
  }

  private edgesTo(workload: Workload): AccessEdge[] {
    const destination = this.destination(workload);
    const found = new Map<string, { readonly said: PortGrants; readonly network: EdgeLayers['network']; readonly lists: SourceList[] }>();
    for (const { from, connections } of this.candidates(destination)) {
      for (const { example, among, except } of [...this.groups.of(from.among, from.except, destination.conditions),
        ...this.standIns(from, destination)]) {
        const network = this.networkLayer(example, destination);
        for (const said of this.portGrants({ workload: this.standing.asSource(example) }, destination, connections)) {
          const key = `${network} ${said.key}`;
          const known = found.get(key);
          if (known === undefined) {
            found.set(key, { said, network, lists: [{ among, except }] });
          } else {
            known.lists.push({ among, except });
          }
        }
      }
    }
    const inside = [...found.values()].flatMap(({ said, network, lists }) => this.names.of(lists)
      .map((name) => edge(name, workload.id, said, network)));
    return this.withOutside(inside, destination);
  }

  /** Pods that nothing shows, with the labels that the network lets pass and the identity that a rule names. */
  private standIns({ among, except }: SourceList, { conditions }: Destination): SourceGroup[] {
    return [...this.standing.withAccount].filter(([one]) => among.includes(one) && !except.has(one)).flatMap(([, made]) => made)
      .filter((one) => this.groups.isNamed(one, conditions) && this.options.from?.(one.id) !== false)
      .map((example) => ({ example, among: [example], except: new Set<Workload>() }));
  }

  private withOutside(inside: AccessEdge[], destination: Destination): AccessEdge[] {
    const { from } = this.options;
    if (from !== undefined && !from('outside')) {
      return inside;
    }
    const network = destination.isolated ? 'ingress' : 'none';
    const outside = outsideSources(this.world, destination, (client, connections) => this.portGrants(client, destination, connections))
      .map(({ from: name, except, said }) => edge({ from: name, ...(except === undefined ? {} : { except }) }, destination.workload.id,
        said, network));
    return mergedAny(inside, outside);
  }

  private destination(workload: Workload): Destination {
    const conditions = this.conditionsOf(workload);
    return {
      workload,
      conditions,
      told: portsOfInterest(this.world, workload, this.common, conditions),
      isolated: this.world.network.policiesOf(workload, 'ingress').length > 0,
    };
  }

  /** What the policies at a workload, or at a waypoint before it, ask for. */
  private conditionsOf(workload: Workload): readonly Condition[] {
    switch (workload.mode) {
      case 'sidecar':
      case 'gateway': return authorizationConditions(this.world.inboundOf(workload));
      case 'ambient': return [this.world.ztunnelOf(workload).admitted];
      default: return [];
    }
  }

  /** Who of the workloads might reach a destination, by what the network lets pass. */
  private candidates({ workload }: Destination): { readonly from: SourceList; readonly connections: Connections }[] {
    const { network, snapshot, waypoints } = this.world;
    const { from } = this.options;
    const groups = network.ingressOf(workload);
    const behind = waypoints.waypoints.size > 0 && [waypointOfWorkload(waypoints, workload), ...this.world.servicesOf(workload)
      .map((service) => waypointOfService(waypoints, service))]
      .some((attached) => !('none' in attached));
    if (from === undefined && !behind) {
      return groups;
    }
    const alone = (one: Workload, connections: Connections) => ({ from: { among: [one], except: new Set<Workload>() }, connections });
    if (behind) {
      const sources = snapshot.workloads.filter(({ id }) => from === undefined || from(id));
      return sources.map((one) => alone(one, network.connections({ workload: one }, { workload })));
    }
    return groups.flatMap((group) => group.from.among.filter((one) => from!(one.id) && !group.from.except.has(one))
      .map((one) => alone(one, group.connections)));
  }

  private networkLayer(source: Workload, { isolated }: Destination): EdgeLayers['network'] {
    const egress = this.world.network.policiesOf(source, 'egress').length > 0;
    return isolated ? egress ? 'both' : 'ingress' : egress ? 'egress' : 'none';
  }

  /** What a client may send to which ports. */
  private portGrants(client: Source, destination: Destination, connections: Connections): PortGrants[] {
    const byKey = new Map<string, { grants: Grant[]; ports: { first: number; last: number }[] }>();
    for (const { port, ports } of this.classes(client, destination, connections)) {
      if (port === TUNNEL && destination.workload.mode !== 'none') {
        this.notes.add(`port ${TUNNEL} of pods in the mesh is its tunnel and not shown`);
        continue;
      }
      const passages = passagesTo(this.world, client, destination.workload, port);
      for (const grant of grantsOf(this.world, passages
        .map((one) => [one, this.networkOf(one, client, destination.workload, connections)] as const))) {
        const known = byKey.get(grant.key);
        if (known === undefined) {
          byKey.set(grant.key, { grants: [grant], ports: [...ports] });
        } else {
          known.grants.push(grant);
          known.ports.push(...ports);
        }
      }
    }
    return withoutMesh([...byKey.values()].map(({ grants, ports }) => {
      const [grant] = grants;
      return portGrants(grant, weakest(grants.map(({ guards }) => guards)), edgePorts('TCP', normalized(ports)), grant.key);
    }), connections);
  }

  /** In a tunnel every port of the pod can be called, whatever NetworkPolicy says of it. */
  private classes(client: Source, { workload, told }: Destination, { allowed, unknown }: Connections) {
    const every = 'workload' in client && client.workload.mode !== 'none' && (workload.mode === 'ambient' || client.workload.mode === 'ambient');
    const ports = every ? [{ first: 1, last: 65535 }] : unknown.TCP.length === 0 ? allowed.TCP
      : normalized([...allowed.TCP, ...unknown.TCP]);
    // where it is not known whether some ports pass, they are classes of their own
    return every || unknown.TCP.length > 0 ? portClasses(ports, [...new Set([...told, ...bounds(allowed.TCP), ...bounds(unknown.TCP)])]
      .sort((a, b) => a - b))
      .flatMap((one) => (one.ports.length > 1 ? one.ports.map((range) => ({ port: range.first, ports: [range] })) : [one]))
      : portClasses(ports, told);
  }

  private networkOf({ legs }: Passage, client: Source, destination: Workload, connections: Connections): boolean | undefined {
    const answers = legs.map((leg) => {
      const direct = leg.from === client && leg.to === destination;
      const { allowed, unknown } = direct ? connections : this.world.network.connections(leg.from, { workload: leg.to });
      return hasPort(allowed, 'TCP', leg.port) ? true : hasPort(unknown, 'TCP', leg.port) ? undefined : false;
    });
    return answers.includes(false) ? false : answers.includes(undefined) ? undefined : true;
  }
}

function bounds(ports: Intervals<number>): number[] {
  return ports.flatMap(({ first, last }) => [first, last]);
}

/** What rules ask for on HTTP chains; on TCP chains they ask for a part of it. */
function authorizationConditions({ authorization: { http: { allow = [], deny, custom } } }: ReturnType<World['inboundOf']>): Condition[] {
  return [...allow, ...deny, ...custom.flatMap(({ rules, dryRules }) => [...rules, ...dryRules])].map(({ condition }) => condition);
}

function portGrants({ requests, speaks, unknown, ifProvidersAgree, rules }: PortGrants['grant'], guards: MeshGuards, ports: readonly EdgePorts[], key: string): PortGrants {
  const grant = {
    requests,
    ...(speaks === undefined ? {} : { speaks }),
    ...(unknown === undefined ? {} : { unknown }),
    ...(ifProvidersAgree === undefined ? {} : { ifProvidersAgree }),
    ...(rules === undefined ? {} : { rules }),
  };
  const text = ports.map(({ protocol, first, last }) => `${protocol}${first}-${last}`).join();
  return { ports, grant, guards, key: `${text} ${key} ${guards.mtls} ${guards.identity} ${guards.egress}` };
}

const NO_GUARDS: MeshGuards = { mtls: 'none', identity: 'none', egress: 'none' };

/** What the mesh does not carry passes by the network layer alone. */
function withoutMesh(tcp: readonly PortGrants[], { allowed, unknown }: Connections): PortGrants[] {
  const ports = [...edgePorts('UDP', allowed.UDP), ...edgePorts('SCTP', allowed.SCTP), ...(allowed.other ? [{ protocol: 'other' as const, first: 0, last: 0 }] : [])];
  const open = [...edgePorts('UDP', unknown.UDP), ...edgePorts('SCTP', unknown.SCTP), ...(unknown.other ? [{ protocol: 'other' as const, first: 0, last: 0 }] : [])];
  const perhaps = open.length === 0 ? [] : [portGrants({ requests: 'any', unknown: [ADDRESSES] }, NO_GUARDS, open, 'perhaps')];
  if (ports.length === 0) {
    return [...tcp, ...perhaps];
  }
  const same = tcp.find(({ grant, guards }) => grant.requests === 'any' && grant.speaks === undefined && grant.unknown === undefined
    && grant.ifProvidersAgree === undefined && guards.identity === 'none' && guards.mtls !== 'STRICT');
  const all = portGrants({ requests: 'any' }, same?.guards ?? NO_GUARDS, [...same?.ports ?? [], ...ports], 'any');
  return [...tcp.filter((one) => one !== same), all, ...perhaps];
}

const ADDRESSES = 'NetworkPolicies ask for addresses that are not known';

/** Everybody inside and everybody outside is anybody. */
function mergedAny(inside: AccessEdge[], outside: AccessEdge[]): AccessEdge[] {
  const text = ({ ports, requests, speaks, unknown, ifProvidersAgree }: AccessEdge) =>
    JSON.stringify([ports, requests, speaks, unknown, ifProvidersAgree]);
  const everyone = inside.filter(({ from, except }) => from === '*/*' && except === undefined);
  if (everyone.length === 0) {
    return [...outside, ...inside];
  }
  const merged = new Set(outside.filter(({ from, except }) => from === 'outside' && except === undefined)
    .filter((one) => everyone.some((other) => text(other) === text(one))));
  const texts = new Set([...merged].map(text));
  return [
    ...outside.filter((one) => !merged.has(one)),
    ...inside.map((one) => (one.from === '*/*' && one.except === undefined && texts.has(text(one)) ? { ...one, from: 'any' } : one)),
  ];
}
