import { Labels, Manifest } from '../objects';
import { DataPlaneMode, ContainerPort, Workload } from '../workload';
import { labels, mapping, mappings, text } from './fields';
import { protocolOf } from './services';

type Fields = Readonly<Record<string, unknown>>;

/** What decides how a pod meets the mesh. */
export interface PodFacts {
  readonly labels: Labels;
  readonly annotations: Labels;
  readonly hostNetwork: boolean;
  readonly containers: readonly { readonly name?: string; readonly image?: string }[];
}

/** Decides the data plane mode of a pod in a namespace. */
export type ModeOf = (pod: PodFacts, namespace: Labels) => DataPlaneMode;

const TEMPLATED = new Map([
  ['Deployment', 'apps'], ['StatefulSet', 'apps'], ['DaemonSet', 'apps'], ['ReplicaSet', 'apps'], ['Job', 'batch'],
  ['ReplicationController', ''],
]);

/** The workloads that the objects show: controllers with their pod template, and pods that no controller shown here owns. */
export function workloadsOf(manifests: readonly Manifest[], namespaces: ReadonlyMap<string, Labels>, modeOf: ModeOf): Workload[] {
  const found = new Map<string, Workload>();
  const owners = controllers(manifests);
  const later: Manifest[] = [];
  for (const manifest of manifests) {
    const template = templateOf(manifest);
    if (template !== undefined && ownerIn(manifest, owners) === undefined) {
      add(found, workload(manifest, template, namespaces, modeOf));
    } else if (isKind(manifest, 'Pod', '')) {
      later.push(manifest);
    }
  }
  later.forEach((pod) => addPod(found, ownerIn(pod, owners), pod, workload(pod, pod.object, namespaces, modeOf)));
  return [...found.values()];
}

/** Two controllers of one name are two workloads; the second one is known by its kind too. */
function add(found: Map<string, Workload>, one: Workload): void {
  const id = found.has(one.id) ? `${one.id} (${one.kind})` : one.id;
  found.set(id, id === one.id ? one : { ...one, id });
}

function isKind({ object }: Manifest, kind: string, group: string): boolean {
  return object.kind === kind && object.apiVersion.split('/').slice(0, -1).join('/') === group;
}

function templateOf(manifest: Manifest): Fields | undefined {
  const { object } = manifest;
  const group = TEMPLATED.get(object.kind);
  if (group !== undefined && isKind(manifest, object.kind, group)) {
    return mapping(mapping(object.spec).template);
  }
  return isKind(manifest, 'CronJob', 'batch') ? mapping(mapping(mapping(mapping(object.spec).jobTemplate).spec).template) : undefined;
}

const ownerKey = (namespace: string | undefined, kind: string, name: string) => `${namespace ?? 'default'}/${kind}/${name}`;

function controllers(manifests: readonly Manifest[]): Map<string, Manifest> {
  return new Map(manifests.filter((m) => templateOf(m) !== undefined)
    .map((m) => [ownerKey(m.object.metadata.namespace, m.object.kind, m.object.metadata.name), m]));
}

/** The outermost controller of an object that is shown here. */
function ownerIn({ object }: Manifest, owners: Map<string, Manifest>): Manifest | undefined {
  for (const reference of mappings(mapping(object.metadata).ownerReferences)) {
    const owner = owners.get(ownerKey(object.metadata.namespace, String(reference.kind), String(reference.name)));
    if (owner !== undefined && owner.object !== object) {
      return ownerIn(owner, owners) ?? owner;
    }
  }
  return undefined;
}

/** Pods are instances of their controller where that is shown; otherwise pods of one controller that look alike are one workload. */
function addPod(found: Map<string, Workload>, owner: Manifest | undefined, pod: Manifest, one: Workload): void {
  if (owner !== undefined) {
    const { name, namespace = 'default' } = owner.object.metadata;
    const id = `${namespace}/${name}`;
    const known = found.get(id);
    // what runs is what is in force: its labels and mode win over those of the template
    const addresses = [...known?.addresses ?? [], ...one.addresses];
    found.set(id, { ...one, id, name, kind: owner.object.kind, origin: owner.origin, addresses });
    return;
  }
  const group = unseenOwner(pod);
  const id = group === undefined ? one.id : `${one.namespace}/${group.name}`;
  const known = found.get(id);
  if (known !== undefined && samePods(known, one)) {
    found.set(id, { ...known, addresses: [...known.addresses, ...one.addresses] });
  } else {
    add(found, group === undefined || known !== undefined ? one : { ...one, id, ...group });
  }
}

/** Pods of one controller that is not shown are one workload; a pod that its node made is its own. */
function unseenOwner({ object }: Manifest): { name: string; kind: string } | undefined {
  const [reference] = mappings(mapping(object.metadata).ownerReferences).filter(({ kind }) => kind !== 'Node');
  return reference === undefined ? undefined : { name: String(reference.name), kind: String(reference.kind) };
}

function samePods(a: Workload, b: Workload): boolean {
  return JSON.stringify([a.labels, a.serviceAccount, a.mode, a.ports]) === JSON.stringify([b.labels, b.serviceAccount, b.mode, b.ports]);
}

function workload({ object, origin }: Manifest, pod: Fields, namespaces: ReadonlyMap<string, Labels>, modeOf: ModeOf): Workload {
  const { name, namespace = 'default' } = object.metadata;
  const metadata = mapping(pod.metadata);
  const spec = mapping(pod.spec);
  // an init container that is always restarted is a sidecar: its ports count
  const containers = [...mappings(spec.containers), ...mappings(spec.initContainers).filter(({ restartPolicy }) => restartPolicy === 'Always')];
  const facts: PodFacts = {
    labels: labels(metadata.labels),
    annotations: labels(metadata.annotations),
    hostNetwork: spec.hostNetwork === true,
    containers: containers.map((container) => ({ name: text(container.name), image: text(container.image) })),
  };
  return {
    id: `${namespace}/${name}`,
    namespace,
    name,
    kind: object.kind,
    labels: facts.labels,
    annotations: facts.annotations,
    serviceAccount: text(spec.serviceAccountName) ?? text(spec.serviceAccount) ?? 'default',
    addresses: object.kind === 'Pod' ? addressesOf(mapping(object.status)) : [],
    mode: modeOf(facts, namespaces.get(namespace) ?? {}),
    hostNetwork: facts.hostNetwork,
    ports: containers.flatMap((container) => mappings(container.ports)).flatMap(containerPort),
    origin,
  };
}

function addressesOf(status: Fields): string[] {
  const several = mappings(status.podIPs).map(({ ip }) => text(ip)).filter((ip) => ip !== undefined);
  const single = text(status.podIP);
  return [...new Set(single === undefined ? several : [single, ...several])];
}

function containerPort(port: Fields): ContainerPort[] {
  return typeof port.containerPort === 'number'
    ? [{ name: text(port.name), number: port.containerPort, protocol: protocolOf(port.protocol) }] : [];
}
