import { PROBE_PORT, probeClient, probeEntry } from './probes';
import { isCovered, RegistryEntry } from '../../access/egress/registry';
import { clientTls, ClientRules, ClientTls, compileClientRules, Endpoint } from '../../access/mtls/client';
import { fullHost } from '../../access/mtls/destination-rules';
import { modeOfPort, MtlsMode } from '../../access/mtls/effective';
import { namespaceOf } from '../../access/mtls/precedence';
import { Manifest, ObjectRef } from '../../access/objects';
import { labels, mapping, text } from '../../access/snapshot/fields';
import { Snapshot } from '../../access/snapshot/snapshot';
import { selects, Workload } from '../../access/workload';
import { byNamespace, shownNamespaces, shownWorkloads } from '../shown';

/** What clients in the namespace of a DestinationRule send because of it, and what the server takes. */
export interface Meeting {
  readonly rule: Manifest;
  readonly sends: ClientTls['sends'];
  readonly takes: MtlsMode;
  /** the PeerAuthentication that says so, if any */
  readonly peer?: Manifest;
  readonly server: string;
  /** the rule is for all Services of a namespace, or for more than one namespace */
  readonly scope: 'host' | 'namespace' | 'mesh';
}

/** What DestinationRules say of TLS against what servers take: workloads behind Services, and any Service of a namespace. */
export function meetings(snapshot: Snapshot): Meeting[] {
  const rules = compileClientRules(snapshot);
  const servers = serversOf(snapshot, rules);
  return snapshot.kind('networking.istio.io', 'DestinationRule').flatMap((rule) => {
    const spec = mapping(rule.object.spec);
    const namespace = namespaceOf(rule.object.metadata);
    const host = fullHost(text(spec.host) ?? '', namespace, snapshot.mesh);
    const client = probeClient(namespace, labels(mapping(spec.workloadSelector).matchLabels));
    const meant = servers.filter(({ entry }) => isCovered(entry.hostname, host));
    return (meant.length > 0 ? meant : unseen(host, snapshot)).flatMap(({ entry, port, endpoint, name }): Meeting[] => {
      const { sends, object } = clientTls(rules, { client, entry, port, endpoint });
      if (object === undefined || object.name !== rule.object.metadata.name || object.namespace !== rule.object.metadata.namespace) {
        return [];
      }
      const peer = rules.peers.of(endpoint);
      const takes = modeOfPort(peer, endpoint.port);
      return [{ rule, sends, takes, peer: deciding(snapshot, peer.steps), server: name, scope: scopeOf(host, snapshot) }];
    });
  });
}

interface Server {
  readonly entry: RegistryEntry;
  readonly port: number;
  readonly endpoint: Endpoint;
  readonly name: string;
}

function serversOf(snapshot: Snapshot, { registry }: ClientRules): Server[] {
  const workloadsIn = byNamespace(shownWorkloads(snapshot).filter(({ mode }) => mode === 'sidecar'));
  const behind = registry.entries.filter(({ external, selector = {} }) => !external && Object.keys(selector).length > 0)
    .flatMap((entry) => workloadsIn(entry.namespace).filter((workload) => selects(entry.selector!, workload.labels))
      .flatMap((workload) => entry.ports.filter(({ transport }) => transport === 'TCP').map(({ number, target }): Server => ({
        entry,
        port: number,
        endpoint: { namespace: workload.namespace, labels: workload.labels, port: portNumber(workload, target) ?? number, mode: 'sidecar' },
        name: `${entry.hostname}:${number} (${workload.id})`,
      }))));
  const any = [...shownNamespaces(snapshot)].map((namespace) => stand(`any Service of namespace ${namespace}`, probeEntry(namespace, snapshot)));
  return [...any, ...behind];
}

/** A Service that no object shows is judged by the namespace that its host names, unless its pods may have modes of their own. */
function unseen(host: string, snapshot: Snapshot): Server[] {
  const { clusterDomain } = snapshot.mesh;
  const [name, namespace, ...rest] = host.split('.');
  const known = name !== '*' && namespace !== undefined && rest.join('.') === `svc.${clusterDomain}`;
  const differ = snapshot.kind('security.istio.io', 'PeerAuthentication').some(({ object: { metadata, spec } }) => (
    namespaceOf(metadata) === namespace && Object.keys(mapping(mapping(mapping(spec).selector).matchLabels)).length > 0));
  return known && !differ ? [stand(host, { ...probeEntry(namespace, snapshot), hostname: host })] : [];
}

function stand(name: string, entry: RegistryEntry): Server {
  return { entry, port: PROBE_PORT, endpoint: { namespace: entry.namespace, labels: {}, port: PROBE_PORT, mode: 'sidecar' }, name };
}

function portNumber({ ports }: Workload, target: number | string): number | undefined {
  return typeof target === 'number' ? target : ports.find(({ name }) => name === target)?.number;
}

function scopeOf(host: string, { mesh }: Snapshot): Meeting['scope'] {
  if (!host.startsWith('*')) {
    return 'host';
  }
  return isCovered(`*.svc.${mesh.clusterDomain}`, host) ? 'mesh' : 'namespace';
}

/** The last object that says a mode at all. */
function deciding(snapshot: Snapshot, steps: readonly { readonly object?: ObjectRef }[]): Manifest | undefined {
  const peers = snapshot.kind('security.istio.io', 'PeerAuthentication');
  const isOf = ({ object: { metadata } }: Manifest, ref?: ObjectRef) => metadata.name === ref?.name && metadata.namespace === ref.namespace;
  return [...steps].reverse().map(({ object }) => peers.find((manifest) => isOf(manifest, object)))
    .find((manifest) => manifest !== undefined && saysMode(mapping(manifest.object.spec)));
}

function saysMode(spec: Readonly<Record<string, unknown>>): boolean {
  const mode = mapping(spec.mtls).mode;
  return (mode !== undefined && mode !== null && mode !== 'UNSET') || Object.keys(mapping(spec.portLevelMtls)).length > 0;
}
