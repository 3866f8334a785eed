import { fieldsOf, listOf, Problems, textOf } from './fields';
import { LabelRequirement, LabelSelector, selectorOf } from './label-selectors';
import { labelKeyProblem, labelValueProblem } from '../../values/grammar/names';

/** Most keys and values are as plain as this, and need no closer look. */
const PLAIN = /^(?:[a-z0-9]+(?:[-.][a-z0-9]+)*\/)?[A-Za-z0-9](?:[-A-Za-z0-9_.]*[A-Za-z0-9])?$/;
const LONGEST = 63;
const OPERATORS = ['In', 'NotIn', 'Exists', 'DoesNotExist'] as const;

/**
 * Reads a selector with `matchLabels` and `matchExpressions`; nothing for one that is left out. Sound selectors of equal texts are one
 * object where they are `shared`.
 */
export function readSelector(
  value: unknown, at: string, problems: Problems, shared?: Map<string, LabelSelector>,
): LabelSelector | undefined {
  const before = problems.length;
  const selector = selectorIn(value, at, problems);
  if (selector === undefined || shared === undefined || problems.length > before) {
    return selector;
  }
  const known = shared.get(selector.text);
  if (known === undefined) {
    shared.set(selector.text, selector);
  }
  return known ?? selector;
}

function selectorIn(value: unknown, at: string, problems: Problems): LabelSelector | undefined {
  const fields = fieldsOf(value, at, problems, ['matchLabels', 'matchExpressions']);
  if (fields === undefined) {
    return undefined;
  }
  const labels = fieldsOf(fields.matchLabels, `${at}.matchLabels`, problems);
  const requirements: LabelRequirement[] = [];
  for (const key of labels === undefined ? [] : Object.keys(labels)) {
    // a null is stored as the empty text
    const text = textOf(labels?.[key], `${at}.matchLabels`, problems) ?? '';
    requirements.push(checked({ key, operator: 'In', values: [text] }, `${at}.matchLabels`, problems));
  }
  listOf(fields.matchExpressions, `${at}.matchExpressions`, problems)?.forEach((item, i) => {
    requirements.push(...readExpression(item, `${at}.matchExpressions[${i}]`, problems));
  });
  return selectorOf(requirements);
}

function readExpression(item: unknown, at: string, problems: Problems): LabelRequirement[] {
  const fields = fieldsOf(item, at, problems, ['key', 'operator', 'values']) ?? {};
  const operator = OPERATORS.find((known) => known === fields.operator);
  if (operator === undefined) {
    problems.push(`${at}.operator: ${JSON.stringify(fields.operator)} is none of ${OPERATORS.join(', ')}`);
    return [];
  }
  const key = textOf(fields.key, `${at}.key`, problems) ?? '';
  const values = (listOf(fields.values, `${at}.values`, problems) ?? []).map((value, i) => textOf(value, `${at}.values[${i}]`, problems) ?? '');
  const wantsValues = operator === 'In' || operator === 'NotIn';
  if (wantsValues === (values.length === 0)) {
    problems.push(`${at}.values: ${operator} ${wantsValues ? 'needs values' : 'may not have values'}`);
  }
  return [checked({ key, operator, values: [...new Set(values)].sort() }, at, problems)];
}

function checked(requirement: LabelRequirement, at: string, problems: Problems): LabelRequirement {
  const key = isPlain(requirement.key) ? undefined : labelKeyProblem(requirement.key);
  if (key !== undefined) {
    problems.push(`${at}: key ${JSON.stringify(requirement.key)} ${key}`);
  }
  for (const value of requirement.values) {
    const problem = isPlain(value) && !value.includes('/') ? undefined : labelValueProblem(value);
    if (problem !== undefined) {
      problems.push(`${at}: value ${JSON.stringify(value)} ${problem}`);
    }
  }
  return requirement;
}

function isPlain(text: string): boolean {
  return text.length <= LONGEST && PLAIN.test(text);
}
