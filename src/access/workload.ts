import { Labels, Origin } from './objects';

/** How the traffic of a workload meets the mesh. */
export type DataPlaneMode = 'sidecar' | 'ambient' | 'gateway' | 'waypoint' | 'none';

export type TransportProtocol = 'TCP' | 'UDP' | 'SCTP';

/** A port that a container declares. */
export interface ContainerPort {
  readonly name?: string;
  readonly number: number;
  readonly protocol: TransportProtocol;
  /** the application protocol where something other than a Service states it */
  readonly app?: string;
}

/** A set of pods with one service account, or one pod: whatever no policy can tell apart. */
export interface Workload {
  /** `namespace/name`, unique */
  readonly id: string;
  readonly namespace: string;
  readonly name: string;
  /** of the owner: Deployment, Pod, ...; `Hypothetical` for what policies name and nothing shows */
  readonly kind: string;
  readonly labels: Labels;
  readonly annotations: Labels;
  readonly serviceAccount: string;
  /** known addresses of its pods */
  readonly addresses: readonly string[];
  readonly mode: DataPlaneMode;
  readonly hostNetwork: boolean;
  readonly ports: readonly ContainerPort[];
  readonly origin?: Origin;
}

/** A port of a Service. */
export interface ServicePort {
  readonly name?: string;
  readonly port: number;
  readonly targetPort: number | string;
  readonly protocol: TransportProtocol;
  readonly appProtocol?: string;
}

/** A Service as far as it routes traffic. */
export interface Service {
  readonly namespace: string;
  readonly name: string;
  readonly labels: Labels;
  readonly annotations: Labels;
  /** undefined or empty: selects nobody */
  readonly selector?: Labels;
  readonly type: string;
  /** `None` is headless */
  readonly clusterIP?: string;
  readonly externalName?: string;
  /** where it is known: of two Services on one port the older one says what it speaks */
  readonly createdAt?: string;
  readonly ports: readonly ServicePort[];
  readonly origin?: Origin;
}

/** Whether the labels have all that the selector asks for. */
export function selects(selector: Labels, labels: Labels): boolean {
  return Object.entries(selector).every(([key, value]) => labels[key] === value);
}
