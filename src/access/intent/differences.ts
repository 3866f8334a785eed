import { Difference } from './difference';
import { egressDifferences } from './egress';
import { identityDifferences } from './identity';
import { meshDifferences } from './mesh';
import { mtlsDifferences } from './mtls';
import { networkDifferences } from './network';
import { IntendedAccess } from '../../values/grammar/intended-access';
import { Snapshot } from '../snapshot/snapshot';

/** Where the objects of a snapshot grant something else than what is meant, layer by layer. */
export function accessDifferences(snapshot: Snapshot, access: IntendedAccess): Difference[] {
  return [
    ...networkDifferences(snapshot, access),
    ...mtlsDifferences(snapshot, access),
    ...identityDifferences(snapshot, access),
    ...egressDifferences(snapshot, access),
    ...meshDifferences(snapshot, access),
  ];
}
