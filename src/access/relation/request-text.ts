import { Leaf } from '../condition';
import { matchesPattern } from '../text-pattern';
import { dimensionId } from './dimensions';
import { Assignment } from './solve';

/** A request that was found, in words: who sends it, and what. */
export function requestText(found: Assignment, chain: 'http' | 'tcp', issuer?: string): { readonly from: string; readonly request: string } {
  const principal = found.get('principal') as string | undefined;
  const address = found.get('address:direct') as string | undefined;
  const from = [found.has('principal') && principal === undefined ? 'plaintext' : (principal ?? 'anybody').replace('spiffe://', ''),
    ...(address === undefined ? [] : [`at ${address}`])].join(' ');
  if (chain === 'tcp') {
    return { from, request: 'any bytes' };
  }
  const headers = [...found].filter(([key]) => key.startsWith('header:')).flatMap(([key, lines]) => (lines as string[]).map((line) => `${key.slice('header:'.length)}: ${line}`));
  const claims = [...found].filter(([key, words]) => key.startsWith('claim:') && (words as string[]).length > 0)
    .map(([key, words]) => `${(JSON.parse(key.slice('claim:'.length)) as string[]).join('.')}=${(words as string[]).join(',')}`);
  const host = found.get('host') as string | undefined;
  return {
    from,
    request: [
      `${(found.get('method') as string | undefined) ?? 'GET'} ${(found.get('path') as string | undefined) ?? '/'}`,
      ...(host === undefined ? [] : [`to host ${host}`]),
      ...headers.map((line) => `with header ${line}`),
      ...(issuer === undefined ? [] : [`with a token of ${issuer === '' ? 'any issuer' : issuer}${claims.length === 0 ? '' : ` that says ${claims.join(' ')}`}`]),
    ].join(' '),
  };
}

/** Whether a leaf holds for a request that was found; what did not matter to the search does not hold. */
export function holdsIn(leaf: Leaf, found: Assignment): boolean | undefined {
  if (leaf.is !== 'text' && leaf.is !== 'claim') {
    return undefined;
  }
  const value = found.get(dimensionId(leaf)) as string | readonly string[] | undefined;
  return [value ?? []].flat().some((text) => matchesPattern(leaf.pattern, text));
}
