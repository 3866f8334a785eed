import { Construct } from 'constructs';
import { AllowOptions } from './allow-options';
import { DatabaseEngine, databasePorts, memberPorts } from './database-engine';
import { scrapeDatabase } from './database-metrics';
import { ExternalDatabaseProps, ReplicationOptions, SecureDatabaseFromApiObjectProps, SecureDatabaseProps } from './database-props';
import { MemberService } from './database-replication';
import { ExternalDatabase, IExternalDatabase } from './external-database';
import { checkConnections, copyOf } from './grant-options';
import { MetricsScrape } from './metrics-scrape';
import { namespaceFor } from './namespace-ref';
import { IPeer, PeerFacts } from './peer';
import { ITarget, IWorkload } from './target';
import { Workload } from './workload';
import { checkedName, podsOf } from './workload-arguments';
import { Service } from '../resources/service';
import { Port } from '../values/port';

/**
 * A database in the cluster that only named workloads may connect to.
 *
 * It is a `Workload` that knows the ports of its engine and what each of them is for: clients get the ports for clients, members the ports
 * of the cluster, a Prometheus the exporter. All of it is decided per connection, by identity, on every layer.
 *
 * What such rules cannot do: they decide when the first byte of a client arrives. A server that speaks first (MySQL, MariaDB) sends its
 * greeting, with its version, to whoever the network layer lets through, before a refused client is cut off; and each refused
 * attempt still opens a connection to the database. Who may do what inside of the database is a matter of its own users.
 *
 * @see https://istio.io/latest/docs/tasks/security/authorization/authz-tcp/
 * @example
 * import { DatabaseEngine, Port, SecureDatabase, ZeroTrustNamespace } from 'cdk8s-zero-trust';
 *
 * function addOrders(shop: ZeroTrustNamespace) {
 *   const orders = shop.addWorkload('orders', { ports: [Port.http(8080)] });
 *   const db = new SecureDatabase(shop, 'orders-db', { engine: DatabaseEngine.POSTGRES });
 *   db.allowFrom(orders, { reason: 'order storage' });
 *   db.allowReplication();
 * }
 */
export class SecureDatabase extends Construct implements IWorkload {
  /**
   * A database whose selector and account are read from the object that makes its pods.
   *
   * The object must run its pods under the account of the database; when it does not, synth fails and shows the line to add.
   */
  public static fromApiObject(scope: Construct, id: string, props: SecureDatabaseFromApiObjectProps): SecureDatabase {
    const { apiObject, ...options } = props;
    return new SecureDatabase(scope, id, { ...options, _apiObject: apiObject });
  }

  /**
   * A database outside of the cluster: managed by a cloud, or on machines of its own.
   *
   * @throws when there is no address, the host is none, or a port is not TCP
   */
  public static external(scope: Construct, id: string, props: ExternalDatabaseProps): IExternalDatabase {
    return new ExternalDatabase(scope, id, props);
  }

  /** The workload that the database is: its account, policies and exceptions. Grants to it go through the database. */
  public readonly workload: Workload;
  public readonly workloadName: string;
  public readonly namespaceName: string;
  public readonly serviceAccountName: string;
  public readonly peerName: string;
  /** The kind of database. */
  public readonly engine: DatabaseEngine;

  private readonly dataPorts: Port[];
  private readonly clusterPorts: Port[];
  private readonly exporterPort?: Port;
  private readonly members: MemberService;

  public constructor(scope: Construct, id: string, props: SecureDatabaseProps) {
    super(scope, id);
    const { engine, podLabels, ports, clusterPorts, exporterPort, _apiObject, ...options } = props;
    this.engine = engine;
    this.dataPorts = databasePorts(`ports of ${id}`, ports ?? engine.ports);
    this.clusterPorts = memberPorts(`clusterPorts of ${id}`, clusterPorts ?? engine.clusterPorts);
    this.exporterPort = exporterPort ?? engine.exporterPort;
    if (this.exporterPort !== undefined) {
      databasePorts(`exporterPort and other ports of ${id}`, [this.exporterPort, ...otherPorts(this.dataPorts, this.clusterPorts)]);
    }
    const workloadName = checkedName(options.workloadName ?? id);
    const peerName = `${namespaceFor(scope, id, options.namespace).namespaceName}/${workloadName}`;
    this.workload = new Workload(this, 'workload', {
      ...options,
      workloadName,
      _pods: podsOf(peerName, workloadName, this.dataPorts, { podLabels, apiObject: _apiObject }),
      _facade: { name: 'SecureDatabase', admitsPlaintext: true },
    });
    this.workloadName = this.workload.workloadName;
    this.namespaceName = this.workload.namespaceName;
    this.serviceAccountName = this.workload.serviceAccountName;
    this.peerName = this.workload.peerName;
    this.members = new MemberService(this, this.workload, options.serviceName ?? workloadName, this.clusterPorts);
  }

  /** The ports on which clients talk to it. Returns a copy. */
  public get ports(): Port[] {
    return [...this.dataPorts];
  }

  /** The headless Service by which members find each other; undefined until `allowReplication`, or when it exists already. */
  public get memberService(): Service | undefined {
    return this.members.service;
  }

  /**
   * Lets a client connect: the egress of the source, the ingress of the database, and the identity of the source in the ALLOW policy.
   *
   * @param options ports for clients (by default all of them) and a reason
   * @throws when routes, claims or issuers are given (a proxy sees connections to a database, no requests), when a port is none for
   * clients, a list is empty, or the peer is in another cluster
   */
  public allowFrom(peer: IPeer, options: AllowOptions = {}): void {
    const said = copyOf(options);
    checkConnections(this.peerName, this.engine.engineName, said, this.dataPorts);
    this.workload._admit(peer, { ...said, ports: said.ports ?? this.dataPorts });
  }

  /** Lets this database reach a target; the same as `target.allowFrom(database, options)`. */
  public allowTo(target: ITarget, options: AllowOptions = {}): void {
    target.allowFrom(this, options);
  }

  /**
   * Lets a backup job connect as clients do (pg_dump, mysqldump, mongodump, `redis-cli --rdb`). A database that writes its backups to a
   * store by itself needs an `EgressAllowlist` instead.
   *
   * @param options as for `allowFrom`; the reason is 'backup' by default
   * @throws whatever `allowFrom` throws
   */
  public allowBackupFrom(peer: IPeer, options: AllowOptions = {}): void {
    this.allowFrom(peer, { ...options, reason: options.reason ?? 'backup' });
  }

  /**
   * Lets the pods of the database talk to each other on the cluster ports, and on no others.
   *
   * Members dial each other by address. Without a Service that declares these ports as TCP, their proxies would pass such connections on in
   * plaintext, which the others refuse; so a headless Service `SERVICE-members` is defined, unless one is named that exists already.
   */
  public allowReplication(options: ReplicationOptions = {}): void {
    this.clusterPorts.forEach((port) => this.workload._pods.declare(port));
    this.workload._admit(this.workload, { ports: this.clusterPorts, reason: options.reason ?? 'replication' });
    this.members.need(options.headlessService);
  }

  /**
   * Lets a Prometheus scrape the metrics.
   *
   * @param via the way that the scrape takes; by default the merged metrics on port 15020
   * @throws when the engine has no usual exporter port and none is stated, or when a scrape in plaintext is asked for and the mesh facts do
   * not say where pods are (`pods`)
   */
  public allowMetricsFrom(peer: IPeer, via: MetricsScrape = MetricsScrape.merged()): void {
    scrapeDatabase(this.workload, peer, via, this.exporterPort);
  }

  /** @internal */
  public _asPeer(): PeerFacts {
    return this.workload._asPeer();
  }
}

/** The ports for clients and members, each once. */
function otherPorts(clients: Port[], members: Port[]): Port[] {
  return [...clients, ...members.filter((port) => !clients.some((p) => p.number === port.number))];
}
