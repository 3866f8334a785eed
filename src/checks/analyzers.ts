import { selectorOnGateway } from './ambient/selector-on-gateway';
import { deprecated } from './api/deprecated';
import { noMatchingWorkload } from './authz/no-matching-workload';
import { unknownNamespace } from './authz/unknown-namespace';
import { conflictingServiceEntries } from './egress/conflicting-service-entries';
import { externalNamePort } from './egress/external-name-port';
import { overlappingSidecars } from './egress/overlapping-sidecars';
import { serviceEntryWithoutAddress } from './egress/service-entry-without-address';
import { sidecarWithoutWorkload } from './egress/sidecar-without-workload';
import { unknownDestinationHost } from './egress/unknown-destination-host';
import { unverifiedTls } from './egress/unverified-tls';
import { Rule } from './rule';
import { ranked, UpstreamVerdict, verdictsOf } from './upstream';
import { conflictingMeshLabels } from './workload/conflicting-mesh-labels';
import { conflictingPorts } from './workload/conflicting-ports';
import { conflictingProtocols } from './workload/conflicting-protocols';
import { missingProxy } from './workload/missing-proxy';
import { namespaceOutsideMesh } from './workload/namespace-outside-mesh';
import { reservedUserId } from './workload/reserved-user-id';
import { undeclaredProtocol } from './workload/undeclared-protocol';
import { Snapshot, snapshotOf } from '../access/snapshot/snapshot';

/** The analyzers of istioctl by the name of their type, with the rules that find what they find. */
const ANALYZERS: ReadonlyMap<string, readonly Rule[]> = new Map([
  ['authz.AuthorizationPoliciesAnalyzer', [noMatchingWorkload, unknownNamespace]],
  ['deployment.ApplicationUIDAnalyzer', [reservedUserId]],
  ['deployment.ServiceAssociationAnalyzer', [conflictingProtocols, conflictingPorts]],
  ['deprecation.FieldAnalyzer', [deprecated]],
  ['destinationrule.CaCertificateAnalyzer', [unverifiedTls]],
  ['destinationrule.PodNotSelectedAnalyzer', [unknownDestinationHost]],
  ['injection.Analyzer', [namespaceOutsideMesh, missingProxy, conflictingMeshLabels]],
  ['k8sgateway.SelectorAnalyzer', [selectorOnGateway]],
  ['service.PortNameAnalyzer', [undeclaredProtocol, externalNamePort]],
  ['serviceentry.ConflictingServiceEntryProtocolAnalyzer', [conflictingServiceEntries]],
  ['serviceentry.ProtocolAddressesAnalyzer', [serviceEntryWithoutAddress]],
  ['sidecar.SelectorAnalyzer', [sidecarWithoutWorkload, overlappingSidecars]],
]);
/** Its levels; they are not ours. */
const LEVELS = ranked({
  error: ['IST0101', 'IST0110'],
  warning: ['IST0002', 'IST0103', 'IST0116', 'IST0123', 'IST0127', 'IST0128', 'IST0129', 'IST0134', 'IST0137', 'IST0144', 'IST0150', 'IST0166', 'IST0174', 'IST0177'],
  info: ['IST0102', 'IST0118'],
});

/** These look at pods, and not at what makes them. */
const OF_PODS = ['authz.AuthorizationPoliciesAnalyzer', 'k8sgateway.SelectorAnalyzer', 'sidecar.SelectorAnalyzer'];
const MAKERS: readonly string[] = ['Deployment', 'StatefulSet', 'DaemonSet', 'ReplicaSet', 'Job', 'CronJob', 'ReplicationController', 'ServiceAccount'];
/** Its texts for these name no detail; it says the same thing of an object once, wherever that stands. */
const WITHOUT_DETAIL: readonly string[] = ['IST0134', 'IST0150'];

/** What `istioctl analyze` says of the objects: one of its analyzers, or all that are known; `undefined` for one that is not. */
export function analyzerVerdicts(snapshot: Snapshot, analyzer?: string): UpstreamVerdict[] | undefined {
  if (analyzer === undefined) {
    return [...ANALYZERS.keys()].flatMap((name) => analyzerVerdicts(snapshot, name) ?? []);
  }
  const seen = OF_PODS.includes(analyzer) ? withoutMakers(snapshot) : snapshot;
  const verdicts = ANALYZERS.get(analyzer)?.flatMap((rule) => verdictsOf(rule.find(seen), LEVELS));
  return verdicts === undefined ? undefined : [...new Map(verdicts.map((one) => [said(one), one])).values()];
}

function withoutMakers({ manifests, mesh }: Snapshot): Snapshot {
  return snapshotOf(manifests.filter(({ object }) => !MAKERS.includes(object.kind)), { mesh });
}

function said({ object, code, message }: UpstreamVerdict): string {
  return `${object} ${code} ${WITHOUT_DETAIL.includes(code) ? '' : message}`;
}
