import { Manifest } from '../../objects';
import { Workload } from '../../workload';
import { matchesLabels } from '../label-selectors';
import { CompiledPolicy, Direction, DIRECTIONS, NetworkRule } from '../policy';
import { memberOf } from '../population';
import { matchesPeer } from '../sides';
import { modelOf, NetworkConfig, PORT_ALGEBRA, tablesOf } from './network-tables';
import { isEquivalent } from './tables';

/** A policy, or one rule of it. */
export interface PolicyPart {
  readonly policy: CompiledPolicy;
  readonly direction?: Direction;
  readonly rule?: number;
}

/** Policies that select nobody, and rules that name nobody. */
export function emptyParts(config: NetworkConfig): PolicyPart[] {
  const { policies } = modelOf(config);
  const members = config.workloads.map((workload, i) => memberOf(workload, i, config.namespaces.get(workload.namespace) ?? {}));
  return policies.flatMap((policy): PolicyPart[] => {
    const own = members.filter(({ workload }) => workload.namespace === policy.namespace);
    const chosen = own.some(({ workload }) => matchesLabels(policy.selector, workload.labels));
    const namesNobody = ({ peers }: NetworkRule) => peers !== undefined && peers.every((peer) => peer.is === 'pods'
      && !members.some((pod) => matchesPeer(peer, policy.namespace, { pod })));
    const rules = DIRECTIONS.flatMap((direction) => (policy.rules[direction] ?? []).filter(namesNobody)
      .map(({ index }) => ({ policy, direction, rule: index })));
    return chosen ? rules : [{ policy }];
  });
}

/** Whether the policies change nothing. */
export function isVacuous(config: NetworkConfig): boolean {
  const [all, none] = tablesOf([config, { ...config, policies: [] }]);
  return isEquivalent(all, none, PORT_ALGEBRA);
}

/** Policies without which the same passes, and rules of the others without which the same passes, one at a time. */
export function redundantPolicyParts(config: NetworkConfig): PolicyPart[] {
  const same = (policies: readonly Manifest[]) => {
    const [whole, rest] = tablesOf([config, { ...config, policies }]);
    return isEquivalent(whole, rest, PORT_ALGEBRA);
  };
  return modelOf(config).policies.flatMap((policy): PolicyPart[] => {
    const own = config.policies.find(({ object }) => isSame(object.metadata, policy));
    if (same(config.policies.filter((other) => other !== own))) {
      return [{ policy }];
    }
    return DIRECTIONS.flatMap((direction) => (policy.rules[direction] ?? []).filter(({ index }) => own !== undefined
      && same(config.policies.map((other) => (other === own ? withoutRule(own, direction, index) : other))))
      .map(({ index }) => ({ policy, direction, rule: index })));
  });
}

function isSame({ name, namespace = 'default' }: Manifest['object']['metadata'], policy: CompiledPolicy): boolean {
  return name === policy.ref.name && namespace === policy.namespace;
}

/** The policy with one rule less; which directions it isolates stays as it was. */
function withoutRule({ object, origin }: Manifest, direction: Direction, index: number): Manifest {
  const { policyTypes, [direction]: rules } = object.spec;
  const types = Array.isArray(policyTypes) && policyTypes.length > 0 ? policyTypes : ['Ingress', ...(object.spec.egress?.length > 0 ? ['Egress'] : [])];
  const spec = { ...object.spec, policyTypes: types, [direction]: rules.filter((_: unknown, i: number) => i !== index) };
  return { object: { ...object, spec }, origin };
}

/** Workloads that no policy restricts, by direction. */
export function uncaptured(config: NetworkConfig): { readonly [direction in Direction]: readonly Workload[] } {
  const model = modelOf(config);
  const free = (direction: Direction) => config.workloads.filter((workload) => model.policiesOf(workload, direction).length === 0);
  return { ingress: free('ingress'), egress: free('egress') };
}

/** Workloads that several policies select. */
export function sharedWorkloads(config: NetworkConfig): Workload[] {
  const model = modelOf(config);
  return config.workloads.filter((workload) => new Set(DIRECTIONS.flatMap((direction) => model.policiesOf(workload, direction))).size > 1);
}
