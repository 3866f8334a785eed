import { ipBlockProblem } from './host-grammar';
import { Grammar } from './validation';
import { headerNameProblem, headerValueProblem, methodProblem } from '../values/grammar/headers';
import { dnsLabelProblem, serviceAccountNameProblem } from '../values/grammar/names';
import { pathProblem } from '../values/grammar/paths';
import { stringPatternProblem, textProblem } from '../values/grammar/strings';

const PSEUDO_HEADERS = [':authority', ':method', ':path', ':scheme'];

/** What is wrong with one entry of `principals`. */
export function principalPatternProblem(value: string): string | undefined {
  return value.startsWith('spiffe://')
    ? 'begins with "spiffe://", which Istio adds itself, so that the value would never match'
    : stringPatternProblem(value);
}

/** What is wrong with one entry of `requestPrincipals`. Istio splits it at the last "/" into issuer and subject. */
export function requestPrincipalProblem(value: string): string | undefined {
  const pattern = stringPatternProblem(value);
  if (pattern !== undefined || value === '*') {
    return pattern;
  }
  const slash = value.lastIndexOf('/');
  if (slash === -1) {
    return value.includes('*') ? undefined : 'has no "/" between issuer and subject, so that it would never match';
  }
  if (slash === 0 || slash === value.length - 1) {
    return 'has an empty issuer or subject, so that it would never match';
  }
  return /^[^/]+:\/$/.test(value.slice(0, slash))
    ? `is split at its last "/", so that the issuer would be "${value.slice(0, slash)}" and it would never match`
    : undefined;
}

/** What is wrong with one entry of `namespaces`: here, and only here, a "*" works in any position. */
export function namespacePatternProblem(value: string): string | undefined {
  return value === '' ? 'is empty' : dnsLabelProblem(value.replace(/\*/g, 'x'));
}

/** What is wrong with one entry of `serviceAccounts`: `name` (in the namespace of the policy) or `namespace/name`. */
export function serviceAccountProblem(value: string): string | undefined {
  if (value.includes('*')) {
    return 'has a "*", but accounts are named one by one';
  }
  const parts = value.split('/');
  if (parts.length > 2) {
    return 'is neither NAME nor NAMESPACE/NAME';
  }
  return (parts.length === 2 ? dnsLabelProblem(parts[0]) : undefined) ?? serviceAccountNameProblem(parts[parts.length - 1]);
}

/** What is wrong with one entry of `trustDomains`. */
export function trustDomainPatternProblem(value: string): string | undefined {
  return value.includes('/') ? 'has a "/", but only the trust domain is meant' : stringPatternProblem(value);
}

/** What is wrong with one entry of `hosts`. */
export function hostPatternProblem(value: string): string | undefined {
  return value.includes('/') ? 'has a "/", but a host is meant' : stringPatternProblem(value);
}

/** What is wrong with one entry of `methods`. */
export function methodPatternProblem(value: string): string | undefined {
  return value === '*' ? undefined : stringPatternProblem(value) ?? methodProblem(value.replace('*', ''));
}

/** What is wrong with one entry of `paths`. */
export function anyPathProblem(value: string): string | undefined {
  return value === '*' ? undefined : pathProblem(value);
}

function portTextProblem(value: string): string | undefined {
  const number = Number(value);
  return /^[1-9]\d*$/.test(value) && number <= 65535 ? undefined : 'is not a port number';
}

const CONDITIONS: { [key: string]: Grammar } = {
  'source.ip': ipBlockProblem,
  'remote.ip': ipBlockProblem,
  'destination.ip': ipBlockProblem,
  'destination.port': portTextProblem,
  'source.namespace': namespacePatternProblem,
  'source.principal': principalPatternProblem,
  'source.serviceAccount': serviceAccountProblem,
  'source.trustDomain': trustDomainPatternProblem,
  'request.auth.principal': requestPrincipalProblem,
  'request.auth.audiences': stringPatternProblem,
  'request.auth.presenter': stringPatternProblem,
  'connection.sni': stringPatternProblem,
};

/** The keys that a condition can have, for messages. */
export const CONDITION_KEYS = [
  ...Object.keys(CONDITIONS), 'request.headers[NAME]', 'request.auth.claims[NAME]', 'experimental.envoy.filters.FILTER[KEY]',
].join(', ');

/** The keys whose values a CUSTOM policy cannot know: it is decided before tokens are read, and by somebody else. */
export function isIdentityKey(key: string): boolean {
  return ['source.namespace', 'source.principal', 'source.serviceAccount',
    'source.trustDomain'].includes(key) || key.startsWith('request.auth.');
}

/** How the values of a condition are written, or undefined when Istio knows no such key: it would skip the whole rule. */
export function conditionGrammar(key: string): Grammar | undefined {
  const known = Object.hasOwn(CONDITIONS, key) ? CONDITIONS[key] : undefined;
  if (known !== undefined) {
    return known;
  }
  const header = /^request\.headers\[([^[\]]+)\]$/.exec(key);
  if (header !== null) {
    return PSEUDO_HEADERS.includes(header[1]) || headerNameProblem(header[1]) === undefined ? headerValueProblem : undefined;
  }
  if (/^request\.auth\.claims(\[[^[\]]+\])+$/.test(key)) {
    return stringPatternProblem;
  }
  return /^experimental\.envoy\.filters\.[^[\]]+\[[^[\]]+\]$/.test(key) ? textProblem : undefined;
}
