import { holdsLabels, Manifest, namespaceOf, NaiveWorkload, NaiveWorld, objectsOfKind, rootNamespace } from './world';

export type PeerMode = 'STRICT' | 'PERMISSIVE' | 'DISABLE';

export const modeOf = (spec: Manifest): PeerMode | undefined => said(spec?.mtls?.mode);

function said(mode: string | null | undefined): PeerMode | undefined {
  return mode === undefined || mode === null || mode === 'UNSET' ? undefined : mode as PeerMode;
}

/** Labels that a policy selects by; neither `selector: {}` nor empty labels select. */
const labelsOf = (object: Manifest): Record<string, string> => object.spec?.selector?.matchLabels ?? {};
const isWide = (object: Manifest): boolean => Object.keys(labelsOf(object)).length === 0;

/** The oldest of each level counts, whole: the mesh, the namespace, the workload. */
export function levelsFor(world: NaiveWorld, workload: Pick<NaiveWorkload, 'namespace' | 'labels'>): {
  mesh?: Manifest; namespace?: Manifest; workload?: Manifest;
} {
  const all = objectsOfKind(world, 'PeerAuthentication');
  const root = rootNamespace(world);
  return {
    mesh: all.find((one) => namespaceOf(one) === root && isWide(one)),
    namespace: workload.namespace === root ? undefined : all.find((one) => namespaceOf(one) === workload.namespace && isWide(one)),
    // one with labels in the root namespace counts nowhere, not even for workloads of that namespace
    workload: workload.namespace === root ? undefined : all.find((one) => namespaceOf(one) === workload.namespace
      && !isWide(one) && holdsLabels(workload.labels, labelsOf(one))),
  };
}

/** What a sidecar accepts at a port of its pod. */
export function peerModeOf(world: NaiveWorld, workload: Pick<NaiveWorkload, 'namespace' | 'labels'>, port: number): PeerMode {
  const levels = levelsFor(world, workload);
  const whole = [levels.workload, levels.namespace, levels.mesh].map((one) => modeOf(one?.spec)).find((mode) => mode !== undefined);
  const ports: Record<string, { mode?: string }> = levels.workload?.spec?.portLevelMtls ?? {};
  return said(ports[String(port)]?.mode) ?? whole ?? 'PERMISSIVE';
}

/** What clients are told of namespace and mesh alone: a DISABLE there turns TLS off for the whole Service. */
export function wideModeOf(world: NaiveWorld, namespace: string): PeerMode {
  const levels = levelsFor(world, { namespace, labels: {} });
  return modeOf(levels.namespace?.spec) ?? modeOf(levels.mesh?.spec) ?? 'PERMISSIVE';
}

/** Ports that a PeerAuthentication names, as numbers. */
export function portModes(spec: Manifest): [number, PeerMode | undefined][] {
  return Object.entries(spec?.portLevelMtls ?? {}).map(([port, one]) => [Number(port), said((one as Manifest)?.mode)]);
}

