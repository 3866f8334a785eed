import { Duration } from 'cdk8s';
import { invalid, requireReason, requireValid } from './errors';
import { claimNameProblem } from './grammar/claims';
import { writtenHeaderProblem } from './grammar/headers';
import { audienceProblem, isPlainHttp, issuerProblem, jwksUriProblem, oidcIssuerProblem } from './grammar/issuers';
import { jwksProblem } from './grammar/jwks';
import { TokenLocation } from './token-location';

/**
 * A claim that the proxy hands to the application in a header.
 */
export interface ClaimToHeader {
  /** The claim, a string, number or boolean; `a.b` is the claim `b` inside `a`. */
  readonly claim: string;
  /** The header: letters, digits, `-` and `_`. Whatever a client sends under this name is removed, with a token or without. */
  readonly header: string;
}

/**
 * How tokens of an issuer are checked and what the application sees of them.
 */
export interface JwtIssuerOptions {
  /**
   * The audiences, one of which the `aud` of a token must name; otherwise the request is answered with 403. At least one: without, a token
   * that was issued for any other application would be accepted here.
   */
  readonly audiences: string[];
  /**
   * Where requests carry the token. Naming one replaces Istio's defaults.
   *
   * @default - the header `Authorization: Bearer` and the query parameter `access_token`
   */
  readonly locations?: TokenLocation[];
  /**
   * Claims that the application gets in headers.
   *
   * @default - none
   */
  readonly claimToHeaders?: ClaimToHeader[];
  /**
   * A header in which the application gets all claims, as base64url encoded JSON.
   *
   * @default - none
   */
  readonly payloadToHeader?: string;
  /**
   * Whether the application gets the token itself, with which it can act as the user elsewhere.
   *
   * @default false
   */
  readonly forwardOriginalToken?: boolean;
  /**
   * Claims beside `scope` and `permission` that hold several words separated by blanks, each of which is to be matched by itself. At most
   * 64.
   *
   * @default - only `scope` and `permission`
   */
  readonly spaceDelimitedClaims?: string[];
  /**
   * How long istiod waits for the key set, at least one millisecond.
   *
   * @default - 5 seconds
   */
  readonly timeout?: Duration;
  /**
   * Why the key set is fetched over plain http, where whoever is on the way can put in keys of his own; one line.
   *
   * @default - the key set must be fetched over https
   */
  readonly insecureJwksReason?: string;
}

/**
 * Who issues the tokens of end users, where its public keys are, and what else a token must fulfil.
 *
 * A request with an invalid, expired or unknown token is answered with 401, one with the wrong audience with 403. A request **without**
 * token passes this check: only a rule that asks for a principal or claims turns it away. The keys are fetched by istiod, not by the
 * proxies; while they cannot be fetched, every token is refused.
 *
 * @see https://istio.io/latest/docs/reference/config/security/request_authentication/
 * @example
 * import { JwtIssuer } from 'cdk8s-zero-trust';
 *
 * JwtIssuer.oidc('https://idp.example.com/realms/shop', { audiences: ['orders'] });
 * JwtIssuer.jwksUri('https://idp.example.com/', 'https://idp.example.com/keys', {
 *   audiences: ['orders'],
 *   claimToHeaders: [{ claim: 'sub', header: 'x-user' }],
 * });
 */
export class JwtIssuer {
  /**
   * An OpenID Connect provider: istiod finds the key set through `ISSUER/.well-known/openid-configuration`.
   *
   * @param issuerUrl the issuer exactly as the tokens' `iss` writes it, trailing `/` included
   * @throws when the issuer is no https URL (http needs `insecureJwksReason`), has a `*`, query, fragment or credentials, or an option is
   * refused
   */
  public static oidc(issuerUrl: string, options: JwtIssuerOptions): JwtIssuer {
    requireValid(
      'an OpenID Connect issuer', issuerUrl, oidcIssuerProblem, 'https URLs such as "https://idp.example.com/realms/shop"',
      'use the "iss" of the tokens',
    );
    return new JwtIssuer(issuerUrl, options, { fetchedFrom: issuerUrl });
  }

  /**
   * An issuer whose key set (JWKS) is at this address.
   *
   * @param issuer the issuer exactly as the tokens' `iss` writes it
   * @param uri the https address of the key set, as istiod reaches it; at most 2048 characters
   * @throws when the address is no https URL (http needs `insecureJwksReason`), the issuer is empty or has a `*`, or an option is refused
   */
  public static jwksUri(issuer: string, uri: string, options: JwtIssuerOptions): JwtIssuer {
    requireIssuer(issuer);
    requireValid('a jwksUri', uri, jwksUriProblem, 'https URLs of a key set', 'use the "jwks_uri" of the provider\'s discovery document');
    return new JwtIssuer(issuer, options, { fetchedFrom: uri, keySetUri: uri });
  }

  /**
   * An issuer whose public keys are written into the manifest. Nothing is fetched, and a new key of the issuer needs a new manifest.
   *
   * @param issuer the issuer exactly as the tokens' `iss` writes it
   * @param jwksJson the key set (JWKS) as JSON, public RSA, EC or OKP keys only
   * @throws when the key set is no JWKS or holds private or shared keys, the issuer is empty or has a `*`, or an option is refused
   */
  public static inlineJwks(issuer: string, jwksJson: string, options: JwtIssuerOptions): JwtIssuer {
    requireIssuer(issuer);
    const problem = typeof jwksJson === 'string' ? jwksProblem(jwksJson) : 'is not a string';
    if (problem !== undefined) {
      // the text itself stays out of the message, which ends up in logs: it may hold a private key
      throw invalid(
        `an inline key set ${problem}`, `${String(jwksJson).length} characters`,
        'a JWKS with public keys, such as {"keys":[{"kty":"RSA","n":"...","e":"AQAB"}]}',
        'export only the public keys of the issuer',
      );
    }
    return new JwtIssuer(issuer, options, { keySet: jwksJson });
  }

  /** The issuer as the tokens' `iss` writes it. */
  public readonly issuer: string;
  /**
   * The address of the key set (`jwksUri` in a RequestAuthentication), if one was given; `undefined` means discovery, or an inline key set.
   */
  public readonly keySetUri?: string;
  /** The inline key set (`jwks` in a RequestAuthentication), if one was given. */
  public readonly keySet?: string;
  /** The header in which the application gets all claims, if any. */
  public readonly payloadToHeader?: string;
  /** Whether the application gets the token itself. */
  public readonly forwardOriginalToken: boolean;
  /** How long istiod waits for the key set; `undefined` is Istio's default. */
  public readonly timeout?: Duration;
  /** Why the key set is fetched over plain http, if it is. */
  public readonly insecureJwksReason?: string;
  private readonly lists: Required<Pick<JwtIssuerOptions, 'audiences' | 'locations' | 'claimToHeaders' | 'spaceDelimitedClaims'>>;

  private constructor(issuer: string, options: JwtIssuerOptions, keys: KeySource) {
    requireOptions(options);
    this.issuer = issuer;
    this.keySetUri = keys.keySetUri;
    this.keySet = keys.keySet;
    this.payloadToHeader = options.payloadToHeader;
    this.forwardOriginalToken = options.forwardOriginalToken ?? false;
    this.timeout = requireTimeout(options.timeout, keys);
    this.insecureJwksReason = requireSecureKeys(options.insecureJwksReason, keys);
    this.lists = {
      audiences: [...options.audiences],
      locations: [...options.locations ?? []],
      claimToHeaders: (options.claimToHeaders ?? []).map((entry) => ({ ...entry })),
      spaceDelimitedClaims: [...options.spaceDelimitedClaims ?? []],
    };
  }

  /** The audiences, one of which a token must name. */
  public get audiences(): string[] {
    return [...this.lists.audiences];
  }

  /** Where requests carry the token; empty means Istio's defaults. */
  public get locations(): TokenLocation[] {
    return [...this.lists.locations];
  }

  /** The claims that the application gets in headers. */
  public get claimToHeaders(): ClaimToHeader[] {
    return this.lists.claimToHeaders.map((entry) => ({ ...entry }));
  }

  /** The claims, beside `scope` and `permission`, that are split at blanks. */
  public get spaceDelimitedClaims(): string[] {
    return [...this.lists.spaceDelimitedClaims];
  }

  /** The value for `requestPrincipals` that means: any user of this issuer whose token has a `sub`. */
  public get requestPrincipal(): string {
    return `${this.issuer}/*`;
  }

  /**
   * The issuer.
   */
  public toString(): string {
    return this.issuer;
  }
}

interface KeySource {
  /** The URL that istiod asks first, if it asks at all. */
  readonly fetchedFrom?: string;
  readonly keySetUri?: string;
  readonly keySet?: string;
}

function requireIssuer(issuer: string): void {
  requireValid('an issuer', issuer, issuerProblem, 'texts such as "https://idp.example.com/realms/shop"', 'use the "iss" of the tokens');
}

function requireOptions(options: JwtIssuerOptions): void {
  if (!Array.isArray(options.audiences) || options.audiences.length === 0) {
    throw invalid(
      'the audiences of an issuer are missing, which would accept tokens that were issued for any other application', options.audiences,
      'at least one audience', 'name the "aud" that the provider writes for this application',
    );
  }
  for (const audience of options.audiences) {
    requireValid('an audience', audience, audienceProblem, 'texts such as "orders"', 'use the "aud" of the tokens');
  }
  if (options.locations !== undefined && options.locations.length === 0) {
    throw invalid(
      'the token locations of an issuer are an empty list, which would mean the defaults', options.locations, 'at least one location',
      'leave "locations" out if the defaults are meant',
    );
  }
  requireClaims(options.spaceDelimitedClaims ?? []);
  requireHeaders(options);
}

function requireClaims(claims: string[]): void {
  if (claims.length > 64) {
    throw invalid(
      'an issuer has too many space-delimited claims', claims.length, 'at most 64', 'name only the claims that policies look at',
    );
  }
  for (const claim of claims) {
    requireValid(
      'a space-delimited claim', claim, claimNameProblem, 'names of claims such as "roles"', 'name the claim as the token writes it',
    );
  }
}

function requireHeaders(options: JwtIssuerOptions): void {
  const entries = options.claimToHeaders ?? [];
  const headers = [...entries.map((entry) => entry.header), ...(options.payloadToHeader === undefined ? [] : [options.payloadToHeader])];
  for (const { claim } of entries) {
    requireValid('a claim for a header', claim, claimNameProblem, 'names of claims such as "sub"', 'name the claim as the token writes it');
  }
  for (const header of headers) {
    requireValid('a header for claims', header, writtenHeaderProblem, 'letters, digits, "-" and "_"', 'rename the header');
  }
  const twice = headers.find((header, index) => headers.findIndex((other) => other.toLowerCase() === header.toLowerCase()) !== index);
  if (twice !== undefined) {
    throw invalid(
      'a header gets two claims, so that one of them would be lost', twice, 'one claim per header',
      'use a header of its own for each claim',
    );
  }
}

function requireTimeout(timeout: Duration | undefined, keys: KeySource): Duration | undefined {
  if (timeout === undefined) {
    return undefined;
  }
  if (keys.fetchedFrom === undefined) {
    throw invalid(
      'a timeout has no effect on an inline key set, which nobody fetches', timeout.toHumanString(), 'no timeout', 'leave "timeout" out',
    );
  }
  if (timeout.toMilliseconds({ integral: false }) < 1) {
    throw invalid(
      'the timeout of an issuer is too short', timeout.toHumanString(), 'one millisecond or more', 'leave "timeout" out for 5 seconds',
    );
  }
  return timeout;
}

function requireSecureKeys(reason: string | undefined, keys: KeySource): string | undefined {
  if (keys.fetchedFrom === undefined || !isPlainHttp(keys.fetchedFrom)) {
    if (reason !== undefined) {
      throw invalid(
        'an insecureJwksReason is given, but no key set is fetched over http', reason, 'no reason', 'leave "insecureJwksReason" out',
      );
    }
    return undefined;
  }
  if (reason === undefined) {
    throw invalid(
      'a key set is fetched over http, so that whoever is on the way can put in keys of his own', keys.fetchedFrom, 'https',
      'use https, or say why not in "insecureJwksReason"',
    );
  }
  return requireReason(reason, `the key set at ${keys.fetchedFrom}`);
}
