import { ObjectRef } from '../objects';

/** How ztunnel compares a text. */
export type ZtunnelText =
  | { readonly exact: string }
  | { readonly prefix: string }
  | { readonly suffix: string }
  | { readonly presence: Readonly<Record<string, never>> };

/** An account, of any trust domain. */
export interface ZtunnelAccount {
  readonly namespace: string;
  readonly serviceAccount: string;
}

/** Fields that all have to hold; a field that is left out asks nothing. Addresses are blocks, `10.0.0.0/8`. */
export interface ZtunnelMatch {
  readonly namespaces?: readonly ZtunnelText[];
  readonly notNamespaces?: readonly ZtunnelText[];
  readonly serviceAccounts?: readonly ZtunnelAccount[];
  readonly notServiceAccounts?: readonly ZtunnelAccount[];
  readonly principals?: readonly ZtunnelText[];
  readonly notPrincipals?: readonly ZtunnelText[];
  readonly sourceIps?: readonly string[];
  readonly notSourceIps?: readonly string[];
  readonly destinationIps?: readonly string[];
  readonly notDestinationIps?: readonly string[];
  readonly destinationPorts?: readonly number[];
  readonly notDestinationPorts?: readonly number[];
}

/** One of the matches has to hold; `at` is the clause of the policy that it was. */
export interface ZtunnelClause {
  readonly matches: readonly ZtunnelMatch[];
  readonly at?: string;
}

/** All rules of a group have to hold; `at` is the rule of the policy that it was. */
export interface ZtunnelGroup {
  readonly rules: readonly ZtunnelClause[];
  readonly at?: string;
}

export type ZtunnelScope = 'GLOBAL' | 'NAMESPACE' | 'WORKLOAD_SELECTOR';

/** A policy as istiod sends it to ztunnel: one of the groups has to hold. */
export interface ZtunnelPolicy {
  readonly name: string;
  readonly namespace: string;
  readonly scope: ZtunnelScope;
  readonly action: 'ALLOW' | 'DENY';
  readonly groups: readonly ZtunnelGroup[];
  readonly dryRun: boolean;
  /** what it was made of; the policy that stands for STRICT everywhere was made of nothing in particular */
  readonly of?: ObjectRef;
}

/** By which name workloads refer to a policy. */
export function policyKey({ namespace, name }: { readonly namespace: string; readonly name: string }): string {
  return `${namespace}/${name}`;
}
