import { any, Condition, Leaf, TRUE } from '../condition';
import { TokenProvider } from '../requests/tokens';
import { exactPattern, matchesPattern } from '../text-pattern';
import { simplify } from './solve';

/** Requests that carry the same kind of token: none, or a valid one of an issuer. */
export interface TokenWorld {
  /** undefined: no token */
  readonly issuer?: string;
  /** what a token has to say for the request to be let on to the policies */
  readonly accepted: Condition;
  /** a condition as it stands for such requests */
  within(condition: Condition): Condition;
}

/** All kinds of tokens that proxies with these providers tell apart. Tokens that are not valid never reach a policy. */
export function tokenWorlds(providers: readonly TokenProvider[]): TokenWorld[] {
  const issuers = [...new Set(providers.filter(({ hasKeys }) => hasKeys).map(({ issuer }) => issuer))];
  return [
    { accepted: TRUE, within: (condition) => simplify(condition, (leaf) => (leaf.is === 'claim' ? false : undefined)) },
    ...issuers.map((issuer): TokenWorld => ({
      issuer,
      accepted: any(providers.filter((provider) => provider.issuer === issuer && provider.hasKeys)
        .map(({ audiences }) => audienceCondition(audiences))),
      within: (condition) => simplify(condition, (leaf) => ofIssuer(leaf, issuer)),
    })),
  ];
}

/** A provider without issuer takes tokens of anybody, so that the claim stays open. */
function ofIssuer(leaf: Leaf, issuer: string): boolean | undefined {
  return leaf.is === 'claim' && leaf.path.length === 1 && leaf.path[0] === 'iss' && issuer !== '' ? matchesPattern(leaf.pattern, issuer)
    : undefined;
}

function audienceCondition(audiences: readonly string[]): Condition {
  return audiences.length === 0
    ? TRUE : any(audiences.map((audience): Condition => ({ is: 'claim', path: ['aud'], pattern: exactPattern(audience) })));
}

