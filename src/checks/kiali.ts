import { readPolicy } from '../access/authorization/policy';
import { Manifest } from '../access/objects';
import { identityFields, pathOf } from './authz/identity-fields';
import { identityWithoutMtls } from './authz/identity-without-mtls';
import { PolicyField, policiesOf } from './authz/policy-values';
import { unknownServiceAccount } from './authz/unknown-service-account';
import { exportToUnknownNamespace } from './egress/export-to-unknown-namespace';
import { Finding } from './finding';
import { receivesMtls } from './kiali-mtls';
import { mutualAgainstDisable } from './mtls/mutual-against-disable';
import { plaintextAgainstStrict } from './mtls/plaintext-against-strict';
import { defineRule } from './rule';
import { ranked, UpstreamVerdict, verdictsOf } from './upstream';
import { Snapshot } from '../access/snapshot/snapshot';

/** Kiali knows these fields alone. */
const OF_KIALI = ['principals', 'namespaces', 'source.principal', 'source.namespace', 'connection.sni'];

/** KIA0105 as Kiali decides it: from what is written for namespace and mesh, not from what arrives at a workload. */
const mtlsEnabled = defineRule(identityWithoutMtls, (snapshot) => policiesOf(snapshot)
  .filter(({ policy }) => !receivesMtls(policy, snapshot))
  .flatMap(({ manifest, policy }) => identityFields(policy).filter(isOfKiali).map((field) => (
    { manifest, path: pathOf(field), message: 'this field needs mutual TLS, which Kiali does not see' }))));

interface Checker {
  readonly find: (snapshot: Snapshot) => readonly Finding[];
  readonly codes: readonly string[];
}

/** The checkers of Kiali by the name of their type, with the codes that each can say. */
const CHECKERS: ReadonlyMap<string, Checker> = new Map([
  ['MtlsEnabledChecker', { find: mtlsEnabled.find, codes: ['KIA0105'] }],
  ['PrincipalsChecker', { find: unknownServiceAccount.find, codes: ['KIA0106', 'KIA0108'] }],
  ['ExportToNamespaceChecker', { find: exportToUnknownNamespace.find, codes: ['KIA0005'] }],
  ['DisabledMeshWideMTLSChecker', { find: plaintextAgainstStrict.find, codes: ['KIA0208'] }],
  ['DisabledMeshWideChecker', { find: mutualAgainstDisable.find, codes: ['KIA0506'] }],
  ['DisabledNamespaceWideChecker', { find: mutualAgainstDisable.find, codes: ['KIA0505'] }],
]);
const LEVELS = ranked({ error: ['KIA0005', 'KIA0105', 'KIA0106', 'KIA0208', 'KIA0505', 'KIA0506'], warning: [], info: ['KIA0108'] });

/** What Kiali says of the objects: one of its checkers, or all that are known; `undefined` for one that is not. */
export function kialiVerdicts(snapshot: Snapshot, checker?: string): UpstreamVerdict[] | undefined {
  const known = checker === undefined ? [...CHECKERS.values()] : [CHECKERS.get(checker)].filter((one) => one !== undefined);
  return known.length === 0 ? undefined
    : known.flatMap(({ find, codes }) => verdictsOf(find(snapshot), LEVELS).filter(({ code }) => codes.includes(code)));
}

/** Whether a policy uses a field that needs mutual TLS, by Kiali's list of them. */
export function needsMtls(policy: Manifest): boolean {
  return identityFields(readPolicy(policy)).some(isOfKiali);
}

function isOfKiali({ field }: PolicyField): boolean {
  return OF_KIALI.includes(field);
}
