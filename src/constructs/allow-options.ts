import { ClaimRequirement } from '../values/claim-requirement';
import { HttpMatch } from '../values/http-match';
import { Port } from '../values/port';

/**
 * What exactly a grant admits. The same options go with every `allow...` method; a construct refuses what it cannot enforce.
 *
 * All of it is ANDed: one of the ports, one of the routes and all of the claims.
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
   * What the caller's token must say. Only where a token is validated.
   * @default - no token is asked for
   */
  readonly claims?: ClaimRequirement[];
  /**
   * Why the edge exists, one line. It becomes part of an annotation that reviewers read.
   * @default - none
   */
  readonly reason?: string;
}
