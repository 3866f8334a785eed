import { Proof } from './proof';
import { IntendedAccess } from '../values/grammar/intended-access';

/** What a proof rests on, and what was accepted by name, in words. @internal */
export interface ProofBasis {
  readonly assumptions: string[];
  readonly accepted: string[];
}

/** What the proof of a cluster does not see to. */
export function proofBasis(proof: Proof, { scopes }: IntendedAccess): ProofBasis {
  const namespaces = [...new Set(scopes.map(({ namespace }) => namespace))].sort().join(', ');
  const context = proof._context.length === 0 ? '' : ` and those of ${proof._context.join(', ')}`;
  const waiver = proof._waiver;
  return {
    assumptions: scopes.length === 0 ? [] : [
      `no other objects than those of this app${context} open anything in ${namespaces}: policies add up`,
      'pods carry the labels, run under the accounts and listen on the ports that the objects and annotations of this app tell of',
      'processes on the node of a pod, and kubectl port-forward, pass policies by',
      'the mesh carries TCP alone: UDP and SCTP are decided by the network layer',
    ],
    accepted: [
      ...(waiver === undefined ? [] : [`there is no proof until ${waiver.expires} (${waiver.owner}): ${waiver.reason}`]),
      ...proof._wider.map(({ object, reason }) => `${object.node.path} opens more than was granted: ${reason}`),
      ...proof._unproven.map(({ object, reason }) => `what ${object.node.path} does is not proved: ${reason}`),
    ],
  };
}
