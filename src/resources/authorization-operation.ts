/**
 * What is asked for.
 *
 * All fields that are set must hold (AND); the values of one field are alternatives (OR). Several operations in `to` are alternatives (OR).
 *
 * Everything except `ports` exists only for HTTP. On a port that Istio does not treat as HTTP, an ALLOW rule with such a field admits
 * nothing, and a DENY rule with it denies more than it says: the field is ignored.
 *
 * @see https://istio.io/latest/docs/reference/config/security/authorization-policy/#Operation
 */
export interface AuthorizationOperation {
  /**
   * Hosts of the request, compared without regard to case and including the port if the client sent one: list both `HOST` and `HOST:*`.
   *
   * @default - any
   */
  readonly hosts?: string[];

  /**
   * Hosts that the request must not have.
   *
   * @default - none is excluded
   */
  readonly notHosts?: string[];

  /**
   * Ports that the pod (or the pod of the gateway) listens on, 1 to 65535. Not the port of a Service, except at a waypoint.
   *
   * @default - any
   */
  readonly ports?: number[];

  /**
   * Ports that must not be the one of the connection.
   *
   * @default - none is excluded
   */
  readonly notPorts?: number[];

  /**
   * HTTP methods in upper case. gRPC is `POST`. `*` means any HTTP request.
   *
   * @default - any
   */
  readonly methods?: string[];

  /**
   * Methods that the request must not have.
   *
   * @default - none is excluded
   */
  readonly notMethods?: string[];

  /**
   * Paths after normalisation, without query and fragment: exact, `PREFIX*`, `*SUFFIX`, or templates with `{*}` (one segment) and `{**}`
   * (any rest). `/admin` covers neither `/admin/` nor what lies below.
   *
   * @default - any
   */
  readonly paths?: string[];

  /**
   * Paths that the request must not have.
   *
   * @default - none is excluded
   */
  readonly notPaths?: string[];
}
