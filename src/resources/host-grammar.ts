import { checkTexts, Expectation, requireUnique } from './validation';
import { invalid } from '../values/errors';
import { addressProblem, cidrProblem, parseAddress } from '../values/grammar/cidrs';
import { dnsLabelProblem, dnsSubdomainProblem } from '../values/grammar/names';

const EXPORT_TO: Expectation = {
  allowed: '"." (the namespace of the object), "*" (every namespace), "~" (nobody) or names of namespaces',
  fix: 'correct the entry',
};

/** What is wrong with a host of a ServiceEntry or DestinationRule: a DNS name, or `*.` and a DNS name. */
export function wildcardHostProblem(value: string): string | undefined {
  if (value === '*') {
    return 'stands for every host';
  }
  return dnsSubdomainProblem(value.startsWith('*.') ? value.slice(2) : value);
}

/** What is wrong with a host of a Sidecar: `NAMESPACE/HOST`. */
export function egressHostProblem(value: string): string | undefined {
  const parts = value.split('/');
  if (parts.length !== 2) {
    return 'is not of the form NAMESPACE/HOST';
  }
  const [namespace, host] = parts;
  const inNamespace = ['*', '.', '~'].includes(namespace) ? undefined : dnsLabelProblem(namespace);
  if (inNamespace !== undefined) {
    return `has a namespace that ${inNamespace}`;
  }
  const inHost = host === '*' ? undefined : wildcardHostProblem(host);
  return inHost === undefined ? undefined : `has a host that ${inHost}`;
}

/** What is wrong with the address at which Envoy reaches the app of its own pod. */
export function defaultEndpointProblem(value: string): string | undefined {
  if (value.startsWith('unix://')) {
    return /^unix:\/\/[/@].*[^/]$/.test(value) ? undefined : 'is not the absolute path of a socket';
  }
  const port = /^(?:127\.0\.0\.1|\[::1\]|0\.0\.0\.0|\[::\]):([1-9]\d*)$/.exec(value);
  return port !== null && Number(port[1]) <= 65535 ? undefined : 'is not an address of the pod itself with a port';
}

/** What is wrong with the address of an endpoint, as far as its form goes. */
export function endpointAddressProblem(value: string): string | undefined {
  if (value.startsWith('unix://')) {
    return /^unix:\/\/[/@].*[^/]$/.test(value) ? undefined : 'is not the absolute path of a socket';
  }
  return parseAddress(value) === undefined ? dnsSubdomainProblem(value) : undefined;
}

/** What is wrong with an address or a range. */
export function ipBlockProblem(value: string): string | undefined {
  return value.includes('/') ? cidrProblem(value) : addressProblem(value);
}

/** Refuses a visibility that istiod refuses. */
export function checkExportTo(exportTo: readonly string[] | undefined): void {
  checkTexts('exportTo', exportTo, (value) => (['.', '*', '~'].includes(value) ? undefined : dnsLabelProblem(value)), EXPORT_TO);
  requireUnique('an entry of exportTo', exportTo ?? [], 'remove one');
  const alone = exportTo?.find((value) => value === '*' || value === '~');
  if (exportTo !== undefined && exportTo.length > 1 && alone !== undefined) {
    throw invalid(`the entry "${alone}" of exportTo leaves nothing for the other entries to say`, exportTo, `"${alone}" alone`,
      'remove it or the other entries');
  }
}
