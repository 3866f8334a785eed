import { MeshSettings } from '../mesh-settings';

type Domains = Pick<MeshSettings, 'trustDomain' | 'trustDomainAliases'>;

/** Names the domain of the mesh, whatever it is called. */
const POINTER = 'cluster.local';

/**
 * Decides which principals a value stands for: those of the form DOMAIN/ns/NAMESPACE/sa/ACCOUNT count for the domain of the mesh and its
 * aliases; values of any other form are taken as they are.
 */
export function expandPrincipal(principal: string, mesh: Domains): string[] {
  const [domain, ...rest] = principal.split('/');
  const domains = [mesh.trustDomain, ...mesh.trustDomainAliases];
  if (rest.length !== 4 || domain === '*' || !(domain === POINTER || domains.some((known) => overlap(domain, known)))) {
    return [principal];
  }
  return [...new Set(domains.map((known) => (hasSuffix(known, domain) ? principal : [known, ...rest].join('/'))))];
}

/** Decides which trust domains a value of `trustDomains` stands for: a domain of the mesh stands for all of them. */
export function expandTrustDomain(value: string, mesh: Domains): string[] {
  const domains = [mesh.trustDomain, ...mesh.trustDomainAliases];
  return domains.includes(value) ? domains : [value];
}

/** Either may be the pattern. */
function overlap(a: string, b: string): boolean {
  return a === b || b === '*' || hasPrefix(a, b) || hasPrefix(b, a) || hasSuffix(a, b) || hasSuffix(b, a);
}

function hasPrefix(text: string, pattern: string): boolean {
  return pattern.endsWith('*') && text.startsWith(pattern.slice(0, -1));
}

function hasSuffix(text: string, pattern: string): boolean {
  return pattern.startsWith('*') && text.endsWith(pattern.slice(1));
}
