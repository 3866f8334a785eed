import { requireValid } from './errors';
import { dnsLabelProblem, serviceAccountNameProblem } from './grammar/names';
import { parsePrincipal, principalProblem, trustDomainProblem } from './grammar/principals';

/**
 * The parts of a workload identity.
 */
export interface WorkloadIdentityOptions {
  /** The trust domain of the mesh that issues the certificate, `cluster.local` in a default installation. */
  readonly trustDomain: string;
  /** The namespace of the workload. */
  readonly namespace: string;
  /** The name of the workload's ServiceAccount. */
  readonly serviceAccount: string;
}

/**
 * Who a workload is: the trust domain, namespace and service account in its mesh certificate.
 *
 * Istio proves it with mutual TLS, so it holds wherever the pod runs and whatever address it has; a client without a mesh certificate has
 * none. All pods with one service account are one identity. Trust domains `cluster.local` in a policy stand for the mesh's own one,
 * whatever its name.
 *
 * @see https://istio.io/latest/docs/concepts/security/#istio-identity
 * @see https://github.com/spiffe/spiffe/blob/main/standards/SPIFFE-ID.md
 * @example
 * import { WorkloadIdentity } from 'cdk8s-zero-trust';
 *
 * const web = WorkloadIdentity.of({ trustDomain: 'cluster.local', namespace: 'shop', serviceAccount: 'web' });
 * web.principal; // 'cluster.local/ns/shop/sa/web', as AuthorizationPolicies write it
 * web.spiffeId;  // 'spiffe://cluster.local/ns/shop/sa/web', as certificates and logs write it
 */
export class WorkloadIdentity {
  /**
   * The identity with these parts.
   *
   * @throws when a part is not a name that it can have; patterns are refused, since one identity is meant
   */
  public static of(options: WorkloadIdentityOptions): WorkloadIdentity {
    requireValid(
      'a trust domain', options.trustDomain, trustDomainProblem, 'names such as "cluster.local"',
      'use the trust domain of the mesh configuration',
    );
    requireValid('a namespace', options.namespace, dnsLabelProblem, 'names of Kubernetes namespaces', 'use the name of one namespace');
    requireValid(
      'a service account', options.serviceAccount, serviceAccountNameProblem, 'names of Kubernetes ServiceAccounts',
      'use the name of one ServiceAccount',
    );
    return new WorkloadIdentity(options);
  }

  /**
   * The identity that an AuthorizationPolicy calls by this principal.
   *
   * @param principal `TRUST-DOMAIN/ns/NAMESPACE/sa/SERVICE-ACCOUNT`, without `spiffe://`
   * @throws when the text has another form, begins with `spiffe://` or is a pattern
   */
  public static fromPrincipal(principal: string): WorkloadIdentity {
    requireValid(
      'a principal', principal, principalProblem, '"TRUST-DOMAIN/ns/NAMESPACE/sa/SERVICE-ACCOUNT"',
      'write for example "cluster.local/ns/shop/sa/web"',
    );
    return new WorkloadIdentity(parsePrincipal(principal)!);
  }

  /** The trust domain of the mesh that issues the certificate. */
  public readonly trustDomain: string;
  /** The namespace of the workload. */
  public readonly namespace: string;
  /** The name of the workload's ServiceAccount. */
  public readonly serviceAccount: string;

  private constructor(parts: WorkloadIdentityOptions) {
    this.trustDomain = parts.trustDomain;
    this.namespace = parts.namespace;
    this.serviceAccount = parts.serviceAccount;
  }

  /** The identity as AuthorizationPolicies write it: without `spiffe://`, which Istio adds itself. */
  public get principal(): string {
    return `${this.trustDomain}/ns/${this.namespace}/sa/${this.serviceAccount}`;
  }

  /** The identity as certificates, access logs and other SPIFFE software write it. */
  public get spiffeId(): string {
    return `spiffe://${this.principal}`;
  }

  /**
   * Whether the other identity is the same one.
   */
  public isEqualTo(other: WorkloadIdentity): boolean {
    return this.principal === other.principal;
  }

  /**
   * The same as `principal`.
   */
  public toString(): string {
    return this.principal;
  }
}
