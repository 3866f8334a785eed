import { Policy, readPolicy } from '../../access/authorization/policy';
import { Manifest } from '../../access/objects';
import { Snapshot } from '../../access/snapshot/snapshot';

/** A value list of a policy: of a source, or of a condition. */
export interface PolicyField {
  /** `principals`, `source.principal`; never the name of a negation */
  readonly field: string;
  readonly negative: boolean;
  readonly values: readonly string[];
  readonly path: string;
  readonly part: 'source' | 'condition';
}

/** The AuthorizationPolicies among the objects, read. */
export function policiesOf(snapshot: Snapshot): { readonly manifest: Manifest; readonly policy: Policy }[] {
  return snapshot.kind('security.istio.io', 'AuthorizationPolicy').map((manifest) => ({ manifest, policy: readPolicy(manifest) }));
}

/** All that a policy says of sources, and its conditions, with where it stands; a policy that nobody can read says nothing. */
export function sourceFields({ rules }: Policy): PolicyField[] {
  return rules.flatMap(({ from, when }, i) => [
    ...from.flatMap((source, j) => source.flatMap(({ field, values, notField, notValues }) => {
      const at = `spec.rules[${i}].from[${j}].source`;
      return both({ field, part: 'source' }, { values, path: `${at}.${field}` }, { values: notValues, path: `${at}.${notField}` });
    })),
    ...when.flatMap(({ key, values, notValues }, j) => {
      const at = `spec.rules[${i}].when[${j}]`;
      return both({ field: key, part: 'condition' }, { values, path: `${at}.values` }, { values: notValues, path: `${at}.notValues` });
    }),
  ]);
}

type Values = Pick<PolicyField, 'values' | 'path'>;

function both(common: Pick<PolicyField, 'field' | 'part'>, positive: Values, negative: Values): PolicyField[] {
  return [{ ...common, ...positive, negative: false }, { ...common, ...negative, negative: true }]
    .filter(({ values }) => values.length > 0);
}
