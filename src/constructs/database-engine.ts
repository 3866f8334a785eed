import { checkedPorts } from './workload-arguments';
import { invalid, requireValid } from '../values/errors';
import { textProblem } from '../values/grammar/strings';
import { Port, TransportProtocol } from '../values/port';

/**
 * A database that is none of the known engines.
 */
export interface GenericDatabaseOptions {
  /** What it is called in messages. */
  readonly name: string;
  /** The ports on which clients talk to it. At least one, TCP. */
  readonly ports: Port[];
  /** The ports on which its members talk to each other. @default - the ports of the clients */
  readonly clusterPorts?: Port[];
  /** The port of its metrics exporter, in the same pods. @default - none: `exporterPort` of the database is needed */
  readonly exporterPort?: Port;
}

/**
 * Which ports a kind of database uses for what. All of them can be stated otherwise on the database.
 *
 * @example
 * import { DatabaseEngine, Port } from 'cdk8s-zero-trust';
 *
 * DatabaseEngine.POSTGRES;
 * DatabaseEngine.generic({ name: 'CockroachDB', ports: [Port.tcp(26257)], exporterPort: Port.http(8080) });
 */
export class DatabaseEngine {
  /** PostgreSQL: clients and streaming replication on 5432, postgres_exporter on 9187. */
  public static readonly POSTGRES = DatabaseEngine.known('PostgreSQL', [5432], [5432], 9187);
  /**
   * MySQL: clients and replication on 3306 (the X protocol on 33060 needs `ports`), group replication on 33061, mysqld_exporter on 9104.
   * The server speaks first.
   */
  public static readonly MYSQL = DatabaseEngine.known('MySQL', [3306], [3306, 33061], 9104);
  /** MariaDB: clients and replication on 3306, Galera on 4444, 4567 and 4568, mysqld_exporter on 9104. The server speaks first. */
  public static readonly MARIADB = DatabaseEngine.known('MariaDB', [3306], [3306, 4444, 4567, 4568], 9104);
  /**
   * Redis: clients and replication on 6379, the cluster bus on 16379, Sentinel on 26379 (among members; clients that ask Sentinel need it
   * in `ports`), redis_exporter on 9121.
   */
  public static readonly REDIS = DatabaseEngine.known('Redis', [6379], [6379, 16379, 26379], 9121);
  /** Valkey: the ports of Redis. */
  public static readonly VALKEY = DatabaseEngine.known('Valkey', [6379], [6379, 16379, 26379], 9121);
  /** MongoDB: clients and replica sets on 27017, mongodb_exporter on 9216. */
  public static readonly MONGODB = DatabaseEngine.known('MongoDB', [27017], [27017], 9216);
  /** Cassandra: CQL on 9042, gossip and streams between nodes on 7000 and 7001. Its exporters have no common port. */
  public static readonly CASSANDRA = DatabaseEngine.known('Cassandra', [9042], [7000, 7001]);
  /** Kafka: clients and brokers on 9092, KRaft controllers on 9093, the JMX exporter on 9404. */
  public static readonly KAFKA = DatabaseEngine.known('Kafka', [9092], [9092, 9093], 9404);
  /** Elasticsearch: REST on 9200, transport between nodes on 9300, elasticsearch_exporter on 9114. */
  public static readonly ELASTICSEARCH = DatabaseEngine.known('Elasticsearch', [9200], [9300], 9114);
  /** OpenSearch: the ports of Elasticsearch. */
  public static readonly OPENSEARCH = DatabaseEngine.known('OpenSearch', [9200], [9300], 9114);

  /**
   * Any other database.
   *
   * @throws when a list of ports is empty, a port is not TCP, has no single number or is there twice, or the name is empty
   */
  public static generic(options: GenericDatabaseOptions): DatabaseEngine {
    requireValid('the name of a database engine', options.name, textProblem, 'texts such as "CockroachDB"', 'name the engine');
    const ports = databasePorts(`ports of ${options.name}`, options.ports);
    return new DatabaseEngine(options.name, ports, options.clusterPorts ?? ports.map((port) => stream(port.number!)), options.exporterPort);
  }

  private static known(name: string, ports: number[], clusterPorts: number[], exporter?: number): DatabaseEngine {
    return new DatabaseEngine(name, ports.map(stream), clusterPorts.map(stream), exporter === undefined ? undefined : Port.http(exporter));
  }

  private readonly clients: Port[];
  private readonly members: Port[];

  private constructor(
    /** The name of the engine. */
    public readonly engineName: string,
    ports: Port[],
    clusterPorts: Port[],
    /** The usual port of its metrics exporter; undefined when there is none. */
    public readonly exporterPort?: Port,
  ) {
    this.clients = databasePorts(`ports of ${engineName}`, ports);
    this.members = memberPorts(`clusterPorts of ${engineName}`, clusterPorts);
    if (exporterPort !== undefined) {
      databasePorts(`exporterPort of ${engineName}`, [exporterPort]);
    }
  }

  /** The ports on which clients talk to it. Returns a copy. */
  public get ports(): Port[] {
    return [...this.clients];
  }

  /** The ports on which its members talk to each other. Returns a copy. */
  public get clusterPorts(): Port[] {
    return [...this.members];
  }
}

/** Whether it is TLS of the engine's own is a matter of its configuration, and for connections it makes no difference. */
function stream(number: number): Port {
  return Port.tcp(number);
}

/** Ports between members, which dial each other by address: on HTTP ports such calls match no route and leave in plaintext. */
export function memberPorts(what: string, ports: Port[]): Port[] {
  const http = ports.find((port) => port.isHttp);
  if (http !== undefined) {
    throw invalid(`${what} hold an HTTP port, on which calls to single members leave in plaintext and are refused`, String(http), 'TCP ports',
      `declare it with Port.tcp(${http.number}), whatever it carries`);
  }
  return databasePorts(what, ports);
}

/** Ports that a proxy can guard: TCP, each by its number. */
export function databasePorts(what: string, ports: Port[]): Port[] {
  if (ports.length === 0) {
    throw invalid(`${what} are an empty list`, ports, 'at least one TCP port', 'name the ports that its pods listen on');
  }
  const odd = ports.find((port) => port.transport !== TransportProtocol.TCP);
  if (odd !== undefined) {
    throw invalid(`${what} hold one that the mesh does not carry`, String(odd), 'TCP ports', 'only TCP passes a proxy, which knows identities');
  }
  return checkedPorts(what, ports);
}
