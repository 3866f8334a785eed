import { MeshSettings } from '../mesh-settings';
import { DIRECTIONS } from '../network/policy';
import { emptyParts, PolicyPart, redundantPolicyParts, uncaptured } from '../network/queries/findings';
import { modelOf } from '../network/queries/network-tables';
import { refText } from '../objects';
import {
  AuthorizationPart, authorizationOf, emptyAuthorization, isVacuousAccess, redundantAuthorization, unauthorized,
} from '../relation/queries/authorization-findings';
import { Workload } from '../workload';
import { SuiteConfig } from './connectivity-config';

/** Policies that select nobody and rules without anybody, of every layer. */
export function emptyIn(config: SuiteConfig, mesh: MeshSettings): string[] {
  return [...emptyParts(config).map(networkText), ...emptyAuthorization(config, mesh).map(authorizationText)];
}

/** Policies and rules that others of their layer make needless. */
export function redundantIn(config: SuiteConfig, mesh: MeshSettings): string[] {
  return [...redundantPolicyParts(config).map(networkText), ...redundantAuthorization(config, mesh).map(authorizationText)];
}

/** Everything that is odd about a set: that it changes nothing, what is empty, and else what is needless. */
export function oddIn(config: SuiteConfig, mesh: MeshSettings): string[] {
  const empty = emptyIn(config, mesh);
  return isVacuousAccess(config, mesh) ? [`${config.name} changes nothing`, ...empty]
    : [...empty, ...redundantIn(config, mesh).filter((part) => !empty.includes(part)).map((part) => `${part} is redundant`)];
}

/** Pairs of NetworkPolicies that select a workload together. */
export function overlappingIn(config: SuiteConfig): string[] {
  const model = modelOf(config);
  const pairs = config.workloads.flatMap((workload) => {
    const policies = new Set(DIRECTIONS.flatMap((direction) => model.policiesOf(workload, direction)));
    const own = [...policies].map(({ ref }) => refText(ref)).sort();
    return own.flatMap((a, i) => own.slice(i + 1).map((b) => `${a} and ${b}`));
  });
  return [...new Set(pairs)];
}

/**
 * Who is captured by no policy, by layer and direction, called by the controller of its pods; AuthorizationPolicies are about what comes
 * in. Where there are no policies at all every pod is counted once, and so is the ingress controller that there has to be for Ingresses.
 */
export function uncapturedIn(config: SuiteConfig, byPod: boolean): string[] {
  const { policies, workloads, owners, ingress } = config;
  const layers = [
    ...(policies.length === 0 ? [] : DIRECTIONS.map((direction) => [direction, uncaptured(config)[direction]] as const)),
    ...(authorizationOf(config).length === 0 ? [] : [['mesh', unauthorized(config)] as const]),
  ];
  if (layers.length === 0) {
    const unseen = ingress !== undefined && !workloads.some(ingress.isController) ? ['an ingress controller'] : [];
    return [...workloads.flatMap((workload) => podsOf(config, workload)), ...unseen];
  }
  const namesOf = (workload: Workload) => (byPod ? podsOf(config, workload) : [owners.get(workload.id) ?? workload.id]);
  return layers.flatMap(([layer, free]) => [...new Set(free.flatMap(namesOf))].map((name) => `${layer} ${name}`));
}

/** The pods that stand for a workload: two where several run. */
function podsOf({ severalPods }: SuiteConfig, { id }: Workload): string[] {
  return severalPods.has(id) ? [`${id}-1`, `${id}-2`] : [id];
}

function networkText({ policy, direction, rule }: PolicyPart): string {
  return [refText(policy.ref), ...(direction === undefined ? [] : [`${direction}[${rule}]`])].join(' ');
}

function authorizationText({ policy, rule }: AuthorizationPart): string {
  return [refText(policy), ...(rule === undefined ? [] : [`rules[${rule}]`])].join(' ');
}
