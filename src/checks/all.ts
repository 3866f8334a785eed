import { selectorOnGateway } from './ambient/selector-on-gateway';
import { deprecated } from './api/deprecated';
import { identityWithoutMtls } from './authz/identity-without-mtls';
import { noMatchingWorkload } from './authz/no-matching-workload';
import { unknownNamespace } from './authz/unknown-namespace';
import { unknownServiceAccount } from './authz/unknown-service-account';
import { conflictingServiceEntries } from './egress/conflicting-service-entries';
import { exportToUnknownNamespace } from './egress/export-to-unknown-namespace';
import { externalNamePort } from './egress/external-name-port';
import { overlappingSidecars } from './egress/overlapping-sidecars';
import { serviceEntryWithoutAddress } from './egress/service-entry-without-address';
import { sidecarWithoutWorkload } from './egress/sidecar-without-workload';
import { unknownDestinationHost } from './egress/unknown-destination-host';
import { unverifiedTls } from './egress/unverified-tls';
import { Finding } from './finding';
import { mutualAgainstDisable } from './mtls/mutual-against-disable';
import { plaintextAgainstStrict } from './mtls/plaintext-against-strict';
import { Rule } from './rule';
import { conflictingMeshLabels } from './workload/conflicting-mesh-labels';
import { conflictingPorts } from './workload/conflicting-ports';
import { conflictingProtocols } from './workload/conflicting-protocols';
import { missingProxy } from './workload/missing-proxy';
import { namespaceOutsideMesh } from './workload/namespace-outside-mesh';
import { reservedUserId } from './workload/reserved-user-id';
import { undeclaredProtocol } from './workload/undeclared-protocol';
import { Snapshot } from '../access/snapshot/snapshot';

/** Every rule there is, by its id. */
export const RULES: readonly Rule[] = [
  selectorOnGateway,
  deprecated,
  identityWithoutMtls,
  noMatchingWorkload,
  unknownNamespace,
  unknownServiceAccount,
  conflictingServiceEntries,
  exportToUnknownNamespace,
  externalNamePort,
  overlappingSidecars,
  serviceEntryWithoutAddress,
  sidecarWithoutWorkload,
  unknownDestinationHost,
  unverifiedTls,
  mutualAgainstDisable,
  plaintextAgainstStrict,
  conflictingMeshLabels,
  conflictingPorts,
  conflictingProtocols,
  missingProxy,
  namespaceOutsideMesh,
  reservedUserId,
  undeclaredProtocol,
];

/** All that rules find; a rule that fails is a finding itself, so that one fault hides no other. */
export function findAll(snapshot: Snapshot, rules: readonly Rule[] = RULES): Finding[] {
  return rules.flatMap((rule) => {
    try {
      return rule.find(snapshot);
    } catch (error) {
      return [failed(rule, error)];
    }
  });
}

function failed({ id }: Rule, error: unknown): Finding {
  return {
    rule: 'internal/rule-failed',
    severity: 'error',
    object: { kind: 'Rule', name: id },
    path: '',
    message: `the rule could not be decided: ${error instanceof Error ? error.message : String(error)}`,
    aliases: [],
  };
}
