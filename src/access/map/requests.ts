/** Values of a header, one line of which has to satisfy one of them; none of `notValues` may be there. */
export interface HeaderRow {
  readonly name: string;
  readonly values?: readonly string[];
  readonly notValues?: readonly string[];
}

/** A claim, one text of which has to satisfy one of the values. */
export interface ClaimRow {
  readonly path: readonly string[];
  readonly values: readonly string[];
}

/** A valid token of one of the issuers, with all of these claims. */
export interface TokenRow {
  readonly issuers: readonly string[];
  readonly claims: readonly ClaimRow[];
}

/**
 * Requests by what they have to be, as policies write it: fields are ANDed, their values are alternatives, and what is left out does not
 * matter. `remoteIps` are addresses that forwarded headers name; `except` are requests that are refused among these.
 */
export interface RequestRow {
  readonly methods?: readonly string[];
  readonly notMethods?: readonly string[];
  readonly paths?: readonly string[];
  readonly notPaths?: readonly string[];
  readonly hosts?: readonly string[];
  readonly notHosts?: readonly string[];
  readonly headers?: readonly HeaderRow[];
  readonly token?: TokenRow;
  /** claims that no token of the request may have; it may have no token */
  readonly notClaims?: readonly ClaimRow[];
  readonly remoteIps?: readonly string[];
  readonly notRemoteIps?: readonly string[];
  readonly except?: readonly RequestRow[];
}

/** Any request, those of the rows, or what rows cannot say: then the rules say it. */
export type Requests = 'any' | 'conditional' | readonly RequestRow[];
