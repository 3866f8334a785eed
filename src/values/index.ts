export { Cidr, CidrOptions, WideCidrOptions } from './cidr';
export { ClaimRequirement } from './claim-requirement';
export { Assumption, Grant, GrantKind } from './grant';
export { HostPattern, SubdomainOptions } from './host-pattern';
export { HeaderMatch, HttpMatch, HttpMatchOptions } from './http-match';
export { ClaimToHeader, JwtIssuer, JwtIssuerOptions } from './jwt-issuer';
export { ApplicationProtocol, Port, PortOptions, TransportProtocol } from './port';
export { QueryParamOptions, TokenLocation } from './token-location';
export { WorkloadIdentity, WorkloadIdentityOptions } from './workload-identity';
