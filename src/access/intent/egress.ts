import { IntendedAccess, IntendedEdge } from '../../values/grammar/intended-access';
import { compileEgress, Egress } from '../egress/egress';
import { compileSidecars } from '../egress/sidecars';
import { Manifest, ObjectRef, refOf } from '../objects';
import { textsOf } from '../relation/domains';
import { textClasses } from '../relation/text-classes';
import { list, mapping, mappings } from '../snapshot/fields';
import { Snapshot } from '../snapshot/snapshot';
import { PatternPart, TextPattern } from '../text-pattern';
import { Workload } from '../workload';
import { Difference } from './difference';
import { isOf, meantFor } from './scopes';

const ANY = { repeat: 'any', atLeast: 0 } as const;
const NAME = { repeat: 'segment', atLeast: 1 } as const;
/** Hosts as Sidecars name them: the namespace that defines a host, and the host. */
const HOSTS = textsOf('hosts of namespaces', { text: 'namespace/host', parts: [NAME, { literal: '/' }, NAME] });

/** Compares the hosts that each proxy knows with those that are meant, for every namespace and host there can be. */
export function egressDifferences(snapshot: Snapshot, access: IntendedAccess): Difference[] {
  const egress = compileEgress(snapshot);
  const sidecars = compileSidecars(snapshot.manifests, snapshot.mesh);
  return snapshot.workloads.filter(({ mode }) => mode === 'sidecar').flatMap((workload) => {
    const meant = meantFor(access, workload);
    if (meant === undefined || meant.layers.egress === 'absent') {
      return [];
    }
    const side: Side = { workload, path: meant.path, sidecar: sidecars.of(workload) };
    const edges = access.edges.filter(({ from, to }) => to.host !== undefined && isOf(from.pods, workload));
    return meant.layers.egress === 'open' ? openDifferences(side, egress) : [
      ...closedDifferences(side, egress), ...hostDifferences(side, edges, snapshot), ...entryDifferences(side, edges, access.edges, egress),
    ];
  });
}

interface Side {
  readonly workload: Workload;
  readonly path: string;
  readonly sidecar?: Manifest;
}

function difference({ workload, path, sidecar }: Side, kind: Difference['kind'], to: string, text: string, object?: ObjectRef): Difference {
  const decider = object ?? (sidecar === undefined ? undefined : refOf(sidecar));
  return { layer: 'egress', kind, from: workload.id, to, witness: 'any call', text, object: decider, path };
}

function openDifferences(side: Side, egress: Egress): Difference[] {
  const { unknownHosts } = egress.scopeOf(side.workload);
  return unknownHosts === 'ALLOW_ANY'
    ? [] : [difference(side, 'missing', 'any host', `its proxy says ${unknownHosts}, and is meant to let out everything for now`)];
}

function closedDifferences(side: Side, egress: Egress): Difference[] {
  const { unknownHosts } = egress.scopeOf(side.workload);
  return unknownHosts === 'REGISTRY_ONLY' ? []
    : [difference(side, 'excess',
      'hosts that nobody granted', `its proxy says ${unknownHosts}, so that it lets out what it does not know`)];
}

/** Which hosts the Sidecar imports. */
function hostDifferences(side: Side, edges: readonly IntendedEdge[], { mesh }: Snapshot): Difference[] {
  const { namespace } = side.workload;
  const listeners = mappings(mapping(side.sidecar?.object.spec).egress);
  const is = (side.sidecar === undefined || listeners.length === 0 ? ['*/*'] : listeners.flatMap(({ hosts }) => list(hosts).map(String)))
    .flatMap((host) => importPattern(host, namespace));
  const should = [`./*.${namespace}.svc.${mesh.clusterDomain}`, ...edges.map(({ to }) => `${to.hostNamespace ?? '.'}/${to.host}`)]
    .flatMap((host) => importPattern(host, namespace));
  const limited = listeners.find(({ port }) => port !== undefined);
  const found = textClasses([...is, ...should], HOSTS).flatMap(({ witness, matches }) => {
    const [known, meant] = [matches.slice(0, is.length).includes(true), matches.slice(is.length).includes(true)];
    return known === meant
      ? [] : [known ? difference(side, 'excess', witness, 'its proxy knows the host')
        : difference(side, 'missing', witness, 'its proxy does not know the host')];
  });
  return limited === undefined
    ? found : [...found, difference(side, 'unknown', 'hosts on some ports', 'a listener of the Sidecar holds for one port alone')];
}

/** `NAMESPACE/HOST` of a Sidecar: `.` is the own namespace, `*` any, `~` none; a host may begin with a wildcard. */
function importPattern(text: string, own: string): TextPattern[] {
  const slash = text.indexOf('/');
  const [namespace, host] = [text.slice(0, slash), text.slice(slash + 1)];
  if (slash < 0 || namespace === '~') {
    return [];
  }
  const where: PatternPart = namespace === '*' ? NAME : { literal: namespace === '.' ? own : namespace };
  const which: PatternPart[] = host === '*' ? [ANY] : host.startsWith('*.') ? [ANY, { literal: host.slice(1) }] : [{ literal: host }];
  return [{ text, parts: [where, { literal: '/' }, ...which] }];
}

/** Hosts outside of the mesh are only there if a ServiceEntry defines them, with the ports that were granted and no others. */
function entryDifferences(side: Side, edges: readonly IntendedEdge[], all: readonly IntendedEdge[], { registry }: Egress): Difference[] {
  const { namespace } = side.workload;
  const hosts = [...new Set(edges.filter(({ to }) => to.hostNamespace === undefined).map(({ to }) => to.host!))];
  return hosts.flatMap((host) => {
    const needed = dialledPorts(edges, host);
    // the entry is one for the whole namespace, whoever of it was granted the host
    const granted = dialledPorts(all.filter(({ from }) => from.pods?.namespace === namespace), host);
    const entry = registry.named(host).find((one) => one.namespace === namespace);
    if (entry === undefined) {
      return [difference(side, 'missing', host, 'no ServiceEntry of the namespace defines the host')];
    }
    const ports = new Set(entry.ports.map(({ number }) => number));
    return [
      ...[...needed].filter((port) => !ports.has(port))
        .map((port) => difference(side, 'missing', `${host}:${port}`, 'the host is not defined on the port', entry.object)),
      ...[...ports].filter((port) => !granted.has(port))
        .map((port) => difference(side, 'excess', `${host}:${port}`, 'the host is defined on the port', entry.object)),
    ];
  });
}

function dialledPorts(edges: readonly IntendedEdge[], host: string): Set<number> {
  return new Set(edges.filter(({ to }) => to.host === host && to.hostNamespace === undefined)
    .flatMap(({ ports, to }) => to.hostPorts ?? ports.map(({ first }) => first)));
}
