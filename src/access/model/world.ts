import { boundPolicies, ZtunnelPolicies, ztunnelPolicies } from '../ambient/bind';
import { CompiledZtunnel, compileZtunnel } from '../ambient/match';
import { Waypoint, WaypointIndex, waypointIndex } from '../ambient/waypoints';
import { ServedService } from '../authorization/attach';
import { compileEgress, Egress } from '../egress/egress';
import { compileRegistry, hostOfService, RegistryEntry } from '../egress/registry';
import { compileInbound, InboundModel } from '../inbound';
import { compileApplications, PortApplications } from '../mtls/application';
import { ClientRules, compileClientRules } from '../mtls/client';
import { compileGateways, Gateways } from '../mtls/gateway-chain';
import { NetworkModel } from '../network/model';
import { Snapshot } from '../snapshot/snapshot';
import { selects, Service, Workload } from '../workload';

/** so many proxies are remembered: maps look at each of thousands for a moment, and what lives long is expensive to let go */
const MOST_PROXIES = 64;

/** Everything that decides about the connections of a snapshot, each part compiled when it is first asked. */
export class World {
  private inbound = new Map<string, InboundModel>();
  private readonly ztunnels = new Map<string, CompiledZtunnel>();
  private readonly byNamespace = new Map<string, Service[]>();
  private readonly parts = new Map<string, unknown>();

  public constructor(public readonly snapshot: Snapshot) {
    for (const service of snapshot.services) {
      const known = this.byNamespace.get(service.namespace);
      if (known === undefined) {
        this.byNamespace.set(service.namespace, [service]);
      } else {
        known.push(service);
      }
    }
  }

  public get network(): NetworkModel {
    const { workloads, namespaces } = this.snapshot;
    return this.once('network',
      () => new NetworkModel({ workloads, namespaces, policies: this.snapshot.kind('networking.k8s.io', 'NetworkPolicy') }));
  }

  public get egress(): Egress {
    return this.once('egress', () => compileEgress({ ...this.snapshot, registry: this.registry }));
  }

  public get clients(): ClientRules {
    return this.once('clients', () => compileClientRules({ ...this.snapshot, registry: this.registry }));
  }

  public get applications(): PortApplications {
    return this.once('applications', () => compileApplications(this.snapshot));
  }

  public get gateways(): Gateways {
    return this.once('gateways', () => compileGateways(this.snapshot));
  }

  public get waypoints(): WaypointIndex {
    const { manifests, namespaces, workloads } = this.snapshot;
    return this.once('waypoints', () => waypointIndex(manifests, namespaces, workloads));
  }

  /** What the proxy of a workload enforces; at a waypoint for the Service that is addressed. */
  public inboundOf(workload: Workload, service?: ServedService): InboundModel {
    const key = service === undefined ? workload.id : `${workload.id} ${service.kind} ${service.namespace}/${service.name}`;
    let found = this.inbound.get(key);
    if (found === undefined) {
      found = compileInbound(this.snapshot, workload, service);
      this.inbound = this.inbound.size < MOST_PROXIES ? this.inbound : new Map();
      this.inbound.set(key, found);
    }
    return found;
  }

  /** What the ztunnel of a workload enforces. */
  public ztunnelOf(workload: Workload): CompiledZtunnel {
    const known = this.ztunnels.get(workload.id) ?? compileZtunnel(boundPolicies(this.ztunnelPolicies, workload));
    this.ztunnels.set(workload.id, known);
    return known;
  }

  /** The pods of a waypoint, or a stand-in where none are shown. */
  public podsOf(waypoint: Waypoint): Workload {
    const { namespace, name, serviceAccount } = waypoint;
    return this.snapshot.workloads
      .find((one) => one.namespace === namespace && one.mode === 'waypoint' && one.serviceAccount === serviceAccount) ?? {
      id: `${namespace}/${name}`,
      namespace,
      name,
      kind: 'Hypothetical',
      labels: { 'gateway.networking.k8s.io/gateway-name': name },
      annotations: {},
      serviceAccount,
      addresses: [],
      mode: 'waypoint',
      hostNetwork: false,
      ports: [],
    };
  }

  /** The Services that have the workload among their pods. */
  public servicesOf(workload: Workload): readonly Service[] {
    return (this.byNamespace.get(workload.namespace) ?? [])
      .filter(({ selector }) => selector !== undefined && Object.keys(selector).length > 0 && selects(selector, workload.labels));
  }

  /** The workloads behind a Service. */
  public behind({ namespace, selector }: Service): readonly Workload[] {
    return selector === undefined || Object.keys(selector).length === 0 ? []
      : this.snapshot.workloads
        .filter((one) => one.namespace === namespace && one.kind !== 'Hypothetical' && selects(selector, one.labels));
  }

  /** The host that istiod knows a Service by. */
  public entryOf(service: Service): RegistryEntry | undefined {
    return this.registry.named(hostOfService(service, this.snapshot.mesh))
      .find(({ kind, namespace }) => kind === 'Service' && namespace === service.namespace);
  }

  public get registry() {
    return this.once('registry', () => compileRegistry(this.snapshot));
  }

  private get ztunnelPolicies(): ZtunnelPolicies {
    return this.once('ztunnel', () => ztunnelPolicies(this.snapshot.manifests, this.snapshot.mesh));
  }

  private once<T>(name: string, make: () => T): T {
    if (!this.parts.has(name)) {
      this.parts.set(name, make());
    }
    return this.parts.get(name) as T;
  }
}

/** The port of a pod that a port of a Service leads to; a name means what the containers call so. */
export function targetPortOf(service: Service, servicePort: number, workload: Workload): number | undefined {
  const port = service.ports.find((one) => one.port === servicePort);
  if (port === undefined || typeof port.targetPort === 'number') {
    return port?.targetPort as number | undefined;
  }
  return workload.ports.find(({ name, protocol }) => name === port.targetPort && protocol === port.protocol)?.number;
}
