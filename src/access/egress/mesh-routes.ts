import { MeshSettings } from '../mesh-settings';
import { isCovered, texts } from './registry';
import { fullHost } from '../mtls/destination-rules';
import { namespaceOf, olderManifestFirst } from '../mtls/precedence';
import { groupOf, Manifest, ObjectRef, refOf } from '../objects';
import { mapping, mappings, text } from '../snapshot/fields';

/** A place where a VirtualService may send a call. */
export interface RouteDestination {
  readonly host: string;
  readonly port?: number;
  readonly subset?: string;
}

/** What a VirtualService does with the calls of a host that proxies make. */
export interface MeshRoute {
  readonly object: ObjectRef;
  readonly destinations: readonly RouteDestination[];
  /** it also answers by itself, redirects or delegates */
  readonly more: boolean;
}

/** Finds the VirtualService that routes what proxies send. */
export interface MeshRoutes {
  /** for calls of a host by proxies of a namespace */
  of(namespace: string, hostname: string): MeshRoute | undefined;
}

interface Routed extends MeshRoute {
  readonly namespace: string;
  readonly exportTo: readonly string[];
}

/** Reads the VirtualServices that are for proxies, the oldest first; of a host the first one counts. */
export function compileMeshRoutes(manifests: readonly Manifest[], mesh: MeshSettings): MeshRoutes {
  const byHost = new Map<string, Routed[]>();
  const routes = manifests.filter(({ object }) => object.kind === 'VirtualService' && groupOf(object.apiVersion) === 'networking.istio.io')
    .filter(({ object }) => isForProxies(texts(mapping(object.spec).gateways))).sort(olderManifestFirst);
  for (const manifest of routes) {
    const routed = routedBy(manifest, mesh);
    texts(mapping(manifest.object.spec).hosts).map((host) => fullHost(host, routed.namespace, mesh))
      .forEach((host) => byHost.set(host, [...byHost.get(host) ?? [], routed]));
  }
  const wildcards = [...byHost.keys()].filter((host) => host.startsWith('*')).sort((a, b) => b.length - a.length);
  return {
    of: (namespace, hostname) => [hostname, ...wildcards.filter((wildcard) => isCovered(hostname, wildcard))]
      .flatMap((host) => byHost.get(host) ?? []).find((routed) => isShown(routed, namespace)),
  };
}

/** Whether a VirtualService without gateways, or with `mesh` among them, configures proxies. */
function isForProxies(gateways: readonly string[]): boolean {
  return gateways.length === 0 || gateways.includes('mesh');
}

function isShown({ exportTo, namespace }: Routed, to: string): boolean {
  return exportTo.length === 0 || exportTo.includes('*') || exportTo.includes(to) || (exportTo.includes('.') && namespace === to);
}

function routedBy(manifest: Manifest, mesh: MeshSettings): Routed {
  const { object } = manifest;
  const spec = mapping(object.spec);
  const namespace = namespaceOf(object.metadata);
  const said = texts(spec.exportTo);
  const routes = [...mappings(spec.http), ...mappings(spec.tls), ...mappings(spec.tcp)];
  return {
    namespace,
    exportTo: said.length > 0 ? said : mesh.defaultExportTo?.virtualService ?? [],
    object: refOf(manifest),
    destinations: routes.flatMap((route) => mappings(route.route)).flatMap((weighted) => destinationOf(weighted, namespace, mesh)),
    more: routes.some(({ redirect, directResponse, delegate }) => [redirect, directResponse, delegate].some(isStated)),
  };
}

function isStated(field: unknown): boolean {
  return field !== undefined && field !== null;
}

/** The destination of one weighted route, with its host in full. */
export function destinationOf(weighted: Readonly<Record<string, unknown>>, namespace: string, mesh: MeshSettings): RouteDestination[] {
  const { host, port, subset } = mapping(weighted.destination);
  const number = mapping(port).number;
  return typeof host !== 'string' || host === '' ? [] : [{
    host: fullHost(host, namespace, mesh),
    port: typeof number === 'number' ? number : undefined,
    subset: text(subset),
  }];
}
