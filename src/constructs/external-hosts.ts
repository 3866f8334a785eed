import { ApiObjectMetadata } from 'cdk8s';
import { Construct } from 'constructs';
import { collide, describedAlike, entryPort, presents, requireDefinable, tlsOf, tlsWithoutCertificate } from './external-host-objects';
import { ObjectRole } from './git-ops';
import { HostObjects, HostRegistry, HostUser } from './host-registry';
import { MeshFacts } from './mesh-facts';
import { grantLine, objectMetadata, ObjectSettings } from './namespace-settings';
import { sortedSlot } from './sorted-slot';
import { DestinationRule } from '../resources/destination-rule';
import { ServiceEntry, ServiceEntryLocation, ServiceEntryResolution } from '../resources/service-entry';
import { ExternalHost } from '../values/external-host';

/** One host of a namespace: what was said about it, and who uses it. */
interface KnownHost {
  /** One description for each port that is dialled. */
  readonly ports: ExternalHost[];
  readonly users: HostUser[];
  /** The description that proxies without a client certificate follow where they speak TLS, and who gave it. */
  simple?: ExternalHost;
  readonly simpleUsers: Set<string>;
  /** The rules for workloads that present a certificate, by workload. */
  readonly own: Map<string, { readonly rule: KnownRule; readonly said: ExternalHost }>;
  /** The rule for everybody else. */
  shared?: KnownRule;
  entry?: ServiceEntry;
}

interface KnownRule {
  readonly rule: DestinationRule;
  users: HostUser[];
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
    requireDefinable(host, user, this.settings.name, this.facts);
    const known: KnownHost = this.known.get(host.host) ?? { ports: [], users: [], simpleUsers: new Set(), own: new Map() };
    this.requireAgreement(host, user, known);
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
      this.addRule(host, user, known);
    }
    this.coverOthers(known);
  }

  public objectsOf(host: ExternalHost): HostObjects {
    const known = this.known.get(host.host);
    const rules = [known?.shared, ...[...known?.own.values() ?? []].map((o) => o.rule)].filter((r) => r !== undefined).map((r) => r.rule);
    return { entry: known?.entry, rules };
  }

  private newEntry(host: ExternalHost, known: KnownHost): ServiceEntry {
    const entry = new ServiceEntry(this.entries, host.host, {
      metadata: this.metadata(objectName(host.host), () => known.users),
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

  private addRule(host: ExternalHost, user: HostUser, known: KnownHost): void {
    if (!presents(host)) {
      known.simple = known.simple ?? host;
      known.simpleUsers.add(user.name);
      return;
    }
    const { name, selector } = user.workload!;
    const own = known.own.get(name)
      ?? { rule: this.newRule(host, `${host.host} for ${name}`, `${name}-${objectName(host.host)}`), said: host };
    known.own.set(name, own);
    own.rule.users.push(user);
    own.rule.rule._produceSelector(selector);
    own.rule.rule._setPortTls({ number: host.port.number!, tls: tlsOf(host) });
  }

  /** Whoever else knows the host could dial its plain port too, and must not send plaintext there. */
  private coverOthers(known: KnownHost): void {
    const others = known.users.filter((user) => user.workload === undefined || !known.own.has(user.workload.name));
    const plain = known.ports.find((port) => port._origination !== undefined);
    if (plain === undefined || others.length === 0) {
      // who was covered before may present a certificate by now
      this.rules.node.tryRemoveChild(known.ports[0].host);
      known.shared = undefined;
      return;
    }
    const derived = [...known.own.values()].map((own) => tlsWithoutCertificate(own.said));
    // any of them will do, but the same one whatever the order of the calls
    const [first] = derived.sort((a, b) => (JSON.stringify(a) < JSON.stringify(b) ? -1 : 1));
    const tls = known.simple === undefined ? first : tlsOf(known.simple);
    known.shared = known.shared ?? this.newRule(plain, plain.host, objectName(plain.host));
    known.shared.users = others;
    known.shared.rule._setPortTls({ number: plain.port.number!, tls });
  }

  private newRule(host: ExternalHost, id: string, name: string): KnownRule {
    const known: { rule?: DestinationRule; users: HostUser[] } = { users: [] };
    known.rule = new DestinationRule(this.rules, id, { metadata: this.metadata(name, () => known.users), host: host.host, exportTo: ['.'] });
    return known as KnownRule;
  }

  private metadata(name: string, users: () => HostUser[]): ApiObjectMetadata {
    const grantLines = () => users().map((user) => grantLine(user.name, user.reason));
    return objectMetadata(this.settings, name, { role: ObjectRole.GRANT, grantLines });
  }

  /** Refuses two descriptions of one host, and ports of different hosts that proxies could not tell apart. */
  private requireAgreement(host: ExternalHost, user: HostUser, known: KnownHost): void {
    if (!known.ports.every((other) => describedAlike(other, host)) || !this.agreesOnTls(host, user, known)) {
      throw new Error(`${host.host} is described in two ways in namespace ${this.settings.name}, and proxies would follow one of them; `
        + `describe it once and share the ExternalHost (now: ${host}; before: ${known.ports.join(', ')})`);
    }
    const clash = [...this.known.values()].flatMap((k) => k.ports).find((other) => other.host !== host.host && collide(other, host));
    if (clash !== undefined) {
      const where = [host, clash].map((h) => h.addresses?.join(' and ') ?? 'any address').join(', ');
      const fix = `${host.addresses === undefined ? '' : 'give each addresses that only it has, or '}dial one of them on another port`;
      const both = `both are dialled on port ${host.port.number} (${where}), and one of them would silently win`;
      throw new Error(`proxies of ${this.settings.name} could not tell ${host} from ${clash}: ${both}; ${fix}`);
    }
  }

  /** One workload connects in one way: its own rule would hide the one that it shares with others. */
  private agreesOnTls(host: ExternalHost, user: HostUser, known: KnownHost): boolean {
    if (host._origination === undefined) {
      return true;
    }
    const own = user.workload === undefined ? undefined : known.own.get(user.workload.name)?.said;
    const before = presents(host) ? own : known.simple;
    const otherWay = presents(host) ? known.simpleUsers.has(user.name) : own !== undefined;
    return !otherWay && (before === undefined || JSON.stringify(tlsOf(before)) === JSON.stringify(tlsOf(host)));
  }
}

/** A host is the name of its objects; only the asterisk of a wildcard cannot be in a name. */
function objectName(host: string): string {
  return host.replace('*', 'wildcard');
}
