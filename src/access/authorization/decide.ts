import { Condition, evaluate, Facts, Leaf, leafTruth, Truth } from '../condition';
import { ObjectRef, refText } from '../objects';
import { Step, VerdictKind } from '../question';
import { ChainPolicies } from './compile';
import { matchingClause, nearestRule } from './explain';
import { CustomChecks } from './providers';
import { CompiledRule } from './translate';

/** What an authorizer answers if it is asked. */
export type ProviderAnswers = Readonly<Record<string, 'ok' | 'denied'>>;

/** What the filters of a chain decide. */
export interface Decision {
  readonly verdict: VerdictKind;
  readonly reason: string;
  readonly steps: readonly Step[];
  /** authorizers that are asked and whose answer nobody said */
  readonly ifProvidersAgree: readonly string[];
  /** of the token that was judged */
  readonly claims?: Facts['claims'];
}

/** Facts after the tokens of a request have been judged, or the answer of that filter. */
export type Authenticated =
  | { readonly facts: Facts; readonly step: Step }
  | { readonly answer: 'http-401' | 'http-403' | 'unknown'; readonly step: Step };

/** What a chain decides about. */
export interface DecisionInput {
  readonly facts: Facts;
  readonly authenticate?: () => Authenticated;
  readonly answers?: ProviderAnswers;
  readonly where: Step['where'];
}

/** Decides a connection or request in the order of the filters: CUSTOM, tokens, DENY, ALLOW; AUDIT decides nothing. */
export function decideChain(policies: ChainPolicies, chain: 'http' | 'tcp', input: DecisionInput): Decision {
  return new Filters(policies, chain === 'http' ? 'http-403' : 'connection-reset', input).decide();
}

class Filters {
  private readonly steps: Step[] = [];
  /** refusals of which nobody can tell whether they happen */
  private readonly open: { readonly verdict: VerdictKind; readonly reason: string }[] = [];
  private readonly asked: string[] = [];

  public constructor(
    private readonly policies: ChainPolicies, private readonly refusal: VerdictKind, private readonly input: DecisionInput,
  ) {}

  public decide(): Decision {
    for (const checks of this.policies.custom) {
      const reason = this.custom(checks);
      if (reason !== undefined) {
        return this.end(this.refusal, reason);
      }
    }
    const authenticated = this.input.authenticate?.();
    if (authenticated !== undefined) {
      this.steps.push(authenticated.step);
      if ('answer' in authenticated) {
        return this.end(authenticated.answer, authenticated.step.text);
      }
    }
    const facts = authenticated === undefined ? this.input.facts : authenticated.facts;
    const denied = this.refusedBy(this.policies.deny, facts);
    return { ...denied === undefined ? this.allowed(facts) : this.end(this.refusal, denied), claims: facts.claims };
  }

  private allowed(facts: Facts): Decision {
    const { allow, allowPolicies } = this.policies;
    if (allow === undefined) {
      this.step({ layer: 'identity', outcome: 'pass', text: 'no ALLOW policy applies' });
      return this.end('allow', 'no policy refuses it');
    }
    const truths = allow.map(({ condition }) => evaluate(condition, facts));
    const matched = truths.indexOf(true);
    if (matched >= 0) {
      const rule = allow[matched];
      const text = `${refText(rule.policy)} allows it with rule ${rule.rule}`;
      this.step({ layer: layerOf(rule, facts), outcome: 'pass', ...ruleOf(rule), clause: matchingClause(rule, facts), text });
      return this.end('allow', text);
    }
    const unsure = truths.indexOf(undefined);
    if (unsure >= 0) {
      return this.unsure(allow[unsure], facts);
    }
    return this.end(this.refusal, this.noneAllows(allow, allowPolicies, facts));
  }

  private noneAllows(allow: readonly CompiledRule[], policies: readonly ObjectRef[], facts: Facts): string {
    const nearest = nearestRule(allow, facts);
    if (nearest === undefined) {
      const text = `${policies.map(refText).join(', ')}: no rule that counts here, so nothing is allowed`;
      this.step({ layer: 'identity', outcome: 'refuse', object: policies[0], text });
      return text;
    }
    const { rule, clause } = nearest;
    const failing = clause === undefined ? '' : `, where ${clause} fails`;
    const text = `no ALLOW rule matches; the nearest is rule ${rule.rule} of ${refText(rule.policy)}${failing}`;
    this.step({ layer: 'identity', outcome: 'refuse', ...ruleOf(rule), clause, text });
    return text;
  }

  private unsure(rule: CompiledRule, facts: Facts): Decision {
    const text = `nobody can tell whether rule ${rule.rule} of ${refText(rule.policy)} matches${whyUnknown(rule, facts)}`;
    this.step({ layer: 'identity', outcome: 'unknown', ...ruleOf(rule), text });
    return this.end('unknown', text);
  }

  /** Why the rules refuse, or nothing; a rule that may match is remembered. */
  private refusedBy(rules: readonly CompiledRule[], facts: Facts): string | undefined {
    for (const rule of rules) {
      const truth: Truth = evaluate(rule.condition, facts);
      if (truth === true) {
        const text = `${refText(rule.policy)} refuses it with rule ${rule.rule}`;
        this.step({ layer: layerOf(rule, facts), outcome: 'refuse', ...ruleOf(rule), clause: matchingClause(rule, facts), text });
        return text;
      }
      if (truth === undefined) {
        const reason = `nobody can tell whether rule ${rule.rule} of ${refText(rule.policy)} refuses it${whyUnknown(rule, facts)}`;
        this.open.push({ verdict: this.refusal, reason });
      }
    }
    return undefined;
  }

  /** Why a provider refuses, or nothing. */
  private custom({ provider, effect, rules, dryRules, text }: CustomChecks): string | undefined {
    const { facts, answers } = this.input;
    if (effect === 'ignored') {
      this.step({ layer: 'user', outcome: 'skip', text });
      return undefined;
    }
    const refused = this.refusedBy(effect === 'refuses' ? rules : dryRules, facts);
    if (refused !== undefined) {
      return `${refused}: ${text}`;
    }
    const truths = effect === 'refuses' ? [] : rules.map(({ condition }) => evaluate(condition, facts));
    const matched = truths.includes(true) ? truths.indexOf(true) : truths.indexOf(undefined);
    if (matched < 0 || answers?.[provider] === 'ok') {
      return undefined;
    }
    const rule = rules[matched];
    if (answers?.[provider] === undefined) {
      this.asked.push(provider);
      this.step({ layer: 'user', outcome: 'unknown', ...ruleOf(rule), text: `${refText(rule.policy)} asks ${provider}` });
      return undefined;
    }
    if (truths[matched] === undefined) {
      this.open.push({ verdict: this.refusal, reason: `nobody can tell whether ${provider} is asked` });
      return undefined;
    }
    this.step({ layer: 'user', outcome: 'refuse', ...ruleOf(rule), text: `${provider} refuses it` });
    return `${refText(rule.policy)} asks ${provider}, which refuses it`;
  }

  private step(step: Omit<Step, 'where'>): void {
    this.steps.push({ ...step, where: this.input.where });
  }

  /** What may have been refused before leaves the verdict open unless the outcome is the same. */
  private end(verdict: VerdictKind, reason: string): Decision {
    const open = this.open.find((one) => one.verdict !== verdict);
    return open === undefined
      ? { verdict, reason, steps: this.steps, ifProvidersAgree: verdict === 'allow' ? this.asked : [] }
      : { verdict: 'unknown', reason: open.reason, steps: this.steps, ifProvidersAgree: [] };
  }
}

function ruleOf({ policy, rule }: CompiledRule): { object: ObjectRef; rule: number } {
  return { object: policy, rule };
}

/** Rules about tokens decide about users, all others about identities. */
function layerOf(rule: CompiledRule, facts: Facts): 'identity' | 'user' {
  return /requestPrincipals/i.test(matchingClause(rule, facts) ?? '') ? 'user' : 'identity';
}

function whyUnknown({ condition }: CompiledRule, facts: Facts): string {
  const [reason] = unknownLeaves(condition, facts).map((leaf) => {
    switch (leaf.is) {
      case 'unknown': return leaf.why;
      case 'address': return `the ${leaf.of} address is not known`;
      case 'text': return `proxies write ${leaf.field}`;
      default: return leaf.is;
    }
  });
  return reason === undefined ? '' : `: ${reason}`;
}

function unknownLeaves(condition: Condition, facts: Facts): Leaf[] {
  switch (condition.is) {
    case 'all':
    case 'any': return condition.of.flatMap((part) => unknownLeaves(part, facts));
    case 'not': return unknownLeaves(condition.of, facts);
    default: return leafTruth(condition, facts) === undefined ? [condition] : [];
  }
}
