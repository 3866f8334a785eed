import { DatabaseEngine, Port, SecureDatabase, ZeroTrustNamespace } from '../../src';
import { meshWith, newChart, only, synthChecked } from '../support/synth';

const PROMETHEUS = { namespace: 'monitoring', podLabels: { app: 'p' }, serviceAccount: 'prom' };

/** The usual ports, as the documentation of each engine and of its exporter names them. */
const USUAL: [string, DatabaseEngine, number[], number[], number | undefined][] = [
  // streaming replication dials the port of the clients
  ['PostgreSQL', DatabaseEngine.POSTGRES, [5432], [5432], 9187],
  // binlog replicas are clients; 33061 is the group communication of group replication
  ['MySQL', DatabaseEngine.MYSQL, [3306], [3306, 33061], 9104],
  // Galera: 4567 group, 4568 incremental and 4444 full state transfer
  ['MariaDB', DatabaseEngine.MARIADB, [3306], [3306, 4444, 4567, 4568], 9104],
  ['MongoDB', DatabaseEngine.MONGODB, [27017], [27017], 9216],
  // 7000 between nodes, 7001 the same with TLS
  ['Cassandra', DatabaseEngine.CASSANDRA, [9042], [7000, 7001], undefined],
  // brokers talk to each other on a listener, controllers on 9093
  ['Kafka', DatabaseEngine.KAFKA, [9092], [9092, 9093], 9404],
  ['Elasticsearch', DatabaseEngine.ELASTICSEARCH, [9200], [9300], 9114],
  ['OpenSearch', DatabaseEngine.OPENSEARCH, [9200], [9300], 9114],
];

function numbers(ports: Port[]): number[] {
  return ports.map((port) => port.number!).sort((a, b) => a - b);
}

describe('an engine', () => {
  test.each(USUAL)('%s knows the ports of clients, members and exporter', (name, engine, clients, members, exporter) => {
    expect(engine.engineName).toMatch(new RegExp(name, 'i'));
    expect(numbers(engine.ports)).toEqual(clients);
    expect(numbers(engine.clusterPorts)).toEqual(members);
    expect(engine.exporterPort?.number).toBe(exporter);
  });

  test.each([['Redis', DatabaseEngine.REDIS], ['Valkey', DatabaseEngine.VALKEY]])('%s keeps the cluster bus from clients', (name, engine) => {
    expect(engine.engineName).toMatch(new RegExp(name, 'i'));
    expect(numbers(engine.ports)).toContain(6379);
    expect(numbers(engine.ports)).not.toContain(16379);
    // replication, cluster bus, and Sentinels among each other
    expect(numbers(engine.clusterPorts)).toEqual([6379, 16379, 26379]);
    expect(engine.exporterPort?.number).toBe(9121);
  });

  test.each([...USUAL.map(([name, engine]) => [name, engine] as const), ['Redis', DatabaseEngine.REDIS], ['Valkey', DatabaseEngine.VALKEY]] as const)(
    '%s never gives clients a port that only members or exporters use', (_, engine) => {
      const inner = numbers(engine.clusterPorts).filter((port) => !numbers(engine.ports).includes(port));
      expect(numbers(engine.ports).filter((port) => inner.includes(port) || port === engine.exporterPort?.number)).toEqual([]);
      expect(numbers(engine.clusterPorts)).not.toContain(engine.exporterPort?.number);
      expect([...engine.ports, ...engine.clusterPorts].map((port) => port.transport)).not.toContain('UDP');
    });

  test('hands out copies', () => {
    DatabaseEngine.POSTGRES.ports.pop();
    DatabaseEngine.POSTGRES.clusterPorts.pop();
    expect(numbers(DatabaseEngine.POSTGRES.ports)).toEqual([5432]);
    expect(numbers(DatabaseEngine.POSTGRES.clusterPorts)).toEqual([5432]);
  });
});

describe('a database of an engine', () => {
  test.each(USUAL)('%s: the rules of client, member and Prometheus hold just the ports of each', (_, engine, clients, members, exporter) => {
    const chart = newChart();
    const shop = new ZeroTrustNamespace(chart, 'shop', { mesh: meshWith({ prometheus: PROMETHEUS }) });
    const db = new SecureDatabase(shop, 'db', { engine });
    db.allowFrom(shop.addWorkload('web'), { reason: 'storage' });
    db.allowReplication();
    const objects = synthChecked(chart);
    const { rules } = only(objects, 'AuthorizationPolicy', 'db').spec;
    const portsOf = (account: string) => rules
      .filter((rule: any) => rule.from.some(({ source }: any) => source.principals.includes(`cluster.local/ns/shop/sa/${account}`)))
      .flatMap((rule: any) => rule.to.flatMap(({ operation }: any) => operation.ports.map(Number))).sort((a: number, b: number) => a - b);
    expect(portsOf('web')).toEqual(clients);
    expect(portsOf('db')).toEqual(members);
    const declared = only(objects, 'Service', 'db-members').spec.ports.map((port: any) => port.port);
    expect(declared.sort((a: number, b: number) => a - b)).toEqual(members);
    expect(JSON.stringify(objects)).not.toContain(`"${exporter}"`);
  });
});

describe('a generic engine', () => {
  test('has members on the ports of the clients, and no exporter, unless it says more', () => {
    const plain = DatabaseEngine.generic({ name: 'etcd', ports: [Port.tcp(2379)] });
    expect([plain.engineName, numbers(plain.ports), numbers(plain.clusterPorts), plain.exporterPort]).toEqual(['etcd', [2379], [2379], undefined]);
    const full = DatabaseEngine.generic({ name: 'etcd', ports: [Port.tcp(2379)], clusterPorts: [Port.tcp(2380)], exporterPort: Port.http(2381) });
    expect([numbers(full.ports), numbers(full.clusterPorts), full.exporterPort?.number]).toEqual([[2379], [2380], 2381]);
  });

  test('has members that talk TCP where its clients talk HTTP: calls to single members on HTTP ports leave in plaintext', () => {
    expect(DatabaseEngine.generic({ name: 'InfluxDB', ports: [Port.http(8086)] }).clusterPorts.map(String)).toEqual(['tcp/8086']);
    expect(() => DatabaseEngine.generic({ name: 'InfluxDB', ports: [Port.http(8086)], clusterPorts: [Port.http(8088)] })).toThrow(/Port\.tcp\(8088\)/);
  });

  test('does not share its lists with the caller', () => {
    const ports = [Port.tcp(2379)];
    const engine = DatabaseEngine.generic({ name: 'etcd', ports });
    ports.push(Port.tcp(2380));
    expect(numbers(engine.ports)).toEqual([2379]);
  });

  const fine = { name: 'etcd', ports: [Port.tcp(2379)] };
  test.each([
    ['no port', { ...fine, ports: [] }, /port/],
    ['a UDP port', { ...fine, ports: [Port.udp(2379)] }, /udp\/2379/],
    ['a range of ports', { ...fine, ports: [Port.tcpRange(1, 9)] }, /1-9/],
    ['the same port twice', { ...fine, ports: [Port.tcp(2379), Port.tcp(2379)] }, /twice/],
    ['an empty list of cluster ports', { ...fine, clusterPorts: [] }, /cluster ?ports/i],
    ['a UDP port between members', { ...fine, clusterPorts: [Port.udp(7946)] }, /udp\/7946/],
    ['an exporter on UDP', { ...fine, exporterPort: Port.udp(8125) }, /udp\/8125/],
  ])('is refused with %s', (_, options, message) => {
    expect(() => DatabaseEngine.generic(options)).toThrow(message);
    expect(() => DatabaseEngine.generic(fine)).not.toThrow();
  });
});
