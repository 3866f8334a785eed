import { ObjectRef } from '../access/objects';

/** How bad a finding is: an `error` is unsafe or broken at run time, a `warning` may be, a `note` is good to know. */
export type Severity = 'error' | 'warning' | 'note';

/** Something that is wrong with an object, said by a rule. */
export interface Finding {
  /** id of the rule: `area/name` */
  readonly rule: string;
  readonly severity: Severity;
  readonly object: ObjectRef;
  /** the field, as `spec.rules[0].from[0]`; empty for the whole object */
  readonly path: string;
  readonly message: string;
  /** what istioctl (IST…) and Kiali (KIA…) call exactly this */
  readonly aliases: readonly string[];
}
