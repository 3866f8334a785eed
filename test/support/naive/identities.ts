import { quoted, textMatcher, withStars, wholly } from './texts';
import { NaiveWorld, trustDomain } from './world';

/** The names in the certificate of a peer, whole; none for a peer without one. */
export type Names = readonly string[];
export type NamesMatcher = (names: Names) => boolean;

const some = (test: (name: string) => boolean): NamesMatcher => (names) => names.some(test);

/** The trust domain of the mesh and what it was called before. */
export function trustDomains(world: NaiveWorld): string[] {
  return [...new Set([trustDomain(world), ...world.mesh?.trustDomainAliases ?? []])];
}

/** `spiffe://` is put in front of what is written, so whoever writes it has it twice. */
export function principalMatcher(world: NaiveWorld, value: string): NamesMatcher {
  const matchers = migrated(world, value).map(onePrincipal);
  return (names) => matchers.some((matcher) => matcher(names));
}

function onePrincipal(value: string): NamesMatcher {
  if (value === '*') {
    return (names) => names.length > 0;
  }
  return some(value.startsWith('*') ? wholly(`spiffe://.*${quoted(value.slice(1))}`) : textMatcher(`spiffe://${value}`));
}

/** Only names of five parts know of the aliases of a trust domain. `cluster.local` is whatever the mesh is called. */
function migrated(world: NaiveWorld, value: string): string[] {
  const [domain, ...rest] = value.split('/');
  if (rest.length !== 4 || domain === '*') {
    return [value];
  }
  const all = trustDomains(world);
  if (domain !== 'cluster.local' && !all.some((own) => own === domain || fits(own, domain) || fits(domain, own))) {
    return [value];
  }
  return [...new Set(all.map((own) => (domain.startsWith('*') && own.endsWith(domain.slice(1)) ? value : [own, ...rest].join('/'))))];
}

function fits(text: string, pattern: string): boolean {
  return (pattern.startsWith('*') || pattern.endsWith('*')) && textMatcher(pattern)(text);
}

export function namespaceMatcher(value: string): NamesMatcher {
  return some(wholly(`.*/ns/${withStars(value)}/.*`));
}

/** An account without namespace is one of the namespace of the policy. */
export function accountMatcher(value: string, home: string): NamesMatcher {
  const [namespace, ...name] = value.includes('/') ? value.split('/') : [home, value];
  return some(wholly(`spiffe://.+/ns/${quoted(namespace)}/(.+/|)sa/${quoted(name.join('/'))}(/.+)?`));
}

export function trustDomainMatcher(world: NaiveWorld, value: string): NamesMatcher {
  if (value === '*') {
    return some((name) => name.startsWith('spiffe://'));
  }
  if (value.includes('*')) {
    return some(wholly(`spiffe://${withStars(value, '[^/]*')}/.*`));
  }
  const all = trustDomains(world);
  const meant = all.includes(value) ? all : [value];
  return some((name) => meant.some((domain) => name.startsWith(`spiffe://${domain}/`)));
}
