export { Cidr, type CidrOptions, type WideCidrOptions } from './cidr';
export { ClaimRequirement } from './claim-requirement';
export { type Assumption, type Grant, GrantKind } from './grant';
export { HostPattern, type SubdomainOptions } from './host-pattern';
export { type HeaderMatch, HttpMatch, type HttpMatchOptions } from './http-match';
export { type ClaimToHeader, JwtIssuer, type JwtIssuerOptions } from './jwt-issuer';
export { ApplicationProtocol, Port, type PortOptions, TransportProtocol } from './port';
export { type QueryParamOptions, TokenLocation } from './token-location';
export { WorkloadIdentity, type WorkloadIdentityOptions } from './workload-identity';
