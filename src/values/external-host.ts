import { Cidr } from './cidr';
import { ClientCertificate } from './client-certificate';
import { invalid, requireReason, requireValid } from './errors';
import { ExternalHostOptions, TcpHostOptions, TlsOriginationOptions, WildcardHostOptions } from './external-host-options';
import { parseAddress } from './grammar/cidrs';
import { filePathProblem } from './grammar/files';
import { hostProblem, parentDomainProblem } from './grammar/hosts';
import { textProblem } from './grammar/strings';
import { Port } from './port';

/** How the proxy tells the traffic of a host from other traffic. @internal */
export enum ExternalProtocol {
  HTTP = 'HTTP',
  HTTPS = 'HTTPS',
  TLS = 'TLS',
  TCP = 'TCP',
}

/** How the proxy finds the address of a host. @internal */
export enum ExternalResolution {
  DNS = 'DNS',
  DYNAMIC_DNS = 'DYNAMIC_DNS',
  NONE = 'NONE',
}

/** What the proxy checks and shows when it speaks TLS. @internal */
export interface TlsOrigination {
  /** Absent when the authorities come with the client certificate. */
  readonly caCertificates?: string;
  readonly subjectAltNames: string[];
  readonly clientCertificate?: ClientCertificate;
}

interface ExternalHostFields {
  readonly host: string;
  readonly protocol: ExternalProtocol;
  readonly resolution: ExternalResolution;
  /** The port that the application dials. */
  readonly dialled: number;
  /** The port of the server. */
  readonly number: number;
  readonly addresses?: Cidr[];
  readonly cidrs?: Cidr[];
  readonly origination?: TlsOrigination;
  readonly reason?: string;
}

/** The public authorities in the image of the proxy. @internal */
export const SYSTEM_AUTHORITIES = '/etc/ssl/certs/ca-certificates.crt';
const WITHOUT_WILDCARD = 'a DNS name in lower case such as "api.payments.example"';

/**
 * A host outside of the mesh, with how its traffic is told apart, verified and bounded.
 *
 * A proxy believes the name that the application gives (SNI, `Host` header), and then looks it up by itself, so the traffic ends where the
 * name points. `tcp` with `addresses` keeps the address that was dialled, which has to be one of them; only `wildcardAnyAddress` trusts any
 * address that the application chose. None of it is a boundary for a hostile pod, which can pass its proxy by (another user id, UDP): that
 * boundary is the network layer, and it is as narrow as the `cidrs` that are given.
 *
 * @see https://istio.io/latest/docs/reference/config/networking/service-entry/
 * @example
 * import { Cidr, ClientCertificate, ExternalHost } from 'cdk8s-zero-trust';
 *
 * ExternalHost.https('api.payments.example');
 * ExternalHost.tls('broker.partner.example', { port: 8883, cidrs: [Cidr.of('192.0.2.0/24')] });
 * ExternalHost.tcp('feed.partner.example', 7000, { addresses: [Cidr.address('192.0.2.7')] });
 * ExternalHost.httpWithTlsOrigination('api.rates.example');
 * const certificate = ClientCertificate.files({ certificate: '/etc/bank/tls.crt', privateKey: '/etc/bank/tls.key' });
 * ExternalHost.mutualTls('api.bank.example', certificate);
 */
export class ExternalHost {
  /**
   * HTTPS that the application speaks itself: the proxy sees the server name (SNI), no request.
   *
   * @param host the server name, a DNS name without a port
   * @throws when the host is a wildcard, an address or no DNS name, the port is out of range, or `cidrs` is empty
   */
  public static https(host: string, options: ExternalHostOptions = {}): ExternalHost {
    return ExternalHost.byName(host, ExternalProtocol.HTTPS, options);
  }

  /**
   * Any other protocol inside of TLS that begins with the handshake (AMQPS, MQTTS, LDAPS): told apart by the server name. Protocols that
   * begin in plaintext (STARTTLS, PostgreSQL, MySQL) send no server name in time: use `tcp`.
   *
   * @param host the server name, a DNS name without a port
   * @throws when the host is a wildcard, an address or no DNS name, the port is out of range, or `cidrs` is empty
   */
  public static tls(host: string, options: ExternalHostOptions = {}): ExternalHost {
    return ExternalHost.byName(host, ExternalProtocol.TLS, options);
  }

  /**
   * Any protocol on TCP. The bytes do not name a host, so the proxy tells it from others by the address that the application dials.
   *
   * @param host a DNS name without a port
   * @param port the port of the server, 1 to 65535
   * @throws when the host is a wildcard, an address or no DNS name, the port is out of range, a list is empty, or an address lies outside
   * of `cidrs`
   */
  public static tcp(host: string, port: number, options: TcpHostOptions = {}): ExternalHost {
    const { addresses } = options;
    requireFilled(`addresses of ${host}`, addresses, 'leave them out where proxies capture DNS');
    const cidrs = options.cidrs ?? addresses;
    const outside = addresses?.find((address) => !cidrs!.some((cidr) => cidr.covers(address)));
    if (outside !== undefined) {
      throw invalid(`an address of ${host} is none that the network layer would let through`, String(outside), cidrs!.map(String).join(', '),
        'add it to cidrs');
    }
    return new ExternalHost({
      host: requireHost(host),
      protocol: ExternalProtocol.TCP,
      // the address that was dialled is kept, so a primary is never mistaken for its replica
      resolution: addresses === undefined ? ExternalResolution.DNS : ExternalResolution.NONE,
      dialled: port,
      number: port,
      addresses,
      cidrs,
    });
  }

  /**
   * Plain HTTP inside of the pod, TLS from the proxy on: the application sends to `http://HOST`, the proxy verifies the certificate of the
   * server, its authority and its name, and encrypts.
   *
   * The proxy sees the requests (telemetry, retries), and the application needs no trust store.
   *
   * @param host the host that the application names, a DNS name without a port
   * @throws when the host is a wildcard, an address or no DNS name, a port is out of range, a list is empty, or a path is not absolute
   */
  public static httpWithTlsOrigination(host: string, options: TlsOriginationOptions = {}): ExternalHost {
    return ExternalHost.originating(host, options);
  }

  /**
   * Like `httpWithTlsOrigination`, and the proxy proves with a client certificate who it is. Only for named workloads: each gets a
   * DestinationRule of its own, so nobody else presents this certificate.
   *
   * @param host the host that the application names, a DNS name without a port
   * @throws when `caCertificates` is given beside a Secret, which brings its own, or anything that `httpWithTlsOrigination` refuses
   */
  public static mutualTls(host: string, certificate: ClientCertificate, options: TlsOriginationOptions = {}): ExternalHost {
    if (certificate.secretName !== undefined && options.caCertificates !== undefined) {
      throw invalid(`the authorities of ${host} would be given twice`, options.caCertificates, 'the key ca.crt of the Secret',
        'leave caCertificates out, or mount the client certificate as files');
    }
    return ExternalHost.originating(host, options, certificate);
  }

  /**
   * Every host below a domain, each looked up by the proxy itself when it is named (`DYNAMIC_DNS`): a forged server name leads to the host
   * that it names and nowhere else.
   *
   * TLS only. Needs istiod to support it, which is experimental and off by default: mesh fact `wildcardTlsHosts`.
   *
   * @param domain a DNS name of at least two labels, without `*.`
   * @throws when the domain is no domain, the port is out of range, `cidrs` is empty, or the reason says nothing
   */
  public static wildcardDynamicDns(domain: string, options: WildcardHostOptions): ExternalHost {
    return ExternalHost.wildcard(domain, ExternalResolution.DYNAMIC_DNS, options);
  }

  /**
   * Every host below a domain, at **whatever address the application chose** (resolution `NONE`): the proxy compares nothing but the server
   * name that the application wrote, so a forged name reaches any server that the network layer lets through. It documents an
   * intention; what bounds it are the `cidrs`.
   *
   * @param domain a DNS name of at least two labels, without `*.`
   * @throws when the domain is no domain, the port is out of range, `cidrs` is empty, or the reason says nothing
   */
  public static wildcardAnyAddress(domain: string, options: WildcardHostOptions): ExternalHost {
    return ExternalHost.wildcard(domain, ExternalResolution.NONE, options);
  }

  private static byName(host: string, protocol: ExternalProtocol, options: ExternalHostOptions): ExternalHost {
    const number = options.port ?? 443;
    return new ExternalHost({
      host: requireHost(host), protocol, resolution: ExternalResolution.DNS, dialled: number, number, cidrs: options.cidrs,
    });
  }

  private static originating(host: string, options: TlsOriginationOptions, clientCertificate?: ClientCertificate): ExternalHost {
    const { plainPort = 80, port = 443, caCertificates, subjectAltNames } = options;
    requireFilled(`subjectAltNames of ${host}`, subjectAltNames, 'leave them out if the certificate carries the host');
    for (const name of subjectAltNames ?? []) {
      requireValid(`a name in the certificate of ${host}`, name, literalNameProblem, 'names as the certificate carries them', 'correct the name');
    }
    if (caCertificates !== undefined) {
      requireValid(`the authorities of ${host}`, caCertificates, filePathProblem, 'absolute paths in the proxy', 'name where they are mounted');
    }
    const authorities = caCertificates ?? (clientCertificate?.secretName === undefined ? SYSTEM_AUTHORITIES : undefined);
    return new ExternalHost({
      host: requireHost(host),
      protocol: ExternalProtocol.HTTP,
      resolution: ExternalResolution.DNS,
      dialled: plainPort,
      number: port,
      cidrs: options.cidrs,
      origination: { caCertificates: authorities, subjectAltNames: [...subjectAltNames ?? [host]], clientCertificate },
    });
  }

  private static wildcard(domain: string, resolution: ExternalResolution, options: WildcardHostOptions): ExternalHost {
    requireValid('the domain of external hosts', domain, parentDomainProblem, 'DNS names of at least two labels such as "example.com"',
      'name the domain below which the hosts are');
    const number = options.port ?? 443;
    const reason = requireReason(options.reason, `every host below ${domain}`);
    return new ExternalHost({
      host: `*.${domain}`, protocol: ExternalProtocol.TLS, resolution, dialled: number, number, cidrs: options.cidrs, reason,
    });
  }

  /** The host, or `*.` and the domain. */
  public readonly host: string;
  /** The port that the application dials, with what it sends there. */
  public readonly port: Port;
  /** The port of the server, as the network layer sees it. */
  public readonly serverPort: Port;
  /** Why all hosts of a domain are meant; undefined for a single host. */
  public readonly wildcardReason?: string;
  /** @internal */
  public readonly _protocol: ExternalProtocol;
  /** @internal */
  public readonly _resolution: ExternalResolution;
  /** @internal */
  public readonly _origination?: TlsOrigination;
  private readonly dialledAddresses?: Cidr[];
  private readonly networks?: Cidr[];

  private constructor(fields: ExternalHostFields) {
    requireFilled(`cidrs of ${fields.host}`, fields.cidrs, 'leave them out if the addresses are not known');
    this.host = fields.host;
    this.port = portOf(fields.protocol, fields.dialled);
    this.serverPort = fields.origination === undefined ? this.port : Port.tls(fields.number);
    this.wildcardReason = fields.reason;
    this._protocol = fields.protocol;
    this._resolution = fields.resolution;
    this._origination = fields.origination;
    this.dialledAddresses = fields.addresses && [...fields.addresses];
    this.networks = fields.cidrs && [...fields.cidrs];
  }

  /** The addresses that the application dials, where they tell the host from others. Returns a copy. */
  public get addresses(): Cidr[] | undefined {
    return this.dialledAddresses && [...this.dialledAddresses];
  }

  /** The addresses behind the host; undefined when they are not known. Returns a copy. */
  public get cidrs(): Cidr[] | undefined {
    return this.networks && [...this.networks];
  }

  /**
   * The host and its port in words: `tls/443 of api.payments.example`, `tls/443 of api.rates.example, dialled as http/80`.
   */
  public toString(): string {
    return `${this.serverPort} of ${this.host}${this.port.number === this.serverPort.number ? '' : `, dialled as ${this.port}`}`;
  }
}

function portOf(protocol: ExternalProtocol, number: number): Port {
  switch (protocol) {
    case ExternalProtocol.HTTP: return Port.http(number);
    case ExternalProtocol.TCP: return Port.tcp(number);
    case ExternalProtocol.HTTPS:
    case ExternalProtocol.TLS: return Port.tls(number);
  }
}

function requireHost(host: string): string {
  return requireValid('an external host', host, externalHostProblem, WITHOUT_WILDCARD,
    'name each host; for all hosts of a domain see ExternalHost.wildcardDynamicDns and wildcardAnyAddress');
}

function externalHostProblem(value: string): string | undefined {
  const problem = hostProblem(value);
  if (problem !== undefined) {
    return problem;
  }
  if (parseAddress(value) !== undefined) {
    return 'is an address; give the host a name, and the address to ExternalHost.tcp';
  }
  return value.includes('.') ? undefined : 'has one label only, which is a name inside of the cluster';
}

/** A certificate may itself carry a wildcard, which is compared as a name. */
function literalNameProblem(value: string): string | undefined {
  return textProblem(value) ?? (/\s/.test(value) ? 'has a blank' : undefined);
}

function requireFilled(what: string, list: unknown[] | undefined, fix: string): void {
  if (list?.length === 0) {
    throw invalid(`${what} are an empty list`, list, 'at least one entry', fix);
  }
}
