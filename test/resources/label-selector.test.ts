import { errorOf } from './emit';
import { LabelExpression, LabelOperator, LabelSelector } from '../../src/resources';

describe('LabelSelector', () => {
  test('asks for all labels and expressions', () => {
    const selector = LabelSelector.of({ labels: { app: 'web' }, expressions: [LabelExpression.in('track', 'stable', 'canary')] })
      .withExpression(LabelExpression.notIn('tier', 'test'))
      .withExpression(LabelExpression.exists('team'))
      .withExpression(LabelExpression.doesNotExist('legacy'));
    expect(selector._toKube()).toEqual({
      matchLabels: { app: 'web' },
      matchExpressions: [
        { key: 'track', operator: 'In', values: ['stable', 'canary'] },
        { key: 'tier', operator: 'NotIn', values: ['test'] },
        { key: 'team', operator: 'Exists', values: undefined },
        { key: 'legacy', operator: 'DoesNotExist', values: undefined },
      ],
    });
    expect(selector.toString()).toBe('app=web,track in (stable,canary),tier notin (test),team,!legacy');
    expect(selector.matchExpressions.map((e) => e.operator)).toEqual([
      LabelOperator.IN, LabelOperator.NOT_IN, LabelOperator.EXISTS, LabelOperator.DOES_NOT_EXIST,
    ]);
  });

  test('selects everything only when it is asked for', () => {
    expect(LabelSelector.all().selectsAll).toBe(true);
    expect(LabelSelector.all().toString()).toBe('*');
    expect(LabelSelector.labels({ app: 'web' }).selectsAll).toBe(false);
    expect(LabelSelector.all().withExpression(LabelExpression.exists('a')).selectsAll).toBe(false);
  });

  test.each([
    ['no labels', () => LabelSelector.labels({})],
    ['no options', () => LabelSelector.of({})],
    ['no expressions', () => LabelSelector.of({ expressions: [] })],
    ['an empty map beside an expression', () => LabelSelector.of({ labels: {}, expressions: [LabelExpression.exists('a')] })],
  ])('refuses %s because that would select everything', (_, call) => {
    expect(errorOf(call)).toContain('LabelSelector.all()');
  });

  test.each([
    [() => LabelSelector.labels({ 'a b': 'c' }), 'got "a b"'],
    [() => LabelSelector.labels({ app: 'not ok' }), 'got "not ok"'],
    [() => LabelSelector.labels({ app: 'v'.repeat(64) }), 'longer than 63'],
    [() => LabelExpression.exists(''), 'is empty'],
    [() => LabelExpression.in('a', '*'), 'got "*"'],
    [() => LabelExpression.in('a'), 'needs values'],
    [() => LabelExpression.notIn('a'), 'needs values'],
  ])('refuses what the API server refuses (%#)', (call, text) => {
    expect(errorOf(call)).toContain(text);
  });

  test('takes an empty value because labels can be empty', () => {
    expect(LabelSelector.labels({ app: '' }).matchLabels).toEqual({ app: '' });
  });

  test('stays as it was when its inputs or outputs are changed', () => {
    const labels: { [key: string]: string } = { app: 'web' };
    const selector = LabelSelector.labels(labels);
    labels.app = 'other';
    selector.matchLabels.app = 'other';
    selector.matchExpressions.push(LabelExpression.exists('a'));
    const expression = LabelExpression.in('a', 'b');
    expression.values.push('c');
    expect(selector.toString()).toBe('app=web');
    expect(expression.toString()).toBe('a in (b)');
    expect(selector.withExpression(expression).toString()).toBe('app=web,a in (b)');
    expect(selector.toString()).toBe('app=web');
  });
});
