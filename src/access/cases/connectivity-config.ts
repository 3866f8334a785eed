import { PolicySources } from '../authorization/compile';
import { MeshSettings } from '../mesh-settings';
import { groupOf, KubeObject, Manifest } from '../objects';
import { AccessConfig } from '../relation/queries/access-tables';
import { IngressGuards, ingressGuards } from '../relation/queries/ingress-guards';
import { list, mapping, mappings, text } from '../snapshot/fields';
import { namespacesOf } from '../snapshot/namespaces';
import { servicesOf } from '../snapshot/services';
import { workloadsOf } from '../snapshot/workloads';
import { Service } from '../workload';
import { Case } from './case-file';
import { meshOf } from './world-of-case';

/** A set of policies that queries name. */
export interface SuiteConfig extends AccessConfig {
  /** by workload, the controller that a pod belongs to */
  readonly owners: ReadonlyMap<string, string>;
  /** by workload, whether several of its pods run */
  readonly severalPods: ReadonlySet<string>;
  /** kinds of objects that have a say in traffic and that no query looks at */
  readonly passedOver: readonly string[];
  /** why there is nothing to ask about */
  readonly problem?: string;
}

/** What a query names: a set, and perhaps one policy of it. */
interface Reference {
  readonly config: string;
  readonly kind?: string;
  readonly namespace?: string;
  readonly policy?: string;
}

const KINDS: Readonly<Record<string, string>> = {
  K8sNetworkPolicy: 'NetworkPolicy', IstioAuthorizationPolicy: 'AuthorizationPolicy', K8sIngress: 'Ingress',
};
const SECURITY = 'security.istio.io';
const TRAFFIC_GROUPS = [
  'networking.istio.io', 'gateway.networking.k8s.io', 'policy.networking.k8s.io', 'crd.projectcalico.org', 'projectcalico.org', 'cilium.io',
];

/** Reads the sets of a case, each once, by what queries call them. */
export function suiteConfigs(one: Case): (reference: string) => SuiteConfig {
  const read = new Map<string, SuiteConfig>();
  const mesh = meshOf(one);
  return (reference) => {
    const config = read.get(reference) ?? readConfig(one, reference, mesh);
    read.set(reference, config);
    return config;
  };
}

function readConfig(one: Case, written: string, mesh: MeshSettings): SuiteConfig {
  const reference = referenceOf(written);
  const files = mapping(mapping(one.configs)[reference.config]);
  const [topology, resources] = [files.topology, files.resources].map((names) => manifestsIn(one, names));
  // what a namespace, a pod or a Service is called can be said twice
  const all = distinct([...topology, ...resources]);
  const namespaces = namespacesOf(all);
  const services = servicesOf(all);
  const policies = distinct(resources).filter((manifest) => isNamed(manifest, reference));
  return {
    name: written,
    problem: problemOf(one, reference, policies),
    workloads: workloadsOf(all.map(alone), namespaces, () => 'none').map((workload) => ({ ...workload, hostNetwork: false })),
    namespaces,
    policies: policies.filter(({ object }) => object.kind === 'NetworkPolicy' && groupOf(object.apiVersion) === 'networking.k8s.io'),
    mesh: sourcesOf(policies, services, mesh),
    ingress: ingressOf(policies, services),
    owners: new Map(all.flatMap(ownerOf)),
    severalPods: new Set(all.filter(hasSeveralPods).map(({ object }) => idOf(object))),
    passedOver: passedOverIn(resources),
  };
}

function problemOf({ configs }: Case, { config, policy }: Reference, policies: readonly Manifest[]): string | undefined {
  if (mapping(configs)[config] === undefined) {
    return `there is no set ${config}`;
  }
  return policy !== undefined && policies.length === 0 ? `there is no policy ${policy} in ${config}` : undefined;
}

function passedOverIn(manifests: readonly Manifest[]): string[] {
  const others = manifests.map(({ object }) => object).filter(({ apiVersion }) => TRAFFIC_GROUPS.includes(groupOf(apiVersion)));
  return [...new Set(others.map(({ kind }) => kind))];
}

function referenceOf(written: string): Reference {
  const [config, ...rest] = written.split('/');
  const [policy, namespace, kind] = rest.reverse();
  return { config, policy, namespace, kind: kind === undefined ? undefined : KINDS[kind] ?? kind };
}

function isNamed({ object: { kind, metadata } }: Manifest, { policy, namespace, kind: wanted }: Reference): boolean {
  const isOf = <T>(own: T, said: T | undefined) => said === undefined || own === said;
  return isOf(metadata.name, policy) && isOf(metadata.namespace, namespace) && isOf(kind, wanted);
}

function manifestsIn({ inputs }: Case, names: unknown): Manifest[] {
  return list(names).flatMap((name) => mappings(mapping(inputs)[String(name)]))
    .filter(isObject).map((object) => ({ object: inNamespace(object), origin: {} }));
}

function isObject(value: Readonly<Record<string, unknown>>): value is KubeObject {
  return [value.kind, value.apiVersion, mapping(value.metadata).name].every((field) => text(field) !== undefined);
}

/** Where a client puts what names no namespace. */
function inNamespace(object: KubeObject): KubeObject {
  return object.kind === 'Namespace' || object.metadata.namespace !== undefined ? object
    : { ...object, metadata: { ...object.metadata, namespace: 'default' } };
}

/** Of objects of one name the last one is what a cluster has. */
function distinct(manifests: readonly Manifest[]): Manifest[] {
  const keyOf = (object: KubeObject) => `${groupOf(object.apiVersion)} ${object.kind} ${idOf(object)}`;
  return [...new Map(manifests.map((manifest) => [keyOf(manifest.object), manifest])).values()];
}

function idOf({ metadata: { namespace = 'default', name } }: KubeObject): string {
  return `${namespace}/${name}`;
}

/** Every pod that is shown is one peer, whatever others look like it. */
function alone({ object, origin }: Manifest): Manifest {
  const metadata = { ...object.metadata, ownerReferences: [] } as KubeObject['metadata'];
  return object.kind === 'Pod' ? { object: { ...object, metadata }, origin } : { object, origin };
}

function ownerOf({ object }: Manifest): [string, string][] {
  const [owner] = mappings(mapping(object.metadata).ownerReferences);
  return object.kind !== 'Pod' || owner === undefined ? []
    : [[idOf(object), `${object.metadata.namespace ?? 'default'}/${String(owner.name)}`]];
}

function hasSeveralPods({ object }: Manifest): boolean {
  const { replicas, parallelism } = mapping(object.spec);
  return Number(replicas ?? parallelism ?? 1) > 1;
}

function sourcesOf(manifests: readonly Manifest[], services: readonly Service[], mesh: MeshSettings): PolicySources | undefined {
  const own = manifests.filter(({ object }) => groupOf(object.apiVersion) === SECURITY);
  return own.length === 0 ? undefined
    : { mesh, services, kind: (group, kind) => own.filter(({ object }) => group === SECURITY && object.kind === kind) };
}

function ingressOf(manifests: readonly Manifest[], services: readonly Service[]): IngressGuards | undefined {
  const ingresses = manifests.filter(({ object }) => object.kind === 'Ingress' && groupOf(object.apiVersion) === 'networking.k8s.io');
  return ingresses.length === 0 ? undefined : ingressGuards(ingresses, services);
}
