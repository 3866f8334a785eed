import { ClaimRequirement } from '../values/claim-requirement';
import { HttpMatch } from '../values/http-match';
import { JwtIssuer } from '../values/jwt-issuer';
import { Port } from '../values/port';

/**
 * What exactly a grant admits. The same options go with every `allow...` method; a construct refuses what it cannot enforce.
 *
 * All of it is ANDed: one of the ports, one of the routes, a token of one of the issuers and all of the claims.
 */
export interface AllowOptions {
  /**
   * Ports of the target, as its pods listen on them (not the ports of its Service).
   * @default - every port that the target declares
   */
  readonly ports?: Port[];
  /**
   * HTTP requests that are admitted. Only for HTTP ports: on a TCP port Istio would drop the whole rule and cut the source off.
   * @default - every request
   */
  readonly routes?: HttpMatch[];
  /**
   * Issuers one of which must have issued the caller's token. Only where a token is validated, and only issuers that are validated there.
   * @default - every issuer that is validated there
   */
  readonly issuers?: JwtIssuer[];
  /**
   * What the caller's token must say. Only where a token is validated.
   * @default - whatever it says
   */
  readonly claims?: ClaimRequirement[];
  /**
   * Why the edge exists, one line. It becomes part of an annotation that reviewers read.
   * @default - none
   */
  readonly reason?: string;
}
