import { EgressEdge, networkPeer, PodsOfPeer } from './peer';
import { AuthorizationCondition, AuthorizationOperation, AuthorizationRule, AuthorizationSource } from '../resources/authorization-policy';
import { NetworkPolicyEgressRule, NetworkPolicyIngressRule } from '../resources/network-policy';
import { NetworkPolicyPeer } from '../resources/network-policy-peer';
import { Cidr } from '../values/cidr';
import { ClaimRequirement } from '../values/claim-requirement';
import { HttpMatch } from '../values/http-match';
import { JwtIssuer } from '../values/jwt-issuer';
import { Port, TransportProtocol } from '../values/port';

/** One grant as the identity layer writes it. */
export interface IdentityGrant {
  readonly source: AuthorizationSource;
  readonly ports: Port[];
  readonly routes: HttpMatch[];
  readonly claims: ClaimRequirement[];
}

/** One grant as the network layer writes it. The key tells peers apart. */
export interface NetworkGrant {
  readonly peer: NetworkPolicyPeer;
  readonly key: string;
  readonly ports: Port[];
}

/** An identity and, where a token is asked for, its issuer: both fields of one source, which Istio ANDs. */
export function identityOf(principals: string[], issuers: JwtIssuer[]): AuthorizationSource {
  return { principals, ...filled({ requestPrincipals: sorted(issuers.map((issuer) => issuer.requestPrincipal)) }) };
}

/** Pods of a peer as a network grant of a policy in `namespace`. */
export function podsGrant(pods: PodsOfPeer, namespace: string, ports: Port[]): NetworkGrant {
  const labels = Object.entries(pods.podLabels ?? {}).sort();
  return { peer: networkPeer(pods, namespace), key: JSON.stringify([pods.namespace ?? '*', labels]), ports };
}

/** What an edge to pods or to addresses is for the network policy of its source. */
export function egressGrants(edge: EgressEdge, namespace: string): NetworkGrant[] {
  const pods = edge.pods === undefined ? [] : [podsGrant(edge.pods(), namespace, edge.ports())];
  return [...pods, ...(edge.addresses ?? []).map((address) => addressGrant(address, edge.ports()))];
}

/** An address range as a network grant. */
export function addressGrant(address: Cidr, ports: Port[]): NetworkGrant {
  return { peer: NetworkPolicyPeer.cidr(address), key: `address ${address} ${address.except.join()}`, ports };
}

/**
 * The rules of one ALLOW policy: per source and condition all operations together, then sources that may do the same share a rule. Neither
 * the order nor the repetition of grants shows. What asks for HTTP has rules of its own: on a TCP port Istio drops a rule as a whole when
 * anything in it can only be told from a request.
 */
export function authorizationRules(grants: IdentityGrant[]): AuthorizationRule[] {
  const perSource = new Map<string, Part>();
  for (const part of grants.flatMap(partsOf)) {
    const key = JSON.stringify([part.source, part.when, asksForHttp(part)]);
    const known = perSource.get(key);
    perSource.set(key, known === undefined ? part : { ...known, operations: [...known.operations, ...part.operations] });
  }
  const perAccess = new Map<string, Part[]>();
  for (const part of perSource.values()) {
    const merged = { ...part, operations: mergeOperations(part.operations) };
    const key = JSON.stringify([merged.operations, merged.when, asksForHttp(part)]);
    perAccess.set(key, [...(perAccess.get(key) ?? []), merged]);
  }
  return [...perAccess.values()].map(toRule).sort(byJson);
}

/** UDP and SCTP never pass a proxy: only the network layer sees them. */
export function passesProxy(port: Port): boolean {
  return port.transport === TransportProtocol.TCP;
}

function asksForHttp({ source, operations, when }: Part): boolean {
  return source.requestPrincipals !== undefined || when.length > 0 || operations
    .some(({ methods, paths, hosts }) => (methods ?? paths ?? hosts) !== undefined);
}

interface Part {
  readonly source: AuthorizationSource;
  readonly operations: AuthorizationOperation[];
  readonly when: AuthorizationCondition[];
}

function partsOf(grant: IdentityGrant): Part[] {
  const ports = numbers(grant.ports.filter(passesProxy));
  if (ports.length === 0) {
    return [];
  }
  const claims = grant.claims.map((claim) => ({ key: claim.key, values: claim.values }));
  if (grant.routes.length === 0) {
    return [{ source: grant.source, operations: [{ ports }], when: conditions(claims) }];
  }
  return grant.routes.map((route) => ({
    source: grant.source,
    operations: [{ ports, ...filled(textsOf(route)) }],
    // a header is a condition of the whole rule, so a route with headers becomes a rule of its own
    when: conditions([...claims, ...route.headers.map((h) => ({ key: `request.headers[${h.name.toLowerCase()}]`, values: h.values }))]),
  }));
}

function textsOf(route: HttpMatch) {
  return { methods: sorted(route.methods), hosts: sorted(route.hosts.flatMap((h) => h.patterns)), paths: sorted(route.paths) };
}

/** Operations that differ in their paths alone become one. An operation without paths means every path and stays by itself. */
function mergeOperations(operations: AuthorizationOperation[]): AuthorizationOperation[] {
  const byRest = new Map<string, AuthorizationOperation>();
  for (const operation of operations) {
    const { paths, ...rest } = operation;
    const key = JSON.stringify([rest.ports, rest.methods, rest.hosts, paths === undefined]);
    const known = byRest.get(key);
    const both = known?.paths === undefined || paths === undefined ? undefined : sorted([...known.paths, ...paths]);
    byRest.set(key, both === undefined ? operation : { ...operation, paths: both });
  }
  return [...byRest.values()].sort(byJson);
}

function toRule(parts: Part[]): AuthorizationRule {
  // identities that need the same token are one source; what else a source asks for keeps it apart
  const perRest = new Map<string, AuthorizationSource>();
  for (const { source: { principals, ...rest } } of parts) {
    const key = JSON.stringify(rest);
    const both = sorted([...perRest.get(key)?.principals ?? [], ...principals ?? []]);
    perRest.set(key, { ...filled({ principals: both }), ...rest });
  }
  const anonymous = (source: AuthorizationSource) => Number(source.principals === undefined);
  const from = [...perRest.values()].sort((a, b) => anonymous(a) - anonymous(b) || byJson(a, b));
  return { from, to: parts[0].operations, ...filled({ when: parts[0].when }) };
}

export function networkIngressRules(grants: NetworkGrant[]): NetworkPolicyIngressRule[] {
  return mergedPeers(grants).map(({ peers, ports }) => ({ from: peers, ports }));
}

export function networkEgressRules(grants: NetworkGrant[]): NetworkPolicyEgressRule[] {
  return mergedPeers(grants).map(({ peers, ports }) => ({ to: peers, ports }));
}

/** Per peer all ports together, then peers with the same ports share a rule. */
function mergedPeers(grants: NetworkGrant[]): { peers: NetworkPolicyPeer[]; ports: Port[] }[] {
  const perPeer = new Map<string, NetworkGrant>();
  // a grant without ports is an error that the target reports; here it must not become a rule for every port
  for (const grant of grants.filter((g) => g.ports.length > 0)) {
    const known = perPeer.get(grant.key);
    perPeer.set(grant.key, { ...grant, ports: distinctPorts([...(known?.ports ?? []), ...grant.ports]) });
  }
  const perPorts = new Map<string, NetworkGrant[]>();
  for (const grant of [...perPeer.values()].sort(byKey)) {
    const key = grant.ports.map(networkText).join();
    perPorts.set(key, [...(perPorts.get(key) ?? []), grant]);
  }
  return [...perPorts.entries()].sort(([a], [b]) => (a < b ? -1 : 1))
    .map(([, group]) => ({ peers: group.map((g) => g.peer), ports: group[0].ports }));
}

/** Each port once, as the network layer sees it (the application protocol does not matter there), sorted. */
export function distinctPorts(ports: Port[]): Port[] {
  const byText = new Map(ports.map((p) => [networkText(p), p]));
  return [...byText.entries()].sort(([a], [b]) => (a < b ? -1 : 1)).map(([, port]) => port);
}

function networkText(port: Port): string {
  const [first, last] = [port.number ?? 0, port.endNumber ?? 0].map((n) => String(n).padStart(5, '0'));
  return `${port.transport} ${first} ${last} ${port.number === undefined ? port.name : ''}`;
}

function numbers(ports: Port[]): number[] {
  return [...new Set(ports.map((p) => p.number).filter((n): n is number => n !== undefined))].sort((a, b) => a - b);
}

function conditions(when: AuthorizationCondition[]): AuthorizationCondition[] {
  return [...when].sort(byJson);
}

function sorted(values: string[]): string[] {
  return [...new Set(values)].sort();
}

/** Without empty lists: in a policy they would mean everything. */
function filled<T extends object>(lists: T): Partial<T> {
  return Object.fromEntries(Object.entries(lists).filter(([, list]) => (list as unknown[]).length > 0)) as Partial<T>;
}

function byJson(a: unknown, b: unknown): number {
  return JSON.stringify(a) < JSON.stringify(b) ? -1 : 1;
}

function byKey(a: NetworkGrant, b: NetworkGrant): number {
  return a.key < b.key ? -1 : 1;
}
