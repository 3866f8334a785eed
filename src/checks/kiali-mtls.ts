import { Policy } from '../access/authorization/policy';
import { namespaceOf } from '../access/mtls/precedence';
import { Labels, Manifest } from '../access/objects';
import { labels, mapping, text } from '../access/snapshot/fields';
import { Snapshot } from '../access/snapshot/snapshot';
import { selects } from '../access/workload';

/**
 * Kiali's own idea of whether mutual TLS is on, from what PeerAuthentications and DestinationRules for a whole namespace or mesh say. It is
 * not what happens: without automatic mutual TLS it takes a missing PeerAuthentication for none, where Istio takes both.
 */
interface Status {
  /** of the first DestinationRule for the whole scope */
  readonly client?: string;
  /** of the first PeerAuthentication for the whole scope */
  readonly server?: string;
  readonly overall: Overall;
}

type Overall = 'enabled' | 'disabled' | 'partly' | 'not set';

interface Settings {
  readonly auto: boolean;
  /** whether a server that takes both counts as one with mutual TLS */
  readonly permissive: boolean;
}

/** Whether Kiali thinks that whoever a policy selects receives mutual TLS. */
export function receivesMtls({ namespace, attachment }: Policy, snapshot: Snapshot): boolean {
  const ofWorkload = workloadStatus(namespace, attachment.selector, snapshot);
  return ofWorkload === 'not set' ? namespaceReceives(namespace, snapshot) : ofWorkload === 'enabled';
}

function namespaceReceives(namespace: string, snapshot: Snapshot): boolean {
  const auto = snapshot.mesh.autoMtls;
  const both: Settings = { auto, permissive: true };
  const root = snapshot.mesh.rootNamespace;
  const server = namespace === root ? undefined : serverMode(namespace, snapshot);
  const ofNamespace = status(clientMode(`*.${namespace}.svc.cluster.local`, snapshot), server, both);
  const written = status(clientMode('*.local', snapshot), serverMode(root, snapshot), both);
  const ofMesh = { ...written, overall: overallOfMesh(written, both) };
  // here Kiali no longer counts servers that take both
  const result = overall(ofNamespace, ofMesh, { auto, permissive: false });
  return result === 'enabled' || (result === 'not set' && auto);
}

function status(client: string | undefined, server: string | undefined, { auto, permissive }: Settings): Status {
  const on = client === 'ISTIO_MUTUAL' || client === 'MUTUAL' || (client === undefined && auto);
  const off = client === 'DISABLE' || (client === undefined && auto);
  const both = { client, server };
  if ((server === 'STRICT' || (server === 'PERMISSIVE' && permissive)) && on) {
    return { ...both, overall: 'enabled' };
  }
  if (server === 'DISABLE' && off) {
    return { ...both, overall: 'disabled' };
  }
  return { ...both, overall: server === undefined && client === undefined ? 'not set' : 'partly' };
}

function overall(own: Status, mesh: Status, settings: Settings): Overall {
  if (own.overall === 'enabled' || own.overall === 'disabled') {
    return own.overall;
  }
  return own.overall === 'not set' ? overallOfMesh(mesh, settings)
    : overallOfMesh(status(own.client ?? mesh.client, own.server ?? mesh.server, settings), settings);
}

function overallOfMesh({ overall: own, client, server }: Status, { auto, permissive }: Settings): Overall {
  if (own === 'enabled' || own === 'disabled') {
    return own;
  }
  if (client === undefined && server === undefined) {
    return 'not set';
  }
  if ((server === 'DISABLE' && client === undefined) || (client === 'DISABLE' && server === undefined)) {
    return 'disabled';
  }
  const half = (server === 'STRICT' && client === undefined) || ((client === 'ISTIO_MUTUAL' || client === 'MUTUAL') && server === undefined)
    || (permissive && server === 'PERMISSIVE' && client === undefined);
  return auto && half ? 'enabled' : 'partly';
}

/** A PeerAuthentication for exactly these labels, and, if it takes both, the DestinationRules for the Services that have them. */
function workloadStatus(namespace: string, wanted: Labels, snapshot: Snapshot): Overall {
  const peers = namespace === snapshot.mesh.rootNamespace ? [] : peersIn(namespace, snapshot).filter(hasSelector);
  for (const peer of peers) {
    const selector = labels(mapping(mapping(peer.object.spec).selector).matchLabels);
    const mode = selects(selector, wanted) ? modeIn(peer) : undefined;
    if (mode === 'STRICT' || mode === 'DISABLE') {
      return mode === 'STRICT' ? 'enabled' : 'disabled';
    }
    if (mode === 'PERMISSIVE') {
      return statusOfServices(namespace, selector, snapshot);
    }
  }
  return 'not set';
}

function statusOfServices(namespace: string, selector: Labels, snapshot: Snapshot): Overall {
  const services = snapshot.kind('', 'Service').filter(({ object: { metadata } }) => (
    (metadata.namespace ?? namespace) === namespace && selects(selector, labels(metadata.labels))));
  for (const { object: { metadata } } of services) {
    // a Service without a name is in no cluster; in a fragment it is the one that its label tells
    const name = text(metadata.name) ?? labels(metadata.labels).service;
    for (const rule of destinationRules(snapshot).filter((manifest) => isForService(manifest, namespace, name))) {
      const mode = tlsMode(rule);
      if (mode === 'ISTIO_MUTUAL' || mode === 'MUTUAL' || mode === 'DISABLE') {
        return mode === 'DISABLE' ? 'disabled' : 'enabled';
      }
    }
  }
  return 'not set';
}

function isForService(rule: Manifest, namespace: string, name: string | undefined): boolean {
  const host = text(mapping(rule.object.spec).host);
  return (host === name && namespaceOf(rule.object.metadata) === namespace)
    || [`${name}.${namespace}`, `${name}.${namespace}.svc`, `${name}.${namespace}.svc.cluster.local`].includes(host ?? '');
}

function destinationRules(snapshot: Snapshot): readonly Manifest[] {
  return snapshot.kind('networking.istio.io', 'DestinationRule');
}

function tlsMode(rule: Manifest): string | undefined {
  const { tls } = mapping(mapping(rule.object.spec).trafficPolicy);
  return tls === undefined || tls === null ? undefined : text(mapping(tls).mode) ?? 'DISABLE';
}

function clientMode(host: string, snapshot: Snapshot): string | undefined {
  return destinationRules(snapshot).filter(({ object }) => mapping(object.spec).host === host)
    .map(tlsMode).find((mode) => mode !== undefined);
}

function serverMode(namespace: string, snapshot: Snapshot): string | undefined {
  return peersIn(namespace, snapshot).filter((manifest) => !hasSelector(manifest)).map(modeIn).find((mode) => mode !== undefined);
}

function peersIn(namespace: string, snapshot: Snapshot): Manifest[] {
  return snapshot.kind('security.istio.io', 'PeerAuthentication').filter(({ object }) => namespaceOf(object.metadata) === namespace);
}

function hasSelector({ object }: Manifest): boolean {
  const { selector } = mapping(object.spec);
  return selector !== undefined && selector !== null;
}

function modeIn({ object }: Manifest): string | undefined {
  const { mtls } = mapping(object.spec);
  return mtls === undefined || mtls === null ? undefined : text(mapping(mtls).mode) ?? 'UNSET';
}
