import { all, any, Condition, not, TRUE } from '../condition';
import { MeshSettings } from '../mesh-settings';
import { ObjectRef } from '../objects';
import { keyTranslation } from './keys';
import { FieldValues, Policy, PolicyRule } from './policy';
import { expandPrincipal, expandTrustDomain } from './trust-domains';
import * as values from './values';
import { BadValue, Translate, TranslationContext } from './values';
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

/** A rule that is not there. */
class RuleDropped extends Error {}

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
    try {
      const condition = new RuleTranslation(policy, { chain, namespace: policy.namespace, mesh, refuse: (why) => refused.push(why) }, note)
        .translate(rule, `rules[${i}]`);
      rules.push({ policy: ref, rule: i, condition });
      refusals.push(...refused);
    } catch (error) {
      if (!(error instanceof RuleDropped)) {
        throw error;
      }
      note(`the rule is not there: ${error.message}`);
    }
  });
  return { rules, notes, refusals };
}

class RuleTranslation {
  private readonly knowsTrustDomains: boolean;

  public constructor(
    private readonly policy: Policy, private readonly context: TranslationContext, private readonly note: (text: string) => void,
  ) {
    this.knowsTrustDomains = quirksOf(context.mesh.istio).trustDomains;
  }

  public translate(rule: PolicyRule, at: string): Condition {
    const unknownKey = rule.when.find(({ key }) => keyTranslation(key, this.knowsTrustDomains) === undefined);
    if (unknownKey !== undefined) {
      throw new RuleDropped(`Istio knows no key ${unknownKey.key}`);
    }
    const parts = [
      ...this.alternatives(rule.from, `${at}.from`, 'source'),
      ...this.alternatives(rule.to, `${at}.to`, 'operation'),
      ...rule.when.flatMap(({ key, values: wanted, notValues }, i) => this.field(keyTranslation(key, this.knowsTrustDomains)!, key, {
        values: wanted, notValues, at: `${at}.when[${i}].values`, notAt: `${at}.when[${i}].notValues`,
      })),
    ];
    return parts.length === 0 ? TRUE : all(parts, at);
  }

  private alternatives(parts: readonly (readonly FieldValues[])[], at: string, name: string): Condition[] {
    const translated = parts.map((fields, i) => all(fields.filter(({ field }) => field !== 'trustDomains' || this.knowsTrustDomains)
      .flatMap(({ field, values: wanted, notField, notValues }) => this.field(FIELDS[field], field, {
        values: wanted, notValues, at: `${at}[${i}].${name}.${field}`, notAt: `${at}[${i}].${name}.${notField}`,
      })), `${at}[${i}]`));
    return translated.length === 0 ? [] : [any(translated, at)];
  }

  private field(translate: Translate, key: string, { values: wanted, notValues, at, notAt }: {
    readonly values: readonly string[]; readonly notValues: readonly string[]; readonly at: string; readonly notAt: string;
  }): Condition[] {
    const positive = this.oneOf(translate, this.expanded(key, wanted), at);
    const negative = this.oneOf(translate, this.expanded(key, notValues), notAt);
    return [...positive === undefined ? [] : [positive], ...negative === undefined ? [] : [not(negative, notAt)]];
  }

  private expanded(key: string, given: readonly string[]): readonly string[] {
    if (key === 'principals' || key === 'source.principal') {
      return given.flatMap((value) => expandPrincipal(value, this.context.mesh));
    }
    const ofDomains = key === 'trustDomains' || key === 'source.trustDomain';
    return ofDomains ? given.flatMap((value) => expandTrustDomain(value, this.context.mesh)) : given;
  }

  private oneOf(translate: Translate, given: readonly string[], at: string): Condition | undefined {
    const conditions = given.flatMap((value): Condition[] => {
      try {
        return [{ ...translate(value, this.context), at }];
      } catch (error) {
        if (!(error instanceof BadValue)) {
          throw error;
        }
        if (this.policy.action === 'ALLOW') {
          throw new RuleDropped(`${at}: ${error.message}`);
        }
        this.note(`${at} does not count: ${error.message}`);
        return [];
      }
    });
    return conditions.length === 0 ? undefined : any(conditions, at);
  }
}

