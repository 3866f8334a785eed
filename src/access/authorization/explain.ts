import { Condition, evaluate, Facts } from '../condition';
import { CompiledRule } from './translate';

/** The rule that comes nearest to matching, and what keeps it from it. */
export interface Nearest {
  readonly rule: CompiledRule;
  /** the field that fails, without the rule */
  readonly clause?: string;
}

/** Finds the rule of which the fewest conditions fail; of equals the first. */
export function nearestRule(rules: readonly CompiledRule[], facts: Facts): Nearest | undefined {
  const ranked = rules.map((rule) => ({ rule, failures: failures(rule.condition, facts) }));
  const [first, ...others] = ranked;
  if (first === undefined) {
    return undefined;
  }
  const { rule } = others.reduce((best, one) => (one.failures < best.failures ? one : best), first);
  return { rule, clause: clauseOf(failing(rule.condition, facts)) };
}

/** The field by which a rule matches: the first that says something. */
export function matchingClause({ condition }: CompiledRule, facts: Facts): string | undefined {
  return clauseOf(holding(condition, facts));
}

function failures(condition: Condition, facts: Facts): number {
  switch (condition.is) {
    case 'all': return condition.of.reduce((sum, part) => sum + failures(part, facts), 0);
    case 'any': return isField(condition) ? missed(condition, facts) : Math.min(...condition.of.map((part) => failures(part, facts)), 1);
    default: return missed(condition, facts);
  }
}

function missed(condition: Condition, facts: Facts): number {
  return evaluate(condition, facts) === true ? 0 : 1;
}

/** The alternatives of a field are its values; those of `from` and `to` are sources and operations. */
function isField({ at }: Condition): boolean {
  return at !== undefined && !/\.(from|to)$/.test(at);
}

function failing(condition: Condition, facts: Facts): Condition | undefined {
  if (evaluate(condition, facts) === true) {
    return undefined;
  }
  if (condition.is === 'all') {
    return condition.of.map((part) => failing(part, facts)).find((part) => part !== undefined);
  }
  if (condition.is === 'any' && !isField(condition)) {
    const [nearest] = [...condition.of].sort((a, b) => failures(a, facts) - failures(b, facts));
    return nearest === undefined ? condition : failing(nearest, facts);
  }
  return condition;
}

function holding(condition: Condition, facts: Facts): Condition | undefined {
  if (evaluate(condition, facts) !== true) {
    return undefined;
  }
  if (condition.is === 'all' || (condition.is === 'any' && !isField(condition))) {
    return condition.of.map((part) => holding(part, facts)).find((part) => part !== undefined);
  }
  return condition;
}

/** `rules[0].from[1].source.principals` without the rule. */
function clauseOf(condition: Condition | undefined): string | undefined {
  return condition?.at?.replace(/^rules\[\d+\]\.?/, '') || undefined;
}
