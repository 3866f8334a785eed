import { Manifest } from '../../access/objects';
import { labels, mapping, mappings } from '../../access/snapshot/fields';
import { Snapshot } from '../../access/snapshot/snapshot';
import { selects, Workload } from '../../access/workload';

/** A port of a Service as it is written, so that what no API server accepts can be named too. */
export interface WrittenPort {
  readonly service: string;
  readonly fields: Readonly<Record<string, unknown>>;
}

/** A Deployment, and the ports of the Services that select its pods. */
export interface DeployedPorts {
  readonly manifest: Manifest;
  readonly ports: readonly WrittenPort[];
}

/** The Deployments that have proxies of their own, with the ports by which Services lead to them. */
export function deployedPorts(snapshot: Snapshot): DeployedPorts[] {
  const deployments = new Map(snapshot.kind('apps', 'Deployment').map((manifest) => [idOf(manifest), manifest]));
  const services = snapshot.kind('', 'Service');
  return snapshot.workloads.flatMap((workload) => {
    const manifest = workload.kind === 'Deployment' ? deployments.get(`${workload.namespace}/${workload.name}`) : undefined;
    if (manifest === undefined || (workload.mode !== 'sidecar' && workload.mode !== 'gateway')) {
      return [];
    }
    const ports = services.filter((service) => isFor(service, workload)).flatMap(({ object }) => (
      mappings(mapping(object.spec).ports).map((fields) => ({ service: `${workload.namespace}/${object.metadata.name}`, fields }))));
    return [{ manifest, ports }];
  });
}

function idOf({ object: { metadata } }: Manifest): string {
  return `${metadata.namespace ?? 'default'}/${metadata.name}`;
}

function isFor({ object: { metadata, spec } }: Manifest, workload: Workload): boolean {
  if ((metadata.namespace ?? 'default') !== workload.namespace) {
    return false;
  }
  const selector = labels(mapping(spec).selector);
  return Object.keys(selector).length > 0 && selects(selector, workload.labels);
}
