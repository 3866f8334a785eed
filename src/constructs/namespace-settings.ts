import { ApiObjectMetadata, Lazy } from 'cdk8s';
import { Enforcement, Layer } from './enforcement';
import { GitOps, ObjectRole } from './git-ops';
import { Hole } from './holes';
import { HostRegistry } from './host-registry';
import { MeshFacts } from './mesh-facts';
import { EgressEdge } from './peer';
import { WORKLOADS_ANNOTATION } from '../values/grammar/workloads-annotation';

/** One sorted `peer: reason` line per grant. */
export const GRANTS_ANNOTATION = 'cdk8s-zero-trust/grants';
/** Why an object that opens something exists. */
export const REASON_ANNOTATION = 'cdk8s-zero-trust/reason';

/** What every object in a namespace of the library has in common. */
export interface NamespaceSettings {
  readonly name: string;
  readonly facts: MeshFacts;
  readonly enforcement: Enforcement;
  readonly layers: Layer[];
  readonly namePrefix: string;
  readonly gitOps?: GitOps;
  /** What every proxy of the namespace knows, in the form of a Sidecar. */
  readonly egressHosts: () => string[];
  /** The holes of the network layer that are switched on. */
  readonly holes: Hole[];
  /** What is granted to every workload of the namespace. */
  readonly wideEdges: () => EgressEdge[];
  /** Tells of everything that is granted to every workload of the namespace, now and later. */
  readonly eachWideEdge: (visit: (edge: EgressEdge) => void) => void;
  /** The hosts outside of the mesh that workloads of this namespace use. */
  readonly externalHosts: () => HostRegistry;
  /** Whether the caller owns the baseline (default deny and the like) of the namespace. */
  readonly owned: boolean;
}

export interface ObjectMetadataOptions {
  readonly role: ObjectRole;
  /** Names that are an identity or a convention get no prefix. */
  readonly unprefixed?: boolean;
  /** The lines of the grants annotation, produced at synth. */
  readonly grantLines?: () => string[];
  readonly reason?: string;
  /** Several reasons, produced at synth. */
  readonly reasons?: () => string[];
  readonly annotations?: Record<string, string>;
  /** The text of the annotation about the workloads of an account, produced at synth. */
  readonly workloads?: () => string;
}

/** Metadata of an object in a namespace: a plain name, who manages it, and why it exists. */
export function objectMetadata(settings: ObjectSettings, name: string, options: ObjectMetadataOptions): ApiObjectMetadata {
  const reasons = options.reasons ?? (options.reason === undefined ? undefined : () => [options.reason!]);
  return {
    name: options.unprefixed ? name : `${settings.namePrefix}${name}`,
    namespace: settings.name,
    labels: { 'app.kubernetes.io/managed-by': 'cdk8s-zero-trust' },
    annotations: {
      ...settings.gitOps?._annotations(options.role),
      ...options.annotations,
      ...linesAnnotation(REASON_ANNOTATION, reasons),
      ...linesAnnotation(GRANTS_ANNOTATION, options.grantLines),
      ...lazyAnnotation(WORKLOADS_ANNOTATION, options.workloads),
    },
  };
}

/** A line of the grants annotation. */
export function grantLine(peer: string, reason: string): string {
  return `${peer}: ${reason === '' ? 'no reason given' : reason}`;
}

/** The part of the settings that names and labels need. */
export type ObjectSettings = Pick<NamespaceSettings, 'name' | 'namePrefix' | 'gitOps'>;

/** Sorted lines, produced at synth; no annotation where there is no line. */
function linesAnnotation(key: string, lines?: () => string[]): Record<string, string> {
  const text = (all: string[]) => (all.length === 0 ? undefined : [...new Set(all)].sort().join('\n'));
  return lazyAnnotation(key, lines === undefined ? undefined : () => text(lines()));
}

/** An annotation is text for cdk8s, but it is resolved like any other value. */
function lazyAnnotation(key: string, produce?: () => string | undefined): Record<string, string> {
  return produce === undefined ? {} : { [key]: Lazy.any({ produce }) as unknown as string };
}
