import { Chart } from 'cdk8s';
import { emittedOnly, shopChart, validationErrors } from './emit';
import {
  AuthorizationPolicy, MtlsMode, PeerAuthentication, PolicyTargetReference, RequestAuthentication, Sidecar,
} from '../../src/resources';
import { JwtIssuer } from '../../src/values';

type Labels = { [key: string]: string };
interface Selecting {
  _produceSelector(producer: () => Labels): void;
}

const CASES: [string, (chart: Chart, stated?: Labels) => Selecting, string][] = [
  ['AuthorizationPolicy', (chart, selector) => AuthorizationPolicy.allowNothing(chart, 'a', { selector }), 'matchLabels'],
  ['PeerAuthentication', (chart, selector) => new PeerAuthentication(chart, 'a', { selector, mode: MtlsMode.STRICT }), 'matchLabels'],
  ['RequestAuthentication', (chart, selector) => new RequestAuthentication(chart, 'a', {
    selector, issuers: [JwtIssuer.oidc('https://idp.example.com', { audiences: ['a'] })],
  }), 'matchLabels'],
  ['Sidecar', (chart, workloadSelector) => new Sidecar(chart, 'a', { workloadSelector, egress: [{ hosts: ['./*'] }] }), 'labels'],
];

describe.each(CASES)('a selector of %s that is produced late', (_, define, field) => {
  const selectorOf = (spec: any) => spec.selector ?? spec.workloadSelector;

  test('is asked for when the object is written', () => {
    const chart = shopChart();
    const labels: Labels = {};
    define(chart)._produceSelector(() => labels);
    labels.app = 'orders';
    expect(selectorOf(emittedOnly(chart).spec)).toEqual({ [field]: { app: 'orders' } });
  });

  test('replaces a stated one', () => {
    const chart = shopChart();
    define(chart, { app: 'web' })._produceSelector(() => ({ app: 'orders' }));
    expect(selectorOf(emittedOnly(chart).spec)).toEqual({ [field]: { app: 'orders' } });
  });

  test('must not be empty because that would select every workload or none', () => {
    const chart = shopChart();
    define(chart)._produceSelector(() => ({}));
    expect(validationErrors(chart)).toEqual([expect.stringMatching(/elector must not be empty/)]);
  });
});

test.each<[string, (chart: Chart, targetRefs: PolicyTargetReference[]) => Selecting]>([
  ['AuthorizationPolicy', (chart, targetRefs) => AuthorizationPolicy.allowNothing(chart, 'a', { targetRefs })],
  ['RequestAuthentication', (chart, targetRefs) => new RequestAuthentication(chart, 'a', { targetRefs, jwtRules: [{ issuer: 'i' }] })],
])('a selector of %s that is produced late is not synthesised beside targetRefs', (_, define) => {
  const chart = shopChart();
  define(chart, [PolicyTargetReference.service('orders')])._produceSelector(() => ({ app: 'orders' }));
  expect(validationErrors(chart)).toEqual([expect.stringContaining('exclude each other')]);
});
