import { globOf } from '../glob';
import { defineRule } from '../rule';
import { shownNamespaces } from '../shown';
import { policiesOf, sourceFields } from './policy-values';

/** A policy names a namespace that no object lies in. */
export const unknownNamespace = defineRule({
  id: 'authz/unknown-namespace',
  severity: 'warning',
  effect: 'nobody runs in such a namespace: an ALLOW admits nobody by it, a DENY refuses nobody, and a negation excludes nobody',
  fix: 'correct the name, or show the Namespace among the objects',
  aliases: ['IST0101', 'KIA0101'],
}, (snapshot) => {
  const known = [...shownNamespaces(snapshot)];
  const exists = (value: string): boolean => {
    const pattern = globOf(value);
    return value === '*' || known.some((name) => pattern.test(name));
  };
  return policiesOf(snapshot).flatMap(({ manifest, policy }) => sourceFields(policy)
    .filter(({ field }) => field === 'namespaces' || field === 'source.namespace')
    .flatMap(({ values, path, part }) => values.flatMap((value, i) => (exists(value) ? [] : [{
      manifest,
      path: `${path}[${i}]`,
      message: value.includes('*') ? `no namespace has a name like ${value}` : `there is no namespace ${value}`,
      // neither of the others looks at conditions
      ...(part === 'condition' ? { aliases: [] } : {}),
    }]))));
});
