import { unknownServiceAccount } from '../../../src/checks/authz/unknown-service-account';
import { authorization, findings, found, meshed } from '../found';

const SHOP = `${meshed('shop')}---
{apiVersion: v1, kind: ServiceAccount, metadata: {name: web, namespace: shop}}
---
{apiVersion: apps/v1, kind: Deployment, metadata: {name: api, namespace: shop}, spec: {template: {spec: {serviceAccountName: api}}}}
`;
const from = (source: string) => SHOP + authorization('shop', 'p', `{rules: [{from: [{source: ${source}}]}]}`);

test.each([
  ['an account that does not exist', '{principals: [cluster.local/ns/shop/sa/wbe]}'],
  ['a pattern with another end', '{principals: ["*/ns/shop/sa/wbe"]}'],
  ['a pattern with another trust domain', '{principals: ["*wronglocal/ns/shop/sa/web*"]}'],
])('%s is found', (_, source) => {
  expect(findings(unknownServiceAccount, from(source))).toMatchObject([{ path: 'spec.rules[0].from[0].source.principals[0]', aliases: ['KIA0106'] }]);
});

test.each([
  ['a ServiceAccount', '{principals: [cluster.local/ns/shop/sa/web]}'],
  ['the account that pods run as', '{principals: [cluster.local/ns/shop/sa/api]}'],
  ['the account that every namespace has', '{principals: [cluster.local/ns/shop/sa/default]}'],
  ['wildcards, wherever they stand', '{principals: ["*", "cluster.local/ns/shop/*", "*local/ns/shop/sa/we*"]}'],
  ['accounts by their names', '{serviceAccounts: [web, shop/api]}'],
])('%s is not found', (_, source) => {
  expect(found(unknownServiceAccount, from(source))).toEqual([]);
});

test('accounts by their names are found too, though Kiali does not know the field', () => {
  expect(findings(unknownServiceAccount, from('{serviceAccounts: [wbe, other/web], notPrincipals: [nobody]}')).map(({ path, aliases }) => [path, aliases])).toEqual([
    ['spec.rules[0].from[0].source.notPrincipals[0]', []],
    ['spec.rules[0].from[0].source.serviceAccounts[0]', []],
    ['spec.rules[0].from[0].source.serviceAccounts[1]', []],
  ]);
});

test('of a foreign trust domain nothing can be known; an alias is not foreign', () => {
  const foreign = from('{principals: [partner.example/ns/shop/sa/web]}');
  expect(findings(unknownServiceAccount, foreign)).toMatchObject([{ aliases: ['KIA0108'] }]);
  expect(findings(unknownServiceAccount, foreign, { mesh: { trustDomainAliases: ['partner.example'] } })).toEqual([]);
});
