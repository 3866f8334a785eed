import { pod, policy } from './worlds';
import { emptyParts, isVacuous, PolicyPart, redundantPolicyParts, sharedWorkloads, uncaptured } from '../../../src/access/network/queries/findings';
import { NetworkConfig, PORT_ALGEBRA, tablesOf } from '../../../src/access/network/queries/network-tables';
import { notStronglyEquivalent } from '../../../src/access/network/queries/strong-equivalence';
import {
  changedKinds, containedInFirst, interferingPairs, interferingWithFirst, notForbidden, notPermitted, unequalPairs,
} from '../../../src/access/network/queries/tables';

const workloads = [pod('shop/web'), pod('shop/db'), pod('bar/other')];
const config = (name: string, ...specs: object[]): NetworkConfig => ({
  name, workloads, namespaces: new Map(), policies: specs.map((spec, i) => policy(`shop/p-${i}`, spec)),
});
const from = (...ports: number[]) => ({
  podSelector: { matchLabels: { app: 'db' } }, ingress: [{ from: [{ podSelector: {} }], ports: ports.map((port) => ({ port })) }],
});

const nothing = config('nothing');
const none = config('none', { podSelector: {}, policyTypes: ['Ingress'] });
const one = config('one', from(80));
const two = config('two', from(80, 81));
const broken = config('broken', from(0));
const names = (found: readonly { readonly name: string }[]) => found.map(({ name }) => name);
const pairs = (found: readonly (readonly { readonly name: string }[])[]) => found.map((pair) => names(pair).join(' '));
const texts = (parts: PolicyPart[]) => parts
  .map(({ policy: { ref }, direction, rule }) => [ref.name, direction, rule].filter((part) => part !== undefined).join(' '));

describe('sets of policies compared', () => {
  test('are equal when they let the same pass for sure', () => {
    expect(pairs(unequalPairs(tablesOf([one, two, config('again', from(81, 80))]), PORT_ALGEBRA))).toEqual(['one two', 'one again']);
    expect(unequalPairs(tablesOf([broken, broken]), PORT_ALGEBRA)).toHaveLength(1);
  });

  test('contain others', () => {
    expect(names(containedInFirst(tablesOf([two, one, none, nothing]), PORT_ALGEBRA))).toEqual(['one', 'none']);
    expect(names(containedInFirst(tablesOf([nothing, two, broken]), PORT_ALGEBRA))).toEqual(['two', 'broken']);
  });

  test('permit and forbid what others let pass by policy', () => {
    expect(names(notPermitted(tablesOf([one, two, nothing]), PORT_ALGEBRA))).toEqual(['two']);
    expect(names(notForbidden(tablesOf([none, one, nothing]), PORT_ALGEBRA))).toEqual([]);
    expect(names(notForbidden(tablesOf([two, one]), PORT_ALGEBRA))).toEqual(['one']);
  });

  test('interfere where both restrict', () => {
    expect(names(interferingWithFirst(tablesOf([one, two, nothing]), PORT_ALGEBRA))).toEqual(['two']);
    expect(pairs(interferingPairs(tablesOf([one, two]), PORT_ALGEBRA))).toEqual(['one two']);
  });

  test('differ between workloads and with addresses', () => {
    const [before, after] = tablesOf([one, nothing]);
    expect(changedKinds(before, after, PORT_ALGEBRA)).toEqual([{ change: 'gained', kind: 'workloads' }, { change: 'gained', kind: 'addresses' }]);
    expect(changedKinds(before, before, PORT_ALGEBRA)).toEqual([]);
  });

  test('are strongly equal when they mean the same for anybody', () => {
    const named = config('named', { ...from(80), podSelector: { matchExpressions: [{ key: 'app', operator: 'In', values: ['db'] }] } });
    const wider = config('wider', { ...from(80), podSelector: { matchExpressions: [{ key: 'app', operator: 'In', values: ['db', 'nobody'] }] } });
    expect(pairs(notStronglyEquivalent([one, named, wider]))).toEqual(['one wider', 'named wider']);
  });
});

describe('findings in one set of policies', () => {
  test('are policies and rules without anybody', () => {
    const typo = { podSelector: { matchLabels: { app: 'wbe' } }, ingress: [{ from: [{ podSelector: { matchLabels: { app: 'x' } } }] }] };
    const rule = { podSelector: {}, egress: [{}, { to: [{ podSelector: { matchLabels: { app: 'x' } } }] }, { to: [{ ipBlock: { cidr: '10.0.0.0/8' } }] }] };
    expect(texts(emptyParts(config('c', typo, rule)))).toEqual(['p-0', 'p-1 egress 1']);
  });

  test('are sets that change nothing', () => {
    expect([nothing, one, config('open', { podSelector: {}, ingress: [{}] })].map(isVacuous)).toEqual([true, false, true]);
  });

  test('are policies and rules that others make needless', () => {
    expect(texts(redundantPolicyParts(config('c', from(80), from(80, 81))))).toEqual(['p-0']);
    const twice = { podSelector: {}, ingress: [{ from: [{ podSelector: {} }] }, { from: [{ podSelector: { matchLabels: { app: 'web' } } }] }] };
    expect(texts(redundantPolicyParts(config('c', twice)))).toEqual(['p-0 ingress 1']);
  });

  test('are workloads that no policy restricts, or several do', () => {
    const { ingress, egress } = uncaptured(one);
    expect([ingress.map(({ id }) => id), egress.length]).toEqual([['shop/web', 'bar/other'], 3]);
    expect(sharedWorkloads(config('c', from(80), { podSelector: {} })).map(({ id }) => id)).toEqual(['shop/db']);
  });
});
