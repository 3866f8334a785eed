import { checkLabels, requireLabelKey, requireLabelValue } from './validation';
import * as k8s from '../../imports/k8s';
import { invalid } from '../values/errors';

/**
 * How a label expression compares.
 */
export enum LabelOperator {
  /** The label is there and its value is one of the given. */
  IN = 'In',
  /** The label is absent, or its value is none of the given. */
  NOT_IN = 'NotIn',
  /** The label is there, whatever its value. */
  EXISTS = 'Exists',
  /** The label is absent. */
  DOES_NOT_EXIST = 'DoesNotExist',
}

/**
 * One condition on a label.
 *
 * `notIn` and `doesNotExist` also match objects without the label, so whoever leaves a label out is selected.
 *
 * @see https://kubernetes.io/docs/concepts/overview/working-with-objects/labels/#set-based-requirement
 *
 * @example
 * import { LabelExpression, LabelSelector } from 'cdk8s-zero-trust';
 *
 * LabelSelector.labels({ app: 'web' }).withExpression(LabelExpression.in('track', 'stable', 'canary'));
 */
export class LabelExpression {
  /**
   * The label is there and its value is one of the given.
   *
   * @throws when the key is not a label key, a value is not a label value, or there is no value
   */
  public static in(key: string, ...values: string[]): LabelExpression {
    return new LabelExpression(key, LabelOperator.IN, requireValues(key, values));
  }

  /**
   * The label is absent, or its value is none of the given.
   *
   * @throws when the key is not a label key, a value is not a label value, or there is no value
   */
  public static notIn(key: string, ...values: string[]): LabelExpression {
    return new LabelExpression(key, LabelOperator.NOT_IN, requireValues(key, values));
  }

  /**
   * The label is there, whatever its value.
   *
   * @throws when the key is not a label key
   */
  public static exists(key: string): LabelExpression {
    return new LabelExpression(key, LabelOperator.EXISTS, []);
  }

  /**
   * The label is absent.
   *
   * @throws when the key is not a label key
   */
  public static doesNotExist(key: string): LabelExpression {
    return new LabelExpression(key, LabelOperator.DOES_NOT_EXIST, []);
  }

  /** The label key. */
  public readonly key: string;
  /** How the label is compared. */
  public readonly operator: LabelOperator;
  private readonly _values: string[];

  private constructor(key: string, operator: LabelOperator, values: string[]) {
    this.key = requireLabelKey('the key of a label expression', key);
    this.operator = operator;
    this._values = values;
  }

  /** The values compared with: none for `exists` and `doesNotExist`. Returns a copy. */
  public get values(): string[] {
    return [...this._values];
  }

  /** The expression in the notation of kubectl, for example `track in (canary,stable)`. */
  public toString(): string {
    const values = this._values.join(',');
    switch (this.operator) {
      case LabelOperator.IN: return `${this.key} in (${values})`;
      case LabelOperator.NOT_IN: return `${this.key} notin (${values})`;
      case LabelOperator.EXISTS: return this.key;
      default: return `!${this.key}`;
    }
  }
}

/**
 * Labels and expressions that select something.
 */
export interface LabelSelectorOptions {
  /**
   * Labels that must be there with exactly these values.
   *
   * @default - no label is asked for
   */
  readonly labels?: { [key: string]: string };

  /**
   * Further conditions.
   *
   * @default - no further condition
   */
  readonly expressions?: LabelExpression[];
}

/**
 * Selects pods or namespaces by their labels.
 *
 * All labels and all expressions must hold (AND). A selector that asks for nothing selects everything; it is written on purpose with
 * `all()` and never comes from an empty map.
 *
 * @see https://kubernetes.io/docs/concepts/overview/working-with-objects/labels/#label-selectors
 *
 * @example
 * import { LabelSelector } from 'cdk8s-zero-trust';
 *
 * LabelSelector.labels({ app: 'web' });
 */
export class LabelSelector {
  /**
   * Selects what carries all of these labels.
   *
   * @throws when there is no label, or one is not valid
   */
  public static labels(labels: { [key: string]: string }): LabelSelector {
    return LabelSelector.of({ labels });
  }

  /** Selects everything that can be selected: every pod of a namespace, or every namespace. */
  public static all(): LabelSelector {
    return new LabelSelector({}, []);
  }

  /**
   * Selects by labels and expressions, all of which must hold.
   *
   * @throws when there is neither a label nor an expression, or a label is not valid
   */
  public static of(options: LabelSelectorOptions): LabelSelector {
    if (options.labels === undefined && options.expressions === undefined) {
      throw invalid('a label selector without labels and expressions would select everything', options, 'one label or expression at least',
        'use LabelSelector.all() if everything is meant');
    }
    if (options.labels !== undefined) {
      checkLabels('labels of a label selector', options.labels, 'use LabelSelector.all() if everything is meant');
    }
    if (options.expressions?.length === 0) {
      throw invalid('expressions of a label selector must not be empty', [], 'one expression at least',
        'leave them out, or use LabelSelector.all() if everything is meant');
    }
    return new LabelSelector(options.labels ?? {}, options.expressions ?? []);
  }

  private readonly labels: { [key: string]: string };
  private readonly expressions: LabelExpression[];

  private constructor(labels: { [key: string]: string }, expressions: LabelExpression[]) {
    this.labels = { ...labels };
    this.expressions = [...expressions];
  }

  /** The labels that must be there. Returns a copy. */
  public get matchLabels(): { [key: string]: string } {
    return { ...this.labels };
  }

  /** The further conditions. Returns a copy. */
  public get matchExpressions(): LabelExpression[] {
    return [...this.expressions];
  }

  /** Whether everything is selected. */
  public get selectsAll(): boolean {
    return Object.keys(this.labels).length === 0 && this.expressions.length === 0;
  }

  /** A selector that asks for this condition as well. The original stays as it is. */
  public withExpression(expression: LabelExpression): LabelSelector {
    return new LabelSelector(this.labels, [...this.expressions, expression]);
  }

  /** The selector in the notation of kubectl, for example `app=web,track in (canary,stable)`; `*` for everything. */
  public toString(): string {
    const labels = Object.entries(this.labels).map(([key, value]) => `${key}=${value}`);
    return this.selectsAll ? '*' : [...labels, ...this.expressions.map((e) => e.toString())].join(',');
  }

  /** @internal */
  public _toKube(): k8s.LabelSelector {
    return {
      matchLabels: Object.keys(this.labels).length === 0 ? undefined : this.matchLabels,
      matchExpressions: this.expressions.length === 0
        ? undefined
        : this.expressions.map((e) => ({ key: e.key, operator: e.operator, values: e.values.length === 0 ? undefined : e.values })),
    };
  }
}

function requireValues(key: string, values: string[]): string[] {
  if (values.length === 0) {
    throw invalid(`a label expression on ${key} needs values`, values, 'one value at least',
      'use exists or doesNotExist if the value does not matter');
  }
  return values.map((value) => requireLabelValue(`a value of the label expression on ${key}`, value));
}
