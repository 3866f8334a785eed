import { DestinationRule } from '../resources/destination-rule';
import { ServiceEntry } from '../resources/service-entry';
import { ExternalHost } from '../values/external-host';

/** Who uses an external host, as its namespace has to know. */
export interface HostUser {
  readonly name: string;
  readonly reason: string;
  /** The workload, when it is a single one. */
  readonly workload?: { readonly name: string; readonly selector: () => Record<string, string> };
  /** Whether its proxy knows no host that nobody defines. */
  readonly restricted: boolean;
}

/** The objects that stand for an external host in one namespace. */
export interface HostObjects {
  readonly entry?: ServiceEntry;
  readonly rules: DestinationRule[];
}

/** The hosts outside of the mesh that workloads of one namespace use. */
export interface HostRegistry {
  /** Makes sure that the host is defined for this user. */
  use(host: ExternalHost, user: HostUser): void;
  /** The objects that stand for a host so far. */
  objectsOf(host: ExternalHost): HostObjects;
}
