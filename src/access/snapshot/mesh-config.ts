import { load } from 'js-yaml';
import { DEFAULT_MESH, ExtensionProvider, MeshSettings, PathNormalization } from '../mesh-settings';
import { Manifest } from '../objects';
import { list, mapping, mappings, text } from './fields';

const NORMALIZATIONS: Readonly<Record<string, PathNormalization>> = {
  DEFAULT: 'BASE', NONE: 'NONE', BASE: 'BASE', MERGE_SLASHES: 'MERGE_SLASHES', DECODE_AND_MERGE_SLASHES: 'DECODE_AND_MERGE_SLASHES',
};

/** What was found of a mesh's configuration, and what is wrong with it. */
export interface FoundMesh {
  readonly settings: Partial<MeshSettings>;
  readonly problems: readonly string[];
  readonly source?: Manifest;
}

/** The mesh configuration in the ConfigMap that istiod reads: `istio`, or `istio-REVISION`, with the key `mesh`. */
export function meshConfigOf(manifests: readonly Manifest[]): FoundMesh {
  const sources = manifests.filter(({ object }) => object.kind === 'ConfigMap' && object.apiVersion === 'v1'
    && /^istio(-|$)/.test(object.metadata.name) && typeof mapping(object.data).mesh === 'string');
  const source = sources.find(({ object }) => object.metadata.name === 'istio') ?? sources[0];
  if (source === undefined) {
    return { settings: {}, problems: [] };
  }
  const several = sources.length > 1
    ? [`there are ${sources.length} mesh configurations; ${source.object.metadata.name} is taken`] : [];
  try {
    return { settings: meshSettings(mapping(load(mapping(source.object.data).mesh as string))), problems: several, source };
  } catch (error) {
    return { settings: {}, problems: [`the mesh configuration is no YAML: ${(error as Error).message.split('\n')[0]}`], source };
  }
}

/** Reads `meshConfig` as Istio and its Helm chart write it; what is not said is not there. */
export function meshSettings(config: Readonly<Record<string, unknown>>): Partial<MeshSettings> {
  const normalization = NORMALIZATIONS[String(mapping(config.pathNormalization).normalization)];
  const outbound = text(mapping(config.outboundTrafficPolicy).mode);
  const defaultConfig = mapping(config.defaultConfig);
  const proxies = mapping(defaultConfig.gatewayTopology).numTrustedProxies;
  return defined({
    trustDomain: text(config.trustDomain),
    trustDomainAliases: Array.isArray(config.trustDomainAliases) ? list(config.trustDomainAliases).map(String) : undefined,
    rootNamespace: text(config.rootNamespace),
    pathNormalization: normalization,
    outboundTrafficPolicy: outbound === 'REGISTRY_ONLY' || outbound === 'ALLOW_ANY' ? outbound : undefined,
    extensionProviders: Array.isArray(config.extensionProviders) ? mappings(config.extensionProviders).map(provider) : undefined,
    numTrustedProxies: typeof proxies === 'number' ? proxies : undefined,
    edgeGateways: mapping(defaultConfig.connectionSettings).profile === 'EDGE' ? true : undefined,
    defaultExportTo: exportDefaults(config),
    autoMtls: typeof config.enableAutoMtls === 'boolean' ? config.enableAutoMtls : undefined,
  });
}

function provider(fields: Readonly<Record<string, unknown>>): ExtensionProvider {
  const api = fields.envoyExtAuthzGrpc !== undefined ? 'grpc' : fields.envoyExtAuthzHttp !== undefined ? 'http' : 'other';
  const service = text(mapping(fields.envoyExtAuthzGrpc ?? fields.envoyExtAuthzHttp).service);
  return { name: String(fields.name), api, ...(service === undefined ? {} : { service }) };
}

function exportDefaults(config: Readonly<Record<string, unknown>>): MeshSettings['defaultExportTo'] {
  const said = Object.entries(EXPORT_DEFAULTS).filter(([, field]) => Array.isArray(config[field]))
    .map(([kind, field]) => [kind, list(config[field]).map(String)]);
  return said.length === 0 ? undefined : Object.fromEntries(said);
}

const EXPORT_DEFAULTS = {
  service: 'defaultServiceExportTo', destinationRule: 'defaultDestinationRuleExportTo', virtualService: 'defaultVirtualServiceExportTo',
};

/** The settings with Istio's defaults for what is not said. */
export function completeMesh(...found: readonly Partial<MeshSettings>[]): MeshSettings {
  return Object.assign({}, DEFAULT_MESH, ...found.map(defined));
}

function defined<T extends object>(fields: T): Partial<T> {
  return Object.fromEntries(Object.entries(fields).filter(([, value]) => value !== undefined)) as Partial<T>;
}
