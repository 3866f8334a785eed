import { App } from 'cdk8s';
import * as fc from 'fast-check';
import { synthChecked } from './synth';

/** The laws of calls that grant something; `make` makes them on a fresh app, in their order. */
export function testLawsOfCalls<Call>(call: fc.Arbitrary<Call>, make: (calls: Call[]) => App): void {
  test('the order of calls never changes the YAML', () => {
    const shuffles = fc.array(call, { maxLength: 12 })
      .chain((calls) => fc.tuple(fc.constant(calls), fc.shuffledSubarray(calls, { minLength: calls.length })));
    fc.assert(fc.property(shuffles, ([calls, shuffled]) => {
      expect(make(shuffled).synthYaml()).toBe(make(calls).synthYaml());
    }), { numRuns: 60 });
  });

  test('repeating a call changes nothing', () => {
    fc.assert(fc.property(fc.array(call, { minLength: 1, maxLength: 8 }), fc.nat(7), (calls, again) => {
      expect(make([...calls, calls[again % calls.length]]).synthYaml()).toBe(make(calls).synthYaml());
    }), { numRuns: 60 });
  });

  test('the same app gives the same bytes twice, and objects that their schemas accept', () => {
    fc.assert(fc.property(fc.array(call, { maxLength: 10 }), (calls) => {
      const app = make(calls);
      expect(app.synthYaml()).toBe(app.synthYaml());
      synthChecked(app);
    }), { numRuns: 40 });
  });
}
