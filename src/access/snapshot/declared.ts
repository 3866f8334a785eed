import { Manifest } from '../objects';
import { ContainerPort, DataPlaneMode, selects, Workload } from '../workload';
import { labels, list, mapping, mappings, text } from './fields';
import { WORKLOADS_ANNOTATION, WORKLOADS_FORMAT } from '../../values/grammar/workloads-annotation';

const MODES: readonly string[] = ['sidecar', 'ambient', 'none'];

/** Workloads that annotations tell of, and where they contradict what is shown. */
export interface DeclaredWorkloads {
  readonly workloads: readonly Workload[];
  readonly problems: readonly { readonly manifest: Manifest; readonly text: string }[];
}

/**
 * What annotations of ServiceAccounts tell of workloads whose pods are not among the objects. Pods that are shown are never overridden;
 * where they disagree with an annotation, that is a problem. An annotation is no proof that pods exist: such a workload is of the kind
 * `Declared`.
 */
export function declaredWorkloads(manifests: readonly Manifest[], shown: readonly Workload[]): DeclaredWorkloads {
  const workloads: Workload[] = [];
  const problems: { manifest: Manifest; text: string }[] = [];
  const byNamespace = grouped(shown);
  for (const manifest of manifests) {
    const annotation = labels(manifest.object.metadata.annotations)[WORKLOADS_ANNOTATION];
    if (manifest.object.kind === 'ServiceAccount' && annotation !== undefined) {
      const read = readAnnotation(manifest, annotation);
      read.problems.forEach((problem) => problems.push({ manifest, text: problem }));
      for (const one of read.workloads) {
        const pods = (byNamespace.get(one.namespace) ?? []).filter((workload) => selects(one.labels, workload.labels));
        pods.flatMap((workload) => disagreements(one, workload)).forEach((problem) => problems.push({ manifest, text: problem }));
        if (pods.length === 0) {
          workloads.push(one);
        }
      }
    }
  }
  return { workloads, problems };
}

function grouped(workloads: readonly Workload[]): Map<string, Workload[]> {
  const groups = new Map<string, Workload[]>();
  for (const workload of workloads) {
    const group = groups.get(workload.namespace) ?? [];
    groups.set(workload.namespace, group);
    group.push(workload);
  }
  return groups;
}

function readAnnotation({ object, origin }: Manifest, annotation: string): { workloads: Workload[]; problems: string[] } {
  let data: unknown;
  try {
    data = JSON.parse(annotation);
  } catch {
    return { workloads: [], problems: [`the annotation ${WORKLOADS_ANNOTATION} is no JSON, so that it tells of no workload`] };
  }
  const { format, workloads } = mapping(data);
  if (format !== WORKLOADS_FORMAT) {
    return { workloads: [], problems: [`the annotation ${WORKLOADS_ANNOTATION} has the format ${JSON.stringify(format)}; this version reads ${WORKLOADS_FORMAT}`] };
  }
  const namespace = object.metadata.namespace ?? 'default';
  return {
    workloads: mappings(workloads).map((fields) => ({
      id: `${namespace}/${text(fields.name) ?? object.metadata.name}`,
      namespace,
      name: text(fields.name) ?? object.metadata.name,
      kind: 'Declared',
      labels: labels(fields.labels),
      annotations: {},
      serviceAccount: object.metadata.name,
      addresses: [],
      mode: modeOf(fields.dataPlane),
      hostNetwork: false,
      ports: list(fields.ports).flatMap(port),
      origin,
    })),
    problems: [],
  };
}

function modeOf(value: unknown): DataPlaneMode {
  return typeof value === 'string' && MODES.includes(value) ? value as DataPlaneMode : 'none';
}

/** A port as grants write it: `http/8080`, `udp/53`. */
function port(value: unknown): ContainerPort[] {
  const match = /^([a-z0-9-]+)\/(\d+)$/.exec(String(value));
  if (match === null) {
    return [];
  }
  const protocol = match[1] === 'udp' ? 'UDP' : match[1] === 'sctp' ? 'SCTP' : 'TCP';
  return [{ number: Number(match[2]), protocol, ...(protocol === 'TCP' ? { app: match[1] } : {}) }];
}

function disagreements(declared: Workload, shown: Workload): string[] {
  return [
    ...(declared.serviceAccount === shown.serviceAccount ? []
      : [`the annotation says that the pods of ${shown.id} run as ${declared.serviceAccount}, and they run as ${shown.serviceAccount}`]),
    ...(declared.mode === shown.mode ? []
      : [`the annotation says that ${shown.id} is in data plane mode ${declared.mode}, and its pods are in ${shown.mode}`]),
  ];
}
