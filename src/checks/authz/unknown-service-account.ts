import { Snapshot } from '../../access/snapshot/snapshot';
import { globOf } from '../glob';
import { defineRule } from '../rule';
import { shownNamespaces, shownWorkloads } from '../shown';
import { policiesOf, sourceFields } from './policy-values';

/** A policy names an identity that no service account has, however generously its wildcards are read. */
export const unknownServiceAccount = defineRule({
  id: 'authz/unknown-service-account',
  severity: 'warning',
  effect: 'nobody has this identity: an ALLOW admits nobody by it, a DENY refuses nobody, and a negation excludes nobody',
  fix: 'correct the identity (TRUST-DOMAIN/ns/NAMESPACE/sa/ACCOUNT), or show the ServiceAccount among the objects',
  aliases: ['KIA0106', 'KIA0108'],
}, (snapshot) => {
  const accounts = accountsOf(snapshot);
  const domains = [snapshot.mesh.trustDomain, ...snapshot.mesh.trustDomainAliases];
  const identities = new Set(domains.flatMap((domain) => accounts.map(([namespace, name]) => `${domain}/ns/${namespace}/sa/${name}`)));
  const named = new Set(accounts.map(([namespace, name]) => `${namespace}/${name}`));
  const problem = (field: string, value: string, home: string): { message: string; aliases: string[] } | undefined => {
    if (field === 'serviceAccounts' || field === 'source.serviceAccount') {
      const account = value.includes('/') ? value : `${home}/${value}`;
      return named.has(account) ? undefined : { message: `there is no service account ${account}`, aliases: [] };
    }
    if (likeAny(value, identities)) {
      return undefined;
    }
    const foreign = foreignDomain(value, domains);
    return foreign === undefined ? { message: `no service account has an identity like ${value}`, aliases: ['KIA0106'] }
      : { message: `${foreign} is neither the trust domain of the mesh nor an alias: whether ${value} exists cannot be seen here`, aliases: ['KIA0108'] };
  };
  return policiesOf(snapshot).flatMap(({ manifest, policy }) => sourceFields(policy)
    .filter(({ field }) => ['principals', 'source.principal', 'serviceAccounts', 'source.serviceAccount'].includes(field))
    .flatMap(({ field, values, path, part, negative }) => values.flatMap((value, i) => {
      const found = problem(field, value, policy.namespace);
      // Kiali looks at `principals` alone
      const known = part === 'source' && !negative ? {} : { aliases: [] };
      return found === undefined ? [] : [{ manifest, path: `${path}[${i}]`, ...found, ...known }];
    })));
});

/** Every namespace has an account `default`; whoever runs as an account proves that it is there. */
function accountsOf(snapshot: Snapshot): [string, string][] {
  const named = snapshot.kind('', 'ServiceAccount').map(({ object: { metadata } }): [string, string] => [metadata.namespace ?? 'default', metadata.name]);
  const running = shownWorkloads(snapshot).map(({ namespace, serviceAccount }): [string, string] => [namespace, serviceAccount]);
  return [...named, ...running, ...[...shownNamespaces(snapshot)].map((namespace): [string, string] => [namespace, 'default'])];
}

/** Every `*` of a pattern stands for anything here; that Istio takes some of them literally is not the question. */
function likeAny(value: string, identities: ReadonlySet<string>): boolean {
  if (!value.startsWith('*') && !value.endsWith('*')) {
    return identities.has(value);
  }
  const pattern = globOf(value);
  return value === '*' || [...identities].some((identity) => pattern.test(identity));
}

function foreignDomain(value: string, domains: readonly string[]): string | undefined {
  const end = value.indexOf('/ns/');
  return end <= 0 || value.includes('*') || domains.includes(value.slice(0, end)) ? undefined : value.slice(0, end);
}
