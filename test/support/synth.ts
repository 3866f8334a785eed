import * as fs from 'node:fs';
import { App, Chart, Testing } from 'cdk8s';
import { loadAll } from 'js-yaml';
import { schemaProblems } from './schemas';
import { ClusterDns, DataPlane, IZeroTrustMesh, MeshFacts, SidecarInjection, ZeroTrustMesh } from '../../src';

/** The facts that every mesh has to state. */
export const FACTS: MeshFacts = {
  dataPlane: DataPlane.SIDECAR,
  trustDomain: 'cluster.local',
  rootNamespace: 'istio-system',
  clusterDomain: 'cluster.local',
  injection: SidecarInjection.namespaceLabel(),
  dns: ClusterDns.coreDns(),
};

export function meshWith(facts: Partial<MeshFacts> = {}): IZeroTrustMesh {
  return ZeroTrustMesh.reference({ ...FACTS, ...facts });
}

/** Synthesises a chart, or a whole app as the YAML that it writes, and refuses objects that their schemas would refuse. */
export function synthChecked(scope: Chart | App): any[] {
  const objects: any[] = scope instanceof App ? loadAll(scope.synthYaml()) : Testing.synth(scope);
  // the one kind that only tests make, and that has no pinned schema
  const checked = objects.filter((object) => object.kind !== 'DaemonSet');
  // the oracles ask the real engines about every set that the tests synthesise
  if (process.env.CDK8S_ZERO_TRUST_EMITTED !== undefined) {
    fs.appendFileSync(process.env.CDK8S_ZERO_TRUST_EMITTED, `${JSON.stringify(objects)}\n`);
  }
  expect(checked.flatMap((object) => schemaProblems(object).map((p) => `${object.kind} ${object.metadata.name}: ${p}`))).toEqual([]);
  return objects;
}

/** The one object of a kind and name. */
export function only(objects: any[], kind: string, name: string, namespace?: string): any {
  const found = objects.filter((o) => o.kind === kind && o.metadata.name === name)
    .filter((o) => namespace === undefined || o.metadata.namespace === namespace);
  expect(found.map((o) => `${o.kind} ${o.metadata.name}`)).toEqual([`${kind} ${name}`]);
  return found[0];
}

export function namesOf(objects: any[], kind: string): string[] {
  return objects.filter((o) => o.kind === kind).map((o) => o.metadata.name);
}

/** The lines of a failed synth, without its heading. */
export function faults(chart: Chart): string[] {
  try {
    Testing.synth(chart);
  } catch (error) {
    const [heading, ...lines] = (error as Error).message.split('\n');
    expect(heading).toBe('Validation failed with the following errors:');
    return lines.map((line) => line.trim());
  }
  return [];
}

export function newChart(id = 'shop', props = {}): Chart {
  return new Chart(new App(), id, props);
}
