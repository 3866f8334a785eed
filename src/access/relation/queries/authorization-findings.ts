import { AccessConfig, accessTablesOf, guardsOf } from './access-tables';
import { requestAlgebra } from './request-sets';
import { PolicySources } from '../../authorization/compile';
import { MeshSettings } from '../../mesh-settings';
import { isEquivalent } from '../../network/queries/tables';
import { Manifest, ObjectRef, refOf } from '../../objects';
import { list, mapping } from '../../snapshot/fields';
import { Workload } from '../../workload';

/** An AuthorizationPolicy, or one rule of it. */
export interface AuthorizationPart {
  readonly policy: ObjectRef;
  readonly rule?: number;
}

type Policies = readonly Manifest[];

const GROUP = 'security.istio.io';
const KIND = 'AuthorizationPolicy';

/** The AuthorizationPolicies of a set. */
export function authorizationOf({ mesh }: AccessConfig): Policies {
  return mesh?.kind(GROUP, KIND) ?? [];
}

/** The set with other AuthorizationPolicies and nothing of other layers. */
export function withAuthorization(config: AccessConfig, policies: Policies): AccessConfig {
  const { mesh } = config;
  const sources: PolicySources | undefined = mesh === undefined ? undefined : {
    mesh: mesh.mesh, services: mesh.services, kind: (group, kind) => (group === GROUP && kind === KIND ? policies : mesh.kind(group, kind)),
  };
  return { ...config, policies: [], ingress: undefined, mesh: sources };
}

/** Whether no policy of any layer changes anything; what an ingress controller asks for is no policy. */
export function isVacuousAccess(config: AccessConfig, mesh: MeshSettings): boolean {
  const policies = { ...config, ingress: undefined };
  const [all, none] = accessTablesOf([policies, { ...policies, policies: [], mesh: undefined }]);
  return isEquivalent(all, none, requestAlgebra(mesh));
}

/** Workloads to which no AuthorizationPolicy applies. */
export function unauthorized(config: AccessConfig): Workload[] {
  const { mesh, workloads } = config;
  return mesh === undefined ? [...workloads] : workloads.filter((workload) => !guardsOf(mesh).restricts({ workload }));
}

/** AuthorizationPolicies that apply to no workload, and rules of others that let nothing through and refuse nothing. */
export function emptyAuthorization(config: AccessConfig, mesh: MeshSettings): AuthorizationPart[] {
  return authorizationOf(config).flatMap((policy): AuthorizationPart[] => {
    const { mesh: sources } = withAuthorization(config, [policy]);
    if (sources !== undefined && !config.workloads.some((workload) => guardsOf(sources).restricts({ workload }))) {
      return [{ policy: refOf(policy) }];
    }
    // alone, a rule without anybody is like no rule at all
    const isEmpty = (rule: unknown) => isSame(config, [withRules(policy, [rule])], [withRules(policy, [])], mesh);
    return rulesOf(policy).flatMap((rule, i) => (isEmpty(rule) ? [{ policy: refOf(policy), rule: i }] : []));
  });
}

/** AuthorizationPolicies without which the same passes, and rules of the others without which the same passes, one at a time. */
export function redundantAuthorization(config: AccessConfig, mesh: MeshSettings): AuthorizationPart[] {
  const all = authorizationOf(config);
  return all.flatMap((policy): AuthorizationPart[] => {
    if (isSame(config, all, all.filter((other) => other !== policy), mesh)) {
      return [{ policy: refOf(policy) }];
    }
    const rest = (index: number) => withRules(policy, rulesOf(policy).filter((_, i) => i !== index));
    const without = (index: number) => all.map((other) => (other === policy ? rest(index) : other));
    return rulesOf(policy).flatMap((_, i) => (isSame(config, all, without(i), mesh) ? [{ policy: refOf(policy), rule: i }] : []));
  });
}

function isSame(config: AccessConfig, some: Policies, others: Policies, mesh: MeshSettings): boolean {
  const [a, b] = accessTablesOf([some, others].map((policies) => withAuthorization(config, policies)));
  return isEquivalent(a, b, requestAlgebra(mesh));
}

function rulesOf({ object }: Manifest): readonly unknown[] {
  return list(mapping(object.spec).rules);
}

function withRules({ object, origin }: Manifest, rules: readonly unknown[]): Manifest {
  return { object: { ...object, spec: { ...mapping(object.spec), rules } }, origin };
}
