import { MeshSettings } from '../mesh-settings';
import { groupOf, Labels, Manifest } from '../objects';
import { Service, Workload } from '../workload';
import { declaredWorkloads } from './declared';
import { mapping, text } from './fields';
import { hypotheticalWorkloads } from './hypothetical';
import { completeMesh, meshConfigOf } from './mesh-config';
import { namespacesOf } from './namespaces';
import { presumedServices, servicesOf } from './services';
import { Unmodelled, unmodelledOf } from './unmodelled';
import { ModeOf, workloadsOf } from './workloads';
import { modeOf } from '../ambient/mode';

/** The objects of a cluster at one moment, resolved. */
export interface Snapshot {
  readonly mesh: MeshSettings;
  readonly manifests: readonly Manifest[];
  readonly namespaces: ReadonlyMap<string, Labels>;
  readonly workloads: readonly Workload[];
  readonly services: readonly Service[];
  readonly unmodelled: readonly Unmodelled[];
  /** what does not fit together, found while resolving */
  readonly problems: readonly { readonly manifest?: Manifest; readonly text: string }[];
  /** the objects of a kind in a group, whatever the version */
  kind(group: string, kind: string): readonly Manifest[];
}

/** What is known beside the objects. */
export interface SnapshotOptions {
  /** settings that nothing among the objects states; what is stated there wins unless it is said here */
  readonly mesh?: Partial<MeshSettings>;
  /** the workloads, where something other than objects tells them; then objects are not asked */
  readonly workloads?: readonly Workload[];
  /** whether workloads that annotations tell of are taken to have Services where none is shown; default no */
  readonly presumeServices?: boolean;
  /** whether there are workloads that stand for what nothing shows; default yes */
  readonly hypothetical?: boolean;
}

/** Resolves a list of objects into who is there and what is set. */
export function snapshotOf(manifests: readonly Manifest[], options: SnapshotOptions = {}): Snapshot {
  const kinds = new Map<string, Manifest[]>();
  for (const manifest of manifests) {
    const key = `${groupOf(manifest.object.apiVersion)}/${manifest.object.kind}`;
    const known = kinds.get(key);
    if (known === undefined) {
      kinds.set(key, [manifest]);
    } else {
      known.push(manifest);
    }
  }
  const found = meshConfigOf(kinds.get('/ConfigMap') ?? []);
  const mesh = completeMesh(found.settings, options.mesh ?? {});
  const namespaces = namespacesOf(manifests, namedNamespaces(kinds, options.workloads ?? []));
  const mode = modeIn(kinds.get('gateway.networking.k8s.io/Gateway') ?? []);
  const shown = options.workloads ?? workloadsOf(manifests, namespaces, mode);
  const declared = options.workloads === undefined ? declaredWorkloads(kinds.get('/ServiceAccount') ?? [], shown) : { workloads: [], problems: [] };
  const known = [...shown, ...declared.workloads];
  const services = servicesOf(kinds.get('/Service') ?? []);
  const more = options.hypothetical === false ? []
    : hypotheticalWorkloads({ manifests, namespaces, workloads: known, modeOf: mode, rootNamespace: mesh.rootNamespace });
  return {
    mesh,
    manifests,
    namespaces,
    workloads: [...known, ...more],
    services: options.presumeServices === true ? [...services, ...presumedServices(declared.workloads, services)] : services,
    unmodelled: unmodelledOf(manifests, mesh.rootNamespace),
    problems: [...found.problems.map((problem) => ({ manifest: found.source, text: problem })), ...declared.problems],
    kind: (group, kind) => kinds.get(`${group}/${kind}`) ?? [],
  };
}

/** Pods that run a Gateway of the Gateway API are what its class says. */
function modeIn(gateways: readonly Manifest[]): ModeOf {
  const classes = new Map(gateways.map(({ object: { metadata, spec } }) => (
    [`${metadata.namespace ?? 'default'}/${metadata.name}`, text(mapping(spec).gatewayClassName)])));
  return (pod, namespace) => modeOf(pod, namespace, classes.get(`${namespace['kubernetes.io/metadata.name']}/${pod.labels[GATEWAY_NAME]}`));
}

const GATEWAY_NAME = 'gateway.networking.k8s.io/gateway-name';

/** Namespaces that no object lies in and that policies mean by their name. */
function namedNamespaces(kinds: ReadonlyMap<string, readonly Manifest[]>, workloads: readonly Workload[]): Set<string> {
  const named = new Set(workloads.map(({ namespace }) => namespace));
  const collect = (value: unknown, key: string): void => {
    if (key === 'kubernetes.io/metadata.name' && typeof value === 'string') {
      named.add(value);
    } else if (key === 'principals' && Array.isArray(value)) {
      value.forEach((principal) => {
        const match = /\/ns\/([^/*]+)\/sa\//.exec(String(principal));
        if (match !== null) {
          named.add(match[1]);
        }
      });
    } else if (Array.isArray(value)) {
      value.forEach((item) => collect(item, key));
    } else if (value !== null && typeof value === 'object') {
      Object.keys(value).forEach((inner) => collect((value as Readonly<Record<string, unknown>>)[inner], inner));
    }
  };
  for (const key of ['networking.k8s.io/NetworkPolicy', 'security.istio.io/AuthorizationPolicy']) {
    (kinds.get(key) ?? []).forEach(({ object }) => collect(object.spec, ''));
  }
  return named;
}
