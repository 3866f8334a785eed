import { Duration } from 'cdk8s';
import { checkTexts, requireNonEmpty } from './validation';
import { invalid, requireValid } from '../values/errors';
import { claimNameProblem } from '../values/grammar/claims';
import { headerNameProblem, writtenHeaderProblem } from '../values/grammar/headers';
import { audienceProblem, issuerProblem, jwksUriProblem } from '../values/grammar/issuers';
import { jwksProblem } from '../values/grammar/jwks';
import { textProblem } from '../values/grammar/strings';
import { ClaimToHeader, JwtIssuer } from '../values/jwt-issuer';

/**
 * A header that carries a token.
 */
export interface JwtHeader {
  /** The name of the header. */
  readonly name: string;

  /**
   * What stands before the token, including the blank, for example `Bearer `.
   *
   * @default - nothing
   */
  readonly prefix?: string;
}

/**
 * A rule of a RequestAuthentication as Istio knows it. Prefer `JwtIssuer`, which asks for what makes a token safe.
 *
 * @see https://istio.io/latest/docs/reference/config/security/jwt/
 */
export interface JwtRule {
  /**
   * The `iss` that the token must have.
   *
   * @default - any; then `jwksUri` is required
   */
  readonly issuer?: string;

  /**
   * Values one of which must be in the `aud` of the token.
   *
   * @default - any: tokens that the issuer made for other services are accepted as well
   */
  readonly audiences?: string[];

  /**
   * Where istiod fetches the keys, up to 2048 characters. Not together with `jwks`.
   *
   * @default - `jwks`, or discovery at `ISSUER/.well-known/openid-configuration`
   */
  readonly jwksUri?: string;

  /**
   * The public keys as JSON. Not together with `jwksUri`.
   *
   * @default - `jwksUri`
   */
  readonly jwks?: string;

  /**
   * Headers that carry the token. Any location replaces the defaults.
   *
   * @default - `Authorization: Bearer` and the query parameter `access_token`, if no other location is given
   */
  readonly fromHeaders?: JwtHeader[];

  /**
   * Query parameters that carry the token, where logs and browser histories keep it. Any location replaces the defaults.
   *
   * @default - as for `fromHeaders`
   */
  readonly fromParams?: string[];

  /**
   * Cookies that carry the token. Any location replaces the defaults.
   *
   * @default - as for `fromHeaders`
   */
  readonly fromCookies?: string[];

  /**
   * The header in which the app finds the claims, as base64url JSON.
   *
   * @default - none
   */
  readonly outputPayloadToHeader?: string;

  /**
   * Headers in which the app finds single claims. What clients send under these names is removed.
   *
   * @default - none
   */
  readonly outputClaimToHeaders?: ClaimToHeader[];

  /**
   * Whether the app gets the token.
   *
   * @default false
   */
  readonly forwardOriginalToken?: boolean;

  /**
   * Claims whose text is split at blanks and matched word by word, besides `scope` and `permission`. Up to 64.
   *
   * @default - none
   */
  readonly spaceDelimitedClaims?: string[];

  /**
   * How long istiod waits for the keys, 1 millisecond at least.
   *
   * @default - 5 seconds
   */
  readonly timeout?: Duration;
}

const CLAIM = { allowed: 'the name of a claim', fix: 'correct the name' };

/** Refuses a rule that the API server or istiod refuses. */
export function checkJwtRule(where: string, rule: JwtRule): void {
  checkKeys(where, rule);
  checkTexts(`${where}.audiences`, rule.audiences, audienceProblem, { allowed: 'a value of "aud"', fix: 'correct the audience' });
  requireNonEmpty(`${where}.fromHeaders`, rule.fromHeaders, 'leave it out if the defaults are meant');
  for (const { name, prefix } of rule.fromHeaders ?? []) {
    requireValid(`${where}.fromHeaders`, name, headerNameProblem, 'the name of a header', 'correct the name');
    if (prefix !== undefined) {
      requireValid(`the prefix of header ${name}`, prefix, textProblem, 'a text such as "Bearer "', 'leave it out if there is none');
    }
  }
  const location = { allowed: 'a name', fix: 'correct the name' };
  checkTexts(`${where}.fromParams`, rule.fromParams, textProblem, location);
  checkTexts(`${where}.fromCookies`, rule.fromCookies, textProblem, location);
  checkOutput(where, rule);
}

/** The rule as it is written, except for its lists, which are the ones of the caller. */
export function toKubeJwtRule(rule: JwtRule): object {
  return {
    ...rule,
    forwardOriginalToken: rule.forwardOriginalToken === true ? true : undefined,
    // seconds with decimals are the one notation that every reader of durations takes
    timeout: rule.timeout && `${rule.timeout.toMilliseconds({ integral: false }) / 1000}s`,
  };
}

/** The rule that stands for an issuer. */
export function ruleOfIssuer(issuer: JwtIssuer): JwtRule {
  const locations = issuer.locations;
  const headers = locations.filter((l) => l.headerName !== undefined).map((l) => ({ name: l.headerName!, prefix: l.prefix }));
  return {
    issuer: issuer.issuer,
    audiences: issuer.audiences,
    jwksUri: issuer.keySetUri,
    jwks: issuer.keySet,
    fromHeaders: unlessEmpty(headers),
    fromParams: unlessEmpty(locations.map((l) => l.queryParamName).filter((name) => name !== undefined)),
    fromCookies: unlessEmpty(locations.map((l) => l.cookieName).filter((name) => name !== undefined)),
    outputPayloadToHeader: issuer.payloadToHeader,
    outputClaimToHeaders: unlessEmpty(issuer.claimToHeaders),
    forwardOriginalToken: issuer.forwardOriginalToken,
    spaceDelimitedClaims: unlessEmpty(issuer.spaceDelimitedClaims),
    timeout: issuer.timeout,
  };
}

function checkKeys(where: string, rule: JwtRule): void {
  if (rule.issuer === undefined && rule.jwksUri === undefined) {
    throw invalid(`${where} has neither issuer nor jwksUri`, rule, 'one of them at least', 'set issuer');
  }
  if (rule.jwks !== undefined && rule.jwksUri !== undefined) {
    throw invalid(`${where} has both jwks and jwksUri`, rule.jwksUri, 'one of them', 'leave one out');
  }
  if (rule.issuer !== undefined) {
    requireValid(`${where}.issuer`, rule.issuer, issuerProblem, 'the "iss" of the tokens', 'correct the issuer');
  }
  if (rule.jwksUri !== undefined) {
    requireValid(`${where}.jwksUri`, rule.jwksUri, jwksUriProblem, 'a URL with http:// or https://', 'correct the URL');
  }
  const problem = rule.jwks === undefined ? undefined : jwksProblem(rule.jwks);
  if (problem !== undefined) {
    // the text itself stays out of the message, which ends up in logs: it may hold a private key
    throw invalid(`${where}.jwks ${problem}`, `${rule.jwks!.length} characters`, 'a JWKS with public keys',
      'export only the public keys of the issuer');
  }
}

function checkOutput(where: string, rule: JwtRule): void {
  const { outputPayloadToHeader, outputClaimToHeaders, spaceDelimitedClaims, timeout } = rule;
  requireNonEmpty(`${where}.outputClaimToHeaders`, outputClaimToHeaders, 'leave it out if the app needs no claims');
  const headers = (outputClaimToHeaders ?? []).map((output) => output.header);
  for (const header of [...headers, ...(outputPayloadToHeader === undefined ? [] : [outputPayloadToHeader])]) {
    requireValid(`a header that ${where} writes`, header, writtenHeaderProblem, 'letters, digits, "-" and "_"', 'correct the name');
  }
  checkTexts(`claims in ${where}.outputClaimToHeaders`, outputClaimToHeaders?.map((output) => output.claim), claimNameProblem, CLAIM);
  checkTexts(`${where}.spaceDelimitedClaims`, spaceDelimitedClaims, claimNameProblem, CLAIM);
  if (spaceDelimitedClaims !== undefined && spaceDelimitedClaims.length > 64) {
    throw invalid(`${where}.spaceDelimitedClaims are too many`, spaceDelimitedClaims.length, 'up to 64',
      'name only the claims that policies look at');
  }
  if (timeout !== undefined && timeout.toMilliseconds({ integral: false }) < 1) {
    throw invalid(`${where}.timeout is too short`, timeout.toHumanString(), '1 millisecond at least', 'give istiod time to fetch the keys');
  }
}

function unlessEmpty<T>(list: T[]): T[] | undefined {
  return list.length === 0 ? undefined : list;
}
