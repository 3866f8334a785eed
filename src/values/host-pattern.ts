import { invalid, requireValid } from './errors';
import { hostProblem, parentDomainProblem } from './grammar/hosts';
import { portNumberProblem } from './grammar/ports';

/**
 * Details of a pattern for the subdomains of a domain.
 */
export interface SubdomainOptions {
  /**
   * Ports that clients may write behind the host, as in `a.example.com:8443`. Istio cannot say "any port" behind a wildcard host.
   *
   * @default - only requests whose host has no port
   */
  readonly ports?: number[];
}

/**
 * The host that an HTTP request must name (`Host` or `:authority`), with the ports that clients may write behind it.
 *
 * Istio compares the text as the client sent it, port included and without regard to case. A bare `h` therefore misses `h:8080`, and the
 * tempting `h*` also admits `h.evil.example`; these patterns avoid both.
 *
 * @see https://istio.io/latest/docs/reference/config/security/authorization-policy/#Operation
 * @example
 * import { HostPattern, HttpMatch } from 'cdk8s-zero-trust';
 *
 * HttpMatch.of({ hosts: [HostPattern.exact('orders.shop.svc.cluster.local')] });
 * HttpMatch.of({ hosts: [HostPattern.subdomainsOf('tenants.example.com', { ports: [8443] })] });
 */
export class HostPattern {
  /**
   * One host, with or without any port behind it.
   *
   * @param host a DNS name or IPv4 address in lower case, without a port
   * @throws when the text is a URL, a pattern, has a port or is no host
   */
  public static exact(host: string): HostPattern {
    requireHost(host);
    return new HostPattern([host, `${host}:*`]);
  }

  /**
   * One host with exactly this port behind it. Clients leave out the port that is the default of their protocol (80, 443): such requests do
   * not match.
   *
   * @param host a DNS name or IPv4 address in lower case, without the port
   * @param number the port that the client writes, 1 to 65535
   * @throws when the host is no host, or the port is out of range
   */
  public static exactWithPort(host: string, number: number): HostPattern {
    requireHost(host);
    return new HostPattern([`${host}:${requireNumber(number)}`]);
  }

  /**
   * Every host below a domain, at any depth; not the domain itself.
   *
   * @param domain a DNS name of at least two labels, without `*.`
   * @throws when the domain is a top level domain or no domain, or the list of ports is empty
   */
  public static subdomainsOf(domain: string, options: SubdomainOptions = {}): HostPattern {
    requireValid(
      'a parent domain', domain, parentDomainProblem, 'DNS names of at least two labels such as "example.com"',
      'name the domain below which the hosts are',
    );
    if (options.ports !== undefined && options.ports.length === 0) {
      throw invalid(
        'the ports of a host pattern are an empty list', options.ports, 'at least one port',
        'leave "ports" out to match hosts without a port',
      );
    }
    return new HostPattern([`*.${domain}`, ...(options.ports ?? []).map((number) => `*.${domain}:${requireNumber(number)}`)]);
  }

  private readonly texts: string[];

  private constructor(texts: string[]) {
    this.texts = texts;
  }

  /** The values for the `hosts` of an AuthorizationPolicy. */
  public get patterns(): string[] {
    return [...this.texts];
  }

  /**
   * The values, separated by commas: `orders,orders:*`.
   */
  public toString(): string {
    return this.texts.join(',');
  }
}

function requireHost(host: string): void {
  requireValid(
    'a host', host, hostProblem, 'DNS names and IPv4 addresses in lower case, without a port',
    'write only the name; a port goes to exactWithPort, a wildcard to subdomainsOf',
  );
}

function requireNumber(number: number): number {
  const problem = portNumberProblem(number);
  if (problem !== undefined) {
    throw invalid(
      `the port of a host pattern ${problem}`, number, 'whole numbers from 1 to 65535',
      'give the port that the client writes behind the host',
    );
  }
  return number;
}
