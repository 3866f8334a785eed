import { isAttached } from '../../access/authorization/attach';
import { Policy } from '../../access/authorization/policy';
import { RegistryEntry } from '../../access/egress/registry';
import { clientTls, ClientRules, compileClientRules } from '../../access/mtls/client';
import { fullHost } from '../../access/mtls/destination-rules';
import { namespaceOf } from '../../access/mtls/precedence';
import { SelectorIndex, selectorIndex } from '../../access/mtls/selector-index';
import { Labels } from '../../access/objects';
import { mapping, text } from '../../access/snapshot/fields';
import { Snapshot } from '../../access/snapshot/snapshot';
import { Workload } from '../../access/workload';
import { probeClient, probeEntry } from '../mtls/probes';
import { defineRule } from '../rule';
import { byNamespace, shownNamespaces, shownWorkloads } from '../shown';
import { identityFields, pathOf } from './identity-fields';
import { policiesOf } from './policy-values';

/** A policy asks for the identity of peers where mutual TLS never arrives. */
export const identityWithoutMtls = defineRule({
  id: 'authz/identity-without-mtls',
  severity: 'error',
  effect: 'without mutual TLS a peer has no identity: the field never matches, so that an ALLOW refuses everybody, a DENY refuses nobody and a negation is always true',
  fix: 'let the servers take mutual TLS (PeerAuthentication STRICT or PERMISSIVE), and remove the DestinationRule that keeps clients from sending it',
  aliases: ['KIA0105'],
}, (snapshot) => {
  const world = worldOf(snapshot);
  return policiesOf(snapshot).flatMap(({ manifest, policy }) => {
    const fields = identityFields(policy);
    const why = fields.length === 0 ? undefined : whyNoIdentity(policy, world);
    return why === undefined ? [] : fields.map((field) => (
      { manifest, path: pathOf(field), message: `the identity of peers is never known here: ${why}` }));
  });
});

interface Server {
  readonly namespace: string;
  readonly labels: Labels;
}

interface World {
  readonly snapshot: Snapshot;
  readonly rules: ClientRules;
  readonly workloads: readonly Workload[];
  readonly workloadsIn: (namespace: string) => readonly Workload[];
  readonly services: SelectorIndex<RegistryEntry>;
  readonly namespaces: ReadonlySet<string>;
}

function worldOf(snapshot: Snapshot): World {
  const rules = compileClientRules(snapshot);
  const workloads = shownWorkloads(snapshot).filter(({ mode }) => mode !== 'none');
  const services = rules.registry.entries.flatMap((entry) => (Object.keys(entry.selector ?? {}).length === 0 ? []
    : [{ namespace: entry.namespace, selector: entry.selector!, item: entry }]));
  return {
    snapshot,
    rules,
    workloads,
    workloadsIn: byNamespace(workloads),
    services: selectorIndex(services),
    namespaces: shownNamespaces(snapshot),
  };
}

/** Why no workload that the policy is for learns an identity; ambient pods, gateways and waypoints are not asked. */
function whyNoIdentity({ attachment, unreadable }: Policy, world: World): string | undefined {
  if (unreadable !== undefined || attachment.targetRefs.length > 0) {
    return undefined;
  }
  const { mesh } = world.snapshot;
  const candidates = attachment.namespace === mesh.rootNamespace ? world.workloads : world.workloadsIn(attachment.namespace);
  const meant = candidates.filter((one) => isAttached(attachment, { ...one, waypoint: one.mode === 'waypoint', services: [] }, mesh));
  if (meant.some(({ mode }) => mode !== 'sidecar')) {
    return undefined;
  }
  const servers: readonly Server[] = meant.length > 0 ? meant : [{ namespace: attachment.namespace, labels: attachment.selector }];
  const reasons = servers.map((server) => whyServerHasNone(server, world.rules) ?? whyClientsSendNone(server, world));
  return reasons.includes(undefined) ? undefined : reasons[0];
}

function whyServerHasNone(server: Server, { peers }: ClientRules): string | undefined {
  const { mode, ports } = peers.of(server);
  return mode === 'DISABLE' && [...ports.values()].every((of) => of === 'DISABLE') ? 'the mode of mutual TLS of the server is DISABLE' : undefined;
}

/** The clients of its own namespace are asked first: they mostly send it. */
function whyClientsSendNone(server: Server, world: World): string | undefined {
  const { rules, namespaces } = world;
  const entries = hostsOf(server, world);
  let why: string | undefined;
  for (const namespace of new Set([server.namespace, ...namespaces])) {
    for (const entry of entries) {
      for (const { number, target } of entry.ports) {
        const endpoint = { ...server, port: typeof target === 'number' ? target : number, mode: 'sidecar' as const };
        const sent = clientTls(rules, { client: probeClient(namespace), entry, port: number, endpoint });
        if (sent.sends === 'mesh-mtls') {
          return undefined;
        }
        why ??= sent.text;
      }
    }
  }
  return why;
}

/** The Services that select the server; where none is shown it may be any of its namespace, those that DestinationRules name included. */
function hostsOf({ namespace, labels }: Server, { snapshot, services }: World): readonly RegistryEntry[] {
  const selecting = services.selecting(namespace, labels);
  const any = probeEntry(namespace, snapshot);
  return selecting.length > 0 ? selecting : [any, ...namedHosts(namespace, snapshot).map((hostname) => ({ ...any, hostname }))];
}

function namedHosts(namespace: string, snapshot: Snapshot): string[] {
  const hosts = snapshot.kind('networking.istio.io', 'DestinationRule').map(({ object: { metadata, spec } }) => (
    fullHost(text(mapping(spec).host) ?? '', namespaceOf(metadata), snapshot.mesh)));
  return [...new Set(hosts)].filter((host) => !host.startsWith('*') && host.endsWith(`.${namespace}.svc.${snapshot.mesh.clusterDomain}`));
}
