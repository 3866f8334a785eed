import { Construct } from 'constructs';
import { collide, describedAlike, entryPort, tlsOf } from './external-host-objects';
import { ObjectRole } from './git-ops';
import { HostObjects, HostRegistry, HostUser } from './host-registry';
import { MeshFacts } from './mesh-facts';
import { grantLine, objectMetadata, ObjectSettings } from './namespace-settings';
import { sortedSlot } from './sorted-slot';
import { DestinationRule } from '../resources/destination-rule';
import { ServiceEntry, ServiceEntryLocation, ServiceEntryResolution } from '../resources/service-entry';
import { invalid } from '../values/errors';
import { ExternalHost, ExternalProtocol, ExternalResolution } from '../values/external-host';

/** One host of a namespace: what was said about its ports, and who uses it. */
interface KnownHost {
  readonly ports: ExternalHost[];
  readonly users: HostUser[];
  readonly rules: Map<string, KnownRule>;
  entry?: ServiceEntry;
}

interface KnownRule {
  readonly rule: DestinationRule;
  readonly users: HostUser[];
  /** What was said about TLS, by the port that is dialled. */
  readonly ports: Map<number, string>;
}

/**
 * The hosts outside of the mesh that workloads of one namespace use: per host one ServiceEntry, which no other namespace sees, and
 * DestinationRules where proxies speak TLS. Of two entries for one host istiod would follow one, so they are kept together here.
 */
export class ExternalHosts implements HostRegistry {
  private readonly entries: Construct;
  private readonly rules: Construct;
  private readonly known = new Map<string, KnownHost>();

  public constructor(scope: Construct, private readonly settings: ObjectSettings, private readonly facts: MeshFacts) {
    const slot = new Construct(scope, 'external-hosts');
    this.entries = sortedSlot(slot, 'entries');
    this.rules = sortedSlot(slot, 'rules');
  }

  public use(host: ExternalHost, user: HostUser): void {
    this.requireDefinable(host, user);
    const known: KnownHost = this.known.get(host.host) ?? { ports: [], users: [], rules: new Map() };
    this.requireAgreement(host, known);
    this.known.set(host.host, known);
    if (!known.ports.some((p) => p.port.number === host.port.number)) {
      known.ports.push(host);
    }
    known.users.push(user);
    // where the proxy speaks TLS the host is defined in any case: without, the request would leave in plaintext
    if (known.entry === undefined && (user.restricted || host._origination !== undefined)) {
      known.entry = this.newEntry(host, known);
    }
    if (host._origination !== undefined) {
      this.defineRule(host, user, known);
    }
  }

  public objectsOf(host: ExternalHost): HostObjects {
    const known = this.known.get(host.host);
    return { entry: known?.entry, rules: [...known?.rules.values() ?? []].map((r) => r.rule) };
  }

  private newEntry(host: ExternalHost, known: KnownHost): ServiceEntry {
    const name = objectName(host.host);
    const entry = new ServiceEntry(this.entries, name, {
      metadata: objectMetadata(this.settings, name, { role: ObjectRole.GRANT, grantLines: () => linesOf(known.users) }),
      hosts: [host.host],
      addresses: host.addresses?.map((address) => address.block).sort(),
      ports: [entryPort(host)],
      location: ServiceEntryLocation.MESH_EXTERNAL,
      resolution: ServiceEntryResolution[host._resolution],
      exportTo: ['.'],
    });
    entry._producePorts(() => [...known.ports].sort((a, b) => a.port.number! - b.port.number!).map(entryPort));
    return entry;
  }

  /** One rule for all who present no certificate, and one for each workload that does. */
  private defineRule(host: ExternalHost, user: HostUser, known: KnownHost): void {
    const own = host._origination!.clientCertificate === undefined ? undefined : user.workload!;
    const name = own === undefined ? objectName(host.host) : `${own.name}-${objectName(host.host)}`;
    const number = host.port.number!;
    const tls = tlsOf(host);
    const found = known.rules.get(name) ?? this.newRule(host, name, own?.selector);
    const before = found.ports.get(number);
    if (before !== undefined && before !== JSON.stringify(tls)) {
      throw this.twoWays(host);
    }
    if (before === undefined) {
      found.ports.set(number, JSON.stringify(tls));
      found.rule._setPortTls({ number, tls });
    }
    found.users.push(user);
    known.rules.set(name, found);
  }

  private newRule(host: ExternalHost, name: string, selector?: () => Record<string, string>): KnownRule {
    const users: HostUser[] = [];
    const rule = new DestinationRule(this.rules, name, {
      metadata: objectMetadata(this.settings, name, { role: ObjectRole.GRANT, grantLines: () => linesOf(users) }),
      host: host.host,
      exportTo: ['.'],
    });
    if (selector !== undefined) {
      rule._produceSelector(selector);
    }
    return { rule, users, ports: new Map() };
  }

  private requireDefinable(host: ExternalHost, user: HostUser): void {
    if (host._origination?.clientCertificate !== undefined && user.workload === undefined) {
      throw new Error(`${user.name} would present one client certificate to ${host.host}, so the server could not tell its workloads apart; `
        + 'name the workloads that may, each in an allow-list of its own');
    }
    if (host.host.endsWith(`.${this.facts.clusterDomain}`)) {
      throw invalid(`${user.name} would reach a Service of the cluster as if it were outside of the mesh, without mutual TLS`, host.host,
        'hosts outside of the cluster', 'grant it with allowFrom of its workload');
    }
    if (host._protocol === ExternalProtocol.TCP && host.addresses === undefined && this.facts.dnsCapture !== true) {
      throw invalid(`proxies of ${this.settings.name} could not tell ${host} from other TCP hosts on this port, and one of them would silently win`,
        undefined, 'addresses, or the mesh fact dnsCapture: true', 'give the addresses that the application dials');
    }
    if (host._resolution === ExternalResolution.DYNAMIC_DNS && this.facts.wildcardTlsHosts !== true) {
      throw invalid(`${host} would not work, because istiod passes over TLS hosts with a wildcard by default`, this.facts.wildcardTlsHosts,
        'the mesh fact wildcardTlsHosts: true', 'set ENABLE_WILDCARD_HOST_SERVICE_ENTRIES_FOR_TLS on istiod and state the fact, or name the hosts');
    }
  }

  /** Refuses two descriptions of one host, and ports of different hosts that proxies could not tell apart. */
  private requireAgreement(host: ExternalHost, known: KnownHost): void {
    if (!known.ports.every((other) => describedAlike(other, host))) {
      throw this.twoWays(host);
    }
    const clash = [...this.known.values()].flatMap((k) => k.ports).find((other) => other.host !== host.host && collide(other, host));
    if (clash !== undefined) {
      throw new Error(`proxies of ${this.settings.name} could not tell ${host} from ${clash}: both are dialled on port ${host.port.number}, `
        + 'and one of them would silently win; give each addresses that only it has, or another port');
    }
  }

  private twoWays(host: ExternalHost): Error {
    return new Error(`${host.host} is described in two ways in namespace ${this.settings.name}, and proxies would follow one of them; `
      + 'describe it once and share the ExternalHost');
  }
}

/** A host is the name of its objects; only the asterisk of a wildcard cannot be in a name. */
function objectName(host: string): string {
  return host.replace('*', 'wildcard');
}

function linesOf(users: HostUser[]): string[] {
  return users.map((user) => grantLine(user.name, user.reason));
}
