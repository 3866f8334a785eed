import { IConstruct } from 'constructs';
import { DatabaseEngine } from './database-engine';
import { WorkloadOptions } from './workload-props';
import { Cidr } from '../values/cidr';
import { Port } from '../values/port';

/**
 * What all databases in the cluster have in common.
 */
export interface DatabaseOptions extends WorkloadOptions {
  /** The kind of database, which knows the usual ports. */
  readonly engine: DatabaseEngine;
  /** The ports on which clients talk to it, as its pods listen on them. @default - those of the engine */
  readonly ports?: Port[];
  /** The ports on which its members talk to each other. @default - those of the engine */
  readonly clusterPorts?: Port[];
  /** The port of the metrics exporter in its pods. @default - that of the engine */
  readonly exporterPort?: Port;
}

/**
 * Properties for `SecureDatabase`.
 */
export interface SecureDatabaseProps extends DatabaseOptions {
  /**
   * Labels that all pods of the database carry, and no others of the namespace. @default - `app.kubernetes.io/name` with the name of the
   * database
   */
  readonly podLabels?: { readonly [key: string]: string };
  /** @internal */
  readonly _apiObject?: IConstruct;
}

/**
 * Properties for `SecureDatabase.fromApiObject()`.
 */
export interface SecureDatabaseFromApiObjectProps extends DatabaseOptions {
  /** The object that makes the pods: a StatefulSet, Deployment or Pod of any cdk8s library. It is only read, never changed. */
  readonly apiObject: IConstruct;
}

/**
 * Properties for `SecureDatabase.external()`.
 */
export interface ExternalDatabaseProps {
  /** The kind of database, which knows the usual ports. */
  readonly engine: DatabaseEngine;
  /** The host that applications name, a DNS name without a port. */
  readonly host: string;
  /**
   * The addresses behind the host, for the network layer. At least one: managed databases are usually at private addresses, which no
   * general rule lets through.
   */
  readonly cidrs: Cidr[];
  /**
   * The addresses that applications dial, by which proxies tell it from other TCP hosts on the same port. They must lie in `cidrs`.
   *
   * @default - none: the mesh fact `dnsCapture` is needed, so that each host gets an address of its own in the proxy
   */
  readonly addresses?: Cidr[];
  /** The ports on which clients talk to it. @default - those of the engine */
  readonly ports?: Port[];
}

/**
 * How members of a database find each other.
 */
export interface ReplicationOptions {
  /**
   * The headless Service by which members find each other, when it exists already. It must declare every cluster port as TCP: proxies then
   * have a listener for each member and port. On ports that it declares as HTTP, or not at all, calls to single members leave in
   * plaintext and are refused.
   *
   * @default - a headless Service `SERVICE-members` is defined, after `serviceName`
   */
  readonly headlessService?: string;
  /** Why members talk to each other; one line. @default 'replication' */
  readonly reason?: string;
}
