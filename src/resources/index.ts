export {
  type AllowNothingProps, AuthorizationAction, type AuthorizationCondition, type AuthorizationOperation, AuthorizationPolicy,
  type AuthorizationPolicyProps, type AuthorizationRule, type AuthorizationSource,
} from './authorization-policy';
export {
  ClientTlsMode, type ClientTlsSettings, DestinationRule, type DestinationRuleProps, type DestinationSubset, type DestinationTrafficPolicy,
  type PortTlsSettings,
} from './destination-rule';
export { type JwtHeader, type JwtRule } from './jwt-rule';
export { LabelExpression, LabelOperator, LabelSelector, type LabelSelectorOptions } from './label-selector';
export { Namespace, type NamespaceProps } from './namespace';
export {
  NetworkPolicy, type NetworkPolicyEgressRule, type NetworkPolicyIngressRule, type NetworkPolicyProps, NetworkPolicyType,
} from './network-policy';
export { NetworkPolicyPeer } from './network-policy-peer';
export { MtlsMode, PeerAuthentication, type PeerAuthenticationProps, type PortLevelMtls } from './peer-authentication';
export { type PolicyTargetProps, PolicyTargetReference } from './policy-target';
export { RequestAuthentication, type RequestAuthenticationProps } from './request-authentication';
export { Resource, type ResourceProps } from './resource';
export { Service, type ServiceProps } from './service';
export { ServiceAccount, type ServiceAccountProps } from './service-account';
export {
  ServiceEntry, type ServiceEntryEndpoint, ServiceEntryLocation, type ServiceEntryPort, type ServiceEntryProps, ServiceEntryProtocol,
  ServiceEntryResolution,
} from './service-entry';
export {
  OutboundTrafficPolicyMode, Sidecar, type SidecarEgressListener, type SidecarIngressListener, type SidecarPort, type SidecarProps,
} from './sidecar';
