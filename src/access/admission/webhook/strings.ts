import { regexProblem } from '../re2';
import type { Message } from './decode';

const LONGEST_REGEX = 1024;

/** What is wrong with how a text is matched, or `undefined`. */
export function stringMatchProblem(match: Message | undefined, where: string): string | undefined {
  return match?.prefix === '' ? `"${where}": prefix string match should not be empty` : regexMatchProblem(match, where);
}

/** What is wrong with the regular expression of a match, or `undefined`. */
export function regexMatchProblem(match: Message | undefined, where: string): string | undefined {
  if (match?.regex === undefined) {
    return undefined;
  }
  return match.regex === '' ? `"${where}": regex string match should not be empty` : longRegexProblem(match.regex as string, where);
}

/** What is wrong with a regular expression that Envoy gets, or `undefined`. */
export function longRegexProblem(regex: string, where: string): string | undefined {
  if (Buffer.byteLength(regex) > LONGEST_REGEX) {
    return `"${where}": regex is too large, max length allowed is 1024`;
  }
  const problem = regexProblem(regex);
  return problem === undefined ? undefined : `"${where}": ${problem}; Istio uses RE2 style regex-based match`;
}
