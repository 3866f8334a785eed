import { MeshFacts } from './mesh-facts';
import { PodsFact } from './pods-fact';
import { invalid } from '../values/errors';
import {
  dnsSubdomainProblem, dnsLabelProblem, labelKeyProblem, labelValueProblem, serviceAccountNameProblem,
} from '../values/grammar/names';
import { trustDomainProblem } from '../values/grammar/principals';

/** The facts with every field checked; a copy, so that later changes by the caller do not matter. */
export function checkedFacts(facts: MeshFacts): MeshFacts {
  check('trustDomain', facts.trustDomain, trustDomainProblem, 'a trust domain such as cluster.local');
  for (const alias of facts.trustDomainAliases ?? []) {
    check('trustDomainAliases', alias, trustDomainProblem, 'a trust domain such as old.example.com');
  }
  check('rootNamespace', facts.rootNamespace, dnsLabelProblem, 'a namespace name such as istio-system');
  check('clusterDomain', facts.clusterDomain, dnsSubdomainProblem, 'a DNS suffix such as cluster.local');
  checkPods('istiod', facts.istiod);
  checkPods('prometheus', facts.prometheus);
  checkAccount('prometheus', facts.prometheus?.serviceAccount);
  for (const gateway of facts.ingressGateways ?? []) {
    checkPods(`ingressGateways ${gateway.name}`, gateway);
    checkAccount(`ingressGateways ${gateway.name}`, gateway.serviceAccount);
  }
  checkUnique('ingressGateways', (facts.ingressGateways ?? []).map((g) => g.name));
  checkProviders(facts);
  checkNotEmpty('apiServer.addresses', facts.apiServer?.addresses);
  checkNotEmpty('nodes', facts.nodes);
  checkNotEmpty('pods', facts.pods);
  checkNotEmpty('probeSources', facts.probeSources);
  return { ...facts };
}

/** A provider's hole is called after it, so it must not be called like the others. */
const TAKEN = ['dns', 'istiod', 'metrics', 'probes', 'nothing'];

function checkProviders(facts: MeshFacts): void {
  const providers = [...facts.telemetryProviders ?? [], ...facts.authorizationProviders ?? []];
  for (const provider of providers) {
    check('the name of a provider', provider.name, dnsLabelProblem, 'a DNS label such as access-log');
    check('the name of a provider', provider.name, (name) => TAKEN.includes(name) ? `allow-${name} is the name of another object` : undefined,
      `a name other than ${TAKEN.join(', ')}`);
    check(`the host of provider ${provider.name}`, provider.host, dnsSubdomainProblem, 'the fully qualified host of its Service');
    checkPods(`provider ${provider.name}`, provider);
  }
  checkUnique('telemetryProviders and authorizationProviders', providers.map((p) => p.name));
}

function check(what: string, value: string, problemOf: (value: string) => string | undefined, allowed: string): void {
  const problem = typeof value === 'string' ? problemOf(value) : 'it is not a text';
  if (problem !== undefined) {
    throw invalid(
      `mesh fact ${what} is not usable (${problem})`,
      value,
      allowed,
      'look at the mesh configuration (`kubectl -n istio-system get configmap istio -o yaml`)',
    );
  }
}

function checkAccount(what: string, account?: string): void {
  if (account !== undefined) {
    check(`${what} serviceAccount`, account, serviceAccountNameProblem, 'the name of a ServiceAccount');
  }
}

function checkPods(what: string, pods?: PodsFact): void {
  if (pods === undefined) {
    return;
  }
  check(`${what} namespace`, pods.namespace, dnsLabelProblem, 'a namespace name');
  const labels = Object.entries(pods.podLabels);
  if (labels.length === 0) {
    throw invalid(
      `mesh fact ${what} has no pod labels: it would mean every pod of ${pods.namespace}`,
      pods.podLabels,
      'at least one label',
      'look at `kubectl get pods --show-labels`',
    );
  }
  for (const [key, value] of labels) {
    check(`${what} label key`, key, labelKeyProblem, 'a label key');
    check(`${what} label ${key}`, value, labelValueProblem, 'a label value');
  }
}

function checkUnique(what: string, names: string[]): void {
  const twice = names.find((name, i) => names.indexOf(name) !== i);
  if (twice !== undefined) {
    throw invalid(`mesh fact ${what} names two entries alike`, twice, 'names that differ', 'rename one of them');
  }
}

function checkNotEmpty(what: string, list?: unknown[]): void {
  if (list?.length === 0) {
    throw invalid(
      `mesh fact ${what} is an empty list, which says neither that there is none nor where they are`,
      list,
      'at least one address',
      'leave the fact out when it is unknown',
    );
  }
}
