import { ClaimRequirement } from './claim-requirement';
import { HttpMatch } from './http-match';
import { JwtIssuer } from './jwt-issuer';
import { Port } from './port';

/**
 * What a recorded edge is: said by a user for one workload, or a hole that a whole namespace needs to work at all.
 */
export enum GrantKind {
  /** An edge that somebody asked for with an `allow...` method. */
  GRANT = 'grant',
  /** An edge that a namespace needs to live (cluster DNS, istiod, metrics, providers): a named object that can be switched off. */
  HOLE = 'hole',
}

/**
 * One allowed edge as it was said: who may reach whom, on which ports, with which requests, and why.
 *
 * It is what was asked for, before any object is looked at.
 */
export interface Grant {
  /** Whether a user asked for the edge or a namespace needs it. */
  readonly kind: GrantKind;
  /** The source: `namespace/workload` or, for what is no workload, a text such as `every workload of shop` or `10.0.0.0/16`. */
  readonly from: string;
  /** The destination, in the same form as the source. */
  readonly to: string;
  /** The ports of the destination as its pods listen on them. */
  readonly ports: Port[];
  /** The HTTP requests that are admitted. Empty: every request (or the port carries no HTTP). */
  readonly routes: HttpMatch[];
  /** Whose token is asked for, any of these. Empty: no token is asked for. */
  readonly issuers: JwtIssuer[];
  /** What the token must say, all at once. Empty: whatever it says. */
  readonly claims: ClaimRequirement[];
  /** Whether the edge is plaintext: the source has no mesh identity and is known by its address alone. */
  readonly plaintext: boolean;
  /** Why the edge exists. Empty when nobody said. */
  readonly reason: string;
  /** The construct that recorded it. */
  readonly path: string;
}

/**
 * Something that the objects of this app cannot see to, so that somebody else has to: the other half of a grant, the labels of a namespace
 * that another team creates, a layer that was not taken.
 */
export interface Assumption {
  /** Who has to see to it, for example `the owner of namespace monitoring`. */
  readonly owner: string;
  /** What has to be true, as one sentence. */
  readonly statement: string;
  /** Text to hand over: a manifest or a command. Empty when the statement says it all. */
  readonly text: string;
  /** The construct that recorded it. */
  readonly path: string;
}
