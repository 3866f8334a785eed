import { textProblem } from './strings';

const LONGEST_URI = 2048;

/** What is wrong with the `iss` of tokens. */
export function issuerProblem(value: string): string | undefined {
  const text = textProblem(value);
  if (text !== undefined) {
    return text;
  }
  if (value.includes('*')) {
    return 'has a "*", but an issuer is one party with one key set';
  }
  return /\s/.test(value) ? 'has a blank' : undefined;
}

/** What is wrong with an issuer whose key set is found by OpenID Connect discovery. */
export function oidcIssuerProblem(value: string): string | undefined {
  const problem = issuerProblem(value) ?? urlProblem(value);
  if (problem !== undefined) {
    return problem;
  }
  if (value.includes('/.well-known/')) {
    return 'is the address of the discovery document, not the issuer in it';
  }
  return /[?#]/.test(value) ? 'has a query or a fragment, which no OpenID Connect issuer has' : undefined;
}

/** What is wrong with the address of a key set. */
export function jwksUriProblem(value: string): string | undefined {
  const problem = textProblem(value) ?? urlProblem(value);
  if (problem !== undefined) {
    return problem;
  }
  return value.length > LONGEST_URI ? `is longer than ${LONGEST_URI} characters` : undefined;
}

/** Whether a URL is fetched without TLS, so that whoever is on the way can put in keys of his own. */
export function isPlainHttp(value: string): boolean {
  return parsedUrl(value)?.protocol === 'http:';
}

/** What is wrong with an audience, which is compared literally. */
export function audienceProblem(value: string): string | undefined {
  const text = textProblem(value);
  if (text !== undefined) {
    return text;
  }
  if (value.includes('*')) {
    return 'has a "*", but audiences are compared literally, so that it never matches';
  }
  return value !== value.trim() ? 'begins or ends with a blank' : undefined;
}

function urlProblem(value: string): string | undefined {
  const url = parsedUrl(value);
  if (url === undefined || /\s/.test(value) || !/^https?:\/\//.test(value)) {
    return 'is not an absolute http or https URL';
  }
  return url.username !== '' || url.password !== ''
    ? 'has credentials in it, which everybody who reads the manifest would know'
    : undefined;
}

function parsedUrl(value: string): URL | undefined {
  return URL.canParse(value) ? new URL(value) : undefined;
}
