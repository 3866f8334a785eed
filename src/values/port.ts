import { invalid, requireValid } from './errors';
import { applicationOf, ServicePortApplication } from './grammar/app-protocols';
import { portNameProblem } from './grammar/names';
import { portNumberProblem } from './grammar/ports';

/**
 * The transport protocol of a port.
 *
 * @see https://kubernetes.io/docs/concepts/services-networking/network-policies/
 */
export enum TransportProtocol {
  /** TCP: the only transport that Istio proxies, so the only one on which identities are enforced. */
  TCP = 'TCP',
  /** UDP: passes by Istio; only NetworkPolicies decide about it. */
  UDP = 'UDP',
  /** SCTP: passes by Istio; only NetworkPolicies decide about it, where the network plugin supports it. */
  SCTP = 'SCTP',
}

/**
 * What Istio treats a port as. It decides which attributes of a policy mean anything there: on a port that is not HTTP, an ALLOW rule with
 * a path, a method, a host, a header or a claim never matches.
 *
 * @see https://istio.io/latest/docs/ops/configuration/traffic-management/protocol-selection/
 */
export enum ApplicationProtocol {
  /** HTTP/1.1; HTTP attributes are enforced. */
  HTTP = 'http',
  /** HTTP/2 without TLS; HTTP attributes are enforced. */
  HTTP2 = 'http2',
  /** gRPC; HTTP attributes are enforced, the method is POST and the path is `/package.Service/Method`. */
  GRPC = 'grpc',
  /** TLS that the application itself ends (also HTTPS); opaque bytes for the proxy, so only connections are decided. */
  TLS = 'tls',
  /** Any other protocol on TCP; only connections are decided. */
  TCP = 'tcp',
  /** Nobody stated it, or Istio never sees the traffic (UDP, SCTP, ranges, ports by name); only connections are decided. */
  UNDECLARED = 'undeclared',
}

/**
 * Details of a port.
 */
export interface PortOptions {
  /**
   * The name of the port in the container and in its Service: at most 15 lower case letters, digits and `-`, with at least one letter.
   *
   * A name that begins with a protocol (`http-`, `tcp-`, ...) must not contradict the port: Istio would believe the name.
   *
   * @default - no name
   */
  readonly name?: string;
}

interface PortFields {
  readonly number?: number;
  readonly endNumber?: number;
  readonly name?: string;
  readonly transport: TransportProtocol;
  readonly application: ApplicationProtocol;
}

const HTTP_PROTOCOLS = [ApplicationProtocol.HTTP, ApplicationProtocol.HTTP2, ApplicationProtocol.GRPC];

/**
 * A port on which a workload listens: the number **in the pod** (the container or target port), its transport and what Istio treats it as.
 *
 * It is the pod's number because that is what NetworkPolicies and Istio's policies compare; a Service's own port number never reaches them
 * (except at a waypoint, where this library translates). Ports are immutable.
 *
 * @example
 * import { Port } from 'cdk8s-zero-trust';
 *
 * Port.http(8080);                    // paths, methods, hosts, headers and claims are enforced
 * Port.tcp(6000, { name: 'feed' });   // connections only
 * Port.POSTGRES;                      // tcp/5432
 * Port.udpRange(30000, 30100);        // NetworkPolicy only
 */
export class Port {
  /** HTTPS that the application itself ends, on 443: opaque TLS for the proxy of the server. */
  public static readonly HTTPS = Port.tls(443);
  /** DNS queries over UDP, on 53. */
  public static readonly DNS_UDP = Port.udp(53);
  /** DNS queries over TCP, on 53: answers that do not fit into UDP. */
  public static readonly DNS_TCP = Port.tcp(53);
  /** PostgreSQL, on 5432. */
  public static readonly POSTGRES = Port.tcp(5432);
  /** MySQL and MariaDB, on 3306. */
  public static readonly MYSQL = Port.tcp(3306);
  /** Microsoft SQL Server, on 1433. */
  public static readonly MSSQL = Port.tcp(1433);
  /** Oracle Database listener, on 1521. */
  public static readonly ORACLE = Port.tcp(1521);
  /** Redis and Valkey, on 6379. */
  public static readonly REDIS = Port.tcp(6379);
  /** Memcached, on 11211. */
  public static readonly MEMCACHED = Port.tcp(11211);
  /** MongoDB, on 27017. */
  public static readonly MONGODB = Port.tcp(27017);
  /** Cassandra's CQL, on 9042. */
  public static readonly CASSANDRA = Port.tcp(9042);
  /** Elasticsearch's and OpenSearch's REST interface, on 9200. */
  public static readonly ELASTICSEARCH = Port.http(9200);
  /** Kafka without TLS of its own, on 9092. */
  public static readonly KAFKA = Port.tcp(9092);
  /** AMQP 0-9-1 and 1.0 (RabbitMQ and others), on 5672. */
  public static readonly AMQP = Port.tcp(5672);
  /** NATS clients, on 4222. */
  public static readonly NATS = Port.tcp(4222);
  /** LDAP over TLS, on 636. */
  public static readonly LDAPS = Port.tls(636);
  /** SMTP submission, on 587. */
  public static readonly SMTP_SUBMISSION = Port.tcp(587);
  /** The merged metrics of application and proxy that Istio serves in every sidecar, on 15020. */
  public static readonly PROMETHEUS_MERGED = Port.http(15020);

  /**
   * A TCP port with a protocol that Istio does not look into; policies decide about connections.
   *
   * @param number the port in the pod, 1 to 65535
   * @throws when the number is out of range, or the name contradicts the protocol
   */
  public static tcp(number: number, options: PortOptions = {}): Port {
    return Port.single(number, TransportProtocol.TCP, ApplicationProtocol.TCP, options);
  }

  /**
   * A UDP port. Istio never sees UDP, so identities are not enforced there: only NetworkPolicies decide.
   *
   * @param number the port in the pod, 1 to 65535
   * @throws when the number is out of range
   */
  public static udp(number: number, options: PortOptions = {}): Port {
    return Port.single(number, TransportProtocol.UDP, ApplicationProtocol.UNDECLARED, options);
  }

  /**
   * An SCTP port. Istio never sees SCTP, so identities are not enforced there: only NetworkPolicies decide.
   *
   * @param number the port in the pod, 1 to 65535
   * @throws when the number is out of range
   */
  public static sctp(number: number, options: PortOptions = {}): Port {
    return Port.single(number, TransportProtocol.SCTP, ApplicationProtocol.UNDECLARED, options);
  }

  /**
   * A port that speaks HTTP/1.1 without TLS of its own (the mesh encrypts it); policies decide about each request.
   *
   * @param number the port in the pod, 1 to 65535
   * @throws when the number is out of range, or the name contradicts the protocol
   */
  public static http(number: number, options: PortOptions = {}): Port {
    return Port.single(number, TransportProtocol.TCP, ApplicationProtocol.HTTP, options);
  }

  /**
   * A port that speaks HTTP/2 without TLS of its own; policies decide about each request.
   *
   * @param number the port in the pod, 1 to 65535
   * @throws when the number is out of range, or the name contradicts the protocol
   */
  public static http2(number: number, options: PortOptions = {}): Port {
    return Port.single(number, TransportProtocol.TCP, ApplicationProtocol.HTTP2, options);
  }

  /**
   * A port that speaks gRPC without TLS of its own; policies decide about each call (`HttpMatch.grpc`).
   *
   * @param number the port in the pod, 1 to 65535
   * @throws when the number is out of range, or the name contradicts the protocol
   */
  public static grpc(number: number, options: PortOptions = {}): Port {
    return Port.single(number, TransportProtocol.TCP, ApplicationProtocol.GRPC, options);
  }

  /**
   * A port on which the application itself ends TLS (also HTTPS): opaque for the proxy, policies decide about connections.
   *
   * @param number the port in the pod, 1 to 65535
   * @throws when the number is out of range, or the name contradicts the protocol
   */
  public static tls(number: number, options: PortOptions = {}): Port {
    return Port.single(number, TransportProtocol.TCP, ApplicationProtocol.TLS, options);
  }

  /**
   * A container port whose application protocol nobody stated, for example one read from a pod that somebody else wrote. Istio may sniff
   * it, so only rules about connections are safe on it. Over UDP or SCTP this is the same as `Port.udp` or `Port.sctp`.
   *
   * @param number the port in the pod, 1 to 65535
   * @throws when the number is out of range
   */
  public static undeclared(number: number, transport: TransportProtocol, options: PortOptions = {}): Port {
    return Port.single(number, transport, ApplicationProtocol.UNDECLARED, options);
  }

  /**
   * All TCP ports from the first to the last, both included. Only NetworkPolicies know ranges; Istio does not.
   *
   * @throws when a number is out of range, or the last is lower than the first
   */
  public static tcpRange(first: number, last: number): Port {
    return Port.range(first, last, TransportProtocol.TCP);
  }

  /**
   * All UDP ports from the first to the last, both included. Only NetworkPolicies know ranges.
   *
   * @throws when a number is out of range, or the last is lower than the first
   */
  public static udpRange(first: number, last: number): Port {
    return Port.range(first, last, TransportProtocol.UDP);
  }

  /**
   * All SCTP ports from the first to the last, both included. Only NetworkPolicies know ranges.
   *
   * @throws when a number is out of range, or the last is lower than the first
   */
  public static sctpRange(first: number, last: number): Port {
    return Port.range(first, last, TransportProtocol.SCTP);
  }

  /**
   * A container port by its name, whatever number each pod gives it. Only NetworkPolicies know names; Istio does not.
   *
   * @param name at most 15 lower case letters, digits and `-`, with at least one letter
   * @throws when the name is not one that a container port can have
   */
  public static named(name: string, transport: TransportProtocol): Port {
    return new Port({ name: requirePortName(name), transport, application: ApplicationProtocol.UNDECLARED });
  }

  private static single(number: number, transport: TransportProtocol, application: ApplicationProtocol, options: PortOptions): Port {
    const fields = { number: requirePortNumber(number), transport, application };
    if (options.name === undefined) {
      return new Port(fields);
    }
    requireAgreement(requirePortName(options.name), application);
    return new Port({ ...fields, name: options.name });
  }

  private static range(first: number, last: number, transport: TransportProtocol): Port {
    const fields = { number: requirePortNumber(first), endNumber: requirePortNumber(last), transport };
    if (last < first) {
      throw invalid(
        'a port range ends before it begins', `${first}-${last}`, 'a last port that is not lower than the first', 'swap the two numbers',
      );
    }
    return new Port({ ...fields, application: ApplicationProtocol.UNDECLARED });
  }

  /** The number in the pod; the first one of a range; `undefined` for a port given by name. */
  public readonly number?: number;
  /** The last number of a range; `undefined` for everything else. */
  public readonly endNumber?: number;
  /** The name of the port, where one was given. */
  public readonly name?: string;
  /** The transport protocol. */
  public readonly transport: TransportProtocol;
  /** What Istio treats the port as. */
  public readonly application: ApplicationProtocol;

  private constructor(fields: PortFields) {
    this.number = fields.number;
    this.endNumber = fields.endNumber;
    this.name = fields.name;
    this.transport = fields.transport;
    this.application = fields.application;
  }

  /** Whether the HTTP attributes of a policy (paths, methods, hosts, headers, claims) are enforced on this port. */
  public get isHttp(): boolean {
    return HTTP_PROTOCOLS.includes(this.application);
  }

  /**
   * Whether the other port is the same one: the same traffic, treated the same way. The name of a port that has a number does not count.
   */
  public isEqualTo(other: Port): boolean {
    return this.toString() === other.toString();
  }

  /**
   * Whether both are the same number of the same transport, whatever it carries.
   *
   * @internal
   */
  public _isSameNumber(other: Port): boolean {
    return this.number === other.number && this.transport === other.transport;
  }

  /**
   * Whether some packet can belong to both ports. A port given by name can have any number, so it overlaps with every port of its
   * transport.
   */
  public overlaps(other: Port): boolean {
    if (this.transport !== other.transport) {
      return false;
    }
    if (this.number === undefined || other.number === undefined) {
      return true;
    }
    return this.number <= (other.endNumber ?? other.number) && other.number <= (this.endNumber ?? this.number);
  }

  /**
   * The port in the words of this library: `http/8080`, `tcp/5432`, `udp/53`, `undeclared/9000`, `tcp/8000-8100`, `tcp/metrics`.
   */
  public toString(): string {
    const transport = this.transport.toLowerCase();
    if (this.number === undefined) {
      return `${transport}/${this.name}`;
    }
    if (this.endNumber !== undefined) {
      return `${transport}/${this.number}-${this.endNumber}`;
    }
    return `${this.transport === TransportProtocol.TCP ? this.application : transport}/${this.number}`;
  }
}

function requirePortNumber(number: number): number {
  const problem = portNumberProblem(number);
  if (problem !== undefined) {
    throw invalid(`a port number ${problem}`, number, 'whole numbers from 1 to 65535', 'give the number of the port in the pod');
  }
  return number;
}

function requirePortName(name: string): string {
  return requireValid(
    'a port name', name, portNameProblem,
    '1 to 15 lower case letters, digits and single "-" inside, with at least one letter', 'use the name of the container port',
  );
}

function requireAgreement(name: string, application: ApplicationProtocol): void {
  const claimed = applicationOf(undefined, name);
  if (claimed === ServicePortApplication.SNIFFED || application === ApplicationProtocol.UNDECLARED) {
    return;
  }
  if ((claimed === ServicePortApplication.HTTP) !== HTTP_PROTOCOLS.includes(application)) {
    throw invalid(
      `a port name contradicts the protocol ${application}: Istio reads the part before the first "-" as the protocol`, name,
      'names whose first part is this protocol or no protocol at all',
      'rename the port, or create it with the method of the protocol that it speaks',
    );
  }
}
