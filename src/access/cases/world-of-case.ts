import { DEFAULT_MESH, ExtensionProvider, MeshSettings, PathNormalization } from '../mesh-settings';
import { Manifest } from '../objects';
import { mapping, mappings, text, labels } from '../snapshot/fields';
import { protocolOf } from '../snapshot/services';
import { Snapshot, snapshotOf } from '../snapshot/snapshot';
import { ContainerPort, DataPlaneMode, selects, Workload } from '../workload';
import { Case } from './case-file';

type Fields = Readonly<Record<string, unknown>>;
const MODES: readonly string[] = ['sidecar', 'ambient', 'gateway', 'waypoint', 'none'];

/** The snapshot of a case: its pods are told, everything else is among the objects. */
export function snapshotOfCase(one: Case): Snapshot {
  const workloads = mappings(one.workloads).map((fields) => workload({ ...mapping(one.workloadDefaults), ...fields }));
  const manifests = [...manifestsOf(one), ...impliedServices(one, workloads)];
  return snapshotOf(manifests, { mesh: meshOf(one), workloads, hypothetical: false });
}

/** A query that names a port of a Service for pods that no Service selects implies one: gateways have theirs from the installation. */
function impliedServices({ queries, objects }: Case, workloads: readonly Workload[]): Manifest[] {
  const services = objects.filter(({ kind, apiVersion }) => kind === 'Service' && apiVersion === 'v1');
  return workloads.flatMap((one): Manifest[] => {
    const selected = services.some(({ metadata, spec }) => {
      const selector = labels(mapping(spec).selector);
      return (metadata.namespace ?? 'default') === one.namespace && Object.keys(selector).length > 0 && selects(selector, one.labels);
    });
    const ports = new Map(mappings(queries).map(({ to }) => mapping(to))
      .filter(({ workload: id, servicePort }) => id === one.id && servicePort !== undefined)
      .map(({ servicePort, port: target, app }) => [servicePort,
        { name: `${text(app) ?? 'port'}-${String(servicePort)}`, port: servicePort, targetPort: target }]));
    return selected || ports.size === 0 ? [] : [{
      object: {
        apiVersion: 'v1',
        kind: 'Service',
        metadata: { name: one.name, namespace: one.namespace },
        spec: { selector: one.labels, ports: [...ports.values()] },
      },
      origin: {},
    }];
  });
}

/** The objects of a case, with the namespace that a client would give those without one. */
export function manifestsOf({ objects }: Case): Manifest[] {
  return objects.map((object): Manifest => ({ object, origin: {} }));
}

/** The settings of the mesh that a case states. */
export function meshOf({ mesh }: Case): MeshSettings {
  const said = mapping(mesh);
  const flags = mapping(said.flags) as MeshSettings['flags'];
  return {
    ...DEFAULT_MESH,
    ...(typeof said.istio === 'string' ? { istio: said.istio.split('.').slice(0, 2).join('.') } : {}),
    ...(typeof said.trustDomain === 'string' ? { trustDomain: said.trustDomain } : {}),
    ...(Array.isArray(said.trustDomainAliases) ? { trustDomainAliases: said.trustDomainAliases.map(String) } : {}),
    ...(typeof said.rootNamespace === 'string' ? { rootNamespace: said.rootNamespace } : {}),
    ...(typeof said.pathNormalization === 'string' ? { pathNormalization: normalizationOf(said.pathNormalization) } : {}),
    ...(typeof said.numTrustedProxies === 'number' ? { numTrustedProxies: said.numTrustedProxies } : {}),
    ...(typeof said.enableAutoMtls === 'boolean' ? { autoMtls: said.enableAutoMtls } : {}),
    ...(Array.isArray(said.extensionProviders) ? { extensionProviders: mappings(said.extensionProviders).map(providerOf) } : {}),
    jwks: mapping(said.jwks) as MeshSettings['jwks'],
    flags,
  };
}

function normalizationOf(name: string): PathNormalization {
  return name === 'DEFAULT' ? 'BASE' : name as PathNormalization;
}

function providerOf({ name, api }: Fields): ExtensionProvider {
  return { name: String(name), api: api === 'grpc' || api === 'http' ? api : 'other' };
}

function workload(fields: Fields): Workload {
  const namespace = text(fields.namespace) ?? 'default';
  const name = text(fields.name) ?? String(fields.id);
  const mode = text(fields.mode);
  return {
    id: text(fields.id) ?? `${namespace}/${name}`,
    namespace,
    name,
    kind: 'Pod',
    labels: labels(fields.labels),
    annotations: labels(fields.annotations),
    serviceAccount: text(fields.serviceAccount) ?? 'default',
    addresses: [text(fields.ip), ...(Array.isArray(fields.ips) ? fields.ips.map(text) : [])].filter((ip) => ip !== undefined),
    mode: (mode !== undefined && MODES.includes(mode) ? mode : 'none') as DataPlaneMode,
    hostNetwork: fields.hostNetwork === true,
    ports: mappings(fields.ports).flatMap(port),
  };
}

function port({ name, port: number, protocol, app }: Fields): ContainerPort[] {
  return typeof number === 'number' ? [{ name: text(name), number, protocol: protocolOf(protocol), app: text(app) }] : [];
}
