import { all, any, Condition, not, TRUE } from '../condition';
import { MeshSettings } from '../mesh-settings';
import { ObjectRef } from '../objects';
import { keyTranslation } from './keys';
import { FieldValues, Policy, PolicyRule } from './policy';
import { expandPrincipal, expandTrustDomain } from './trust-domains';
import * as values from './values';
import { Translate, TranslationContext } from './values';
import { quirksOf } from '../requests/versions';

/** A rule as one kind of filter chain enforces it. */
export interface CompiledRule {
  readonly policy: ObjectRef;
  readonly rule: number;
  readonly condition: Condition;
}

/** What istiod makes of a policy for one kind of filter chain. */
export interface TranslatedPolicy {
  readonly rules: readonly CompiledRule[];
  /** rules that are not there, or not as they are written */
  readonly notes: readonly { readonly policy: ObjectRef; readonly rule: number; readonly text: string }[];
  /** why Envoy refuses the whole configuration */
  readonly refusals: readonly string[];
}

const FIELDS: Readonly<Record<string, Translate>> = {
  principals: values.principal,
  requestPrincipals: values.requestPrincipal,
  namespaces: values.namespace,
  serviceAccounts: values.serviceAccount,
  trustDomains: values.trustDomain,
  ipBlocks: values.directAddress,
  remoteIpBlocks: values.remoteAddress,
  hosts: values.host,
  ports: values.port,
  methods: values.method,
  paths: values.path,
};

/** Translates a policy into a condition per rule, exactly as istiod writes it for a chain. */
export function translatePolicy(policy: Policy, chain: 'http' | 'tcp', mesh: MeshSettings): TranslatedPolicy {
  const { ref } = policy;
  if (policy.unreadable !== undefined) {
    const why = `no API server stores ${ref.name}: ${policy.unreadable}`;
    return { rules: [{ policy: ref, rule: 0, condition: { is: 'unknown', why } }], notes: [], refusals: [] };
  }
  const rules: CompiledRule[] = [];
  const notes: { policy: ObjectRef; rule: number; text: string }[] = [];
  const refusals: string[] = [];
  policy.rules.forEach((rule, i) => {
    const refused: string[] = [];
    const note = (text: string) => notes.push({ policy: ref, rule: i, text });
    const context = { chain, namespace: policy.namespace, mesh, refuse: (why: string) => refused.push(why) };
    const translated = new RuleTranslation(policy, context, note).translate(rule, `rules[${i}]`);
    if ('dropped' in translated) {
      note(`the rule is not there: ${translated.dropped}`);
    } else {
      rules.push({ policy: ref, rule: i, condition: translated });
      refusals.push(...refused);
    }
  });
  return { rules, notes, refusals };
}

/** Values and those of the negated field, with what they are called. */
interface Wanted {
  readonly values: readonly string[];
  readonly notValues: readonly string[];
  readonly at: string;
  readonly notAt: () => string;
}

const NONE: readonly Condition[] = [];
/** fields that take every value, so that what drops a rule is always something else */
const IDENTITIES = ['principals', 'namespaces', 'serviceAccounts', 'trustDomains'];

const operations = new WeakMap<MeshSettings, Map<string, Condition>>();

function operationsOf(mesh: MeshSettings): Map<string, Condition> {
  let known = operations.get(mesh);
  if (known === undefined || known.size >= values.MOST_SHARED) {
    known = new Map();
    operations.set(mesh, known);
  }
  return known;
}

class RuleTranslation {
  private readonly knowsTrustDomains: boolean;
  /** why the rule is not there: most rules that are dropped are rules for requests on chains that know none, so nothing is thrown */
  private dropped: string | undefined;
  /** how often something was noted or refused */
  private said = 0;
  private readonly context: TranslationContext;

  public constructor(private readonly policy: Policy, context: TranslationContext, private readonly note: (text: string) => void) {
    this.knowsTrustDomains = quirksOf(context.mesh.istio).trustDomains;
    this.context = { ...context, refuse: (why) => { this.said += 1; context.refuse(why); } };
  }

  public translate(rule: PolicyRule, at: string): Condition | { readonly dropped: string } {
    const unknownKey = rule.when.find(({ key }) => keyTranslation(key, this.knowsTrustDomains) === undefined);
    if (unknownKey !== undefined) {
      return { dropped: `Istio knows no key ${unknownKey.key}` };
    }
    const certain = rule.from.every((fields) => fields.every(({ field }) => IDENTITIES.includes(field)));
    const early = certain ? this.alternatives(rule.to, `${at}.to`, 'operation') : undefined;
    const parts = [...this.alternatives(rule.from, `${at}.from`, 'source'), ...early ?? this.alternatives(rule.to, `${at}.to`, 'operation')];
    rule.when.forEach(({ key, values: wanted, notValues }, i) => {
      const where = `${at}.when[${i}]`;
      parts.push(...this.field(keyTranslation(key, this.knowsTrustDomains)!, key, {
        values: wanted, notValues, at: `${where}.values`, notAt: () => `${where}.notValues`,
      }));
    });
    return this.dropped !== undefined ? { dropped: this.dropped } : parts.length === 0 ? TRUE : all(parts, at);
  }

  private alternatives(parts: readonly (readonly FieldValues[])[], at: string, name: string): readonly Condition[] {
    if (parts.length === 0 || this.dropped !== undefined) {
      return NONE;
    }
    const translated = () => any(parts.map((fields, i) => this.part(fields, `${at}[${i}]`, name)), at);
    return [name === 'operation' && this.context.chain === 'http' ? this.shared(`${at} ${JSON.stringify(parts)}`, translated) : translated()];
  }

  /** Many rules ask for the same operations, whatever the policy: one condition for all of them, unless something is to be said of it. */
  private shared(key: string, translate: () => Condition): Condition {
    const known = operationsOf(this.context.mesh);
    const said = this.said;
    const condition = known.get(key) ?? translate();
    if (this.dropped === undefined && this.said === said) {
      known.set(key, condition);
    }
    return condition;
  }

  private part(fields: readonly FieldValues[], at: string, name: string): Condition {
    const conditions: Condition[] = [];
    for (const { field, values: wanted, notField, notValues } of fields) {
      if (field !== 'trustDomains' || this.knowsTrustDomains) {
        conditions.push(...this.field(FIELDS[field], field, {
          values: wanted, notValues, at: `${at}.${name}.${field}`, notAt: () => `${at}.${name}.${notField}`,
        }));
      }
    }
    return all(conditions, at);
  }

  private field(translate: Translate, key: string, { values: wanted, notValues, at, notAt }: Wanted): readonly Condition[] {
    const positive = this.oneOf(translate, this.expanded(key, wanted), at);
    if (notValues.length === 0) {
      return positive === undefined ? NONE : [positive];
    }
    const negative = this.oneOf(translate, this.expanded(key, notValues), notAt());
    return [...positive === undefined ? [] : [positive], ...negative === undefined ? [] : [not(negative, notAt())]];
  }

  private expanded(key: string, given: readonly string[]): readonly string[] {
    if (key === 'principals' || key === 'source.principal') {
      return given.flatMap((value) => expandPrincipal(value, this.context.mesh));
    }
    const ofDomains = key === 'trustDomains' || key === 'source.trustDomain';
    return ofDomains ? given.flatMap((value) => expandTrustDomain(value, this.context.mesh)) : given;
  }

  private oneOf(translate: Translate, given: readonly string[], at: string): Condition | undefined {
    const conditions: Condition[] = [];
    for (const value of this.dropped === undefined ? given : []) {
      const translated = translate(value, this.context);
      if (!('bad' in translated)) {
        conditions.push({ ...translated, at });
      } else if (this.policy.action === 'ALLOW') {
        this.dropped = `${at}: ${translated.bad}`;
        return undefined;
      } else {
        this.said += 1;
        this.note(`${at} does not count: ${translated.bad}`);
      }
    }
    return conditions.length === 0 ? undefined : any(conditions, at);
  }
}
