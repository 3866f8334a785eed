import { Labels, Manifest, ObjectRef, refOf } from '../objects';
import { fieldsOf, Malformed } from './fields';
import { ZtunnelClause, ZtunnelGroup, ZtunnelPolicy } from './policy';

export type MtlsMode = 'UNSET' | 'DISABLE' | 'PERMISSIVE' | 'STRICT';

/** A PeerAuthentication as far as ambient mode reads it. */
export interface PeerAuthentication {
  readonly name: string;
  readonly namespace: string;
  /** undefined is no selector at all; an empty one is not the same here */
  readonly selector?: Labels;
  readonly mode: MtlsMode;
  /** in the order of the ports */
  readonly ports: readonly { readonly port: number; readonly mode: MtlsMode }[];
  /** when it was made, in seconds; 0 where nothing says */
  readonly created: number;
  readonly of: ObjectRef;
}

const MODES: readonly MtlsMode[] = ['UNSET', 'DISABLE', 'PERMISSIVE', 'STRICT'];
/** no connection without an identity */
const NO_IDENTITY: ZtunnelClause = { matches: [{ notPrincipals: [{ presence: {} }] }], at: 'mtls' };

/** Reads a PeerAuthentication, or says why nothing can be said about it. */
export function readPeerAuthentication(manifest: Manifest): PeerAuthentication | { readonly unknown: string } {
  try {
    const { metadata } = manifest.object;
    const spec = fieldsOf(manifest.object.spec, 'spec');
    const ports = spec.child('portLevelMtls');
    return {
      name: metadata.name,
      namespace: metadata.namespace ?? 'default',
      ...(spec.child('selector') === undefined ? {} : { selector: spec.child('selector')?.labels('matchLabels') }),
      mode: spec.child('mtls')?.choice('mode', MODES) ?? 'UNSET',
      ports: (ports?.names() ?? []).map((name) => ({ port: portNumber(name), mode: ports?.child(name)?.choice('mode', MODES) ?? 'UNSET' }))
        .sort((a, b) => a.port - b.port),
      created: Math.floor((Date.parse(String(metadata.creationTimestamp ?? '')) || 0) / 1000),
      of: refOf(manifest),
    };
  } catch (error) {
    if (error instanceof Malformed) {
      return { unknown: error.message };
    }
    throw error;
  }
}

function portNumber(name: string): number {
  if (!/^\d+$/.test(name)) {
    throw new Malformed(`spec.portLevelMtls.${name} is not a port: the API server refuses such an object`);
  }
  return Number(name);
}

/** The name under which a workload refers to what became of its PeerAuthentication. */
export function convertedName({ name }: { readonly name: string }): string {
  return `converted_peer_authentication_${name}`;
}

/** The policy that stands for STRICT; it is sent as soon as there is any PeerAuthentication. */
export function staticStrict(rootNamespace: string): ZtunnelPolicy {
  return {
    name: 'istio_converted_static_strict',
    namespace: rootNamespace,
    scope: 'WORKLOAD_SELECTOR',
    action: 'DENY',
    groups: [{ rules: [NO_IDENTITY] }],
    dryRun: false,
  };
}

const isStrict = (authentication: PeerAuthentication | undefined) => authentication?.mode === 'STRICT';
const isUnset = (authentication: PeerAuthentication) => authentication.mode === 'UNSET';

/** The oldest PeerAuthentications for a whole namespace and for the whole mesh. */
export interface Above {
  readonly namespace?: PeerAuthentication;
  readonly root?: PeerAuthentication;
}

/** Decides what is sent for a PeerAuthentication with ports, under the oldest ones of its namespace and of the root namespace. */
export function convertPeerAuthentication(own: PeerAuthentication, rootNamespace: string, above: Above): ZtunnelPolicy | undefined {
  const { namespace, root } = above;
  if (own.namespace === rootNamespace || own.selector === undefined || own.ports.length === 0) {
    return undefined;
  }
  // istiod groups these conditions so that the last one counts whatever the own mode is
  const strictRoot = (namespace === undefined || isUnset(namespace)) && isStrict(root);
  const strictAbove = isStrict(own) || (isUnset(own) && isStrict(namespace)) || strictRoot;
  const looseAnyway = own.mode === 'PERMISSIVE' || own.mode === 'DISABLE' || (isUnset(own) && !isStrict(namespace ?? root));
  const guarded = own.ports.filter(({ mode }) => mode === 'STRICT' && !strictAbove);
  const open = own.ports.filter(({ mode }) => (mode === 'PERMISSIVE' || mode === 'DISABLE') && !looseAnyway);
  const groups = guarded.map(({ port }): ZtunnelGroup => ({
    rules: [{ matches: [{ notPrincipals: [{ presence: {} }], destinationPorts: [port] }], at: `portLevelMtls.${port}` }],
  }));
  const exceptions = open.map(({ port }): ZtunnelClause => ({ matches: [{ notDestinationPorts: [port] }], at: `portLevelMtls.${port}` }));
  if ((isStrict(own) && open.length === 0) || (groups.length === 0 && exceptions.length === 0)) {
    return undefined;
  }
  const merged = open.length > 0 && (isStrict(namespace) || strictRoot);
  const rules = [...(isStrict(own) ? [NO_IDENTITY] : []), ...exceptions, ...(merged ? [NO_IDENTITY] : [])];
  return {
    name: convertedName(own),
    namespace: own.namespace,
    scope: 'WORKLOAD_SELECTOR',
    action: 'DENY',
    groups: rules.length === 0 ? groups : [...groups, { rules }],
    dryRun: false,
    of: own.of,
  };
}

/** What binds a workload to mutual TLS: the policy for STRICT everywhere, and the converted one of its own PeerAuthentication. */
export interface EffectivePeers {
  readonly strict: boolean;
  readonly own?: PeerAuthentication;
}

/** Decides from the effective PeerAuthentications of the three levels what a workload refers to. */
export function effectivePeers({ root, namespace }: Above, workload: PeerAuthentication | undefined): EffectivePeers {
  const above = namespace !== undefined && !isUnset(namespace) ? isStrict(namespace) : isStrict(root);
  if (workload === undefined) {
    return { strict: above };
  }
  const strict = isUnset(workload) ? above : isStrict(workload);
  const modes = workload.ports.map(({ mode }) => mode);
  if (!strict) {
    return { strict, ...(modes.includes('STRICT') ? { own: workload } : {}) };
  }
  // DISABLE opens a port under the own STRICT alone
  const opens = modes.includes('PERMISSIVE') || (isStrict(workload) && modes.includes('DISABLE'));
  return opens ? { strict: false, own: workload } : { strict };
}
