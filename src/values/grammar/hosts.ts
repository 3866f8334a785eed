import { parseAddress } from './cidrs';
import { dnsSubdomainProblem } from './names';

/** What is wrong with the name of one host as a client sends it, without a port. */
export function hostProblem(value: string): string | undefined {
  if (value.includes('*')) {
    return 'has a "*", but one host is meant';
  }
  if (value.includes('://') || value.includes('/')) {
    return 'is a URL, not a host';
  }
  const ipv6 = parseAddress(value.replace(/^\[|\]$/g, ''))?.kind() === 'ipv6';
  if (!ipv6 && value.includes(':')) {
    return 'has a port';
  }
  if (ipv6 || value.startsWith('[')) {
    return 'is an IPv6 address, which clients write in several ways';
  }
  if (value.endsWith('.') && value !== '.') {
    return 'ends in a dot, which clients do not send';
  }
  if (value !== value.toLowerCase()) {
    return `is not in lower case; hosts are compared without regard to case, so it is "${value.toLowerCase()}"`;
  }
  return dnsSubdomainProblem(value)
    ?? (value.split('.').some((label) => label.length > 63) ? 'has a label of more than 63 characters, which no DNS name has' : undefined);
}

/** What is wrong with a domain of which all subdomains are meant. */
export function parentDomainProblem(value: string): string | undefined {
  if (value.startsWith('*.')) {
    return 'has a "*.", which is added here';
  }
  const problem = hostProblem(value);
  if (problem !== undefined) {
    return problem;
  }
  if (parseAddress(value) !== undefined) {
    return 'is an IP address, which has no subdomains';
  }
  return value.includes('.') ? undefined : 'is a top level domain, of which everybody can own a part';
}
