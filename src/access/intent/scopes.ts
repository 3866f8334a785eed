import { IntendedAccess, IntendedLayers, IntendedPods, IntendedScope, IntendedState } from '../../values/grammar/intended-access';
import { selects, Workload } from '../workload';

/** What is meant for one workload. */
export interface Meant {
  readonly layers: IntendedLayers;
  readonly plaintextPorts: ReadonlySet<number>;
  readonly path: string;
}

const LAYERS = ['network', 'mtls', 'identity', 'egress'] as const;

/** Decides what is meant for a workload: what is said for it, else for its namespace; `undefined` for one that nobody here owns. */
export function meantFor(access: IntendedAccess, workload: Workload): Meant | undefined {
  const own = scopesOf(access).get(workload.namespace) ?? [];
  const specific = own.filter(({ labels }) => labels !== undefined && selects(labels, workload.labels));
  const [general] = own.filter(({ labels }) => labels === undefined);
  const said = specific.length === 0 ? [general] : specific;
  if (said[0] === undefined) {
    return undefined;
  }
  const layers = Object.fromEntries(LAYERS.map((layer) => [layer, together(said, layer, general)])) as unknown as IntendedLayers;
  return { layers, plaintextPorts: new Set(said.flatMap(({ plaintextPorts }) => plaintextPorts)), path: said[0].path };
}

const known = new WeakMap<IntendedAccess, ReadonlyMap<string, readonly IntendedScope[]>>();

function scopesOf(access: IntendedAccess): ReadonlyMap<string, readonly IntendedScope[]> {
  let scopes = known.get(access);
  if (scopes === undefined) {
    const grouped = new Map<string, IntendedScope[]>();
    for (const scope of access.scopes) {
      grouped.set(scope.namespace, [...(grouped.get(scope.namespace) ?? []), scope]);
    }
    scopes = grouped;
    known.set(access, scopes);
  }
  return scopes;
}

/** Policies add up: what one of them opens is open. A namespace that is closed closes its workloads, unless they are meant to be open. */
function together(said: readonly IntendedScope[], layer: typeof LAYERS[number], general: IntendedScope | undefined): IntendedState {
  const states = said.map(({ layers }) => layers[layer]);
  if (states.includes('open')) {
    return 'open';
  }
  return states.includes('closed') || general?.layers[layer] === 'closed' ? 'closed' : 'absent';
}

/** Whether the workload is one of the pods of an end. */
export function isOf(pods: IntendedPods | undefined, workload: Workload): boolean {
  return pods !== undefined && (pods.namespace === undefined || pods.namespace === workload.namespace)
    && selects(pods.labels ?? {}, workload.labels);
}
