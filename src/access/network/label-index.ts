import { Labels } from '../objects';
import { LabelRequirement, LabelSelector, matchesLabels } from './label-selectors';

const NOBODY: readonly number[] = [];

/** Things with labels, by their labels, so that a selector looks only at things that have one of its values. */
export class LabelIndex {
  private readonly all: number[] = [];
  private readonly byLabel = new Map<string, number[]>();

  constructor(private readonly labelsOf: (item: number) => Labels) {}

  /** Items come in ascending order. */
  public add(item: number): void {
    this.all.push(item);
    for (const [key, value] of Object.entries(this.labelsOf(item))) {
      const label = `${key}=${value}`;
      const posted = this.byLabel.get(label);
      if (posted === undefined) {
        this.byLabel.set(label, [item]);
      } else {
        posted.push(item);
      }
    }
  }

  /** Which items meet the selector, in ascending order. */
  public select(selector: LabelSelector): readonly number[] {
    if (selector.requirements.length === 0) {
      return this.all;
    }
    if (selector.requirements.length === 1) {
      const [requirement] = selector.requirements;
      const candidates = this.candidates(requirement);
      // what is posted under the one label that is asked for needs no second look
      return requirement.operator === 'In' ? candidates : candidates.filter((item) => matchesLabels(selector, this.labelsOf(item)));
    }
    const candidates = selector.requirements.map((requirement) => this.candidates(requirement))
      .reduce((fewest, next) => (next.length < fewest.length ? next : fewest));
    return candidates.filter((item) => matchesLabels(selector, this.labelsOf(item)));
  }

  private candidates({ key, operator, values }: LabelRequirement): readonly number[] {
    if (operator !== 'In') {
      return this.all;
    }
    if (values.length === 1) {
      return this.byLabel.get(`${key}=${values[0]}`) ?? NOBODY;
    }
    return values.flatMap((value) => this.byLabel.get(`${key}=${value}`) ?? []).sort((a, b) => a - b);
  }
}
