import { requireReason, requireValid } from './errors';
import { headerNameProblem } from './grammar/headers';
import { textProblem } from './grammar/strings';

/**
 * Details of a token in the query of a URL.
 */
export interface QueryParamOptions {
  /**
   * Why a token must travel in the URL, where logs, proxies and browser histories keep it; one line.
   */
  readonly reason: string;
}

interface TokenLocationFields {
  readonly headerName?: string;
  readonly prefix?: string;
  readonly cookieName?: string;
  readonly queryParamName?: string;
  readonly reason?: string;
}

/**
 * Where a request carries its token. Naming any location replaces both defaults of Istio (`Authorization: Bearer` and the query parameter
 * `access_token`): a token elsewhere then counts as no token at all.
 *
 * @see https://istio.io/latest/docs/reference/config/security/jwt/
 * @example
 * import { JwtIssuer, TokenLocation } from 'cdk8s-zero-trust';
 *
 * JwtIssuer.oidc('https://idp.example.com/realms/shop', {
 *   audiences: ['orders'],
 *   locations: [TokenLocation.bearer(), TokenLocation.cookie('session')],
 * });
 */
export class TokenLocation {
  /**
   * The header `Authorization: Bearer TOKEN`, where OAuth 2.0 clients put a token.
   */
  public static bearer(): TokenLocation {
    return new TokenLocation({ headerName: 'Authorization', prefix: 'Bearer ' });
  }

  /**
   * A header of the request. For `Authorization: Bearer TOKEN` use `TokenLocation.bearer`.
   *
   * @param name the name of the header, compared without regard to case
   * @param prefix what stands before the token, with regard to case and with the blank that separates it, for example `Bearer `
   * @throws when the name is not a header name, or the prefix is empty or begins with a blank
   */
  public static header(name: string, prefix?: string): TokenLocation {
    requireValid(
      'the header of a token', name, headerNameProblem, 'header names such as "x-jwt-assertion"', 'name the header without a colon',
    );
    if (prefix !== undefined) {
      requireValid(
        'the prefix of a token', prefix, prefixProblem, 'texts such as "Bearer "',
        'leave the prefix out if the header holds only the token',
      );
    }
    return new TokenLocation({ headerName: name, prefix });
  }

  /**
   * A cookie of the request. Browsers send cookies by themselves, so the application must defend itself against cross-site requests.
   *
   * @param name the name of the cookie
   * @throws when the name is not a cookie name
   */
  public static cookie(name: string): TokenLocation {
    requireValid('the cookie of a token', name, headerNameProblem, 'cookie names such as "session"', 'name the cookie without its value');
    return new TokenLocation({ cookieName: name });
  }

  /**
   * A parameter in the query of the URL. URLs end up in access logs, proxies and browser histories, and the token with them: hence the
   * reason.
   *
   * @param name the name of the parameter
   * @throws when the name is empty or holds a character that separates parameters, or the reason says nothing
   */
  public static queryParam(name: string, options: QueryParamOptions): TokenLocation {
    requireValid(
      'the query parameter of a token', name, paramProblem, 'parameter names such as "access_token"',
      'name the parameter without its value',
    );
    return new TokenLocation({ queryParamName: name, reason: requireReason(options.reason, `a token in the query parameter ${name}`) });
  }

  /** The header that holds the token, if the location is a header. */
  public readonly headerName?: string;
  /** What stands before the token in the header, if anything does. */
  public readonly prefix?: string;
  /** The cookie that holds the token, if the location is a cookie. */
  public readonly cookieName?: string;
  /** The query parameter that holds the token, if the location is one. */
  public readonly queryParamName?: string;
  /** Why the token travels in the URL, if it does. */
  public readonly reason?: string;

  private constructor(fields: TokenLocationFields) {
    this.headerName = fields.headerName;
    this.prefix = fields.prefix;
    this.cookieName = fields.cookieName;
    this.queryParamName = fields.queryParamName;
    this.reason = fields.reason;
  }

  /**
   * The location in words: `header Authorization "Bearer "`, `cookie session`, `query parameter access_token`.
   */
  public toString(): string {
    if (this.headerName !== undefined) {
      return `header ${this.headerName}${this.prefix === undefined ? '' : ` ${JSON.stringify(this.prefix)}`}`;
    }
    return this.cookieName === undefined ? `query parameter ${this.queryParamName}` : `cookie ${this.cookieName}`;
  }
}

function prefixProblem(value: string): string | undefined {
  return textProblem(value)
    ?? (value !== value.trimStart() ? 'begins with a blank, which proxies cut off, so that it never matches' : undefined);
}

function paramProblem(value: string): string | undefined {
  return textProblem(value) ?? (/[&=?#\s]/.test(value) ? 'has a character that no parameter name has' : undefined);
}
