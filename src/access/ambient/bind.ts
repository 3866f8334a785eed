import { MeshSettings } from '../mesh-settings';
import { Labels, Manifest, refText } from '../objects';
import { selects, Workload } from '../workload';
import { parseBool } from './go-values';
import { convertedName, convertPeerAuthentication, EffectivePeers, effectivePeers, PeerAuthentication, readPeerAuthentication, staticStrict } from './peer-authentication';
import { policyKey, ZtunnelPolicy } from './policy';
import { translateAuthorizationPolicy } from './translate';

/** What istiod sends to every ztunnel, and what it takes to say which workload refers to which policy. */
export interface ZtunnelPolicies {
  readonly mesh: MeshSettings;
  readonly sent: readonly ZtunnelPolicy[];
  readonly byKey: ReadonlyMap<string, ZtunnelPolicy>;
  /** policies of the first kind that are found by the labels of a workload */
  readonly selecting: readonly { readonly policy: ZtunnelPolicy; readonly selector: Labels }[];
  readonly peers: readonly PeerAuthentication[];
  /** objects that ztunnel is not told about, with the reason */
  readonly notSent: readonly { readonly manifest: Manifest; readonly why: string }[];
  /** parts for waypoints of policies that are sent without them */
  readonly lost: readonly { readonly manifest: Manifest; readonly fields: readonly string[] }[];
  /** objects that nothing can be said about */
  readonly unknown: readonly { readonly manifest: Manifest; readonly why: string }[];
}

/** The policies that decide at the ztunnel of one workload. */
export interface BoundPolicies {
  readonly policies: readonly ZtunnelPolicy[];
  /** keys of policies that the workload itself refers to, sorted, as istiod sends them with it */
  readonly referred: readonly string[];
  /** keys among them that nothing was sent for; ztunnel skips them */
  readonly missing: readonly string[];
  /** reasons why the list may be another one */
  readonly unknown: readonly string[];
}

/** Decides what istiod sends to ztunnel for AuthorizationPolicies and PeerAuthentications; other objects are ignored. */
export function ztunnelPolicies(manifests: readonly Manifest[], mesh: MeshSettings): ZtunnelPolicies {
  const ofKind = (kind: string) => manifests.filter(({ object }) => object.kind === kind && String(object.apiVersion).startsWith('security.istio.io/'));
  const translated = ofKind('AuthorizationPolicy').map((manifest) => ({ manifest, result: translateAuthorizationPolicy(manifest, mesh) }));
  const read = ofKind('PeerAuthentication').map((manifest) => ({ manifest, result: readPeerAuthentication(manifest) }));
  const peers = read.flatMap(({ result }) => ('unknown' in result ? [] : [result]));
  const authorizations = translated.flatMap(({ manifest, result }) => ('sent' in result ? [{ manifest, ...result }] : []));
  const sent = [
    ...authorizations.map((one) => one.sent),
    ...converted(peers, mesh.rootNamespace),
    ...(read.length > 0 ? [staticStrict(mesh.rootNamespace)] : []),
  ];
  return {
    mesh,
    sent,
    byKey: new Map(sent.map((policy) => [policyKey(policy), policy])),
    // without labels a selector finds nobody: such a policy is sent and enforced nowhere
    selecting: authorizations.map((one) => ({ policy: one.sent, selector: one.selector }))
      .filter(({ policy, selector }) => policy.scope === 'WORKLOAD_SELECTOR' && Object.keys(selector).length > 0),
    peers,
    notSent: translated.flatMap(({ manifest, result }) => ('notSent' in result ? [{ manifest, why: result.notSent }] : [])),
    lost: authorizations.filter(({ lost }) => lost.length > 0).map(({ manifest, lost }) => ({ manifest, fields: lost })),
    unknown: [...translated, ...read].flatMap(({ manifest, result }) => ('unknown' in result ? [{ manifest, why: result.unknown }] : [])),
  };
}

function converted(peers: readonly PeerAuthentication[], rootNamespace: string): ZtunnelPolicy[] {
  const [root] = oldest(wholeOf(peers, rootNamespace));
  return peers.map((own) => convertPeerAuthentication(own, rootNamespace, { namespace: oldest(wholeOf(peers, own.namespace))[0], root }))
    .filter((policy) => policy !== undefined);
}

/** Those for a whole namespace; one with an empty selector is not looked at here, and is where workloads are bound. */
function wholeOf(peers: readonly PeerAuthentication[], namespace: string): PeerAuthentication[] {
  return peers.filter((peer) => peer.namespace === namespace && peer.selector === undefined);
}

/** The oldest ones: more than one where nothing tells which is. */
function oldest(peers: readonly PeerAuthentication[]): PeerAuthentication[] {
  const first = Math.min(...peers.map(({ created }) => created));
  return peers.filter(({ created }) => created === first);
}

/** Decides which policies a workload's ztunnel evaluates. */
export function boundPolicies(all: ZtunnelPolicies, workload: Pick<Workload, 'namespace' | 'labels'>): BoundPolicies {
  const { mesh, byKey } = all;
  const { rootNamespace } = mesh;
  const near = [rootNamespace, workload.namespace];
  const selected = all.selecting
    .filter(({ policy, selector }) => near.includes(policy.namespace) && selects(selector, workload.labels))
    .map(({ policy }) => policyKey(policy)).sort();
  const choices = peerChoices(all.peers, workload, rootNamespace);
  const peerKeys = choices.map((choice) => keysOf(choice, rootNamespace));
  const referred = [...new Set([...selected, ...peerKeys[0]])];
  const wide = all.sent.filter(({ scope, namespace }) => scope === 'GLOBAL' || (scope === 'NAMESPACE' && namespace === workload.namespace));
  const undecided = peerKeys.some((keys) => keys.join() !== peerKeys[0].join())
    || near.some((namespace) => oldest(wholeOf(all.peers, namespace)).some(({ mode }, _, [first]) => mode !== first.mode));
  return {
    policies: [...wide, ...referred.map((key) => byKey.get(key)).filter((policy) => policy !== undefined)].filter(({ dryRun }) => !dryRun),
    referred: referred.sort(),
    missing: referred.filter((key) => !byKey.has(key)),
    unknown: [
      ...(undecided ? ['of several PeerAuthentications of one level the oldest counts, and nothing tells which is the oldest'] : []),
      ...all.unknown.filter(({ manifest }) => near.includes(manifest.object.metadata.namespace ?? 'default'))
        .map(({ manifest, why }) => `${refText({ ...manifest.object.metadata, kind: manifest.object.kind })}: ${why}`),
      ...(allowsWaypoints(mesh) ? ['istiod adds policies that admit waypoints (PILOT_AUTO_ALLOW_WAYPOINT_POLICY), which are not modelled'] : []),
    ],
  };
}

function allowsWaypoints({ flags }: MeshSettings): boolean {
  return parseBool(String(flags.PILOT_AUTO_ALLOW_WAYPOINT_POLICY ?? 'false')) === true;
}

function keysOf({ strict, own }: EffectivePeers, rootNamespace: string): string[] {
  const keys = [
    ...(strict ? [policyKey(staticStrict(rootNamespace))] : []),
    ...(own === undefined ? [] : [policyKey({ namespace: own.namespace, name: convertedName(own) })]),
  ];
  return keys.sort();
}

/** Every answer that the PeerAuthentications of a workload may come to: one, but for ties in age. */
function peerChoices(
  peers: readonly PeerAuthentication[], workload: Pick<Workload, 'namespace' | 'labels'>, rootNamespace: string,
): EffectivePeers[] {
  const found = peers.filter(({ namespace, selector }) => (namespace === rootNamespace && selector === undefined)
    || (namespace === workload.namespace && selects(selector ?? {}, workload.labels)));
  const hasLabels = ({ selector }: PeerAuthentication) => Object.keys(selector ?? {}).length > 0;
  const orNone = (level: PeerAuthentication[]): (PeerAuthentication | undefined)[] => (level.length === 0 ? [undefined] : oldest(level));
  const roots = orNone(found.filter((peer) => !hasLabels(peer) && peer.namespace === rootNamespace));
  const namespaces = orNone(found.filter((peer) => !hasLabels(peer) && peer.namespace !== rootNamespace));
  const workloads = orNone(found.filter((peer) => hasLabels(peer) && peer.namespace !== rootNamespace));
  return roots.flatMap((root) => namespaces.flatMap((namespace) => workloads.map((own) => effectivePeers({ root, namespace }, own))));
}
