export { type AllowOptions } from './allow-options';
export { CloudIdentity } from './cloud-identity';
export { ClusterDns, type CustomDnsOptions } from './cluster-dns';
export { DataPlane } from './data-plane';
export { DatabaseEngine, type GenericDatabaseOptions } from './database-engine';
export {
  type DatabaseOptions, type ExternalDatabaseProps, type ReplicationOptions, type SecureDatabaseFromApiObjectProps,
  type SecureDatabaseProps,
} from './database-props';
export { EgressAllowlist, type EgressAllowlistProps } from './egress-allowlist';
export { Enforcement, Layer } from './enforcement';
export { type IExternalDatabase } from './external-database';
export { GitOps } from './git-ops';
export { type NamespaceHoles } from './holes';
export { JwtProtectedService } from './jwt-protected-service';
export {
  type AllowCorsPreflightOptions, type AllowPublicOptions, type AllowUsersOptions, type JwtProtectedOptions,
  type JwtProtectedServiceFromApiObjectProps, type JwtProtectedServiceProps,
} from './jwt-props';
export { type IZeroTrustMesh, ZeroTrustMesh, type ZeroTrustMeshProps } from './mesh';
export { type GatewayAdmission, type MeshAllowNothing } from './mesh-baseline';
export { type ApiServerFact, type IngressGatewayFact, type MeshFacts, type ProviderFact } from './mesh-facts';
export { MetricsScrape } from './metrics-scrape';
export { ZeroTrustNamespace } from './namespace';
export { type NamespaceReferenceProps, type ZeroTrustNamespaceProps } from './namespace-props';
export { type IZeroTrustNamespace } from './namespace-ref';
export { type IPeer } from './peer';
export { PlaintextSource } from './plaintext-source';
export { PodSecurity } from './pod-security';
export { type MeshPodsFact, type PodsFact } from './pods-fact';
export { SecureDatabase } from './secure-database';
export { ServiceAccountRef, type SharedServiceAccountOptions } from './service-account-ref';
export { SidecarInjection } from './sidecar-injection';
export { type ITarget, type IWorkload } from './target';
export { Workload } from './workload';
export { type WorkloadAttributes, type WorkloadFromApiObjectProps, type WorkloadOptions, type WorkloadProps } from './workload-props';
