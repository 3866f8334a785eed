import {
  authorizationRules, egressGrants, IdentityGrant, identityOf, NetworkGrant, networkEgressRules, networkIngressRules, podsGrant,
  passesProxy,
} from './access-rules';
import { Hole } from './holes';
import { grantLine } from './namespace-settings';
import { EgressEdge, PeerFacts } from './peer';
import { AuthorizationRule } from '../resources/authorization-policy';
import { NetworkPolicyEgressRule, NetworkPolicyIngressRule } from '../resources/network-policy';
import { NetworkPolicyPeer } from '../resources/network-policy-peer';
import { MtlsMode, PortLevelMtls } from '../resources/peer-authentication';
import { Cidr } from '../values/cidr';
import { ClaimRequirement } from '../values/claim-requirement';
import { HttpMatch } from '../values/http-match';
import { JwtIssuer } from '../values/jwt-issuer';
import { Port } from '../values/port';

/** An edge into a workload from a peer with an identity. */
export interface IngressEdge {
  readonly peer: PeerFacts;
  readonly ports: () => Port[];
  readonly routes: HttpMatch[];
  readonly issuers: JwtIssuer[];
  readonly claims: ClaimRequirement[];
  /** Whether the port is one that the proxy never sees, so that only the network layer decides. */
  readonly networkOnly?: boolean;
  readonly reason: string;
}

/** An edge into a workload from a source without identity, known by its addresses. */
export interface PlaintextEdge {
  readonly source: string;
  readonly number: number;
  /** Addresses that bound the rule of the identity layer. */
  readonly addresses: Cidr[];
  /** The source on the network layer. */
  readonly network: () => { readonly peer: NetworkPolicyPeer; readonly key: string }[];
  readonly reason: string;
}

/** What was said about one workload, in any order, and the rules that follow from it. */
export class AccessRecord {
  public readonly ingress: IngressEdge[] = [];
  public readonly plaintext: PlaintextEdge[] = [];
  public readonly egress: EgressEdge[] = [];
  /** Holes that the workload carries itself because its namespace does not. */
  public holes: Hole[] = [];
  /** What is granted to every workload of the namespace, where the namespace has no policy that says so. */
  public namespaceWide?: () => EgressEdge[];

  public constructor(private readonly namespace: string) {}

  public authorizationRules(): AuthorizationRule[] {
    const known: IdentityGrant[] = this.proxied().map((edge) => ({
      source: identityOf(edge.peer.principals, edge.issuers), ports: edge.ports(), routes: edge.routes, claims: edge.claims,
    }));
    const plaintext: IdentityGrant[] = this.plaintext.flatMap((edge) => edge.addresses.map((address) => ({
      // whoever has an identity needs a grant of its own, even from these addresses
      source: { notPrincipals: ['*'], ipBlocks: [address.block], ...(address.except.length === 0 ? {} : { notIpBlocks: address.except }) },
      ports: [Port.tcp(edge.number)],
      routes: [],
      claims: [],
    })));
    return authorizationRules([...known, ...plaintext]);
  }

  public authorizationLines(): string[] {
    return [
      ...this.proxied().filter((edge) => edge.ports().some(passesProxy)).map((edge) => grantLine(edge.peer.name, edge.reason)),
      ...this.plaintextLines(),
    ];
  }

  public networkRules(): { ingress: NetworkPolicyIngressRule[]; egress: NetworkPolicyEgressRule[] } {
    const ingress: NetworkGrant[] = [
      ...this.ingress.map((edge) => podsGrant(edge.peer.pods(), this.namespace, edge.ports())),
      ...this.plaintext.flatMap((edge) => edge.network().map((n) => ({ ...n, ports: [Port.tcp(edge.number)] }))),
    ];
    const egress = this.allEgress().flatMap((edge) => egressGrants(edge, this.namespace));
    return {
      ingress: [...this.holes.flatMap((h) => h.ingress), ...networkIngressRules(ingress)],
      egress: [...this.holes.flatMap((h) => h.egress), ...networkEgressRules(egress)],
    };
  }

  public networkLines(): string[] {
    return [
      ...this.ingress.map((edge) => `from ${grantLine(edge.peer.name, edge.reason)}`),
      ...this.plaintextLines().map((text) => `from ${text}`),
      ...this.allEgress().map((edge) => `to ${grantLine(edge.target, edge.reason)}`),
      ...this.holes.map((hole) => `${hole.egress.length > 0 ? 'to' : 'from'} ${grantLine(hole.peer, hole.reason)}`),
    ];
  }

  public plaintextPorts(): PortLevelMtls[] {
    const numbers = [...new Set(this.plaintext.map((edge) => edge.number))].sort((a, b) => a - b);
    return numbers.map((number) => ({ number, mode: MtlsMode.PERMISSIVE }));
  }

  public plaintextLines(): string[] {
    return this.plaintext.map((edge) => grantLine(`${edge.source} in plaintext`, edge.reason));
  }

  /** Why the workload reaches a target. */
  public reasonsFor(target: string): string[] {
    return this.egress.filter((edge) => edge.target === target).map((edge) => edge.reason);
  }

  /** Hosts in other namespaces that the proxy has to know. */
  public hosts(): string[] {
    const hosts = this.allEgress().map((edge) => edge.host)
      .filter((h) => h !== undefined && h.namespace !== this.namespace);
    return [...new Set(hosts.map((h) => `${h!.namespace}/${h!.name}`))].sort();
  }

  private proxied(): IngressEdge[] {
    return this.ingress.filter((edge) => !edge.networkOnly);
  }

  private allEgress(): EgressEdge[] {
    return [...this.egress, ...this.namespaceWide?.() ?? []];
  }
}
