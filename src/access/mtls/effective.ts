import { MeshSettings } from '../mesh-settings';
import { groupOf, Labels, Manifest, refOf, refText } from '../objects';
import { Step } from '../question';
import { namespaceOf, olderManifestFirst } from './precedence';
import { selectorIndex, SelectorIndex } from './selector-index';
import { mapping } from '../snapshot/fields';

/** What a server accepts: mutual TLS alone, both, or plaintext alone. */
export type MtlsMode = 'STRICT' | 'PERMISSIVE' | 'DISABLE';

/** What applies to the ports of a workload. */
export interface EffectiveMtls {
  /** of every port that `ports` does not name */
  readonly mode: MtlsMode;
  /** by port of the pod, whether a Service declares it or not */
  readonly ports: ReadonlyMap<number, MtlsMode>;
  /** the objects that decide, from the mesh to the workload */
  readonly steps: readonly Step[];
}

/** The PeerAuthentications of a mesh, ready to be asked about many workloads. */
export interface PeerAuthentications {
  /** what sidecars and gateways accept */
  of(workload: { readonly namespace: string; readonly labels: Labels }): EffectiveMtls;
  /** what clients think of a whole namespace: its own mode, else that of the mesh */
  namespaceMode(namespace: string): MtlsMode;
}

/** The modes of an object; `undefined` inherits. */
interface Peer {
  readonly manifest: Manifest;
  readonly selector: Labels;
  readonly mode?: MtlsMode;
  readonly ports: ReadonlyMap<number, MtlsMode | undefined>;
}

/** Reads the PeerAuthentications among the objects: per level the oldest one counts, whole. */
export function compilePeerAuthentications(manifests: readonly Manifest[], mesh: MeshSettings): PeerAuthentications {
  const peers = manifests.filter(isPeerAuthentication).sort(olderManifestFirst).flatMap(peerOf);
  const levels = new Map<string, Peer>();
  for (const peer of peers.filter(({ selector }) => Object.keys(selector).length === 0)) {
    const namespace = namespaceOf(peer.manifest.object.metadata);
    levels.set(namespace, levels.get(namespace) ?? peer);
  }
  const workloads = selectorIndex(peers.filter((peer) => isOfWorkloads(peer, mesh))
    .map((peer) => ({ namespace: namespaceOf(peer.manifest.object.metadata), selector: peer.selector, item: peer })));
  return answers(levels, workloads, mesh.rootNamespace);
}

/** Decides which mode applies to a workload and to its ports. */
export function effectiveMtls(
  peers: readonly Manifest[] | PeerAuthentications, workload: { readonly namespace: string; readonly labels: Labels }, mesh: MeshSettings,
): EffectiveMtls {
  return ('of' in peers ? peers : compilePeerAuthentications(peers, mesh)).of(workload);
}

/** The mode of one port of a workload. */
export function modeOfPort({ mode, ports }: EffectiveMtls, port: number): MtlsMode {
  return ports.get(port) ?? mode;
}

function answers(levels: ReadonlyMap<string, Peer>, workloads: SelectorIndex<Peer>, root: string): PeerAuthentications {
  const byNamespace = new Map<string, EffectiveMtls>();
  const ofNamespace = (namespace: string): EffectiveMtls => {
    const known = byNamespace.get(namespace);
    if (known !== undefined) {
      return known;
    }
    const above = [levels.get(root), ...(namespace === root ? [] : [levels.get(namespace)])].filter((peer) => peer !== undefined);
    const mode = above.reduce<MtlsMode>((inherited, peer) => peer.mode ?? inherited, 'PERMISSIVE');
    const effective = { mode, ports: new Map<number, MtlsMode>(), steps: above.map((peer) => step(peer)) };
    byNamespace.set(namespace, effective);
    return effective;
  };
  return {
    namespaceMode: (namespace) => ofNamespace(namespace).mode,
    of: ({ namespace, labels }) => {
      const above = ofNamespace(namespace);
      const [own] = workloads.selecting(namespace, labels);
      return own === undefined ? above : narrowed(above, own);
    },
  };
}

function narrowed(above: EffectiveMtls, own: Peer): EffectiveMtls {
  const mode = own.mode ?? above.mode;
  return { mode, ports: new Map([...own.ports].map(([port, said]) => [port, said ?? mode])), steps: [...above.steps, step(own)] };
}

function step({ manifest, mode, ports }: Peer): Step {
  const object = refOf(manifest);
  const exceptions = [...ports].map(([port, said]) => `, port ${port} ${said ?? 'like the workload'}`).join('');
  return { layer: 'mtls', where: 'destination', outcome: 'pass', object, clause: 'mtls', text: `${refText(object)} says ${mode ?? 'UNSET: inherited'}${exceptions}` };
}

function isPeerAuthentication({ object }: Manifest): boolean {
  return object.kind === 'PeerAuthentication' && groupOf(object.apiVersion) === 'security.istio.io';
}

/** A selector in the root namespace selects nobody, not even there. */
function isOfWorkloads({ selector, manifest }: Peer, mesh: MeshSettings): boolean {
  return Object.keys(selector).length > 0 && namespaceOf(manifest.object.metadata) !== mesh.rootNamespace;
}

/** Reads one object; none if an API server refuses what it holds. */
function peerOf(manifest: Manifest): Peer[] {
  const spec = fieldOf(manifest.object.spec);
  const selector = spec && fieldOf(spec.selector);
  const selected = selector && fieldOf(selector.matchLabels);
  const mtls = spec && fieldOf(spec.mtls);
  const levels = spec && fieldOf(spec.portLevelMtls);
  const mode = mtls && modeOf(mtls);
  const ports = levels && Object.entries(levels).map(([port, value]) => {
    const said = fieldOf(value);
    return { port: /^\d{1,5}$/.test(port) ? Number(port) : undefined, mode: said && modeOf(said) };
  });
  if (selected === undefined || mode === undefined || ports === undefined || !Object.values(selected).every((value) => typeof value === 'string')
    || ports.some((port) => port.port === undefined || port.mode === undefined)) {
    return [];
  }
  const inherited = (said: MtlsMode | 'UNSET' | undefined): MtlsMode | undefined => (said === 'UNSET' ? undefined : said);
  return [{
    manifest,
    selector: selected as Labels,
    mode: inherited(mode),
    ports: new Map(ports.map((port) => [port.port as number, inherited(port.mode)])),
  }];
}

/** A mapping that may be absent; `undefined` for what is none. */
function fieldOf(value: unknown): Readonly<Record<string, unknown>> | undefined {
  return value === undefined || value === null || (typeof value === 'object' && !Array.isArray(value)) ? mapping(value) : undefined;
}

function modeOf({ mode }: Readonly<Record<string, unknown>>): MtlsMode | 'UNSET' | undefined {
  return mode === undefined || mode === null ? 'UNSET' : ['STRICT', 'PERMISSIVE', 'DISABLE', 'UNSET'].includes(mode as string) ? mode as MtlsMode : undefined;
}
