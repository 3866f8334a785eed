import { LabelIndex } from '../../../src/access/network/label-index';
import { matchesLabels } from '../../../src/access/network/label-selectors';
import { readSelector } from '../../../src/access/network/read-selector';
import { Labels } from '../../../src/access/objects';

const read = (value: unknown) => {
  const problems: string[] = [];
  return { selector: readSelector(value, 'podSelector', problems), problems };
};
const matches = (value: unknown, labels: Labels) => {
  const { selector } = read(value);
  return selector !== undefined && matchesLabels(selector, labels);
};
const expression = (operator: string, values?: string[]) => ({ matchExpressions: [{ key: 'app', operator, ...(values === undefined ? {} : { values }) }] });

// What `metav1.LabelSelectorAsSelector` of apimachinery decides.
describe('a label selector', () => {
  test.each([
    [{}, {}, true],
    [{ matchLabels: { app: 'a' } }, { app: 'a', tier: 'b' }, true],
    [{ matchLabels: { app: 'a', tier: 'b' } }, { app: 'a' }, false],
    [{ matchLabels: { app: '' } }, {}, false],
    [{ matchLabels: { app: null } }, { app: '' }, true],
    [expression('In', ['a', 'b']), { app: 'b' }, true],
    [expression('In', ['a', 'b']), {}, false],
    [expression('NotIn', ['a', 'b']), { app: 'b' }, false],
    [expression('NotIn', ['a', 'b']), {}, true],
    [expression('Exists'), { app: '' }, true],
    [expression('Exists'), {}, false],
    [expression('DoesNotExist'), {}, true],
    [expression('DoesNotExist'), { app: '' }, false],
    [{ matchLabels: { app: 'a' }, ...expression('NotIn', ['a']) }, { app: 'a' }, false],
    [{ matchLabels: { constructor: 'x' } }, {}, false],
    [{ matchExpressions: [{ key: 'toString', operator: 'Exists' }] }, {}, false],
  ])('%j with %j: %s', (selector, labels, expected) => {
    expect(matches(selector, labels)).toBe(expected);
  });

  test('has one text, however it is written', () => {
    const texts = [
      { matchLabels: { b: '1', a: '2' } },
      { matchExpressions: [{ key: 'a', operator: 'In', values: ['2'] }, { key: 'b', operator: 'In', values: ['1', '1'] }] },
    ].map((value) => read(value).selector?.text);
    expect(texts).toEqual(['a=2, b=1', 'a=2, b=1']);
  });

  test.each([
    ['app', 'podSelector: a value of type string where an object belongs'],
    [[], 'podSelector: a list where an object belongs'],
    [{ app: 'a' }, 'podSelector.app: no such field'],
    [{ matchLabels: { 'a b': 'c' } }, 'podSelector.matchLabels: key "a b" must start and end with a letter or digit'],
    [{ matchExpressions: {} }, 'podSelector.matchExpressions: a value of type object where a list belongs'],
    [{ matchExpressions: [null] }, 'podSelector.matchExpressions[0].operator: undefined is none of In, NotIn, Exists, DoesNotExist'],
    [expression('Gt', ['1']), 'podSelector.matchExpressions[0].operator: "Gt" is none of In, NotIn, Exists, DoesNotExist'],
    [expression('In'), 'podSelector.matchExpressions[0].values: In needs values'],
    [expression('Exists', ['a']), 'podSelector.matchExpressions[0].values: Exists may not have values'],
  ])('that the API server refuses is a problem of its field: %j', (value, problem) => {
    expect(read(value).problems.join('; ')).toContain(problem);
  });

  test('is left out when it is null', () => {
    expect(read(null)).toEqual({ selector: undefined, problems: [] });
  });
});

describe('an index of labels', () => {
  const items: Labels[] = [{ app: 'a' }, { app: 'b', tier: 'x' }, {}, { app: 'a', tier: 'x' }];
  const index = new LabelIndex((item) => items[item]);
  items.forEach((_, i) => index.add(i));

  test.each([{}, { matchLabels: { app: 'a' } }, { matchLabels: { app: 'a', tier: 'x' } }, { matchLabels: { app: 'z' } }, expression('In', ['b', 'a']),
    expression('NotIn', ['a']), expression('Exists'), expression('DoesNotExist')])('finds what a look at everything finds: %j', (value) => {
    const { selector } = read(value);
    expect(selector && index.select(selector)).toEqual(items.map((_, i) => i).filter((i) => matches(value, items[i])));
  });
});
