import { ApiObject } from 'cdk8s';
import { IConstruct } from 'constructs';
import { Cluster } from './cluster';
import { rendered } from './duplicates';
import { Proof, ProofException } from './proof';
import { differenceMessage, readingMessages, unprovenMessage } from './proof-messages';
import { Difference } from '../access/intent/difference';
import { accessDifferences } from '../access/intent/differences';
import { meantFor } from '../access/intent/scopes';
import { MeshSettings } from '../access/mesh-settings';
import { Manifest } from '../access/objects';
import { joinReadings, readObjects, readPaths } from '../access/reading/read';
import { Snapshot, snapshotOf } from '../access/snapshot/snapshot';
import { IntendedAccess, IntendedMesh } from '../values/grammar/intended-access';

/** As many differences as a person reads at once; the rest is counted. */
const MOST_MESSAGES = 20;

/**
 * Proves that the objects of a cluster grant what is meant and nothing else. Answers one message per place where they do not.
 *
 * @internal
 */
export function proveCluster(cluster: IConstruct, access: IntendedAccess): string[] {
  const known = access.scopes[0]?.mesh ?? access.meshWide?.mesh;
  if (known === undefined) {
    return [];
  }
  const mesh = meshOf(known);
  const proof = Proof.of(cluster);
  if (proof._waiver !== undefined) {
    const { expires, owner, reason } = proof._waiver;
    return expires >= new Date().toISOString().slice(0, 10) ? []
      : [`the waiver of the proof ended on ${expires} (${owner}: ${reason}); grant what is needed, or extend the waiver`];
  }
  const context = readPaths(proof._context);
  const own = objectsOf(cluster);
  const reading = joinReadings([context, readObjects(own.map(({ json }) => json), (i) => ({ constructPath: own[i].path }))]);
  const snapshot = snapshotOf(reading.manifests, { mesh });
  return [
    ...readingMessages(context, reading),
    ...snapshot.problems
      .map(({ manifest, text }) => [manifest?.origin.constructPath, text].filter((part) => part !== undefined).join(': ')),
    ...unproven(proof, snapshot, access),
    ...limited(found(proof, snapshot, access, mesh)),
  ];
}

/** One cluster belongs to one mesh. */
function meshOf({ trustDomain, trustDomainAliases, rootNamespace, clusterDomain }: IntendedMesh): Partial<MeshSettings> {
  return { trustDomain, trustDomainAliases, rootNamespace, clusterDomain };
}

/** What an object opens on purpose is no excess; what it takes away is missing all the same. */
function found(proof: Proof, snapshot: Snapshot, access: IntendedAccess, mesh: Partial<MeshSettings>): Difference[] {
  const narrow = snapshot.manifests.filter((manifest) => !proof._wider.some((exception) => isMeant(exception, manifest)));
  if (narrow.length === snapshot.manifests.length) {
    return accessDifferences(snapshot, access);
  }
  return [
    ...accessDifferences(snapshotOf(narrow, { mesh }), access).filter(({ kind }) => kind !== 'missing'),
    ...accessDifferences(snapshot, access).filter(({ kind }) => kind === 'missing'),
  ];
}

/** Objects that change traffic in ways that are not modelled, where they may concern workloads of this app. */
function unproven(proof: Proof, { unmodelled, workloads }: Snapshot, access: IntendedAccess): string[] {
  const own = workloads.filter((workload) => meantFor(access, workload) !== undefined);
  return unmodelled.filter(({ manifest }) => !proof._unproven.some((exception) => isMeant(exception, manifest)))
    .flatMap(({ manifest, concerns }) => {
      const [first] = own.filter(concerns);
      return first === undefined ? [] : [unprovenMessage(manifest, first.id)];
    });
}

function isMeant({ object }: ProofException, { origin }: Manifest): boolean {
  const { constructPath } = origin;
  return constructPath !== undefined && (constructPath === object.node.path || constructPath.startsWith(`${object.node.path}/`));
}

function objectsOf(cluster: IConstruct): { json: unknown; path: string }[] {
  return cluster.node.findAll().filter((c): c is ApiObject => ApiObject.isApiObject(c) && Cluster.of(c) === cluster)
    .map((object) => ({ json: rendered(object), path: object.node.path })).filter(({ json }) => json !== undefined);
}

function limited(differences: readonly Difference[]): string[] {
  const messages = [...new Set(differences.map(differenceMessage))];
  const rest = messages.length - MOST_MESSAGES;
  return rest <= 0 ? messages
    : [...messages.slice(0, MOST_MESSAGES), `and ${rest} more differences between what was granted and what the objects grant`];
}
