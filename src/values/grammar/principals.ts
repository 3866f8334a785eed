import { dnsLabelProblem, serviceAccountNameProblem } from './names';

/** The parts of an identity `trust-domain/ns/NAMESPACE/sa/SERVICE-ACCOUNT`. */
export interface Principal {
  readonly trustDomain: string;
  readonly namespace: string;
  readonly serviceAccount: string;
}

const TRUST_DOMAIN = /^[a-z0-9]([a-z0-9._-]*[a-z0-9])?$/;

/** What is wrong with a trust domain (SPIFFE-ID specification, section 2.1). */
export function trustDomainProblem(value: string): string | undefined {
  if (value === '') {
    return 'is empty';
  }
  if (value.length > 255) {
    return 'is longer than 255 characters';
  }
  return TRUST_DOMAIN.test(value) ? undefined : 'may hold lower case letters and digits, with ".", "-" and "_" inside, only';
}

/** Reads a principal in the form in which Istio's policies hold it; `undefined` for everything else, patterns included. */
export function parsePrincipal(value: string): Principal | undefined {
  const parts = value.split('/');
  if (parts.length !== 5 || parts[1] !== 'ns' || parts[3] !== 'sa') {
    return undefined;
  }
  const [trustDomain, , namespace, , serviceAccount] = parts;
  const sound = trustDomainProblem(trustDomain) === undefined
    && dnsLabelProblem(namespace) === undefined
    && serviceAccountNameProblem(serviceAccount) === undefined;
  return sound ? { trustDomain, namespace, serviceAccount } : undefined;
}

/** What is wrong with the complete principal of one workload. */
export function principalProblem(value: string): string | undefined {
  if (value.startsWith('spiffe://')) {
    return 'begins with "spiffe://", which Istio adds itself, so that the value would never match';
  }
  if (value.includes('*')) {
    return 'has a "*", but one workload is meant';
  }
  return parsePrincipal(value) === undefined ? 'is not of the form TRUST-DOMAIN/ns/NAMESPACE/sa/SERVICE-ACCOUNT' : undefined;
}
