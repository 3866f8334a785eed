import { IntendedAccess } from '../../values/grammar/intended-access';
import { compilePeerAuthentications, EffectiveMtls, modeOfPort, MtlsMode } from '../mtls/effective';
import { Snapshot } from '../snapshot/snapshot';
import { Workload } from '../workload';
import { Difference } from './difference';
import { meantFor } from './scopes';

const MEANS = { STRICT: 'mutual TLS alone', PERMISSIVE: 'plaintext beside mutual TLS', DISABLE: 'plaintext alone' } as const;

/** Compares what the PeerAuthentications of a snapshot make each workload accept, port by port, with what is meant. */
export function mtlsDifferences(snapshot: Snapshot, access: IntendedAccess): Difference[] {
  const peers = compilePeerAuthentications(snapshot.kind('security.istio.io', 'PeerAuthentication'), snapshot.mesh);
  const shown = new Set(snapshot.kind('', 'Namespace').map(({ object }) => object.metadata.name));
  return snapshot.workloads.flatMap((workload) => {
    const meant = meantFor(access, workload);
    if (meant === undefined || meant.layers.mtls === 'absent') {
      return [];
    }
    if (workload.mode === 'none') {
      return meant.layers.mtls === 'closed' && (workload.kind !== 'Hypothetical' || shown.has(workload.namespace))
        ? [withoutProxy(workload, meant.path)] : [];
    }
    if (workload.mode !== 'sidecar') {
      return [];
    }
    const usual = meant.layers.mtls === 'closed' ? 'STRICT' : 'PERMISSIVE';
    const effective = peers.of(workload);
    const ports = [...new Set([...effective.ports.keys(), ...meant.plaintextPorts])].sort((a, b) => a - b);
    return [
      ...difference(workload, effective, effective.mode, usual, meant.path),
      ...ports.flatMap((port) => difference(workload, effective, modeOfPort(effective, port), meant.plaintextPorts.has(port) ? 'PERMISSIVE'
        : usual, meant.path, port)),
    ];
  });
}

/** Nothing is guarded at pods that the mesh does not see. What their namespace makes of pods that nobody shows is known if it is shown. */
function withoutProxy({ id, kind, namespace, name, origin }: Workload, path: string): Difference {
  return {
    layer: 'mtls',
    kind: 'excess',
    from: 'plaintext',
    to: id,
    witness: 'any connection without mutual TLS',
    text: 'its pods have no proxy, so that neither mutual TLS nor a policy of the mesh holds for them',
    object: origin === undefined ? undefined : { kind, namespace, name, origin },
    path,
  };
}

function difference(
  workload: Workload, { steps }: EffectiveMtls, is: MtlsMode, should: MtlsMode, path: string, port?: number,
): Difference[] {
  if (is === should) {
    return [];
  }
  const { object } = steps.at(-1) ?? {};
  const kind = is === 'DISABLE' || should === 'STRICT' ? 'excess' : 'missing';
  return [{
    layer: 'mtls',
    kind,
    from: kind === 'excess' ? 'plaintext' : 'plaintext that is meant to pass',
    to: `${workload.id}${port === undefined ? '' : `:${port}`}`,
    witness: 'any connection without mutual TLS',
    text: `its pods accept ${MEANS[is]}, and ${MEANS[should]} is meant`,
    object,
    path,
  }];
}
