import { Cidr } from './cidr';

/**
 * Where an external host is.
 */
export interface ExternalHostOptions {
  /** The port of the server, 1 to 65535. @default 443 */
  readonly port?: number;
  /**
   * The addresses behind the host, for the network layer.
   *
   * @default - unknown: the network layer lets the workload send to every public address on this port, and only its proxy holds it to the
   * host
   */
  readonly cidrs?: Cidr[];
}

/**
 * Where an external host is that speaks something else than TLS or HTTP.
 */
export interface TcpHostOptions {
  /**
   * The addresses that the application dials, by which its proxy tells the host from others on the same port. They must lie in `cidrs`.
   *
   * @default - none: the mesh fact `dnsCapture` is needed, so that each host gets an address of its own in the proxy
   */
  readonly addresses?: Cidr[];
  /**
   * The addresses behind the host, for the network layer.
   *
   * @default - the `addresses`; every public address on this port if there are none either
   */
  readonly cidrs?: Cidr[];
}

/**
 * How the proxy of a workload speaks TLS for it.
 */
export interface TlsOriginationOptions {
  /** The port that the application sends plain HTTP to, 1 to 65535. @default 80 */
  readonly plainPort?: number;
  /** The TLS port of the server, 1 to 65535. @default 443 */
  readonly port?: number;
  /** The addresses behind the host, for the network layer. @default - unknown: every public address on the TLS port */
  readonly cidrs?: Cidr[];
  /**
   * The file in the proxy's container with the authorities that the certificate of the server must come from. Not together with a client
   * certificate from a Secret, which brings its own.
   *
   * @default '/etc/ssl/certs/ca-certificates.crt', the public authorities in the image of the proxy
   */
  readonly caCertificates?: string;
  /** Names one of which the certificate of the server must carry. At least one. @default - the host */
  readonly subjectAltNames?: string[];
}

/**
 * Hosts that are known only by the domain above them.
 */
export interface WildcardHostOptions extends ExternalHostOptions {
  /** Why the hosts cannot be named one by one; one line. */
  readonly reason: string;
}
