import { portNumberProblem } from '../../../src/values/grammar/ports';

test.each([1, 80, 65535])('%d is a port', (value) => {
  expect(portNumberProblem(value)).toBeUndefined();
});

test.each([
  [0, 'is out of range'], [-1, 'is out of range'], [65536, 'is out of range'], [1.5, 'is not a whole number'], [NaN,
    'is not a whole number'],
])(
  '%p is no port because it %s', (value, problem) => {
    expect(portNumberProblem(value)).toBe(problem);
  },
);
