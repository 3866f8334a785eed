import { Construct, IConstruct } from 'constructs';
import { AllowOptions } from './allow-options';
import { DatabaseEngine, databasePorts } from './database-engine';
import { ExternalDatabaseProps } from './database-props';
import { addExternalEdge } from './external-edge';
import { checkConnections, copyOf, grantedPorts } from './grant-options';
import { IPeer } from './peer';
import { ITarget } from './target';
import { invalid } from '../values/errors';
import { ExternalHost } from '../values/external-host';
import { Port } from '../values/port';

/**
 * A database outside of the cluster. Each grant to it opens the way out of one workload: NetworkPolicy, ServiceEntry and Sidecar.
 */
export interface IExternalDatabase extends IConstruct, ITarget {
  /** The host that applications name. */
  readonly host: string;
  /** The kind of database. */
  readonly engine: DatabaseEngine;
}

export class ExternalDatabase extends Construct implements IExternalDatabase {
  public readonly host: string;
  public readonly engine: DatabaseEngine;
  private readonly ports: Port[];
  private readonly hosts: ExternalHost[];

  public constructor(scope: Construct, id: string, props: ExternalDatabaseProps) {
    super(scope, id);
    const { engine, host, cidrs, addresses } = props;
    if (!Array.isArray(cidrs) || cidrs.length === 0) {
      throw invalid(`the addresses behind ${host} are not known`, cidrs, 'cidrs with at least one block, for example the subnets of the databases',
        'ask whoever runs the database; managed ones are usually at private addresses, which no general rule lets through');
    }
    this.host = host;
    this.engine = engine;
    this.ports = databasePorts(`ports of ${id}`, props.ports ?? engine.ports);
    this.hosts = this.ports.map((port) => ExternalHost.tcp(host, port.number!, { addresses, cidrs }));
  }

  public allowFrom(peer: IPeer, options: AllowOptions = {}): void {
    const said = copyOf(options);
    checkConnections(this.host, this.engine.engineName, said, this.ports);
    const facts = peer._asPeer();
    const numbers = grantedPorts(said, this.ports).map((port) => port.number);
    for (const host of this.hosts.filter((h) => numbers.includes(h.serverPort.number))) {
      addExternalEdge(this, facts, host, said.reason?.trim() ?? '');
    }
  }
}
