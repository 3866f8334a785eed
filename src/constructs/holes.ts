import { MeshFacts, ProviderFact } from './mesh-facts';
import { networkPeer } from './peer';
import { LabelSelector } from '../resources/label-selector';
import { NetworkPolicyEgressRule, NetworkPolicyIngressRule } from '../resources/network-policy';
import { NetworkPolicyPeer } from '../resources/network-policy-peer';
import { invalid } from '../values/errors';
import { Port } from '../values/port';

/**
 * What a namespace with default deny needs to work at all, each a named object that can be switched off.
 *
 * There is no hole for kubelet probes: Kubernetes always admits a pod's own node.
 */
export interface NamespaceHoles {
  /** Egress to cluster DNS, where the mesh facts say it is. @default true */
  readonly dns?: boolean;
  /** Egress to istiod (15012): without it a proxy gets neither configuration nor certificate. @default true */
  readonly istiod?: boolean;
  /**
   * Ingress from the Prometheus of the mesh facts to the merged metrics of the proxies (15020). @default - true if the facts name a
   * Prometheus
   */
  readonly metrics?: boolean;
  /** Egress to the telemetry and authorisation providers of the mesh facts. @default true */
  readonly providers?: boolean;
  /**
   * Ingress from the `probeSources` of the mesh facts to the ports that probes use (15020, 15021). @default - true if the facts name
   * sources
   */
  readonly probes?: boolean;
}

/** One hole of the network layer. */
export interface Hole {
  readonly name: string;
  readonly reason: string;
  readonly ingress: NetworkPolicyIngressRule[];
  readonly egress: NetworkPolicyEgressRule[];
  /** The other end, as recorded: a source for ingress, a destination for egress. */
  readonly peer: string;
  readonly ports: Port[];
}

const ISTIOD = Port.tcp(15012);
/** Merged metrics and rewritten HTTP probes of the agent; never captured by the proxy, so only the network layer guards it. */
const AGENT = Port.http(15020);
const READINESS = Port.http(15021);

/** The holes that are switched on, in a fixed order. */
export function holesOf(facts: MeshFacts, switches: NamespaceHoles = {}): Hole[] {
  const needed = (on: boolean | undefined, fact: unknown, name: string) => {
    if (on === true && fact === undefined) {
      throw invalid(
        `the hole ${name} is switched on but the mesh facts do not say for whom`,
        undefined,
        `mesh fact ${name}`,
        'add the fact to the mesh or leave the hole out',
      );
    }
    return on !== false && fact !== undefined;
  };
  return [
    ...(switches.dns === false ? [] : [dnsHole(facts)]),
    ...(switches.istiod === false ? [] : [istiodHole(facts)]),
    ...(needed(switches.metrics, facts.prometheus, 'prometheus') ? [metricsHole(facts)] : []),
    ...(needed(switches.probes, facts.probeSources, 'probeSources') ? [probesHole(facts)] : []),
    ...(switches.providers === false ? [] : providersOf(facts).map(providerHole)),
  ];
}

/** Every service that the proxies themselves call. */
export function providersOf(facts: MeshFacts): ProviderFact[] {
  return [...facts.telemetryProviders ?? [], ...facts.authorizationProviders ?? []].sort((a, b) => (a.name < b.name ? -1 : 1));
}

function dnsHole({ dns }: MeshFacts): Hole {
  return egressHole('allow-dns', 'name resolution', dns._toString(), dns._peers(), dns._ports());
}

function istiodHole(facts: MeshFacts): Hole {
  const istiod = facts.istiod ?? { namespace: facts.rootNamespace, podLabels: { app: 'istiod' } };
  const peer = NetworkPolicyPeer.podsInNamespace(istiod.namespace, LabelSelector.labels(istiod.podLabels));
  return egressHole('allow-istiod', 'proxy configuration and certificates', `istiod in ${istiod.namespace}`, [peer], [ISTIOD]);
}

function metricsHole(facts: MeshFacts): Hole {
  const { namespace, podLabels, serviceAccount } = facts.prometheus!;
  const peer = networkPeer({ namespace, podLabels }, '');
  return ingressHole('allow-metrics', 'scrape of the merged metrics', `${namespace}/${serviceAccount}`, [peer], [AGENT]);
}

function probesHole(facts: MeshFacts): Hole {
  const sources = facts.probeSources!;
  return ingressHole('allow-probes', 'kubelet probes where the network plugin applies policies to them', sources.map(String).join(', '),
    sources.map((cidr) => NetworkPolicyPeer.cidr(cidr)), [AGENT, READINESS]);
}

function providerHole(provider: ProviderFact): Hole {
  const peer = NetworkPolicyPeer.podsInNamespace(provider.namespace, LabelSelector.labels(provider.podLabels));
  const reason = `proxies call the provider ${provider.name}`;
  return egressHole(`allow-${provider.name}`, reason, provider.host, [peer], [Port.tcp(provider.number)]);
}

function egressHole(name: string, reason: string, peer: string, to: NetworkPolicyPeer[], ports: Port[]): Hole {
  return { name, reason, peer, ports, ingress: [], egress: [{ to, ports }] };
}

function ingressHole(name: string, reason: string, peer: string, from: NetworkPolicyPeer[], ports: Port[]): Hole {
  return { name, reason, peer, ports, ingress: [{ from, ports }], egress: [] };
}
