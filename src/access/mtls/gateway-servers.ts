import { hostOfService, isCovered, texts } from '../egress/registry';
import { MeshSettings } from '../mesh-settings';
import { groupOf, Manifest, ObjectRef, refOf } from '../objects';
import { labels, mapping, mappings, text } from '../snapshot/fields';
import { selects, Service, Workload } from '../workload';
import { namespaceOf, olderManifestFirst } from './precedence';
import { PortProtocol, protocolNamed } from './protocols';
import { selectorIndex } from './selector-index';

/** How a server of a gateway ends TLS; `none` speaks plaintext. */
export type ServerTls = 'none' | 'SIMPLE' | 'MUTUAL' | 'ISTIO_MUTUAL' | 'OPTIONAL_MUTUAL' | 'PASSTHROUGH' | 'AUTO_PASSTHROUGH';

/** A server of an Istio Gateway, or a listener of a Gateway API one. */
export interface GatewayServer {
  readonly object: ObjectRef;
  readonly api: 'istio' | 'kubernetes';
  /** of the gateway, as routes name it */
  readonly namespace: string;
  readonly gateway: string;
  readonly section?: string;
  readonly port: number;
  readonly protocol: PortProtocol;
  readonly tls: ServerTls;
  /** if there are any, the certificate of a client has to hold one of them */
  readonly subjectAltNames: readonly string[];
  readonly httpsRedirect: boolean;
  /** which hosts, and of whose routes: a namespace or `*` */
  readonly hosts: readonly { readonly owner: string; readonly host: string }[];
}

/** A server where a pod listens for it. */
export interface BoundServer extends GatewayServer {
  /** of the pod: the target of the Service port that the server names */
  readonly podPort: number;
  readonly podNamespace: string;
}

/** Finds the servers that a gateway pod runs. */
export interface GatewayServers {
  of(workload: Workload): readonly BoundServer[];
}

const GATEWAY_NAME = 'gateway.networking.k8s.io/gateway-name';

/** Reads the Gateways of both kinds; a server listens at the target ports of the Services that select the pod. */
export function compileGatewayServers({ manifests, services, mesh }: {
  readonly manifests: readonly Manifest[];
  readonly services: readonly Service[];
  readonly mesh: MeshSettings;
}): GatewayServers {
  const gateways = manifests.filter(({ object }) => object.kind === 'Gateway').sort(olderManifestFirst);
  const istio = gateways.filter(({ object }) => groupOf(object.apiVersion) === 'networking.istio.io')
    .map((manifest) => ({ selector: labels(mapping(manifest.object.spec).selector), servers: istioServers(manifest) }));
  const kubernetes = gateways.filter(({ object }) => groupOf(object.apiVersion) === 'gateway.networking.k8s.io');
  const owning = selectorIndex(services.flatMap((item) => (
    Object.keys(item.selector ?? {}).length === 0 ? [] : [{ namespace: item.namespace, selector: item.selector ?? {}, item }])));
  return {
    of: (workload) => {
      const own = owning.selecting(workload.namespace, workload.labels);
      const servers = [
        ...istio.filter(({ selector }) => selects(selector, workload.labels)).flatMap((gateway) => gateway.servers),
        ...kubernetes.filter((gateway) => isRunBy(gateway, workload, own, mesh)).flatMap(kubernetesServers),
      ];
      const podNamespace = workload.namespace;
      return servers.flatMap((server) => podPorts(server.port, own, workload).map((podPort) => ({ ...server, podPort, podNamespace })));
    },
  };
}

/** The ports of the pod behind a port of its Services; without such a Service the number itself. */
function podPorts(number: number, own: readonly Service[], { ports }: Workload): readonly number[] {
  const targets = own.flatMap((service) => service.ports).filter(({ port }) => port === number)
    .flatMap(({ targetPort }) => (typeof targetPort === 'number' ? targetPort : ports.find(({ name }) => name === targetPort)?.number ?? []));
  return targets.length === 0 ? [number] : [...new Set(targets)];
}

/** A gateway that istiod deploys names itself in a label; one that is there already is named by its Service. */
function isRunBy({ object }: Manifest, workload: Workload, own: readonly Service[], mesh: MeshSettings): boolean {
  const namespace = namespaceOf(object.metadata);
  const addresses = mappings(mapping(object.spec).addresses).map(({ value }) => text(value) ?? '');
  if (addresses.length === 0) {
    return namespace === workload.namespace && workload.labels[GATEWAY_NAME] === object.metadata.name;
  }
  return own.some((service) => addresses.includes(hostOfService(service, mesh))
    || (addresses.includes(service.name) && service.namespace === namespace));
}

function istioServers(manifest: Manifest): GatewayServer[] {
  const { metadata, spec } = manifest.object;
  const namespace = namespaceOf(metadata);
  return mappings(mapping(spec).servers).flatMap((server) => {
    const { number, protocol } = mapping(server.port);
    const tls = mapping(server.tls);
    const stated = text(tls.mode);
    const secured = ['TLS'].includes(protocolNamed(protocol));
    return typeof number !== 'number' ? [] : [{
      object: refOf(manifest),
      api: 'istio' as const,
      namespace,
      gateway: metadata.name,
      section: text(server.name),
      port: number,
      protocol: terminated(protocol, secured && stated !== 'PASSTHROUGH' && stated !== 'AUTO_PASSTHROUGH'),
      // the first value of the enumeration is what an empty `tls` means
      tls: secured ? (stated ?? 'PASSTHROUGH') as ServerTls : 'none' as const,
      subjectAltNames: texts(tls.subjectAltNames),
      httpsRedirect: tls.httpsRedirect === true,
      hosts: texts(server.hosts).map((host) => hostOf(host, namespace)),
    }];
  });
}

function hostOf(said: string, namespace: string): { owner: string; host: string } {
  const [owner, host] = said.includes('/') ? said.split('/') : ['*', said];
  return { owner: owner === '.' ? namespace : owner, host };
}

/** What is spoken inside of TLS that the gateway ends: HTTP for HTTPS, bytes for TLS. */
function terminated(protocol: unknown, ends: boolean): PortProtocol {
  return ends && String(protocol).toUpperCase() === 'HTTPS' ? 'HTTP' : ends ? 'TCP' : protocolNamed(protocol);
}

function kubernetesServers(manifest: Manifest): GatewayServer[] {
  const { metadata, spec } = manifest.object;
  const namespace = namespaceOf(metadata);
  return mappings(mapping(spec).listeners).flatMap((listener) => {
    const secured = listener.protocol === 'HTTPS' || listener.protocol === 'TLS';
    const tls = mapping(listener.tls);
    const passes = tls.mode === 'Passthrough';
    const from = text(mapping(mapping(listener.allowedRoutes).namespaces).from) ?? 'Same';
    return typeof listener.port !== 'number' ? [] : [{
      object: refOf(manifest),
      api: 'kubernetes' as const,
      namespace,
      gateway: metadata.name,
      section: text(listener.name),
      port: listener.port,
      protocol: terminated(listener.protocol, secured && !passes),
      tls: !secured ? 'none' as const : passes ? 'PASSTHROUGH' as const : clientTls(tls),
      subjectAltNames: [],
      httpsRedirect: false,
      hosts: [{ owner: from === 'Same' ? namespace : from === 'All' ? '*' : '?', host: text(listener.hostname) ?? '*' }],
    }];
  });
}

function clientTls(tls: Readonly<Record<string, unknown>>): ServerTls {
  const options = labels(tls.options)['gateway.istio.io/tls-terminate-mode'];
  return options === 'ISTIO_MUTUAL' || options === 'MUTUAL' ? options : mapping(tls.frontendValidation).caCertificateRefs === undefined ? 'SIMPLE' : 'MUTUAL';
}

/** The hosts that both name: of a pair that overlaps the narrower one. */
export function commonHosts(some: readonly string[], others: readonly string[]): string[] {
  const common = some.flatMap((one) => others.flatMap((other) => (isCovered(one, other) ? [one] : isCovered(other, one) ? [other] : [])));
  return [...new Set(common)];
}
