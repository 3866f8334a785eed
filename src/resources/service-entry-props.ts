import { ResourceProps } from './resource';

/**
 * Whether what an entry describes belongs to the mesh.
 */
export enum ServiceEntryLocation {
  /** Outside: no mutual TLS, and no policies of ours at the other end. */
  MESH_EXTERNAL = 'MESH_EXTERNAL',
  /** Inside, for example a virtual machine with a proxy: mutual TLS as within the mesh. */
  MESH_INTERNAL = 'MESH_INTERNAL',
}

/**
 * How a proxy finds the addresses of a host.
 */
export enum ServiceEntryResolution {
  /** It takes the address that the app has connected to, whatever it is. The app can then reach any address under the name of this host. */
  NONE = 'NONE',
  /** It takes the addresses of the endpoints. */
  STATIC = 'STATIC',
  /** It resolves the host, or the endpoints, and uses all addresses. */
  DNS = 'DNS',
  /** It resolves the host, or the endpoint, and uses one address after the other. */
  DNS_ROUND_ROBIN = 'DNS_ROUND_ROBIN',
  /** It resolves the host of every single request: for hosts with a wildcard. */
  DYNAMIC_DNS = 'DYNAMIC_DNS',
}

/**
 * What Istio treats the traffic of a port as.
 *
 * @see https://istio.io/latest/docs/ops/configuration/traffic-management/protocol-selection/
 */
export enum ServiceEntryProtocol {
  /** HTTP/1.1 in plaintext: HTTP attributes of policies and routes work. */
  HTTP = 'HTTP',
  /** HTTP/2 in plaintext. */
  HTTP2 = 'HTTP2',
  /** TLS of the application with HTTP inside: opaque to the proxy, told apart by SNI. */
  HTTPS = 'HTTPS',
  /** gRPC. */
  GRPC = 'GRPC',
  /** gRPC-Web. */
  GRPC_WEB = 'GRPC-WEB',
  /** TLS of the application: opaque to the proxy, told apart by SNI. */
  TLS = 'TLS',
  /** Bytes, told apart by address and port only. */
  TCP = 'TCP',
  /** MongoDB, treated as bytes for access decisions. */
  MONGO = 'MONGO',
  /** MySQL, treated as bytes for access decisions. */
  MYSQL = 'MYSQL',
  /** Redis, treated as bytes for access decisions. */
  REDIS = 'REDIS',
}

/**
 * A port of a host.
 */
export interface ServiceEntryPort {
  /** The port, 1 to 65535. */
  readonly number: number;

  /** What the traffic is treated as. */
  readonly protocol: ServiceEntryProtocol;

  /**
   * The name by which endpoints refer to the port.
   *
   * @default - protocol and number, for example `tls-443`
   */
  readonly name?: string;

  /**
   * The port at the endpoints.
   *
   * @default - the same port
   */
  readonly targetPort?: number;
}

/**
 * An address that serves the hosts of an entry.
 */
export interface ServiceEntryEndpoint {
  /**
   * An IP address, for DNS resolutions a host, or `unix://` and the absolute path of a socket.
   *
   * @default - none; then `network` is required
   */
  readonly address?: string;

  /**
   * The port at this endpoint by the name of the port of the entry.
   *
   * @default - the ports of the entry
   */
  readonly ports?: { [name: string]: number };

  /**
   * Labels that subsets of DestinationRules select by.
   *
   * @default - none
   */
  readonly labels?: { [key: string]: string };

  /**
   * The network that the endpoint lies in, which is reached through a gateway.
   *
   * @default - the network of the client
   */
  readonly network?: string;

  /**
   * The service account whose identity the endpoint proves, in the namespace of the entry.
   *
   * @default - none
   */
  readonly serviceAccount?: string;
}

/**
 * Properties of a ServiceEntry.
 */
export interface ServiceEntryProps extends ResourceProps {
  /** The hosts: DNS names, or `*.` and a DNS name. Up to 256. */
  readonly hosts: string[];

  /** The ports of the hosts. Up to 256. */
  readonly ports: ServiceEntryPort[];

  /** How a proxy finds the addresses of the hosts. There is no default because Istio's (NONE) is the widest. */
  readonly resolution: ServiceEntryResolution;

  /**
   * Whether the hosts belong to the mesh.
   *
   * @default ServiceEntryLocation.MESH_EXTERNAL
   */
  readonly location?: ServiceEntryLocation;

  /**
   * Addresses (IP, with NONE and STATIC also CIDR) that traffic is for. Ports that are not HTTP or TLS are told apart by them alone.
   *
   * @default - none: told apart by host name, or by port alone
   */
  readonly addresses?: string[];

  /**
   * Addresses that serve the hosts. Not together with `workloadSelector`, and not with the resolution NONE.
   *
   * @default - the hosts themselves
   */
  readonly endpoints?: ServiceEntryEndpoint[];

  /**
   * Labels of pods or WorkloadEntries of this namespace that serve the hosts.
   *
   * @default - none
   */
  readonly workloadSelector?: { [key: string]: string };

  /**
   * The namespaces that see the hosts: names, `.` for its own, `*` for all, `~` for none.
   *
   * @default - all namespaces
   */
  readonly exportTo?: string[];

  /**
   * Names one of which the certificate of the server must carry.
   *
   * @default - none is asked for
   */
  readonly subjectAltNames?: string[];
}

/** The name of a port; protocol and number if it has none of its own. */
export function portName(port: ServiceEntryPort): string {
  return port.name ?? `${port.protocol.toLowerCase()}-${port.number}`;
}
