/**
 * Who calls.
 *
 * All fields that are set must hold (AND); the values of one field are alternatives (OR). Several sources in `from` are alternatives (OR):
 * the difference between one source with two fields and two sources with one field each is the difference between "and" and "or".
 *
 * Identities (`principals`, `namespaces`, `serviceAccounts`, `trustDomains`) exist only for mutual TLS. Their negative forms hold for
 * plaintext clients, who have no identity at all.
 *
 * @see https://istio.io/latest/docs/reference/config/security/authorization-policy/#Source
 */
export interface AuthorizationSource {
  /**
   * Identities `TRUST-DOMAIN/ns/NAMESPACE/sa/ACCOUNT`, without `spiffe://`; a pattern may begin or end with one `*`. `*` means any
   * identity.
   *
   * @default - any, also none
   */
  readonly principals?: string[];

  /**
   * Identities that must not be the one of the caller. Holds for plaintext clients.
   *
   * @default - none is excluded
   */
  readonly notPrincipals?: string[];

  /**
   * `ISSUER/SUBJECT` of a validated token, split at the last `/`: `*` (any token with a subject), `ISSUER/*`, `ISSUER/PREFIX*`, or a
   * suffix that begins with `*`. Needs a RequestAuthentication on the same workload and an HTTP port.
   *
   * @default - any, also none
   */
  readonly requestPrincipals?: string[];

  /**
   * Tokens that the request must not carry. `['*']` holds for requests without a token.
   *
   * @default - none is excluded
   */
  readonly notRequestPrincipals?: string[];

  /**
   * Namespaces of the caller, in whatever trust domain; `*` works in any place.
   *
   * @default - any
   */
  readonly namespaces?: string[];

  /**
   * Namespaces that the caller must not come from. Holds for plaintext clients.
   *
   * @default - none is excluded
   */
  readonly notNamespaces?: string[];

  /**
   * Service accounts of the caller: `NAME` (in the namespace of the policy) or `NAMESPACE/NAME`, in whatever trust domain. Up to 16, no
   * patterns, not together with principals or namespaces.
   *
   * @default - any
   */
  readonly serviceAccounts?: string[];

  /**
   * Service accounts that the caller must not have. Holds for plaintext clients.
   *
   * @default - none is excluded
   */
  readonly notServiceAccounts?: string[];

  /**
   * Trust domains of the caller; a pattern may begin or end with one `*`. Needs Istio 1.30. Ambient mode drops the field silently, which
   * widens the source.
   *
   * @default - any
   */
  readonly trustDomains?: string[];

  /**
   * Trust domains that the caller must not have.
   *
   * @default - none is excluded
   */
  readonly notTrustDomains?: string[];

  /**
   * Addresses (IP or CIDR) of the TCP peer: whoever opened the connection, which may be a load balancer.
   *
   * @default - any
   */
  readonly ipBlocks?: string[];

  /**
   * Addresses that the TCP peer must not have.
   *
   * @default - none is excluded
   */
  readonly notIpBlocks?: string[];

  /**
   * Addresses (IP or CIDR) of the original client, from `X-Forwarded-For` or the PROXY protocol. At a sidecar any client in the mesh can
   * forge it.
   *
   * @default - any
   */
  readonly remoteIpBlocks?: string[];

  /**
   * Addresses that the original client must not have.
   *
   * @default - none is excluded
   */
  readonly notRemoteIpBlocks?: string[];
}
