import { invalid, requireValid } from './errors';
import { headerNameProblem, headerValueProblem, methodProblem } from './grammar/headers';
import { grpcPathProblem, pathProblem } from './grammar/paths';
import { HostPattern } from './host-pattern';

/**
 * A request header and the values that it may have.
 */
export interface HeaderMatch {
  /** The name of the header, compared without regard to case. */
  readonly name: string;
  /**
   * The values, any of which is enough, compared with regard to case: `exact`, `prefix*`, `*suffix`, or `*` for any value at all.
   */
  readonly values: string[];
}

/**
 * What a request must look like. Several criteria must all hold; within one list one is enough. At least one criterion is needed.
 */
export interface HttpMatchOptions {
  /**
   * The methods, in upper case. gRPC calls are POST.
   *
   * @default - any method
   */
  readonly methods?: string[];
  /**
   * The paths, without query: exact `/a`, prefix `/a/*`, suffix `*.png`, or templates in which `{*}` is one segment and `{**}` any rest.
   *
   * A trailing `/` counts: `/a` is not `/a/`. The template `/a/{**}` and the prefix `/a/*` do not cover `/a` itself.
   *
   * @default - any path
   */
  readonly paths?: string[];
  /**
   * The hosts that the request may name.
   *
   * @default - any host
   */
  readonly hosts?: HostPattern[];
  /**
   * Headers that the request must carry, all of them. A caller can write any header: it is a hint about a request, no proof of an identity.
   *
   * @default - no header is looked at
   */
  readonly headers?: HeaderMatch[];
}

const PATHS = 'exact "/a", prefix "/a/*", suffix "*.png", or templates such as "/a/{*}/b" and "/a/{**}"';

/**
 * The HTTP requests that a grant admits, by method, path, host and header.
 *
 * It has an effect only on ports that are HTTP (`Port.http`, `http2`, `grpc`). Everything that Istio would accept but that never matches,
 * matches more than it says, or stops the proxy is refused, and the message says why: a `*` in the middle of a path, a query, a path that
 * normalisation rewrites. An empty list is refused too, since it would mean "everything".
 *
 * @see https://istio.io/latest/docs/reference/config/security/authorization-policy/#Operation
 * @see https://istio.io/latest/docs/reference/config/security/normalization/
 * @example
 * import { HttpMatch } from 'cdk8s-zero-trust';
 *
 * HttpMatch.get('/v1/orders', '/v1/orders/*');
 * HttpMatch.of({ methods: ['GET', 'PUT'], paths: ['/v1/carts/{*}/items'], headers: [{ name: 'x-api-version', values: ['2*'] }] });
 * HttpMatch.grpc('/shop.Orders/Place', '/shop.Catalog/*');
 */
export class HttpMatch {
  /**
   * Requests for which every given criterion holds.
   *
   * @throws when there is no criterion, a list is empty, or a value would never match, match more than it says, or stop the proxy
   */
  public static of(options: HttpMatchOptions): HttpMatch {
    return new HttpMatch(options);
  }

  /**
   * GET requests for these paths. HEAD is a method of its own and not included.
   *
   * @param paths at least one; for every path use `HttpMatch.of({ methods: ['GET'] })`
   * @throws when there is no path, or one is refused
   */
  public static get(...paths: string[]): HttpMatch {
    return HttpMatch.withMethod('GET', paths);
  }

  /**
   * HEAD requests for these paths.
   *
   * @param paths at least one; for every path use `HttpMatch.of({ methods: ['HEAD'] })`
   * @throws when there is no path, or one is refused
   */
  public static head(...paths: string[]): HttpMatch {
    return HttpMatch.withMethod('HEAD', paths);
  }

  /**
   * POST requests for these paths.
   *
   * @param paths at least one; for every path use `HttpMatch.of({ methods: ['POST'] })`
   * @throws when there is no path, or one is refused
   */
  public static post(...paths: string[]): HttpMatch {
    return HttpMatch.withMethod('POST', paths);
  }

  /**
   * PUT requests for these paths.
   *
   * @param paths at least one; for every path use `HttpMatch.of({ methods: ['PUT'] })`
   * @throws when there is no path, or one is refused
   */
  public static put(...paths: string[]): HttpMatch {
    return HttpMatch.withMethod('PUT', paths);
  }

  /**
   * PATCH requests for these paths.
   *
   * @param paths at least one; for every path use `HttpMatch.of({ methods: ['PATCH'] })`
   * @throws when there is no path, or one is refused
   */
  public static patch(...paths: string[]): HttpMatch {
    return HttpMatch.withMethod('PATCH', paths);
  }

  /**
   * DELETE requests for these paths.
   *
   * @param paths at least one; for every path use `HttpMatch.of({ methods: ['DELETE'] })`
   * @throws when there is no path, or one is refused
   */
  public static delete(...paths: string[]): HttpMatch {
    return HttpMatch.withMethod('DELETE', paths);
  }

  /**
   * OPTIONS requests for these paths. A browser's CORS preflight carries no token, so a rule that also asks for claims refuses it.
   *
   * @param paths at least one; for every path use `HttpMatch.of({ methods: ['OPTIONS'] })`
   * @throws when there is no path, or one is refused
   */
  public static options(...paths: string[]): HttpMatch {
    return HttpMatch.withMethod('OPTIONS', paths);
  }

  /**
   * Requests of any method for these paths.
   *
   * @param paths at least one
   * @throws when there is no path, or one is refused
   */
  public static anyMethod(...paths: string[]): HttpMatch {
    return new HttpMatch({ paths });
  }

  /**
   * gRPC calls.
   *
   * @param methodPaths at least one `/package.Service/Method`, or `/package.Service/*` for all methods of a service
   * @throws when there is no path, or one is not the path of a gRPC method
   */
  public static grpc(...methodPaths: string[]): HttpMatch {
    for (const path of methodPaths) {
      requireValid(
        'a gRPC path', path, grpcPathProblem, '"/package.Service/Method" or "/package.Service/*"',
        'take the names from the .proto file, package included',
      );
    }
    return HttpMatch.withMethod('POST', methodPaths);
  }

  private static withMethod(method: string, paths: string[]): HttpMatch {
    return new HttpMatch({ methods: [method], paths });
  }

  private readonly criteria: HttpMatchOptions;

  private constructor(options: HttpMatchOptions) {
    requireCriteria(options);
    for (const method of options.methods ?? []) {
      requireValid(
        'an HTTP method', method, methodProblem, 'methods in upper case such as "GET"', 'name each method, or leave "methods" out for any',
      );
    }
    for (const path of options.paths ?? []) {
      requireValid('a path', path, pathProblem, PATHS, 'name the path as the server sees it, or leave "paths" out for any');
    }
    requireHeaders(options.headers ?? []);
    this.criteria = {
      methods: [...options.methods ?? []],
      paths: [...options.paths ?? []],
      hosts: [...options.hosts ?? []],
      headers: copyHeaders(options.headers ?? []),
    };
  }

  /** The methods; empty means any. */
  public get methods(): string[] {
    return [...this.criteria.methods!];
  }

  /** The paths; empty means any. */
  public get paths(): string[] {
    return [...this.criteria.paths!];
  }

  /** The hosts; empty means any. */
  public get hosts(): HostPattern[] {
    return [...this.criteria.hosts!];
  }

  /** The headers, all of which must match; empty means that none is looked at. */
  public get headers(): HeaderMatch[] {
    return copyHeaders(this.criteria.headers!);
  }

  /**
   * The requests on one line: `GET,POST /v1/*`, `any method /healthz`, `GET any path host orders,orders:* header x-api-version=1,2`.
   */
  public toString(): string {
    return [
      this.methods.join(',') || 'any method',
      this.paths.join(',') || 'any path',
      ...this.hosts.map((host) => `host ${host}`),
      ...this.headers.map((header) => `header ${header.name}=${header.values.join(',')}`),
    ].join(' ');
  }
}

function requireCriteria(options: HttpMatchOptions): void {
  const lists = Object.entries({ methods: options.methods, paths: options.paths, hosts: options.hosts, headers: options.headers });
  const empty = lists.find(([, list]) => list?.length === 0);
  if (empty !== undefined) {
    throw invalid(
      `the ${empty[0]} of an HTTP match are an empty list, which would mean any`, [], 'at least one',
      `leave "${empty[0]}" out if any is meant`,
    );
  }
  if (lists.every(([, list]) => list === undefined)) {
    throw invalid(
      'an HTTP match has no criterion, which would mean every request', options, 'at least one of methods, paths, hosts and headers',
      'give a criterion, or leave the routes of the grant out if every request is meant',
    );
  }
}

function requireHeaders(headers: HeaderMatch[]): void {
  const seen = new Set<string>();
  for (const { name, values } of headers) {
    requireValid(
      'a header name', name, headerNameProblem, 'header names such as "x-api-version"',
      'use methods, paths and hosts for what a pseudo-header holds',
    );
    if (name.toLowerCase() === 'host') {
      throw invalid(
        'the header "host" may carry a port that a plain value misses', name, 'every other header', 'use "hosts" with a HostPattern',
      );
    }
    if (seen.has(name.toLowerCase())) {
      throw invalid(
        'a header is named twice, so that both entries would have to match', name, 'one entry per header', 'put all values into one entry',
      );
    }
    seen.add(name.toLowerCase());
    if (values.length === 0) {
      throw invalid(
        `the values of the header ${name} are an empty list`, values, 'at least one value', 'use "*" if the header only has to be there',
      );
    }
    for (const value of values) {
      requireValid(
        `a value of the header ${name}`, value, headerValueProblem, '"exact", "prefix*", "*suffix", or "*" for any',
        'name each value, or shorten it to a prefix',
      );
    }
  }
}

function copyHeaders(headers: HeaderMatch[]): HeaderMatch[] {
  return headers.map(({ name, values }) => ({ name, values: [...values] }));
}
