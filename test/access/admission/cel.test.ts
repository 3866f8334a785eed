import { CelError, compileRule } from '../../../src/access/admission/cel/compile';

// what the language definition of CEL and the extensions of Kubernetes say
describe('rules in CEL', () => {
  test.each<[string, unknown, boolean]>([
    ['has(self.a) && self.a == 1', { a: 1 }, true],
    ['has(self.a) && self.a == 1', {}, false],
    ['has(self.a)', { a: undefined }, false],
    ['self.a == 1 || true', {}, true],
    ['true || self.a == 1', {}, true],
    ['self.a == 1 && false', {}, false],
    ['self.all(k, k.size() != 0)', { a: 'b' }, true],
    ['self.all(k, k.size() != 0)', { '': 'b' }, false],
    ['self.exists(k, k.contains("/"))', ['a', 'b/c'], true],
    ['self.exists_one(k, k == 1)', [1, 1], false],
    ['self.filter(k, k > 1).size() == 2', [1, 2, 3], true],
    ['self.map(k, k * 2)[1] == 4', [1, 2], true],
    ['!self.exists(k, self.all(l, k == l))', [1, 2], true],
    ['self.a in ["x", "y"] ? self.b == "" : true', { a: 'z' }, true],
    ['0 < int(self) && int(self) <= 65535', '08080', true],
    ['0 < int(self) && int(self) <= 65535', '65536', false],
    ['duration(self) >= duration("1ms")', '0.001s', true],
    ['duration(self) >= duration("1ms")', '999us', false],
    ['url(self).getScheme() in ["http", "https"]', 'HTTPS://a', true],
    ['isURL(self)', 'a.example/x', false],
    ['self.matches("^(?i)[a-b]+$")', 'aB', true],
    ['self.substring(7, 8) == "/"', 'unix:///a', true],
    ['self.split("/")[0].size() < 3', 'ab/c', true],
    ['self.__namespace__ == "a"', { namespace: 'a' }, true],
    ['self == {"a": [1]}', { a: [1] }, true],
    ['self != [1]', [1, 2], true],
    ["r'\\d'.size() == 2", {}, true],
    ['isIP(self)', '10.0.0.1', true],
    ['isIP(self)', '::ffff:10.0.0.1', false],
  ])('%s of %j is %s', (rule, value, holds) => {
    expect(compileRule(rule)(value)).toBe(holds);
  });

  test.each([
    ['self.a == 1', {}],
    ['self.a == 1 && true', {}],
    ['false || self.a', {}],
    ['self.all(k, k.a == 1)', [{}]],
    ['int(self) > 0', 'http'],
    ['duration(self) > duration("0s")', 'never'],
    ['url(self).getScheme() == "a"', 'a b'],
    ['self.startsWith("a")', 5],
    ['self[0] == 1', []],
    ['self.substring(7, 8) == "/"', 'unix://'],
    ['self', 'a'],
  ])('%s of %j has no answer, which refuses', (rule, value) => {
    expect(() => compileRule(rule)(value)).toThrow(CelError);
  });

  test.each(['self.nonsense()', 'self +', 'nonsense(self)', 'self.matches("(")'])('%s cannot be compiled', (rule) => {
    expect(() => compileRule(rule)).toThrow();
  });
});
