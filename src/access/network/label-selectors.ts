import { Labels } from '../objects';

/** One requirement of a selector. */
export interface LabelRequirement {
  readonly key: string;
  readonly operator: 'In' | 'NotIn' | 'Exists' | 'DoesNotExist';
  /** sorted and each value once, so that equal requirements have equal texts */
  readonly values: readonly string[];
}

/** Whoever meets all requirements; without any, everybody. */
export interface LabelSelector {
  readonly requirements: readonly LabelRequirement[];
  /** equal selectors have equal texts; the selector of everybody has the empty one */
  readonly text: string;
}

export const EVERYBODY: LabelSelector = { requirements: [], text: '' };

/** The selector that has these requirements, in one canonical form. */
export function selectorOf(requirements: readonly LabelRequirement[]): LabelSelector {
  if (requirements.length < 2) {
    return requirements.length === 0 ? EVERYBODY : { requirements, text: requirementText(requirements[0]) };
  }
  const texts = new Map(requirements.map((requirement) => [requirementText(requirement), requirement]));
  const sorted = [...texts].sort(([a], [b]) => (a < b ? -1 : 1));
  return { requirements: sorted.map(([, requirement]) => requirement), text: sorted.map(([text]) => text).join(', ') };
}

/** Whether labels meet the selector as apimachinery decides it: `NotIn` also holds for whoever lacks the key. */
export function matchesLabels(selector: LabelSelector, labels: Labels): boolean {
  return selector.requirements.every((requirement) => meets(requirement, labels));
}

/** The first requirement that the labels do not meet. */
export function unmetRequirement(selector: LabelSelector, labels: Labels): LabelRequirement | undefined {
  return selector.requirements.find((requirement) => !meets(requirement, labels));
}

/** How a requirement is written in texts: `app=web`, `app in (a,b)`, `!app`. */
export function requirementText({ key, operator, values }: LabelRequirement): string {
  switch (operator) {
    case 'Exists': return key;
    case 'DoesNotExist': return `!${key}`;
    case 'In': return values.length === 1 ? `${key}=${values[0]}` : `${key} in (${values.join(',')})`;
    case 'NotIn': return `${key} notin (${values.join(',')})`;
  }
}

function meets({ key, operator, values }: LabelRequirement, labels: Labels): boolean {
  const value = Object.hasOwn(labels, key) ? labels[key] : undefined;
  switch (operator) {
    case 'Exists': return value !== undefined;
    case 'DoesNotExist': return value === undefined;
    case 'In': return value !== undefined && values.includes(value);
    case 'NotIn': return value === undefined || !values.includes(value);
  }
}
