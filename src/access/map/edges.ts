import { Condition } from '../condition';
import { Intervals } from '../network/intervals';
import { TransportProtocol, Workload } from '../workload';
import { Grant } from './grants';
import { MeshGuards } from './passages';
import { Requests } from './requests';
import { SourceName } from './source-names';

/** Ports of one protocol. */
export interface EdgePorts {
  readonly protocol: TransportProtocol | 'other';
  /** 0 for protocols without ports */
  readonly first: number;
  readonly last: number;
}

/** What guards an edge: which sides NetworkPolicies isolate, and what the mesh asks for. */
export interface EdgeLayers extends MeshGuards {
  readonly network: 'both' | 'ingress' | 'egress' | 'none';
}

/** Who may reach whom with what. */
export interface AccessEdge {
  /** a workload, `namespace/*`, `*` twice for all of them, a group, `outside`, a CIDR, or `any`: all workloads and everything outside */
  readonly from: string;
  /** whom of them the edge is not about */
  readonly except?: readonly string[];
  /** the id of a workload, a host, a CIDR, or `outside` */
  readonly to: string;
  /** CIDRs that are left out of the one that the edge leads to */
  readonly toExcept?: readonly string[];
  /** the addresses, in which those of a host have to be for the network to let it pass */
  readonly where?: readonly string[];
  readonly ports: readonly EdgePorts[];
  readonly requests: Requests;
  /** only connections that are HTTP, or only those that are not */
  readonly speaks?: 'http' | 'tcp';
  readonly layers: EdgeLayers;
  readonly unknown?: readonly string[];
  readonly ifProvidersAgree?: readonly string[];
  /** where rows cannot say which requests: the rules that do */
  readonly rules?: readonly string[];
}

/** What is said of some ports for some sources. */
export interface PortGrants {
  readonly ports: readonly EdgePorts[];
  readonly grant: Pick<Grant, 'requests' | 'speaks' | 'unknown' | 'ifProvidersAgree' | 'rules'>;
  readonly guards: MeshGuards;
  readonly key: string;
}

/** What is found out once about a destination. */
export interface Destination {
  readonly workload: Workload;
  readonly told: readonly number[];
  readonly conditions: readonly Condition[];
  readonly isolated: boolean;
}

/** Ports of one protocol, one by one. */
export function edgePorts(protocol: TransportProtocol, ports: Intervals<number>): EdgePorts[] {
  return ports.map(({ first, last }) => ({ protocol, first, last }));
}

/** An edge from sources to a destination. */
export function edge(name: SourceName, to: string, { ports, grant, guards }: PortGrants, network: EdgeLayers['network']): AccessEdge {
  return { ...name, to, ports, ...grant, layers: { network, ...guards } };
}
