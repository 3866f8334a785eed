import { literalProblem, textProblem } from './strings';

/** Claims that Envoy splits at blanks into a list of words, whatever the RequestAuthentication says. */
const SPLIT_CLAIMS = ['scope', 'permission'];

/** What is wrong with one name on the path to a claim. Brackets cannot be escaped in a policy's key. */
export function claimNameProblem(value: string): string | undefined {
  return textProblem(value)
    ?? (/[[\]]/.test(value) ? 'has a bracket, which no policy can name: Istio reads it as the step into a nested claim' : undefined);
}

/** What is wrong with a text that a claim is compared with; `path` names the claim. */
export function claimValueProblem(path: readonly string[], value: string): string | undefined {
  const problem = literalProblem(value);
  if (problem !== undefined) {
    return problem;
  }
  return path.length === 1 && SPLIT_CLAIMS.includes(path[0]) && /\s/.test(value)
    ? `has a blank, but the claim "${path[0]}" is split into words before it is compared, so that it never matches`
    : undefined;
}

/** The key of a condition on a claim. */
export function claimKey(path: readonly string[]): string {
  return `request.auth.claims${path.map((name) => `[${name}]`).join('')}`;
}
