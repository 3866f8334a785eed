import { Manifest, Labels } from '../../access/objects';
import { labels, mapping } from '../../access/snapshot/fields';
import { Snapshot } from '../../access/snapshot/snapshot';

/** The pod that an object is or makes. */
export interface PodSpec {
  readonly manifest: Manifest;
  /** where its spec stands */
  readonly path: string;
  readonly spec: Readonly<Record<string, unknown>>;
  readonly labels: Labels;
  readonly annotations: Labels;
}

const TEMPLATED: readonly (readonly [group: string, kind: string])[] = [
  ['apps', 'Deployment'], ['apps', 'StatefulSet'], ['apps', 'DaemonSet'], ['apps', 'ReplicaSet'], ['batch', 'Job'], ['', 'ReplicationController'],
];

/** Every pod and every pod template among the objects. */
export function podSpecs(snapshot: Snapshot): PodSpec[] {
  return [
    ...snapshot.kind('', 'Pod').map((manifest) => podSpec(manifest, 'spec', manifest.object)),
    ...TEMPLATED.flatMap(([group, kind]) => snapshot.kind(group, kind))
      .map((manifest) => podSpec(manifest, 'spec.template.spec', mapping(mapping(manifest.object.spec).template))),
    ...snapshot.kind('batch', 'CronJob').map((manifest) => podSpec(manifest, 'spec.jobTemplate.spec.template.spec',
      mapping(mapping(mapping(mapping(manifest.object.spec).jobTemplate).spec).template))),
  ];
}

function podSpec(manifest: Manifest, path: string, pod: Readonly<Record<string, unknown>>): PodSpec {
  const metadata = mapping(pod.metadata);
  return { manifest, path, spec: mapping(pod.spec), labels: labels(metadata.labels), annotations: labels(metadata.annotations) };
}
