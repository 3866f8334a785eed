import { intendedAddresses, intendedPods } from './intent';
import { MeshFacts, ProviderFact } from './mesh-facts';
import { networkPeer, PodsOfPeer } from './peer';
import { LabelSelector } from '../resources/label-selector';
import { NetworkPolicyEgressRule, NetworkPolicyIngressRule } from '../resources/network-policy';
import { NetworkPolicyPeer } from '../resources/network-policy-peer';
import { invalid } from '../values/errors';
import { IntendedEnd } from '../values/grammar/intended-access';
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
  /** The other end, as each layer knows it. */
  readonly ends: IntendedEnd[];
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
  return egressHole({ name: 'allow-dns', reason: 'name resolution', peer: dns._toString(), ends: dns._ends(), ports: dns._ports() }, dns._peers());
}

function istiodHole(facts: MeshFacts): Hole {
  const istiod = facts.istiod ?? { namespace: facts.rootNamespace, podLabels: { app: 'istiod' } };
  const peer = NetworkPolicyPeer.podsInNamespace(istiod.namespace, LabelSelector.labels(istiod.podLabels));
  const name = `istiod in ${istiod.namespace}`;
  return egressHole({ name: 'allow-istiod', reason: 'proxy configuration and certificates', peer: name, ends: [podsEnd(name, istiod)], ports: [ISTIOD] }, [peer]);
}

function metricsHole(facts: MeshFacts): Hole {
  const { namespace, podLabels, serviceAccount } = facts.prometheus!;
  const pods = { namespace, podLabels };
  const name = `${namespace}/${serviceAccount}`;
  return ingressHole({ name: 'allow-metrics', reason: 'scrape of the merged metrics', peer: name, ends: [podsEnd(name, pods)], ports: [AGENT] }, [networkPeer(pods, '')]);
}

function probesHole(facts: MeshFacts): Hole {
  const sources = facts.probeSources!;
  const name = sources.map(String).join(', ');
  return ingressHole({
    name: 'allow-probes',
    reason: 'kubelet probes where the network plugin applies policies to them',
    peer: name,
    ends: [{ name, addresses: intendedAddresses(sources) }],
    ports: [AGENT, READINESS],
  }, sources.map((cidr) => NetworkPolicyPeer.cidr(cidr)));
}

function providerHole(provider: ProviderFact): Hole {
  const peer = NetworkPolicyPeer.podsInNamespace(provider.namespace, LabelSelector.labels(provider.podLabels));
  const reason = `proxies call the provider ${provider.name}`;
  const ends = [{ ...podsEnd(provider.host, provider), host: provider.host, hostNamespace: provider.namespace }];
  return egressHole({ name: `allow-${provider.name}`, reason, peer: provider.host, ends, ports: [Port.tcp(provider.number)] }, [peer]);
}

type HoleFacts = Omit<Hole, 'ingress' | 'egress'>;

function egressHole(facts: HoleFacts, to: NetworkPolicyPeer[]): Hole {
  return { ...facts, ingress: [], egress: [{ to, ports: facts.ports }] };
}

function ingressHole(facts: HoleFacts, from: NetworkPolicyPeer[]): Hole {
  return { ...facts, ingress: [{ from, ports: facts.ports }], egress: [] };
}

function podsEnd(name: string, pods: PodsOfPeer): IntendedEnd {
  return { name, pods: intendedPods(pods) };
}
