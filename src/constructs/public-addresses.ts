import { MeshFacts } from './mesh-facts';
import { EgressEdge } from './peer';
import { Cidr } from '../values/cidr';

/** IPv4 that is no part of the internet (RFC 6890), and the metadata address of Azure, which is a public one. */
const NOT_PUBLIC = [
  '0.0.0.0/8', '10.0.0.0/8', '100.64.0.0/10', '127.0.0.0/8', '168.63.129.16/32', '169.254.0.0/16', '172.16.0.0/12',
  '192.0.0.0/24', '192.168.0.0/16', '198.18.0.0/15', '224.0.0.0/4', '240.0.0.0/4',
];
/** Global unicast addresses that carry any IPv4 address inside: Teredo and 6to4. */
const TUNNELS = ['2001::/32', '2002::/16'];
const REASON = 'hosts whose addresses are not known';

/**
 * The internet without private, link-local and metadata addresses, and without the cluster's own addresses where the facts know them.
 *
 * Of IPv6 only global unicast (2000::/3): that leaves out private (fc00::/7), link-local (fe80::/10) and multicast addresses, and those
 * that stand for IPv4 ones (64:ff9b::/96).
 */
export function publicAddresses(facts: MeshFacts): Cidr[] {
  const own = [...facts.pods ?? [], ...facts.nodes ?? [], ...facts.apiServer?.addresses ?? []];
  return [publicBlock('0.0.0.0/0', NOT_PUBLIC, own), publicBlock('2000::/3', TUNNELS, own)];
}

/** An edge to an external host whose addresses nobody knows leads to every public address. */
export function withAddresses(edge: EgressEdge, facts: MeshFacts): EgressEdge {
  return edge.external === undefined ? edge : { ...edge, addresses: edge.external.cidrs ?? publicAddresses(facts) };
}

function publicBlock(block: string, except: string[], own: Cidr[]): Cidr {
  const all = Cidr.wide(block, { except, reason: REASON });
  const further = own.filter((cidr) => all.overlaps(cidr)).map((cidr) => cidr.block);
  return Cidr.wide(block, { except: [...except, ...new Set(further)], reason: REASON });
}
